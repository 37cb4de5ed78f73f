//! A number of a training that a strategy of trials chooses.

use crate::{SearchError, exact, known::in_range};
use rand::{Rng, RngExt};
use serde::{Deserialize, Serialize};

/// A number of a training, where it begins and how far it may go.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Setting {
    /// Its name in [`Trial::settings`](super::Trial::settings).
    pub name: String,
    /// The least; above 0 where `logarithmic`.
    #[serde(with = "exact::number")]
    pub least: f64,
    /// The greatest, at least `least`.
    #[serde(with = "exact::number")]
    pub greatest: f64,
    /// Whether it is drawn by its logarithm, as a learning rate is.
    pub logarithmic: bool,
}

impl Setting {
    /// A number from `least` to `greatest`, each as likely.
    pub fn uniform(name: impl Into<String>, least: f64, greatest: f64) -> Self {
        Self { name: name.into(), least, greatest, logarithmic: false }
    }

    /// A number from `least` to `greatest`, each magnitude as likely.
    pub fn logarithmic(name: impl Into<String>, least: f64, greatest: f64) -> Self {
        Self { name: name.into(), least, greatest, logarithmic: true }
    }

    /// A draw.
    pub(super) fn draw(&self, rng: &mut impl Rng) -> f64 {
        let share = rng.random::<f64>();
        let between = |a: f64, b: f64| a + share * (b - a);
        if self.logarithmic {
            self.kept(between(self.least.ln(), self.greatest.ln()).exp())
        } else {
            between(self.least, self.greatest)
        }
    }

    /// The nearest value in range.
    pub(super) fn kept(&self, value: f64) -> f64 {
        value.clamp(self.least, self.greatest)
    }

    /// # Errors
    /// Ends that are no range.
    pub(super) fn check(&self, strategy: &'static str) -> Result<(), SearchError> {
        let Self { least, greatest, logarithmic, .. } = *self;
        let is_range = least.is_finite() && greatest.is_finite() && least <= greatest;
        in_range(strategy, "least of a number", least, is_range, "a finite number, at most the greatest")?;
        let has_logarithm = !logarithmic || least > 0.0;
        in_range(strategy, "least of a number", least, has_logarithm, "above 0, where it is drawn by its logarithm")
            .map(drop)
    }
}
