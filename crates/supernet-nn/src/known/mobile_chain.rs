//! A chain of inverted residuals as searched by MnasNet, ProxylessNAS and Once-for-All, as a
//! network.

use super::{ChainLayer, InvertedResidualBlock};
use crate::{Build, ConvNorm, Definition, Describe, Layer, NnError, OneOf, Rows, Wire};
use burn::{
    module::Module,
    nn::{Linear, LinearConfig},
    tensor::Device,
};
use supernet_space::{InvertedResidual, MobileChain, MobileShape};

/// 3x3 stem of stride 2, a depthwise separable block, stages of layers, a 1x1, the average over the
/// image, a linear classifier.
#[derive(Module, Debug)]
pub struct MobileNet {
    stem: ConvNorm,
    first: InvertedResidualBlock,
    layers: Vec<OneOf<ChainLayer>>,
    head: ConvNorm,
    classifier: Linear,
}

impl MobileNet {
    /// The network of the stages of `chain`.
    pub fn new(b: &Build, chain: &MobileChain, shape: &MobileShape) -> Self {
        let mut from = shape.first;
        let mut layers = Vec::new();
        let mut choices = chain.space().choices().iter();
        for stage in chain.stages() {
            for (layer, choice) in choices.by_ref().take(stage.layers).enumerate() {
                let (channels, stride) = ([from, stage.channels], if layer == 0 { stage.stride } else { 1 });
                let blocks = MobileChain::BLOCKS.map(|block| ChainLayer::inverted(b, block, channels, stride));
                let identity = (layer > 0).then(|| ChainLayer::least(b, channels, stride));
                layers.push(OneOf::new(
                    b,
                    choice.name(),
                    choice.options().iter().zip(identity.into_iter().chain(blocks)),
                ));
                from = stage.channels;
            }
        }
        let separable = InvertedResidual { kernel: 3, expansion: 1 };
        Self {
            stem: ConvNorm::new(b, [shape.channels, shape.stem], 3).with_stride(2).with_relu(),
            first: InvertedResidualBlock::new(b, separable, [shape.stem, shape.first], 1),
            layers,
            head: ConvNorm::new(b, [from, shape.head], 1).with_relu(),
            classifier: LinearConfig::new(shape.head, shape.classes).init(b.device()),
        }
    }

    /// The space of these networks, as `chain` knows it.
    ///
    /// # Errors
    /// A number of the shape out of range.
    pub fn definition(chain: &MobileChain, shape: MobileShape, device: &Device) -> Result<Definition<Self>, NnError> {
        chain.check(&shape)?;
        let (input, stages) = ([shape.channels, shape.side, shape.side], chain.clone());
        Definition::new("mobile-chain", &input, device, move |b| Self::new(b, &stages, &shape))?.known_as(chain.space())
    }
}

impl Layer<4, 2> for MobileNet {
    fn forward(&self, x: Rows) -> Rows<2> {
        let x = x.through(&self.stem).through(&self.first).through(&self.layers).through(&self.head);
        x.global_average().through(&self.classifier)
    }
}

impl Describe for MobileNet {
    fn describe(&self, x: Wire) -> Wire {
        let x = x.through(&self.stem).through(&self.first).through(&self.layers).through(&self.head);
        x.global_average().through(&self.classifier)
    }
}
