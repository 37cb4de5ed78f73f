//! NAS-Bench-201 (Dong and Yang, ICLR 2020) as a network.

use crate::{
    Build, Conv, ConvNorm, Definition, Describe, GhostNorm, Identity, Layer, NnError, OneOf, Rows, Wire, Zeros,
};
use burn::{
    module::Module,
    nn::{
        Linear, LinearConfig, PaddingConfig2d,
        pool::{AvgPool2d, AvgPool2dConfig},
    },
    tensor::Device,
};
use supernet_space::{NasBench201, NasBench201Shape};

/// What an edge of a cell may be: zeros, the identity, ReLU with a convolution and a normalisation,
/// or a 3x3 average that counts no padding.
#[derive(Module, Debug)]
#[expect(clippy::large_enum_variant, reason = "hundreds of bytes beside parameters that are thousands")]
pub enum CellOperation {
    /// `none`.
    None(Zeros),
    /// `skip_connect`.
    Skip(Identity),
    /// `nor_conv_1x1`, `nor_conv_3x3`.
    Conv(ConvNorm),
    /// `avg_pool_3x3`.
    Pool(AvgPool2d),
}

impl CellOperation {
    fn new(b: &Build, operation: &str, channels: usize) -> Self {
        match operation {
            "none" => Self::None(Zeros {}),
            "skip_connect" => Self::Skip(Identity {}),
            "nor_conv_1x1" => Self::Conv(ConvNorm::new(b, [channels; 2], 1)),
            "nor_conv_3x3" => Self::Conv(ConvNorm::new(b, [channels; 2], 3)),
            "avg_pool_3x3" => Self::Pool(average_3x3(1)),
            other => unreachable!("operation {other}"),
        }
    }
}

impl Layer for CellOperation {
    fn forward(&self, x: Rows) -> Rows {
        match self {
            Self::None(zeros) => x.through(zeros),
            Self::Skip(identity) => x.through(identity),
            Self::Conv(conv) => x.relu().through(conv),
            Self::Pool(pool) => x.through(pool),
        }
    }
}

/// The 3x3 average of the pixels there are.
pub(super) fn average_3x3(stride: usize) -> AvgPool2d {
    AvgPool2dConfig::new([3; 2])
        .with_strides([stride; 2])
        .with_padding(PaddingConfig2d::Explicit(1, 1, 1, 1))
        .with_count_include_pad(false)
        .init()
}

/// A cell: node j of 1 to 3 is the sum of an operation on every earlier node. All cells take the
/// same operations.
#[derive(Module, Debug)]
pub struct Cell201 {
    /// In the order of [`NasBench201::EDGES`].
    edges: Vec<OneOf<CellOperation>>,
}

impl Cell201 {
    fn new(b: &Build, channels: usize) -> Self {
        let edge = |(from, to)| {
            let operations = NasBench201::OPERATIONS.map(|name| (name, CellOperation::new(b, name, channels)));
            OneOf::new(b, format!("node{to}/from{from}"), operations)
        };
        Self { edges: NasBench201::EDGES.into_iter().map(edge).collect() }
    }
}

impl Layer for Cell201 {
    fn forward(&self, x: Rows) -> Rows {
        let mut nodes = vec![x];
        let mut edges = self.edges.iter();
        for to in 1..=3 {
            let terms = nodes.iter().zip(edges.by_ref().take(to)).map(|(node, edge)| node.clone().through(edge));
            let sum = terms.reduce(|sum, term| sum + term).expect("node 0 is before every other");
            nodes.push(sum);
        }
        nodes.pop().expect("four nodes")
    }
}

/// The residual block between stages: 3x3 of stride 2, 3x3, beside them the 2x2 average and a 1x1.
#[derive(Module, Debug)]
pub struct ReducingBlock {
    convs: [ConvNorm; 2],
    pool: AvgPool2d,
    shortcut: Conv,
}

impl ReducingBlock {
    fn new(b: &Build, [from, to]: [usize; 2]) -> Self {
        Self {
            convs: [ConvNorm::new(b, [from, to], 3).with_stride(2), ConvNorm::new(b, [to, to], 3)],
            pool: AvgPool2dConfig::new([2; 2]).with_strides([2; 2]).init(),
            shortcut: Conv::new(b, [from, to], 1),
        }
    }
}

impl Layer for ReducingBlock {
    fn forward(&self, x: Rows) -> Rows {
        let y = self.convs.iter().fold(x.clone(), |y, conv| y.relu().through(conv));
        y + x.through(&self.pool).through(&self.shortcut)
    }
}

/// 3x3 stem, three stages of cells with a residual block before the second and the third,
/// normalisation, ReLU, the average over the image, a linear classifier.
#[derive(Module, Debug)]
pub struct NasBench201Net {
    stem: ConvNorm,
    stages: Vec<Vec<Cell201>>,
    reductions: Vec<ReducingBlock>,
    last: GhostNorm,
    classifier: Linear,
}

impl NasBench201Net {
    /// The network of the published shape, or of another.
    pub fn new(b: &Build, shape: &NasBench201Shape) -> Self {
        let widths = [1, 2, 4].map(|times| times * shape.filters);
        Self {
            stem: ConvNorm::new(b, [shape.channels, shape.filters], 3),
            stages: widths.map(|width| (0..shape.cells).map(|_| Cell201::new(b, width)).collect()).into(),
            reductions: widths.windows(2).map(|pair| ReducingBlock::new(b, [pair[0], pair[1]])).collect(),
            last: GhostNorm::new(b, widths[2]),
            classifier: LinearConfig::new(widths[2], shape.classes).init(b.device()),
        }
    }

    /// The space of these networks, as [`NasBench201`] knows it.
    ///
    /// # Errors
    /// A number of the shape out of range.
    pub fn definition(shape: NasBench201Shape, device: &Device) -> Result<Definition<Self>, NnError> {
        shape.check()?;
        let input = [shape.channels, shape.side, shape.side];
        Definition::new("nas-bench-201", &input, device, move |b| Self::new(b, &shape))?
            .known_as(NasBench201::new().space())
    }
}

impl Layer<4, 2> for NasBench201Net {
    fn forward(&self, x: Rows) -> Rows<2> {
        let mut x = x.through(&self.stem);
        for (stage, cells) in self.stages.iter().enumerate() {
            if let Some(before) = stage.checked_sub(1) {
                x = x.through(&self.reductions[before]);
            }
            x = x.through(cells);
        }
        self.last.relu(x).global_average().through(&self.classifier)
    }
}

impl Describe for CellOperation {
    fn describe(&self, x: Wire) -> Wire {
        match self {
            Self::None(zeros) => x.through(zeros),
            Self::Skip(identity) => x.through(identity),
            Self::Conv(conv) => x.relu().through(conv),
            Self::Pool(pool) => x.through(pool),
        }
    }
}

impl Describe for Cell201 {
    fn describe(&self, x: Wire) -> Wire {
        let mut nodes = vec![x];
        let mut edges = self.edges.iter();
        for to in 1..=3 {
            let terms = nodes.iter().zip(edges.by_ref().take(to)).map(|(node, edge)| node.clone().through(edge));
            let sum = Wire::sum(terms.collect());
            nodes.push(sum);
        }
        nodes.pop().expect("four nodes")
    }
}

impl Describe for ReducingBlock {
    fn describe(&self, x: Wire) -> Wire {
        let y = self.convs.iter().fold(x.clone(), |y, conv| y.relu().through(conv));
        y + x.through(&self.pool).through(&self.shortcut)
    }
}

impl Describe for NasBench201Net {
    fn describe(&self, x: Wire) -> Wire {
        let mut x = x.through(&self.stem);
        for (stage, cells) in self.stages.iter().enumerate() {
            if let Some(before) = stage.checked_sub(1) {
                x = x.through(&self.reductions[before]);
            }
            x = x.through(cells);
        }
        x.through(&self.last).relu().global_average().through(&self.classifier)
    }
}
