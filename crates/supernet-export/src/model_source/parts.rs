//! The pieces that every generated module has, or that some operation of it needs.

use crate::plan::Plan;
use supernet_space::{CellOperation, ConvOrder, StemKind};

/// Structs and functions that the blocks and the network are made of.
pub(super) fn pieces(plan: &Plan) -> Vec<String> {
    let order = plan.shape.order;
    let mut pieces = vec![JOINED.to_owned(), stem(plan.shape.stem)];
    if (3..=7).any(|side| plan.has(CellOperation::Separable(side))) {
        pieces.push(separable(order));
    }
    if plan.has(CellOperation::Factored) {
        pieces.push(factored(order));
    }
    pieces.push(CONV.into());
    pieces.push(NORM.into());
    if plan.has(CellOperation::MaxPool) {
        pieces.push(MAX3.into());
    }
    if plan.has(CellOperation::AveragePool) {
        pieces.push(AVG3.into());
    }
    pieces
}

const JOINED: &str = "\
/// The 1x1 convolution of a concatenation, as the sum of a 1x1 of each of its parts, which are
/// average-pooled to the reader's side first; then batch normalisation and ReLU.
#[derive(Module, Debug)]
struct Joined {
    pool: Option<AvgPool2d>,
    parts: Vec<Conv2d>,
    norm: BatchNorm,
}

impl Joined {
    fn new(from: Parts, to: Parts, device: &Device) -> Self {
        let factor = from.side / to.side;
        let part = |_| pointwise(from.channels, to.channels, device);
        Self {
            pool: (factor > 1).then(|| AvgPool2dConfig::new([factor, factor]).init()),
            parts: (0..from.count).map(part).collect(),
            norm: norm(to.channels, device),
        }
    }

    fn forward(&self, parts: &[Tensor<4>]) -> Tensor<4> {
        let pooled = |part: &Tensor<4>| match &self.pool {
            Some(pool) => pool.forward(part.clone()),
            None => part.clone(),
        };
        let each = self.parts.iter().zip(parts);
        let sum = each
            .map(|(conv, part)| conv.forward(pooled(part)))
            .reduce(|sum, y| sum + y)
            .expect(\"at least one part\");
        relu(self.norm.forward(sum))
    }
}
";

fn stem(kind: StemKind) -> String {
    let (said, before, conv) = match kind {
        StemKind::Plain => ("", "", "conv([inputs, outputs], [3, 3], 1, device)"),
        StemKind::ImageNet => (" of stride 2, which halves the side", STRIDE_2, "conv.init(device)"),
    };
    format!(
        "\
/// A 3x3 convolution{said}, batch normalisation, ReLU.
#[derive(Module, Debug)]
struct Stem {{
    conv: Conv2d,
    norm: BatchNorm,
}}

impl Stem {{
    fn new(inputs: usize, outputs: usize, device: &Device) -> Self {{
{before}        Self {{
            conv: {conv},
            norm: norm(outputs, device),
        }}
    }}

    fn forward(&self, x: Tensor<4>) -> Tensor<4> {{
        relu(self.norm.forward(self.conv.forward(x)))
    }}
}}
"
    )
}

const STRIDE_2: &str = "        let conv = Conv2dConfig::new([inputs, outputs], [3, 3])
            .with_stride([2, 2])
            .with_padding(PaddingConfig2d::Explicit(1, 1, 1, 1))
            .with_bias(false);
";

const CONV: &str = "\
/// A convolution that keeps the side of its input, without bias.
fn conv(channels: [usize; 2], kernel: [usize; 2], groups: usize, device: &Device) -> Conv2d {
    Conv2dConfig::new(channels, kernel)
        .with_groups(groups)
        .with_padding(PaddingConfig2d::Same)
        .with_bias(false)
        .init(device)
}

fn pointwise(inputs: usize, outputs: usize, device: &Device) -> Conv2d {
    conv([inputs, outputs], [1, 1], 1, device)
}
";

const NORM: &str = "\
fn norm(channels: usize, device: &Device) -> BatchNorm {
    BatchNormConfig::new(channels)
        .with_epsilon(1e-5)
        .init(device)
}
";

const MAX3: &str = "\
fn max3() -> MaxPool2d {
    MaxPool2dConfig::new([3, 3])
        .with_strides([1, 1])
        .with_padding(PaddingConfig2d::Explicit(1, 1, 1, 1))
        .init()
}
";

const AVG3: &str = "\
/// The zeros around the maps count in the averages.
fn avg3() -> AvgPool2d {
    AvgPool2dConfig::new([3, 3])
        .with_strides([1, 1])
        .with_padding(PaddingConfig2d::Explicit(1, 1, 1, 1))
        .with_count_include_pad(true)
        .init()
}
";

fn separable(order: ConvOrder) -> String {
    let [field, made, end] = second(order, "self.pointwise2.forward(self.depthwise2.forward(y))");
    format!(
        "\
/// Twice: a depthwise convolution, a 1x1.
#[derive(Module, Debug)]
struct Separable {{
    depthwise1: Conv2d,
    pointwise1: Conv2d,
    norm1: BatchNorm,
    depthwise2: Conv2d,
    pointwise2: Conv2d,
{field}}}

impl Separable {{
    fn new(side: usize, channels: usize, device: &Device) -> Self {{
        let depthwise = || conv([channels, channels], [side, side], channels, device);
        Self {{
            depthwise1: depthwise(),
            pointwise1: pointwise(channels, channels, device),
            norm1: norm(channels, device),
            depthwise2: depthwise(),
            pointwise2: pointwise(channels, channels, device),
{made}        }}
    }}

    fn forward(&self, x: Tensor<4>) -> Tensor<4> {{
        let y = self.pointwise1.forward(self.depthwise1.forward(x));
        let y = relu(self.norm1.forward(y));
{end}    }}
}}
"
    )
}

fn factored(order: ConvOrder) -> String {
    let [field, made, end] = second(order, "self.vertical.forward(y)");
    format!(
        "\
/// 1x7, then 7x1.
#[derive(Module, Debug)]
struct Factored {{
    horizontal: Conv2d,
    norm1: BatchNorm,
    vertical: Conv2d,
{field}}}

impl Factored {{
    fn new(channels: usize, device: &Device) -> Self {{
        Self {{
            horizontal: conv([channels, channels], [1, 7], 1, device),
            norm1: norm(channels, device),
            vertical: conv([channels, channels], [7, 1], 1, device),
{made}        }}
    }}

    fn forward(&self, x: Tensor<4>) -> Tensor<4> {{
        let y = self.horizontal.forward(x);
        let y = relu(self.norm1.forward(y));
{end}    }}
}}
"
    )
}

/// The normalisation after a pair's second convolution, `last`: its field, its initial value, and
/// the end of `forward`.
fn second(order: ConvOrder, last: &str) -> [String; 3] {
    let (field, made) = ("    norm2: BatchNorm,\n", "            norm2: norm(channels, device),\n");
    let ended = |end: &str| format!("        let y = {last};\n        {end}\n");
    match order {
        ConvOrder::NormReluConv => [String::new(), String::new(), format!("        {last}\n")],
        ConvOrder::ReluConvNorm => [field.into(), made.into(), ended("self.norm2.forward(y)")],
        ConvOrder::ConvNormRelu => [field.into(), made.into(), ended("relu(self.norm2.forward(y))")],
    }
}
