//! A convolution between tensors whose widths are chosen.

use super::{GhostNorm, Layer};
use crate::{
    Build, Init, Rows, Width,
    flow::{concatenated, sum},
};
use burn::{
    module::{Module, Param},
    tensor::{Tensor, module::conv2d, ops::ConvOptions},
};
use std::rc::Rc;

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
            let weight = Tensor::cat(rows, 0);
            let k = weight.dims()[2];
            assert!(x.dims()[1] >= inputs, "WideConv: found {} channels, expected {inputs}", x.dims()[1]);
            let options = ConvOptions::new([self.stride; 2], [k / 2; 2], [1; 2], 1);
            let y = conv2d(x.narrow(1, 0, inputs), weight, None, options);
            let [_, _, h, w] = y.dims();
            for (j, row) in blocks.iter().enumerate() {
                for (i, block) in row.iter().enumerate() {
                    let (macs, block) = ((block.lazy_shape().num_elements() * h * w) as u64, Rc::from([block.id]));
                    self.to.within(&pass, j, || self.from.within(&pass, i, || pass.note_run(macs, &block)));
                }
            }
            y
        });
        self.normalised(convolved, to)
    }

    /// The normalised slices side by side, and zeros up to the whole width.
    fn normalised(&self, x: Rows, to: usize) -> Rows {
        let slices = self.to.slices();
        let pass = Rc::clone(x.pass());
        let (mut first, mut parts) = (0, Vec::new());
        for (j, (norm, &channels)) in self.norms.iter().zip(&slices).enumerate() {
            let part = match j < to {
                true => x.clone().map(|x| x.narrow(1, first, channels)),
                false => x.nothing(),
            };
            let normalised = || if self.relu { norm.relu(part) } else { part.through(norm) };
            parts.push(self.to.within(&pass, j, normalised));
            first += channels;
        }
        concatenated(parts, &slices)
    }
}

impl Layer for WideConv {
    fn forward(&self, x: Rows) -> Rows {
        let ghosts = x.variants.ghosts();
        let (from, to) = (self.from.of_ghosts(x.pass(), ghosts), self.to.of_ghosts(x.pass(), ghosts));
        let choice = self.from.choice(x.pass()).max(self.to.choice(x.pass())).unwrap_or(0);
        let mut different: Vec<(usize, usize)> = from.iter().copied().zip(to.iter().copied()).collect();
        different.retain(|&(from, to)| from > 0 && to > 0);
        different.sort_unstable();
        different.dedup();
        let each = different.into_iter().map(|pair| {
            let rows = x.only(choice, |ghost| (from[ghost], to[ghost]) == pair);
            if rows.is_live() { self.between(rows, pair.0, pair.1) } else { rows.nothing() }
        });
        sum(&x.nothing().depending(choice + 1), each.collect())
    }
}
