//! Which tensors have kernels.

use burn::tensor::{DType, Device, Tensor};

/// True if the tensors are `f32` and on a backend with kernels; every other call goes to the
/// [reference](crate::reference).
pub(crate) fn has_kernels<const N: usize>(tensors: [&Tensor<4>; N]) -> bool {
    tensors.iter().all(|t| {
        let device = t.device();
        t.dtype() == DType::F32 && (is_flex(&device) || is_cube(&device))
    })
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

#[cfg(feature = "cubecl")]
pub(crate) fn is_cube(device: &Device) -> bool {
    use burn::backend::DispatchDevice;
    let device = device.clone().inner();
    matches!(device.as_dispatch(), DispatchDevice::Cube(_))
}

#[cfg(not(feature = "cubecl"))]
pub(crate) fn is_cube(_: &Device) -> bool {
    false
}
