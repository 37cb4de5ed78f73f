//! A run's `best/`, file by file.

use super::{BestRecord, Card, ExportError};
use crate::{
    Retrained, SeededWeights, TrainError,
    run::{load_weights, weights, write_whole},
};
use burn::{module::Module, tensor::Device};
use serde::Serialize;
use std::path::Path;
use supernet_nn::{MaskedNetwork, Network};

/// A file of `best/`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum BestFile {
    /// [`BestRecord`] as JSON.
    Architecture,
    /// Weights and stored statistics, by parameter path.
    Weights,
    /// [`super::Export::model_source`].
    Model,
    /// [`super::Export::onnx`].
    Onnx,
    /// [`super::Export::drawing`].
    Drawing,
    /// [`Card::markdown`].
    Card,
}

impl BestFile {
    /// In the order in which they are written: where the weights lie, everything does.
    pub const ALL: [Self; 6] = [Self::Card, Self::Architecture, Self::Model, Self::Onnx, Self::Drawing, Self::Weights];

    /// Its name.
    pub fn name(self) -> &'static str {
        match self {
            Self::Architecture => "architecture.json",
            Self::Weights => "weights.safetensors",
            Self::Model => "model.rs",
            Self::Onnx => "model.onnx",
            Self::Drawing => "cell.svg",
            Self::Card => "card.md",
        }
    }

    /// What it is, for the card.
    pub(super) fn what(self) -> &'static str {
        match self {
            Self::Architecture => "this card and the network's sizes, for programs",
            Self::Weights => "weights and stored statistics, for `model.rs` and for supernet",
            Self::Model => "the network as a module of plain Burn; its first lines say how to use it",
            Self::Onnx => "the network with its weights as ONNX, opset 17: `images` in, `logits` out",
            Self::Drawing => "a drawing of the cell",
            Self::Card => "this card",
        }
    }
}

/// The best network of a run and what is known of it: everything that lies in `best/`.
#[derive(Clone, Copy, Debug)]
pub struct Best<'a> {
    /// What is known of it.
    pub card: Card<'a>,
    /// The network, trained and calibrated.
    pub network: &'a Network,
}

impl Best<'_> {
    /// What a file holds.
    ///
    /// # Errors
    /// A description that does not fit, or a network that was built for something else.
    pub fn bytes(&self, file: BestFile) -> Result<Vec<u8>, ExportError> {
        let export = &self.card.export;
        Ok(match file {
            BestFile::Architecture => json(&self.card.record()?),
            BestFile::Weights => safetensors(self.network)?,
            BestFile::Model => export.model_source()?.into_bytes(),
            BestFile::Onnx => export.onnx(self.network)?,
            BestFile::Drawing => export.drawing()?.into_bytes(),
            BestFile::Card => self.card.markdown()?.into_bytes(),
        })
    }

    /// Writes every file into `folder`, made if need be; each is written beside and renamed.
    ///
    /// # Errors
    /// As [`Best::bytes`], or a file that cannot be written.
    pub fn save(&self, folder: &Path) -> Result<(), TrainError> {
        BestFile::ALL.into_iter().try_for_each(|file| write_whole(&folder.join(file.name()), &self.bytes(file)?))
    }
}

/// The best network of a space of one's own: `architecture.json` and `weights.safetensors`. Its modules are the user's, so it can be
/// written neither as code nor as ONNX.
#[derive(Clone, Copy, Debug)]
pub struct OwnBest<'a, N> {
    /// The network, trained and calibrated.
    pub network: &'a N,
    /// What is known of it.
    pub trained: &'a Retrained,
    /// Seed of the run.
    pub seed: u64,
}

impl<N: MaskedNetwork> OwnBest<'_, N> {
    /// The files that there are.
    pub const FILES: [BestFile; 2] = [BestFile::Architecture, BestFile::Weights];

    /// What a file holds.
    ///
    /// # Errors
    /// [`ExportError::OwnSpace`] for all but [`OwnBest::FILES`]; a mask of another space.
    pub fn bytes(&self, file: BestFile) -> Result<Vec<u8>, ExportError> {
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
                Err(ExportError::OwnSpace { file: file.name(), space: space.name().into() })
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

/// The network of a `best/` with what is known of it, from `architecture.json` and `weights.safetensors`.
///
/// # Errors
/// A file that cannot be read, that is none of these, or that is of another network.
pub fn load_best(folder: &Path, device: &Device) -> Result<(BestRecord, Network), TrainError> {
    let path = folder.join(BestFile::Architecture.name());
    let text = std::fs::read_to_string(&path).map_err(TrainError::io(&path))?;
    let record: BestRecord = serde_json::from_str(&text).map_err(|error| TrainError::File {
        path: path.clone(),
        found: error.to_string(),
        expected: "what is known of a run's best network",
    })?;
    let fresh = &mut SeededWeights::new(record.seed);
    let network = record.network.stand_alone(&record.architecture, fresh, &device.clone().inner())?;
    let network = load_weights(network, &folder.join(BestFile::Weights.name()))?;
    Ok((record, network))
}

/// The bytes of `weights.safetensors`.
fn safetensors(network: &impl Module) -> Result<Vec<u8>, ExportError> {
    weights(network).map_err(|reason| ExportError::Safetensors { reason })
}

fn json(value: &impl Serialize) -> Vec<u8> {
    let mut text = serde_json::to_string_pretty(value).expect("plain data");
    text.push('\n');
    text.into_bytes()
}
