//! The factorised controller: one distribution for each choice, independent of the others.

use crate::{
    Controller, SearchError, exact,
    state::{check_count, checked_state},
    subset_distribution::SubsetDistribution,
};
use rand::Rng;
use serde::{Deserialize, Serialize};
use supernet_space::{Architecture, SearchSpace};

/// One number θ per option; the subset of a choice has probability in proportion to exp(Σ θ over
/// what it takes), which is a softmax for exactly one option. At first all θ are 0: subsets of a
/// choice are equally likely. The controller of TuNAS (Bender et al., CVPR 2020) and of other
/// searches that need no memory of earlier choices.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(remote = "Self")]
pub struct Factorised {
    space: SearchSpace,
    /// Options of all choices, one after the other.
    #[serde(with = "exact::list")]
    theta: Vec<f64>,
}

checked_state!(Factorised);

impl Factorised {
    /// The uniform distribution over `space`.
    pub fn new(space: SearchSpace) -> Self {
        let options = space.choices().iter().map(|choice| choice.options().len()).sum();
        Self { space, theta: vec![0.0; options] }
    }

    fn check(&self) -> Result<(), SearchError> {
        let options = self.space.choices().iter().map(|choice| choice.options().len()).sum();
        check_count("factorised controller", "theta", self.theta.len(), options)
    }

    /// The most likely subset of every choice as an architecture.
    pub fn likeliest(&self) -> Architecture {
        let modes: Vec<u64> = self.choices().map(|(_, distribution)| distribution.mode()).collect();
        self.space.architecture(|choice| modes[choice])
    }

    /// The probability of each option of each choice to be taken, where the choice is active.
    pub fn probabilities(&self) -> Vec<Vec<f64>> {
        self.choices().map(|(_, distribution)| distribution.inclusion()).collect()
    }

    /// Each choice's distribution, and where its numbers begin.
    pub(crate) fn choices(&self) -> impl Iterator<Item = (usize, SubsetDistribution<&[f64]>)> {
        let mut first = 0;
        self.space.choices().iter().map(move |choice| {
            let from = first;
            first += choice.options().len();
            (from, SubsetDistribution::new(&self.theta[from..first], choice.min(), choice.max()))
        })
    }
}

impl Controller for Factorised {
    fn name(&self) -> &'static str {
        "factorised"
    }

    fn space(&self) -> &SearchSpace {
        &self.space
    }

    fn parameters(&self) -> &[f64] {
        &self.theta
    }

    fn parameters_mut(&mut self) -> &mut [f64] {
        &mut self.theta
    }

    fn sample(&self, rng: &mut impl Rng) -> Architecture {
        let distributions: Vec<SubsetDistribution<&[f64]>> =
            self.choices().map(|(_, distribution)| distribution).collect();
        self.space.architecture(|choice| distributions[choice].sample(rng))
    }

    fn log_probability(&self, architecture: &Architecture) -> f64 {
        let active = self.space.active(architecture);
        let of_choice = |(i, (_, distribution)): (usize, (usize, SubsetDistribution<&[f64]>))| {
            distribution.log_probability(architecture.bits(i))
        };
        self.choices().enumerate().filter(|&(i, _)| active[i]).map(of_choice).sum()
    }

    fn add_gradient(&self, architecture: &Architecture, weight: f64, gradient: &mut [f64]) {
        let active = self.space.active(architecture);
        for (i, (from, distribution)) in self.choices().enumerate().filter(|&(i, _)| active[i]) {
            for (sum, value) in gradient[from..].iter_mut().zip(distribution.gradient(architecture.bits(i))) {
                *sum += weight * value;
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::{assert_draws_follow, assert_gradient, assert_sums_to_one, chain, mixed, nested, upside_down};

    #[test]
    fn it_starts_uniform() {
        let controller = Factorised::new(chain(3));
        let architecture = controller.sample(&mut supernet_space::draws(1, "controller", 0));
        assert!((controller.log_probability(&architecture) + 27f64.ln()).abs() < 1e-14);
    }

    #[test]
    fn the_gradient_is_that_of_finite_differences_and_probabilities_sum_to_one() {
        for space in [mixed(), nested(), upside_down()] {
            let mut controller = Factorised::new(space);
            for (i, theta) in controller.parameters_mut().iter_mut().enumerate() {
                *theta = (i as f64 * 0.7).sin();
            }
            assert_gradient(&mut controller);
            assert_sums_to_one(&controller);
            assert_draws_follow(&controller);
        }
    }
}
