//! Where a run comes from, and the file that holds it.

use crate::{
    SearchConfig, TrainError,
    own::{Examples, OwnData},
};
use serde::{Deserialize, Serialize};
use supernet_data::{LeftOut, Split};
use supernet_nn::own::{Definition, Layer};
use supernet_space::name_number;

/// Version of Burn that this library is written for.
pub const BURN: &str = "0.22.1";

/// The origin of a run: with the configuration, enough to produce it again.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Provenance {
    /// Version of this library.
    pub supernet: String,
    /// Version of Burn that it was written for.
    pub burn: String,
    /// The device's name.
    pub device: String,
    /// Name of the images; that of the space, where it is one's own.
    pub data: String,
    /// Training, validation and test images.
    pub images: [usize; 3],
    /// Hashes of the three, in hexadecimal.
    pub fingerprints: [String; 3],
    /// A hash of the definition of a space of one's own, in hexadecimal.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub definition: Option<String>,
    /// What a folder of images holds beside those that were read.
    #[serde(default, skip_serializing_if = "LeftOut::is_empty")]
    pub left_out: LeftOut,
}

impl Provenance {
    /// Of a run on the images of `split` on the device called `device`.
    pub fn new(split: &Split, device: impl Into<String>) -> Self {
        let parts = [&split.train, &split.validation, &split.test];
        Self {
            supernet: env!("CARGO_PKG_VERSION").into(),
            burn: BURN.into(),
            device: device.into(),
            data: split.train.name().trim_end_matches("/train").into(),
            images: parts.map(|images| images.len()),
            fingerprints: parts.map(|images| format!("{:016x}", images.fingerprint())),
            definition: None,
            left_out: LeftOut::default(),
        }
    }

    /// Returns the same with a note of what was left out of a folder of images.
    pub fn with_left_out(self, left_out: LeftOut) -> Self {
        Self { left_out, ..self }
    }

    /// Of a run on examples of one's own, in the space of `definition`, on the device called `device`. Reads every example once.
    ///
    /// # Errors
    /// A definition whose network cannot be built.
    pub fn own<M: Layer<D, 2>, E: Examples<D>, const D: usize>(
        definition: &Definition<M, D>,
        data: &OwnData<E>,
        device: impl Into<String>,
    ) -> Result<Self, TrainError> {
        let parts = [&data.train, &data.validation, &data.test];
        let space = definition.space();
        let described = serde_json::json!({
            "space": space,
            "input": definition.input(),
            "classes": definition.classes(),
            "all on": definition.cost(&space.all_on())?,
        });
        Ok(Self {
            supernet: env!("CARGO_PKG_VERSION").into(),
            burn: BURN.into(),
            device: device.into(),
            data: space.name().into(),
            images: parts.map(|examples| examples.len()),
            fingerprints: parts.map(|examples| format!("{:016x}", examples.fingerprint())),
            definition: Some(format!("{:016x}", name_number(&described.to_string()))),
            left_out: LeftOut::default(),
        })
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
    pub(super) fn value(&self) -> serde_json::Value {
        serde_json::to_value(self).expect("plain data")
    }
}
