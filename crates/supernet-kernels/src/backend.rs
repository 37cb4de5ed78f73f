//! Which tensors have kernels.

use burn::tensor::{DType, Tensor};

/// True if the tensors are `f32` and on a backend with kernels; every other call goes to the [reference](crate::reference).
pub(crate) fn has_kernels<const N: usize>(tensors: [&Tensor<4>; N]) -> bool {
    tensors
        .iter()
        .all(|t| t.dtype() == DType::F32 && on_flex(t))
}

#[cfg(feature = "flex")]
fn on_flex(tensor: &Tensor<4>) -> bool {
    use burn::backend::DispatchDevice;
    let device = tensor.device().inner();
    matches!(device.as_dispatch(), DispatchDevice::Flex(_))
}

#[cfg(not(feature = "flex"))]
fn on_flex(_: &Tensor<4>) -> bool {
    false
}
