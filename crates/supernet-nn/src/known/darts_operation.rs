//! The operations of DARTS (Liu, Simonyan and Yang, ICLR 2019).

use super::nas_bench_201::average_3x3;
use crate::{Build, Conv, ConvNorm, Describe, GhostNorm, Identity, Layer, Rows, Wire, flow::concatenated};
use burn::{
    module::Module,
    nn::{
        PaddingConfig2d,
        pool::{AvgPool2d, MaxPool2d, MaxPool2dConfig},
    },
};

/// An operation on an earlier state of a cell.
#[derive(Module, Debug)]
#[expect(clippy::large_enum_variant, reason = "hundreds of bytes beside parameters that are thousands")]
pub enum DartsOperation {
    /// `max_pool_3x3`.
    Maximum(MaxPool2d),
    /// `avg_pool_3x3`, which counts no padding.
    Average(AvgPool2d),
    /// `skip_connect`.
    Skip(Identity),
    /// `skip_connect` in a reducing cell.
    Reduce(FactorisedReduce),
    /// `sep_conv_3x3` and `sep_conv_5x5`, twice; `dil_conv_3x3` and `dil_conv_5x5`, once.
    Separable(Vec<SeparableConv>),
}

impl DartsOperation {
    pub(super) fn new(b: &Build, name: &str, channels: usize, stride: usize) -> Self {
        let first = |k, dilation| SeparableConv::new(b, channels, k, stride, dilation);
        let twice = |k| Self::Separable(vec![first(k, 1), SeparableConv::new(b, channels, k, 1, 1)]);
        match name {
            "max_pool_3x3" => {
                let pool = MaxPool2dConfig::new([3; 2]).with_strides([stride; 2]);
                Self::Maximum(pool.with_padding(PaddingConfig2d::Explicit(1, 1, 1, 1)).init())
            }
            "avg_pool_3x3" => Self::Average(average_3x3(stride)),
            "skip_connect" if stride == 1 => Self::Skip(Identity {}),
            "skip_connect" => Self::Reduce(FactorisedReduce::new(b, [channels; 2])),
            "sep_conv_3x3" => twice(3),
            "sep_conv_5x5" => twice(5),
            "dil_conv_3x3" => Self::Separable(vec![first(3, 2)]),
            "dil_conv_5x5" => Self::Separable(vec![first(5, 2)]),
            other => unreachable!("operation {other}"),
        }
    }
}

impl Layer for DartsOperation {
    fn forward(&self, x: Rows) -> Rows {
        match self {
            Self::Maximum(pool) => x.through(pool),
            Self::Average(pool) => x.through(pool),
            Self::Skip(identity) => x.through(identity),
            Self::Reduce(reduce) => x.through(reduce),
            Self::Separable(convs) => x.through(convs),
        }
    }
}

/// ReLU, depthwise k×k with a stride and a dilation, 1x1, normalisation.
#[derive(Module, Debug)]
pub struct SeparableConv {
    depthwise: Conv,
    pointwise: ConvNorm,
}

impl SeparableConv {
    fn new(b: &Build, channels: usize, k: usize, stride: usize, dilation: usize) -> Self {
        Self {
            depthwise: Conv::depthwise(b, channels, k).with_stride(stride).with_dilation(dilation),
            pointwise: ConvNorm::new(b, [channels; 2], 1),
        }
    }
}

impl Layer for SeparableConv {
    fn forward(&self, x: Rows) -> Rows {
        x.relu().through(&self.depthwise).through(&self.pointwise)
    }
}

/// ReLU, two 1x1 of stride 2 of half the channels each, the second one pixel further right and
/// down, side by side; normalisation.
#[derive(Module, Debug)]
pub struct FactorisedReduce {
    halves: [Conv; 2],
    norm: GhostNorm,
    channels: usize,
}

impl FactorisedReduce {
    pub(super) fn new(b: &Build, [from, to]: [usize; 2]) -> Self {
        let half = || Conv::new(b, [from, to / 2], 1);
        Self { halves: [half().with_stride(2), half()], norm: GhostNorm::new(b, to), channels: to }
    }
}

impl Layer for FactorisedReduce {
    fn forward(&self, x: Rows) -> Rows {
        let [first, second] = &self.halves;
        let shifted = x.clone().every_other();
        let halves = vec![x.relu().through(first), shifted.relu().through(second)];
        concatenated(halves, &[self.channels / 2; 2]).through(&self.norm)
    }
}

impl Describe for DartsOperation {
    fn describe(&self, x: Wire) -> Wire {
        match self {
            Self::Maximum(pool) => x.through(pool),
            Self::Average(pool) => x.through(pool),
            Self::Skip(identity) => x.through(identity),
            Self::Reduce(reduce) => x.through(reduce),
            Self::Separable(convs) => x.through(convs),
        }
    }
}

impl Describe for SeparableConv {
    fn describe(&self, x: Wire) -> Wire {
        x.relu().through(&self.depthwise).through(&self.pointwise)
    }
}

impl Describe for FactorisedReduce {
    fn describe(&self, x: Wire) -> Wire {
        let x = x.relu();
        let shifted = match *x.shape() {
            [_, height, width] => x.clone().narrow(2, 1, height - 1).narrow(3, 1, width - 1),
            _ => x.clone(),
        };
        let [first, second] = &self.halves;
        // Every other pixel of what is left: a convolution of stride 2.
        let halves = vec![x.through(first), shifted.through(&second.clone().with_stride(2))];
        Wire::concatenated(halves, &[self.channels / 2; 2]).through(&self.norm)
    }
}
