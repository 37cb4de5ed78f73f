//! Every second pixel of every second row: what a convolution of stride 2 is made of.
//!
//! ```text
//! y[i, c, a, b] = x[i, c, 2 * a + row, 2 * b + column]
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

/// Kernels of a backend. Tensors are `f32` with even sides; `row` and `column` are 0 or 1.
pub trait PhaseKernels: Backend {
    /// The pixels of the phase.
    fn forward(x: FloatTensor<Self>, row: usize, column: usize) -> FloatTensor<Self>;

    /// The gradient of the input, zero outside the phase; added to `into` if that is given.
    fn backward(
        grad: FloatTensor<Self>,
        row: usize,
        column: usize,
        into: Option<FloatTensor<Self>>,
    ) -> FloatTensor<Self>;
}

/// The differentiable operation.
#[backend_extension(Flex: cfg(feature = "flex"), Cube: cfg(feature = "cubecl"), Autodiff)]
pub trait PhaseOps: Backend {
    /// See [`PhaseKernels::forward`].
    fn phase(x: FloatTensor<Self>, row: usize, column: usize) -> FloatTensor<Self>;
}

impl<B: PhaseKernels> PhaseOps for B {
    fn phase(x: FloatTensor<Self>, row: usize, column: usize) -> FloatTensor<Self> {
        B::forward(x, row, column)
    }
}

#[derive(Debug)]
struct PhaseBackward;

impl<B: PhaseKernels> Backward<B, 1> for PhaseBackward {
    type State = (usize, usize);

    fn backward(self, ops: Ops<Self::State, 1>, grads: &mut Gradients, _: &mut Checkpointer) {
        let grad = consume!(B, grads, ops.node);
        let (row, column) = ops.state;
        if let [Some(parent)] = ops.parents {
            register!(B, grads, parent, |into| B::backward(grad, row, column, into));
        }
    }
}

impl<B: PhaseKernels, C: CheckpointStrategy> PhaseOps for Autodiff<B, C> {
    fn phase(x: FloatTensor<Self>, row: usize, column: usize) -> FloatTensor<Self> {
        let (x, node) = x.into_parts();
        match PhaseBackward.prepare::<C>([node]).compute_bound().stateful() {
            OpsKind::Tracked(prep) => prep.finish((row, column), B::forward(x, row, column)),
            OpsKind::UnTracked(prep) => prep.finish(B::forward(x, row, column)),
        }
    }
}

/// The pixels of even rows (`row` 0) or odd ones (1), and the same of columns, of images of even
/// sides on a backend with kernels.
///
/// Shapes: `x` `[rows, c, h, w]`, the result `[rows, c, h / 2, w / 2]`.
pub(crate) fn phase(x: Tensor<4>, row: usize, column: usize) -> Tensor<4> {
    Tensor::from_dispatch(<Dispatch as PhaseOps>::phase(x.into_dispatch(), row, column))
}

/// Every `stride`-th row and column, from the first.
///
/// Shapes: `x` `[rows, c, h, w]`, the result `[rows, c, h / stride, w / stride]`, rounded up.
pub fn every(x: Tensor<4>, stride: usize) -> Tensor<4> {
    let [rows, _, h, w] = x.dims();
    if stride != 2 || rows == 0 || h % 2 == 1 || w % 2 == 1 || !has_kernels([&x]) {
        return reference::every(x, stride);
    }
    phase(x, 0, 0)
}

/// Every second row and column, from the second.
///
/// Shapes: `x` `[rows, c, h, w]`, the result `[rows, c, h / 2, w / 2]`, rounded down.
pub fn every_other(x: Tensor<4>) -> Tensor<4> {
    let [rows, _, h, w] = x.dims();
    if rows == 0 || h % 2 == 1 || w % 2 == 1 || !has_kernels([&x]) {
        return reference::every_other(x);
    }
    phase(x, 1, 1)
}
