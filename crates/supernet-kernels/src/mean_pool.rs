//! Average over windows that do not overlap: what brings a cell's inputs to its resolution.
//!
//! ```text
//! y[i, c, a, b] = mean over u, v < factor of  x[i, c, a * factor + u, b * factor + v]
//! ```

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
    backend::has_kernels,
    gradients::{consume, register},
    reference,
};

/// Kernels of a backend. Tensors are `f32`; what they must fit is checked before.
pub trait MeanPoolKernels: Backend {
    /// The means of the windows.
    fn forward(x: FloatTensor<Self>, factor: usize) -> FloatTensor<Self>;

    /// The gradient of the input; added to `into` if that is given.
    fn backward(grad: FloatTensor<Self>, factor: usize, into: Option<FloatTensor<Self>>) -> FloatTensor<Self>;
}

/// The differentiable operation.
#[backend_extension(Flex: cfg(feature = "flex"), Cube: cfg(feature = "cubecl"), Autodiff)]
pub trait MeanPoolOps: Backend {
    /// See [`MeanPoolKernels::forward`].
    fn mean_pool(x: FloatTensor<Self>, factor: usize) -> FloatTensor<Self>;
}

impl<B: MeanPoolKernels> MeanPoolOps for B {
    fn mean_pool(x: FloatTensor<Self>, factor: usize) -> FloatTensor<Self> {
        B::forward(x, factor)
    }
}

#[derive(Debug)]
struct MeanPoolBackward;

impl<B: MeanPoolKernels> Backward<B, 1> for MeanPoolBackward {
    type State = usize;

    fn backward(self, ops: Ops<Self::State, 1>, grads: &mut Gradients, _: &mut Checkpointer) {
        let grad = consume!(B, grads, ops.node);
        if let [Some(parent)] = ops.parents {
            register!(B, grads, parent, |into| B::backward(grad, ops.state, into));
        }
    }
}

impl<B: MeanPoolKernels, C: CheckpointStrategy> MeanPoolOps for Autodiff<B, C> {
    fn mean_pool(x: FloatTensor<Self>, factor: usize) -> FloatTensor<Self> {
        let (x, node) = x.into_parts();
        match MeanPoolBackward.prepare::<C>([node]).compute_bound().stateful() {
            OpsKind::Tracked(prep) => prep.finish(factor, B::forward(x, factor)),
            OpsKind::UnTracked(prep) => prep.finish(B::forward(x, factor)),
        }
    }
}

/// Average over `factor x factor` windows with stride `factor`.
///
/// Shapes: `x` `[rows, c, h, w]`, the result `[rows, c, h / factor, w / factor]`.
///
/// # Panics
/// If `factor` does not divide the height and the width.
pub fn mean_pool(x: Tensor<4>, factor: usize) -> Tensor<4> {
    let [_, _, h, w] = x.dims();
    assert!(
        factor > 0 && h.is_multiple_of(factor) && w.is_multiple_of(factor),
        "mean_pool: {factor} does not divide the image sides {h} and {w}"
    );
    if factor == 1 {
        return x;
    }
    if x.dims()[0] == 0 || !has_kernels([&x]) {
        return reference::mean_pool(x, factor);
    }
    Tensor::from_dispatch(<Dispatch as MeanPoolOps>::mean_pool(x.into_dispatch(), factor))
}
