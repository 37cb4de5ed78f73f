//! Normalisation by the statistics of each ghost batch.

use super::{Layer, Norm};
use crate::{
    Build, Rows,
    choice_walk::own_parameters,
    flow::{Adder, Operation, Pass, Read, Rectifier, Source, from_planes, planes},
};
use burn::{module::Module, tensor::Tensor};
use std::rc::Rc;

/// `(x − mean) / sqrt(variance + 1e-5)` per channel (axis 1), over all other axes of each variant's
/// rows; biased variance.
///
/// In a supernet without scale or shift; in a stand-alone network ordinary batch normalisation,
/// with both and with stored statistics for inference ([`crate::NormKind`]). It keeps no state
/// between calls.
#[derive(Module, Debug)]
pub struct GhostNorm {
    pub(crate) norm: Norm,
}

impl GhostNorm {
    /// The normalisation of `channels` channels.
    pub fn new(b: &Build, channels: usize) -> Self {
        Self { norm: Norm::new(b.norm(), channels, b.device()) }
    }

    /// The ReLU of norm(x), in one step; what the definition has in its place in two.
    pub fn relu<const D: usize>(&self, x: Rows<D>) -> Rows<D> {
        match x.pass().rectifier() {
            Rectifier::Relu => self.apply(x, true),
            _ => self.apply(x, false).relu(),
        }
    }

    fn apply<const D: usize>(&self, x: Rows<D>, with_relu: bool) -> Rows<D> {
        let pass = Rc::clone(x.pass());
        x.later(
            &own_parameters(&self.norm),
            |_| 0,
            |source| {
                let shape = source.shape();
                (Normalisation { norm: self.norm.clone(), with_relu, source, pass }, shape)
            },
        )
    }
}

impl<const D: usize> Layer<D, D> for GhostNorm {
    fn forward(&self, x: Rows<D>) -> Rows<D> {
        self.apply(x, false)
    }
}

/// A normalisation that runs when its result is read.
struct Normalisation<const D: usize> {
    norm: Norm,
    with_relu: bool,
    source: Source<D>,
    pass: Rc<Pass>,
}

impl<const D: usize> Operation<D> for Normalisation<D> {
    fn compute(&self, on: &[u32]) -> Tensor<D> {
        let Read { tensor, count, places } = self.source.read(on);
        let mut shape = tensor.dims();
        shape[0] = shape[0] / count * on.len();
        let x = planes(tensor);
        from_planes(self.norm.forward(x, count, &places, &self.pass.call(), self.with_relu), shape)
    }

    fn adder(&self) -> Option<&dyn Adder<D>> {
        (!self.with_relu && self.norm.adds(&self.pass.call())).then_some(self)
    }
}

impl<const D: usize> Adder<D> for Normalisation<D> {
    fn add(&self, acc: Tensor<D>, sums: usize, read: &[u32], write: &[u32]) -> Tensor<D> {
        let Read { tensor, places, .. } = self.source.read_any(read);
        let shape = acc.dims();
        let sum = self.norm.add(planes(acc), planes(tensor), sums, &places, write, &self.pass.call());
        from_planes(sum, shape)
    }
}
