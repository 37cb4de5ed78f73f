//! The setting that ranks best, where that was measured.

use super::config::SearchConfig;
use crate::PathSampling;
use supernet_search::RankBy;

impl SearchConfig {
    /// Returns the same search with paths drawn and candidates ranked as its space ranks best,
    /// where that was measured against tables of trained networks: in NAS-Bench-201 and
    /// NAS-Bench-Macro options without weights are drawn with probability 0.1, and the lowest loss
    /// is the best (docs/nas-bench-201). Other spaces stay as they are, the paper's with its own
    /// schedule.
    #[must_use]
    pub fn recommended(mut self) -> Self {
        if matches!(self.network.name(), "nas-bench-201" | "nas-bench-macro") {
            self.paths = PathSampling::RareWeightless(0.1);
            self.scoring.rank_by = RankBy::Loss;
        }
        self
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{KNOWN_SPACES, NetworkSettings};

    #[test]
    fn what_was_measured_is_recommended_and_can_be_followed_and_nothing_else_is_changed() {
        let quick = SearchConfig::quick();
        assert_eq!(quick.clone().recommended(), quick, "the paper's");
        let mut changed = Vec::new();
        for space in KNOWN_SPACES {
            let plain = quick.clone().in_space(NetworkSettings::of_space(space.name, true).unwrap());
            let recommended = plain.clone().recommended();
            recommended.check().unwrap();
            if recommended != plain {
                changed.push(space.name);
                assert_eq!(recommended.paths, PathSampling::RareWeightless(0.1));
                assert_eq!(recommended.scoring.rank_by, RankBy::Loss);
            }
        }
        assert_eq!(changed, ["nas-bench-201", "nas-bench-macro"]);
    }
}
