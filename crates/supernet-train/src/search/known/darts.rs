//! DARTS (Liu, Simonyan and Yang, ICLR 2019) as settings name it.

use super::{
    known_space::{ImageSize, KnownSpace},
    number::{Number, Numbers},
};
use burn::tensor::Device;
use supernet_nn::{Definition, KnownNet, NnError, known::DartsNet};
use supernet_space::{Darts, DartsShape, SearchSpace, SpaceError};

pub(super) static DARTS: KnownSpace = KnownSpace {
    name: "darts",
    about: "Normal and reducing cells of four nodes",
    numbers: &[(Number::Filters, [16, 8]), (Number::Cells, [8, 5])],
    least_side: 4,
    is_described: true,
    space: choices,
    definition,
};

fn choices(_: &Numbers) -> Result<SearchSpace, SpaceError> {
    Ok(Darts::new().space().clone())
}

fn definition(numbers: &Numbers, size: ImageSize, device: &Device) -> Result<Definition<KnownNet>, NnError> {
    let ImageSize { side, channels, classes } = size;
    let [filters, cells] = [Number::Filters, Number::Cells].map(|number| numbers.get(number));
    let shape = DartsShape { filters, cells, side, channels, classes };
    Ok(DartsNet::definition(shape, device)?.within(KnownNet::Darts))
}
