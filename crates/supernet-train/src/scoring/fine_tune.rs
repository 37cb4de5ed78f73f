//! Settings of a short training of candidates from the shared weights, after which they are ranked
//! again.

use crate::TrainError;
use serde::{Deserialize, Serialize};
use supernet_space::counted;

/// How the best candidates are trained before they are ranked again: each alone, from the shared
/// weights, with the batch normalisation, batches and augmentation of training from scratch, then
/// scored on the validation images.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct FineTune {
    /// Candidates that are trained: the best by their scores.
    pub shortlist: usize,
    /// Passes over the training images.
    pub epochs: usize,
    /// Learning rate at the first step; it falls to 0 along a cosine.
    pub learning_rate: f64,
}

impl FineTune {
    /// One epoch from a rate of 0.02, for the best `shortlist` candidates.
    pub fn new(shortlist: usize) -> Self {
        Self { shortlist, epochs: 1, learning_rate: 0.02 }
    }

    /// # Errors
    /// A number out of range.
    pub(crate) fn check(&self) -> Result<(), TrainError> {
        let Self { shortlist, epochs, learning_rate } = *self;
        if shortlist > 0 && epochs > 0 && learning_rate.is_finite() && learning_rate > 0.0 {
            return Ok(());
        }
        let found =
            format!("{}, {}, learning rate {learning_rate}", counted(shortlist, "candidate"), counted(epochs, "epoch"));
        Err(TrainError::config("scoring.fine_tune", found, "at least 1, at least 1, above 0"))
    }
}
