//! NAS-Bench-201 (Dong and Yang, ICLR 2020) as settings name it.

use super::{
    known_space::{ImageSize, KnownSpace},
    number::{Number, Numbers},
};
use burn::tensor::Device;
use supernet_nn::{Definition, KnownNet, NnError, known::NasBench201Net};
use supernet_space::{NasBench201, NasBench201Shape, SearchSpace, SpaceError};

pub(super) static NAS_BENCH_201: KnownSpace = KnownSpace {
    name: "nas-bench-201",
    about: "Cells whose six edges take one of five operations",
    numbers: &[(Number::Filters, [16, 8]), (Number::Cells, [5, 2])],
    least_side: 4,
    is_described: true,
    space: choices,
    definition,
};

fn choices(_: &Numbers) -> Result<SearchSpace, SpaceError> {
    Ok(NasBench201::new().space().clone())
}

fn definition(numbers: &Numbers, size: ImageSize, device: &Device) -> Result<Definition<KnownNet>, NnError> {
    let ImageSize { side, channels, classes } = size;
    let [filters, cells] = [Number::Filters, Number::Cells].map(|number| numbers.get(number));
    let shape = NasBench201Shape { filters, cells, side, channels, classes };
    Ok(NasBench201Net::definition(shape, device)?.within(KnownNet::NasBench201))
}
