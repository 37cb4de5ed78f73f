//! NAS-Bench-Macro (Su et al., CVPR 2021) as settings name it.

use super::{
    known_space::{ImageSize, KnownSpace},
    number::{Number, Numbers},
};
use burn::tensor::Device;
use supernet_nn::{Definition, KnownNet, NnError, known::NasBenchMacroNet};
use supernet_space::{NasBenchMacro, NasBenchMacroShape, SearchSpace, SpaceError};

pub(super) static NAS_BENCH_MACRO: KnownSpace = KnownSpace {
    name: "nas-bench-macro",
    about: "A chain of eight layers of three options",
    numbers: &[(Number::Filters, [32, 8]), (Number::Head, [1_280, 320])],
    least_side: 8,
    is_described: true,
    space: choices,
    definition,
};

fn choices(_: &Numbers) -> Result<SearchSpace, SpaceError> {
    Ok(NasBenchMacro::new().space().clone())
}

fn definition(numbers: &Numbers, size: ImageSize, device: &Device) -> Result<Definition<KnownNet>, NnError> {
    let ImageSize { side, channels, classes } = size;
    let [stem, head] = [Number::Filters, Number::Head].map(|number| numbers.get(number));
    let shape = NasBenchMacroShape { stem, head, side, channels, classes };
    Ok(NasBenchMacroNet::definition(shape, device)?.within(KnownNet::NasBenchMacro))
}
