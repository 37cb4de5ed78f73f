//! The whole networks of ENAS (Pham, Guan, Zoph, Le and Dean, ICML 2018).

use super::{darts_operation::FactorisedReduce, nas_bench_201::average_3x3};
use crate::{
    Build, ConvNorm, Definition, Describe, GhostNorm, Identity, Layer, NnError, OneOf, Pool, Pool3x3, Rows, SomeOf,
    Wire, flow::sum,
};
use burn::{
    module::Module,
    nn::{Linear, LinearConfig, pool::AvgPool2d},
    tensor::Device,
};
use supernet_space::{EnasMacro, EnasMacroShape};

/// An operation: a 1x1 convolution with normalisation and ReLU, and what follows it.
#[derive(Module, Debug)]
pub struct EnasOperation {
    first: ConvNorm,
    second: EnasSecond,
}

/// What follows the 1x1 convolution of an operation.
#[derive(Module, Debug)]
pub enum EnasSecond {
    /// `conv_3x3`, `conv_5x5`; `sep_conv_3x3`, `sep_conv_5x5`, a depthwise one and a 1x1. ReLU at
    /// the end.
    Convs(Vec<ConvNorm>),
    /// `avg_pool_3x3`, which counts no padding.
    Average(AvgPool2d),
    /// `max_pool_3x3`.
    Maximum(Pool3x3),
}

impl EnasOperation {
    fn new(b: &Build, name: &str, filters: usize) -> Self {
        let conv = |k| EnasSecond::Convs(vec![ConvNorm::new(b, [filters; 2], k).with_relu()]);
        let separable = |k| {
            let pointwise = ConvNorm::new(b, [filters; 2], 1).with_relu();
            EnasSecond::Convs(vec![ConvNorm::depthwise(b, filters, k), pointwise])
        };
        let second = match name {
            "conv_3x3" => conv(3),
            "conv_5x5" => conv(5),
            "sep_conv_3x3" => separable(3),
            "sep_conv_5x5" => separable(5),
            "avg_pool_3x3" => EnasSecond::Average(average_3x3(1)),
            "max_pool_3x3" => EnasSecond::Maximum(Pool3x3::new(Pool::Max)),
            other => unreachable!("operation {other}"),
        };
        Self { first: ConvNorm::new(b, [filters; 2], 1).with_relu(), second }
    }
}

impl Layer for EnasOperation {
    fn forward(&self, x: Rows) -> Rows {
        let x = x.through(&self.first);
        match &self.second {
            EnasSecond::Convs(convs) => x.through(convs),
            EnasSecond::Average(pool) => x.through(pool),
            EnasSecond::Maximum(pool) => x.through(pool),
        }
    }
}

/// A layer: an operation on the layer before it, plus the outputs of earlier layers, normalised.
#[derive(Module, Debug)]
pub struct EnasMacroLayer {
    operation: OneOf<EnasOperation>,
    /// None for the first layer.
    skips: Option<SomeOf<Identity>>,
    norm: GhostNorm,
    /// Halves the sides of what this layer reads, where a third of the network is done.
    reduction: Option<FactorisedReduce>,
    /// Of its output.
    side: usize,
}

impl EnasMacroLayer {
    fn new(b: &Build, layer: usize, filters: usize, side: usize, reduces: bool) -> Self {
        let operations = EnasMacro::OPERATIONS.map(|name| (name, EnasOperation::new(b, name, filters)));
        let skips = || {
            let earlier = (1..layer).map(|earlier| (format!("layer{earlier}"), Identity {}));
            SomeOf::new(b, format!("layer{layer}/skips"), 0..=layer - 1, earlier)
        };
        Self {
            operation: OneOf::new(b, format!("layer{layer}/operation"), operations),
            skips: (layer > 1).then(skips),
            norm: GhostNorm::new(b, filters),
            reduction: reduces.then(|| FactorisedReduce::new(b, [filters; 2])),
            side,
        }
    }

    /// The layer's output from that of the layer before it and those of all `earlier` ones.
    fn forward(&self, x: Rows, earlier: &[Rows]) -> Rows {
        let x = match &self.reduction {
            Some(reduction) => x.through(reduction),
            None => x,
        };
        let nothing = x.nothing();
        let mut terms = vec![x.through(&self.operation)];
        if let Some(skips) = &self.skips {
            // Only what some mask reads is brought to this size.
            let read = |rows: &Rows| skips.reached(rows).mean_pooled(self.side);
            terms.push(skips.forward_each(earlier.iter().map(read).collect::<Vec<Rows>>()));
        }
        sum(&nothing, terms).through(&self.norm)
    }
}

/// 3x3 stem, a chain of layers with skip connections, the average over the image, a linear
/// classifier. After a third and two thirds of the layers the next one reads its input at half the
/// side, by a factorised reduction; what skips over that is averaged to the side.
#[derive(Module, Debug)]
pub struct EnasMacroNet {
    stem: ConvNorm,
    layers: Vec<EnasMacroLayer>,
    classifier: Linear,
}

impl EnasMacroNet {
    /// The network of `layers` layers.
    pub fn new(b: &Build, layers: usize, shape: &EnasMacroShape) -> Self {
        let third = layers / 3;
        let reduces = |layer: usize| third > 0 && (layer == third + 1 || layer == 2 * third + 1);
        let side = |layer: usize| shape.side >> (1..=layer).filter(|&layer| reduces(layer)).count();
        let layer = |i: usize| EnasMacroLayer::new(b, i, shape.filters, side(i), reduces(i));
        Self {
            stem: ConvNorm::new(b, [shape.channels, shape.filters], 3),
            layers: (1..=layers).map(layer).collect(),
            classifier: LinearConfig::new(shape.filters, shape.classes).init(b.device()),
        }
    }

    /// The space of these networks, as [`EnasMacro`] knows it.
    ///
    /// # Errors
    /// A number of the shape out of range, an odd number of filters.
    pub fn definition(space: &EnasMacro, shape: EnasMacroShape, device: &Device) -> Result<Definition<Self>, NnError> {
        shape.check()?;
        let (input, layers) = ([shape.channels, shape.side, shape.side], space.layer_count());
        Definition::new("enas-macro", &input, device, move |b| Self::new(b, layers, &shape))?.known_as(space.space())
    }
}

impl Layer<4, 2> for EnasMacroNet {
    fn forward(&self, x: Rows) -> Rows<2> {
        let mut x = x.through(&self.stem);
        let mut earlier: Vec<Rows> = Vec::new();
        for layer in &self.layers {
            x = layer.forward(x, &earlier);
            earlier.push(x.clone());
        }
        x.global_average().through(&self.classifier)
    }
}

impl Describe for EnasOperation {
    fn describe(&self, x: Wire) -> Wire {
        let x = x.through(&self.first);
        match &self.second {
            EnasSecond::Convs(convs) => x.through(convs),
            EnasSecond::Average(pool) => x.through(pool),
            EnasSecond::Maximum(pool) => x.through(pool),
        }
    }
}

impl EnasMacroLayer {
    fn describe(&self, x: Wire, earlier: &[Wire]) -> Wire {
        let x = match &self.reduction {
            Some(reduction) => x.through(reduction),
            None => x,
        };
        let mut terms = vec![x.through(&self.operation)];
        if let Some(skips) = &self.skips {
            let inputs: Vec<Wire> = earlier.iter().map(|wire| wire.clone().mean_pooled(self.side)).collect();
            terms.push(skips.describe_each(&inputs));
        }
        Wire::sum(terms).through(&self.norm)
    }
}

impl Describe for EnasMacroNet {
    fn describe(&self, x: Wire) -> Wire {
        let mut x = x.through(&self.stem);
        let mut earlier: Vec<Wire> = Vec::new();
        for layer in &self.layers {
            x = layer.describe(x, &earlier);
            earlier.push(x.clone());
        }
        x.global_average().through(&self.classifier)
    }
}
