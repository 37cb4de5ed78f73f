//! One option of a choice at all times.

use super::path_sampler::{Moment, PathSampler};
use rand::Rng;
use supernet_space::{PathMask, SearchSpace};

/// Masks of another sampler that take one option of a choice alone.
pub(crate) struct Pinned<'a> {
    pub(crate) sampler: &'a dyn PathSampler,
    pub(crate) choice: usize,
    pub(crate) option: usize,
}

impl PathSampler for Pinned<'_> {
    fn draw(&self, space: &SearchSpace, at: Moment, ghost: usize, rng: &mut dyn Rng) -> PathMask {
        self.sampler.draw(space, at, ghost, rng).with(self.choice, 1 << self.option)
    }

    fn survivor_scales(&self, space: &SearchSpace, at: Moment) -> Option<Vec<f64>> {
        let mut scales = self.sampler.survivor_scales(space, at)?;
        // What is always on has no others to stand in for.
        scales[self.choice] = 1.0;
        Some(scales)
    }

    fn gates(&self, space: &SearchSpace, at: Moment) -> Option<Vec<f64>> {
        self.sampler.gates(space, at)
    }

    fn drop_rate(&self, at: Moment) -> Option<f64> {
        self.sampler.drop_rate(at)
    }

    fn masks(&self, space: &SearchSpace, at: Moment, ghosts: usize, seed: u64) -> Vec<PathMask> {
        let drawn = self.sampler.masks(space, at, ghosts, seed);
        drawn.into_iter().map(|mask| mask.with(self.choice, 1 << self.option)).collect()
    }
}
