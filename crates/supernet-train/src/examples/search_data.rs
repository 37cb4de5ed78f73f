//! The examples of a search.

use super::{Examples, ImageExamples};
use crate::TrainError;
use supernet_data::{Augmentation, Normalisation, Split};

/// The examples of a search.
#[derive(Clone, Debug)]
pub struct SearchData<E> {
    /// To train on.
    pub train: E,
    /// To score candidates on.
    pub validation: E,
    /// Read once, after everything is chosen and trained.
    pub test: E,
}

impl<'a> SearchData<ImageExamples<'a>> {
    /// Returns the images of a split, normalised by the mean and deviation of its training images.
    ///
    /// # Errors
    /// Validation or test images of other channels.
    pub fn images(split: &'a Split) -> Result<Self, TrainError> {
        let normalisation = Normalisation::of(&split.train);
        let examples = |images| ImageExamples::new(images, normalisation.clone());
        Ok(Self {
            train: examples(&split.train)?,
            validation: examples(&split.validation)?,
            test: examples(&split.test)?,
        })
    }
}

impl<E> SearchData<E> {
    /// Checks that every label is below `classes`, that there are as many names of classes where
    /// these have names, and that training examples can be augmented as asked.
    ///
    /// # Errors
    /// The first label that is not, another number of names, an augmentation that does not fit.
    pub(crate) fn check<const D: usize>(&self, classes: usize, augmentations: &[Augmentation]) -> Result<(), TrainError>
    where
        E: Examples<D>,
    {
        augmentations.iter().try_for_each(|augmentation| self.train.check(augmentation))?;
        for (set, examples) in [("training", &self.train), ("validation", &self.validation), ("test", &self.test)] {
            if let Some(i) = (0..examples.len()).find(|&i| examples.label(i) >= classes) {
                let found = format!("{} of {set} example {i}", examples.label(i));
                return Err(TrainError::config("label", found, format!("below the network's {classes} classes")));
            }
        }
        let named = self.train.class_names().len();
        if named > 0 && named != classes {
            let found = format!("a network of {classes} outputs for examples of {named} classes");
            return Err(TrainError::config(
                "classes",
                found,
                "one output for each class: give the network's head as many",
            ));
        }
        Ok(())
    }

    /// The name of the examples, without that of a part of them.
    pub(crate) fn name<const D: usize>(&self) -> &str
    where
        E: Examples<D>,
    {
        self.train.name().trim_end_matches("/train")
    }

    /// The names of `classes` classes: those of the training examples or, where these have none,
    /// their numbers.
    pub(crate) fn class_names<const D: usize>(&self, classes: usize) -> Vec<String>
    where
        E: Examples<D>,
    {
        let names = self.train.class_names();
        if names.is_empty() { (0..classes).map(|class| class.to_string()).collect() } else { names.to_vec() }
    }
}
