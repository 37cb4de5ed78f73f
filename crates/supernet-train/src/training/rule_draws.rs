//! What update rules draw.

use super::normals::normals;
use burn::tensor::{Bool, Tensor, TensorData};
use rand::RngExt;
use supernet_space::{draws, fnv1a};

/// The draws of one parameter at one step: a function of the seed, of the value that the parameter
/// began with (parameters that begin alike are drawn alike), of the step and of the place in the
/// rule where something is drawn.
pub(super) struct RuleDraws {
    pub(super) seed: u64,
    pub(super) name: u64,
    pub(super) step: u64,
}

impl RuleDraws {
    /// What the draws of a parameter that begins as `weight` are named for.
    pub(super) fn named<const D: usize>(weight: &Tensor<D>) -> u64 {
        fnv1a(weight.to_data().as_bytes())
    }

    /// Normal numbers of this deviation, of the shape of `like`.
    pub(super) fn noise<const D: usize>(&self, place: usize, deviation: f64, like: &Tensor<D>) -> Tensor<D> {
        let values = normals(&mut self.stream(place), deviation, like.shape().num_elements());
        Tensor::from_data(TensorData::new(values, like.shape()), (&like.device(), like.dtype()))
    }

    /// True with this probability, of the shape of `like`.
    pub(super) fn chance<const D: usize>(&self, place: usize, probability: f64, like: &Tensor<D>) -> Tensor<D, Bool> {
        let mut rng = self.stream(place);
        let values: Vec<bool> = (0..like.shape().num_elements()).map(|_| rng.random::<f64>() < probability).collect();
        Tensor::from_data(TensorData::new(values, like.shape()), &like.device())
    }

    fn stream(&self, place: usize) -> impl rand::Rng + use<> {
        draws(self.seed, &format!("update rule/{:016x}/{place}", self.name), self.step)
    }
}
