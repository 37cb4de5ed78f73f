//! Which tensors have kernels.

use burn::tensor::{DType, Device, Tensor};

/// True if the tensors are `f32` and on a backend with kernels; every other call goes to the [reference](crate::reference).
pub(crate) fn has_kernels<const N: usize>(tensors: [&Tensor<4>; N]) -> bool {
    tensors.iter().all(|t| t.dtype() == DType::F32 && is_flex(&t.device()))
}

#[cfg(feature = "flex")]
pub(crate) fn is_flex(device: &Device) -> bool {
    use burn::backend::DispatchDevice;
    let device = device.clone().inner();
    matches!(device.as_dispatch(), DispatchDevice::Flex(_))
}

#[cfg(not(feature = "flex"))]
pub(crate) fn is_flex(_: &Device) -> bool {
    false
}
