//! Which parameters the masks of a step use, and in what share of the ghost batches.

use burn::module::ParamId;
use std::collections::HashMap;

/// For each parameter the share u of ghost batches that use it (PAPER, *Use, masked L2, update*): u
/// = (1/G) · #{g : used by m_g}.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Usage {
    shares: HashMap<ParamId, f64>,
}

impl Usage {
    pub(crate) fn new(counts: HashMap<ParamId, usize>, ghosts: usize) -> Self {
        Self { shares: counts.into_iter().map(|(id, count)| (id, count as f64 / ghosts as f64)).collect() }
    }

    /// The usage of a batch whose parts, of as many ghost batches each, have these.
    pub fn mean(parts: &[Self]) -> Self {
        let mut shares = HashMap::new();
        for (&id, &share) in parts.iter().flat_map(|part| &part.shares) {
            *shares.entry(id).or_default() += share / parts.len() as f64;
        }
        Self { shares }
    }

    /// The share of ghost batches that use a parameter: 0 if none does.
    pub fn share(&self, id: ParamId) -> f64 {
        self.shares.get(&id).copied().unwrap_or(0.0)
    }

    /// Number of parameters (tensors) that some ghost batch uses.
    pub fn used(&self) -> usize {
        self.shares.values().filter(|&&share| share > 0.0).count()
    }
}

impl FromIterator<(ParamId, f64)> for Usage {
    /// The shares of parameters of any module; a parameter that is not named is not used.
    fn from_iter<I: IntoIterator<Item = (ParamId, f64)>>(shares: I) -> Self {
        Self { shares: shares.into_iter().collect() }
    }
}
