//! Images as examples.

use super::Examples;
use crate::TrainError;
use burn::tensor::TensorData;
use rand::Rng;
use supernet_data::{Augmentation, Batch, Images, Normalisation};

/// Images as examples: normalised and, in training, augmented.
#[derive(Clone, Debug)]
pub struct ImageExamples<'a> {
    images: &'a Images,
    normalisation: Normalisation,
}

impl<'a> ImageExamples<'a> {
    /// Makes examples of `images`.
    ///
    /// # Errors
    /// A normalisation of other channels.
    pub fn new(images: &'a Images, normalisation: Normalisation) -> Result<Self, TrainError> {
        normalisation.check(images.shape())?;
        Ok(Self { images, normalisation })
    }

    /// The images.
    pub fn images(&self) -> &'a Images {
        self.images
    }
}

impl Examples<4> for ImageExamples<'_> {
    fn len(&self) -> usize {
        self.images.len()
    }

    fn label(&self, index: usize) -> usize {
        self.images.label(index)
    }

    fn batch(&self, indices: &[usize]) -> TensorData {
        let Batch { images, shape, .. } = self.images.batch(indices, &self.normalisation);
        TensorData::new(images, shape)
    }

    fn fingerprint(&self) -> u64 {
        self.images.fingerprint()
    }

    fn augmented(&self, indices: &[usize], augmentation: &Augmentation, mut rng: &mut dyn Rng) -> TensorData {
        let batch = self.images.augmented_batch(indices, &self.normalisation, augmentation, &mut rng);
        TensorData::new(batch.images, batch.shape)
    }

    fn check(&self, augmentation: &Augmentation) -> Result<(), TrainError> {
        Ok(augmentation.check(self.images.shape())?)
    }

    fn name(&self) -> &str {
        self.images.name()
    }

    fn class_names(&self) -> &[String] {
        self.images.classes()
    }

    fn normalisation(&self) -> Option<&Normalisation> {
        Some(&self.normalisation)
    }
}
