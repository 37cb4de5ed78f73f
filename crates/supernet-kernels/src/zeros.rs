//! Zeros to accumulate into.

use burn::{
    backend::{
        Autodiff, AutodiffBackend, Backend, Dispatch, autodiff::checkpoint::strategy::CheckpointStrategy,
        backend_extension, tensor::FloatTensor,
    },
    tensor::Tensor,
};

use crate::backend::has_kernels;

/// Kernels of a backend. Tensors are `f32`.
pub trait ZerosKernels: Backend {
    /// Zeros, on the device of `x`.
    fn filled(x: &FloatTensor<Self>, shape: [usize; 4]) -> FloatTensor<Self>;
}

/// The operation; nothing flows back through it.
#[backend_extension(Flex: cfg(feature = "flex"), Cube: cfg(feature = "cubecl"), Autodiff)]
pub trait ZerosOps: Backend {
    /// See [`ZerosKernels::filled`].
    fn zeros(x: &FloatTensor<Self>, shape: [usize; 4]) -> FloatTensor<Self>;
}

impl<B: ZerosKernels> ZerosOps for B {
    fn zeros(x: &FloatTensor<Self>, shape: [usize; 4]) -> FloatTensor<Self> {
        B::filled(x, shape)
    }
}

impl<B: ZerosKernels, C: CheckpointStrategy> ZerosOps for Autodiff<B, C> {
    fn zeros(x: &FloatTensor<Self>, shape: [usize; 4]) -> FloatTensor<Self> {
        Self::from_inner(B::filled(x.primitive(), shape))
    }
}

/// Returns zeros with `rows` rows and `channels` channels, of the height, width, type and device of
/// `x`: an accumulator for [`pointwise_add`](crate::pointwise_add), [`conv_add`](crate::conv_add),
/// [`pool_add`](crate::pool_add) and [`add_on`](crate::add_on).
pub fn zeros_like_rows(x: &Tensor<4>, rows: usize, channels: usize) -> Tensor<4> {
    let [_, _, h, w] = x.dims();
    zeros_like(x, [rows, channels, h, w])
}

/// Returns zeros of `shape`, of the type and on the device of `x`.
pub fn zeros_like(x: &Tensor<4>, shape: [usize; 4]) -> Tensor<4> {
    if shape.contains(&0) || !has_kernels([x]) {
        return Tensor::zeros(shape, (&x.device(), x.dtype()));
    }
    let x = x.clone().into_dispatch();
    Tensor::from_dispatch(<Dispatch as ZerosOps>::zeros(&x, shape))
}
