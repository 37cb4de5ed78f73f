//! What strategies keep: an architecture and how it scored, and the generator of the next proposal.

use crate::{Score, Scored, SearchError, exact::Exact};
use rand::{Rng, RngExt};
use serde::{Deserialize, Serialize};
use std::cmp::Ordering;
use supernet_space::{Architecture, draws};

/// An architecture with its score, stored exactly.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(crate) struct Known {
    pub(crate) architecture: Architecture,
    accuracy: Exact,
    loss: Exact,
    #[serde(default)]
    images: usize,
}

impl Known {
    pub(crate) fn score(&self) -> Score {
        Score { accuracy: self.accuracy.0, loss: self.loss.0, images: self.images }
    }

    /// Better first; see [`Score::better_first`].
    pub(crate) fn better_first(&self, other: &Self) -> Ordering {
        self.score().better_first(&other.score())
    }
}

impl From<&Scored> for Known {
    fn from(Scored { architecture, score, .. }: &Scored) -> Self {
        let (accuracy, loss) = (Exact(score.accuracy), Exact(score.loss));
        Self { architecture: architecture.clone(), accuracy, loss, images: score.images }
    }
}

/// The best of `size` members drawn with replacement.
///
/// # Panics
/// If there is no member or `size` is zero.
pub(crate) fn tournament<'a, T>(
    members: &'a [T],
    size: usize,
    better_first: impl Fn(&T, &T) -> Ordering,
    rng: &mut impl Rng,
) -> &'a T {
    let drawn = (0..size).map(|_| &members[rng.random_range(0..members.len())]);
    drawn.min_by(|a, b| better_first(a, b)).expect("at least one member drawn")
}

/// A named stream whose steps are a strategy's proposals.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(crate) struct Proposals {
    seed: u64,
    stream: String,
    asked: u64,
}

impl Proposals {
    pub(crate) fn new(seed: u64, stream: impl Into<String>) -> Self {
        Self { seed, stream: stream.into(), asked: 0 }
    }

    /// Proposals asked for so far.
    pub(crate) fn asked(&self) -> u64 {
        self.asked
    }

    /// The generator of the next proposal, a function of seed, stream and the proposal's number.
    pub(crate) fn draw(&mut self) -> impl Rng + use<> {
        self.asked += 1;
        draws(self.seed, &self.stream, self.asked - 1)
    }

    /// A generator for something beside the proposals, by name.
    pub(crate) fn beside(&self, name: &str, step: u64) -> impl Rng + use<> {
        draws(self.seed, &format!("{}/{name}", self.stream), step)
    }
}

/// The setting if it is at least `least`.
pub(crate) fn at_least(
    strategy: &'static str,
    setting: &'static str,
    value: usize,
    least: usize,
    expected: &'static str,
) -> Result<usize, SearchError> {
    match value >= least {
        true => Ok(value),
        false => Err(SearchError::Setting { strategy, setting, found: value.to_string(), expected }),
    }
}

/// The setting if `holds`, which is false for what is no number.
pub(crate) fn in_range(
    strategy: &'static str,
    setting: &'static str,
    value: f64,
    holds: bool,
    expected: &'static str,
) -> Result<f64, SearchError> {
    match holds {
        true => Ok(value),
        false => Err(SearchError::Setting { strategy, setting, found: value.to_string(), expected }),
    }
}
