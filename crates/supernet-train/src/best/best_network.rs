//! The best network of a run as files, and how it is read back.

use super::{BestError, BestFile, BestRecord, Card};
use crate::{
    SeededWeights, TrainError,
    store::{load_weights, weights, write_whole},
};
use burn::{module::Module, tensor::Device};
use serde::Serialize;
use std::path::Path;
use supernet_nn::{Definition, KnownNetwork, Layer, Network};

/// The best network of a run and what is known of it.
pub struct Best<'a, M: Module, const D: usize = 4> {
    /// The facts known about it.
    pub card: Card<'a>,
    /// The network, trained and calibrated.
    pub network: &'a Network<M, D>,
}

impl<M: Layer<D, 2>, const D: usize> Best<'_, M, D> {
    /// Writes [`BestFile::OF_EVERY_RUN`] into `folder`, made if need be; each is written beside and
    /// renamed.
    ///
    /// # Errors
    /// A description that does not fit, or a file that cannot be written.
    pub fn save(&self, folder: &Path) -> Result<(), TrainError> {
        let record = self.card.record()?;
        // Those that a report wrote before stay, and stay on the card.
        let there = |file: &BestFile| BestFile::OF_EVERY_RUN.contains(file) || folder.join(file.name()).exists();
        let files: Vec<BestFile> = BestFile::ALL.into_iter().filter(there).collect();
        let card = record.markdown(self.card.retrained, &files);
        write_whole(&folder.join(BestFile::Card.name()), card.as_bytes())?;
        write_whole(&folder.join(BestFile::Architecture.name()), &json(&record))?;
        write_whole(&folder.join(BestFile::Weights.name()), &safetensors(self.network)?)
    }
}

/// Reads what is known of the network of a `best/`, from its `architecture.json`.
///
/// # Errors
/// A file that cannot be read, or that is none of these.
pub fn read_record(folder: impl AsRef<Path>) -> Result<BestRecord, TrainError> {
    let path = folder.as_ref().join(BestFile::Architecture.name());
    let text = std::fs::read_to_string(&path).map_err(TrainError::io(&path))?;
    serde_json::from_str(&text).map_err(|error| TrainError::File {
        path,
        found: error.to_string(),
        expected: "what is known of a run's best network",
    })
}

/// Reads the network of a `best/` with what is known of it, from `architecture.json` and
/// `weights.safetensors`. It predicts ([`Network::forward`]).
///
/// # Errors
/// As [`read_record`]; a space of a program's own, see [`load_best_of`]; weights that cannot be
/// read or are of another network.
pub fn load_best(folder: impl AsRef<Path>, device: &Device) -> Result<(BestRecord, KnownNetwork), TrainError> {
    let folder = folder.as_ref();
    let definition = read_record(folder)?.network.definition(device)?;
    load_best_of(folder, &definition, device)
}

/// Reads the network of a `best/` whose networks `definition` builds, as [`load_best`].
///
/// # Errors
/// As [`read_record`]; a mask of another space; weights that cannot be read or are of another
/// network.
pub fn load_best_of<M: Layer<D, 2>, const D: usize>(
    folder: impl AsRef<Path>,
    definition: &Definition<M, D>,
    device: &Device,
) -> Result<(BestRecord, Network<M, D>), TrainError> {
    let folder = folder.as_ref();
    let record = read_record(folder)?;
    let fresh = &mut SeededWeights::new(record.seed);
    let network = definition.stand_alone(&record.architecture, fresh, &device.clone().inner())?;
    let network = load_weights(network, &folder.join(BestFile::Weights.name()))?;
    Ok((record, network))
}

/// The bytes of `weights.safetensors`.
fn safetensors(network: &impl Module) -> Result<Vec<u8>, BestError> {
    weights(network).map_err(|reason| BestError::Safetensors { reason })
}

fn json(value: &impl Serialize) -> Vec<u8> {
    let mut text = serde_json::to_string_pretty(value).expect("plain data");
    text.push('\n');
    text.into_bytes()
}
