//! A distribution over architectures that has parameters.

use rand::Rng;
use supernet_space::{Architecture, SearchSpace};

/// A distribution over the architectures of a space, with the gradient of its log probability: what
/// REINFORCE trains.
pub trait Controller {
    /// A short name for tables.
    fn name(&self) -> &'static str;

    /// The space that it is a distribution over.
    fn space(&self) -> &SearchSpace;

    /// Its parameters.
    fn parameters(&self) -> &[f64];

    /// Its parameters, to be changed.
    fn parameters_mut(&mut self) -> &mut [f64];

    /// Makes ready for a proposal, counted from 0, where what is drawn follows a schedule; nothing
    /// by default.
    fn begin(&mut self, _proposal: u64) {}

    /// A draw.
    fn sample(&self, rng: &mut impl Rng) -> Architecture;

    /// The logarithm of the probability of an architecture of the space.
    fn log_probability(&self, architecture: &Architecture) -> f64;

    /// Adds `weight` times the gradient of [`Controller::log_probability`] to `gradient`.
    fn add_gradient(&self, architecture: &Architecture, weight: f64, gradient: &mut [f64]);

    /// Does the same for several architectures, each with its weight; policies that share work
    /// among them do it faster.
    fn add_gradients(&self, weighted: &[(&Architecture, f64)], gradient: &mut [f64]) {
        weighted.iter().for_each(|&(architecture, weight)| self.add_gradient(architecture, weight, gradient));
    }

    /// Adds the gradient of a loss that the controller has whatever is rewarded, as its mean over
    /// draws; none by default.
    fn add_own_gradient(&self, _drawn: &[&Architecture], _gradient: &mut [f64]) {}
}
