//! Successive halving over the validation images: all candidates on few images, the best of them on
//! more.

use super::tally::Tally;
use crate::TrainError;
use serde::{Deserialize, Serialize};
use std::ops::Range;
use supernet_search::{RankBy, Score};
use supernet_space::PathMask;

/// Successive halving (Jamieson and Talwalkar, AISTATS 2016) with validation images as the budget.
///
/// With `rungs` R and a share κ = `keep`, rung r = 0 … R−1 scores what is left on the first
/// ⌈κ^(R−1−r)⌉ of the validation images, in whole runs, and keeps the best ⌈κ·n⌉ of n for the next.
/// So each rung costs about as much as the others, and the last sees all images. Images that a
/// candidate has seen are not scored again. Keeping everything (κ = 1) is the plain ranking.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Halving {
    /// Share of the candidates that goes on to the next rung, above 0 and at most 1.
    pub keep: f64,
    /// Rungs, at least 1.
    pub rungs: u32,
}

impl Halving {
    /// All candidates on all images.
    pub(crate) const NONE: Self = Self { keep: 1.0, rungs: 1 };

    /// The scores of masks on `runs` runs of images, the best of each rung by `rank_by`; `tally`
    /// adds the results of some masks on some runs.
    ///
    /// # Errors
    /// Whatever `tally` reports.
    pub(crate) fn score(
        &self,
        masks: &[PathMask],
        runs: usize,
        rank_by: RankBy,
        mut tally: impl FnMut(&[PathMask], Range<usize>, &mut [Tally]) -> Result<(), TrainError>,
    ) -> Result<Vec<Score>, TrainError> {
        let mut tallies = vec![Tally::default(); masks.len()];
        let (mut left, mut seen) = ((0..masks.len()).collect::<Vec<_>>(), 0);
        let rungs = if masks.is_empty() { Vec::new() } else { self.rungs(runs) };
        for (rung, up_to) in rungs.into_iter().enumerate() {
            if rung > 0 {
                let score = |place: usize| tallies[place].score();
                left.sort_by(|&a, &b| rank_by.better_first(&score(a), &score(b)).then(a.cmp(&b)));
                left.truncate(self.kept(left.len()));
            }
            let of_left: Vec<PathMask> = left.iter().map(|&place| masks[place].clone()).collect();
            let mut so_far: Vec<Tally> = left.iter().map(|&place| tallies[place]).collect();
            tally(&of_left, seen..up_to, &mut so_far)?;
            left.iter().zip(so_far).for_each(|(&place, tally)| tallies[place] = tally);
            seen = up_to;
        }
        Ok(tallies.iter().map(Tally::score).collect())
    }

    /// # Errors
    /// A number out of range.
    pub(crate) fn check(&self) -> Result<(), TrainError> {
        if !(self.keep > 0.0 && self.keep <= 1.0) {
            return Err(TrainError::config("scoring.halving.keep", self.keep, "above 0 and at most 1"));
        }
        if self.rungs == 0 {
            return Err(TrainError::config("scoring.halving.rungs", self.rungs, "at least 1"));
        }
        Ok(())
    }

    /// Up to which of `runs` runs of images each rung goes; a rung that would see nothing new is
    /// left out.
    fn rungs(&self, runs: usize) -> Vec<usize> {
        let up_to = |rung: u32| self.share(runs, self.rungs - 1 - rung);
        let mut rungs: Vec<usize> = (0..self.rungs).map(up_to).collect();
        rungs.dedup();
        rungs
    }

    /// How many of `count` candidates go on.
    fn kept(&self, count: usize) -> usize {
        self.share(count, 1)
    }

    /// ⌈κ^power · count⌉, at least 1 of what there is.
    fn share(&self, count: usize, power: u32) -> usize {
        let exact = self.keep.powf(f64::from(power)) * count as f64;
        // A third of 9 is 3, in spite of rounding.
        ((exact - 1e-9).ceil() as usize).clamp(1.min(count), count)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_rung_sees_more_images_and_fewer_candidates_than_the_one_before() {
        let halving = Halving { keep: 1.0 / 3.0, rungs: 3 };
        assert_eq!(halving.rungs(9), [1, 3, 9]);
        assert_eq!([90, 30, 10].map(|count| halving.kept(count)), [30, 10, 4]);
        assert_eq!(Halving { keep: 0.5, rungs: 5 }.rungs(3), [1, 2, 3]);
    }

    #[test]
    fn keeping_everything_is_one_rung_of_all_images() {
        assert_eq!(Halving { keep: 1.0, rungs: 4 }.rungs(10), [10]);
        assert_eq!(Halving { keep: 0.5, rungs: 1 }.rungs(10), [10]);
    }

    #[test]
    fn numbers_out_of_range_are_named() {
        let message = |keep, rungs| Halving { keep, rungs }.check().unwrap_err().to_string();
        assert_eq!(message(0.0, 2), "scoring.halving.keep: found 0, expected above 0 and at most 1");
        assert_eq!(message(f64::NAN, 2), "scoring.halving.keep: found NaN, expected above 0 and at most 1");
        assert_eq!(message(0.5, 0), "scoring.halving.rungs: found 0, expected at least 1");
    }
}
