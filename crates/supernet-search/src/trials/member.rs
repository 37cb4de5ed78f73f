//! A trial that was scored.

use super::Trial;
use crate::known::Known;
use serde::{Deserialize, Serialize};
use std::cmp::Ordering;

/// A trial with its score.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(super) struct Member {
    pub(super) trial: Trial,
    pub(super) known: Known,
}

impl Member {
    /// Better first.
    pub(super) fn better_first(&self, other: &Self) -> Ordering {
        self.known.better_first(&other.known)
    }
}
