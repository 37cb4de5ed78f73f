//! Settings of stochastic gradient descent.

use crate::TrainError;
use serde::{Deserialize, Serialize};
use supernet_nn::{MaskedL2, Weighting};

/// Stochastic gradient descent with Nesterov momentum (dampening 0), a cosine from `learning_rate`
/// to 0, L2 and a bound on the global gradient norm.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Sgd {
    /// Learning rate η at the first step; at step t of T it is η/2 · (1 + cos(π t/T)), so that no
    /// step is without effect. Default 0.1; above 0.
    pub learning_rate: f64,
    /// Momentum μ. Default 0.9; 0 to 1, without 1.
    pub momentum: f64,
    /// L2 λ (default 0.0005; at least 0) and the bound on the global gradient norm (default 5, of
    /// supernets and networks from scratch alike; above 0, infinity for none).
    pub l2: MaskedL2,
}

impl Sgd {
    /// # Errors
    /// The first number that is out of range, at `place`.
    pub(crate) fn check(&self, place: &'static str) -> Result<(), TrainError> {
        let Self {
            learning_rate,
            momentum,
            l2: MaskedL2 { decay, clip, weighting: Weighting::Share | Weighting::Any },
        } = *self;
        let fits = learning_rate.is_finite()
            && learning_rate > 0.0
            && (0.0..1.0).contains(&momentum)
            && decay.is_finite()
            && decay >= 0.0
            && clip > 0.0;
        if fits {
            return Ok(());
        }
        let found = format!("learning_rate {learning_rate}, momentum {momentum}, decay {decay}, clip {clip}");
        Err(TrainError::config(place, found, "learning_rate > 0, 0 <= momentum < 1, decay >= 0, clip > 0"))
    }
}
