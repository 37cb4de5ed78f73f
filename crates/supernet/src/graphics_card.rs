//! What a graphics card says of itself.

use burn::tensor::Device;
use std::fmt;

/// A graphics card, as its driver describes it.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct GraphicsCard {
    /// Its name.
    pub name: String,
    /// Its memory in bytes, where the driver says how much that is.
    pub memory_bytes: Option<u64>,
    /// What it computes with besides `f32`: of `f16`, `bf16` and `matrix units`.
    pub offers: Vec<&'static str>,
}

/// Returns the card behind `device`, or none where that is a processor. Opens the device.
#[cfg(feature = "cubecl")]
pub fn graphics_card(device: &Device) -> Option<GraphicsCard> {
    use burn::{backend::DispatchDevice, tensor::FloatDType};

    let device = device.clone().inner();
    let DispatchDevice::Cube(opened) = device.as_dispatch() else { return None };
    let client = opened.client();
    let properties = client.properties();
    let offers = [
        ("f16", device.supports_dtype(FloatDType::F16)),
        ("bf16", device.supports_dtype(FloatDType::BF16)),
        ("matrix units", !properties.features.matmul.cmma.is_empty()),
    ];
    Some(GraphicsCard {
        name: properties.identity.name.clone(),
        memory_bytes: properties.memory.max_memory(),
        offers: offers.into_iter().filter_map(|(what, offered)| offered.then_some(what)).collect(),
    })
}

/// Returns the card behind `device`: none, as this build has no backend for one.
#[cfg(not(feature = "cubecl"))]
pub fn graphics_card(_: &Device) -> Option<GraphicsCard> {
    None
}

impl fmt::Display for GraphicsCard {
    /// Its name, its memory and what it offers, on a line.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let memory = self.memory_bytes.map(|bytes| format!("{:.0} GiB", bytes as f64 / f64::from(1 << 30)));
        let parts = memory.into_iter().chain(self.offers.iter().map(|offer| (*offer).into()));
        write!(f, "{}", std::iter::once(self.name.clone()).chain(parts).collect::<Vec<String>>().join(", "))
    }
}
