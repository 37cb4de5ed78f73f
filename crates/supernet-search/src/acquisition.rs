//! Acquisition: what a prediction is worth as the next candidate.

use crate::Normal;
use serde::{Deserialize, Serialize};
use std::f64::consts::{FRAC_1_SQRT_2, TAU};

/// What a candidate is worth by its prediction.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Acquisition {
    /// Expected improvement: by how much it is better than the best so far, on average, worse
    /// counting as 0 (Mockus, 1978).
    ExpectedImprovement,
    /// Expected improvement divided by the predicted duration (Snoek, Larochelle and Adams, NeurIPS
    /// 2012).
    ExpectedImprovementPerSecond,
    /// The predicted mean: no exploration.
    Mean,
}

impl Acquisition {
    /// Returns a short name for tables.
    pub fn name(self) -> &'static str {
        match self {
            Self::ExpectedImprovement => "ei",
            Self::ExpectedImprovementPerSecond => "ei per second",
            Self::Mean => "mean",
        }
    }

    /// Returns what a candidate is worth where `best` is the best target so far and `log_seconds`
    /// the predicted logarithm of its duration.
    pub fn value(self, prediction: Normal, best: f64, log_seconds: f64) -> f64 {
        match self {
            Self::ExpectedImprovement => expected_improvement(prediction, best),
            Self::ExpectedImprovementPerSecond => expected_improvement(prediction, best) / log_seconds.exp(),
            Self::Mean => prediction.mean,
        }
    }
}

/// Returns E[max(0, y − best)] for y of a normal distribution: (μ − best)·Φ(z) + σ·φ(z) with z = (μ
/// − best)/σ.
pub fn expected_improvement(prediction: Normal, best: f64) -> f64 {
    let (gain, deviation) = (prediction.mean - best, prediction.variance.sqrt());
    if deviation == 0.0 {
        return gain.max(0.0);
    }
    let z = gain / deviation;
    let above = 0.5 * libm::erfc(-z * FRAC_1_SQRT_2);
    let density = libm::exp(-0.5 * z * z) / TAU.sqrt();
    (gain * above + deviation * density).max(0.0)
}

#[cfg(test)]
mod tests {
    use super::*;
    use rand::RngExt;
    use supernet_space::draws;

    #[test]
    fn expected_improvement_is_the_mean_over_draws() {
        let mut rng = draws(1, "ei", 0);
        // Twelve uniform numbers make a normal one.
        let mut normal = || (0..12).map(|_| rng.random::<f64>()).sum::<f64>() - 6.0;
        for (mean, variance, best) in [(0.0f64, 1.0f64, 0.5), (1.0, 4.0, -1.0), (-0.5, 0.25, 0.0)] {
            let n = 200_000;
            let gains = (0..n).map(|_| (mean + variance.sqrt() * normal() - best).max(0.0)).sum::<f64>();
            let value = expected_improvement(Normal { mean, variance }, best);
            // The deviation of the mean of n draws is below 2 / √n, and a sum of twelve has thin
            // tails.
            assert!((value - gains / f64::from(n)).abs() < 0.015, "{value} {}", gains / f64::from(n));
        }
    }

    #[test]
    fn without_uncertainty_it_is_the_gain_and_far_below_it_is_nothing() {
        let certain = |mean| Normal { mean, variance: 0.0 };
        assert_eq!(expected_improvement(certain(2.0), 1.5), 0.5);
        assert_eq!(expected_improvement(certain(1.0), 1.5), 0.0);
        let far = expected_improvement(Normal { mean: -50.0, variance: 1.0 }, 0.0);
        assert!((0.0..1e-300).contains(&far));
    }

    #[test]
    fn per_second_what_takes_half_as_long_is_worth_twice_as_much() {
        let prediction = Normal { mean: 0.3, variance: 0.5 };
        let value = |seconds: f64| Acquisition::ExpectedImprovementPerSecond.value(prediction, 1.0, seconds.ln());
        assert!((value(2.0) / value(4.0) - 2.0).abs() < 1e-12);
        assert_eq!(Acquisition::Mean.value(prediction, 9.0, 9.0), 0.3);
    }
}
