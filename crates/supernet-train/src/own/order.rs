//! Training batches of any examples as a function of the step.

use super::Examples;
use crate::{Batches, TrainError, training::EpochOrder};
use burn::tensor::{Device, Int, Tensor, TensorData};
use std::ops::Range;
use supernet_space::draws;

/// Cuts epochs into batches, in the order and with the draws of [`crate::Loader`]: batch number `step` is a function of (seed, step).
pub struct OwnLoader<'a, const D: usize> {
    examples: &'a dyn Examples<D>,
    order: EpochOrder,
    seed: u64,
}

impl<'a, const D: usize> OwnLoader<'a, D> {
    /// Batches of `batch` examples.
    ///
    /// # Errors
    /// More examples in a batch than there are.
    pub fn new(examples: &'a dyn Examples<D>, batch: usize, seed: u64) -> Result<Self, TrainError> {
        let order = EpochOrder::new(examples.len(), batch, seed, "examples")?;
        Ok(Self { examples, order, seed })
    }

    /// Steps in an epoch.
    pub fn steps_per_epoch(&self) -> u64 {
        self.order.steps_per_epoch()
    }
}

impl<const D: usize> Batches for OwnLoader<'_, D> {
    type Input = Tensor<D>;

    fn labelled(&self, step: u64, device: &Device) -> (Tensor<D>, Tensor<1, Int>) {
        let indices = self.order.indices(step);
        let input = self.examples.augmented(&indices, &mut draws(self.seed, "augmentation", step));
        let labels: Vec<i64> = indices.iter().map(|&i| self.examples.label(i) as i64).collect();
        let labels = TensorData::new(labels, [indices.len()]);
        (Tensor::from_data(input, device), Tensor::from_data(labels, device))
    }

    fn rows(&self, input: &Tensor<D>, rows: Range<usize>) -> Tensor<D> {
        input.clone().slice(rows)
    }
}
