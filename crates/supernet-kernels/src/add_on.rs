//! The identity, summed into an accumulator: `acc[on] += x[on]`.

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
    reference,
};

/// Kernels of a backend. Tensors are `f32`; what they must fit is checked before.
pub trait AddKernels: Backend {
    /// `acc[on] += x[on]`.
    fn forward_add(
        acc: FloatTensor<Self>,
        x: FloatTensor<Self>,
        groups: usize,
        on: &[u32],
    ) -> FloatTensor<Self>;

    /// The gradient of `x`: `grad` where a ghost batch is listed, else zero.
    fn backward(grad: FloatTensor<Self>, groups: usize, on: &[u32]) -> FloatTensor<Self>;
}

/// The differentiable operation.
#[backend_extension(Flex: cfg(feature = "flex"), Autodiff)]
pub trait AddOps: Backend {
    /// See [`AddKernels::forward_add`].
    fn add_on(
        acc: FloatTensor<Self>,
        x: FloatTensor<Self>,
        groups: usize,
        on: Vec<u32>,
    ) -> FloatTensor<Self>;
}

impl<B: AddKernels> AddOps for B {
    fn add_on(
        acc: FloatTensor<Self>,
        x: FloatTensor<Self>,
        groups: usize,
        on: Vec<u32>,
    ) -> FloatTensor<Self> {
        B::forward_add(acc, x, groups, &on)
    }
}

#[derive(Debug)]
struct AddBackward;

impl<B: AddKernels> Backward<B, 2> for AddBackward {
    type State = (usize, Vec<u32>);

    fn backward(self, ops: Ops<Self::State, 2>, grads: &mut Gradients, _: &mut Checkpointer) {
        let grad = grads.consume::<B>(&ops.node);
        let (groups, on) = ops.state;
        let [acc, of_x] = ops.parents;
        if let Some(parent) = of_x {
            let dx = B::backward(grad.clone(), groups, &on);
            grads.register::<B>(parent.id, dx);
        }
        if let Some(acc) = acc {
            grads.register::<B>(acc.id, grad);
        }
    }
}

impl<B: AddKernels, C: CheckpointStrategy> AddOps for Autodiff<B, C> {
    fn add_on(
        acc: FloatTensor<Self>,
        x: FloatTensor<Self>,
        groups: usize,
        on: Vec<u32>,
    ) -> FloatTensor<Self> {
        let ((acc, acc_node), (x, x_node)) = (acc.into_parts(), x.into_parts());
        match AddBackward
            .prepare::<C>([acc_node, x_node])
            .compute_bound()
            .stateful()
        {
            OpsKind::Tracked(prep) => {
                let y = B::forward_add(acc, x, groups, &on);
                prep.finish((groups, on), y)
            }
            OpsKind::UnTracked(prep) => prep.finish(B::forward_add(acc, x, groups, &on)),
        }
    }
}

/// `acc` with `x` added to the listed ghost batches.
///
/// Shapes: `acc`, `x` and the result `[groups * n, c, h, w]`. `acc` is changed in place when nothing else holds it. The gradient of
/// `acc` is the incoming gradient, not a copy; that of ghost batches of `x` that are not listed is exactly zero.
///
/// # Panics
/// If the shapes differ, the rows cannot be cut into `groups` ghost batches, or `on` is not a sorted list of distinct ones.
pub fn add_on(acc: Tensor<4>, x: Tensor<4>, groups: usize, on: &[u32]) -> Tensor<4> {
    check_same("add_on", acc.dims(), x.dims());
    Ghosts::cut("add_on", x.dims()[0], groups).check("add_on", "on", on);
    if on.is_empty() {
        return acc;
    }
    if !has_kernels([&acc, &x]) {
        return reference::add_on(acc, x, groups, on);
    }
    Tensor::from_dispatch(<Dispatch as AddOps>::add_on(
        acc.into_dispatch(),
        x.into_dispatch(),
        groups,
        on.to_vec(),
    ))
}
