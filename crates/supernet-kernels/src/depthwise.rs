//! Depthwise convolution of the listed ghost batches: each channel with a `k x k` kernel of its
//! own, same padding.
//!
//! ```text
//! y[i, c, a, b] = sum over u, v of  weight[c, 0, u, v] * x[i, c, s * a + d * (u - k/2), s * b + d * (v - k/2)]
//! ```
//!
//! with stride `s` and dilation `d`, 0 outside the image.

use burn::{
    backend::{
        Autodiff, Backend, Dispatch,
        autodiff::{
            checkpoint::{base::Checkpointer, strategy::CheckpointStrategy},
            grads::Gradients,
            ops::{Backward, Ops, OpsKind},
        },
        backend_extension,
        tensor::FloatTensor,
    },
    tensor::Tensor,
};

use crate::{
    backend::{has_kernels, is_cube},
    ghosts::Ghosts,
    gradients::{consume, register},
    phase::every,
    reference,
    taps::Taps,
};

/// Kernels of a backend, for kernels of 3x3, 5x5 and 7x7. Tensors are `f32`; what they must fit is
/// checked before.
pub trait DepthwiseKernels: Backend {
    /// The convolution of the listed ghost batches, compact.
    fn forward(
        x: FloatTensor<Self>,
        weight: FloatTensor<Self>,
        taps: Taps,
        groups: usize,
        on: &[u32],
    ) -> FloatTensor<Self>;

    /// The gradients of `read`, x and the weight, those that are needed; that of x is zero where a
    /// ghost batch is not listed, and is added to `into` if that is given.
    fn backward(
        grad: FloatTensor<Self>,
        read: (FloatTensor<Self>, FloatTensor<Self>),
        taps: Taps,
        groups: usize,
        on: &[u32],
        need: [bool; 2],
        into: Option<FloatTensor<Self>>,
    ) -> [Option<FloatTensor<Self>>; 2];
}

/// The differentiable operation.
#[backend_extension(Flex: cfg(feature = "flex"), Cube: cfg(feature = "cubecl"), Autodiff)]
pub trait DepthwiseOps: Backend {
    /// See [`DepthwiseKernels::forward`].
    fn depthwise(
        x: FloatTensor<Self>,
        weight: FloatTensor<Self>,
        taps: Taps,
        groups: usize,
        on: Vec<u32>,
    ) -> FloatTensor<Self>;
}

impl<B: DepthwiseKernels> DepthwiseOps for B {
    fn depthwise(
        x: FloatTensor<Self>,
        weight: FloatTensor<Self>,
        taps: Taps,
        groups: usize,
        on: Vec<u32>,
    ) -> FloatTensor<Self> {
        B::forward(x, weight, taps, groups, &on)
    }
}

#[derive(Debug)]
struct DepthwiseBackward;

impl<B: DepthwiseKernels> Backward<B, 2> for DepthwiseBackward {
    type State = (FloatTensor<B>, FloatTensor<B>, Taps, usize, Vec<u32>);

    fn backward(self, ops: Ops<Self::State, 2>, grads: &mut Gradients, _: &mut Checkpointer) {
        let grad = consume!(B, grads, ops.node);
        let (x, weight, taps, groups, on) = ops.state;
        let [of_x, of_weight] = ops.parents;
        let need = [of_x.is_some(), of_weight.is_some()];
        let gradient_of_weight;
        if let Some(parent) = of_x {
            register!(B, grads, parent, |into| {
                let [dx, dw] = B::backward(grad, (x, weight), taps, groups, &on, need, into);
                gradient_of_weight = dw;
                dx.expect("the gradient of x is needed")
            });
        } else {
            gradient_of_weight = B::backward(grad, (x, weight), taps, groups, &on, need, None)[1].take();
        }
        if let (Some(parent), Some(dw)) = (of_weight, gradient_of_weight) {
            grads.register::<B>(parent.id, dw);
        }
    }
}

impl<B: DepthwiseKernels, C: CheckpointStrategy> DepthwiseOps for Autodiff<B, C> {
    fn depthwise(
        x: FloatTensor<Self>,
        weight: FloatTensor<Self>,
        taps: Taps,
        groups: usize,
        on: Vec<u32>,
    ) -> FloatTensor<Self> {
        let ((x, x_node), (weight, weight_node)) = (x.into_parts(), weight.into_parts());
        match DepthwiseBackward.prepare::<C>([x_node, weight_node]).compute_bound().stateful() {
            OpsKind::Tracked(prep) => {
                let y = B::forward(x.clone(), weight.clone(), taps, groups, &on);
                prep.finish((x, weight, taps, groups, on), y)
            }
            OpsKind::UnTracked(prep) => prep.finish(B::forward(x, weight, taps, groups, &on)),
        }
    }
}

/// Depthwise convolution, stride 1, zero padding `k / 2`, of the listed ghost batches.
///
/// Shapes: `x` `[groups * n, c, h, w]`, `weight` `[c, 1, k, k]` with odd `k`, the result `[on.len() * n, c, h, w]`.
/// The gradient of ghost batches that are not listed is exactly zero.
///
/// # Panics
/// If the rows cannot be cut into `groups` ghost batches, `on` is not a sorted list of distinct
/// ones, or the weight does not fit.
pub fn depthwise(x: Tensor<4>, weight: Tensor<4>, groups: usize, on: &[u32]) -> Tensor<4> {
    depthwise_taps(x, weight, Taps::PLAIN, groups, on)
}

/// As [`depthwise`], of max(0, `x`) if `taps.relu`, with a stride and a dilation: zero padding
/// `dilation * (k / 2)`, and results of height `h / stride` and width `w / stride`, rounded up.
///
/// On CubeCL devices a stride takes every so many pixels of the whole result, and a dilation runs
/// as Burn's operation.
///
/// # Panics
/// As [`depthwise`]; a stride or a dilation of zero.
pub fn depthwise_taps(x: Tensor<4>, weight: Tensor<4>, taps: Taps, groups: usize, on: &[u32]) -> Tensor<4> {
    let [rows, c, _, _] = x.dims();
    Ghosts::cut("depthwise", rows, groups).check("depthwise", "on", on);
    let shape = weight.dims();
    assert!(
        shape[0] == c && shape[1] == 1 && shape[2] == shape[3] && shape[2] % 2 == 1,
        "depthwise: the weight must be [{c}, 1, k, k] with odd k, found {shape:?}"
    );
    assert!(taps.stride > 0 && taps.dilation > 0, "depthwise: found {taps:?}, expected 1 or more");
    if on.is_empty() || !matches!(shape[3], 3 | 5 | 7) || !has_kernels([&x, &weight]) {
        return reference::depthwise_taps(x, weight, taps, groups, on);
    }
    if taps != Taps::PLAIN && is_cube(&x.device()) {
        let rectified = |x| if taps.relu { burn::tensor::activation::relu(x) } else { x };
        return match taps.dilation {
            1 => every(depthwise(rectified(x), weight, groups, on), taps.stride),
            _ => reference::depthwise_taps(x, weight, taps, groups, on),
        };
    }
    Tensor::from_dispatch(<Dispatch as DepthwiseOps>::depthwise(
        x.into_dispatch(),
        weight.into_dispatch(),
        taps,
        groups,
        on.to_vec(),
    ))
}
