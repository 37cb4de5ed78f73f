//! The files of `best/` of a network that describes itself.

use super::{DescribedNetwork, drawing, model_source, onnx};
use crate::ExportError;
use burn::{
    module::Module,
    tensor::{Tensor, TensorData},
};
use std::path::Path;
use supernet_nn::{Describe, Layer, NamedWeights, Network, describe::Graph};
use supernet_train::{
    Retrained,
    best::{BestFile, read_record},
    store::write_whole,
};

/// How far a description's logits may be from a network's, of the largest: rounding in another
/// order of sums, which a channel that hardly varies magnifies.
const TOLERANCE: f64 = 0.02;

/// Writes `model.rs`, `model.onnx` and `cell.svg` of the best network of a run, which describes
/// itself, beside its weights in `folder`, and the card anew, which then lists them. `retrained`
/// are the networks of the run that were trained from scratch, for the card.
///
/// # Errors
/// An `architecture.json` that cannot be read; a network that is not calibrated; a description that
/// does not fit the network, or whose logits are others; a file that cannot be written.
pub fn write_described<M: Layer<D, 2> + Describe, const D: usize>(
    folder: &Path,
    retrained: &[Retrained],
    network: &Network<M, D>,
) -> Result<(), ExportError> {
    let graph = network.graph()?;
    agrees(network, &graph)?;
    write_graph(folder, retrained, network, &graph)
}

/// Writes the files of a network that computes what `graph` says.
pub(crate) fn write_graph(
    folder: &Path,
    retrained: &[Retrained],
    network: &impl Module,
    graph: &Graph,
) -> Result<(), ExportError> {
    let record = read_record(folder)?;
    let described = DescribedNetwork {
        graph,
        architecture: &record.architecture,
        normalisation: record.normalisation.as_ref().filter(|_| graph.input().len() == 3),
        classes: &record.classes,
        seed: record.seed,
    };
    let write = |file: BestFile, bytes: &[u8]| write_whole(&folder.join(file.name()), bytes);
    write(BestFile::Model, model_source(&described)?.as_bytes())?;
    write(BestFile::Onnx, &onnx(&described, network)?)?;
    write(BestFile::Drawing, drawing(graph).as_bytes())?;
    Ok(write(BestFile::Card, record.markdown(retrained, &BestFile::ALL).as_bytes())?)
}

/// Holds the logits that a description gives for two rows of waves against the network's.
fn agrees<M: Layer<D, 2> + Describe, const D: usize>(
    network: &Network<M, D>,
    graph: &Graph,
) -> Result<(), ExportError> {
    let weights = NamedWeights::of(network);
    let Some(dtype) = weights.0.values().next().map(TensorData::dtype) else { return Ok(()) };
    let mut dims = [2; D];
    dims[1..].copy_from_slice(network.input());
    let wave: Vec<f32> = (0..dims.iter().product::<usize>()).map(|i| (0.7 * i as f32).sin()).collect();
    let device = network.devices().into_iter().next().unwrap_or_default();
    let rows = Tensor::<D>::from_data(TensorData::new(wave, dims).convert_dtype(dtype), (&device, dtype));
    let (expected, found) = (network.forward(rows.clone())?.into_data(), graph.compute(&weights, rows)?.into_data());
    let largest = expected.iter::<f64>().fold(1.0, |most, logit| logit.abs().max(most));
    let each = expected.iter::<f64>().zip(found.iter::<f64>()).map(|(a, b)| (a - b).abs() / largest);
    let found = each.fold(0.0, |most, error| if error > most || error.is_nan() { error } else { most });
    match found <= TOLERANCE {
        true => Ok(()),
        false => Err(ExportError::Differs { space: network.space().name().into(), found, expected: TOLERANCE }),
    }
}
