//! Training batches as a function of the step.

use super::epoch_order::EpochOrder;
use crate::{Examples, TrainError};
use burn::tensor::{Device, Int, Tensor, TensorData};
use std::ops::Range;
use supernet_data::Augmentation;
use supernet_space::draws;

/// Labelled batches as a function of the step.
pub trait Batches: Sync {
    /// The input of a network.
    type Input;
    /// A batch and its classes on the host.
    type Host: Send;

    /// Computes the batch of step `step`, on the host.
    fn host(&self, step: u64) -> Self::Host;

    /// Places a batch and its classes on `device`.
    fn place(&self, host: Self::Host, device: &Device) -> (Self::Input, Tensor<1, Int>);

    /// The batch of step `step` and its classes, on `device`.
    fn labelled(&self, step: u64, device: &Device) -> (Self::Input, Tensor<1, Int>) {
        self.place(self.host(step), device)
    }

    /// Some rows of a batch.
    fn rows(&self, input: &Self::Input, rows: Range<usize>) -> Self::Input;
}

/// Cuts epochs into batches. Batch number `step` is a function of (seed, step): the order of an
/// epoch is drawn for that epoch, the augmentation for that step. The examples that do not fill a
/// batch are left out of their epoch.
#[derive(Clone)]
pub struct Loader<'a, const D: usize = 4> {
    examples: &'a dyn Examples<D>,
    augmentation: Augmentation,
    order: EpochOrder,
    seed: u64,
}

impl<'a, const D: usize> Loader<'a, D> {
    /// Batches of `batch` examples.
    ///
    /// # Errors
    /// More examples in a batch than there are, or an augmentation that does not fit them.
    pub fn new(
        examples: &'a dyn Examples<D>,
        augmentation: Augmentation,
        batch: usize,
        seed: u64,
    ) -> Result<Self, TrainError> {
        let order = EpochOrder::new(examples.len(), batch, seed, if D == 4 { "images" } else { "examples" })?;
        examples.check(&augmentation)?;
        Ok(Self { examples, augmentation, order, seed })
    }

    /// Steps in an epoch.
    pub fn steps_per_epoch(&self) -> u64 {
        self.order.steps_per_epoch()
    }

    /// Computes the batch of step `step`, on the host: numbers, examples first, and labels.
    pub fn batch(&self, step: u64) -> (TensorData, TensorData) {
        let indices = self.order.indices(step);
        let mut rng = draws(self.seed, "augmentation", step);
        let input = self.examples.augmented(&indices, &self.augmentation, &mut rng);
        let labels: Vec<i64> = indices.iter().map(|&i| self.examples.label(i) as i64).collect();
        (input, TensorData::new(labels, [indices.len()]))
    }
}

impl<const D: usize> Batches for Loader<'_, D> {
    type Input = Tensor<D>;

    type Host = (TensorData, TensorData);

    fn host(&self, step: u64) -> Self::Host {
        self.batch(step)
    }

    fn place(&self, (input, labels): Self::Host, device: &Device) -> (Tensor<D>, Tensor<1, Int>) {
        (Tensor::from_data(input, device), Tensor::from_data(labels, device))
    }

    fn rows(&self, input: &Tensor<D>, rows: Range<usize>) -> Tensor<D> {
        input.clone().slice(rows)
    }
}
