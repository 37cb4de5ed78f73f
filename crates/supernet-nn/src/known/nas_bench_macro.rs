//! NAS-Bench-Macro (Su et al., CVPR 2021) as a network.

use super::ChainLayer;
use crate::{Build, ConvNorm, Definition, Describe, Layer, NnError, OneOf, Rows, Wire};
use burn::{
    module::Module,
    nn::{Linear, LinearConfig},
    tensor::Device,
};
use supernet_space::{NasBenchMacro, NasBenchMacroShape};

/// 3x3 stem, eight layers in stages of 2, 3 and 3, a 1x1, the average over the image, a linear
/// classifier.
#[derive(Module, Debug)]
pub struct NasBenchMacroNet {
    stem: ConvNorm,
    layers: Vec<OneOf<ChainLayer>>,
    head: ConvNorm,
    classifier: Linear,
}

impl NasBenchMacroNet {
    /// The network of the published shape, or of another.
    pub fn new(b: &Build, shape: &NasBenchMacroShape) -> Self {
        let mut layers = Vec::new();
        let mut from = shape.stem;
        for count in NasBenchMacro::STAGES {
            for layer in 0..count {
                let (stride, to) = if layer == 0 { (2, 2 * from) } else { (1, from) };
                let option = |o| match NasBenchMacro::inverted_residual(o) {
                    Some(block) => ChainLayer::inverted(b, block, [from, to], stride),
                    None => ChainLayer::least(b, [from, to], stride),
                };
                let options = NasBenchMacro::OPTIONS.iter().enumerate().map(|(o, name)| (*name, option(o)));
                layers.push(OneOf::new(b, format!("layer{}", layers.len() + 1), options));
                from = to;
            }
        }
        Self {
            stem: ConvNorm::new(b, [shape.channels, shape.stem], 3).with_relu(),
            layers,
            head: ConvNorm::new(b, [from, shape.head], 1).with_relu(),
            classifier: LinearConfig::new(shape.head, shape.classes).init(b.device()),
        }
    }

    /// The space of these networks, as [`NasBenchMacro`] knows it.
    ///
    /// # Errors
    /// A number of the shape out of range.
    pub fn definition(shape: NasBenchMacroShape, device: &Device) -> Result<Definition<Self>, NnError> {
        shape.check()?;
        let input = [shape.channels, shape.side, shape.side];
        Definition::new("nas-bench-macro", &input, device, move |b| Self::new(b, &shape))?
            .known_as(NasBenchMacro::new().space())
    }
}

impl Layer<4, 2> for NasBenchMacroNet {
    fn forward(&self, x: Rows) -> Rows<2> {
        let x = x.through(&self.stem).through(&self.layers).through(&self.head);
        x.global_average().through(&self.classifier)
    }
}

impl Describe for NasBenchMacroNet {
    fn describe(&self, x: Wire) -> Wire {
        let x = x.through(&self.stem).through(&self.layers).through(&self.head);
        x.global_average().through(&self.classifier)
    }
}
