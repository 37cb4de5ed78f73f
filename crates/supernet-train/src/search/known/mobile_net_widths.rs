//! MobileNet (Howard et al. 2017) with a width of its own for each tensor, as settings name it.

use super::{
    known_space::{ImageSize, KnownSpace},
    number::{Number, Numbers},
};
use burn::tensor::Device;
use supernet_nn::{Definition, KnownNet, NnError, known::SeparableChain};
use supernet_space::{MobileNetV1Shape, MobileNetWidths, SearchSpace, SpaceError};

pub(super) static MOBILE_NET_WIDTHS: KnownSpace = KnownSpace {
    name: "mobile-net-widths",
    about: "MobileNet's layers, each tensor of a width of its own",
    numbers: &[(Number::Filters, [32, 8])],
    least_side: 7,
    is_described: true,
    space: choices,
    definition,
};

fn choices(_: &Numbers) -> Result<SearchSpace, SpaceError> {
    Ok(MobileNetWidths::new().space().clone())
}

fn definition(numbers: &Numbers, size: ImageSize, device: &Device) -> Result<Definition<KnownNet>, NnError> {
    let ImageSize { side, channels, classes } = size;
    let shape = MobileNetV1Shape { filters: numbers.get(Number::Filters), side, channels, classes };
    Ok(SeparableChain::definition(shape, device)?.within(KnownNet::MobileNetWidths))
}
