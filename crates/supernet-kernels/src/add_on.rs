//! The identity, summed into an accumulator: `acc[write[i]] += x[read[i]]`.

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
    reference,
};

/// Kernels of a backend. Tensors are `f32`; what they must fit is checked before.
pub trait AddKernels: Backend {
    /// `acc[write] += x[read]`; `acc` has `groups` ghost batches.
    fn forward_add(acc: FloatTensor<Self>, x: FloatTensor<Self>, groups: usize, lists: &Lists) -> FloatTensor<Self>;

    /// The gradient of `x`, which has `groups_of_x` ghost batches of `size` images: `grad` where it
    /// is read, else zero; added to `into` if that is given.
    fn backward(
        grad: FloatTensor<Self>,
        size: usize,
        groups_of_x: usize,
        lists: &Lists,
        into: Option<FloatTensor<Self>>,
    ) -> FloatTensor<Self>;
}

/// The differentiable operation.
#[backend_extension(Flex: cfg(feature = "flex"), Cube: cfg(feature = "cubecl"), Autodiff)]
pub trait AddOps: Backend {
    /// See [`AddKernels::forward_add`].
    fn add(acc: FloatTensor<Self>, x: FloatTensor<Self>, groups: usize, lists: Lists) -> FloatTensor<Self>;
}

impl<B: AddKernels> AddOps for B {
    fn add(acc: FloatTensor<Self>, x: FloatTensor<Self>, groups: usize, lists: Lists) -> FloatTensor<Self> {
        B::forward_add(acc, x, groups, &lists)
    }
}

#[derive(Debug)]
struct AddBackward;

impl<B: AddKernels> Backward<B, 2> for AddBackward {
    type State = (usize, usize, Lists);

    fn backward(self, ops: Ops<Self::State, 2>, grads: &mut Gradients, _: &mut Checkpointer) {
        let grad = consume!(B, grads, ops.node);
        let (size, groups_of_x, lists) = ops.state;
        let [acc, of_x] = ops.parents;
        if let Some(parent) = of_x {
            register!(B, grads, parent, |into| B::backward(grad.clone(), size, groups_of_x, &lists, into));
        }
        if let Some(acc) = acc {
            grads.register::<B>(acc.id, grad);
        }
    }
}

impl<B: AddKernels, C: CheckpointStrategy> AddOps for Autodiff<B, C> {
    fn add(acc: FloatTensor<Self>, x: FloatTensor<Self>, groups: usize, lists: Lists) -> FloatTensor<Self> {
        let ((acc, acc_node), (x, x_node)) = (acc.into_parts(), x.into_parts());
        match AddBackward.prepare::<C>([acc_node, x_node]).compute_bound().stateful() {
            OpsKind::Tracked(prep) => {
                let size = acc.shape().dims::<4>()[0] / groups;
                let groups_of_x = x.shape().dims::<4>()[0] / size;
                let y = B::forward_add(acc, x, groups, &lists);
                prep.finish((size, groups_of_x, lists), y)
            }
            OpsKind::UnTracked(prep) => prep.finish(B::forward_add(acc, x, groups, &lists)),
        }
    }
}

/// `acc` with `x` added to the listed ghost batches.
///
/// Shapes: `acc`, `x` and the result `[groups * n, c, h, w]`. `acc` is changed in place when
/// nothing else holds it. The gradient of `acc` is the incoming gradient, not a copy; that of ghost
/// batches of `x` that are not listed is exactly zero.
///
/// # Panics
/// If the shapes differ, the rows cannot be cut into `groups` ghost batches, or `on` is not a
/// sorted list of distinct ones.
pub fn add_on(acc: Tensor<4>, x: Tensor<4>, groups: usize, on: &[u32]) -> Tensor<4> {
    check_same("add_on", acc.dims(), x.dims());
    Ghosts::cut("add_on", x.dims()[0], groups).check("add_on", "on", on);
    run(acc, x, groups, Lists::same(on))
}

/// `acc` with ghost batch `read[i]` of `x` added to ghost batch `write[i]`, for every `i`.
///
/// Shapes: `acc` and the result `[groups * n, c, h, w]`, `x` `[m * n, c, h, w]` with any `m`;
/// otherwise as [`add_on`]. `read` may name a ghost batch several times.
///
/// # Panics
/// If the shapes do not fit, the rows cannot be cut into `groups` ghost batches, the lists differ
/// in length, `write` is not a sorted list of distinct ghost batches, or `read` names one that does
/// not exist.
pub fn add_at(acc: Tensor<4>, x: Tensor<4>, groups: usize, read: &[u32], write: &[u32]) -> Tensor<4> {
    assert!(
        acc.dims()[1..] == x.dims()[1..],
        "add_at: the accumulator has shape {:?}, what is added {:?}",
        acc.dims(),
        x.dims()
    );
    let rows = [acc.dims()[0], x.dims()[0]];
    let lists = Lists::checked("add_at", rows, groups, read, write);
    run(acc, x, groups, lists)
}

fn run(acc: Tensor<4>, x: Tensor<4>, groups: usize, lists: Lists) -> Tensor<4> {
    if lists.write.is_empty() {
        return acc;
    }
    if !has_kernels([&acc, &x]) {
        return reference::add_at(acc, x, groups, &lists.read, &lists.write);
    }
    Tensor::from_dispatch(<Dispatch as AddOps>::add(acc.into_dispatch(), x.into_dispatch(), groups, lists))
}
