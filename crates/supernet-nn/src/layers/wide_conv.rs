//! A convolution between tensors whose widths are chosen.

use super::{GhostNorm, Layer, conv::Taps};
use crate::{Build, Init, Rows, Width, choices::each_key, flow::concatenated};
use burn::{
    module::{Module, Param},
    tensor::Tensor,
};
use std::rc::Rc;

/// What a visitor is told when it enters a field of a [`WideConv`].
pub(crate) const WIDE_CONV: &str = "Struct:WideConv";

/// A k×k convolution without bias, padded to keep the size (then divided by the stride), normalised
/// per ghost batch, and ReLU if asked for, from a tensor of one [`Width`] to one of another.
///
/// Each ghost batch computes the channels of its widths and no others; the rest are zeros, which
/// the next convolution does not read. The weight is stored in slices, one for each step of either
/// width, so that what is off does not move.
#[derive(Module, Debug)]
pub struct WideConv {
    pub(crate) from: Width,
    pub(crate) to: Width,
    /// [slice of the outputs][slice of the inputs].
    pub(crate) weights: Vec<Vec<Param<Tensor<4>>>>,
    pub(crate) norms: Vec<GhostNorm>,
    pub(crate) stride: usize,
    pub(crate) relu: bool,
}

impl WideConv {
    /// From a tensor of width `from` to one of width `to`, `k` odd.
    pub fn new(b: &Build, from: &Width, to: &Width, k: usize) -> Self {
        assert!(k % 2 == 1, "WideConv: found a kernel of {k}, expected an odd one");
        let slice = |outputs: usize, inputs: usize| {
            b.parameter([outputs, inputs, k, k], Init::Variance(2.0 / (inputs * k * k) as f64))
        };
        let of_outputs = |&outputs: &usize| from.slices().iter().map(|&inputs| slice(outputs, inputs)).collect();
        Self {
            weights: to.slices().iter().map(of_outputs).collect(),
            norms: to.slices().iter().map(|&outputs| GhostNorm::new(b, outputs)).collect(),
            from: from.clone(),
            to: to.clone(),
            stride: 1,
            relu: false,
        }
    }

    /// The same with a stride.
    pub fn with_stride(self, stride: usize) -> Self {
        Self { stride, ..self }
    }

    /// The same with max(0, ·) at its end.
    pub fn with_relu(self) -> Self {
        Self { relu: true, ..self }
    }

    /// From the first `from` slices of the inputs to the first `to` of the outputs, and zeros in
    /// place of the others.
    fn between(&self, x: Rows, from: usize, to: usize) -> Rows {
        let blocks: Vec<Vec<&Param<Tensor<4>>>> =
            self.weights[..to].iter().map(|row| row[..from].iter().collect()).collect();
        let (pass, inputs) = (Rc::clone(x.pass()), self.from.channels(from));
        let parameters = blocks.iter().flatten().map(|block| block.id).collect();
        let convolved = x.compute(parameters, |x| {
            let rows = blocks.iter().map(|row| Tensor::cat(row.iter().map(|block| block.val()).collect(), 1)).collect();
            let taps = Taps { stride: self.stride, dilation: 1, groups: 1 };
            let y = taps.convolve(pass.call(), first_channels("WideConv", x, inputs), Tensor::cat(rows, 0));
            let [_, _, h, w] = y.dims();
            for (j, row) in blocks.iter().enumerate() {
                for (i, block) in row.iter().enumerate() {
                    let (macs, block) = ((block.lazy_shape().num_elements() * h * w) as u64, Rc::from([block.id]));
                    self.to.within(&pass, j, || self.from.within(&pass, i, || pass.note_run(macs, &block)));
                }
            }
            y
        });
        normalised(convolved, &self.to, &self.norms, to, self.relu)
    }
}

/// The first channels of a tensor that has at least so many, for the layer `name`.
pub(super) fn first_channels<const D: usize>(name: &str, x: Tensor<D>, channels: usize) -> Tensor<D> {
    let found = x.dims()[1];
    assert!(found >= channels, "{name}: found {found} channels, expected {channels}");
    if found == channels { x } else { x.narrow(1, 0, channels) }
}

/// The first `live` slices of a width, normalised side by side, and ReLU if asked for; zeros up to
/// the whole width.
pub(super) fn normalised(x: Rows, width: &Width, norms: &[GhostNorm], live: usize, relu: bool) -> Rows {
    let slices = width.slices();
    let pass = Rc::clone(x.pass());
    let of_whole = relu && pass.rectifier().has_places();
    let (mut first, mut parts) = (0, Vec::new());
    for (j, (norm, &channels)) in norms.iter().zip(&slices).enumerate() {
        let part = match j < live {
            true => x.clone().map(|x| x.narrow(1, first, channels)),
            false => x.nothing(),
        };
        let normalised = || if relu && !of_whole { norm.relu(part) } else { part.through(norm) };
        parts.push(width.within(&pass, j, normalised));
        first += channels;
    }
    let whole = concatenated(parts, &slices);
    if of_whole { whole.relu() } else { whole }
}

impl Layer for WideConv {
    fn forward(&self, x: Rows) -> Rows {
        let ghosts = x.variants.ghosts();
        let (from, to) = (self.from.of_ghosts(x.pass(), ghosts), self.to.of_ghosts(x.pass(), ghosts));
        let choice = self.from.choice(x.pass()).max(self.to.choice(x.pass())).unwrap_or(0);
        let pairs = from.into_iter().zip(to);
        let keys: Vec<Option<(usize, usize)>> =
            pairs.map(|pair| Some(pair).filter(|&(from, to)| from > 0 && to > 0)).collect();
        each_key(&x, choice, &keys, |rows, (from, to)| self.between(rows, from, to))
    }
}
