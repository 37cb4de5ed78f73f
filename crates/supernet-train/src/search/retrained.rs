//! Networks trained from scratch, and why each was chosen.

use crate::Event;
use serde::{Deserialize, Serialize};
use supernet_search::Score;
use supernet_space::{Cost, PathMask};

/// Why a network was trained from scratch.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Group {
    /// Among the best by one-shot score, or by that of the fine-tuned where there are any.
    Picked,
    /// Among the best by one-shot score in the smaller half of the candidates (the paper's
    /// *small*).
    Small,
    /// Drawn uniformly from the space.
    Random,
    /// Among the candidates with most parameters.
    Largest,
    /// Every path on; no architecture of the space.
    AllOn,
}

impl Group {
    /// In the order of tables.
    pub const ALL: [Self; 5] = [Self::Picked, Self::Small, Self::Random, Self::Largest, Self::AllOn];

    /// Its name in tables.
    pub fn name(self) -> &'static str {
        match self {
            Self::Picked => "picked",
            Self::Small => "small",
            Self::Random => "random",
            Self::Largest => "largest",
            Self::AllOn => "all on",
        }
    }
}

/// A network trained from scratch.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Retrained {
    /// Why it was chosen.
    pub group: Group,
    /// Its mask.
    pub mask: PathMask,
    /// Its one-shot score on validation images.
    pub one_shot: Score,
    /// Its parameters and multiply-accumulates.
    pub cost: Cost,
    /// Its score on test images, which are read after everything is chosen.
    pub test: Score,
}

impl Retrained {
    /// Returns what the log of a run notes of it.
    pub(crate) fn event(&self) -> Event {
        Event::Network { group: self.group.name().into(), architecture: self.mask.clone(), test: self.test }
    }
}
