//! What a search for programs is for.

use crate::TrainError;
use serde::{Deserialize, Serialize};
use std::{fmt, str::FromStr};

/// What is searched.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ProgramKind {
    /// Functions in place of ReLU (Ramachandran, Zoph and Le 2017).
    Activations,
    /// Update rules (Bello, Zoph, Vasudevan and Le 2017).
    Rules,
}

impl fmt::Display for ProgramKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Activations => "activations",
            Self::Rules => "rules",
        })
    }
}

impl FromStr for ProgramKind {
    type Err = TrainError;

    fn from_str(text: &str) -> Result<Self, TrainError> {
        [Self::Activations, Self::Rules]
            .into_iter()
            .find(|kind| kind.to_string() == text)
            .ok_or_else(|| TrainError::config("programs.what (--what)", text, "activations or rules"))
    }
}
