//! PNAS (Liu, Zoph, Neumann et al., ECCV 2018) as settings name it, by default of the sizes that
//! were searched.

use super::{
    known_space::{ImageSize, KnownSpace},
    number::{Number, Numbers},
};
use burn::tensor::Device;
use supernet_nn::{Definition, KnownNet, NnError, known::PnasNetNet};
use supernet_space::{PnasNet, PnasNetShape, SearchSpace, SpaceError};

pub(super) static PNAS_NET: KnownSpace = KnownSpace {
    name: "pnas-net",
    about: "PNAS' cell of blocks, which with stride 2 reduces",
    numbers: &[(Number::Filters, [24, 8]), (Number::Cells, [2, 1]), (Number::Blocks, [5, 3])],
    least_side: 4,
    is_described: true,
    space: choices,
    definition,
};

fn choices(numbers: &Numbers) -> Result<SearchSpace, SpaceError> {
    Ok(PnasNet::new(numbers.get(Number::Blocks))?.space().clone())
}

fn definition(numbers: &Numbers, size: ImageSize, device: &Device) -> Result<Definition<KnownNet>, NnError> {
    let ImageSize { side, channels, classes } = size;
    let [filters, cells] = [Number::Filters, Number::Cells].map(|number| numbers.get(number));
    let space = PnasNet::new(numbers.get(Number::Blocks))?;
    let (stem, also_concatenated) = (3 * filters, 0);
    let shape = PnasNetShape { filters, cells, stem, side, channels, classes, also_concatenated };
    Ok(PnasNetNet::definition(&space, shape, device)?.within(KnownNet::PnasNet))
}
