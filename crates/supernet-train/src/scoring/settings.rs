//! How candidates are scored and ranked.

use crate::{
    FineTune, Halving, TrainError,
    checks::{at_least_one, is_default, is_one, one},
};
use serde::{Deserialize, Serialize};
use supernet_search::RankBy;

/// How candidates are scored.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Scoring {
    /// Distinct networks to score.
    pub candidates: usize,
    /// Images per run of validation images, each normalised by its own statistics; divides their number.
    pub score_batch: usize,
    /// Memory for activations on their way through the tree of candidates, in MiB, for each worker; at least one candidate is computed
    /// at a time. If unset, 16 on a processor, about what its caches hold, and 1,024 elsewhere. The scores do not depend on it.
    #[serde(default)]
    pub memory_mib: Option<usize>,
    /// Workers; 0 for one on each core of a processor, and one on any other device. The scores do not depend on it.
    #[serde(default)]
    pub at_once: usize,
    /// Score only the best on all validation images; if unset, all are.
    #[serde(default)]
    pub halving: Option<Halving>,
    /// By which score the best candidates are chosen.
    #[serde(default, skip_serializing_if = "is_default")]
    pub rank_by: RankBy,
    /// States of the supernet that each score is the mean of: at the end of its training and before, a twentieth of the training apart; 1 to 20.
    #[serde(default = "one", skip_serializing_if = "is_one")]
    pub checkpoints: usize,
    /// A short training of the best from the shared weights, after which they are ranked again; if unset, none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub fine_tune: Option<FineTune>,
}

impl Scoring {
    /// `candidates` scored on all validation images, in runs of `score_batch`, by the supernet as it is at the end, ranked by accuracy.
    pub fn new(candidates: usize, score_batch: usize) -> Self {
        Self {
            candidates,
            score_batch,
            memory_mib: None,
            at_once: 0,
            halving: None,
            rank_by: RankBy::Accuracy,
            checkpoints: 1,
            fine_tune: None,
        }
    }

    /// Returns for captions what differs from the paper's way to rank, in words; nothing where nothing does.
    pub fn in_words(&self) -> String {
        let mut words = String::new();
        if self.checkpoints > 1 {
            words += &format!(", means over {} checkpoints", self.checkpoints);
        }
        if self.rank_by == RankBy::Loss {
            words += ", ranked by loss";
        }
        if let Some(FineTune { shortlist, epochs, .. }) = self.fine_tune {
            words += &format!(", the best {shortlist} ranked again after {epochs} epochs from the shared weights");
        }
        words
    }

    /// # Errors
    /// A number out of range.
    pub(crate) fn check(&self) -> Result<(), TrainError> {
        at_least_one("scoring.score_batch", self.score_batch)?;
        if !(1..=MOST_CHECKPOINTS).contains(&self.checkpoints) {
            let expected = format!("1 to {MOST_CHECKPOINTS}");
            return Err(TrainError::config("scoring.checkpoints", self.checkpoints, expected));
        }
        self.halving.map_or(Ok(()), |halving| halving.check())?;
        self.fine_tune.map_or(Ok(()), |fine_tune| fine_tune.check())
    }

    /// The indices of each run of `count` validation examples, which are called `what`.
    ///
    /// # Errors
    /// A `score_batch` that does not divide their number.
    pub(crate) fn runs_of(&self, count: usize, what: &str) -> Result<impl Iterator<Item = Vec<usize>>, TrainError> {
        let size = self.score_batch;
        if size == 0 || !count.is_multiple_of(size) {
            let expected = format!("a divisor of {count} validation {what}");
            return Err(TrainError::config("scoring.score_batch", size, expected));
        }
        Ok((0..count).step_by(size).map(move |first| (first..first + size).collect()))
    }
}

/// Checkpoints are a twentieth of the training apart.
pub(crate) const MOST_CHECKPOINTS: usize = 20;

#[cfg(test)]
mod tests {
    use super::*;
    use crate::SearchConfig;

    #[test]
    fn ways_to_rank_are_checked() {
        let refused = |change: fn(&mut Scoring)| {
            let mut config = SearchConfig::quick();
            change(&mut config.scoring);
            config.check().unwrap_err().to_string()
        };
        assert_eq!(refused(|scoring| scoring.checkpoints = 0), "scoring.checkpoints: found 0, expected 1 to 20");
        let of = |shortlist| Some(FineTune { shortlist, epochs: 1, learning_rate: 0.02 });
        assert_eq!(
            refused(|scoring| scoring.fine_tune = Some(FineTune { shortlist: 501, ..FineTune::new(1) })),
            "scoring.fine_tune.shortlist: found 501, expected at most scoring.candidates = 500"
        );
        assert_eq!(of(7), Some(FineTune::new(7)));
        assert_eq!(
            refused(|scoring| scoring.fine_tune = Some(FineTune { epochs: 0, ..FineTune::new(10) })),
            "scoring.fine_tune: found 10 candidates, 0 epochs, learning rate 0.02, expected at least 1, at least 1, above 0"
        );
    }
}
