//! Normalisation by the statistics of each ghost batch, for networks of one's own.

use super::{Build, Layer, Rows};
use crate::Norm;
use burn::{module::Module, tensor::Tensor};

/// `(x − mean) / sqrt(variance + 1e-5)` per channel (axis 1), over all other axes of each variant's rows; biased variance.
///
/// In a supernet without scale or shift; in a stand-alone network ordinary batch normalisation, with both and with stored statistics
/// for inference ([`crate::NormKind`]). It keeps no state between calls.
#[derive(Module, Debug)]
pub struct GhostNorm {
    norm: Norm,
}

impl GhostNorm {
    /// The normalisation of `channels` channels.
    pub fn new(b: &Build, channels: usize) -> Self {
        Self { norm: Norm::constant(b.norm(), channels, b.device()) }
    }

    /// max(0, norm(x)), in one step.
    pub fn relu<const D: usize>(&self, x: Rows<D>) -> Rows<D> {
        self.apply(x, true)
    }

    fn apply<const D: usize>(&self, x: Rows<D>, with_relu: bool) -> Rows<D> {
        let (pass, groups) = (x.pass.clone(), x.variants.count());
        x.run(&self.norm, |norm, x| {
            let dims = x.dims();
            let rest: usize = dims[2..].iter().product();
            let planes: Tensor<4> = match dims[..] {
                [n, c, h, w] => x.reshape([n, c, h, w]),
                _ => x.reshape([dims[0], dims[1], rest, 1]),
            };
            norm.forward(planes, groups, &pass.call(), with_relu).reshape(dims)
        })
    }
}

impl<const D: usize> Layer<D, D> for GhostNorm {
    fn forward(&self, x: Rows<D>) -> Rows<D> {
        self.apply(x, false)
    }
}
