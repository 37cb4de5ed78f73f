//! Genetic CNN (Xie and Yuille, ICCV 2017) as settings name it.

use super::{
    known_space::{ImageSize, KnownSpace},
    number::{Number, Numbers},
};
use burn::tensor::Device;
use supernet_nn::{Definition, KnownNet, NnError, known::GeneticNet};
use supernet_space::{GeneticShape, GeneticStages, SearchSpace, SpaceError};

pub(super) static GENETIC_STAGES: KnownSpace = KnownSpace {
    name: "genetic-stages",
    about: "Genetic CNN's three stages of nodes that read any earlier ones",
    numbers: &[(Number::Filters, [64, 8]), (Number::Nodes, [3, 3])],
    least_side: 8,
    is_described: true,
    space: choices,
    definition,
};

/// Three stages, of which each has a node more than the one before.
fn stages(numbers: &Numbers) -> Result<GeneticStages, SpaceError> {
    let nodes = numbers.get(Number::Nodes);
    if !(2..=GeneticStages::MOST_NODES - 2).contains(&nodes) {
        let expected = "2 to 4 in the first stage: each further one has one more";
        return Err(SpaceError::Field { field: "nodes", found: nodes, expected });
    }
    GeneticStages::new(&[nodes, nodes + 1, nodes + 2])
}

fn choices(numbers: &Numbers) -> Result<SearchSpace, SpaceError> {
    Ok(stages(numbers)?.space().clone())
}

fn definition(numbers: &Numbers, size: ImageSize, device: &Device) -> Result<Definition<KnownNet>, NnError> {
    let ImageSize { side, channels, classes } = size;
    let filters = numbers.get(Number::Filters);
    let shape = GeneticShape { filters, side, channels, classes };
    Ok(GeneticNet::definition(&stages(numbers)?, shape, device)?.within(KnownNet::GeneticStages))
}
