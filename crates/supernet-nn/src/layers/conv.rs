//! Convolutions of images, on the kernels of `supernet-kernels` where they have one.

use super::{GhostNorm, Layer};
use crate::{
    Build, Call, Init, Rows,
    call::run,
    flow::{Adder, Operation, Pass, Read, Source, take},
};
use burn::{
    module::{Module, Param},
    nn::{PaddingConfig2d, conv::Conv2d},
    tensor::{Tensor, module::conv2d, ops::ConvOptions},
};
use std::rc::Rc;
use supernet_kernels::Taps as Places;

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

    /// The same with weights that start with the variance `gain` / inputs of an output, 2 otherwise
    /// (He et al., ICCV 2015).
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

/// Burn's convolution on our kernels, where it is padded as [`Conv`] is.
impl Layer for Conv2d {
    fn forward(&self, x: Rows) -> Rows {
        let Some(taps) = taps_of(self) else { return x.run(self, |module, x| module.forward(x)) };
        let y = convolved(x, &self.weight, taps);
        match &self.bias {
            None => y,
            Some(bias) => y.compute(Rc::from([bias.id]), |y| {
                let [channels] = bias.lazy_shape().dims();
                y + bias.val().reshape([1, channels, 1, 1])
            }),
        }
    }
}

/// Where Burn's convolution reads; `None` where it is padded otherwise than to keep the size, or is
/// not as tall as wide.
fn taps_of(conv: &Conv2d) -> Option<Taps> {
    let ([kh, kw], [stride, across], [dilation, wide]) = (conv.kernel_size, conv.stride, conv.dilation);
    let [down, right] = [dilation * (kh / 2), dilation * (kw / 2)];
    let is_padded = match conv.padding {
        PaddingConfig2d::Explicit(top, left, bottom, last) => [top, bottom] == [down; 2] && [left, last] == [right; 2],
        PaddingConfig2d::Same => stride == 1 && dilation == 1,
        PaddingConfig2d::Valid => [down, right] == [0; 2],
    };
    let is_even = kh % 2 == 0 || kw % 2 == 0;
    let fits = !is_even && is_padded && stride == across && dilation == wide;
    fits.then_some(Taps { stride, dilation, groups: conv.groups })
}

/// Where a convolution's weights read.
#[derive(Clone, Copy)]
pub(super) struct Taps {
    pub(super) stride: usize,
    pub(super) dilation: usize,
    pub(super) groups: usize,
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
        let convolution = Convolution { taps, weight: weight.val(), source, relu: false, pass };
        (convolution.rectifying(), [rows, outputs, side(h), side(w)])
    })
}

/// A convolution that runs when its result is read.
struct Convolution {
    taps: Taps,
    weight: Tensor<4>,
    source: Source<4>,
    /// Whether it reads max(0, ·) of its source.
    relu: bool,
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
    /// Each channel by itself.
    Depthwise,
    /// None: Burn's operation.
    Burn,
}

impl Convolution {
    /// The same, computing a ReLU on the way that nobody else reads.
    fn rectifying(self) -> Self {
        match self.source.rectified().filter(|_| self.kernel() != Kernel::Burn) {
            Some(source) => Self { source, relu: true, ..self },
            None => self,
        }
    }

    fn kernel(&self) -> Kernel {
        self.taps.kernel(self.weight.dims(), self.source.shape())
    }
}

impl Taps {
    /// The kernel for weights and images of these shapes.
    fn kernel(self, [outputs, inputs, kh, kw]: [usize; 4], [_, _, h, w]: [usize; 4]) -> Kernel {
        let Self { stride, dilation, groups } = self;
        match (groups, stride) {
            (1, 1) if dilation == 1 => Kernel::Dense,
            (1, _) if kh == 1 && kw == 1 => Kernel::Pointwise,
            (1, 2) if (kh, kw) == (3, 3) && dilation == 1 && h % 2 == 0 && w % 2 == 0 => Kernel::Stride2,
            _ if inputs == 1 && groups == outputs && kh == kw => Kernel::Depthwise,
            _ => Kernel::Burn,
        }
    }

    /// The convolution of what is read, of max(0, ·) of it if asked for; Burn's operation has no
    /// such choice.
    fn convolved(self, call: Call, read: Read<4>, weight: Tensor<4>, relu: bool) -> Tensor<4> {
        let (Self { stride, dilation, groups }, Read { tensor: x, count, places }) = (self, read);
        let is_whole = places.len() == count;
        match self.kernel(weight.dims(), x.dims()) {
            Kernel::Dense if is_whole && weight.dims()[2..] == [1, 1] => {
                run!(call, pointwise_of(x, weight, relu))
            }
            Kernel::Dense => run!(call, conv_of(x, weight, relu, count, &places)),
            Kernel::Pointwise => {
                let x = take(x, count, &places);
                run!(call, pointwise_of(run!(call, every(x, stride)), weight, relu))
            }
            Kernel::Stride2 => run!(call, conv_stride2_of(x, weight, relu, count, &places)),
            Kernel::Depthwise => {
                run!(call, depthwise_taps(x, weight, Places { stride, dilation, relu }, count, &places))
            }
            Kernel::Burn => {
                let [_, _, kh, kw] = weight.dims();
                let padding = [dilation * (kh / 2), dilation * (kw / 2)];
                let options = ConvOptions::new([stride; 2], padding, [dilation; 2], groups);
                conv2d(take(x, count, &places), weight, None, options)
            }
        }
    }

    /// The convolution of a whole tensor.
    pub(super) fn convolve(self, call: Call, x: Tensor<4>, weight: Tensor<4>) -> Tensor<4> {
        self.convolved(call, Read { tensor: x, count: 1, places: vec![0] }, weight, false)
    }
}

impl Operation<4> for Convolution {
    fn compute(&self, on: &[u32]) -> Tensor<4> {
        self.taps.convolved(self.pass.call(), self.source.read(on), self.weight.clone(), self.relu)
    }

    fn adder(&self) -> Option<&dyn Adder<4>> {
        (self.kernel() == Kernel::Dense).then_some(self)
    }
}

impl Adder<4> for Convolution {
    fn add(&self, acc: Tensor<4>, sums: usize, read: &[u32], write: &[u32]) -> Tensor<4> {
        let Read { tensor: x, places, .. } = self.source.read_any(read);
        run!(self.pass.call(), conv_add_of(acc, x, self.weight.clone(), self.relu, sums, &places, write))
    }
}

/// A k×k convolution without bias, padded to keep the size (then divided by the stride), normalised
/// per ghost batch, and ReLU if asked for.
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
