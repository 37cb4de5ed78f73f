//! MobileNetV2's chain of inverted residuals, as searched by ProxylessNAS, as settings name it.

use super::{
    known_space::{ImageSize, KnownSpace},
    number::{Number, Numbers},
};
use burn::tensor::Device;
use supernet_nn::{Definition, KnownNet, NnError, known::MobileNet};
use supernet_space::{MobileChain, MobileShape, MobileStage, SearchSpace, SpaceError};

pub(super) static MOBILE: KnownSpace = KnownSpace {
    name: "mobile",
    about: "MobileNetV2's chain of inverted residuals, for images of at least 32 x 32",
    numbers: &[(Number::Filters, [32, 8]), (Number::Head, [1_280, 320])],
    least_side: 32,
    is_described: true,
    space: choices,
    definition,
};

/// MobileNetV2's stages behind a stem of `filters` filters.
fn chain(filters: usize) -> Result<MobileChain, SpaceError> {
    let chain = MobileChain::mobilenet_v2();
    let stages = chain.stages().iter();
    let stages: Vec<_> =
        stages.map(|stage| MobileStage { channels: scaled(stage.channels, filters), ..*stage }).collect();
    MobileChain::new(&stages)
}

/// Channels published behind a stem of 32 filters, behind one of `filters`; at least 1.
fn scaled(channels: usize, filters: usize) -> usize {
    (channels * filters / MobileShape::default().stem).max(1)
}

fn choices(_: &Numbers) -> Result<SearchSpace, SpaceError> {
    Ok(MobileChain::mobilenet_v2().space().clone())
}

fn definition(numbers: &Numbers, size: ImageSize, device: &Device) -> Result<Definition<KnownNet>, NnError> {
    let ImageSize { side, channels, classes } = size;
    let [stem, head] = [Number::Filters, Number::Head].map(|number| numbers.get(number));
    let first = scaled(MobileShape::default().first, stem);
    let shape = MobileShape { stem, first, head, side, channels, classes };
    Ok(MobileNet::definition(&chain(stem)?, shape, device)?.within(KnownNet::Mobile))
}
