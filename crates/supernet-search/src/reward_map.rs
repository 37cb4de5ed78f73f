//! From a score to what a controller is rewarded with.

use crate::{Score, SearchError, exact, known::in_range};
use serde::{Deserialize, Serialize};

/// What REINFORCE, PPO and the edit policy maximise.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum RewardMap {
    /// The accuracy.
    #[default]
    Accuracy,
    /// The accuracy to a power: 3 for Zoph and Le (ICLR 2017).
    Power(#[serde(with = "exact::number")] f64),
    /// tan(accuracy · π/2), which weighs a gain more the nearer it is to 1 (Cai et al., AAAI 2018).
    /// An accuracy above [`RewardMap::MOST`] counts as that: at 1 the reward would have no bound.
    Tan,
    /// `scale` / exp(loss)^`power`: 80 / perplexity for Pham et al. (ICML 2018), its square for
    /// Zoph and Le. The loss is in nats.
    Perplexity {
        /// What a perplexity of 1 earns.
        #[serde(with = "exact::number")]
        scale: f64,
        /// The power of the perplexity.
        #[serde(with = "exact::number")]
        power: f64,
    },
}

impl RewardMap {
    /// The greatest accuracy that [`RewardMap::Tan`] tells from greater ones.
    pub const MOST: f64 = 0.999;

    /// Computes the reward of a score; it is no number where the score is none.
    pub fn reward(self, score: &Score) -> f64 {
        let accuracy = score.accuracy;
        match self {
            Self::Accuracy => accuracy,
            Self::Power(power) => accuracy.powf(power),
            Self::Tan if accuracy > Self::MOST => Self::Tan.reward(&Score { accuracy: Self::MOST, ..*score }),
            Self::Tan => (accuracy * std::f64::consts::FRAC_PI_2).tan(),
            Self::Perplexity { scale, power } => scale * (-power * score.loss).exp(),
        }
    }

    pub(crate) fn check(self, strategy: &'static str) -> Result<(), SearchError> {
        let positive = |setting, value: f64| {
            in_range(strategy, setting, value, value > 0.0 && value.is_finite(), "above 0").map(drop)
        };
        match self {
            Self::Accuracy | Self::Tan => Ok(()),
            Self::Power(power) => positive("power of the reward", power),
            Self::Perplexity { scale, power } => {
                positive("scale of the reward", scale)?;
                positive("power of the reward", power)
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rewards_are_those_of_the_papers_formulas() {
        let score = |accuracy, loss| Score { accuracy, loss, images: 0 };
        assert_eq!(RewardMap::Accuracy.reward(&score(0.9, 1.0)), 0.9);
        assert!((RewardMap::Power(3.0).reward(&score(0.9, 1.0)) - 0.729).abs() < 1e-15);
        assert!((RewardMap::Tan.reward(&score(0.5, 1.0)) - 1.0).abs() < 1e-15);
        let perplexity = RewardMap::Perplexity { scale: 80.0, power: 2.0 };
        assert!((perplexity.reward(&score(0.0, 100f64.ln())) - 80.0 / 10_000.0).abs() < 1e-15);
        assert!(RewardMap::Tan.reward(&score(f64::NAN, 0.0)).is_nan());
    }

    #[test]
    fn the_tangent_of_a_perfect_accuracy_is_bounded() {
        let tan = |accuracy| RewardMap::Tan.reward(&Score { accuracy, loss: 0.0, images: 0 });
        assert_eq!(tan(1.0), tan(RewardMap::MOST));
        assert!(tan(1.0) < 700.0 && tan(0.998) < tan(1.0));
    }

    #[test]
    fn a_power_of_zero_is_refused() {
        let error = RewardMap::Power(0.0).check("ppo").unwrap_err();
        assert_eq!(error.to_string(), "ppo, power of the reward: found 0, expected above 0");
        assert!(RewardMap::Perplexity { scale: f64::NAN, power: 1.0 }.check("ppo").is_err());
    }
}
