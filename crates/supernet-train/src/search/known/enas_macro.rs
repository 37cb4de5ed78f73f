//! The whole networks of ENAS (Pham, Guan, Zoph, Le and Dean, ICML 2018) as settings name them.

use super::{
    known_space::{ImageSize, KnownSpace},
    number::{Number, Numbers},
};
use burn::tensor::Device;
use supernet_nn::{Definition, KnownNet, NnError, known::EnasMacroNet};
use supernet_space::{EnasMacro, EnasMacroShape, SearchSpace, SpaceError};

pub(super) static ENAS_MACRO: KnownSpace = KnownSpace {
    name: "enas-macro",
    about: "ENAS' chain of layers with skip connections",
    numbers: &[(Number::Filters, [36, 8]), (Number::Layers, [12, 6])],
    least_side: 4,
    is_described: true,
    space: choices,
    definition,
};

fn choices(numbers: &Numbers) -> Result<SearchSpace, SpaceError> {
    Ok(EnasMacro::new(numbers.get(Number::Layers))?.space().clone())
}

fn definition(numbers: &Numbers, size: ImageSize, device: &Device) -> Result<Definition<KnownNet>, NnError> {
    let ImageSize { side, channels, classes } = size;
    let filters = numbers.get(Number::Filters);
    let (space, shape) =
        (EnasMacro::new(numbers.get(Number::Layers))?, EnasMacroShape { filters, side, channels, classes });
    Ok(EnasMacroNet::definition(&space, shape, device)?.within(KnownNet::EnasMacro))
}
