//! The cells of ENAS (Pham, Guan, Zoph, Le and Dean, ICML 2018) as settings name them.

use super::{
    known_space::{ImageSize, KnownSpace},
    number::{Number, Numbers},
};
use burn::tensor::Device;
use supernet_nn::{Definition, KnownNet, NnError, known::EnasMicroNet};
use supernet_space::{EnasMicro, EnasMicroShape, SearchSpace, SpaceError};

pub(super) static ENAS_MICRO: KnownSpace = KnownSpace {
    name: "enas-micro",
    about: "ENAS' normal and reducing cell of nodes",
    numbers: &[(Number::Filters, [20, 8]), (Number::Cells, [2, 1]), (Number::Nodes, [5, 2])],
    least_side: 4,
    is_described: true,
    space: choices,
    definition,
};

fn choices(numbers: &Numbers) -> Result<SearchSpace, SpaceError> {
    Ok(EnasMicro::new(numbers.get(Number::Nodes))?.space().clone())
}

fn definition(numbers: &Numbers, size: ImageSize, device: &Device) -> Result<Definition<KnownNet>, NnError> {
    let ImageSize { side, channels, classes } = size;
    let [filters, cells] = [Number::Filters, Number::Cells].map(|number| numbers.get(number));
    let space = EnasMicro::new(numbers.get(Number::Nodes))?;
    let shape = EnasMicroShape { filters, cells, side, channels, classes };
    Ok(EnasMicroNet::definition(&space, shape, device)?.within(KnownNet::EnasMicro))
}
