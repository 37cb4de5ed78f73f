//! Settings of training from scratch.

use crate::{Sgd, TrainError, checks::at_least_one};
use serde::{Deserialize, Serialize};
use supernet_data::Augmentation;

/// How an architecture is trained from scratch, with ordinary batch normalisation.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct StandAloneTraining {
    /// Filters F.
    pub filters: usize,
    /// Passes over the training images.
    pub epochs: usize,
    /// Images per step.
    pub batch: usize,
    /// Stochastic gradient descent.
    pub sgd: Sgd,
    /// Augmentation of training images.
    pub augmentation: Augmentation,
    /// Train on training and validation images together (the paper's main table).
    pub with_validation: bool,
    /// Training batches whose statistics are averaged for inference.
    pub calibration_batches: usize,
}

impl StandAloneTraining {
    /// # Errors
    /// The first number that is out of range.
    pub(crate) fn check(&self) -> Result<(), TrainError> {
        at_least_one("stand_alone.epochs", self.epochs)?;
        at_least_one("stand_alone.batch", self.batch)?;
        at_least_one("stand_alone.calibration_batches", self.calibration_batches)?;
        self.sgd.check("stand_alone.sgd")
    }
}
