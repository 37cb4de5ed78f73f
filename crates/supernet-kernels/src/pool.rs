//! 3x3 pools with stride 1 and padding 1, summed into an accumulator.
//!
//! ```text
//! maximum   y[a, b] = max over the 3x3 window of x inside the image
//! average   y[a, b] = sum over the 3x3 window of x / 9            (0 outside the image: padding counts)
//! ```

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
    backend::has_kernels,
    ghosts::{Ghosts, Lists, check_same},
    gradients::{consume, register},
    pool_kind::Pool,
    reference,
};

/// Kernels of a backend. Tensors are `f32`; what they must fit is checked before.
pub trait PoolKernels: Backend {
    /// `acc[write] += pool(x[read])`; `acc` has `groups` ghost batches.
    fn forward_add(
        acc: FloatTensor<Self>,
        x: FloatTensor<Self>,
        kind: Pool,
        groups: usize,
        lists: &Lists,
    ) -> FloatTensor<Self>;

    /// The gradient of `x`, whose ghost batches have `size` images: zero where one is not read; added to `into` if that is given.
    fn backward(
        grad: FloatTensor<Self>,
        x: FloatTensor<Self>,
        kind: Pool,
        size: usize,
        lists: &Lists,
        into: Option<FloatTensor<Self>>,
    ) -> FloatTensor<Self>;
}

/// The differentiable operation.
#[backend_extension(Flex: cfg(feature = "flex"), Cube: cfg(feature = "cubecl"), Autodiff)]
pub trait PoolOps: Backend {
    /// See [`PoolKernels::forward_add`].
    fn pool_add(
        acc: FloatTensor<Self>,
        x: FloatTensor<Self>,
        kind: Pool,
        groups: usize,
        lists: Lists,
    ) -> FloatTensor<Self>;
}

impl<B: PoolKernels> PoolOps for B {
    fn pool_add(
        acc: FloatTensor<Self>,
        x: FloatTensor<Self>,
        kind: Pool,
        groups: usize,
        lists: Lists,
    ) -> FloatTensor<Self> {
        B::forward_add(acc, x, kind, groups, &lists)
    }
}

#[derive(Debug)]
struct PoolBackward;

impl<B: PoolKernels> Backward<B, 2> for PoolBackward {
    type State = (FloatTensor<B>, Pool, usize, Lists);

    fn backward(self, ops: Ops<Self::State, 2>, grads: &mut Gradients, _: &mut Checkpointer) {
        let grad = consume!(B, grads, ops.node);
        let (x, kind, size, lists) = ops.state;
        let [acc, of_x] = ops.parents;
        if let Some(parent) = of_x {
            register!(B, grads, parent, |into| B::backward(grad.clone(), x, kind, size, &lists, into));
        }
        if let Some(acc) = acc {
            grads.register::<B>(acc.id, grad);
        }
    }
}

impl<B: PoolKernels, C: CheckpointStrategy> PoolOps for Autodiff<B, C> {
    fn pool_add(
        acc: FloatTensor<Self>,
        x: FloatTensor<Self>,
        kind: Pool,
        groups: usize,
        lists: Lists,
    ) -> FloatTensor<Self> {
        let ((acc, acc_node), (x, x_node)) = (acc.into_parts(), x.into_parts());
        match PoolBackward.prepare::<C>([acc_node, x_node]).compute_bound().stateful() {
            OpsKind::Tracked(prep) => {
                let size = acc.shape().dims::<4>()[0] / groups;
                let y = B::forward_add(acc, x.clone(), kind, groups, &lists);
                prep.finish((x, kind, size, lists), y)
            }
            OpsKind::UnTracked(prep) => prep.finish(B::forward_add(acc, x, kind, groups, &lists)),
        }
    }
}

/// `acc` with the 3x3 pool of `x` (stride 1, padding 1) added to the listed ghost batches.
///
/// Shapes: `acc`, `x` and the result `[groups * n, c, h, w]`. `acc` is changed in place when nothing else holds it. The gradient of
/// `acc` is the incoming gradient, not a copy; that of ghost batches of `x` that are not listed is exactly zero.
///
/// # Panics
/// If the shapes differ, the rows cannot be cut into `groups` ghost batches, or `on` is not a sorted list of distinct ones.
pub fn pool_add(acc: Tensor<4>, x: Tensor<4>, kind: Pool, groups: usize, on: &[u32]) -> Tensor<4> {
    check_same("pool_add", acc.dims(), x.dims());
    Ghosts::cut("pool_add", x.dims()[0], groups).check("pool_add", "on", on);
    run(acc, x, kind, groups, Lists::same(on))
}

/// `acc` with the 3x3 pool of ghost batch `read[i]` of `x` added to ghost batch `write[i]`, for every `i`.
///
/// Shapes: `acc` and the result `[groups * n, c, h, w]`, `x` `[m * n, c, h, w]` with any `m`; otherwise as [`pool_add`]. `read` may name
/// a ghost batch several times.
///
/// # Panics
/// If the shapes do not fit, the rows cannot be cut into `groups` ghost batches, the lists differ in length, `write` is not a sorted
/// list of distinct ghost batches, or `read` names one that does not exist.
pub fn pool_at(acc: Tensor<4>, x: Tensor<4>, kind: Pool, groups: usize, read: &[u32], write: &[u32]) -> Tensor<4> {
    assert!(
        acc.dims()[1..] == x.dims()[1..],
        "pool_at: the accumulator has shape {:?}, what is added {:?}",
        acc.dims(),
        x.dims()
    );
    let lists = Lists::checked("pool_at", [acc.dims()[0], x.dims()[0]], groups, read, write);
    run(acc, x, kind, groups, lists)
}

fn run(acc: Tensor<4>, x: Tensor<4>, kind: Pool, groups: usize, lists: Lists) -> Tensor<4> {
    if lists.write.is_empty() {
        return acc;
    }
    if !has_kernels([&acc, &x]) {
        return reference::pool_at(acc, x, kind, groups, &lists.read, &lists.write);
    }
    let (acc, x) = (acc.into_dispatch(), x.into_dispatch());
    Tensor::from_dispatch(<Dispatch as PoolOps>::pool_add(acc, x, kind, groups, lists))
}
