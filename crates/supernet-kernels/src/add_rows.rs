//! A compact tensor summed into an accumulator: `acc[write[i]] += y[i]`.

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

use crate::{backend::has_kernels, ghosts::Ghosts, reference};

/// Kernels of a backend. Tensors are `f32`; what they must fit is checked before.
pub trait AddRowsKernels: Backend {
    /// `acc[write[i]] += y[i]`.
    fn forward(acc: FloatTensor<Self>, y: FloatTensor<Self>, groups: usize, write: &[u32]) -> FloatTensor<Self>;

    /// The gradient of `y`: the listed ghost batches of `grad`.
    fn backward(grad: FloatTensor<Self>, groups: usize, write: &[u32]) -> FloatTensor<Self>;
}

/// The differentiable operation.
#[backend_extension(Flex: cfg(feature = "flex"), Autodiff)]
pub trait AddRowsOps: Backend {
    /// See [`AddRowsKernels::forward`].
    fn add_rows(acc: FloatTensor<Self>, y: FloatTensor<Self>, groups: usize, write: Vec<u32>) -> FloatTensor<Self>;
}

impl<B: AddRowsKernels> AddRowsOps for B {
    fn add_rows(acc: FloatTensor<Self>, y: FloatTensor<Self>, groups: usize, write: Vec<u32>) -> FloatTensor<Self> {
        B::forward(acc, y, groups, &write)
    }
}

#[derive(Debug)]
struct AddRowsBackward;

impl<B: AddRowsKernels> Backward<B, 2> for AddRowsBackward {
    type State = (usize, Vec<u32>);

    fn backward(self, ops: Ops<Self::State, 2>, grads: &mut Gradients, _: &mut Checkpointer) {
        let grad = grads.consume::<B>(&ops.node);
        let (groups, write) = ops.state;
        let [acc, y] = ops.parents;
        if let Some(parent) = y {
            grads.register::<B>(parent.id, B::backward(grad.clone(), groups, &write));
        }
        if let Some(parent) = acc {
            grads.register::<B>(parent.id, grad);
        }
    }
}

impl<B: AddRowsKernels, C: CheckpointStrategy> AddRowsOps for Autodiff<B, C> {
    fn add_rows(acc: FloatTensor<Self>, y: FloatTensor<Self>, groups: usize, write: Vec<u32>) -> FloatTensor<Self> {
        let ((acc, acc_node), (y, y_node)) = (acc.into_parts(), y.into_parts());
        match AddRowsBackward.prepare::<C>([acc_node, y_node]).compute_bound().stateful() {
            OpsKind::Tracked(prep) => {
                let sum = B::forward(acc, y, groups, &write);
                prep.finish((groups, write), sum)
            }
            OpsKind::UnTracked(prep) => prep.finish(B::forward(acc, y, groups, &write)),
        }
    }
}

/// `acc` with the ghost batches of the compact `y` added to the listed ones.
///
/// Shapes: `acc` and the result `[groups * n, c, h, w]`, `y` `[write.len() * n, c, h, w]`. `acc` is changed in place when nothing
/// else holds it. The gradient of `acc` is the incoming gradient.
///
/// # Panics
/// If the shapes do not fit, or `write` is not a sorted list of distinct ghost batches.
pub fn add_rows(acc: Tensor<4>, y: Tensor<4>, groups: usize, write: &[u32]) -> Tensor<4> {
    let [rows, c, h, w] = acc.dims();
    let ghosts = Ghosts::cut("add_rows", rows, groups);
    ghosts.check("add_rows", "write", write);
    assert!(
        y.dims() == [ghosts.rows(write.len()), c, h, w],
        "add_rows: {:?} cannot be added to {} ghost batches of {:?}",
        y.dims(),
        write.len(),
        acc.dims()
    );
    if write.is_empty() {
        return acc;
    }
    if !has_kernels([&acc, &y]) {
        return reference::add_rows(acc, y, groups, write);
    }
    Tensor::from_dispatch(<Dispatch as AddRowsOps>::add_rows(
        acc.into_dispatch(),
        y.into_dispatch(),
        groups,
        write.to_vec(),
    ))
}
