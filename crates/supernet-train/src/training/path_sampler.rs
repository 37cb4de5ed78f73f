//! Who draws the masks of a training step.

use rand::{Rng, RngExt};
use supernet_space::{Architecture, PathDropout, PathMask, SearchSpace, draws};

/// Where a training run stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Moment {
    /// The step, from 0.
    pub step: u64,
    /// Steps in all.
    pub steps: u64,
}

/// Draws the mask of each ghost batch of a step.
pub trait PathSampler {
    /// The mask of ghost batch `ghost`, from a generator of its own.
    fn draw(&self, space: &SearchSpace, at: Moment, ghost: usize, rng: &mut dyn Rng) -> PathMask;

    /// Returns the factor of the options that stay on, per choice; `None` for no scaling.
    fn survivor_scales(&self, _space: &SearchSpace, _at: Moment) -> Option<Vec<f64>> {
        None
    }

    /// Returns what every option gives is multiplied by, one choice after another; `None` for
    /// nothing. Options are then computed one by one, which is slower.
    fn gates(&self, _space: &SearchSpace, _at: Moment) -> Option<Vec<f64>> {
        None
    }

    /// The rate at which each of two options is dropped; `None` where paths are not dropped at a
    /// rate.
    fn drop_rate(&self, _at: Moment) -> Option<f64> {
        None
    }

    /// The masks of a step's ghost batches: a function of (seed, step, ghost batch) alone.
    fn masks(&self, space: &SearchSpace, at: Moment, ghosts: usize, seed: u64) -> Vec<PathMask> {
        let draw = |ghost| self.draw(space, at, ghost, &mut draws(seed, &format!("paths/{ghost}"), at.step));
        (0..ghosts).map(draw).collect()
    }
}

impl PathSampler for PathDropout {
    fn draw(&self, space: &SearchSpace, at: Moment, _ghost: usize, mut rng: &mut dyn Rng) -> PathMask {
        PathDropout::draw(self, space, at.step, at.steps, &mut rng)
    }

    fn survivor_scales(&self, space: &SearchSpace, at: Moment) -> Option<Vec<f64>> {
        PathDropout::survivor_scales(self, space, at.step, at.steps)
    }

    fn drop_rate(&self, at: Moment) -> Option<f64> {
        Some(self.rate(2, at.step, at.steps))
    }
}

/// One uniform architecture per ghost batch.
#[derive(Clone, Copy, Debug, Default)]
pub struct UniformArchitectures;

impl PathSampler for UniformArchitectures {
    fn draw(&self, space: &SearchSpace, _at: Moment, _ghost: usize, mut rng: &mut dyn Rng) -> PathMask {
        space.sample(&mut rng).mask().clone()
    }
}

/// One uniform *network* per ghost batch: architectures that are the same network count once.
///
/// A description is taken if it is the canonical one of its network, of which there is one each;
/// about four of ten are, with four blocks. After 64 draws without one the last is taken as its
/// canonical form (probability below 1e-13 there).
#[derive(Clone, Copy, Debug, Default)]
pub struct UniformNetworks;

impl PathSampler for UniformNetworks {
    fn draw(&self, space: &SearchSpace, _at: Moment, _ghost: usize, mut rng: &mut dyn Rng) -> PathMask {
        const TRIES: usize = 64;
        let mut drawn = space.sample(&mut rng);
        for _ in 1..TRIES {
            if space.canonical(&drawn) == drawn {
                break;
            }
            drawn = space.sample(&mut rng);
        }
        space.canonical(&drawn).mask().clone()
    }
}

/// The mask of the first ghost batch for all of them: what ghost batches are there to avoid (an
/// ablation).
pub struct OneMask<'a>(pub &'a dyn PathSampler);

impl PathSampler for OneMask<'_> {
    fn draw(&self, space: &SearchSpace, at: Moment, _ghost: usize, rng: &mut dyn Rng) -> PathMask {
        self.0.draw(space, at, 0, rng)
    }

    fn survivor_scales(&self, space: &SearchSpace, at: Moment) -> Option<Vec<f64>> {
        self.0.survivor_scales(space, at)
    }

    fn gates(&self, space: &SearchSpace, at: Moment) -> Option<Vec<f64>> {
        self.0.gates(space, at)
    }

    fn drop_rate(&self, at: Moment) -> Option<f64> {
        self.0.drop_rate(at)
    }

    fn masks(&self, space: &SearchSpace, at: Moment, ghosts: usize, seed: u64) -> Vec<PathMask> {
        vec![self.draw(space, at, 0, &mut draws(seed, "paths/0", at.step)); ghosts]
    }
}

/// Every path on.
#[derive(Clone, Copy, Debug, Default)]
pub struct AllOn;

impl PathSampler for AllOn {
    fn draw(&self, space: &SearchSpace, _at: Moment, _ghost: usize, _rng: &mut dyn Rng) -> PathMask {
        space.all_on()
    }
}

/// One mask throughout: a stand-alone network's own.
#[derive(Clone, Debug)]
pub struct Fixed(pub PathMask);

impl PathSampler for Fixed {
    fn draw(&self, _space: &SearchSpace, _at: Moment, _ghost: usize, _rng: &mut dyn Rng) -> PathMask {
        self.0.clone()
    }
}

/// The proposals of a strategy: each ghost batch trains one of these architectures, drawn
/// uniformly.
#[derive(Clone, Debug)]
pub struct Proposed(pub Vec<Architecture>);

impl PathSampler for Proposed {
    fn draw(&self, _space: &SearchSpace, _at: Moment, _ghost: usize, rng: &mut dyn Rng) -> PathMask {
        self.0[rng.random_range(0..self.0.len())].mask().clone()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use supernet_space::CellSpace;

    #[test]
    fn masks_are_a_function_of_seed_step_and_ghost_batch() {
        let cells = CellSpace::new(3, 4).unwrap();
        let dropout = PathDropout::new(0.1).unwrap();
        let at = Moment { step: 70, steps: 100 };
        let eight = dropout.masks(cells.space(), at, 8, 1);
        assert_eq!(eight[..4], dropout.masks(cells.space(), at, 4, 1));
        assert_ne!(eight, dropout.masks(cells.space(), Moment { step: 71, ..at }, 8, 1));
        assert!(eight.iter().any(|mask| *mask != eight[0]), "ghost batches hold different masks");
    }

    #[test]
    fn uniform_networks_are_canonical_and_each_is_as_likely() {
        let cells = CellSpace::new(3, 2).unwrap();
        let at = Moment { step: 0, steps: 1 };
        let masks = UniformNetworks.masks(cells.space(), at, 4_000, 1);
        let canonical = |mask: &PathMask| cells.space().canonical(&cells.space().accept(mask.clone()).unwrap());
        assert!(masks.iter().all(|mask| canonical(mask).mask() == mask));
        // Networks whose two blocks are independent and differ have two descriptions: 3,486 of
        // 12,978 networks.
        let reads_no_block = |mask: &&PathMask| {
            mask.bits(2) & 0b100 == 0 && (mask.bits(0), mask.bits(1)) != (mask.bits(2), mask.bits(3))
        };
        let share = masks.iter().filter(reads_no_block).count() as f64 / 4_000.0;
        // Standard error 0.007; over descriptions the share would be 0.42.
        assert!((share - 3_486.0 / 12_978.0).abs() < 0.025, "{share}");
    }

    #[test]
    fn one_mask_serves_all_ghost_batches_and_is_the_first_ones() {
        let cells = CellSpace::new(3, 4).unwrap();
        let dropout = PathDropout::new(0.1).unwrap();
        let at = Moment { step: 70, steps: 100 };
        let masks = OneMask(&dropout).masks(cells.space(), at, 8, 1);
        assert_eq!(masks, vec![dropout.masks(cells.space(), at, 1, 1)[0].clone(); 8]);
    }

    #[test]
    fn uniform_architectures_are_architectures() {
        let cells = CellSpace::new(3, 4).unwrap();
        let at = Moment { step: 0, steps: 1 };
        for mask in UniformArchitectures.masks(cells.space(), at, 16, 1) {
            cells.space().accept(mask).unwrap();
        }
        assert_eq!(AllOn.masks(cells.space(), at, 1, 1)[0].paths_on(), 14 + 28);
    }
}
