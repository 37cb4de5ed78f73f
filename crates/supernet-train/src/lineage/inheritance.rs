//! How a child begins with what its parent has learnt.

use crate::TrainError;
use serde::{Deserialize, Serialize};
use supernet_nn::{Morph, Widening};

/// How a trial of another architecture than its parent's begins.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Inheritance {
    /// With its parent's weights by name, and seeded ones where it has none.
    #[default]
    ByName,
    /// With a network that computes what its parent does, where there is one
    /// ([`Definition::morphed`](supernet_nn::Definition::morphed)), tried on the batch that its
    /// training begins with.
    Morphism(Morph),
}

impl Inheritance {
    /// # Errors
    /// Noise that is no share.
    pub(super) fn check(self) -> Result<(), TrainError> {
        match self {
            Self::Morphism(Morph { widening: Widening::Copies { noise } })
                if !(0.0..f64::INFINITY).contains(&noise) =>
            {
                Err(TrainError::config("noise of copied channels", noise, "a number, at least 0"))
            }
            _ => Ok(()),
        }
    }
}
