//! What an untrained network tells of itself.

use serde::{Deserialize, Serialize};

/// A number that an untrained network gives in no time, and that tends to be high where the trained
/// network is good: a baseline for every ranking, and a column to calibrate by.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Proxy {
    /// How little the derivatives of the outputs by the pixels of different images have to do with
    /// each other (Mellor et al. 2020, *Neural Architecture Search without Training*, first
    /// version).
    JacobCov,
    /// The logarithm of the flow of weights through all paths: of Σ|w · ∂R/∂w|, R the outputs for
    /// an image of ones with the magnitudes of the weights and no normalisation (Tanaka et al.
    /// 2020).
    Synflow,
    /// The lengths of the weights' gradients on a batch, summed over the layers (Abdelfattah et al.
    /// 2021).
    GradNorm,
    /// Σ|w · ∂L/∂w| on a batch, what leaving out weights would change (Lee et al. 2019).
    Snip,
}

impl Proxy {
    /// All of them, in the order of their columns.
    pub const ALL: [Self; 4] = [Self::JacobCov, Self::Synflow, Self::GradNorm, Self::Snip];

    /// Returns its name in tables.
    pub fn name(self) -> &'static str {
        match self {
            Self::JacobCov => "jacob_cov",
            Self::Synflow => "synflow",
            Self::GradNorm => "grad_norm",
            Self::Snip => "snip",
        }
    }
}
