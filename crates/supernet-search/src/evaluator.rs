//! Who scores architectures.

use serde::{Deserialize, Serialize};
use std::cmp::Ordering;
use supernet_space::{Architecture, Cost};

/// How good an architecture is.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct Score {
    /// Share of images classified correctly, 0 to 1.
    pub accuracy: f64,
    /// Mean cross-entropy in nats.
    pub loss: f64,
    /// Images that it was measured on; 0 where nobody says.
    #[serde(default)]
    pub images: usize,
}

impl Score {
    /// Returns whether the accuracy is a number, as it is not where a network's outputs are none. A
    /// table has no loss.
    pub fn is_number(&self) -> bool {
        !self.accuracy.is_nan()
    }

    /// Better first, by accuracy (PAPER, *Scoring and selection*): [`RankBy::Accuracy`].
    pub fn better_first(&self, other: &Self) -> Ordering {
        RankBy::Accuracy.better_first(self, other)
    }
}

/// What makes one score better than another.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum RankBy {
    /// Accuracy, ties by loss (the paper's way).
    #[default]
    Accuracy,
    /// Loss, ties by accuracy: it tells apart what gets the same images right.
    Loss,
}

impl RankBy {
    /// Better first: measured on more images (successive halving drops the worst early), then by
    /// what this is. Values that are no numbers come last.
    pub fn better_first(self, a: &Score, b: &Score) -> Ordering {
        let nan_last = |value: f64| if value.is_nan() { f64::INFINITY } else { value };
        let by_accuracy = nan_last(-a.accuracy).total_cmp(&nan_last(-b.accuracy));
        let by_loss = nan_last(a.loss).total_cmp(&nan_last(b.loss));
        b.images.cmp(&a.images).then(match self {
            Self::Accuracy => by_accuracy.then(by_loss),
            Self::Loss => by_loss.then(by_accuracy),
        })
    }

    /// Returns the number that this ranks by, the higher the better.
    pub fn value(self, score: Score) -> f64 {
        match self {
            Self::Accuracy => score.accuracy,
            Self::Loss => -score.loss,
        }
    }
}

/// An architecture with its score and cost.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Scored {
    /// The architecture: the canonical one of its network where a search lists it, as it was
    /// proposed where a strategy is told.
    pub architecture: Architecture,
    /// Its score.
    pub score: Score,
    /// What its stand-alone network costs.
    pub cost: Cost,
}

impl Scored {
    /// The same score and cost for another description of the network.
    pub(crate) fn of(self, architecture: &Architecture) -> Self {
        Self { architecture: architecture.clone(), ..self }
    }

    /// What a strategy is told of a candidate that is not scored because of its cost.
    pub(crate) fn refused(architecture: &Architecture, cost: Cost) -> Self {
        Self {
            architecture: architecture.clone(),
            score: Score { accuracy: f64::NAN, loss: f64::NAN, images: 0 },
            cost,
        }
    }
}

/// Gives each architecture of a list a score and its cost: by a supernet, by stand-alone training,
/// or from a table.
pub trait Evaluator {
    /// What can go wrong.
    type Error;

    /// Scores `architectures`, in order. A score depends on its architecture alone, not on the
    /// others of the list.
    ///
    /// # Errors
    /// An architecture of another space, or whatever stops the evaluation.
    fn evaluate(&mut self, architectures: &[Architecture]) -> Result<Vec<Scored>, Self::Error>;
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ties_of_accuracy_are_broken_by_loss_and_nan_comes_last() {
        let score = |accuracy, loss| Score { accuracy, loss, images: 100 };
        let mut scores =
            [score(0.5, 2.0), score(f64::NAN, 0.1), score(0.5, 1.0), score(0.9, 3.0), score(0.5, f64::NAN)];
        scores.sort_by(Score::better_first);
        assert_eq!(scores[0], score(0.9, 3.0));
        assert_eq!(scores[1], score(0.5, 1.0));
        assert_eq!(scores[2], score(0.5, 2.0));
        assert!(scores[3].loss.is_nan());
        assert!(scores[4].accuracy.is_nan());
    }

    #[test]
    fn by_loss_the_lower_loss_is_better_whatever_the_accuracy_and_nan_comes_last() {
        let score = |accuracy, loss| Score { accuracy, loss, images: 100 };
        let mut scores = [score(0.9, 2.0), score(0.5, 1.0), score(0.9, f64::NAN), score(0.6, 1.0)];
        scores.sort_by(|a, b| RankBy::Loss.better_first(a, b));
        assert_eq!(scores[..3], [score(0.6, 1.0), score(0.5, 1.0), score(0.9, 2.0)]);
        assert!(scores[3].loss.is_nan());
    }

    #[test]
    fn what_was_dropped_early_comes_after_what_was_measured_on_all_images() {
        let score = |accuracy, images| Score { accuracy, loss: 1.0, images };
        let mut scores = [score(0.9, 10), score(0.4, 100), score(0.5, 100)];
        scores.sort_by(Score::better_first);
        assert_eq!(scores, [score(0.5, 100), score(0.4, 100), score(0.9, 10)]);
    }
}
