//! MobileNets (Howard et al. 2017) as settings name them.

use super::{
    known_space::{ImageSize, KnownSpace},
    number::{Number, Numbers},
};
use burn::tensor::Device;
use supernet_nn::{Definition, KnownNet, NnError, known::MobileNetV1Net};
use supernet_space::{MobileNetV1, MobileNetV1Shape, SearchSpace, SpaceError};

pub(super) static MOBILE_NET_V1: KnownSpace = KnownSpace {
    name: "mobile-net-v1",
    about: "MobileNet's width, resolution and depth",
    numbers: &[(Number::Filters, [32, 8])],
    least_side: 7,
    is_described: true,
    space: choices,
    definition,
};

fn choices(_: &Numbers) -> Result<SearchSpace, SpaceError> {
    Ok(MobileNetV1::new().space().clone())
}

fn definition(numbers: &Numbers, size: ImageSize, device: &Device) -> Result<Definition<KnownNet>, NnError> {
    let ImageSize { side, channels, classes } = size;
    let shape = MobileNetV1Shape { filters: numbers.get(Number::Filters), side, channels, classes };
    Ok(MobileNetV1Net::definition(shape, device)?.within(KnownNet::MobileNetV1))
}
