//! Architectures: path masks that a space accepts.

use crate::{PathMask, SpaceError};
use serde::{Deserialize, Serialize};
use std::{fmt, ops::Deref, str::FromStr};

/// A path mask that a space accepts: every choice takes between `min` and `max` of its options.
///
/// It comes from [`crate::SearchSpace::accept`] or [`crate::SearchSpace::sample`]. Read from text
/// or JSON it is only known to be well formed: whoever takes architectures from outside checks them
/// with [`crate::SearchSpace::check`].
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Architecture(PathMask);

impl Architecture {
    pub(crate) fn accepted(mask: PathMask) -> Self {
        Self(mask)
    }

    /// The mask.
    pub fn mask(&self) -> &PathMask {
        &self.0
    }
}

impl Deref for Architecture {
    type Target = PathMask;

    fn deref(&self) -> &PathMask {
        &self.0
    }
}

impl fmt::Display for Architecture {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

impl FromStr for Architecture {
    type Err = SpaceError;

    fn from_str(text: &str) -> Result<Self, SpaceError> {
        text.parse().map(Self)
    }
}
