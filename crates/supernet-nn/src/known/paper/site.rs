//! Normalisation and ReLU around a convolution's output: one site per tensor, shared by all its
//! readers.

use crate::{Build, GhostNorm, Layer as _, Rows, Wire};
use burn::module::Module;
use supernet_space::ConvOrder;

/// Where a tensor that others read is made ready: `raw` is what identity, pools and sums read,
/// `shared` what convolutions read.
///
/// Affine-free statistics per ghost batch make `relu(norm(x))` a property of the tensor, not of the
/// reader, so it is computed once per tensor.
///
/// | order | raw | shared |
/// |---|---|---|
/// | norm, ReLU, convolve | x | relu(norm(x)) |
/// | ReLU, convolve, norm | norm(x) after a convolution, x after a sum | relu(raw) |
/// | convolve, norm, ReLU | relu(norm(x)) after a convolution, x after a sum | raw |
#[derive(Module, Debug)]
pub struct Site {
    norm: Option<GhostNorm>,
    #[module(skip)]
    order: ConvOrder,
}

impl Site {
    /// The site of a convolution's output.
    pub(super) fn of_convolution(b: &Build, order: ConvOrder, channels: usize) -> Self {
        Self { norm: Some(GhostNorm::new(b, channels)), order }
    }

    /// The site of a sum, which is normalised only where its readers would normalise it.
    pub(super) fn of_sum(b: &Build, order: ConvOrder, channels: usize) -> Self {
        let normalises = order == ConvOrder::NormReluConv;
        Self { norm: normalises.then(|| GhostNorm::new(b, channels)), order }
    }

    /// What identity, pools and sums read.
    pub(super) fn raw(&self, x: Rows) -> Rows {
        match (self.order, &self.norm) {
            (ConvOrder::NormReluConv, _) | (_, None) => x,
            (ConvOrder::ReluConvNorm, Some(norm)) => norm.forward(x),
            (ConvOrder::ConvNormRelu, Some(norm)) => norm.relu(x),
        }
    }

    /// What convolutions read, from the raw tensor.
    pub(super) fn shared(&self, raw: Rows) -> Rows {
        match (self.order, &self.norm) {
            (ConvOrder::NormReluConv, Some(norm)) => norm.relu(raw),
            (ConvOrder::ReluConvNorm, _) => raw.relu(),
            (ConvOrder::ConvNormRelu, _) | (_, None) => raw,
        }
    }

    /// What convolutions read, from a convolution's output.
    pub(super) fn both(&self, x: Rows) -> Rows {
        self.shared(self.raw(x))
    }
}

impl Site {
    /// Describes [`Site::raw`].
    pub(super) fn describe_raw(&self, x: Wire) -> Wire {
        match (self.order, &self.norm) {
            (ConvOrder::NormReluConv, _) | (_, None) => x,
            (ConvOrder::ReluConvNorm, Some(norm)) => x.through(norm),
            (ConvOrder::ConvNormRelu, Some(norm)) => x.through(norm).relu(),
        }
    }

    /// Describes [`Site::shared`].
    pub(super) fn describe_shared(&self, raw: Wire) -> Wire {
        match (self.order, &self.norm) {
            (ConvOrder::NormReluConv, Some(norm)) => raw.through(norm).relu(),
            (ConvOrder::ReluConvNorm, _) => raw.relu(),
            (ConvOrder::ConvNormRelu, _) | (_, None) => raw,
        }
    }

    /// Describes [`Site::both`].
    pub(super) fn describe_both(&self, x: Wire) -> Wire {
        self.describe_shared(self.describe_raw(x))
    }
}
