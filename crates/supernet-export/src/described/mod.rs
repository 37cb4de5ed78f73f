//! Networks that describe themselves ([`supernet_nn::Describe`]), written down.

mod drawing;
mod fields;
mod function_source;
mod model_source;
mod onnx;
mod onnx_function;
mod statements;
#[cfg(test)]
mod tests;
mod write;

pub use drawing::drawing;
pub use model_source::model_source;
pub use onnx::onnx;
pub use write::write_described;
pub(crate) use write::write_graph;

use crate::facts::Facts;
use supernet_data::Normalisation;
use supernet_nn::describe::Graph;
use supernet_space::PathMask;

/// A stand-alone network that describes itself, in words and numbers, without its weights.
#[derive(Clone, Copy, Debug)]
pub struct DescribedNetwork<'a> {
    /// What it computes ([`supernet_nn::Network::graph`]).
    pub graph: &'a Graph,
    /// Its mask.
    pub architecture: &'a PathMask,
    /// How pixels became numbers in training, where it reads images.
    pub normalisation: Option<&'a Normalisation>,
    /// Names of the classes, in the order of the logits.
    pub classes: &'a [String],
    /// Seed of the run.
    pub seed: u64,
}

impl<'a> DescribedNetwork<'a> {
    fn facts(&self) -> Facts<'a> {
        let Self { architecture, normalisation, classes, seed, .. } = *self;
        Facts { architecture, normalisation, classes, seed }
    }
}
