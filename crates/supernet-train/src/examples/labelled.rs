//! Labelled examples of any shape: images, rows of a table, sequences.

use crate::TrainError;
use burn::tensor::TensorData;
use rand::Rng;
use supernet_data::{Augmentation, Normalisation};
use supernet_space::name_number;

/// Labelled examples, whose batches have `D` axes, examples first.
pub trait Examples<const D: usize>: Sync {
    /// How many.
    fn len(&self) -> usize;

    /// Whether there is none.
    fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// The class of example `index`.
    fn label(&self, index: usize) -> usize;

    /// The examples at `indices`, in that order, as a network reads them.
    fn batch(&self, indices: &[usize]) -> TensorData;

    /// A number that two sets share only if their examples and labels agree (but for collisions).
    fn fingerprint(&self) -> u64 {
        const AT_ONCE: usize = 256;
        let labels: Vec<usize> = (0..self.len()).map(|i| self.label(i)).collect();
        let all: Vec<usize> = (0..self.len()).collect();
        let sum = |indices: &[usize]| {
            let data = self.batch(indices);
            format!("{:?} {:08x}", data.shape(), crc32fast::hash(data.as_bytes()))
        };
        name_number(&format!("{labels:?} {:?}", all.chunks(AT_ONCE).map(sum).collect::<Vec<_>>()))
    }

    /// The same with each example augmented by its own draws, one example after the other; the
    /// plain batch where nothing is augmented.
    fn augmented(&self, indices: &[usize], augmentation: &Augmentation, rng: &mut dyn Rng) -> TensorData {
        let _ = (augmentation, rng);
        self.batch(indices)
    }

    /// Checks that the examples can be augmented so. By default anything is allowed.
    ///
    /// # Errors
    /// An augmentation that does not fit them.
    fn check(&self, augmentation: &Augmentation) -> Result<(), TrainError> {
        let _ = augmentation;
        Ok(())
    }

    /// A name for tables and cards; empty where they have none.
    fn name(&self) -> &str {
        ""
    }

    /// The names of the classes, in the order of the logits; empty where they have none.
    fn class_names(&self) -> &[String] {
        &[]
    }

    /// How pixels become numbers, where they are images.
    fn normalisation(&self) -> Option<&Normalisation> {
        None
    }
}

/// Examples that several searches share.
impl<const D: usize, E: Examples<D> + ?Sized> Examples<D> for &E {
    fn len(&self) -> usize {
        (**self).len()
    }

    fn label(&self, index: usize) -> usize {
        (**self).label(index)
    }

    fn batch(&self, indices: &[usize]) -> TensorData {
        (**self).batch(indices)
    }

    fn fingerprint(&self) -> u64 {
        (**self).fingerprint()
    }

    fn augmented(&self, indices: &[usize], augmentation: &Augmentation, rng: &mut dyn Rng) -> TensorData {
        (**self).augmented(indices, augmentation, rng)
    }

    fn check(&self, augmentation: &Augmentation) -> Result<(), TrainError> {
        (**self).check(augmentation)
    }

    fn name(&self) -> &str {
        (**self).name()
    }

    fn class_names(&self) -> &[String] {
        (**self).class_names()
    }

    fn normalisation(&self) -> Option<&Normalisation> {
        (**self).normalisation()
    }
}
