//! The best network of a run as files, and how it is read back.

use super::{BestError, BestFile, BestRecord, Card};
use crate::{
    Retrained, SeededWeights, TrainError,
    store::{load_weights, weights, write_whole},
};
use burn::{module::Module, tensor::Device};
use serde::Serialize;
use std::path::Path;
use supernet_nn::{MaskedNetwork, Network};

/// The best network of a run and what is known of it.
#[derive(Clone, Copy, Debug)]
pub struct Best<'a> {
    /// The facts known about it.
    pub card: Card<'a>,
    /// The network, trained and calibrated.
    pub network: &'a Network,
}

impl Best<'_> {
    /// Writes [`BestFile::OF_EVERY_RUN`] into `folder`, made if need be; each is written beside and renamed.
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

/// The best network of a space of one's own: `architecture.json` and `weights.safetensors`. Its modules are the user's, so it can be
/// written neither as code nor as ONNX.
#[derive(Clone, Copy, Debug)]
pub struct OwnBest<'a, N> {
    /// The network, trained and calibrated.
    pub network: &'a N,
    /// The facts known about it.
    pub trained: &'a Retrained,
    /// Seed of the run.
    pub seed: u64,
}

impl<N: MaskedNetwork> OwnBest<'_, N> {
    /// The files that there are.
    pub const FILES: [BestFile; 2] = [BestFile::Architecture, BestFile::Weights];

    /// Returns the content of a file.
    ///
    /// # Errors
    /// [`BestError::OwnSpace`] for all but [`OwnBest::FILES`]; a mask of another space.
    pub fn bytes(&self, file: BestFile) -> Result<Vec<u8>, BestError> {
        let space = self.network.search_space();
        space.belongs(&self.trained.mask)?;
        match file {
            BestFile::Architecture => Ok(json(&serde_json::json!({
                "architecture": self.trained.mask,
                "space": space.name(),
                "one_shot": self.trained.one_shot,
                "test": self.trained.test,
                "cost": self.trained.cost,
                "seed": self.seed,
                "supernet": env!("CARGO_PKG_VERSION"),
            }))),
            BestFile::Weights => safetensors(self.network),
            BestFile::Model | BestFile::Onnx | BestFile::Drawing | BestFile::Card => {
                Err(BestError::OwnSpace { file: file.name(), space: space.name().into() })
            }
        }
    }

    /// Writes the files that there are into `folder`, made if need be; each is written beside and renamed.
    ///
    /// # Errors
    /// A mask of another space, or a file that cannot be written.
    pub fn save(&self, folder: &Path) -> Result<(), TrainError> {
        Self::FILES.into_iter().try_for_each(|file| write_whole(&folder.join(file.name()), &self.bytes(file)?))
    }
}

/// Reads what is known of the network of a `best/`, from its `architecture.json`.
///
/// # Errors
/// A file that cannot be read, or that is none of these.
pub fn read_record(folder: &Path) -> Result<BestRecord, TrainError> {
    let path = folder.join(BestFile::Architecture.name());
    let text = std::fs::read_to_string(&path).map_err(TrainError::io(&path))?;
    serde_json::from_str(&text).map_err(|error| TrainError::File {
        path,
        found: error.to_string(),
        expected: "what is known of a run's best network",
    })
}

/// Reads the network of a `best/` with what is known of it, from `architecture.json` and `weights.safetensors`.
///
/// # Errors
/// As [`read_record`]; weights that cannot be read or are of another network.
pub fn load_best(folder: &Path, device: &Device) -> Result<(BestRecord, Network), TrainError> {
    let record = read_record(folder)?;
    let fresh = &mut SeededWeights::new(record.seed);
    let network = record.network.stand_alone(&record.architecture, fresh, &device.clone().inner())?;
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
