//! What proxies are computed on.

use crate::{TrainError, checks::at_least_one};
use serde::{Deserialize, Serialize};

/// What proxies are computed on.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Proxies {
    /// Training images, drawn by the seed. Default 64; at least 2, at most those that there are.
    pub images: usize,
}

impl Default for Proxies {
    fn default() -> Self {
        Self { images: 64 }
    }
}

impl Proxies {
    /// # Errors
    /// A number out of range.
    pub(crate) fn check(self) -> Result<(), TrainError> {
        at_least_one("scoring.proxies.images", self.images)?;
        match self.images {
            1 => Err(TrainError::config("scoring.proxies.images", 1, "at least 2: images are compared")),
            _ => Ok(()),
        }
    }
}
