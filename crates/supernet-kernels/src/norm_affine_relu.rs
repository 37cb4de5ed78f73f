//! Batch normalisation with a scale and a shift, then ReLU: what stand-alone networks read.
//!
//! ```text
//! y = max(0, (x − m) / sqrt(v + eps) · scale + shift)
//! ```
//!
//! with mean m and biased variance v of each ghost batch and channel.

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
    tensor::{DType, Tensor},
};

use crate::{backend::has_kernels, ghosts::Ghosts, gradients::consume, reference};

/// Kernels of a backend. Tensors are `f32`; what they must fit is checked before.
pub trait NormAffineKernels: Backend {
    /// The result, and what [`backward`](Self::backward) wants to know of the statistics.
    fn forward(
        x: FloatTensor<Self>,
        scale: FloatTensor<Self>,
        shift: FloatTensor<Self>,
        groups: usize,
        eps: f32,
    ) -> (FloatTensor<Self>, FloatTensor<Self>);

    /// The gradients of `x`, `scale` and `shift`.
    fn backward(
        grad: FloatTensor<Self>,
        x: FloatTensor<Self>,
        scale: FloatTensor<Self>,
        shift: FloatTensor<Self>,
        stats: FloatTensor<Self>,
        groups: usize,
    ) -> [FloatTensor<Self>; 3];
}

/// The differentiable operation.
#[backend_extension(Flex: cfg(feature = "flex"), Cube: cfg(feature = "cubecl"), Autodiff)]
pub trait NormAffineOps: Backend {
    /// See [`NormAffineKernels::forward`].
    fn norm_affine_relu(
        x: FloatTensor<Self>,
        scale: FloatTensor<Self>,
        shift: FloatTensor<Self>,
        groups: usize,
        eps: f32,
    ) -> FloatTensor<Self>;
}

impl<B: NormAffineKernels> NormAffineOps for B {
    fn norm_affine_relu(
        x: FloatTensor<Self>,
        scale: FloatTensor<Self>,
        shift: FloatTensor<Self>,
        groups: usize,
        eps: f32,
    ) -> FloatTensor<Self> {
        B::forward(x, scale, shift, groups, eps).0
    }
}

#[derive(Debug)]
struct NormAffineBackward;

impl<B: NormAffineKernels> Backward<B, 3> for NormAffineBackward {
    type State = ([FloatTensor<B>; 4], usize);

    fn backward(self, ops: Ops<Self::State, 3>, grads: &mut Gradients, _: &mut Checkpointer) {
        let grad = consume!(B, grads, ops.node);
        let ([x, scale, shift, stats], groups) = ops.state;
        let gradients = B::backward(grad, x, scale, shift, stats, groups);
        for (parent, gradient) in ops.parents.into_iter().zip(gradients) {
            if let Some(parent) = parent {
                grads.register::<B>(parent.id, gradient);
            }
        }
    }
}

impl<B: NormAffineKernels, C: CheckpointStrategy> NormAffineOps for Autodiff<B, C> {
    fn norm_affine_relu(
        x: FloatTensor<Self>,
        scale: FloatTensor<Self>,
        shift: FloatTensor<Self>,
        groups: usize,
        eps: f32,
    ) -> FloatTensor<Self> {
        let (x, x_node) = x.into_parts();
        let (scale, scale_node) = scale.into_parts();
        let (shift, shift_node) = shift.into_parts();
        match NormAffineBackward.prepare::<C>([x_node, scale_node, shift_node]).compute_bound().stateful() {
            OpsKind::Tracked(prep) => {
                let (y, stats) = B::forward(x.clone(), scale.clone(), shift.clone(), groups, eps);
                prep.finish(([x, scale, shift, stats], groups), y)
            }
            OpsKind::UnTracked(prep) => prep.finish(B::forward(x, scale, shift, groups, eps).0),
        }
    }
}

/// `relu(norm(x) · scale + shift)` by the statistics of each ghost batch.
///
/// Shapes: `x` and the result `[groups * n, c, h, w]`, `scale` and `shift` `[c]`.
///
/// # Panics
/// If the rows cannot be cut into `groups` ghost batches, or `scale` or `shift` has not one number
/// per channel.
pub fn norm_affine_relu(x: Tensor<4>, scale: Tensor<1>, shift: Tensor<1>, groups: usize, eps: f64) -> Tensor<4> {
    let [rows, c, _, _] = x.dims();
    Ghosts::cut("norm_affine_relu", rows, groups);
    assert!(
        scale.dims() == [c] && shift.dims() == [c],
        "norm_affine_relu: scale {:?} and shift {:?} for {c} channels",
        scale.dims(),
        shift.dims()
    );
    let single = scale.dtype() == DType::F32 && shift.dtype() == DType::F32;
    if rows == 0 || !single || !has_kernels([&x]) {
        return reference::norm_affine_relu(x, scale, shift, groups, eps);
    }
    Tensor::from_dispatch(<Dispatch as NormAffineOps>::norm_affine_relu(
        x.into_dispatch(),
        scale.into_dispatch(),
        shift.into_dispatch(),
        groups,
        eps as f32,
    ))
}
