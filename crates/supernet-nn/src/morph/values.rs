//! The values of a network's parameters, by name.

use burn::tensor::TensorData;
use std::collections::HashMap;

/// Sets the numbers of a parameter, whose shape and type stay.
pub(super) fn set(values: &mut HashMap<String, TensorData>, name: &str, numbers: impl FnOnce(&TensorData) -> Vec<f64>) {
    let data = values.get_mut(name).expect("a parameter of the network");
    let (shape, dtype) = (data.shape().clone(), data.dtype());
    *data = TensorData::new(numbers(data), shape).convert_dtype(dtype);
}
