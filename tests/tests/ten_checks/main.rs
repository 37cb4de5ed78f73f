//! The ten checks that the implementation is the paper's, a file each. Two need a trained supernet
//! or a table and stand in `search.rs`: symmetric KL (8) and rank statistics (9). The values
//! themselves are checked in `reference_values.rs`.

mod cell_output;
mod choice_block;
mod drop_rate;
mod extraction;
mod ghost_batches;
mod scoring;
mod sparse_and_dense;
mod use_and_update;

use burn::optim::GradientsParams;
use burn::tensor::{DType, Device, Tensor};
use std::collections::BTreeMap;
use supernet_nn::{NetworkConfig, PaperNetwork};
use supernet_space::{Architecture, CellSpace, draws};
use supernet_tests::{Formula, Parameter, backward, cross_entropy, labels, parameters};

/// f64: only the order of sums differs.
const EXACT: f64 = 1e-10;

fn cells(blocks: usize) -> CellSpace {
    CellSpace::new(3, blocks).unwrap()
}

fn supernet(config: &NetworkConfig, dtype: DType, device: &Device) -> PaperNetwork {
    config.supernet(&mut Formula(dtype), device).unwrap()
}

fn named(network: &PaperNetwork) -> BTreeMap<String, Parameter> {
    parameters(network, &GradientsParams::new())
}

fn architectures(cells: &CellSpace, count: usize, seed: u64) -> Vec<Architecture> {
    let rng = &mut draws(seed, "architectures", 0);
    (0..count).map(|_| cells.space().sample(rng)).collect()
}

/// The parameters with the gradients of the mean cross entropy of a forward pass.
fn learn(network: &PaperNetwork, logits: Tensor<2>) -> BTreeMap<String, Parameter> {
    let ([count, classes], device) = (logits.dims(), logits.device());
    backward(cross_entropy(logits, labels(count, classes, &device)), network)
}
