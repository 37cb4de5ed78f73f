//! Where a run comes from, and the file that holds it.

use crate::{Examples, Networks, OwnPart, SearchConfig, SearchData, TrainError};
use serde::{Deserialize, Serialize};
use supernet_data::LeftOut;
use supernet_nn::{Fingerprint, Layer};
use supernet_space::SearchSpace;

/// Version of Burn that this library is written for.
pub const BURN: &str = "0.22.1";

/// The origin of a run: with the configuration, enough to produce it again.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Provenance {
    /// Version of this library.
    pub supernet: String,
    /// Version of Burn that it was written for.
    pub burn: String,
    /// The device's name.
    pub device: String,
    /// Name of the images; that of the space, where the examples have none.
    pub data: String,
    /// Training, validation and test images.
    pub images: [usize; 3],
    /// Hashes of the three, in hexadecimal.
    pub fingerprints: [String; 3],
    /// What tells the networks from others; none of a run of an earlier version.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub definition: Option<Fingerprint>,
    /// Parts that the program brings itself.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub parts: Vec<OwnPart>,
    /// What a folder of images holds beside those that were read.
    #[serde(default, skip_serializing_if = "LeftOut::is_empty")]
    pub left_out: LeftOut,
}

impl Provenance {
    /// Describes a search of `networks` on `data`, on the device called `device`. Reads every
    /// example once.
    ///
    /// # Errors
    /// A network that cannot be built.
    pub fn new<M: Layer<D, 2>, E: Examples<D>, const D: usize>(
        networks: &Networks<M, D>,
        data: &SearchData<E>,
        device: impl Into<String>,
    ) -> Result<Self, TrainError> {
        let parts = [&data.train, &data.validation, &data.test];
        let name = data.name();
        Ok(Self {
            supernet: env!("CARGO_PKG_VERSION").into(),
            burn: BURN.into(),
            device: device.into(),
            data: if name.is_empty() { networks.space().name() } else { name }.into(),
            images: parts.map(|examples| examples.len()),
            fingerprints: parts.map(|examples| format!("{:016x}", examples.fingerprint())),
            definition: Some(networks.supernet.fingerprint()?),
            parts: Vec::new(),
            left_out: LeftOut::default(),
        })
    }

    /// Returns the same with a note of what was left out of a folder of images.
    pub fn with_left_out(self, left_out: LeftOut) -> Self {
        Self { left_out, ..self }
    }
}

/// The content of `config.json`.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(crate) struct RunFile {
    /// Version of the directory's files.
    #[serde(default = "first_format")]
    pub(crate) format: u32,
    pub(crate) provenance: Provenance,
    pub(crate) config: SearchConfig,
    /// The space, where its networks are a program's own.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) space: Option<SearchSpace>,
    /// Versions and devices with which the run went on, in order, where they were others.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub(crate) continued: Vec<Provenance>,
}

/// The version of the directory's files that this library writes.
pub(super) const FORMAT: u32 = 1;

/// The version of files that name none.
fn first_format() -> u32 {
    1
}

/// What is expected of `config.json`.
pub(super) const CONFIGURATION: &str = "the configuration of a run";

impl RunFile {
    /// The run of a search.
    pub(super) fn new(config: &SearchConfig, space: Option<SearchSpace>, provenance: Provenance) -> Self {
        Self { format: FORMAT, provenance, config: config.clone(), space, continued: Vec::new() }
    }

    /// The searched space.
    ///
    /// # Errors
    /// Numbers out of range; a space that the file does not hold.
    pub(super) fn space(&self) -> Result<SearchSpace, TrainError> {
        self.space.clone().map_or_else(|| self.config.space(), Ok)
    }

    pub(super) fn value(&self) -> serde_json::Value {
        serde_json::to_value(self).expect("plain data")
    }
}
