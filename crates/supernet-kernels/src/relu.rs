//! ReLU of the listed ghost batches.

#![cfg_attr(not(feature = "flex"), allow(unused_variables, reason = "no backend at hand has them"))]

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
    reference,
};

/// Kernels of a backend. Tensors are `f32`; what they must fit is checked before.
pub trait ReluKernels: Backend {
    /// The maximum of zero and the listed ghost batches, compact.
    fn forward(x: FloatTensor<Self>, groups: usize, on: &[u32]) -> FloatTensor<Self>;

    /// The gradient of `x`, zero where a ghost batch is not listed; added to `into` if that is
    /// given.
    fn backward(
        grad: FloatTensor<Self>,
        x: FloatTensor<Self>,
        groups: usize,
        on: &[u32],
        into: Option<FloatTensor<Self>>,
    ) -> FloatTensor<Self>;
}

/// The differentiable operation.
#[backend_extension(Flex: cfg(feature = "flex"), Autodiff)]
pub trait ReluOps: Backend {
    /// See [`ReluKernels::forward`].
    fn rectified(x: FloatTensor<Self>, groups: usize, on: Vec<u32>) -> FloatTensor<Self>;
}

impl<B: ReluKernels> ReluOps for B {
    fn rectified(x: FloatTensor<Self>, groups: usize, on: Vec<u32>) -> FloatTensor<Self> {
        <B as ReluKernels>::forward(x, groups, &on)
    }
}

#[derive(Debug)]
struct ReluBackward;

impl<B: ReluKernels> Backward<B, 1> for ReluBackward {
    type State = (FloatTensor<B>, usize, Vec<u32>);

    fn backward(self, ops: Ops<Self::State, 1>, grads: &mut Gradients, _: &mut Checkpointer) {
        let grad = consume!(B, grads, ops.node);
        let (x, groups, on) = ops.state;
        if let [Some(parent)] = ops.parents {
            register!(B, grads, parent, |into| <B as ReluKernels>::backward(grad, x, groups, &on, into));
        }
    }
}

impl<B: ReluKernels, C: CheckpointStrategy> ReluOps for Autodiff<B, C> {
    fn rectified(x: FloatTensor<Self>, groups: usize, on: Vec<u32>) -> FloatTensor<Self> {
        let (x, node) = x.into_parts();
        match ReluBackward.prepare::<C>([node]).compute_bound().stateful() {
            OpsKind::Tracked(prep) => {
                let y = <B as ReluKernels>::forward(x.clone(), groups, &on);
                prep.finish((x, groups, on), y)
            }
            OpsKind::UnTracked(prep) => prep.finish(<B as ReluKernels>::forward(x, groups, &on)),
        }
    }
}

/// max(0, ·) of the listed ghost batches only; the gradient of the others is exactly zero.
///
/// Shapes: `x` `[groups * n, c, h, w]`, the result `[on.len() * n, c, h, w]`. On CubeCL devices it
/// is Burn's operation.
///
/// # Panics
/// If the rows cannot be cut into `groups` ghost batches, or `on` is not a sorted list of distinct
/// ones.
pub fn relu_on(x: Tensor<4>, groups: usize, on: &[u32]) -> Tensor<4> {
    Ghosts::cut("relu_on", x.dims()[0], groups).check("relu_on", "on", on);
    if on.is_empty() || is_cube(&x.device()) || !has_kernels([&x]) {
        return reference::relu_on(x, groups, on);
    }
    Tensor::from_dispatch(<Dispatch as ReluOps>::rectified(x.into_dispatch(), groups, on.to_vec()))
}
