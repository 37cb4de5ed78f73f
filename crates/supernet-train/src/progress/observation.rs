//! Loss and predictions of a training step, for whoever watches.

use crate::{
    TrainError,
    scoring::{Tally, read},
};
use burn::tensor::{Int, Tensor};

/// Loss and predictions of a training step, still on the device.
#[derive(Clone)]
pub struct Observation {
    /// Mean cross-entropy of the batch: `[1]`.
    pub loss: Tensor<1>,
    /// `[images, classes]`.
    pub logits: Tensor<2>,
    /// `[images]`.
    pub labels: Tensor<1, Int>,
    /// Learning rate of the step.
    pub learning_rate: f64,
    /// The rate at which path dropout drops each of two options; `None` where paths are not dropped
    /// at a rate.
    pub drop_rate: Option<f64>,
}

impl Observation {
    /// Reads loss and accuracy (per cent of the batch) from the device. `None` where the device
    /// fails: the training loop reports that.
    pub fn loss_and_accuracy(&self) -> Option<[f64; 2]> {
        let loss = self.loss.clone().try_into_data().ok()?.iter::<f64>().next()?;
        Some([loss, 100.0 * self.accuracy("what is shown").ok()?])
    }

    /// The share of the batch that was classified rightly, counted here: on SwiftShader Burn's own
    /// count of the right ones is 0.
    pub(crate) fn accuracy(&self, stage: &str) -> Result<f64, TrainError> {
        let logits = read(self.logits.clone(), stage)?;
        let device = |reason: String| TrainError::Device { stage: stage.into(), reason };
        let labels = self.labels.clone().try_into_data().map_err(|error| device(error.to_string()))?;
        let labels: Vec<usize> = labels.iter::<i64>().map(|label| label as usize).collect();
        Ok(Tally::of(&logits, &labels).score().accuracy)
    }
}
