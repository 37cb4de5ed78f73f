//! A penalty that holds a controller to a share of skip connections.

use crate::{SearchError, exact, known::in_range, subset_distribution::SubsetDistribution};
use serde::{Deserialize, Serialize};

/// How probable a controller is held to take each input from an earlier node, where it may take any
/// number of them: ENAS (Pham et al., ICML 2018, section 2.2) adds the Kullback-Leibler divergence
/// of these probabilities from the rate to the controller's loss.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SkipRate {
    /// The probability of each input, above 0 and below 1; 0.4 in the authors' code.
    #[serde(with = "exact::number")]
    pub rate: f64,
    /// Weight of the penalty, at least 0; 0.8 in the authors' code.
    #[serde(with = "exact::number")]
    pub weight: f64,
}

impl Default for SkipRate {
    /// 0.4 with weight 0.8.
    fn default() -> Self {
        Self { rate: 0.4, weight: 0.8 }
    }
}

impl SkipRate {
    pub(crate) fn check(self, place: &'static str) -> Result<Self, SearchError> {
        in_range(place, "skip rate", self.rate, self.rate > 0.0 && self.rate < 1.0, "above 0 and below 1")?;
        let weight = self.weight;
        in_range(place, "weight of the skip rate", weight, weight >= 0.0 && weight.is_finite(), "at least 0")?;
        Ok(self)
    }

    /// The gradient at θ of the divergence of the probabilities of some options to be taken,
    /// without its weight.
    pub(crate) fn gradient(&self, of: &SubsetDistribution<Vec<f64>>, is_skip: impl Fn(usize) -> bool) -> Vec<f64> {
        let at = |(option, p): (usize, f64)| {
            let p = p.clamp(1e-12, 1.0 - 1e-12);
            if is_skip(option) { (p / self.rate).ln() - ((1.0 - p) / (1.0 - self.rate)).ln() } else { 0.0 }
        };
        of.inclusion_gradient(&of.inclusion().into_iter().enumerate().map(at).collect::<Vec<_>>())
    }

    /// The divergence itself.
    #[cfg(test)]
    pub(crate) fn divergence(&self, of: &SubsetDistribution<Vec<f64>>, is_skip: impl Fn(usize) -> bool) -> f64 {
        let at = |(_, p): (usize, f64)| p * (p / self.rate).ln() + (1.0 - p) * ((1.0 - p) / (1.0 - self.rate)).ln();
        of.inclusion().into_iter().enumerate().filter(|(option, _)| is_skip(*option)).map(at).sum()
    }
}
