//! Sets of examples joined and cut.

use super::Examples;
use crate::TrainError;
use burn::tensor::TensorData;
use rand::Rng;
use supernet_data::Augmentation;

/// Two sets of examples as one.
pub(crate) struct Joined<'a, const D: usize>(pub(crate) &'a dyn Examples<D>, pub(crate) &'a dyn Examples<D>);

impl<const D: usize> Joined<'_, D> {
    /// The set in which an example stands, and its place there.
    fn place(&self, index: usize) -> (&dyn Examples<D>, usize) {
        match index.checked_sub(self.0.len()) {
            None => (self.0, index),
            Some(index) => (self.1, index),
        }
    }

    /// The examples in order: runs of one set after another, as `some` gives them.
    fn gathered(
        &self,
        indices: &[usize],
        mut some: impl FnMut(&dyn Examples<D>, &[usize]) -> TensorData,
    ) -> TensorData {
        let (mut values, mut shape) = (Vec::new(), [0; D]);
        for run in indices.chunk_by(|&a, &b| (a < self.0.len()) == (b < self.0.len())) {
            let (examples, _) = self.place(run[0]);
            let places: Vec<usize> = run.iter().map(|&index| self.place(index).1).collect();
            let data = some(examples, &places);
            shape.copy_from_slice(data.shape().as_slice());
            match data.as_slice::<f32>() {
                Ok(numbers) => values.extend_from_slice(numbers),
                Err(_) => values.extend(data.iter::<f32>()),
            }
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
        self.gathered(indices, |examples, some| examples.batch(some))
    }

    fn augmented(&self, indices: &[usize], augmentation: &Augmentation, rng: &mut dyn Rng) -> TensorData {
        self.gathered(indices, |examples, some| examples.augmented(some, augmentation, rng))
    }

    fn check(&self, augmentation: &Augmentation) -> Result<(), TrainError> {
        self.0.check(augmentation)?;
        self.1.check(augmentation)
    }
}

/// A run of a set's examples.
pub(crate) struct Part<'a, const D: usize> {
    pub(crate) examples: &'a dyn Examples<D>,
    /// The first of them.
    pub(crate) first: usize,
    pub(crate) count: usize,
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

/// Some of a set's examples, by their places.
pub(crate) struct Selected<'a, const D: usize> {
    pub(crate) examples: &'a dyn Examples<D>,
    pub(crate) places: Vec<usize>,
}

impl<const D: usize> Examples<D> for Selected<'_, D> {
    fn len(&self) -> usize {
        self.places.len()
    }

    fn label(&self, index: usize) -> usize {
        self.examples.label(self.places[index])
    }

    fn batch(&self, indices: &[usize]) -> TensorData {
        self.examples.batch(&indices.iter().map(|&index| self.places[index]).collect::<Vec<_>>())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::examples::Samples;

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
        let selected = Selected { examples: &samples, places: vec![3, 0] };
        assert_eq!((selected.len(), selected.label(0), selected.label(1)), (2, 3, 0));
        assert_eq!(selected.batch(&[0, 1]).try_to_vec::<f32>().unwrap(), [4.0, 1.0]);
    }
}
