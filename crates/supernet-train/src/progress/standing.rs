//! The best candidate up to now.

use supernet_search::{RankBy, Score, Scored};
use supernet_space::{Cost, PathMask};

/// The best candidate up to now.
#[derive(Clone, Debug, PartialEq)]
pub struct Standing {
    /// Candidates that it is the best of.
    pub candidates: usize,
    /// The candidate.
    pub best: PathMask,
    /// Its one-shot score; the number of images tells how far the scoring is.
    pub score: Score,
    /// The cost of its stand-alone network; `None` while candidates are being scored.
    pub cost: Option<Cost>,
}

impl Standing {
    /// The best by `rank_by` of `before` and of the candidates of a further block; `None` where
    /// there is no candidate.
    pub(crate) fn with(rank_by: RankBy, before: Option<Self>, block: &[Scored]) -> Option<Self> {
        let candidates = before.as_ref().map_or(0, |before| before.candidates) + block.len();
        let of = |Scored { architecture, score, cost }: &Scored| Self {
            candidates,
            best: architecture.mask().clone(),
            score: *score,
            cost: Some(*cost),
        };
        let before = before.map(|before| Self { candidates, ..before });
        before.into_iter().chain(block.iter().map(of)).min_by(|a, b| rank_by.better_first(&a.score, &b.score))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use supernet_space::{CellSpace, draws};

    #[test]
    fn the_best_of_all_blocks_is_kept() {
        let cells = CellSpace::new(3, 2).unwrap();
        let mut rng = draws(1, "test", 0);
        let mut scored = |accuracy| Scored {
            architecture: cells.space().sample(&mut rng),
            score: Score { accuracy, loss: 1.0, images: 10 },
            cost: Cost { parameters: 7, macs: 9 },
        };
        let blocks = [vec![scored(0.3), scored(0.6)], vec![scored(0.5)], Vec::new()];
        let last = blocks.iter().fold(None, |before, block| Standing::with(RankBy::Accuracy, before, block)).unwrap();
        assert_eq!((last.candidates, last.score.accuracy), (3, 0.6));
        assert_eq!(last.best, *blocks[0][1].architecture.mask());
        assert_eq!(Standing::with(RankBy::Accuracy, None, &[]), None);
    }
}
