//! MobileNets (Howard et al. 2017) as a network.

use crate::{
    Build, Definition, Describe, Layer, NnError, Repeat, Resolution, Rows, WideConv, WideDepthwise, WideLinear, Width,
    Wire,
};
use burn::{module::Module, tensor::Device};
use supernet_space::{MobileNetV1, MobileNetV1Shape, MobileNetWidths, SeparableLayer};

/// The published network at every resolution, width and depth of the space.
#[derive(Module, Debug)]
pub struct MobileNetV1Net {
    resolution: Resolution<SeparableChain>,
}

/// 3x3 stem of stride 2, depthwise separable layers, of which those in the middle may be fewer, the
/// average over the image, a linear classifier.
#[derive(Module, Debug)]
pub struct SeparableChain {
    stem: WideConv,
    first: Vec<SeparableBlock>,
    middle: Repeat<SeparableBlock>,
    last: Vec<SeparableBlock>,
    classifier: WideLinear,
}

/// A 3x3 of each channel by itself, then a 1x1; a normalisation and a ReLU after each.
#[derive(Module, Debug)]
pub struct SeparableBlock {
    depthwise: WideDepthwise,
    pointwise: WideConv,
}

impl SeparableBlock {
    /// From a tensor of one width to one of another.
    pub fn new(b: &Build, [from, to]: [&Width; 2], stride: usize) -> Self {
        Self {
            depthwise: WideDepthwise::new(b, from, 3).with_stride(stride).with_relu(),
            pointwise: WideConv::new(b, from, to, 1).with_relu(),
        }
    }
}

impl MobileNetV1Net {
    /// The networks of `shape`.
    pub fn new(b: &Build, shape: &MobileNetV1Shape) -> Self {
        let chain = SeparableChain::new(b, shape, |_, channels| {
            let factors = MobileNetV1::WIDTHS.map(|width| width.parse().expect("a number"));
            Width::multiplied(b, MobileNetV1::WIDTH, channels, factors)
        });
        let sides = MobileNetV1::RESOLUTIONS.into_iter().zip(shape.sides());
        Self { resolution: Resolution::new(b, MobileNetV1::RESOLUTION, sides, chain) }
    }

    /// The space of these networks, as [`MobileNetV1`] knows it. The published network on images of
    /// 224 × 224 pixels is tried on small ones.
    ///
    /// # Errors
    /// A number of the shape out of range.
    pub fn definition(shape: MobileNetV1Shape, device: &Device) -> Result<Definition<Self>, NnError> {
        shape.check()?;
        let of =
            |shape: MobileNetV1Shape| ([shape.channels, shape.side, shape.side], move |b: &Build| Self::new(b, &shape));
        let small = MobileNetV1Shape { filters: 4, side: shape.side.min(32), ..shape };
        Definition::tried_small(MobileNetV1::new().space(), "mobile-net-v1", [of(small), of(shape)], device)
    }
}

impl SeparableChain {
    /// The layers of `shape`; `width` is told which of [`MobileNetWidths::TENSORS`] and its
    /// channels at the full width.
    fn new(b: &Build, shape: &MobileNetV1Shape, width: impl Fn(usize, usize) -> Width) -> Self {
        let [first, middle, last] = shape.layers();
        let mut from = width(0, shape.filters);
        let stem = WideConv::new(b, &Width::fixed(shape.channels), &from, 3).with_stride(2).with_relu();
        let mut layer = |tensor: usize, layer: &SeparableLayer| {
            let to = width(tensor, layer.to);
            SeparableBlock::new(b, [&std::mem::replace(&mut from, to.clone()), &to], layer.stride)
        };
        let behind = first.len();
        Self {
            stem,
            first: first.iter().enumerate().map(|(i, one)| layer(1 + i, one)).collect(),
            middle: Repeat::new(b, MobileNetV1::DEPTH, middle.iter().map(|one| layer(behind, one)).collect::<Vec<_>>()),
            last: last.iter().enumerate().map(|(i, one)| layer(1 + behind + i, one)).collect(),
            classifier: WideLinear::new(b, &width(behind + last.len(), last[last.len() - 1].to), shape.classes),
        }
    }

    /// The space of these networks with a width of its own for each tensor, as [`MobileNetWidths`]
    /// knows it. The published network on images of 224 × 224 pixels is tried on small ones.
    ///
    /// # Errors
    /// A number of the shape out of range.
    pub fn definition(shape: MobileNetV1Shape, device: &Device) -> Result<Definition<Self>, NnError> {
        MobileNetWidths::check(&shape)?;
        let of = |shape: MobileNetV1Shape| {
            let new = move |b: &Build| {
                Self::new(b, &shape, |tensor, channels| {
                    let factors = MobileNetWidths::WIDTHS.map(|width| width.parse().expect("a number"));
                    Width::multiplied(b, MobileNetWidths::TENSORS[tensor], channels, factors)
                })
            };
            ([shape.channels, shape.side, shape.side], new)
        };
        let small = MobileNetV1Shape { filters: 8, side: shape.side.min(32), ..shape };
        let space = MobileNetWidths::new();
        Definition::tried_small(space.space(), "mobile-net-widths", [of(small), of(shape)], device)
    }
}

impl Layer for SeparableBlock {
    fn forward(&self, x: Rows) -> Rows {
        x.through(&self.depthwise).through(&self.pointwise)
    }
}

impl Layer<4, 2> for SeparableChain {
    fn forward(&self, x: Rows) -> Rows<2> {
        let x = x.through(&self.stem).through(&self.first).through(&self.middle).through(&self.last);
        x.global_average().through(&self.classifier)
    }
}

impl Layer<4, 2> for MobileNetV1Net {
    fn forward(&self, x: Rows) -> Rows<2> {
        x.through(&self.resolution)
    }
}

impl Describe for SeparableBlock {
    fn describe(&self, x: Wire) -> Wire {
        x.through(&self.depthwise).through(&self.pointwise)
    }
}

impl Describe for SeparableChain {
    fn describe(&self, x: Wire) -> Wire {
        let x = x.through(&self.stem).through(&self.first).through(&self.middle).through(&self.last);
        x.global_average().through(&self.classifier)
    }
}

impl Describe for MobileNetV1Net {
    fn describe(&self, x: Wire) -> Wire {
        x.through(&self.resolution)
    }
}
