//! Training batches as a function of the step.

use super::epoch_order::EpochOrder;
use crate::TrainError;
use burn::tensor::{Device, Int, Tensor, TensorData};
use std::ops::Range;
use supernet_data::{Augmentation, Batch, Images, Normalisation};
use supernet_space::draws;

/// Images and labels of a step, on a device.
pub struct StepBatch {
    /// `[images, channels, height, width]`.
    pub images: Tensor<4>,
    /// `[images]`.
    pub labels: Tensor<1, Int>,
}

/// Labelled batches as a function of the step.
pub trait Batches {
    /// The input of a network.
    type Input;

    /// The batch of step `step` and its classes, on `device`.
    fn labelled(&self, step: u64, device: &Device) -> (Self::Input, Tensor<1, Int>);

    /// Some rows of a batch.
    fn rows(&self, input: &Self::Input, rows: Range<usize>) -> Self::Input;
}

/// Cuts epochs into batches. Batch number `step` is a function of (seed, step): the order of an epoch is drawn for that epoch, the
/// augmentation for that step. The images that do not fill a batch are left out of their epoch.
#[derive(Clone, Debug)]
pub struct Loader<'a> {
    images: &'a Images,
    normalisation: &'a Normalisation,
    augmentation: Augmentation,
    order: EpochOrder,
    seed: u64,
}

impl<'a> Loader<'a> {
    /// Batches of `batch` images.
    ///
    /// # Errors
    /// More images in a batch than there are, or a crop that is wider than they are.
    pub fn new(
        images: &'a Images,
        normalisation: &'a Normalisation,
        augmentation: Augmentation,
        batch: usize,
        seed: u64,
    ) -> Result<Self, TrainError> {
        let order = EpochOrder::new(images.len(), batch, seed, "images")?;
        augmentation.check(images.shape())?;
        Ok(Self { images, normalisation, augmentation, order, seed })
    }

    /// Steps in an epoch.
    pub fn steps_per_epoch(&self) -> u64 {
        self.order.steps_per_epoch()
    }

    /// The batch of step `step`, on the host.
    pub fn batch(&self, step: u64) -> Batch {
        let indices = self.order.indices(step);
        let mut rng = draws(self.seed, "augmentation", step);
        self.images.augmented_batch(&indices, self.normalisation, &self.augmentation, &mut rng)
    }

    /// The batch of step `step`, on `device`.
    pub fn step(&self, step: u64, device: &Device) -> StepBatch {
        let Batch { images, labels, shape } = self.batch(step);
        StepBatch {
            images: Tensor::from_data(TensorData::new(images, shape), device),
            labels: Tensor::from_data(TensorData::new(labels, [shape[0]]), device),
        }
    }
}

impl Batches for Loader<'_> {
    type Input = Tensor<4>;

    fn labelled(&self, step: u64, device: &Device) -> (Tensor<4>, Tensor<1, Int>) {
        let StepBatch { images, labels } = self.step(step, device);
        (images, labels)
    }

    fn rows(&self, input: &Tensor<4>, rows: Range<usize>) -> Tensor<4> {
        input.clone().slice(rows)
    }
}
