//! Normalisation by the statistics of each ghost batch, summed into an accumulator.
//!
//! ```text
//! acc[write[i]] += (x[read[i]] - m) / sqrt(v + eps)
//! ```
//!
//! with mean m and biased variance v of each ghost batch and channel of `x`, as
//! [`norm`](crate::norm).

#![cfg_attr(not(feature = "flex"), allow(unused_variables, reason = "no backend at hand has them"))]

use burn::{
    backend::{
        Autodiff, Backend, Dispatch, TensorMetadata,
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
    ghosts::Lists,
    gradients::{consume, register},
    reference,
};

/// Kernels of a backend. Tensors are `f32`; what they must fit is checked before.
pub trait NormAddKernels: Backend {
    /// `acc[write] += norm(x[read])`, and the statistics of every ghost batch that is read; `acc`
    /// has `groups` ghost batches.
    fn forward_add(
        acc: FloatTensor<Self>,
        x: FloatTensor<Self>,
        groups: usize,
        lists: &Lists,
        eps: f32,
    ) -> (FloatTensor<Self>, FloatTensor<Self>);

    /// The gradient of `x`, whose ghost batches have `size` images: zero where one is not read;
    /// added to `into` if that is given.
    fn backward_add(
        grad: FloatTensor<Self>,
        x: FloatTensor<Self>,
        stats: FloatTensor<Self>,
        size: usize,
        lists: &Lists,
        into: Option<FloatTensor<Self>>,
    ) -> FloatTensor<Self>;
}

/// The differentiable operation.
#[backend_extension(Flex: cfg(feature = "flex"), Autodiff)]
pub trait NormAddOps: Backend {
    /// See [`NormAddKernels::forward_add`].
    fn norm_add(
        acc: FloatTensor<Self>,
        x: FloatTensor<Self>,
        groups: usize,
        lists: Lists,
        eps: f32,
    ) -> FloatTensor<Self>;
}

impl<B: NormAddKernels> NormAddOps for B {
    fn norm_add(
        acc: FloatTensor<Self>,
        x: FloatTensor<Self>,
        groups: usize,
        lists: Lists,
        eps: f32,
    ) -> FloatTensor<Self> {
        B::forward_add(acc, x, groups, &lists, eps).0
    }
}

#[derive(Debug)]
struct NormAddBackward;

impl<B: NormAddKernels> Backward<B, 2> for NormAddBackward {
    type State = (FloatTensor<B>, FloatTensor<B>, usize, Lists);

    fn backward(self, ops: Ops<Self::State, 2>, grads: &mut Gradients, _: &mut Checkpointer) {
        let grad = consume!(B, grads, ops.node);
        let (x, stats, size, lists) = ops.state;
        let [acc, of_x] = ops.parents;
        if let Some(parent) = of_x {
            register!(B, grads, parent, |into| B::backward_add(grad.clone(), x, stats, size, &lists, into));
        }
        if let Some(acc) = acc {
            grads.register::<B>(acc.id, grad);
        }
    }
}

impl<B: NormAddKernels, C: CheckpointStrategy> NormAddOps for Autodiff<B, C> {
    fn norm_add(
        acc: FloatTensor<Self>,
        x: FloatTensor<Self>,
        groups: usize,
        lists: Lists,
        eps: f32,
    ) -> FloatTensor<Self> {
        let ((acc, acc_node), (x, x_node)) = (acc.into_parts(), x.into_parts());
        match NormAddBackward.prepare::<C>([acc_node, x_node]).compute_bound().stateful() {
            OpsKind::Tracked(prep) => {
                let size = acc.shape().dims::<4>()[0] / groups;
                let (y, stats) = B::forward_add(acc, x.clone(), groups, &lists, eps);
                prep.finish((x, stats, size, lists), y)
            }
            OpsKind::UnTracked(prep) => prep.finish(B::forward_add(acc, x, groups, &lists, eps).0),
        }
    }
}

/// `acc` with the normalised ghost batch `read[i]` of `x` added to ghost batch `write[i]`, for
/// every `i`.
///
/// Shapes: `acc` and the result `[groups * n, c, h, w]`, `x` `[m * n, c, h, w]` with any `m`. `acc`
/// is changed in place when nothing else holds it. `read` may name a ghost batch several times. The
/// gradient of `acc` is the incoming gradient, not a copy; that of ghost batches of `x` that are
/// not read is exactly zero.
///
/// On CubeCL devices it is a normalisation and a sum.
///
/// # Panics
/// If the shapes do not fit, the rows cannot be cut into `groups` ghost batches, the lists differ
/// in length, `write` is not a sorted list of distinct ghost batches, or `read` names one that does
/// not exist.
pub fn norm_add(acc: Tensor<4>, x: Tensor<4>, groups: usize, read: &[u32], write: &[u32], eps: f64) -> Tensor<4> {
    assert!(
        acc.dims()[1..] == x.dims()[1..],
        "norm_add: the accumulator has shape {:?}, what is added {:?}",
        acc.dims(),
        x.dims()
    );
    let rows = [acc.dims()[0], x.dims()[0]];
    let lists = Lists::checked("norm_add", rows, groups, read, write);
    if write.is_empty() {
        return acc;
    }
    if is_cube(&x.device()) {
        let (on, places) = lists.read_once();
        let normalised = crate::norm_on(x, rows[1] / (rows[0] / groups), &on, eps);
        return crate::add_at(acc, normalised, groups, &places, write);
    }
    if !has_kernels([&acc, &x]) {
        return reference::norm_add(acc, x, groups, read, write, eps);
    }
    let (acc, x) = (acc.into_dispatch(), x.into_dispatch());
    Tensor::from_dispatch(<Dispatch as NormAddOps>::norm_add(acc, x, groups, lists, eps as f32))
}
