//! How a copied training's numbers are changed.

use super::Setting;
use crate::{SearchError, exact, known::in_range};
use rand::{Rng, RngExt};
use serde::{Deserialize, Serialize};
use std::{collections::BTreeMap, f64::consts::TAU};

/// How a copied training's numbers are changed, each kept in its range.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Explore {
    /// Not at all.
    Nothing,
    /// Each is multiplied by one of the two, as likely (Jaderberg et al. 2017: 0.8 and 1.2). A
    /// number at 0 stays there.
    Factors {
        /// One, below 1 as published.
        #[serde(with = "exact::number")]
        down: f64,
        /// The other, above 1 as published.
        #[serde(with = "exact::number")]
        up: f64,
    },
    /// To each a normal draw of this deviation is added.
    Normal(#[serde(with = "exact::number")] f64),
    /// Each is drawn anew with this probability, else multiplied by 0.8 or 1.2.
    Resample(#[serde(with = "exact::number")] f64),
}

impl Explore {
    /// Changes the numbers of `settings`.
    pub(super) fn change(self, settings: &mut BTreeMap<String, f64>, numbers: &[Setting], rng: &mut impl Rng) {
        for number in numbers {
            let Some(value) = settings.get_mut(&number.name) else { continue };
            *value = number.kept(self.changed(*value, number, rng));
        }
    }

    fn changed(self, value: f64, number: &Setting, rng: &mut impl Rng) -> f64 {
        let one_of = |factors: [f64; 2], rng: &mut dyn Rng| value * factors[rng.random_range(0..2)];
        match self {
            Self::Nothing => value,
            Self::Factors { down, up } => one_of([down, up], rng),
            Self::Normal(deviation) => {
                // Box and Muller; 1 − u is above 0.
                let radius = (-2.0 * (1.0 - rng.random::<f64>()).ln()).sqrt();
                value + deviation * radius * (TAU * rng.random::<f64>()).cos()
            }
            Self::Resample(probability) if rng.random::<f64>() < probability => number.draw(rng),
            Self::Resample(_) => one_of(PUBLISHED, rng),
        }
    }

    /// # Errors
    /// A number that is out of range.
    pub(super) fn check(self, strategy: &'static str) -> Result<(), SearchError> {
        let (value, holds, expected) = match self {
            Self::Nothing => return Ok(()),
            Self::Factors { down, up } => {
                let is_factor = |factor: f64| factor.is_finite() && factor > 0.0;
                (if is_factor(down) { up } else { down }, is_factor(down) && is_factor(up), "finite factors above 0")
            }
            Self::Normal(deviation) => (deviation, deviation.is_finite() && deviation >= 0.0, "at least 0"),
            Self::Resample(probability) => (probability, (0.0..=1.0).contains(&probability), "0 to 1"),
        };
        in_range(strategy, "explore", value, holds, expected).map(drop)
    }
}

/// The factors of Jaderberg et al. 2017.
const PUBLISHED: [f64; 2] = [0.8, 1.2];

impl Default for Explore {
    /// The published factors.
    fn default() -> Self {
        let [down, up] = PUBLISHED;
        Self::Factors { down, up }
    }
}
