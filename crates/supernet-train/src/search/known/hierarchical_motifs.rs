//! Hierarchical representations (Liu, Simonyan, Vinyals, Fernando and Kavukcuoglu, ICLR 2018) as
//! settings name them.

use super::{
    known_space::{ImageSize, KnownSpace},
    number::{Number, Numbers},
};
use burn::tensor::Device;
use supernet_nn::{Definition, KnownNet, NnError, known::MotifNet};
use supernet_space::{HierarchicalMotifs, MotifLevel, MotifShape, SearchSpace, SpaceError};

pub(super) static HIERARCHICAL_MOTIFS: KnownSpace = KnownSpace {
    name: "hierarchical-motifs",
    about: "Cells that are graphs of motifs, which are graphs of operations",
    numbers: &[(Number::Filters, [16, 8]), (Number::Cells, [1, 1]), (Number::Nodes, [4, 3]), (Number::Motifs, [6, 2])],
    least_side: 4,
    is_described: true,
    space: choices,
    definition,
};

/// Motifs of operations, and a cell of one node more.
fn motifs(numbers: &Numbers) -> Result<HierarchicalMotifs, SpaceError> {
    let [nodes, motifs] = [Number::Nodes, Number::Motifs].map(|number| numbers.get(number));
    HierarchicalMotifs::new(&[MotifLevel { motifs, nodes }, MotifLevel { motifs: 1, nodes: nodes + 1 }])
}

fn choices(numbers: &Numbers) -> Result<SearchSpace, SpaceError> {
    Ok(motifs(numbers)?.space().clone())
}

fn definition(numbers: &Numbers, size: ImageSize, device: &Device) -> Result<Definition<KnownNet>, NnError> {
    let ImageSize { side, channels, classes } = size;
    let [filters, cells] = [Number::Filters, Number::Cells].map(|number| numbers.get(number));
    let shape = MotifShape { filters, cells, side, channels, classes };
    Ok(MotifNet::definition(&motifs(numbers)?, shape, device)?.within(KnownNet::HierarchicalMotifs))
}
