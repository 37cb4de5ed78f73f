//! Architectures of many weights, drawn more often.

use super::path_sampler::{Moment, PathSampler, UniformArchitectures};
use rand::Rng;
use supernet_search::trust::Structure;
use supernet_space::{PathMask, SearchSpace};

/// Of so many uniform architectures per ghost batch the one with most operations with weights
/// ([`Structure::weighted`]): complex networks learn more slowly than simple ones, and are trained
/// more often here.
#[derive(Clone, Copy, Debug)]
pub struct MostWeighted(pub usize);

impl PathSampler for MostWeighted {
    fn draw(&self, space: &SearchSpace, at: Moment, ghost: usize, rng: &mut dyn Rng) -> PathMask {
        let structure = Structure::of(space);
        let drawn = (0..self.0.max(1)).map(|_| UniformArchitectures.draw(space, at, ghost, &mut *rng));
        drawn.max_by_key(|mask| structure.weighted(mask) as u32).expect("at least one")
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use supernet_space::NasBench201;

    #[test]
    fn the_more_are_drawn_the_more_weights_are_taken() {
        let bench = NasBench201::new();
        let (at, structure) = (Moment { step: 0, steps: 1 }, Structure::of(bench.space()));
        let mean = |count: usize| {
            let masks = MostWeighted(count).masks(bench.space(), at, 2_000, 1);
            masks.iter().map(|mask| structure.weighted(mask)).sum::<f64>() / 2_000.0
        };
        // Two of five options have weights, on six edges: the means of the largest of one, two and
        // four binomial draws, of standard errors below .03.
        for (count, expected) in [(1, 2.4), (2, 3.062), (4, 3.626)] {
            assert!((mean(count) - expected).abs() < 0.1, "{count}: {}", mean(count));
        }
    }
}
