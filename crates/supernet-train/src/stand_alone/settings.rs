//! Settings of training from scratch.

use crate::{
    DropPath, Sgd, TrainError, UpdateRule,
    checks::{at_least_one, is_default},
};
use serde::{Deserialize, Serialize};
use supernet_data::Augmentation;

/// How an architecture is trained from scratch, with ordinary batch normalisation.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct StandAloneTraining {
    /// Filters F, of a known space. Default 8; at least 1. Costs and limits are those of networks
    /// of this width.
    pub filters: usize,
    /// Passes over the training images. Default 5; at least 1.
    pub epochs: usize,
    /// Images per step. Default 128; 1 to the number of training images.
    pub batch: usize,
    /// Stochastic gradient descent.
    pub sgd: Sgd,
    /// How paths are dropped for some examples. Default: none is. It is for networks that sum
    /// options; one without a way around an option loses everything before it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub drop_path: Option<DropPath>,
    /// How weights move along their gradients. Default: [`UpdateRule::Sgd`].
    #[serde(default, skip_serializing_if = "is_default")]
    pub rule: UpdateRule,
    /// Augmentation of training images. Default: crops as far as 1 pixel, and flips. Examples that
    /// are no images ignore it.
    pub augmentation: Augmentation,
    /// Whether networks are trained on training and validation images together (the paper's main
    /// table). Default: they are.
    pub with_validation: bool,
    /// Training batches whose statistics are averaged for inference. Default 20; at least 1.
    pub calibration_batches: usize,
}

impl StandAloneTraining {
    /// # Errors
    /// The first number that is out of range.
    pub(crate) fn check(&self) -> Result<(), TrainError> {
        at_least_one("stand_alone.epochs", self.epochs)?;
        at_least_one("stand_alone.batch", self.batch)?;
        at_least_one("stand_alone.calibration_batches", self.calibration_batches)?;
        self.drop_path.map_or(Ok(()), |drop_path| drop_path.check("stand_alone.drop_path.rate"))?;
        self.rule.check("stand_alone.rule")?;
        self.sgd.check("stand_alone.sgd")
    }
}
