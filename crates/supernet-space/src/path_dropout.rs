//! Path dropout: the random masks under which a supernet is trained.

use crate::{PathMask, Schedule, SearchSpace, SpaceError};
use rand::{Rng, RngExt};
use serde::{Deserialize, Serialize};

/// Drops each of the k options of a choice independently at a rate of r^(1/k), so that all k are
/// dropped with probability r whatever k is (PAPER, *One-shot model and training*). The rate moves
/// along a [`Schedule`]: up a ramp, or at its full height from the first step on (the paper's
/// dropout study), or along any other.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(try_from = "Unchecked", into = "Unchecked")]
pub struct PathDropout {
    r: f64,
    schedule: Schedule,
    keep_one: bool,
    rescale: bool,
}

impl PathDropout {
    /// Path dropout whose probability of dropping all options of a choice is `r`, ramped up over
    /// the run.
    ///
    /// # Errors
    /// `r` is not strictly between 0 and 1.
    pub fn new(r: f64) -> Result<Self, SpaceError> {
        if !(r > 0.0 && r < 1.0) {
            return Err(SpaceError::Rate { found: r });
        }
        Ok(Self { r, schedule: Schedule::Ramp, keep_one: false, rescale: false })
    }

    /// The same with another schedule.
    ///
    /// # Panics
    /// If a number of the schedule is out of range.
    pub fn with_schedule(self, schedule: Schedule) -> Self {
        assert!(schedule.is_in_range(), "a schedule in range, found {schedule}");
        Self { schedule, ..self }
    }

    /// Keep one option, drawn uniformly, where all of a choice would be dropped (off in the paper:
    /// zeros flow on).
    pub fn with_keep_one(self, keep_one: bool) -> Self {
        Self { keep_one, ..self }
    }

    /// Multiply what survives by 1 / (1 − rate) (off in the paper). The masks are the same; the
    /// network takes [`PathDropout::survivor_scales`].
    pub fn with_rescale(self, rescale: bool) -> Self {
        Self { rescale, ..self }
    }

    /// The probability that all options of a choice are dropped at the full rate.
    pub fn r(&self) -> f64 {
        self.r
    }

    /// The rate at which each of `k` options is dropped at step `step` (from 0) of `steps`:
    /// r^(1/k) along the
    /// schedule.
    pub fn rate(&self, k: usize, step: u64, steps: u64) -> f64 {
        self.schedule.at(self.r.powf(1.0 / k as f64), step, steps)
    }

    /// What survivors are multiplied by, per choice of `space`; `None` unless rescaling is on.
    pub fn survivor_scales(&self, space: &SearchSpace, step: u64, steps: u64) -> Option<Vec<f64>> {
        let scale = |k| 1.0 / (1.0 - self.rate(k, step, steps));
        self.rescale.then(|| space.choices().iter().map(|choice| scale(choice.options().len())).collect())
    }

    /// The mask of one ghost batch at step `step` of `steps`.
    pub fn draw(&self, space: &SearchSpace, step: u64, steps: u64, rng: &mut impl Rng) -> PathMask {
        let mut draw = |k: usize| {
            let rate = self.rate(k, step, steps);
            let bits = (0..k).fold(0, |bits, option| bits | u64::from(rng.random::<f64>() >= rate) << option);
            let kept = rng.random_range(0..k);
            if self.keep_one && bits == 0 { 1 << kept } else { bits }
        };
        space.mask(space.choices().iter().map(|choice| draw(choice.options().len())).collect())
    }
}

/// The same fields before they are checked.
#[derive(Serialize, Deserialize)]
struct Unchecked {
    r: f64,
    #[serde(default)]
    schedule: Schedule,
    #[serde(default)]
    keep_one: bool,
    #[serde(default)]
    rescale: bool,
}

impl From<PathDropout> for Unchecked {
    fn from(PathDropout { r, schedule, keep_one, rescale }: PathDropout) -> Self {
        Self { r, schedule, keep_one, rescale }
    }
}

impl TryFrom<Unchecked> for PathDropout {
    type Error = SpaceError;

    fn try_from(Unchecked { r, schedule, keep_one, rescale }: Unchecked) -> Result<Self, SpaceError> {
        Ok(Self { schedule, keep_one, rescale, ..Self::new(r)? })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{CellSpace, draws};

    #[test]
    fn r_outside_zero_to_one_is_refused() {
        for r in [0.0, 1.0, -0.5, f64::NAN] {
            assert!(matches!(PathDropout::new(r), Err(SpaceError::Rate { .. })));
        }
        let error = serde_json::from_str::<PathDropout>(r#"{"r": 1.5}"#).unwrap_err();
        assert!(error.to_string().contains("found r = 1.5, expected 0 < r < 1"));
    }

    #[test]
    fn expected_survivors_are_those_of_the_definition() {
        let survivors = |r: f64, k: usize| {
            let dropout = PathDropout::new(r).unwrap().with_schedule(Schedule::Constant);
            (k as f64 * (1.0 - dropout.rate(k, 0, 1)) * 100.0).round() / 100.0
        };
        let at_a_tenth = [(2, 1.37), (3, 1.61), (4, 1.75), (5, 1.85), (7, 1.96)];
        assert!(at_a_tenth.iter().all(|&(k, expected)| survivors(0.1, k) == expected));
        assert_eq!([survivors(0.01, 2), survivors(0.01, 7)], [1.80, 3.37]);
        assert_eq!([survivors(0.3, 2), survivors(0.3, 7)], [0.90, 1.11]);
    }

    #[test]
    fn keep_one_leaves_no_choice_empty() {
        let cells = CellSpace::new(3, 4).unwrap();
        let dropout = PathDropout::new(0.9).unwrap().with_schedule(Schedule::Constant).with_keep_one(true);
        let mut rng = draws(1, "keep", 0);
        for _ in 0..200 {
            let mask = dropout.draw(cells.space(), 0, 1, &mut rng);
            assert!((0..8).all(|choice| mask.bits(choice) != 0));
        }
    }

    #[test]
    fn survivors_are_scaled_by_one_over_the_keep_probability() {
        let cells = CellSpace::new(3, 1).unwrap();
        let dropout = PathDropout::new(0.25).unwrap().with_schedule(Schedule::Constant);
        assert_eq!(dropout.survivor_scales(cells.space(), 0, 1), None);
        let scales = dropout.with_rescale(true).survivor_scales(cells.space(), 0, 1).unwrap();
        assert_eq!(scales[0], 2.0); // r^(1/2) = 1/2
    }
}
