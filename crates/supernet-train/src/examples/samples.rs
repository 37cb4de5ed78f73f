//! Numbers in memory as examples.

use super::Examples;
use crate::TrainError;
use burn::tensor::TensorData;

/// Numbers and labels in memory: `[features]` of a table, `[channels, time]` of sequences, or
/// anything else.
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
    fn values_that_do_not_fit_are_refused_with_both_numbers() {
        let message = |values: Vec<f32>| Samples::<2>::new(&[2], values, vec![0, 1]).unwrap_err().to_string();
        assert_eq!(message(vec![0.0; 3]), "samples.values: found 3, expected 4 for 2 examples of shape [2]");
        assert_eq!(message(vec![0.0, f32::NAN, 0.0, 0.0]), "samples.values: found NaN at 1, expected finite numbers");
    }
}
