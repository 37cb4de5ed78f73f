//! One way to train a supernet, by name.

use serde::{Deserialize, Serialize};
use supernet_train::SearchConfig;

/// A way to train a supernet: a configuration, and what only ablations do.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Variant {
    /// Its name in tables and files: lower-case words joined by `-`.
    pub name: String,
    /// The configuration; its seed is replaced by that of each supernet.
    pub config: SearchConfig,
    /// One mask for all ghost batches of a step.
    #[serde(default)]
    pub one_mask: bool,
    /// Plain L2 on all weights at every step instead of masked L2.
    #[serde(default)]
    pub plain_l2: bool,
    /// Checkpoints kept before the last one.
    #[serde(default)]
    pub earlier: usize,
}

impl Variant {
    /// The configuration as it is.
    pub fn new(name: impl Into<String>, config: &SearchConfig) -> Self {
        Self { name: name.into(), config: config.clone(), one_mask: false, plain_l2: false, earlier: 0 }
    }

    /// The steps after which a supernet is kept besides the last: `earlier` of them, a twentieth of
    /// the training apart, in order.
    pub fn earlier_steps(&self) -> Vec<u64> {
        self.config.supernet.earlier_steps(self.earlier)
    }
}
