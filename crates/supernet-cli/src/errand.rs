//! What a command does of a search, as others are told who work on it.

use serde::{Deserialize, Serialize};

/// What a command does of a search, behind training the supernet.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Errand {
    /// Scores candidates.
    Score,
    /// Holds their ranking against so many of them, trained from scratch.
    Check(usize),
    /// Trains the best from scratch.
    Search,
}
