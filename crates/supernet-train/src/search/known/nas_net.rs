//! NASNet (Zoph, Vasudevan, Shlens and Le, CVPR 2018) as settings name it, by default of the sizes
//! that were searched.

use super::{
    known_space::{ImageSize, KnownSpace},
    number::{Number, Numbers},
};
use burn::tensor::Device;
use supernet_nn::{Definition, KnownNet, NnError, known::NasNetNet};
use supernet_space::{NasNet, NasNetShape, SearchSpace, SpaceError};

pub(super) static NAS_NET: KnownSpace = KnownSpace {
    name: "nas-net",
    about: "NASNet's normal and reducing cell of blocks",
    numbers: &[(Number::Filters, [32, 8]), (Number::Cells, [2, 1]), (Number::Blocks, [5, 2])],
    least_side: 4,
    is_described: true,
    space: choices,
    definition,
};

fn choices(numbers: &Numbers) -> Result<SearchSpace, SpaceError> {
    Ok(NasNet::new(numbers.get(Number::Blocks))?.space().clone())
}

fn definition(numbers: &Numbers, size: ImageSize, device: &Device) -> Result<Definition<KnownNet>, NnError> {
    let ImageSize { side, channels, classes } = size;
    let [filters, cells] = [Number::Filters, Number::Cells].map(|number| numbers.get(number));
    let space = NasNet::new(numbers.get(Number::Blocks))?;
    let (stem, also_concatenated) = (3 * filters, [0; 2]);
    let shape = NasNetShape { filters, cells, stem, side, channels, classes, also_concatenated };
    Ok(NasNetNet::definition(&space, shape, device)?.within(KnownNet::NasNet))
}
