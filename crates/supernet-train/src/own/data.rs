//! The examples of a search.

use super::ImageExamples;
use crate::TrainError;
use supernet_data::{Augmentation, Normalisation, Split};

/// The examples of a search.
#[derive(Clone, Debug)]
pub struct OwnData<E> {
    /// To train on.
    pub train: E,
    /// To score candidates on.
    pub validation: E,
    /// Read once, after everything is chosen and trained.
    pub test: E,
}

impl<'a> OwnData<ImageExamples<'a>> {
    /// The images of a split, normalised by the mean and deviation of its training images, which are augmented.
    ///
    /// # Errors
    /// An augmentation that does not fit the images.
    pub fn images(split: &'a Split, augmentation: Augmentation) -> Result<Self, TrainError> {
        let normalisation = Normalisation::of(&split.train);
        let examples = |images| ImageExamples::new(images, normalisation.clone(), augmentation);
        Ok(Self {
            train: examples(&split.train)?,
            validation: examples(&split.validation)?,
            test: examples(&split.test)?,
        })
    }
}
