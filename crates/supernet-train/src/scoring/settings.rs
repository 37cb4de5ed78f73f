//! How candidates are scored and ranked.

use crate::{
    FineTune, Halving, Proxies, TrainError,
    checks::{at_least_one, is_default, is_one, one},
};
use serde::{Deserialize, Serialize};
use supernet_search::RankBy;
use supernet_space::counted;

/// How candidates are scored.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Scoring {
    /// Distinct networks to score. Default 500; at least as many as are retrained of one kind.
    pub candidates: usize,
    /// Default 100; at least 1. Images per run of validation images, each normalised by its own
    /// statistics. Where it does not divide their number, runs are a little shorter, as even as can
    /// be.
    pub score_batch: usize,
    /// Memory for activations on their way through the tree of candidates, in MiB, for each worker;
    /// at least one candidate is computed at a time. If unset, 16 on a processor, about what its
    /// caches hold, and 1,024 elsewhere. The scores do not depend on it.
    #[serde(default)]
    pub memory_mib: Option<usize>,
    /// Workers; 0 for one on each core of a processor, and one on any other device. The scores do
    /// not depend on it.
    #[serde(default)]
    pub at_once: usize,
    /// Score only the best on all validation images; if unset, all are.
    #[serde(default)]
    pub halving: Option<Halving>,
    /// By which score the best candidates are chosen. Default: accuracy.
    #[serde(default, skip_serializing_if = "is_default")]
    pub rank_by: RankBy,
    /// States of the supernet that each score is the mean of: at the end of its training and
    /// before, a twentieth of the training apart; 1 to 20.
    #[serde(default = "one", skip_serializing_if = "is_one")]
    pub checkpoints: usize,
    /// A short training of the best from the shared weights, after which they are ranked again; if
    /// unset, none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub fine_tune: Option<FineTune>,
    /// Numbers of the candidates' untrained networks, which the ranking is held against, and
    /// calibrated by beside counts; if unset, none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub proxies: Option<Proxies>,
    /// Whether the best are picked by scores that are smoothed over architectures that are alike
    /// ([`Smoother::usual`](supernet_search::smoothing::Smoother::usual)), where enough are scored.
    /// Default false; not with `halving`, whose scores are of different numbers of examples.
    #[serde(default, skip_serializing_if = "is_default")]
    pub smooth: bool,
    /// Whether the best are picked by scores that the checked networks calibrate instead of by the
    /// scores themselves. Default false; at least ten networks have to be checked.
    #[serde(default, skip_serializing_if = "is_default")]
    pub calibrate: bool,
}

impl Scoring {
    /// `candidates` scored on all validation images, in runs of `score_batch`, by the supernet as
    /// it is at the end, ranked by accuracy.
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
            proxies: None,
            smooth: false,
            calibrate: false,
        }
    }

    /// Returns for captions what differs from the paper's way to rank, in words; nothing where
    /// nothing does.
    pub fn in_words(&self) -> String {
        let mut words = String::new();
        if self.checkpoints > 1 {
            words += &format!(", means over {} checkpoints", self.checkpoints);
        }
        if self.rank_by == RankBy::Loss {
            words += ", ranked by loss";
        }
        if self.smooth {
            words += ", smoothed over alike architectures";
        }
        if self.calibrate {
            words += ", picked by scores that checked networks calibrate";
        }
        if let Some(FineTune { shortlist, epochs, .. }) = self.fine_tune {
            words += &format!(
                ", the best {shortlist} ranked again after {} from the shared weights",
                counted(epochs, "epoch")
            );
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
        if self.smooth && self.halving.is_some() {
            return Err(TrainError::config("scoring.smooth", "halving beside it", "no halving (scoring.halving)"));
        }
        self.proxies.map_or(Ok(()), Proxies::check)?;
        self.fine_tune.map_or(Ok(()), |fine_tune| fine_tune.check())
    }

    /// Returns how many runs `count` validation examples are cut into: the fewest with at most
    /// `score_batch` each.
    pub(crate) fn runs(&self, count: usize) -> usize {
        count.div_ceil(self.score_batch.max(1))
    }

    /// Returns the indices of each run of `count` validation examples. Sizes differ by at most one:
    /// a short last run would be normalised by the statistics of few examples.
    pub(crate) fn runs_of(&self, count: usize) -> impl Iterator<Item = Vec<usize>> + use<> {
        let runs = self.runs(count);
        (0..runs).map(move |run| (run * count / runs..(run + 1) * count / runs).collect())
    }
}

/// Checkpoints are a twentieth of the training apart.
pub(crate) const MOST_CHECKPOINTS: usize = 20;

#[cfg(test)]
mod tests {
    use super::*;
    use crate::SearchConfig;

    #[test]
    fn runs_are_even_and_whole_where_they_divide() {
        let sizes = |count, size| Scoring::new(1, size).runs_of(count).map(|run| run.len()).collect::<Vec<_>>();
        assert_eq!(sizes(300, 100), [100, 100, 100]);
        assert_eq!(sizes(150, 100), [75, 75]);
        assert_eq!(sizes(101, 50), [33, 34, 34]);
        assert_eq!(sizes(6, 100), [6]);
        assert!(Scoring::new(1, 7).runs_of(30).flatten().eq(0..30));
    }

    #[test]
    fn ways_to_rank_are_checked() {
        let refused = |change: fn(&mut Scoring)| {
            let mut config = SearchConfig::quick();
            change(&mut config.scoring);
            config.check().unwrap_err().to_string()
        };
        assert_eq!(refused(|scoring| scoring.checkpoints = 0), "scoring.checkpoints: found 0, expected 1 to 20");
        assert_eq!(
            refused(|scoring| (scoring.smooth, scoring.halving) = (true, Some(Halving::NONE))),
            "scoring.smooth: found halving beside it, expected no halving (scoring.halving)"
        );
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
