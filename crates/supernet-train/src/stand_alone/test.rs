//! Accuracy of trained networks on examples that were not trained on.

use crate::{
    Examples, TrainError,
    scoring::{Tally, read},
    stage::TESTING,
};
use burn::tensor::{Device, Tensor};
use supernet_nn::{Call, Layer, MaskedNetwork, Network, Statistics};
use supernet_search::Score;
use supernet_space::PathMask;

/// Computes accuracy and mean loss of a calibrated network on `examples`, with its stored
/// statistics.
///
/// # Errors
/// Examples of another shape, or a device that fails.
pub fn test<M: Layer<D, 2>, const D: usize>(
    network: &Network<M, D>,
    mask: &PathMask,
    examples: &dyn Examples<D>,
    device: &Device,
) -> Result<Score, TrainError> {
    test_by(network, mask, Statistics::Stored, examples, device)
}

/// Computes accuracy and mean loss on `examples` of a network that is not calibrated, normalised by
/// the statistics of runs of 500 of them: of one that is in training.
///
/// # Errors
/// As [`test()`].
pub fn test_uncalibrated<M: Layer<D, 2>, const D: usize>(
    network: &Network<M, D>,
    mask: &PathMask,
    examples: &dyn Examples<D>,
    device: &Device,
) -> Result<Score, TrainError> {
    test_by(network, mask, Statistics::Batch, examples, device)
}

/// Examples per launch at inference, where nothing depends on it.
const INFERENCE_BATCH: usize = 500;

fn test_by<M: Layer<D, 2>, const D: usize>(
    network: &Network<M, D>,
    mask: &PathMask,
    statistics: Statistics,
    examples: &dyn Examples<D>,
    device: &Device,
) -> Result<Score, TrainError> {
    let (device, call) = (device.clone().inner(), Call { statistics, ..Call::default() });
    let paths = network.paths(vec![mask.clone()], None)?;
    let mut tally = Tally::default();
    let all: Vec<usize> = (0..examples.len()).collect();
    for indices in all.chunks(INFERENCE_BATCH) {
        let input = Tensor::from_data(examples.batch(indices), &device);
        let logits = read(network.logits(input, &paths, &call)?, TESTING)?;
        let labels: Vec<usize> = indices.iter().map(|&i| examples.label(i)).collect();
        tally.join(Tally::of(&logits, &labels));
    }
    Ok(tally.score())
}
