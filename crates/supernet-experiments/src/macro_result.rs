//! Settings and results of the NAS-Bench-Macro study.

use serde::{Deserialize, Serialize};
use std::collections::HashSet;
use supernet_nn::NormKind;
use supernet_search::{Bootstrap, Score, TableCorrelation};
use supernet_space::{PathMask, SearchSpace};
use supernet_train::{PathSampling, Provenance, SupernetTraining, TrainError};

/// Sizes of the study.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct MacroSettings {
    /// Channels of the supernet's stem; each stage doubles them.
    pub stem: usize,
    /// Channels of its last 1x1.
    pub head: usize,
    /// Normalisation of the supernet.
    pub norm: NormKind,
    /// How each step draws its masks.
    pub paths: PathSampling,
    /// How the supernet is trained.
    pub supernet: SupernetTraining,
    /// Validation images per run, each normalised by its own statistics.
    pub score_batch: usize,
    /// Seeds of the supernets.
    pub seeds: Vec<u64>,
    /// How intervals are made.
    pub bootstrap: Bootstrap,
    /// Supernets at a time, a core each; 0 for as many as there are cores.
    pub at_once: usize,
}

impl MacroSettings {
    /// Checks every number, for a study of `space` with so many validation images.
    ///
    /// # Errors
    /// The first number that is out of range.
    pub(crate) fn check(&self, space: &SearchSpace) -> Result<(), TrainError> {
        self.paths.check(space)?;
        self.supernet.check()?;
        if self.score_batch == 0 {
            return Err(TrainError::config("score_batch", self.score_batch, "at least 1"));
        }
        let distinct: HashSet<u64> = self.seeds.iter().copied().collect();
        if distinct.len() != self.seeds.len() || distinct.is_empty() {
            return Err(TrainError::config("seeds", format!("{:?}", self.seeds), "at least one, each once"));
        }
        Ok(())
    }
}

/// Rows of the table that may guide choices: drawn once, from the same seed for everybody.
pub const GUIDE_ROWS: usize = 500;

/// Rows of the linear fit that stands beside the ranking, the first of the guide rows.
pub const FITTED_ROWS: usize = 50;

/// What one supernet says of every network.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct MacroSupernet {
    /// Its seed.
    pub seed: u64,
    /// Seconds of training, since it was last begun or gone on with, and of scoring.
    pub seconds: [f64; 2],
    /// The canonical architecture of each network, and its score.
    pub scores: Vec<(PathMask, Score)>,
}

/// What the study found.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct MacroResult {
    /// Versions, images, device.
    pub provenance: Provenance,
    /// Sizes.
    pub settings: MacroSettings,
    /// Rows of the table that are the same network as a guide row; all of them are left out.
    pub held_out: usize,
    /// What the supernets say, the main effects of it ([`supernet_search::main_effects()`]) and
    /// what needs no supernet, against the table; each statistic is the mean over the supernets.
    pub correlation: TableCorrelation,
    /// Each supernet by itself.
    pub each: Vec<MacroSeed>,
}

/// How well one supernet ranks: Kendall's tau-b, with the same rows left out.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct MacroSeed {
    /// Its seed.
    pub seed: u64,
    /// By its loss.
    pub loss: f64,
    /// By its accuracy.
    pub accuracy: f64,
    /// By the main effects of its loss.
    pub main_effects: f64,
    /// Seconds of training and of scoring.
    pub seconds: [f64; 2],
}
