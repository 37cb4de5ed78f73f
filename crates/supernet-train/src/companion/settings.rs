//! Companions by name.

use super::{Companion, Enas, EnasSettings, Updates};
use crate::TrainError;
use serde::{Deserialize, Serialize};
use supernet_space::SearchSpace;

/// What is trained together with the supernet's weights.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum CompanionKind {
    /// A controller trained by REINFORCE ([`Enas`]).
    Enas(EnasSettings),
}

/// A companion of a search's supernet, and when it learns.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct CompanionSettings {
    /// When it learns, and from how much. Default: from the first step on, after every 7 steps,
    /// from 128 validation examples.
    #[serde(default)]
    pub updates: Updates,
    /// Which.
    pub kind: CompanionKind,
}

impl CompanionSettings {
    /// Returns a companion of default updates.
    pub fn new(kind: CompanionKind) -> Self {
        Self { updates: Updates::default(), kind }
    }

    /// Checks every number that does not depend on the data.
    ///
    /// # Errors
    /// The first number that is out of range.
    pub(crate) fn check(&self) -> Result<(), TrainError> {
        self.updates.check()?;
        match &self.kind {
            CompanionKind::Enas(settings) => settings.check(),
        }
    }

    /// Makes the companion for a space, whose draws are functions of `seed`.
    ///
    /// # Errors
    /// A setting out of range.
    pub fn companion(&self, space: &SearchSpace, seed: u64) -> Result<Box<dyn Companion>, TrainError> {
        Ok(match self.kind {
            CompanionKind::Enas(settings) => Box::new(Enas::new(space, settings, seed)?),
        })
    }
}
