//! A network that one-shot architecture search found, as a plain Burn module. Written by supernet 0.1.0.
//!
//! Architecture (seed 7): `01:1000100/110:0100000/1111:0000011`
//!
//! It reads images [batch, 3, 8, 8] as [`normalise`] makes them and gives logits [batch, 5],
//! in the order of [`CLASSES`]. Batch normalisation uses the statistics stored with the weights; on a device
//! with autodiff it uses the batch's and updates those stored, as any Burn module, so it can be trained on.
//!
//! It needs Burn 0.22 with the features `std`, `store`, `safetensors` and a backend's, and nothing else:
//!
//! ```text
//! let network = Network::load("weights.safetensors", &device)?;
//! let logits = network.forward(normalise(images));
//! ```

#![allow(dead_code, reason = "a program need not use all of it")]

use burn::{
    module::Module,
    nn::{
        BatchNorm, BatchNormConfig, Linear, LinearConfig, PaddingConfig2d,
        conv::{Conv2d, Conv2dConfig},
        pool::{AvgPool2d, AvgPool2dConfig, MaxPool2d, MaxPool2dConfig},
    },
    store::{FloatCastAdapter, ModuleSnapshot, SafetensorsStore, SafetensorsStoreError},
    tensor::{DType, Device, Tensor, activation::relu},
};
use std::path::Path;

/// Channels, height and width of an image.
pub const IMAGE: [usize; 3] = [3, 8, 8];

/// The classes, in the order of the logits.
pub const CLASSES: [&str; 5] = ["aeroplane", "car", "bird", "cat", "deer"];

/// Mean of each channel of the training images, of values from 0 to 1.
pub const MEAN: [f32; 3] = [0.491, 0.482, 0.447];

/// Standard deviation of each channel of the training images, of values from 0 to 1.
pub const STD: [f32; 3] = [0.247, 0.243, 0.262];

/// What the network reads, of images with values from 0 to 1 (bytes over 255):
/// `(images - MEAN) / STD`, channel by channel.
pub fn normalise(images: Tensor<4>) -> Tensor<4> {
    let device = images.device();
    (images - per_channel(MEAN, &device)) / per_channel(STD, &device)
}

fn per_channel(values: [f32; IMAGE[0]], device: &Device) -> Tensor<4> {
    let values = Tensor::<1>::from_floats(values, device);
    values.reshape([1, IMAGE[0], 1, 1])
}

/// The output of a stem or cell: so many parts, of so many channels each, and the side of the maps.
#[derive(Clone, Copy, Debug)]
struct Parts {
    count: usize,
    channels: usize,
    side: usize,
}

impl Parts {
    const fn new(count: usize, channels: usize, side: usize) -> Self {
        Self {
            count,
            channels,
            side,
        }
    }
}

const STEM: Parts = Parts::new(1, 4, 8);
const CELL1: Parts = Parts::new(5, 4, 8);
const CELL2: Parts = Parts::new(5, 8, 4);
const CELL3: Parts = Parts::new(5, 16, 2);
const CELL4: Parts = Parts::new(5, 16, 2);

/// What the weights file calls the parameters, as patterns, and what they are called here. The patterns
/// are applied in this order; names that are this module's already stay as they are.
const NAMES: &[(&str, &str)] = &[
    (r"[._]site\.norm\.", ".norm."),
    (r"\.(projected|output)\.norm\.", ".$1."),
    (r"\.first\.norm\.", ".norm1."),
    (r"\.second\.norm\.", ".norm2."),
    (r"\.scale$", ".gamma"),
    (r"\.shift$", ".beta"),
    (r"\.stored_mean$", ".running_mean"),
    (r"\.stored_variance$", ".running_var"),
    (r"^(stem[12])\.weight$", "$1.conv.weight"),
    (r"\.inputs\.weights\.0$", ".from_a.weight"),
    (r"\.inputs\.weights\.1$", ".from_b.weight"),
    (r"\.inputs\.weights\.2$", ".from_block1.weight"),
    (r"\.inputs\.weights\.3$", ".from_block2.weight"),
    (r"\.blocks\.0\.", ".block1."),
    (r"\.blocks\.1\.", ".block2."),
    (r"\.blocks\.2\.", ".block3."),
    (r"\.operations\.1\.Separable\.", ".sep3."),
    (r"\.operations\.4\.Factored\.", ".conv1x7_7x1."),
    (r"\.(depthwise|pointwise)\.0$", ".${1}1.weight"),
    (r"\.(depthwise|pointwise)\.1$", ".${1}2.weight"),
    (r"\.(horizontal|vertical)$", ".$1.weight"),
    (r"\.weights\.(\d+)$", ".parts.$1.weight"),
];

/// The network: stems, cells, a 1x1, global average pool, classifier.
#[derive(Module, Debug)]
pub struct Network {
    stem1: Stem,
    stem2: Stem,
    cells: Vec<Cell>,
    head: Joined,
    classifier: Linear,
}

impl Network {
    /// The network with random weights, as Burn draws them.
    pub fn new(device: &Device) -> Self {
        Self {
            stem1: Stem::new(IMAGE[0], STEM.channels, device),
            stem2: Stem::new(STEM.channels, STEM.channels, device),
            cells: vec![
                Cell::new(STEM, STEM, CELL1, device),
                Cell::new(STEM, CELL1, CELL2, device),
                Cell::new(CELL1, CELL2, CELL3, device),
                Cell::new(CELL2, CELL3, CELL4, device),
            ],
            head: Joined::new(CELL4, CELL4, device),
            classifier: LinearConfig::new(CELL4.channels, CLASSES.len()).init(device),
        }
    }

    /// The network with the weights of a safetensors file: that of the search, or one that this module was
    /// saved into. Numbers of 16 or 64 bits are rounded to 32.
    ///
    /// # Errors
    /// A file that cannot be read, or that lacks a weight or has one of another shape.
    pub fn load(path: impl AsRef<Path>, device: &Device) -> Result<Self, SafetensorsStoreError> {
        let rounded = FloatCastAdapter::to(DType::F32);
        let mut store = SafetensorsStore::from_file(path.as_ref()).with_from_adapter(rounded);
        for (from, to) in NAMES {
            store = store.with_key_remapping(from, *to);
        }
        let mut network = Self::new(device);
        network.load_from(&mut store)?;
        Ok(network)
    }

    /// The logits [batch, 5] of normalised images [batch, 3, 8, 8].
    pub fn forward(&self, images: Tensor<4>) -> Tensor<2> {
        let stem1 = self.stem1.forward(images);
        let stem2 = self.stem2.forward(stem1.clone());
        let (mut a, mut b) = (vec![stem1], vec![stem2]);
        for cell in &self.cells {
            let output = cell.forward(&a, &b);
            a = std::mem::replace(&mut b, output);
        }
        let head = self.head.forward(&b);
        let pooled = head.mean_dims(&[2, 3]).flatten(1, 3);
        self.classifier.forward(pooled)
    }
}

/// A cell: a 1x1 of each of the two outputs before it, then its choice blocks.
#[derive(Module, Debug)]
struct Cell {
    a: Joined,
    b: Joined,
    block1: Block1,
    block2: Block2,
    block3: Block3,
}

impl Cell {
    fn new(a: Parts, b: Parts, cell: Parts, device: &Device) -> Self {
        Self {
            a: Joined::new(a, cell, device),
            b: Joined::new(b, cell, device),
            block1: Block1::new(cell.channels, device),
            block2: Block2::new(cell.channels, device),
            block3: Block3::new(cell.channels, device),
        }
    }

    /// The parts of the cell's output.
    fn forward(&self, a: &[Tensor<4>], b: &[Tensor<4>]) -> Vec<Tensor<4>> {
        let a = self.a.forward(a);
        let b = self.b.forward(b);
        let block1 = self.block1.forward(&b);
        let block2 = self.block2.forward(&a, &b);
        let block3 = self.block3.forward(&a, &b, &block1, &block2);
        vec![a, b, block1, block2, block3]
    }
}

/// Choice block 1: 1x1 of b; then identity + conv1x7_7x1.
#[derive(Module, Debug)]
struct Block1 {
    from_b: Conv2d,
    projected: BatchNorm,
    conv1x7_7x1: Factored,
}

impl Block1 {
    fn new(channels: usize, device: &Device) -> Self {
        Self {
            from_b: pointwise(channels, channels, device),
            projected: norm(channels, device),
            conv1x7_7x1: Factored::new(channels, device),
        }
    }

    fn forward(&self, b: &Tensor<4>) -> Tensor<4> {
        let x = self.from_b.forward(b.clone());
        let x = self.projected.forward(x);
        let active = relu(x.clone());
        let sum = x;
        relu(sum + self.conv1x7_7x1.forward(active))
    }
}

/// Choice block 2: 1x1 of a, b; then sep3.
#[derive(Module, Debug)]
struct Block2 {
    from_a: Conv2d,
    from_b: Conv2d,
    projected: BatchNorm,
    sep3: Separable,
}

impl Block2 {
    fn new(channels: usize, device: &Device) -> Self {
        Self {
            from_a: pointwise(channels, channels, device),
            from_b: pointwise(channels, channels, device),
            projected: norm(channels, device),
            sep3: Separable::new(3, channels, device),
        }
    }

    fn forward(&self, a: &Tensor<4>, b: &Tensor<4>) -> Tensor<4> {
        let x = self.from_a.forward(a.clone());
        let x = x + self.from_b.forward(b.clone());
        let x = self.projected.forward(x);
        let active = relu(x);
        relu(self.sep3.forward(active))
    }
}

/// Choice block 3: 1x1 of a, b, block1, block2; then max3 + avg3.
#[derive(Module, Debug)]
struct Block3 {
    from_a: Conv2d,
    from_b: Conv2d,
    from_block1: Conv2d,
    from_block2: Conv2d,
    projected: BatchNorm,
    max3: MaxPool2d,
    avg3: AvgPool2d,
}

impl Block3 {
    fn new(channels: usize, device: &Device) -> Self {
        Self {
            from_a: pointwise(channels, channels, device),
            from_b: pointwise(channels, channels, device),
            from_block1: pointwise(channels, channels, device),
            from_block2: pointwise(channels, channels, device),
            projected: norm(channels, device),
            max3: max3(),
            avg3: avg3(),
        }
    }

    fn forward(
        &self,
        a: &Tensor<4>,
        b: &Tensor<4>,
        block1: &Tensor<4>,
        block2: &Tensor<4>,
    ) -> Tensor<4> {
        let x = self.from_a.forward(a.clone());
        let x = x + self.from_b.forward(b.clone());
        let x = x + self.from_block1.forward(block1.clone());
        let x = x + self.from_block2.forward(block2.clone());
        let x = self.projected.forward(x);
        let sum = self.max3.forward(x.clone());
        relu(sum + self.avg3.forward(x))
    }
}

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
            .expect("at least one part");
        relu(self.norm.forward(sum))
    }
}

/// A 3x3 convolution, batch normalisation, ReLU.
#[derive(Module, Debug)]
struct Stem {
    conv: Conv2d,
    norm: BatchNorm,
}

impl Stem {
    fn new(inputs: usize, outputs: usize, device: &Device) -> Self {
        Self {
            conv: conv([inputs, outputs], [3, 3], 1, device),
            norm: norm(outputs, device),
        }
    }

    fn forward(&self, x: Tensor<4>) -> Tensor<4> {
        relu(self.norm.forward(self.conv.forward(x)))
    }
}

/// Twice: a depthwise convolution, a 1x1.
#[derive(Module, Debug)]
struct Separable {
    depthwise1: Conv2d,
    pointwise1: Conv2d,
    norm1: BatchNorm,
    depthwise2: Conv2d,
    pointwise2: Conv2d,
    norm2: BatchNorm,
}

impl Separable {
    fn new(side: usize, channels: usize, device: &Device) -> Self {
        let depthwise = || conv([channels, channels], [side, side], channels, device);
        Self {
            depthwise1: depthwise(),
            pointwise1: pointwise(channels, channels, device),
            norm1: norm(channels, device),
            depthwise2: depthwise(),
            pointwise2: pointwise(channels, channels, device),
            norm2: norm(channels, device),
        }
    }

    fn forward(&self, x: Tensor<4>) -> Tensor<4> {
        let y = self.pointwise1.forward(self.depthwise1.forward(x));
        let y = relu(self.norm1.forward(y));
        let y = self.pointwise2.forward(self.depthwise2.forward(y));
        self.norm2.forward(y)
    }
}

/// 1x7, then 7x1.
#[derive(Module, Debug)]
struct Factored {
    horizontal: Conv2d,
    norm1: BatchNorm,
    vertical: Conv2d,
    norm2: BatchNorm,
}

impl Factored {
    fn new(channels: usize, device: &Device) -> Self {
        Self {
            horizontal: conv([channels, channels], [1, 7], 1, device),
            norm1: norm(channels, device),
            vertical: conv([channels, channels], [7, 1], 1, device),
            norm2: norm(channels, device),
        }
    }

    fn forward(&self, x: Tensor<4>) -> Tensor<4> {
        let y = self.horizontal.forward(x);
        let y = relu(self.norm1.forward(y));
        let y = self.vertical.forward(y);
        self.norm2.forward(y)
    }
}

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

fn norm(channels: usize, device: &Device) -> BatchNorm {
    BatchNormConfig::new(channels)
        .with_epsilon(1e-5)
        .init(device)
}

fn max3() -> MaxPool2d {
    MaxPool2dConfig::new([3, 3])
        .with_strides([1, 1])
        .with_padding(PaddingConfig2d::Explicit(1, 1, 1, 1))
        .init()
}

/// The zeros around the maps count in the averages.
fn avg3() -> AvgPool2d {
    AvgPool2dConfig::new([3, 3])
        .with_strides([1, 1])
        .with_padding(PaddingConfig2d::Explicit(1, 1, 1, 1))
        .with_count_include_pad(true)
        .init()
}
