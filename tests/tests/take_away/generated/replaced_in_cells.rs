//! A network that one-shot architecture search found, as a plain Burn module. Written by supernet 0.1.0.
//!
//! Architecture (seed 7): `00100/10000:01000/00001:00100:00010`
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
use burn::nn::pool::{AvgPool2d, AvgPool2dConfig};
use burn::nn::{BatchNorm, BatchNormConfig, Linear, LinearConfig, PaddingConfig2d};
use burn::store::{FloatCastAdapter, ModuleSnapshot, SafetensorsStore, SafetensorsStoreError};
use burn::tensor::activation::{relu, sigmoid};
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
    (r"^replaced_relu\.8\.beta$", "replaced_relu_8"),
    (r"^replaced_relu\.9\.beta$", "replaced_relu_9"),
    (r"^replaced_relu\.10\.beta$", "replaced_relu_10"),
    (r"\.norm\.scale$", ".norm.gamma"),
    (r"\.norm\.shift$", ".norm.beta"),
    (r"\.norm\.stored_mean$", ".norm.running_mean"),
    (r"\.norm\.stored_variance$", ".norm.running_var"),
    (
        r"^stages\.0\.0\.edges\.0\.options\.nor_conv_1x1\.Conv\.norm\.norm\.",
        "stages_0_0_edges_0_nor_conv_1x1_norm.",
    ),
    (
        r"^stages\.0\.0\.edges\.4\.options\.nor_conv_1x1\.Conv\.norm\.norm\.",
        "stages_0_0_edges_4_nor_conv_1x1_norm.",
    ),
    (
        r"^stages\.0\.0\.edges\.5\.options\.nor_conv_3x3\.Conv\.norm\.norm\.",
        "stages_0_0_edges_5_nor_conv_3x3_norm.",
    ),
    (
        r"^stages\.1\.0\.edges\.0\.options\.nor_conv_1x1\.Conv\.norm\.norm\.",
        "stages_1_0_edges_0_nor_conv_1x1_norm.",
    ),
    (
        r"^stages\.1\.0\.edges\.4\.options\.nor_conv_1x1\.Conv\.norm\.norm\.",
        "stages_1_0_edges_4_nor_conv_1x1_norm.",
    ),
    (
        r"^stages\.1\.0\.edges\.5\.options\.nor_conv_3x3\.Conv\.norm\.norm\.",
        "stages_1_0_edges_5_nor_conv_3x3_norm.",
    ),
    (
        r"^stages\.2\.0\.edges\.0\.options\.nor_conv_1x1\.Conv\.norm\.norm\.",
        "stages_2_0_edges_0_nor_conv_1x1_norm.",
    ),
    (
        r"^stages\.2\.0\.edges\.4\.options\.nor_conv_1x1\.Conv\.norm\.norm\.",
        "stages_2_0_edges_4_nor_conv_1x1_norm.",
    ),
    (
        r"^stages\.2\.0\.edges\.5\.options\.nor_conv_3x3\.Conv\.norm\.norm\.",
        "stages_2_0_edges_5_nor_conv_3x3_norm.",
    ),
    (
        r"^stages\.0\.0\.edges\.0\.options\.nor_conv_1x1\.Conv\.",
        "stages_0_0_edges_0_nor_conv_1x1.",
    ),
    (
        r"^stages\.0\.0\.edges\.4\.options\.nor_conv_1x1\.Conv\.",
        "stages_0_0_edges_4_nor_conv_1x1.",
    ),
    (
        r"^stages\.0\.0\.edges\.5\.options\.nor_conv_3x3\.Conv\.",
        "stages_0_0_edges_5_nor_conv_3x3.",
    ),
    (
        r"^stages\.1\.0\.edges\.0\.options\.nor_conv_1x1\.Conv\.",
        "stages_1_0_edges_0_nor_conv_1x1.",
    ),
    (
        r"^stages\.1\.0\.edges\.4\.options\.nor_conv_1x1\.Conv\.",
        "stages_1_0_edges_4_nor_conv_1x1.",
    ),
    (
        r"^stages\.1\.0\.edges\.5\.options\.nor_conv_3x3\.Conv\.",
        "stages_1_0_edges_5_nor_conv_3x3.",
    ),
    (
        r"^stages\.2\.0\.edges\.0\.options\.nor_conv_1x1\.Conv\.",
        "stages_2_0_edges_0_nor_conv_1x1.",
    ),
    (
        r"^stages\.2\.0\.edges\.4\.options\.nor_conv_1x1\.Conv\.",
        "stages_2_0_edges_4_nor_conv_1x1.",
    ),
    (
        r"^stages\.2\.0\.edges\.5\.options\.nor_conv_3x3\.Conv\.",
        "stages_2_0_edges_5_nor_conv_3x3.",
    ),
    (
        r"^reductions\.0\.convs\.0\.norm\.norm\.",
        "reductions_0_convs_0_norm.",
    ),
    (
        r"^reductions\.0\.convs\.1\.norm\.norm\.",
        "reductions_0_convs_1_norm.",
    ),
    (
        r"^reductions\.1\.convs\.0\.norm\.norm\.",
        "reductions_1_convs_0_norm.",
    ),
    (
        r"^reductions\.1\.convs\.1\.norm\.norm\.",
        "reductions_1_convs_1_norm.",
    ),
    (r"^reductions\.0\.shortcut\.", "reductions_0_shortcut."),
    (r"^reductions\.1\.shortcut\.", "reductions_1_shortcut."),
    (r"^reductions\.0\.convs\.0\.", "reductions_0_convs_0."),
    (r"^reductions\.0\.convs\.1\.", "reductions_0_convs_1."),
    (r"^reductions\.1\.convs\.0\.", "reductions_1_convs_0."),
    (r"^reductions\.1\.convs\.1\.", "reductions_1_convs_1."),
    (r"^stem\.norm\.norm\.", "stem_norm."),
    (r"^last\.norm\.", "last_norm."),
];

/// The network.
#[derive(Module, Debug)]
pub struct Network {
    stem: Conv2d,
    stem_norm: BatchNorm,
    replaced_relu_0: Param<Tensor<1>>,
    stages_0_0_edges_0_nor_conv_1x1: Conv2d,
    stages_0_0_edges_0_nor_conv_1x1_norm: BatchNorm,
    average_pool: AvgPool2d,
    replaced_relu_1: Param<Tensor<1>>,
    stages_0_0_edges_4_nor_conv_1x1: Conv2d,
    stages_0_0_edges_4_nor_conv_1x1_norm: BatchNorm,
    stages_0_0_edges_5_nor_conv_3x3: Conv2d,
    stages_0_0_edges_5_nor_conv_3x3_norm: BatchNorm,
    replaced_relu_2: Param<Tensor<1>>,
    reductions_0_convs_0: Conv2d,
    reductions_0_convs_0_norm: BatchNorm,
    replaced_relu_3: Param<Tensor<1>>,
    reductions_0_convs_1: Conv2d,
    reductions_0_convs_1_norm: BatchNorm,
    average_pool_2: AvgPool2d,
    reductions_0_shortcut: Conv2d,
    replaced_relu_4: Param<Tensor<1>>,
    stages_1_0_edges_0_nor_conv_1x1: Conv2d,
    stages_1_0_edges_0_nor_conv_1x1_norm: BatchNorm,
    replaced_relu_5: Param<Tensor<1>>,
    stages_1_0_edges_4_nor_conv_1x1: Conv2d,
    stages_1_0_edges_4_nor_conv_1x1_norm: BatchNorm,
    stages_1_0_edges_5_nor_conv_3x3: Conv2d,
    stages_1_0_edges_5_nor_conv_3x3_norm: BatchNorm,
    replaced_relu_6: Param<Tensor<1>>,
    reductions_1_convs_0: Conv2d,
    reductions_1_convs_0_norm: BatchNorm,
    replaced_relu_7: Param<Tensor<1>>,
    reductions_1_convs_1: Conv2d,
    reductions_1_convs_1_norm: BatchNorm,
    reductions_1_shortcut: Conv2d,
    replaced_relu_8: Param<Tensor<1>>,
    stages_2_0_edges_0_nor_conv_1x1: Conv2d,
    stages_2_0_edges_0_nor_conv_1x1_norm: BatchNorm,
    replaced_relu_9: Param<Tensor<1>>,
    stages_2_0_edges_4_nor_conv_1x1: Conv2d,
    stages_2_0_edges_4_nor_conv_1x1_norm: BatchNorm,
    stages_2_0_edges_5_nor_conv_3x3: Conv2d,
    stages_2_0_edges_5_nor_conv_3x3_norm: BatchNorm,
    last_norm: BatchNorm,
    replaced_relu_10: Param<Tensor<1>>,
    classifier: Linear,
}

impl Network {
    /// The network with random weights, as Burn draws them.
    pub fn new(device: &Device) -> Self {
        Self {
            stem: Conv2dConfig::new([3, 4], [3, 3])
                .with_padding(PaddingConfig2d::Explicit(1, 1, 1, 1))
                .with_bias(false)
                .init(device),
            stem_norm: BatchNormConfig::new(4).init(device),
            replaced_relu_0: Param::from_tensor(Tensor::ones([4], device)),
            stages_0_0_edges_0_nor_conv_1x1: Conv2dConfig::new([4, 4], [1, 1])
                .with_bias(false)
                .init(device),
            stages_0_0_edges_0_nor_conv_1x1_norm: BatchNormConfig::new(4).init(device),
            average_pool: AvgPool2dConfig::new([3, 3])
                .with_strides([1, 1])
                .with_padding(PaddingConfig2d::Explicit(1, 1, 1, 1))
                .with_count_include_pad(false)
                .init(),
            replaced_relu_1: Param::from_tensor(Tensor::ones([4], device)),
            stages_0_0_edges_4_nor_conv_1x1: Conv2dConfig::new([4, 4], [1, 1])
                .with_bias(false)
                .init(device),
            stages_0_0_edges_4_nor_conv_1x1_norm: BatchNormConfig::new(4).init(device),
            stages_0_0_edges_5_nor_conv_3x3: Conv2dConfig::new([4, 4], [3, 3])
                .with_padding(PaddingConfig2d::Explicit(1, 1, 1, 1))
                .with_bias(false)
                .init(device),
            stages_0_0_edges_5_nor_conv_3x3_norm: BatchNormConfig::new(4).init(device),
            replaced_relu_2: Param::from_tensor(Tensor::ones([4], device)),
            reductions_0_convs_0: Conv2dConfig::new([4, 8], [3, 3])
                .with_stride([2, 2])
                .with_padding(PaddingConfig2d::Explicit(1, 1, 1, 1))
                .with_bias(false)
                .init(device),
            reductions_0_convs_0_norm: BatchNormConfig::new(8).init(device),
            replaced_relu_3: Param::from_tensor(Tensor::ones([8], device)),
            reductions_0_convs_1: Conv2dConfig::new([8, 8], [3, 3])
                .with_padding(PaddingConfig2d::Explicit(1, 1, 1, 1))
                .with_bias(false)
                .init(device),
            reductions_0_convs_1_norm: BatchNormConfig::new(8).init(device),
            average_pool_2: AvgPool2dConfig::new([2, 2]).with_strides([2, 2]).init(),
            reductions_0_shortcut: Conv2dConfig::new([4, 8], [1, 1])
                .with_bias(false)
                .init(device),
            replaced_relu_4: Param::from_tensor(Tensor::ones([8], device)),
            stages_1_0_edges_0_nor_conv_1x1: Conv2dConfig::new([8, 8], [1, 1])
                .with_bias(false)
                .init(device),
            stages_1_0_edges_0_nor_conv_1x1_norm: BatchNormConfig::new(8).init(device),
            replaced_relu_5: Param::from_tensor(Tensor::ones([8], device)),
            stages_1_0_edges_4_nor_conv_1x1: Conv2dConfig::new([8, 8], [1, 1])
                .with_bias(false)
                .init(device),
            stages_1_0_edges_4_nor_conv_1x1_norm: BatchNormConfig::new(8).init(device),
            stages_1_0_edges_5_nor_conv_3x3: Conv2dConfig::new([8, 8], [3, 3])
                .with_padding(PaddingConfig2d::Explicit(1, 1, 1, 1))
                .with_bias(false)
                .init(device),
            stages_1_0_edges_5_nor_conv_3x3_norm: BatchNormConfig::new(8).init(device),
            replaced_relu_6: Param::from_tensor(Tensor::ones([8], device)),
            reductions_1_convs_0: Conv2dConfig::new([8, 16], [3, 3])
                .with_stride([2, 2])
                .with_padding(PaddingConfig2d::Explicit(1, 1, 1, 1))
                .with_bias(false)
                .init(device),
            reductions_1_convs_0_norm: BatchNormConfig::new(16).init(device),
            replaced_relu_7: Param::from_tensor(Tensor::ones([16], device)),
            reductions_1_convs_1: Conv2dConfig::new([16, 16], [3, 3])
                .with_padding(PaddingConfig2d::Explicit(1, 1, 1, 1))
                .with_bias(false)
                .init(device),
            reductions_1_convs_1_norm: BatchNormConfig::new(16).init(device),
            reductions_1_shortcut: Conv2dConfig::new([8, 16], [1, 1])
                .with_bias(false)
                .init(device),
            replaced_relu_8: Param::from_tensor(Tensor::ones([16], device)),
            stages_2_0_edges_0_nor_conv_1x1: Conv2dConfig::new([16, 16], [1, 1])
                .with_bias(false)
                .init(device),
            stages_2_0_edges_0_nor_conv_1x1_norm: BatchNormConfig::new(16).init(device),
            replaced_relu_9: Param::from_tensor(Tensor::ones([16], device)),
            stages_2_0_edges_4_nor_conv_1x1: Conv2dConfig::new([16, 16], [1, 1])
                .with_bias(false)
                .init(device),
            stages_2_0_edges_4_nor_conv_1x1_norm: BatchNormConfig::new(16).init(device),
            stages_2_0_edges_5_nor_conv_3x3: Conv2dConfig::new([16, 16], [3, 3])
                .with_padding(PaddingConfig2d::Explicit(1, 1, 1, 1))
                .with_bias(false)
                .init(device),
            stages_2_0_edges_5_nor_conv_3x3_norm: BatchNormConfig::new(16).init(device),
            last_norm: BatchNormConfig::new(16).init(device),
            replaced_relu_10: Param::from_tensor(Tensor::ones([16], device)),
            classifier: LinearConfig::new(16, 5).init(device),
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
        let x3 = activation(x2.clone(), &self.replaced_relu_0);
        let x4 = self.stages_0_0_edges_0_nor_conv_1x1.forward(x3);
        let x5 = self.stages_0_0_edges_0_nor_conv_1x1_norm.forward(x4);
        let x6 = self.average_pool.forward(x2);
        let x7 = activation(x5, &self.replaced_relu_1);
        let x8 = self.stages_0_0_edges_4_nor_conv_1x1.forward(x7.clone());
        let x9 = self.stages_0_0_edges_4_nor_conv_1x1_norm.forward(x8);
        let x10 = self.stages_0_0_edges_5_nor_conv_3x3.forward(x7);
        let x11 = self.stages_0_0_edges_5_nor_conv_3x3_norm.forward(x10);
        let x12 = x6 + x9 + x11;
        let x13 = activation(x12.clone(), &self.replaced_relu_2);
        let x14 = self.reductions_0_convs_0.forward(x13);
        let x15 = self.reductions_0_convs_0_norm.forward(x14);
        let x16 = activation(x15, &self.replaced_relu_3);
        let x17 = self.reductions_0_convs_1.forward(x16);
        let x18 = self.reductions_0_convs_1_norm.forward(x17);
        let x19 = self.average_pool_2.forward(x12);
        let x20 = self.reductions_0_shortcut.forward(x19);
        let x21 = x18 + x20;
        let x22 = activation(x21.clone(), &self.replaced_relu_4);
        let x23 = self.stages_1_0_edges_0_nor_conv_1x1.forward(x22);
        let x24 = self.stages_1_0_edges_0_nor_conv_1x1_norm.forward(x23);
        let x25 = self.average_pool.forward(x21);
        let x26 = activation(x24, &self.replaced_relu_5);
        let x27 = self.stages_1_0_edges_4_nor_conv_1x1.forward(x26.clone());
        let x28 = self.stages_1_0_edges_4_nor_conv_1x1_norm.forward(x27);
        let x29 = self.stages_1_0_edges_5_nor_conv_3x3.forward(x26);
        let x30 = self.stages_1_0_edges_5_nor_conv_3x3_norm.forward(x29);
        let x31 = x25 + x28 + x30;
        let x32 = activation(x31.clone(), &self.replaced_relu_6);
        let x33 = self.reductions_1_convs_0.forward(x32);
        let x34 = self.reductions_1_convs_0_norm.forward(x33);
        let x35 = activation(x34, &self.replaced_relu_7);
        let x36 = self.reductions_1_convs_1.forward(x35);
        let x37 = self.reductions_1_convs_1_norm.forward(x36);
        let x38 = self.average_pool_2.forward(x31);
        let x39 = self.reductions_1_shortcut.forward(x38);
        let x40 = x37 + x39;
        let x41 = activation(x40.clone(), &self.replaced_relu_8);
        let x42 = self.stages_2_0_edges_0_nor_conv_1x1.forward(x41);
        let x43 = self.stages_2_0_edges_0_nor_conv_1x1_norm.forward(x42);
        let x44 = self.average_pool.forward(x40);
        let x45 = activation(x43, &self.replaced_relu_9);
        let x46 = self.stages_2_0_edges_4_nor_conv_1x1.forward(x45.clone());
        let x47 = self.stages_2_0_edges_4_nor_conv_1x1_norm.forward(x46);
        let x48 = self.stages_2_0_edges_5_nor_conv_3x3.forward(x45);
        let x49 = self.stages_2_0_edges_5_nor_conv_3x3_norm.forward(x48);
        let x50 = x44 + x47 + x49;
        let x51 = self.last_norm.forward(x50);
        let x52 = activation(x51, &self.replaced_relu_10);
        let x53: Tensor<2> = x52.mean_dims(&[2, 3]).flatten(1, 3);
        self.classifier.forward(x53)
    }
}

/// min(σ(log(|(√exp(−β·(exp(−x²) − erf(x))²))/(cosh(x) + ε)| + ε) − asinh(x)), min(x, 0)), with a β for each channel.
fn activation<const D: usize>(x: Tensor<D>, beta: &Param<Tensor<1>>) -> Tensor<D> {
    let mut shape = [1; D];
    shape[1] = beta.dims()[0];
    let beta = beta.val().reshape(shape);
    let left = x.clone().square().neg().exp();
    let right = x.clone().erf();
    let z = ((left - right).square() * beta.clone()).neg().exp();
    let left = z.clone().sqrt();
    let right = x.clone().cosh();
    let z = left / (right + 1e-7);
    let left = (z.clone().abs() + 1e-7).log();
    let right = x.clone().asinh();
    let z = left - right;
    let left = sigmoid(z.clone());
    let right = relu(x.clone().neg()).neg();
    left.min_pair(right)
}
