//! A convolution of each channel by itself, of a tensor whose width is chosen.

use super::{
    GhostNorm, Layer,
    conv::Taps,
    wide_conv::{first_channels, normalised},
};
use crate::{Build, Init, Rows, Width};
use burn::{
    module::{Module, Param},
    tensor::Tensor,
};
use std::rc::Rc;

/// What a visitor is told when it enters a field of a [`WideDepthwise`].
pub(crate) const WIDE_DEPTHWISE: &str = "Struct:WideDepthwise";

/// A k×k convolution of each channel by itself without bias, padded to keep the size (then divided
/// by the stride), normalised per ghost batch, and ReLU if asked for, of a tensor of a [`Width`].
///
/// Each ghost batch computes the channels of its width and no others; the rest are zeros. The
/// weight is stored in slices, one for each step of the width.
#[derive(Module, Debug)]
pub struct WideDepthwise {
    pub(crate) width: Width,
    /// Of each slice.
    pub(crate) weights: Vec<Param<Tensor<4>>>,
    pub(crate) norms: Vec<GhostNorm>,
    pub(crate) stride: usize,
    pub(crate) relu: bool,
}

impl WideDepthwise {
    /// Of a tensor of width `width`, `k` odd.
    pub fn new(b: &Build, width: &Width, k: usize) -> Self {
        assert!(k % 2 == 1, "WideDepthwise: found a kernel of {k}, expected an odd one");
        let slice = |&channels: &usize| b.parameter([channels, 1, k, k], Init::Variance(2.0 / (k * k) as f64));
        Self {
            width: width.clone(),
            weights: width.slices().iter().map(slice).collect(),
            norms: width.slices().iter().map(|&channels| GhostNorm::new(b, channels)).collect(),
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

    /// Of the first `live` slices, and zeros in place of the others.
    fn of_slices(&self, x: Rows, live: usize) -> Rows {
        let weights = &self.weights[..live];
        let (pass, channels) = (Rc::clone(x.pass()), self.width.channels(live));
        let convolved = x.compute(weights.iter().map(|weight| weight.id).collect(), |x| {
            let weight = Tensor::cat(weights.iter().map(Param::val).collect(), 0);
            let taps = Taps { stride: self.stride, dilation: 1, groups: channels };
            let y = taps.convolve(pass.call(), first_channels("WideDepthwise", x, channels), weight);
            let [_, _, h, w] = y.dims();
            for (i, weight) in weights.iter().enumerate() {
                let (macs, weight) = ((weight.lazy_shape().num_elements() * h * w) as u64, Rc::from([weight.id]));
                self.width.within(&pass, i, || pass.note_run(macs, &weight));
            }
            y
        });
        normalised(convolved, &self.width, &self.norms, live, self.relu)
    }
}

impl Layer for WideDepthwise {
    fn forward(&self, x: Rows) -> Rows {
        self.width.each(&x, |rows, live| self.of_slices(rows, live))
    }
}
