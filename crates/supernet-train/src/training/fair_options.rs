//! Options that take turns.

use super::path_sampler::{Moment, PathSampler, UniformArchitectures};
use rand::{Rng, seq::SliceRandom};
use supernet_space::{PathMask, SearchSpace, draws};

/// One architecture per ghost batch, of which any k in a row, from the first on, take each option
/// of a choice of one of k once, in an order that is drawn anew each time (strict fairness; Chu et
/// al., *FairNAS*, ICCV 2021). All other choices are uniform, and so is a ghost batch by itself.
#[derive(Clone, Copy, Debug)]
pub struct FairOptions;

impl PathSampler for FairOptions {
    fn draw(&self, space: &SearchSpace, at: Moment, ghost: usize, rng: &mut dyn Rng) -> PathMask {
        UniformArchitectures.draw(space, at, ghost, rng)
    }

    fn masks(&self, space: &SearchSpace, at: Moment, ghosts: usize, seed: u64) -> Vec<PathMask> {
        let uniform = UniformArchitectures.masks(space, at, ghosts, seed);
        let turn = |(ghost, mask): (usize, PathMask)| {
            let drawn_before = at.step * ghosts as u64 + ghost as u64;
            space.choices().iter().enumerate().fold(mask, |mask, (i, choice)| {
                let options = choice.options().len();
                if (choice.min(), choice.max()) != (1, 1) {
                    return mask;
                }
                let mut order: Vec<usize> = (0..options).collect();
                order.shuffle(&mut draws(seed, &format!("turns/{i}"), drawn_before / options as u64));
                mask.with(i, 1 << order[(drawn_before % options as u64) as usize])
            })
        };
        uniform.into_iter().enumerate().map(turn).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use supernet_space::{CellSpace, NasBench201};

    #[test]
    fn each_option_has_its_turn_across_steps_in_an_order_that_changes() {
        let bench = NasBench201::new();
        // 5 options, 4 ghost batches a step.
        let masks: Vec<PathMask> =
            (0..25).flat_map(|step| FairOptions.masks(bench.space(), Moment { step, steps: 25 }, 4, 1)).collect();
        let mut orders = std::collections::HashSet::new();
        for (i, _) in bench.space().choices().iter().enumerate() {
            for five in masks.chunks(5) {
                let mut taken: Vec<u64> = five.iter().map(|mask| mask.bits(i)).collect();
                orders.insert(taken.clone());
                taken.sort_unstable();
                assert_eq!(taken, [1, 2, 4, 8, 16]);
            }
        }
        assert!(orders.len() > 50, "{}", orders.len());
        assert!(masks.iter().all(|mask| bench.space().accept(mask.clone()).is_ok()));
        let cells = CellSpace::new(3, 2).unwrap();
        for mask in FairOptions.masks(cells.space(), Moment { step: 3, steps: 9 }, 20, 1) {
            cells.space().accept(mask).unwrap();
        }
    }
}
