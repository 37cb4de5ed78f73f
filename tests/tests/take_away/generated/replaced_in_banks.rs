//! A network that one-shot architecture search found, as a plain Burn module. Written by supernet 0.1.0.
//!
//! Architecture (seed 7): `01/100/0001/00111/100110/0001/0010/0001/0010/1000/0010`
//!
//! It reads images [batch, 3, 16, 16] as [`normalise`] makes them and gives logits [batch, 5],
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

use burn::module::{Module, Param};
use burn::nn::conv::{Conv2d, Conv2dConfig};
use burn::nn::{BatchNorm, BatchNormConfig, Linear, LinearConfig, PaddingConfig2d};
use burn::store::{FloatCastAdapter, ModuleSnapshot, SafetensorsStore, SafetensorsStoreError};
use burn::tensor::activation::sigmoid;
use burn::tensor::{DType, Device, Tensor};
use std::path::Path;

/// Channels, height and width of an image.
pub const IMAGE: [usize; 3] = [3, 16, 16];

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

/// What the weights file calls the parameters, as patterns, and what they are called here. The patterns
/// are applied in this order; names that are this module's already stay as they are.
const NAMES: &[(&str, &str)] = &[
    (r"^replaced_relu\.0\.beta$", "replaced_relu_0"),
    (r"^replaced_relu\.1\.beta$", "replaced_relu_1"),
    (r"^replaced_relu\.2\.beta$", "replaced_relu_2"),
    (r"^replaced_relu\.3\.beta$", "replaced_relu_3"),
    (r"^replaced_relu\.4\.beta$", "replaced_relu_4"),
    (r"^replaced_relu\.5\.beta$", "replaced_relu_5"),
    (r"^replaced_relu\.6\.beta$", "replaced_relu_6"),
    (r"^replaced_relu\.7\.beta$", "replaced_relu_7"),
    (r"\.norm\.scale$", ".norm.gamma"),
    (r"\.norm\.shift$", ".norm.beta"),
    (r"\.norm\.stored_mean$", ".norm.running_mean"),
    (r"\.norm\.stored_variance$", ".norm.running_var"),
    (
        r"^ops\.0\.options\.depthwise5\.Conv\.norm\.norm\.",
        "ops_0_depthwise5_norm.",
    ),
    (
        r"^ops\.1\.options\.depthwise3\.Conv\.norm\.norm\.",
        "ops_1_depthwise3_norm.",
    ),
    (
        r"^ops\.2\.options\.depthwise5\.Conv\.norm\.norm\.",
        "ops_2_depthwise5_norm.",
    ),
    (
        r"^ops\.3\.options\.depthwise3\.Conv\.norm\.norm\.",
        "ops_3_depthwise3_norm.",
    ),
    (
        r"^ops\.5\.options\.depthwise3\.Conv\.norm\.norm\.",
        "ops_5_depthwise3_norm.",
    ),
    (r"^ops\.0\.options\.depthwise5\.Conv\.", "ops_0_depthwise5."),
    (r"^ops\.1\.options\.depthwise3\.Conv\.", "ops_1_depthwise3."),
    (r"^ops\.2\.options\.depthwise5\.Conv\.", "ops_2_depthwise5."),
    (r"^ops\.3\.options\.depthwise3\.Conv\.", "ops_3_depthwise3."),
    (r"^ops\.5\.options\.depthwise3\.Conv\.", "ops_5_depthwise3."),
    (
        r"^reads\.0\.options\.bank1\.plain\.",
        "reads_0_bank1_plain.",
    ),
    (
        r"^reads\.1\.options\.bank0\.plain\.",
        "reads_1_bank0_plain.",
    ),
    (
        r"^reads\.2\.options\.bank3\.plain\.",
        "reads_2_bank3_plain.",
    ),
    (
        r"^reads\.3\.options\.bank2\.plain\.",
        "reads_3_bank2_plain.",
    ),
    (
        r"^reads\.3\.options\.bank3\.plain\.",
        "reads_3_bank3_plain.",
    ),
    (
        r"^reads\.3\.options\.bank4\.plain\.",
        "reads_3_bank4_plain.",
    ),
    (
        r"^reads\.4\.options\.bank0\.plain\.",
        "reads_4_bank0_plain.",
    ),
    (
        r"^reads\.4\.options\.bank3\.plain\.",
        "reads_4_bank3_plain.",
    ),
    (
        r"^reads\.4\.options\.bank4\.plain\.",
        "reads_4_bank4_plain.",
    ),
    (r"^stem\.norm\.norm\.", "stem_norm."),
    (r"^exits\.0\.plain\.", "exits_0_plain."),
    (r"^exits\.1\.plain\.", "exits_1_plain."),
    (r"^exits\.2\.plain\.", "exits_2_plain."),
    (r"^exits\.3\.plain\.", "exits_3_plain."),
    (r"^exits\.4\.plain\.", "exits_4_plain."),
    (r"^exits\.5\.plain\.", "exits_5_plain."),
    (r"^exits\.6\.plain\.", "exits_6_plain."),
    (r"^norms\.0\.norm\.", "norms_0_norm."),
    (r"^norms\.1\.norm\.", "norms_1_norm."),
    (r"^norms\.2\.norm\.", "norms_2_norm."),
    (r"^norms\.3\.norm\.", "norms_3_norm."),
    (r"^norms\.4\.norm\.", "norms_4_norm."),
    (r"^norms\.5\.norm\.", "norms_5_norm."),
    (r"^last\.norm\.", "last_norm."),
];

/// The network.
#[derive(Module, Debug)]
pub struct Network {
    stem: Conv2d,
    stem_norm: BatchNorm,
    replaced_relu_0: Param<Tensor<1>>,
    ops_0_depthwise5: Conv2d,
    ops_0_depthwise5_norm: BatchNorm,
    norms_0_norm: BatchNorm,
    replaced_relu_1: Param<Tensor<1>>,
    reads_0_bank1_plain: Conv2d,
    ops_1_depthwise3: Conv2d,
    ops_1_depthwise3_norm: BatchNorm,
    norms_1_norm: BatchNorm,
    replaced_relu_2: Param<Tensor<1>>,
    reads_1_bank0_plain: Conv2d,
    ops_2_depthwise5: Conv2d,
    ops_2_depthwise5_norm: BatchNorm,
    norms_2_norm: BatchNorm,
    replaced_relu_3: Param<Tensor<1>>,
    reads_2_bank3_plain: Conv2d,
    ops_3_depthwise3: Conv2d,
    ops_3_depthwise3_norm: BatchNorm,
    norms_3_norm: BatchNorm,
    replaced_relu_4: Param<Tensor<1>>,
    reads_3_bank2_plain: Conv2d,
    reads_3_bank3_plain: Conv2d,
    reads_3_bank4_plain: Conv2d,
    norms_4_norm: BatchNorm,
    replaced_relu_5: Param<Tensor<1>>,
    reads_4_bank0_plain: Conv2d,
    reads_4_bank3_plain: Conv2d,
    reads_4_bank4_plain: Conv2d,
    ops_5_depthwise3: Conv2d,
    ops_5_depthwise3_norm: BatchNorm,
    norms_5_norm: BatchNorm,
    replaced_relu_6: Param<Tensor<1>>,
    exits_0_plain: Conv2d,
    exits_1_plain: Conv2d,
    exits_2_plain: Conv2d,
    exits_3_plain: Conv2d,
    exits_4_plain: Conv2d,
    exits_5_plain: Conv2d,
    exits_6_plain: Conv2d,
    last_norm: BatchNorm,
    replaced_relu_7: Param<Tensor<1>>,
    head: Linear,
}

impl Network {
    /// The network with random weights, as Burn draws them.
    pub fn new(device: &Device) -> Self {
        Self {
            stem: Conv2dConfig::new([3, 4], [3, 3])
                .with_stride([2, 2])
                .with_padding(PaddingConfig2d::Explicit(1, 1, 1, 1))
                .with_bias(false)
                .init(device),
            stem_norm: BatchNormConfig::new(4).init(device),
            replaced_relu_0: Param::from_tensor(Tensor::ones([4], device)),
            ops_0_depthwise5: Conv2dConfig::new([4, 4], [5, 5])
                .with_padding(PaddingConfig2d::Explicit(2, 2, 2, 2))
                .with_groups(4)
                .with_bias(false)
                .init(device),
            ops_0_depthwise5_norm: BatchNormConfig::new(4).init(device),
            norms_0_norm: BatchNormConfig::new(4).init(device),
            replaced_relu_1: Param::from_tensor(Tensor::ones([4], device)),
            reads_0_bank1_plain: Conv2dConfig::new([4, 4], [1, 1])
                .with_bias(false)
                .init(device),
            ops_1_depthwise3: Conv2dConfig::new([4, 4], [3, 3])
                .with_padding(PaddingConfig2d::Explicit(1, 1, 1, 1))
                .with_groups(4)
                .with_bias(false)
                .init(device),
            ops_1_depthwise3_norm: BatchNormConfig::new(4).init(device),
            norms_1_norm: BatchNormConfig::new(4).init(device),
            replaced_relu_2: Param::from_tensor(Tensor::ones([4], device)),
            reads_1_bank0_plain: Conv2dConfig::new([4, 4], [1, 1])
                .with_bias(false)
                .init(device),
            ops_2_depthwise5: Conv2dConfig::new([4, 4], [5, 5])
                .with_padding(PaddingConfig2d::Explicit(2, 2, 2, 2))
                .with_groups(4)
                .with_bias(false)
                .init(device),
            ops_2_depthwise5_norm: BatchNormConfig::new(4).init(device),
            norms_2_norm: BatchNormConfig::new(4).init(device),
            replaced_relu_3: Param::from_tensor(Tensor::ones([4], device)),
            reads_2_bank3_plain: Conv2dConfig::new([4, 4], [1, 1])
                .with_bias(false)
                .init(device),
            ops_3_depthwise3: Conv2dConfig::new([4, 4], [3, 3])
                .with_padding(PaddingConfig2d::Explicit(1, 1, 1, 1))
                .with_groups(4)
                .with_bias(false)
                .init(device),
            ops_3_depthwise3_norm: BatchNormConfig::new(4).init(device),
            norms_3_norm: BatchNormConfig::new(4).init(device),
            replaced_relu_4: Param::from_tensor(Tensor::ones([4], device)),
            reads_3_bank2_plain: Conv2dConfig::new([4, 4], [1, 1])
                .with_bias(false)
                .init(device),
            reads_3_bank3_plain: Conv2dConfig::new([4, 4], [1, 1])
                .with_bias(false)
                .init(device),
            reads_3_bank4_plain: Conv2dConfig::new([4, 4], [1, 1])
                .with_bias(false)
                .init(device),
            norms_4_norm: BatchNormConfig::new(4).init(device),
            replaced_relu_5: Param::from_tensor(Tensor::ones([4], device)),
            reads_4_bank0_plain: Conv2dConfig::new([4, 4], [1, 1])
                .with_bias(false)
                .init(device),
            reads_4_bank3_plain: Conv2dConfig::new([4, 4], [1, 1])
                .with_bias(false)
                .init(device),
            reads_4_bank4_plain: Conv2dConfig::new([4, 4], [1, 1])
                .with_bias(false)
                .init(device),
            ops_5_depthwise3: Conv2dConfig::new([4, 4], [3, 3])
                .with_padding(PaddingConfig2d::Explicit(1, 1, 1, 1))
                .with_groups(4)
                .with_bias(false)
                .init(device),
            ops_5_depthwise3_norm: BatchNormConfig::new(4).init(device),
            norms_5_norm: BatchNormConfig::new(4).init(device),
            replaced_relu_6: Param::from_tensor(Tensor::ones([4], device)),
            exits_0_plain: Conv2dConfig::new([4, 8], [1, 1])
                .with_bias(false)
                .init(device),
            exits_1_plain: Conv2dConfig::new([4, 8], [1, 1])
                .with_bias(false)
                .init(device),
            exits_2_plain: Conv2dConfig::new([4, 8], [1, 1])
                .with_bias(false)
                .init(device),
            exits_3_plain: Conv2dConfig::new([4, 8], [1, 1])
                .with_bias(false)
                .init(device),
            exits_4_plain: Conv2dConfig::new([4, 8], [1, 1])
                .with_bias(false)
                .init(device),
            exits_5_plain: Conv2dConfig::new([4, 8], [1, 1])
                .with_bias(false)
                .init(device),
            exits_6_plain: Conv2dConfig::new([4, 8], [1, 1])
                .with_bias(false)
                .init(device),
            last_norm: BatchNormConfig::new(8).init(device),
            replaced_relu_7: Param::from_tensor(Tensor::ones([8], device)),
            head: LinearConfig::new(8, 5).init(device),
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

    /// The logits [batch, 5] of normalised images [batch, 3, 16, 16].
    pub fn forward(&self, images: Tensor<4>) -> Tensor<2> {
        let x1 = self.stem.forward(images);
        let x2 = self.stem_norm.forward(x1);
        let x3 = activation(x2, &self.replaced_relu_0);
        let x4 = self.ops_0_depthwise5.forward(x3.clone());
        let x5 = self.ops_0_depthwise5_norm.forward(x4);
        let x6 = self.norms_0_norm.forward(x5);
        let x7 = activation(x6, &self.replaced_relu_1);
        let x8 = self.reads_0_bank1_plain.forward(x7.clone());
        let x9 = self.ops_1_depthwise3.forward(x8);
        let x10 = self.ops_1_depthwise3_norm.forward(x9);
        let x11 = self.norms_1_norm.forward(x10);
        let x12 = activation(x11, &self.replaced_relu_2);
        let x13 = self.reads_1_bank0_plain.forward(x3.clone());
        let x14 = self.ops_2_depthwise5.forward(x13);
        let x15 = self.ops_2_depthwise5_norm.forward(x14);
        let x16 = self.norms_2_norm.forward(x15);
        let x17 = activation(x16, &self.replaced_relu_3);
        let x18 = self.reads_2_bank3_plain.forward(x17.clone());
        let x19 = self.ops_3_depthwise3.forward(x18);
        let x20 = self.ops_3_depthwise3_norm.forward(x19);
        let x21 = self.norms_3_norm.forward(x20);
        let x22 = activation(x21, &self.replaced_relu_4);
        let x23 = self.reads_3_bank2_plain.forward(x12.clone());
        let x24 = self.reads_3_bank3_plain.forward(x17.clone());
        let x25 = self.reads_3_bank4_plain.forward(x22.clone());
        let x26 = x23 + x24 + x25;
        let x27 = self.norms_4_norm.forward(x26);
        let x28 = activation(x27, &self.replaced_relu_5);
        let x29 = self.reads_4_bank0_plain.forward(x3.clone());
        let x30 = self.reads_4_bank3_plain.forward(x17.clone());
        let x31 = self.reads_4_bank4_plain.forward(x22.clone());
        let x32 = x29 + x30 + x31;
        let x33 = self.ops_5_depthwise3.forward(x32);
        let x34 = self.ops_5_depthwise3_norm.forward(x33);
        let x35 = self.norms_5_norm.forward(x34);
        let x36 = activation(x35, &self.replaced_relu_6);
        let x37 = self.exits_0_plain.forward(x3);
        let x38 = self.exits_1_plain.forward(x7);
        let x39 = self.exits_2_plain.forward(x12);
        let x40 = self.exits_3_plain.forward(x17);
        let x41 = self.exits_4_plain.forward(x22);
        let x42 = self.exits_5_plain.forward(x28);
        let x43 = self.exits_6_plain.forward(x36);
        let x44 = x37 + x38 + x39;
        let x44 = x44 + x40 + x41;
        let x44 = x44 + x42 + x43;
        let x45 = self.last_norm.forward(x44);
        let x46 = activation(x45, &self.replaced_relu_7);
        let x47: Tensor<2> = x46.mean_dims(&[2, 3]).flatten(1, 3);
        self.head.forward(x47)
    }
}

/// β·sinc(σ(−max(|tanh(x) + sin(x)|, cos(x)))·atan(x)) + (1 − β)·x, with a β for each channel.
fn activation<const D: usize>(x: Tensor<D>, beta: &Param<Tensor<1>>) -> Tensor<D> {
    let mut shape = [1; D];
    shape[1] = beta.dims()[0];
    let beta = beta.val().reshape(shape);
    let left = x.clone().tanh();
    let right = x.clone().sin();
    let z = left + right;
    let left = z.clone().abs();
    let right = x.clone().cos();
    let z = left.max_pair(right);
    let left = z.clone().neg();
    let right = x.clone().atan();
    let z = sigmoid(left) * right;
    let zero = z.clone().equal_elem(0.0);
    let whole = z.clone().mask_fill(zero.clone(), 1.0);
    let left = (whole.clone().sin() / whole).mask_fill(zero, 1.0);
    let right = x.clone();
    (left - right.clone()) * beta.clone() + right
}
