//! Labelled examples of any shape: images, rows of a table, sequences.

use crate::TrainError;
use burn::tensor::TensorData;
use rand::Rng;
use supernet_data::{Augmentation, Batch, Images, Normalisation};
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

    /// The same with each example augmented by its own draws; the plain batch where nothing is augmented.
    fn augmented(&self, indices: &[usize], rng: &mut dyn Rng) -> TensorData {
        let _ = rng;
        self.batch(indices)
    }
}

/// Images, normalised and, in training, augmented.
#[derive(Clone, Debug)]
pub struct ImageExamples<'a> {
    images: &'a Images,
    normalisation: Normalisation,
    augmentation: Augmentation,
}

impl<'a> ImageExamples<'a> {
    /// # Errors
    /// A normalisation or an augmentation that does not fit the images.
    pub fn new(
        images: &'a Images,
        normalisation: Normalisation,
        augmentation: Augmentation,
    ) -> Result<Self, TrainError> {
        normalisation.check(images.shape())?;
        augmentation.check(images.shape())?;
        Ok(Self { images, normalisation, augmentation })
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

    fn augmented(&self, indices: &[usize], mut rng: &mut dyn Rng) -> TensorData {
        let batch = self.images.augmented_batch(indices, &self.normalisation, &self.augmentation, &mut rng);
        TensorData::new(batch.images, batch.shape)
    }
}

/// Numbers and labels in memory: `[features]` of a table, `[channels, time]` of sequences, or anything else.
#[derive(Clone, Debug)]
pub struct Samples<const D: usize> {
    values: Vec<f32>,
    labels: Vec<usize>,
    shape: Vec<usize>,
}

impl<const D: usize> Samples<D> {
    /// Examples of shape `shape` each (`D` − 1 sizes), one after the other in `values`.
    ///
    /// # Errors
    /// Another number of sizes or of values, or a value that is no number.
    pub fn new(shape: &[usize], values: Vec<f32>, labels: Vec<usize>) -> Result<Self, TrainError> {
        if shape.len() + 1 != D {
            return Err(TrainError::config("samples.shape", format!("{shape:?}"), format!("{} sizes", D - 1)));
        }
        let expected = labels.len() * shape.iter().product::<usize>();
        if values.len() != expected {
            let expected = format!("{expected} for {} examples of shape {shape:?}", labels.len());
            return Err(TrainError::config("samples.values", values.len(), expected));
        }
        if let Some(i) = values.iter().position(|value| !value.is_finite()) {
            let found = format!("{} at {i}", values[i]);
            return Err(TrainError::config("samples.values", found, "finite numbers"));
        }
        Ok(Self { values, labels, shape: shape.to_vec() })
    }
}

impl<const D: usize> Examples<D> for Samples<D> {
    fn len(&self) -> usize {
        self.labels.len()
    }

    fn label(&self, index: usize) -> usize {
        self.labels[index]
    }

    fn batch(&self, indices: &[usize]) -> TensorData {
        let size: usize = self.shape.iter().product();
        let values: Vec<f32> = indices.iter().flat_map(|&i| &self.values[i * size..(i + 1) * size]).copied().collect();
        TensorData::new(values, [&[indices.len()], &self.shape[..]].concat())
    }
}

/// Two sets of examples as one.
pub(super) struct Joined<'a, const D: usize>(pub(super) &'a dyn Examples<D>, pub(super) &'a dyn Examples<D>);

impl<const D: usize> Joined<'_, D> {
    /// The set in which an example stands, and its place there.
    fn place(&self, index: usize) -> (&dyn Examples<D>, usize) {
        match index.checked_sub(self.0.len()) {
            None => (self.0, index),
            Some(index) => (self.1, index),
        }
    }

    /// One example after the other, as `one` gives them.
    fn gathered(&self, indices: &[usize], mut one: impl FnMut(&dyn Examples<D>, usize) -> TensorData) -> TensorData {
        let (mut values, mut shape) = (Vec::new(), [0; D]);
        for &index in indices {
            let (examples, index) = self.place(index);
            let data = one(examples, index);
            shape.copy_from_slice(data.shape().as_slice());
            values.extend(data.iter::<f32>());
        }
        shape[0] = indices.len();
        TensorData::new(values, shape)
    }
}

impl<const D: usize> Examples<D> for Joined<'_, D> {
    fn len(&self) -> usize {
        self.0.len() + self.1.len()
    }

    fn label(&self, index: usize) -> usize {
        let (examples, index) = self.place(index);
        examples.label(index)
    }

    fn batch(&self, indices: &[usize]) -> TensorData {
        self.gathered(indices, |examples, index| examples.batch(&[index]))
    }

    fn augmented(&self, indices: &[usize], rng: &mut dyn Rng) -> TensorData {
        self.gathered(indices, |examples, index| examples.augmented(&[index], rng))
    }
}

/// A run of a set's examples.
pub(super) struct Part<'a, const D: usize> {
    pub(super) examples: &'a dyn Examples<D>,
    /// The first of them.
    pub(super) first: usize,
    pub(super) count: usize,
}

impl<const D: usize> Examples<D> for Part<'_, D> {
    fn len(&self) -> usize {
        self.count
    }

    fn label(&self, index: usize) -> usize {
        self.examples.label(self.first + index)
    }

    fn batch(&self, indices: &[usize]) -> TensorData {
        self.examples.batch(&indices.iter().map(|index| self.first + index).collect::<Vec<_>>())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_batch_holds_the_examples_asked_for() {
        let samples = Samples::<2>::new(&[2], vec![1.0, 2.0, 3.0, 4.0, 5.0, 6.0], vec![0, 1, 0]).unwrap();
        let batch = samples.batch(&[2, 0]);
        assert_eq!(batch.shape().as_slice(), [2, 2]);
        assert_eq!(batch.try_to_vec::<f32>().unwrap(), [5.0, 6.0, 1.0, 2.0]);
    }

    #[test]
    fn joined_examples_are_those_of_both() {
        let samples = |first: f32, label| Samples::<2>::new(&[1], vec![first, first + 1.0], vec![label; 2]).unwrap();
        let (a, b) = (samples(1.0, 0), samples(5.0, 1));
        let both = Joined(&a, &b);
        assert_eq!((both.len(), both.label(1), both.label(2)), (4, 0, 1));
        let batch = both.batch(&[3, 0, 2]);
        assert_eq!(batch.shape().as_slice(), [3, 1]);
        assert_eq!(batch.try_to_vec::<f32>().unwrap(), [6.0, 1.0, 5.0]);
    }

    #[test]
    fn a_part_is_a_run_of_the_examples() {
        let samples = Samples::<2>::new(&[1], vec![1.0, 2.0, 3.0, 4.0], vec![0, 1, 2, 3]).unwrap();
        let part = Part { examples: &samples, first: 1, count: 2 };
        assert_eq!((part.len(), part.label(0), part.label(1)), (2, 1, 2));
        assert_eq!(part.batch(&[1, 0]).try_to_vec::<f32>().unwrap(), [3.0, 2.0]);
    }

    #[test]
    fn values_that_do_not_fit_are_refused_with_both_numbers() {
        let message = |values: Vec<f32>| Samples::<2>::new(&[2], values, vec![0, 1]).unwrap_err().to_string();
        assert_eq!(message(vec![0.0; 3]), "samples.values: found 3, expected 4 for 2 examples of shape [2]");
        assert_eq!(message(vec![0.0, f32::NAN, 0.0, 0.0]), "samples.values: found NaN at 1, expected finite numbers");
    }
}
