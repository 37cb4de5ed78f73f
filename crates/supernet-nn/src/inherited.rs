//! Weights of a parent, as far as it has them.

use crate::{Init, NamedWeights, NnError, Weights};
use burn::{module::Module, tensor::TensorData};

/// The weights of a parent by name and shape; those of another source where it has none.
pub struct Inherited<'a> {
    parent: NamedWeights,
    new: &'a mut dyn Weights,
}

impl<'a> Inherited<'a> {
    /// What `parent` has, and `new` elsewhere.
    pub fn of(parent: &impl Module, new: &'a mut dyn Weights) -> Self {
        Self { parent: NamedWeights::of(parent), new }
    }

    fn of_parent(&self, name: &str, shape: &[usize]) -> Option<TensorData> {
        self.parent.0.get(name).filter(|data| data.shape().as_slice() == shape).cloned()
    }
}

impl Weights for Inherited<'_> {
    fn weight(&mut self, name: &str, shape: &[usize], init: Init) -> Result<TensorData, NnError> {
        self.of_parent(name, shape).map_or_else(|| self.new.weight(name, shape, init), Ok)
    }

    fn constant(&mut self, name: &str, shape: &[usize], value: f64) -> Result<TensorData, NnError> {
        self.of_parent(name, shape).map_or_else(|| self.new.constant(name, shape, value), Ok)
    }
}
