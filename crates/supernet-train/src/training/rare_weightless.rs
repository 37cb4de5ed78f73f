//! Options without weights, drawn rarely.

use super::path_sampler::{Moment, PathSampler};
use rand::{Rng, RngExt};
use supernet_search::trust::is_weightless;
use supernet_space::{Choice, PathMask, SearchSpace};

/// One architecture per ghost batch that takes an option without weights
/// ([`is_weightless`]) with a probability of its own in each choice of one option that has both
/// kinds, evenly among those of a kind; all other choices uniformly.
///
/// With uniform options a chain of n layers is trained at depths around n·(1 − 1/options), hardly
/// ever at its full one, and a supernet that is trained briefly then ranks deep networks badly.
#[derive(Clone, Copy, Debug)]
pub struct RareWeightless(pub f64);

impl RareWeightless {
    /// The places of the options without weights and of those with, if it is a choice of one option
    /// that has both.
    pub(crate) fn of(choice: &Choice) -> Option<[Vec<usize>; 2]> {
        let options = choice.options();
        let (without, with): (Vec<usize>, Vec<usize>) = (0..options.len()).partition(|&i| is_weightless(&options[i]));
        (choice.max() == 1 && !without.is_empty() && !with.is_empty()).then_some([without, with])
    }
}

impl PathSampler for RareWeightless {
    fn draw(&self, space: &SearchSpace, _at: Moment, _ghost: usize, mut rng: &mut dyn Rng) -> PathMask {
        let mask = space.sample(&mut rng).mask().clone();
        space.choices().iter().enumerate().fold(mask, |mask, (i, choice)| {
            let Some([without, with]) = Self::of(choice) else { return mask };
            let kind = if rng.random::<f64>() < self.0 { without } else { with };
            let place = if let [one] = kind[..] { one } else { kind[rng.random_range(0..kind.len())] };
            mask.with(i, 1 << place)
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use supernet_space::{CellSpace, NasBench201, NasBenchMacro};

    #[test]
    fn options_without_weights_are_as_rare_as_asked_for_and_those_of_a_kind_are_even() {
        let at = Moment { step: 0, steps: 1 };
        let counts = |space: &SearchSpace, ghosts: usize| {
            let mut counts = vec![0; space.choices()[0].options().len()];
            for mask in RareWeightless(0.2).masks(space, at, ghosts, 1) {
                for i in 0..space.choices().len() {
                    counts[mask.bits(i).trailing_zeros() as usize] += 1;
                }
            }
            counts
        };
        let near = |found: &[i32], expected: &[i32]| {
            assert!(found.iter().zip(expected).all(|(found, expected)| (found - expected).abs() < 250), "{found:?}");
        };
        // 16,000 options; standard errors of at most 62.
        near(&counts(NasBenchMacro::new().space(), 2_000), &[3_200, 6_400, 6_400]);
        // 18,000: none, skip and pool, and two convolutions, in the order of the space.
        let bench = NasBench201::new();
        let options = bench.space().choices()[0].options();
        let of = |option: &String| if is_weightless(option) { 1_200 } else { 7_200 };
        near(&counts(bench.space(), 3_000), &options.iter().map(of).collect::<Vec<i32>>());
        let cells = CellSpace::new(3, 2).unwrap();
        for mask in RareWeightless(0.0).masks(cells.space(), at, 20, 1) {
            cells.space().accept(mask).unwrap();
        }
    }
}
