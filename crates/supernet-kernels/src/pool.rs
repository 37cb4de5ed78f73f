//! 3x3 pools with stride 1 and padding 1, summed into an accumulator.
//!
//! ```text
//! maximum   y[a, b] = max over the 3x3 window of x inside the image
//! average   y[a, b] = sum over the 3x3 window of x / 9            (0 outside the image: padding counts)
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
    ghosts::{Ghosts, check_same},
    gradients::{consume, register},
    reference,
};

/// Which pool.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Pool {
    /// The maximum; its gradient goes to the first maximum of the window, row by row.
    Max,
    /// The average, padding counted.
    Average,
}

/// Kernels of a backend. Tensors are `f32`; what they must fit is checked before.
pub trait PoolKernels: Backend {
    /// `acc[on] += pool(x[on])`.
    fn forward_add(
        acc: FloatTensor<Self>,
        x: FloatTensor<Self>,
        kind: Pool,
        groups: usize,
        on: &[u32],
    ) -> FloatTensor<Self>;

    /// The gradient of `x`, zero where a ghost batch is not listed; added to `into` if that is given.
    fn backward(
        grad: FloatTensor<Self>,
        x: FloatTensor<Self>,
        kind: Pool,
        groups: usize,
        on: &[u32],
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
        on: Vec<u32>,
    ) -> FloatTensor<Self>;
}

impl<B: PoolKernels> PoolOps for B {
    fn pool_add(
        acc: FloatTensor<Self>,
        x: FloatTensor<Self>,
        kind: Pool,
        groups: usize,
        on: Vec<u32>,
    ) -> FloatTensor<Self> {
        B::forward_add(acc, x, kind, groups, &on)
    }
}

#[derive(Debug)]
struct PoolBackward;

impl<B: PoolKernels> Backward<B, 2> for PoolBackward {
    type State = (FloatTensor<B>, Pool, usize, Vec<u32>);

    fn backward(self, ops: Ops<Self::State, 2>, grads: &mut Gradients, _: &mut Checkpointer) {
        let grad = consume!(B, grads, ops.node);
        let (x, kind, groups, on) = ops.state;
        let [acc, of_x] = ops.parents;
        if let Some(parent) = of_x {
            register!(B, grads, parent, |into| B::backward(grad.clone(), x, kind, groups, &on, into));
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
        on: Vec<u32>,
    ) -> FloatTensor<Self> {
        let ((acc, acc_node), (x, x_node)) = (acc.into_parts(), x.into_parts());
        match PoolBackward.prepare::<C>([acc_node, x_node]).compute_bound().stateful() {
            OpsKind::Tracked(prep) => {
                let y = B::forward_add(acc, x.clone(), kind, groups, &on);
                prep.finish((x, kind, groups, on), y)
            }
            OpsKind::UnTracked(prep) => prep.finish(B::forward_add(acc, x, kind, groups, &on)),
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
    if on.is_empty() {
        return acc;
    }
    if !has_kernels([&acc, &x]) {
        return reference::pool_add(acc, x, kind, groups, on);
    }
    Tensor::from_dispatch(<Dispatch as PoolOps>::pool_add(
        acc.into_dispatch(),
        x.into_dispatch(),
        kind,
        groups,
        on.to_vec(),
    ))
}
