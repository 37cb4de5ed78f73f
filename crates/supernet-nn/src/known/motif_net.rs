//! Hierarchical representations (Liu, Simonyan, Vinyals, Fernando and Kavukcuoglu, ICLR 2018) as a
//! network.

use super::nas_bench_201::average_3x3;
use crate::{Build, ConvNorm, Definition, Describe, Identity, Layer, Motifs, NnError, Pool, Pool3x3, Rows, Wire};
use burn::{
    module::Module,
    nn::{Linear, LinearConfig, pool::AvgPool2d},
    tensor::Device,
};
use supernet_space::{HierarchicalMotifs, MotifShape};

/// An operation at the bottom of the hierarchy; convolutions have a normalisation and ReLU behind
/// them.
#[derive(Module, Debug)]
pub enum MotifOperation {
    /// `identity`.
    Identity(Identity),
    /// `conv_1x1`, `depthwise_conv_3x3`; `sep_conv_3x3`, which is both.
    Convs(Vec<ConvNorm>),
    /// `max_pool_3x3`.
    Maximum(Pool3x3),
    /// `avg_pool_3x3`, which counts no padding.
    Average(AvgPool2d),
}

impl MotifOperation {
    fn new(b: &Build, name: &str, channels: usize) -> Self {
        let pointwise = || ConvNorm::new(b, [channels; 2], 1).with_relu();
        match name {
            "identity" => Self::Identity(Identity {}),
            "conv_1x1" => Self::Convs(vec![pointwise()]),
            "depthwise_conv_3x3" => Self::Convs(vec![ConvNorm::depthwise(b, channels, 3).with_relu()]),
            "sep_conv_3x3" => Self::Convs(vec![ConvNorm::depthwise(b, channels, 3), pointwise()]),
            "max_pool_3x3" => Self::Maximum(Pool3x3::new(Pool::Max)),
            "avg_pool_3x3" => Self::Average(average_3x3(1)),
            other => unreachable!("operation {other}"),
        }
    }
}

impl Layer for MotifOperation {
    fn forward(&self, x: Rows) -> Rows {
        match self {
            Self::Identity(identity) => x.through(identity),
            Self::Convs(convs) => x.through(convs),
            Self::Maximum(pool) => x.through(pool),
            Self::Average(pool) => x.through(pool),
        }
    }
}

/// 3x3 stem, three groups of cells with a separable convolution of stride 2 before the second and
/// the third, the average over the image, a linear classifier. What several edges bring to a node
/// is added; the paper concatenates it.
#[derive(Module, Debug)]
pub struct MotifNet {
    stem: ConvNorm,
    groups: Vec<Vec<Motifs<MotifOperation>>>,
    /// A depthwise 3x3 of stride 2 and a 1x1.
    reductions: Vec<Vec<ConvNorm>>,
    classifier: Linear,
}

impl MotifNet {
    /// The network of these motifs.
    pub fn new(b: &Build, motifs: &HierarchicalMotifs, shape: &MotifShape) -> Self {
        let widths = [1, 2, 4].map(|times| times * shape.filters);
        let cell = |channels: usize| {
            let make = HierarchicalMotifs::OPERATIONS.map(|name| move || MotifOperation::new(b, name, channels));
            let named = HierarchicalMotifs::OPERATIONS.iter().zip(&make);
            let operations: Vec<(&str, &dyn Fn() -> MotifOperation)> =
                named.map(|(name, make)| (*name, make as &dyn Fn() -> MotifOperation)).collect();
            Motifs::new(b, motifs.levels(), &operations)
        };
        let reduction = |pair: &[usize]| {
            let depthwise = ConvNorm::depthwise(b, pair[0], 3).with_stride(2);
            vec![depthwise, ConvNorm::new(b, [pair[0], pair[1]], 1).with_relu()]
        };
        Self {
            stem: ConvNorm::new(b, [shape.channels, shape.filters], 3).with_relu(),
            groups: widths.map(|width| (0..shape.cells).map(|_| cell(width)).collect()).into(),
            reductions: widths.windows(2).map(reduction).collect(),
            classifier: LinearConfig::new(widths[2], shape.classes).init(b.device()),
        }
    }

    /// The space of these networks, as [`HierarchicalMotifs`] knows it: there a motif that the cell
    /// does not name is chosen too.
    ///
    /// # Errors
    /// A number of the shape out of range.
    pub fn definition(
        motifs: &HierarchicalMotifs,
        shape: MotifShape,
        device: &Device,
    ) -> Result<Definition<Self>, NnError> {
        shape.check()?;
        let input = [shape.channels, shape.side, shape.side];
        let of = motifs.clone();
        Definition::new("hierarchical-motifs", &input, device, move |b| Self::new(b, &of, &shape))?
            .known_as(motifs.space())
    }
}

impl Layer<4, 2> for MotifNet {
    fn forward(&self, x: Rows) -> Rows<2> {
        let mut x = x.through(&self.stem);
        for (group, cells) in self.groups.iter().enumerate() {
            if let Some(before) = group.checked_sub(1) {
                x = x.through(&self.reductions[before]);
            }
            x = x.through(cells);
        }
        x.global_average().through(&self.classifier)
    }
}

impl Describe for MotifOperation {
    fn describe(&self, x: Wire) -> Wire {
        match self {
            Self::Identity(identity) => x.through(identity),
            Self::Convs(convs) => x.through(convs),
            Self::Maximum(pool) => x.through(pool),
            Self::Average(pool) => x.through(pool),
        }
    }
}

impl Describe for MotifNet {
    fn describe(&self, x: Wire) -> Wire {
        let mut x = x.through(&self.stem);
        for (group, cells) in self.groups.iter().enumerate() {
            if let Some(before) = group.checked_sub(1) {
                x = x.through(&self.reductions[before]);
            }
            x = x.through(cells);
        }
        x.global_average().through(&self.classifier)
    }
}
