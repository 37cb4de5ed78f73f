//! Convolutions of images, on the kernels of `supernet-kernels` where they have one.

use super::{Build, GhostNorm, Layer, Rows};
use crate::{Execution, call::run};
use burn::{
    module::{Initializer, Module, Param},
    tensor::{Slice, Tensor, module::conv2d, ops::ConvOptions},
};

/// A k×k convolution without bias, padded to keep the size (then divided by the stride).
#[derive(Module, Debug)]
pub struct Conv {
    weight: Param<Tensor<4>>,
    stride: usize,
    dilation: usize,
    groups: usize,
}

impl Conv {
    /// From `channels[0]` to `channels[1]` channels, `k` odd.
    pub fn new(b: &Build, channels: [usize; 2], k: usize) -> Self {
        Self::grouped(b, channels, 1, k)
    }

    /// Each channel by itself.
    pub fn depthwise(b: &Build, channels: usize, k: usize) -> Self {
        Self::grouped(b, [channels; 2], channels, k)
    }

    fn grouped(b: &Build, channels: [usize; 2], groups: usize, k: usize) -> Self {
        Self { weight: weight(b, channels, groups, k), stride: 1, dilation: 1, groups }
    }

    /// The same with a stride.
    pub fn with_stride(self, stride: usize) -> Self {
        Self { stride, ..self }
    }

    /// The same with its taps `dilation` pixels apart; the padding grows with it.
    pub fn with_dilation(self, dilation: usize) -> Self {
        Self { dilation, ..self }
    }
}

impl Layer for Conv {
    fn forward(&self, x: Rows) -> Rows {
        convolved(x, &self.weight, Taps { stride: self.stride, dilation: self.dilation, groups: self.groups })
    }
}

/// A k×k convolution without bias, padded to keep the size (then divided by the stride), normalised per ghost batch, and ReLU if asked
/// for.
#[derive(Module, Debug)]
pub struct ConvNorm {
    weight: Param<Tensor<4>>,
    norm: GhostNorm,
    stride: usize,
    groups: usize,
    relu: bool,
}

impl ConvNorm {
    /// From `channels[0]` to `channels[1]` channels, `k` odd.
    pub fn new(b: &Build, channels: [usize; 2], k: usize) -> Self {
        Self::grouped(b, channels, 1, k)
    }

    /// Each channel by itself.
    pub fn depthwise(b: &Build, channels: usize, k: usize) -> Self {
        Self::grouped(b, [channels; 2], channels, k)
    }

    fn grouped(b: &Build, channels: [usize; 2], groups: usize, k: usize) -> Self {
        let norm = GhostNorm::new(b, channels[1]);
        Self { weight: weight(b, channels, groups, k), norm, stride: 1, groups, relu: false }
    }

    /// The same with a stride.
    pub fn with_stride(self, stride: usize) -> Self {
        Self { stride, ..self }
    }

    /// The same with max(0, ·) at its end.
    pub fn with_relu(self) -> Self {
        Self { relu: true, ..self }
    }
}

impl Layer for ConvNorm {
    fn forward(&self, x: Rows) -> Rows {
        let convolved = convolved(x, &self.weight, Taps { stride: self.stride, dilation: 1, groups: self.groups });
        if self.relu { self.norm.relu(convolved) } else { convolved.through(&self.norm) }
    }
}

fn weight(b: &Build, [from, to]: [usize; 2], groups: usize, k: usize) -> Param<Tensor<4>> {
    assert!(k % 2 == 1, "ConvNorm: found a kernel of {k}, expected an odd one");
    let fan_in = from / groups * k * k;
    let initializer = Initializer::KaimingNormal { gain: 2f64.sqrt(), fan_out_only: false };
    initializer.init_with([to, from / groups, k, k], Some(fan_in), None, b.device())
}

/// Where a convolution's weights read.
#[derive(Clone, Copy)]
struct Taps {
    stride: usize,
    dilation: usize,
    groups: usize,
}

fn convolved(x: Rows, weight: &Param<Tensor<4>>, taps: Taps) -> Rows {
    let (pass, variants) = (x.pass.clone(), x.variants.count());
    x.run(weight, |weight, x| {
        let (weight, all) = (weight.val(), (0..variants as u32).collect::<Vec<_>>());
        let ([_, channels, height, width], [outputs, inputs, k, _]) = (x.dims(), weight.dims());
        let Taps { stride, dilation, groups } = taps;
        assert!(channels == inputs * groups, "ConvNorm: found {channels} channels, expected {}", inputs * groups);
        let kernels = pass.call().execution == Execution::Kernels;
        match groups {
            1 if k == 1 => run!(pass.call(), conv(every(x, stride), weight, variants, &all)),
            1 if stride == 1 && dilation == 1 => run!(pass.call(), conv(x, weight, variants, &all)),
            1 if k == 3 && stride == 2 && dilation == 1 && height % 2 == 0 && width % 2 == 0 => {
                run!(pass.call(), conv_stride2(x, weight, variants, &all))
            }
            // Pixels that the stride leaves out are computed too: still faster than what there is for strides.
            _ if inputs == 1 && groups == outputs && dilation == 1 && (stride == 1 || kernels) => {
                every(run!(pass.call(), depthwise(x, weight, variants, &all)), stride)
            }
            _ => conv2d(x, weight, None, ConvOptions::new([stride; 2], [dilation * (k / 2); 2], [dilation; 2], groups)),
        }
    })
}

/// Every `stride`-th row and column, from the first.
fn every(x: Tensor<4>, stride: usize) -> Tensor<4> {
    match stride {
        1 => x,
        _ => {
            let each = Slice::with_step(0, None, stride as isize);
            x.slice([Slice::full(), Slice::full(), each, each])
        }
    }
}
