//! Whether a child computes what its parent does.

use serde::{Deserialize, Deserializer, Serialize};

/// Whether a child computes what its parent does. "The same" is up to rounding, of the logits on
/// the batch that was tried, with its statistics and with stored ones: 1e-4 · max(1, |logit|) in
/// f32, 1e-6 in f64.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", tag = "computes")]
pub enum Kept {
    /// The same on every batch: what is new adds nothing.
    Always,
    /// The same with stored statistics, and with those of the batch that was measured: what is new
    /// hands on its input, and its normalisations undo the statistics of that batch.
    Measured,
    /// Something else.
    Not {
        /// The largest |Δ| / max(1, |logit|) on the batch; no number where a logit is none.
        #[serde(deserialize_with = "number_or_none")]
        error: f64,
    },
}

/// A number, which JSON leaves out where it is none.
fn number_or_none<'de, R: Deserializer<'de>>(reader: R) -> Result<f64, R::Error> {
    Ok(Option::deserialize(reader)?.unwrap_or(f64::NAN))
}

impl Kept {
    /// Whether it is the same on the batch that was tried.
    pub fn is_exact(self) -> bool {
        !matches!(self, Self::Not { .. })
    }

    /// The lesser of two.
    pub(super) fn and(self, other: Self) -> Self {
        match (self, other) {
            (Self::Always, Self::Always) => Self::Always,
            (Self::Not { error }, _) | (_, Self::Not { error }) => Self::Not { error },
            _ => Self::Measured,
        }
    }
}
