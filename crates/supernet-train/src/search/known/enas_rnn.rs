//! The recurrent cells of ENAS (Pham, Guan, Zoph, Le and Dean, ICML 2018), which here read images
//! row by row, as settings name them. The number of nodes is the paper's, the state is not: it was
//! searched on text.

use super::{
    known_space::{ImageSize, KnownSpace},
    number::{Number, Numbers},
};
use burn::tensor::Device;
use supernet_nn::{Definition, KnownNet, NnError, known::EnasRnnByRows};
use supernet_space::{EnasRnn, SearchSpace, SpaceError};

pub(super) static ENAS_RNN: KnownSpace = KnownSpace {
    name: "enas-rnn",
    about: "ENAS' recurrent cell, which reads an image row by row",
    numbers: &[(Number::Filters, [64, 16]), (Number::Nodes, [12, 6])],
    least_side: 1,
    is_described: false,
    space: choices,
    definition,
};

fn choices(numbers: &Numbers) -> Result<SearchSpace, SpaceError> {
    Ok(EnasRnn::new(numbers.get(Number::Nodes))?.space().clone())
}

fn definition(numbers: &Numbers, size: ImageSize, device: &Device) -> Result<Definition<KnownNet>, NnError> {
    let ImageSize { side, channels, classes } = size;
    let (space, hidden) = (EnasRnn::new(numbers.get(Number::Nodes))?, numbers.get(Number::Filters));
    let definition = EnasRnnByRows::definition(&space, hidden, [channels, side, side], classes, device)?;
    Ok(definition.within(KnownNet::EnasRnn))
}
