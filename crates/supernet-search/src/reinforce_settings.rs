//! How a policy learns from scores.

use crate::{
    RewardMap, SearchError, exact,
    known::{at_least, in_range},
};
use serde::{Deserialize, Serialize};

/// How [`crate::Reinforce`] learns, and [`crate::Ppo`] and [`crate::EditPolicy`] likewise.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct ReinforceSettings {
    /// Step size of Adam.
    #[serde(with = "exact::number")]
    pub rate: f64,
    /// Scores per step.
    pub batch: usize,
    /// Weight β of the entropy.
    #[serde(with = "exact::number")]
    pub entropy: f64,
    /// What the baseline keeps of itself per batch, 0 to below 1.
    #[serde(with = "exact::number")]
    pub decay: f64,
    /// From a score to what is maximised.
    pub reward: RewardMap,
}

impl Default for ReinforceSettings {
    /// For searches of some hundred scores: rate 0.05, batches of 10, entropy 1e-4 (Pham et al.),
    /// decay 0.9; the accuracy.
    fn default() -> Self {
        Self { rate: 0.05, batch: 10, entropy: 1e-4, decay: 0.9, reward: RewardMap::Accuracy }
    }
}

impl ReinforceSettings {
    pub(crate) fn check(self, strategy: &'static str) -> Result<Self, SearchError> {
        in_range(strategy, "rate", self.rate, self.rate > 0.0 && self.rate.is_finite(), "above 0")?;
        at_least(strategy, "batch", self.batch, 1, "at least 1")?;
        let holds = self.entropy >= 0.0 && self.entropy.is_finite();
        in_range(strategy, "entropy", self.entropy, holds, "at least 0")?;
        in_range(strategy, "decay", self.decay, (0.0..1.0).contains(&self.decay), "0 <= decay < 1")?;
        self.reward.check(strategy)?;
        Ok(self)
    }
}
