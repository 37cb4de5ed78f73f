//! The memory of banks of SMASH (Brock, Lim, Ritchie and Weston 2017) as settings name it.

use super::{
    known_space::{ImageSize, KnownSpace},
    number::{Number, Numbers},
};
use burn::tensor::Device;
use supernet_nn::{Definition, KnownNet, NnError, known::MemoryBanksNet};
use supernet_space::{MemoryBanks, MemoryBanksShape, SearchSpace, SpaceError};

pub(super) static MEMORY_BANKS: KnownSpace = KnownSpace {
    name: "memory-banks",
    about: "SMASH's banks that blocks read and write, weights made by a hypernetwork",
    numbers: &[(Number::Filters, [32, 8]), (Number::Blocks, [12, 6])],
    least_side: 2,
    is_described: true,
    space: choices,
    definition,
};

fn choices(numbers: &Numbers) -> Result<SearchSpace, SpaceError> {
    Ok(MemoryBanks::new(numbers.get(Number::Blocks))?.space().clone())
}

fn definition(numbers: &Numbers, size: ImageSize, device: &Device) -> Result<Definition<KnownNet>, NnError> {
    let ImageSize { side, channels, classes } = size;
    let [filters, blocks] = [Number::Filters, Number::Blocks].map(|number| numbers.get(number));
    let shape = MemoryBanksShape { filters, side, channels, classes };
    Ok(MemoryBanksNet::definition(&MemoryBanks::new(blocks)?, shape, device)?.within(KnownNet::MemoryBanks))
}
