//! Weights of a parent, as far as it has them.

use crate::SeededWeights;
use burn::{module::Module, tensor::TensorData};
use supernet_nn::{Init, NamedWeights, NnError, Weights};

/// The weights of a parent by name; seeded ones where it has none.
pub(super) struct Inherited {
    parent: NamedWeights,
    seeded: SeededWeights,
}

impl Inherited {
    pub(super) fn of(parent: &impl Module, seed: u64) -> Self {
        Self { parent: NamedWeights::of(parent), seeded: SeededWeights::new(seed) }
    }

    fn has(&self, name: &str) -> bool {
        self.parent.0.contains_key(name)
    }
}

impl Weights for Inherited {
    fn weight(&mut self, name: &str, shape: &[usize], init: Init) -> Result<TensorData, NnError> {
        if self.has(name) { self.parent.weight(name, shape, init) } else { self.seeded.weight(name, shape, init) }
    }

    fn constant(&mut self, name: &str, shape: &[usize], value: f64) -> Result<TensorData, NnError> {
        if self.has(name) { self.parent.constant(name, shape, value) } else { self.seeded.constant(name, shape, value) }
    }
}
