//! A network that one-shot architecture search found, as a plain Burn module. Written by supernet 0.1.0.
//!
//! Architecture (seed 7): `100/010/001/010/100/001/010/100`
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

use burn::module::Module;
use burn::nn::conv::{Conv2d, Conv2dConfig};
use burn::nn::{BatchNorm, BatchNormConfig, Linear, LinearConfig, PaddingConfig2d};
use burn::store::{FloatCastAdapter, ModuleSnapshot, SafetensorsStore, SafetensorsStoreError};
use burn::tensor::activation::relu;
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
    (r"\.norm\.scale$", ".norm.gamma"),
    (r"\.norm\.shift$", ".norm.beta"),
    (r"\.norm\.stored_mean$", ".norm.running_mean"),
    (r"\.norm\.stored_variance$", ".norm.running_var"),
    (
        r"^layers\.1\.options\.mbconv3_e3\.Inverted\.depthwise\.norm\.norm\.",
        "layers_1_mbconv3_e3_depthwise_norm.",
    ),
    (
        r"^layers\.2\.options\.mbconv5_e6\.Inverted\.depthwise\.norm\.norm\.",
        "layers_2_mbconv5_e6_depthwise_norm.",
    ),
    (
        r"^layers\.3\.options\.mbconv3_e3\.Inverted\.depthwise\.norm\.norm\.",
        "layers_3_mbconv3_e3_depthwise_norm.",
    ),
    (
        r"^layers\.5\.options\.mbconv5_e6\.Inverted\.depthwise\.norm\.norm\.",
        "layers_5_mbconv5_e6_depthwise_norm.",
    ),
    (
        r"^layers\.6\.options\.mbconv3_e3\.Inverted\.depthwise\.norm\.norm\.",
        "layers_6_mbconv3_e3_depthwise_norm.",
    ),
    (
        r"^layers\.1\.options\.mbconv3_e3\.Inverted\.project\.norm\.norm\.",
        "layers_1_mbconv3_e3_project_norm.",
    ),
    (
        r"^layers\.2\.options\.mbconv5_e6\.Inverted\.project\.norm\.norm\.",
        "layers_2_mbconv5_e6_project_norm.",
    ),
    (
        r"^layers\.3\.options\.mbconv3_e3\.Inverted\.project\.norm\.norm\.",
        "layers_3_mbconv3_e3_project_norm.",
    ),
    (
        r"^layers\.5\.options\.mbconv5_e6\.Inverted\.project\.norm\.norm\.",
        "layers_5_mbconv5_e6_project_norm.",
    ),
    (
        r"^layers\.6\.options\.mbconv3_e3\.Inverted\.project\.norm\.norm\.",
        "layers_6_mbconv3_e3_project_norm.",
    ),
    (
        r"^layers\.1\.options\.mbconv3_e3\.Inverted\.expand\.norm\.norm\.",
        "layers_1_mbconv3_e3_expand_norm.",
    ),
    (
        r"^layers\.2\.options\.mbconv5_e6\.Inverted\.expand\.norm\.norm\.",
        "layers_2_mbconv5_e6_expand_norm.",
    ),
    (
        r"^layers\.3\.options\.mbconv3_e3\.Inverted\.expand\.norm\.norm\.",
        "layers_3_mbconv3_e3_expand_norm.",
    ),
    (
        r"^layers\.5\.options\.mbconv5_e6\.Inverted\.expand\.norm\.norm\.",
        "layers_5_mbconv5_e6_expand_norm.",
    ),
    (
        r"^layers\.6\.options\.mbconv3_e3\.Inverted\.expand\.norm\.norm\.",
        "layers_6_mbconv3_e3_expand_norm.",
    ),
    (
        r"^layers\.1\.options\.mbconv3_e3\.Inverted\.depthwise\.",
        "layers_1_mbconv3_e3_depthwise.",
    ),
    (
        r"^layers\.2\.options\.mbconv5_e6\.Inverted\.depthwise\.",
        "layers_2_mbconv5_e6_depthwise.",
    ),
    (
        r"^layers\.3\.options\.mbconv3_e3\.Inverted\.depthwise\.",
        "layers_3_mbconv3_e3_depthwise.",
    ),
    (
        r"^layers\.5\.options\.mbconv5_e6\.Inverted\.depthwise\.",
        "layers_5_mbconv5_e6_depthwise.",
    ),
    (
        r"^layers\.6\.options\.mbconv3_e3\.Inverted\.depthwise\.",
        "layers_6_mbconv3_e3_depthwise.",
    ),
    (
        r"^layers\.1\.options\.mbconv3_e3\.Inverted\.project\.",
        "layers_1_mbconv3_e3_project.",
    ),
    (
        r"^layers\.2\.options\.mbconv5_e6\.Inverted\.project\.",
        "layers_2_mbconv5_e6_project.",
    ),
    (
        r"^layers\.3\.options\.mbconv3_e3\.Inverted\.project\.",
        "layers_3_mbconv3_e3_project.",
    ),
    (
        r"^layers\.5\.options\.mbconv5_e6\.Inverted\.project\.",
        "layers_5_mbconv5_e6_project.",
    ),
    (
        r"^layers\.6\.options\.mbconv3_e3\.Inverted\.project\.",
        "layers_6_mbconv3_e3_project.",
    ),
    (
        r"^layers\.1\.options\.mbconv3_e3\.Inverted\.expand\.",
        "layers_1_mbconv3_e3_expand.",
    ),
    (
        r"^layers\.2\.options\.mbconv5_e6\.Inverted\.expand\.",
        "layers_2_mbconv5_e6_expand.",
    ),
    (
        r"^layers\.3\.options\.mbconv3_e3\.Inverted\.expand\.",
        "layers_3_mbconv3_e3_expand.",
    ),
    (
        r"^layers\.5\.options\.mbconv5_e6\.Inverted\.expand\.",
        "layers_5_mbconv5_e6_expand.",
    ),
    (
        r"^layers\.6\.options\.mbconv3_e3\.Inverted\.expand\.",
        "layers_6_mbconv3_e3_expand.",
    ),
    (
        r"^layers\.0\.options\.identity\.Reduce\.norm\.norm\.",
        "layers_0_identity_norm.",
    ),
    (
        r"^layers\.0\.options\.identity\.Reduce\.",
        "layers_0_identity.",
    ),
    (r"^head\.norm\.norm\.", "head_norm."),
    (r"^stem\.norm\.norm\.", "stem_norm."),
];

/// The network.
#[derive(Module, Debug)]
pub struct Network {
    stem: Conv2d,
    stem_norm: BatchNorm,
    layers_0_identity: Conv2d,
    layers_0_identity_norm: BatchNorm,
    layers_1_mbconv3_e3_expand: Conv2d,
    layers_1_mbconv3_e3_expand_norm: BatchNorm,
    layers_1_mbconv3_e3_depthwise: Conv2d,
    layers_1_mbconv3_e3_depthwise_norm: BatchNorm,
    layers_1_mbconv3_e3_project: Conv2d,
    layers_1_mbconv3_e3_project_norm: BatchNorm,
    layers_2_mbconv5_e6_expand: Conv2d,
    layers_2_mbconv5_e6_expand_norm: BatchNorm,
    layers_2_mbconv5_e6_depthwise: Conv2d,
    layers_2_mbconv5_e6_depthwise_norm: BatchNorm,
    layers_2_mbconv5_e6_project: Conv2d,
    layers_2_mbconv5_e6_project_norm: BatchNorm,
    layers_3_mbconv3_e3_expand: Conv2d,
    layers_3_mbconv3_e3_expand_norm: BatchNorm,
    layers_3_mbconv3_e3_depthwise: Conv2d,
    layers_3_mbconv3_e3_depthwise_norm: BatchNorm,
    layers_3_mbconv3_e3_project: Conv2d,
    layers_3_mbconv3_e3_project_norm: BatchNorm,
    layers_5_mbconv5_e6_expand: Conv2d,
    layers_5_mbconv5_e6_expand_norm: BatchNorm,
    layers_5_mbconv5_e6_depthwise: Conv2d,
    layers_5_mbconv5_e6_depthwise_norm: BatchNorm,
    layers_5_mbconv5_e6_project: Conv2d,
    layers_5_mbconv5_e6_project_norm: BatchNorm,
    layers_6_mbconv3_e3_expand: Conv2d,
    layers_6_mbconv3_e3_expand_norm: BatchNorm,
    layers_6_mbconv3_e3_depthwise: Conv2d,
    layers_6_mbconv3_e3_depthwise_norm: BatchNorm,
    layers_6_mbconv3_e3_project: Conv2d,
    layers_6_mbconv3_e3_project_norm: BatchNorm,
    head: Conv2d,
    head_norm: BatchNorm,
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
            layers_0_identity: Conv2dConfig::new([4, 8], [1, 1])
                .with_stride([2, 2])
                .with_bias(false)
                .init(device),
            layers_0_identity_norm: BatchNormConfig::new(8).init(device),
            layers_1_mbconv3_e3_expand: Conv2dConfig::new([8, 24], [1, 1])
                .with_bias(false)
                .init(device),
            layers_1_mbconv3_e3_expand_norm: BatchNormConfig::new(24).init(device),
            layers_1_mbconv3_e3_depthwise: Conv2dConfig::new([24, 24], [3, 3])
                .with_padding(PaddingConfig2d::Explicit(1, 1, 1, 1))
                .with_groups(24)
                .with_bias(false)
                .init(device),
            layers_1_mbconv3_e3_depthwise_norm: BatchNormConfig::new(24).init(device),
            layers_1_mbconv3_e3_project: Conv2dConfig::new([24, 8], [1, 1])
                .with_bias(false)
                .init(device),
            layers_1_mbconv3_e3_project_norm: BatchNormConfig::new(8).init(device),
            layers_2_mbconv5_e6_expand: Conv2dConfig::new([8, 48], [1, 1])
                .with_bias(false)
                .init(device),
            layers_2_mbconv5_e6_expand_norm: BatchNormConfig::new(48).init(device),
            layers_2_mbconv5_e6_depthwise: Conv2dConfig::new([48, 48], [5, 5])
                .with_stride([2, 2])
                .with_padding(PaddingConfig2d::Explicit(2, 2, 2, 2))
                .with_groups(48)
                .with_bias(false)
                .init(device),
            layers_2_mbconv5_e6_depthwise_norm: BatchNormConfig::new(48).init(device),
            layers_2_mbconv5_e6_project: Conv2dConfig::new([48, 16], [1, 1])
                .with_bias(false)
                .init(device),
            layers_2_mbconv5_e6_project_norm: BatchNormConfig::new(16).init(device),
            layers_3_mbconv3_e3_expand: Conv2dConfig::new([16, 48], [1, 1])
                .with_bias(false)
                .init(device),
            layers_3_mbconv3_e3_expand_norm: BatchNormConfig::new(48).init(device),
            layers_3_mbconv3_e3_depthwise: Conv2dConfig::new([48, 48], [3, 3])
                .with_padding(PaddingConfig2d::Explicit(1, 1, 1, 1))
                .with_groups(48)
                .with_bias(false)
                .init(device),
            layers_3_mbconv3_e3_depthwise_norm: BatchNormConfig::new(48).init(device),
            layers_3_mbconv3_e3_project: Conv2dConfig::new([48, 16], [1, 1])
                .with_bias(false)
                .init(device),
            layers_3_mbconv3_e3_project_norm: BatchNormConfig::new(16).init(device),
            layers_5_mbconv5_e6_expand: Conv2dConfig::new([16, 96], [1, 1])
                .with_bias(false)
                .init(device),
            layers_5_mbconv5_e6_expand_norm: BatchNormConfig::new(96).init(device),
            layers_5_mbconv5_e6_depthwise: Conv2dConfig::new([96, 96], [5, 5])
                .with_stride([2, 2])
                .with_padding(PaddingConfig2d::Explicit(2, 2, 2, 2))
                .with_groups(96)
                .with_bias(false)
                .init(device),
            layers_5_mbconv5_e6_depthwise_norm: BatchNormConfig::new(96).init(device),
            layers_5_mbconv5_e6_project: Conv2dConfig::new([96, 32], [1, 1])
                .with_bias(false)
                .init(device),
            layers_5_mbconv5_e6_project_norm: BatchNormConfig::new(32).init(device),
            layers_6_mbconv3_e3_expand: Conv2dConfig::new([32, 96], [1, 1])
                .with_bias(false)
                .init(device),
            layers_6_mbconv3_e3_expand_norm: BatchNormConfig::new(96).init(device),
            layers_6_mbconv3_e3_depthwise: Conv2dConfig::new([96, 96], [3, 3])
                .with_padding(PaddingConfig2d::Explicit(1, 1, 1, 1))
                .with_groups(96)
                .with_bias(false)
                .init(device),
            layers_6_mbconv3_e3_depthwise_norm: BatchNormConfig::new(96).init(device),
            layers_6_mbconv3_e3_project: Conv2dConfig::new([96, 32], [1, 1])
                .with_bias(false)
                .init(device),
            layers_6_mbconv3_e3_project_norm: BatchNormConfig::new(32).init(device),
            head: Conv2dConfig::new([32, 16], [1, 1])
                .with_bias(false)
                .init(device),
            head_norm: BatchNormConfig::new(16).init(device),
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
        let x3 = relu(x2);
        let x4 = self.layers_0_identity.forward(x3);
        let x5 = self.layers_0_identity_norm.forward(x4);
        let x6 = self.layers_1_mbconv3_e3_expand.forward(x5.clone());
        let x7 = self.layers_1_mbconv3_e3_expand_norm.forward(x6);
        let x8 = relu(x7);
        let x9 = self.layers_1_mbconv3_e3_depthwise.forward(x8);
        let x10 = self.layers_1_mbconv3_e3_depthwise_norm.forward(x9);
        let x11 = relu(x10);
        let x12 = self.layers_1_mbconv3_e3_project.forward(x11);
        let x13 = self.layers_1_mbconv3_e3_project_norm.forward(x12);
        let x14 = x5 + x13;
        let x15 = self.layers_2_mbconv5_e6_expand.forward(x14);
        let x16 = self.layers_2_mbconv5_e6_expand_norm.forward(x15);
        let x17 = relu(x16);
        let x18 = self.layers_2_mbconv5_e6_depthwise.forward(x17);
        let x19 = self.layers_2_mbconv5_e6_depthwise_norm.forward(x18);
        let x20 = relu(x19);
        let x21 = self.layers_2_mbconv5_e6_project.forward(x20);
        let x22 = self.layers_2_mbconv5_e6_project_norm.forward(x21);
        let x23 = self.layers_3_mbconv3_e3_expand.forward(x22.clone());
        let x24 = self.layers_3_mbconv3_e3_expand_norm.forward(x23);
        let x25 = relu(x24);
        let x26 = self.layers_3_mbconv3_e3_depthwise.forward(x25);
        let x27 = self.layers_3_mbconv3_e3_depthwise_norm.forward(x26);
        let x28 = relu(x27);
        let x29 = self.layers_3_mbconv3_e3_project.forward(x28);
        let x30 = self.layers_3_mbconv3_e3_project_norm.forward(x29);
        let x31 = x22 + x30;
        let x32 = self.layers_5_mbconv5_e6_expand.forward(x31);
        let x33 = self.layers_5_mbconv5_e6_expand_norm.forward(x32);
        let x34 = relu(x33);
        let x35 = self.layers_5_mbconv5_e6_depthwise.forward(x34);
        let x36 = self.layers_5_mbconv5_e6_depthwise_norm.forward(x35);
        let x37 = relu(x36);
        let x38 = self.layers_5_mbconv5_e6_project.forward(x37);
        let x39 = self.layers_5_mbconv5_e6_project_norm.forward(x38);
        let x40 = self.layers_6_mbconv3_e3_expand.forward(x39.clone());
        let x41 = self.layers_6_mbconv3_e3_expand_norm.forward(x40);
        let x42 = relu(x41);
        let x43 = self.layers_6_mbconv3_e3_depthwise.forward(x42);
        let x44 = self.layers_6_mbconv3_e3_depthwise_norm.forward(x43);
        let x45 = relu(x44);
        let x46 = self.layers_6_mbconv3_e3_project.forward(x45);
        let x47 = self.layers_6_mbconv3_e3_project_norm.forward(x46);
        let x48 = x39 + x47;
        let x49 = self.head.forward(x48);
        let x50 = self.head_norm.forward(x49);
        let x51 = relu(x50);
        let x52: Tensor<2> = x51.mean_dims(&[2, 3]).flatten(1, 3);
        self.classifier.forward(x52)
    }
}
