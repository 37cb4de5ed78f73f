//! Companions by name.

use super::{Companion, Enas, EnasSettings, GateLearning, Gates, GdasSettings, Updates};
use crate::TrainError;
use serde::{Deserialize, Serialize};
use supernet_space::SearchSpace;

/// What is trained together with the supernet's weights.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum CompanionKind {
    /// A controller trained by REINFORCE ([`Enas`]).
    Enas(EnasSettings),
    /// Logits trained by the straight-through Gumbel estimator ([`Gates::gdas`]).
    Gdas(GdasSettings),
    /// Logits trained by binary gates, two options at a time ([`Gates::proxyless_nas`]).
    ProxylessNas(GateLearning),
    /// Logits trained on the mixture of all options, to the first order ([`Gates::darts`]).
    Darts(GateLearning),
    /// The same to the second order ([`Gates::darts_second_order`]).
    DartsSecondOrder(GateLearning),
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
            CompanionKind::Gdas(settings) => settings.check(),
            CompanionKind::Darts(learning) => learning.check(["companion.darts.rate", "companion.darts.decay"]),
            CompanionKind::DartsSecondOrder(learning) => {
                learning.check(["companion.darts_second_order.rate", "companion.darts_second_order.decay"])
            }
            CompanionKind::ProxylessNas(learning) => {
                learning.check(["companion.proxyless_nas.rate", "companion.proxyless_nas.decay"])
            }
        }
    }

    /// Makes the companion for a space, whose draws are functions of `seed`.
    ///
    /// # Errors
    /// A setting out of range.
    pub fn companion(&self, space: &SearchSpace, seed: u64) -> Result<Box<dyn Companion>, TrainError> {
        Ok(match self.kind {
            CompanionKind::Enas(settings) => Box::new(Enas::new(space, settings, seed)?),
            CompanionKind::Gdas(settings) => Box::new(Gates::gdas(space, settings, seed)),
            CompanionKind::ProxylessNas(learning) => Box::new(Gates::proxyless_nas(space, learning, seed)),
            CompanionKind::Darts(learning) => Box::new(Gates::darts(space, learning, seed)),
            CompanionKind::DartsSecondOrder(learning) => Box::new(Gates::darts_second_order(space, learning, seed)),
        })
    }
}
