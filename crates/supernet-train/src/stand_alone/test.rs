//! Accuracy of trained networks on examples that were not trained on.

use crate::{
    TrainError,
    scoring::{Tally, read},
    stage::TESTING,
};
use burn::tensor::{Device, Tensor, TensorData};
use supernet_data::{Images, Normalisation};
use supernet_nn::{Call, MaskedNetwork, Network, Statistics};
use supernet_search::Score;
use supernet_space::PathMask;

/// Accuracy and mean loss of a network on `count` examples, normalised by `statistics`; `batch` gives the examples at some
/// indices, `label` the class of one.
pub(crate) fn test_on<N: MaskedNetwork>(
    network: &N,
    mask: &PathMask,
    statistics: Statistics,
    count: usize,
    batch: impl Fn(&[usize]) -> N::Input,
    label: impl Fn(usize) -> usize,
) -> Result<Score, TrainError> {
    let call = Call { statistics, ..Call::default() };
    let paths = network.paths(vec![mask.clone()], None)?;
    let mut tally = Tally::default();
    let all: Vec<usize> = (0..count).collect();
    for indices in all.chunks(INFERENCE_BATCH) {
        let logits = read(network.logits(batch(indices), &paths, &call)?, TESTING)?;
        let labels: Vec<usize> = indices.iter().map(|&i| label(i)).collect();
        tally.join(Tally::of(&logits, &labels));
    }
    Ok(tally.score())
}

/// Images per launch at inference, where nothing depends on it.
const INFERENCE_BATCH: usize = 500;

/// Accuracy and mean loss of a calibrated network on `images`, with its stored statistics.
///
/// # Errors
/// Images of another size, or a device that fails.
pub fn test(
    network: &Network,
    mask: &PathMask,
    images: &Images,
    normalisation: &Normalisation,
    device: &Device,
) -> Result<Score, TrainError> {
    test_images(network, mask, Statistics::Stored, images, normalisation, device)
}

/// Computes accuracy and mean loss on `images` of a network that is not calibrated, normalised by the statistics of runs of 500 of them: of one that is
/// in training.
///
/// # Errors
/// As [`test()`].
pub fn test_uncalibrated(
    network: &Network,
    mask: &PathMask,
    images: &Images,
    normalisation: &Normalisation,
    device: &Device,
) -> Result<Score, TrainError> {
    test_images(network, mask, Statistics::Batch, images, normalisation, device)
}

fn test_images(
    network: &Network,
    mask: &PathMask,
    statistics: Statistics,
    images: &Images,
    normalisation: &Normalisation,
    device: &Device,
) -> Result<Score, TrainError> {
    let device = device.clone().inner();
    let batch = |indices: &[usize]| {
        let batch = images.batch(indices, normalisation);
        Tensor::from_data(TensorData::new(batch.images, batch.shape), &device)
    };
    test_on(network, mask, statistics, images.len(), batch, |i| images.label(i))
}
