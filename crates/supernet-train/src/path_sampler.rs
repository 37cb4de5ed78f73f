//! Who draws the masks of a training step.

use crate::PathSampling;
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

    /// What survivors are multiplied by, per choice; `None` for nothing.
    fn survivor_scales(&self, _space: &SearchSpace, _at: Moment) -> Option<Vec<f64>> {
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
}

/// One uniform architecture per ghost batch.
#[derive(Clone, Copy, Debug, Default)]
pub struct UniformArchitectures;

impl PathSampler for UniformArchitectures {
    fn draw(&self, space: &SearchSpace, _at: Moment, _ghost: usize, mut rng: &mut dyn Rng) -> PathMask {
        space.sample(&mut rng).mask().clone()
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

/// What a strategy proposes: each ghost batch trains one of these architectures, drawn uniformly.
#[derive(Clone, Debug)]
pub struct Proposed(pub Vec<Architecture>);

impl PathSampler for Proposed {
    fn draw(&self, _space: &SearchSpace, _at: Moment, _ghost: usize, rng: &mut dyn Rng) -> PathMask {
        self.0[rng.random_range(0..self.0.len())].mask().clone()
    }
}

impl PathSampling {
    /// The sampler that this setting names.
    pub fn sampler(&self) -> Box<dyn PathSampler> {
        match *self {
            Self::Dropout(dropout) => Box::new(dropout),
            Self::UniformArchitecture => Box::new(UniformArchitectures),
            Self::AllOn => Box::new(AllOn),
        }
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
    fn uniform_architectures_are_architectures() {
        let cells = CellSpace::new(3, 4).unwrap();
        let at = Moment { step: 0, steps: 1 };
        for mask in UniformArchitectures.masks(cells.space(), at, 16, 1) {
            cells.space().accept(mask).unwrap();
        }
        assert_eq!(AllOn.masks(cells.space(), at, 1, 1)[0].paths_on(), 14 + 28);
    }
}
