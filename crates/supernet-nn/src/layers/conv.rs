//! Convolutions of images, on the kernels of `supernet-kernels` where they have one.

use super::{GhostNorm, Layer};
use crate::{
    Build, Init, Rows,
    call::run,
    flow::{Adder, Operation, Pass, Read, Source, take},
};
use burn::{
    module::{Module, Param},
    tensor::{Slice, Tensor, module::conv2d, ops::ConvOptions},
};
use std::rc::Rc;

/// A convolution without bias, padded to keep the size (then divided by the stride).
#[derive(Module, Debug)]
pub struct Conv {
    pub(crate) weight: Param<Tensor<4>>,
    pub(crate) stride: usize,
    pub(crate) dilation: usize,
    pub(crate) groups: usize,
}

impl Conv {
    /// k×k from `channels[0]` to `channels[1]` channels, `k` odd.
    pub fn new(b: &Build, channels: [usize; 2], k: usize) -> Self {
        Self::grouped(b, channels, [k, k], 1)
    }

    /// k×k of each channel by itself.
    pub fn depthwise(b: &Build, channels: usize, k: usize) -> Self {
        Self::grouped(b, [channels; 2], [k, k], channels)
    }

    /// Of any odd height and width: 1x7, 7x1.
    pub fn of_size(b: &Build, channels: [usize; 2], size: [usize; 2]) -> Self {
        Self::grouped(b, channels, size, 1)
    }

    fn grouped(b: &Build, [from, to]: [usize; 2], [h, w]: [usize; 2], groups: usize) -> Self {
        assert!(h % 2 == 1 && w % 2 == 1, "Conv: found a kernel of {h}x{w}, expected odd ones");
        let fan_in = from / groups * h * w;
        let weight = b.parameter([to, from / groups, h, w], Init::Variance(2.0 / fan_in as f64));
        Self { weight, stride: 1, dilation: 1, groups }
    }

    /// The same with a stride.
    pub fn with_stride(self, stride: usize) -> Self {
        Self { stride, ..self }
    }

    /// The same with its taps `dilation` pixels apart; the padding grows with it.
    pub fn with_dilation(self, dilation: usize) -> Self {
        Self { dilation, ..self }
    }

    /// The same with weights that start with the variance `gain` / inputs of an output, 2 otherwise (He et al., ICCV 2015).
    pub fn with_gain(self, b: &Build, gain: f64) -> Self {
        let [outputs, inputs, h, w] = self.weight.lazy_shape().dims();
        let weight = b.parameter([outputs, inputs, h, w], Init::Variance(gain / (inputs * h * w) as f64));
        Self { weight, ..self }
    }
}

impl Layer for Conv {
    fn forward(&self, x: Rows) -> Rows {
        convolved(x, &self.weight, Taps { stride: self.stride, dilation: self.dilation, groups: self.groups })
    }
}

/// Where a convolution's weights read.
#[derive(Clone, Copy)]
struct Taps {
    stride: usize,
    dilation: usize,
    groups: usize,
}

fn convolved(x: Rows, weight: &Param<Tensor<4>>, taps: Taps) -> Rows {
    let [outputs, inputs, kh, kw] = weight.lazy_shape().dims();
    let pass = Rc::clone(x.pass());
    let weights = (outputs * inputs * kh * kw) as u64;
    let macs = move |shape: &[usize; 4]| weights * (shape[2] * shape[3]) as u64;
    x.later(&Rc::from([weight.id]), macs, |source| {
        let [rows, channels, h, w] = source.shape();
        let expected = inputs * taps.groups;
        assert!(channels == expected, "Conv: found {channels} channels, expected {expected}");
        let side = |side: usize| (side - 1) / taps.stride + 1;
        let convolution = Convolution { taps, weight: weight.val(), source, pass };
        (convolution, [rows, outputs, side(h), side(w)])
    })
}

/// A convolution that runs when its result is read.
struct Convolution {
    taps: Taps,
    weight: Tensor<4>,
    source: Source<4>,
    pass: Rc<Pass>,
}

/// Which kernel a convolution runs on.
#[derive(PartialEq)]
enum Kernel {
    /// Stride 1, one group.
    Dense,
    /// 3x3 of stride 2 on even sides.
    Stride2,
    /// 1x1 of a stride.
    Pointwise,
    /// Each channel by itself, without dilation.
    Depthwise,
    /// None: Burn's operation.
    Burn,
}

impl Convolution {
    fn kernel(&self) -> Kernel {
        let Taps { stride, dilation, groups } = self.taps;
        let [outputs, inputs, kh, kw] = self.weight.dims();
        let [_, _, h, w] = self.source.shape();
        match (groups, stride) {
            (1, 1) if dilation == 1 => Kernel::Dense,
            (1, _) if kh == 1 && kw == 1 => Kernel::Pointwise,
            (1, 2) if (kh, kw) == (3, 3) && dilation == 1 && h % 2 == 0 && w % 2 == 0 => Kernel::Stride2,
            _ if inputs == 1 && groups == outputs && kh == kw && dilation == 1 => Kernel::Depthwise,
            _ => Kernel::Burn,
        }
    }
}

impl Operation<4> for Convolution {
    fn compute(&self, on: &[u32]) -> Tensor<4> {
        let Taps { stride, dilation, groups } = self.taps;
        let (call, weight) = (self.pass.call(), self.weight.clone());
        let Read { tensor: x, count, places } = self.source.read(on);
        let is_whole = places.len() == count;
        match self.kernel() {
            Kernel::Dense if is_whole && weight.dims()[2..] == [1, 1] => run!(call, pointwise(x, weight)),
            Kernel::Dense => run!(call, conv(x, weight, count, &places)),
            Kernel::Pointwise => run!(call, pointwise(every(take(x, count, &places), stride), weight)),
            Kernel::Stride2 => run!(call, conv_stride2(x, weight, count, &places)),
            // Pixels that the stride leaves out are computed too: still faster than what there is for strides.
            Kernel::Depthwise => every(run!(call, depthwise(x, weight, count, &places)), stride),
            Kernel::Burn => {
                let [_, _, kh, kw] = weight.dims();
                let padding = [dilation * (kh / 2), dilation * (kw / 2)];
                let options = ConvOptions::new([stride; 2], padding, [dilation; 2], groups);
                conv2d(take(x, count, &places), weight, None, options)
            }
        }
    }

    fn adder(&self) -> Option<&dyn Adder<4>> {
        (self.kernel() == Kernel::Dense).then_some(self)
    }
}

impl Adder<4> for Convolution {
    fn add(&self, acc: Tensor<4>, sums: usize, read: &[u32], write: &[u32]) -> Tensor<4> {
        let Read { tensor: x, places, .. } = self.source.read_any(read);
        let (call, weight) = (self.pass.call(), self.weight.clone());
        match weight.dims()[2..] {
            [1, 1] => run!(call, pointwise_add(acc, x, weight, sums, &places, write)),
            _ => run!(call, conv_add(acc, x, weight, sums, &places, write)),
        }
    }
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

/// A k×k convolution without bias, padded to keep the size (then divided by the stride), normalised per ghost batch, and ReLU if asked
/// for.
#[derive(Module, Debug)]
pub struct ConvNorm {
    pub(crate) weight: Param<Tensor<4>>,
    pub(crate) norm: GhostNorm,
    pub(crate) stride: usize,
    pub(crate) groups: usize,
    pub(crate) relu: bool,
}

impl ConvNorm {
    /// From `channels[0]` to `channels[1]` channels, `k` odd.
    pub fn new(b: &Build, channels: [usize; 2], k: usize) -> Self {
        Self::of(b, Conv::new(b, channels, k), channels[1])
    }

    /// Each channel by itself.
    pub fn depthwise(b: &Build, channels: usize, k: usize) -> Self {
        Self::of(b, Conv::depthwise(b, channels, k), channels)
    }

    fn of(b: &Build, Conv { weight, stride, groups, .. }: Conv, channels: usize) -> Self {
        Self { weight, norm: GhostNorm::new(b, channels), stride, groups, relu: false }
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
        let taps = Taps { stride: self.stride, dilation: 1, groups: self.groups };
        let convolved = convolved(x, &self.weight, taps);
        if self.relu { self.norm.relu(convolved) } else { convolved.through(&self.norm) }
    }
}
