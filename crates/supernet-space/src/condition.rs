//! A condition of a choice: an option that has to be taken elsewhere.

use serde::{Deserialize, Serialize};

/// What has to be taken elsewhere: some option of another choice, which itself is active.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Condition {
    /// Name of the other choice.
    pub parent: String,
    /// The options of which at least one has to be taken.
    pub options: Vec<String>,
}
