//! A network that one-shot architecture search found, as a plain Burn module. Written by supernet 0.1.0.
//!
//! Architecture (seed 7): `100000:0100000/100000:0001000:1000000/000001:1000000:1000000:1000000/000100:1000000:0000100/100000:0000001:1000000/000100`
//!
//! It reads images [batch, 3, 64, 64] as [`normalise`] makes them and gives logits [batch, 5],
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
pub const IMAGE: [usize; 3] = [3, 64, 64];

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
        r"^layers\.11\.options\.mbconv5_e6\.Inverted\.depthwise\.norm\.norm\.",
        "layers_11_mbconv5_e6_depthwise_norm.",
    ),
    (
        r"^layers\.12\.options\.mbconv3_e3\.Inverted\.depthwise\.norm\.norm\.",
        "layers_12_mbconv3_e3_depthwise_norm.",
    ),
    (
        r"^layers\.13\.options\.mbconv7_e6\.Inverted\.depthwise\.norm\.norm\.",
        "layers_13_mbconv7_e6_depthwise_norm.",
    ),
    (
        r"^layers\.15\.options\.mbconv5_e6\.Inverted\.depthwise\.norm\.norm\.",
        "layers_15_mbconv5_e6_depthwise_norm.",
    ),
    (
        r"^layers\.0\.options\.mbconv3_e3\.Inverted\.depthwise\.norm\.norm\.",
        "layers_0_mbconv3_e3_depthwise_norm.",
    ),
    (
        r"^layers\.1\.options\.mbconv3_e3\.Inverted\.depthwise\.norm\.norm\.",
        "layers_1_mbconv3_e3_depthwise_norm.",
    ),
    (
        r"^layers\.2\.options\.mbconv3_e3\.Inverted\.depthwise\.norm\.norm\.",
        "layers_2_mbconv3_e3_depthwise_norm.",
    ),
    (
        r"^layers\.3\.options\.mbconv5_e3\.Inverted\.depthwise\.norm\.norm\.",
        "layers_3_mbconv5_e3_depthwise_norm.",
    ),
    (
        r"^layers\.5\.options\.mbconv7_e6\.Inverted\.depthwise\.norm\.norm\.",
        "layers_5_mbconv7_e6_depthwise_norm.",
    ),
    (
        r"^layers\.9\.options\.mbconv5_e6\.Inverted\.depthwise\.norm\.norm\.",
        "layers_9_mbconv5_e6_depthwise_norm.",
    ),
    (
        r"^layers\.11\.options\.mbconv5_e6\.Inverted\.project\.norm\.norm\.",
        "layers_11_mbconv5_e6_project_norm.",
    ),
    (
        r"^layers\.12\.options\.mbconv3_e3\.Inverted\.project\.norm\.norm\.",
        "layers_12_mbconv3_e3_project_norm.",
    ),
    (
        r"^layers\.13\.options\.mbconv7_e6\.Inverted\.project\.norm\.norm\.",
        "layers_13_mbconv7_e6_project_norm.",
    ),
    (
        r"^layers\.15\.options\.mbconv5_e6\.Inverted\.project\.norm\.norm\.",
        "layers_15_mbconv5_e6_project_norm.",
    ),
    (
        r"^layers\.0\.options\.mbconv3_e3\.Inverted\.project\.norm\.norm\.",
        "layers_0_mbconv3_e3_project_norm.",
    ),
    (
        r"^layers\.1\.options\.mbconv3_e3\.Inverted\.project\.norm\.norm\.",
        "layers_1_mbconv3_e3_project_norm.",
    ),
    (
        r"^layers\.11\.options\.mbconv5_e6\.Inverted\.expand\.norm\.norm\.",
        "layers_11_mbconv5_e6_expand_norm.",
    ),
    (
        r"^layers\.12\.options\.mbconv3_e3\.Inverted\.expand\.norm\.norm\.",
        "layers_12_mbconv3_e3_expand_norm.",
    ),
    (
        r"^layers\.13\.options\.mbconv7_e6\.Inverted\.expand\.norm\.norm\.",
        "layers_13_mbconv7_e6_expand_norm.",
    ),
    (
        r"^layers\.15\.options\.mbconv5_e6\.Inverted\.expand\.norm\.norm\.",
        "layers_15_mbconv5_e6_expand_norm.",
    ),
    (
        r"^layers\.2\.options\.mbconv3_e3\.Inverted\.project\.norm\.norm\.",
        "layers_2_mbconv3_e3_project_norm.",
    ),
    (
        r"^layers\.3\.options\.mbconv5_e3\.Inverted\.project\.norm\.norm\.",
        "layers_3_mbconv5_e3_project_norm.",
    ),
    (
        r"^layers\.5\.options\.mbconv7_e6\.Inverted\.project\.norm\.norm\.",
        "layers_5_mbconv7_e6_project_norm.",
    ),
    (
        r"^layers\.9\.options\.mbconv5_e6\.Inverted\.project\.norm\.norm\.",
        "layers_9_mbconv5_e6_project_norm.",
    ),
    (
        r"^layers\.0\.options\.mbconv3_e3\.Inverted\.expand\.norm\.norm\.",
        "layers_0_mbconv3_e3_expand_norm.",
    ),
    (
        r"^layers\.1\.options\.mbconv3_e3\.Inverted\.expand\.norm\.norm\.",
        "layers_1_mbconv3_e3_expand_norm.",
    ),
    (
        r"^layers\.2\.options\.mbconv3_e3\.Inverted\.expand\.norm\.norm\.",
        "layers_2_mbconv3_e3_expand_norm.",
    ),
    (
        r"^layers\.3\.options\.mbconv5_e3\.Inverted\.expand\.norm\.norm\.",
        "layers_3_mbconv5_e3_expand_norm.",
    ),
    (
        r"^layers\.5\.options\.mbconv7_e6\.Inverted\.expand\.norm\.norm\.",
        "layers_5_mbconv7_e6_expand_norm.",
    ),
    (
        r"^layers\.9\.options\.mbconv5_e6\.Inverted\.expand\.norm\.norm\.",
        "layers_9_mbconv5_e6_expand_norm.",
    ),
    (
        r"^layers\.11\.options\.mbconv5_e6\.Inverted\.depthwise\.",
        "layers_11_mbconv5_e6_depthwise.",
    ),
    (
        r"^layers\.12\.options\.mbconv3_e3\.Inverted\.depthwise\.",
        "layers_12_mbconv3_e3_depthwise.",
    ),
    (
        r"^layers\.13\.options\.mbconv7_e6\.Inverted\.depthwise\.",
        "layers_13_mbconv7_e6_depthwise.",
    ),
    (
        r"^layers\.15\.options\.mbconv5_e6\.Inverted\.depthwise\.",
        "layers_15_mbconv5_e6_depthwise.",
    ),
    (
        r"^layers\.0\.options\.mbconv3_e3\.Inverted\.depthwise\.",
        "layers_0_mbconv3_e3_depthwise.",
    ),
    (
        r"^layers\.1\.options\.mbconv3_e3\.Inverted\.depthwise\.",
        "layers_1_mbconv3_e3_depthwise.",
    ),
    (
        r"^layers\.2\.options\.mbconv3_e3\.Inverted\.depthwise\.",
        "layers_2_mbconv3_e3_depthwise.",
    ),
    (
        r"^layers\.3\.options\.mbconv5_e3\.Inverted\.depthwise\.",
        "layers_3_mbconv5_e3_depthwise.",
    ),
    (
        r"^layers\.5\.options\.mbconv7_e6\.Inverted\.depthwise\.",
        "layers_5_mbconv7_e6_depthwise.",
    ),
    (
        r"^layers\.9\.options\.mbconv5_e6\.Inverted\.depthwise\.",
        "layers_9_mbconv5_e6_depthwise.",
    ),
    (
        r"^layers\.11\.options\.mbconv5_e6\.Inverted\.project\.",
        "layers_11_mbconv5_e6_project.",
    ),
    (
        r"^layers\.12\.options\.mbconv3_e3\.Inverted\.project\.",
        "layers_12_mbconv3_e3_project.",
    ),
    (
        r"^layers\.13\.options\.mbconv7_e6\.Inverted\.project\.",
        "layers_13_mbconv7_e6_project.",
    ),
    (
        r"^layers\.15\.options\.mbconv5_e6\.Inverted\.project\.",
        "layers_15_mbconv5_e6_project.",
    ),
    (
        r"^layers\.0\.options\.mbconv3_e3\.Inverted\.project\.",
        "layers_0_mbconv3_e3_project.",
    ),
    (
        r"^layers\.1\.options\.mbconv3_e3\.Inverted\.project\.",
        "layers_1_mbconv3_e3_project.",
    ),
    (
        r"^layers\.11\.options\.mbconv5_e6\.Inverted\.expand\.",
        "layers_11_mbconv5_e6_expand.",
    ),
    (
        r"^layers\.12\.options\.mbconv3_e3\.Inverted\.expand\.",
        "layers_12_mbconv3_e3_expand.",
    ),
    (
        r"^layers\.13\.options\.mbconv7_e6\.Inverted\.expand\.",
        "layers_13_mbconv7_e6_expand.",
    ),
    (
        r"^layers\.15\.options\.mbconv5_e6\.Inverted\.expand\.",
        "layers_15_mbconv5_e6_expand.",
    ),
    (
        r"^layers\.2\.options\.mbconv3_e3\.Inverted\.project\.",
        "layers_2_mbconv3_e3_project.",
    ),
    (
        r"^layers\.3\.options\.mbconv5_e3\.Inverted\.project\.",
        "layers_3_mbconv5_e3_project.",
    ),
    (
        r"^layers\.5\.options\.mbconv7_e6\.Inverted\.project\.",
        "layers_5_mbconv7_e6_project.",
    ),
    (
        r"^layers\.9\.options\.mbconv5_e6\.Inverted\.project\.",
        "layers_9_mbconv5_e6_project.",
    ),
    (
        r"^layers\.0\.options\.mbconv3_e3\.Inverted\.expand\.",
        "layers_0_mbconv3_e3_expand.",
    ),
    (
        r"^layers\.1\.options\.mbconv3_e3\.Inverted\.expand\.",
        "layers_1_mbconv3_e3_expand.",
    ),
    (
        r"^layers\.2\.options\.mbconv3_e3\.Inverted\.expand\.",
        "layers_2_mbconv3_e3_expand.",
    ),
    (
        r"^layers\.3\.options\.mbconv5_e3\.Inverted\.expand\.",
        "layers_3_mbconv5_e3_expand.",
    ),
    (
        r"^layers\.5\.options\.mbconv7_e6\.Inverted\.expand\.",
        "layers_5_mbconv7_e6_expand.",
    ),
    (
        r"^layers\.9\.options\.mbconv5_e6\.Inverted\.expand\.",
        "layers_9_mbconv5_e6_expand.",
    ),
    (r"^first\.depthwise\.norm\.norm\.", "first_depthwise_norm."),
    (r"^first\.project\.norm\.norm\.", "first_project_norm."),
    (r"^first\.depthwise\.", "first_depthwise."),
    (r"^head\.norm\.norm\.", "head_norm."),
    (r"^stem\.norm\.norm\.", "stem_norm."),
    (r"^first\.project\.", "first_project."),
];

/// The network.
#[derive(Module, Debug)]
pub struct Network {
    stem: Conv2d,
    stem_norm: BatchNorm,
    first_depthwise: Conv2d,
    first_depthwise_norm: BatchNorm,
    first_project: Conv2d,
    first_project_norm: BatchNorm,
    layers_0_mbconv3_e3_expand: Conv2d,
    layers_0_mbconv3_e3_expand_norm: BatchNorm,
    layers_0_mbconv3_e3_depthwise: Conv2d,
    layers_0_mbconv3_e3_depthwise_norm: BatchNorm,
    layers_0_mbconv3_e3_project: Conv2d,
    layers_0_mbconv3_e3_project_norm: BatchNorm,
    layers_1_mbconv3_e3_expand: Conv2d,
    layers_1_mbconv3_e3_expand_norm: BatchNorm,
    layers_1_mbconv3_e3_depthwise: Conv2d,
    layers_1_mbconv3_e3_depthwise_norm: BatchNorm,
    layers_1_mbconv3_e3_project: Conv2d,
    layers_1_mbconv3_e3_project_norm: BatchNorm,
    layers_2_mbconv3_e3_expand: Conv2d,
    layers_2_mbconv3_e3_expand_norm: BatchNorm,
    layers_2_mbconv3_e3_depthwise: Conv2d,
    layers_2_mbconv3_e3_depthwise_norm: BatchNorm,
    layers_2_mbconv3_e3_project: Conv2d,
    layers_2_mbconv3_e3_project_norm: BatchNorm,
    layers_3_mbconv5_e3_expand: Conv2d,
    layers_3_mbconv5_e3_expand_norm: BatchNorm,
    layers_3_mbconv5_e3_depthwise: Conv2d,
    layers_3_mbconv5_e3_depthwise_norm: BatchNorm,
    layers_3_mbconv5_e3_project: Conv2d,
    layers_3_mbconv5_e3_project_norm: BatchNorm,
    layers_5_mbconv7_e6_expand: Conv2d,
    layers_5_mbconv7_e6_expand_norm: BatchNorm,
    layers_5_mbconv7_e6_depthwise: Conv2d,
    layers_5_mbconv7_e6_depthwise_norm: BatchNorm,
    layers_5_mbconv7_e6_project: Conv2d,
    layers_5_mbconv7_e6_project_norm: BatchNorm,
    layers_9_mbconv5_e6_expand: Conv2d,
    layers_9_mbconv5_e6_expand_norm: BatchNorm,
    layers_9_mbconv5_e6_depthwise: Conv2d,
    layers_9_mbconv5_e6_depthwise_norm: BatchNorm,
    layers_9_mbconv5_e6_project: Conv2d,
    layers_9_mbconv5_e6_project_norm: BatchNorm,
    layers_11_mbconv5_e6_expand: Conv2d,
    layers_11_mbconv5_e6_expand_norm: BatchNorm,
    layers_11_mbconv5_e6_depthwise: Conv2d,
    layers_11_mbconv5_e6_depthwise_norm: BatchNorm,
    layers_11_mbconv5_e6_project: Conv2d,
    layers_11_mbconv5_e6_project_norm: BatchNorm,
    layers_12_mbconv3_e3_expand: Conv2d,
    layers_12_mbconv3_e3_expand_norm: BatchNorm,
    layers_12_mbconv3_e3_depthwise: Conv2d,
    layers_12_mbconv3_e3_depthwise_norm: BatchNorm,
    layers_12_mbconv3_e3_project: Conv2d,
    layers_12_mbconv3_e3_project_norm: BatchNorm,
    layers_13_mbconv7_e6_expand: Conv2d,
    layers_13_mbconv7_e6_expand_norm: BatchNorm,
    layers_13_mbconv7_e6_depthwise: Conv2d,
    layers_13_mbconv7_e6_depthwise_norm: BatchNorm,
    layers_13_mbconv7_e6_project: Conv2d,
    layers_13_mbconv7_e6_project_norm: BatchNorm,
    layers_15_mbconv5_e6_expand: Conv2d,
    layers_15_mbconv5_e6_expand_norm: BatchNorm,
    layers_15_mbconv5_e6_depthwise: Conv2d,
    layers_15_mbconv5_e6_depthwise_norm: BatchNorm,
    layers_15_mbconv5_e6_project: Conv2d,
    layers_15_mbconv5_e6_project_norm: BatchNorm,
    head: Conv2d,
    head_norm: BatchNorm,
    classifier: Linear,
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
            first_depthwise: Conv2dConfig::new([4, 4], [3, 3])
                .with_padding(PaddingConfig2d::Explicit(1, 1, 1, 1))
                .with_groups(4)
                .with_bias(false)
                .init(device),
            first_depthwise_norm: BatchNormConfig::new(4).init(device),
            first_project: Conv2dConfig::new([4, 2], [1, 1])
                .with_bias(false)
                .init(device),
            first_project_norm: BatchNormConfig::new(2).init(device),
            layers_0_mbconv3_e3_expand: Conv2dConfig::new([2, 6], [1, 1])
                .with_bias(false)
                .init(device),
            layers_0_mbconv3_e3_expand_norm: BatchNormConfig::new(6).init(device),
            layers_0_mbconv3_e3_depthwise: Conv2dConfig::new([6, 6], [3, 3])
                .with_stride([2, 2])
                .with_padding(PaddingConfig2d::Explicit(1, 1, 1, 1))
                .with_groups(6)
                .with_bias(false)
                .init(device),
            layers_0_mbconv3_e3_depthwise_norm: BatchNormConfig::new(6).init(device),
            layers_0_mbconv3_e3_project: Conv2dConfig::new([6, 3], [1, 1])
                .with_bias(false)
                .init(device),
            layers_0_mbconv3_e3_project_norm: BatchNormConfig::new(3).init(device),
            layers_1_mbconv3_e3_expand: Conv2dConfig::new([3, 9], [1, 1])
                .with_bias(false)
                .init(device),
            layers_1_mbconv3_e3_expand_norm: BatchNormConfig::new(9).init(device),
            layers_1_mbconv3_e3_depthwise: Conv2dConfig::new([9, 9], [3, 3])
                .with_padding(PaddingConfig2d::Explicit(1, 1, 1, 1))
                .with_groups(9)
                .with_bias(false)
                .init(device),
            layers_1_mbconv3_e3_depthwise_norm: BatchNormConfig::new(9).init(device),
            layers_1_mbconv3_e3_project: Conv2dConfig::new([9, 3], [1, 1])
                .with_bias(false)
                .init(device),
            layers_1_mbconv3_e3_project_norm: BatchNormConfig::new(3).init(device),
            layers_2_mbconv3_e3_expand: Conv2dConfig::new([3, 9], [1, 1])
                .with_bias(false)
                .init(device),
            layers_2_mbconv3_e3_expand_norm: BatchNormConfig::new(9).init(device),
            layers_2_mbconv3_e3_depthwise: Conv2dConfig::new([9, 9], [3, 3])
                .with_stride([2, 2])
                .with_padding(PaddingConfig2d::Explicit(1, 1, 1, 1))
                .with_groups(9)
                .with_bias(false)
                .init(device),
            layers_2_mbconv3_e3_depthwise_norm: BatchNormConfig::new(9).init(device),
            layers_2_mbconv3_e3_project: Conv2dConfig::new([9, 4], [1, 1])
                .with_bias(false)
                .init(device),
            layers_2_mbconv3_e3_project_norm: BatchNormConfig::new(4).init(device),
            layers_3_mbconv5_e3_expand: Conv2dConfig::new([4, 12], [1, 1])
                .with_bias(false)
                .init(device),
            layers_3_mbconv5_e3_expand_norm: BatchNormConfig::new(12).init(device),
            layers_3_mbconv5_e3_depthwise: Conv2dConfig::new([12, 12], [5, 5])
                .with_padding(PaddingConfig2d::Explicit(2, 2, 2, 2))
                .with_groups(12)
                .with_bias(false)
                .init(device),
            layers_3_mbconv5_e3_depthwise_norm: BatchNormConfig::new(12).init(device),
            layers_3_mbconv5_e3_project: Conv2dConfig::new([12, 4], [1, 1])
                .with_bias(false)
                .init(device),
            layers_3_mbconv5_e3_project_norm: BatchNormConfig::new(4).init(device),
            layers_5_mbconv7_e6_expand: Conv2dConfig::new([4, 24], [1, 1])
                .with_bias(false)
                .init(device),
            layers_5_mbconv7_e6_expand_norm: BatchNormConfig::new(24).init(device),
            layers_5_mbconv7_e6_depthwise: Conv2dConfig::new([24, 24], [7, 7])
                .with_stride([2, 2])
                .with_padding(PaddingConfig2d::Explicit(3, 3, 3, 3))
                .with_groups(24)
                .with_bias(false)
                .init(device),
            layers_5_mbconv7_e6_depthwise_norm: BatchNormConfig::new(24).init(device),
            layers_5_mbconv7_e6_project: Conv2dConfig::new([24, 8], [1, 1])
                .with_bias(false)
                .init(device),
            layers_5_mbconv7_e6_project_norm: BatchNormConfig::new(8).init(device),
            layers_9_mbconv5_e6_expand: Conv2dConfig::new([8, 48], [1, 1])
                .with_bias(false)
                .init(device),
            layers_9_mbconv5_e6_expand_norm: BatchNormConfig::new(48).init(device),
            layers_9_mbconv5_e6_depthwise: Conv2dConfig::new([48, 48], [5, 5])
                .with_padding(PaddingConfig2d::Explicit(2, 2, 2, 2))
                .with_groups(48)
                .with_bias(false)
                .init(device),
            layers_9_mbconv5_e6_depthwise_norm: BatchNormConfig::new(48).init(device),
            layers_9_mbconv5_e6_project: Conv2dConfig::new([48, 12], [1, 1])
                .with_bias(false)
                .init(device),
            layers_9_mbconv5_e6_project_norm: BatchNormConfig::new(12).init(device),
            layers_11_mbconv5_e6_expand: Conv2dConfig::new([12, 72], [1, 1])
                .with_bias(false)
                .init(device),
            layers_11_mbconv5_e6_expand_norm: BatchNormConfig::new(72).init(device),
            layers_11_mbconv5_e6_depthwise: Conv2dConfig::new([72, 72], [5, 5])
                .with_padding(PaddingConfig2d::Explicit(2, 2, 2, 2))
                .with_groups(72)
                .with_bias(false)
                .init(device),
            layers_11_mbconv5_e6_depthwise_norm: BatchNormConfig::new(72).init(device),
            layers_11_mbconv5_e6_project: Conv2dConfig::new([72, 12], [1, 1])
                .with_bias(false)
                .init(device),
            layers_11_mbconv5_e6_project_norm: BatchNormConfig::new(12).init(device),
            layers_12_mbconv3_e3_expand: Conv2dConfig::new([12, 36], [1, 1])
                .with_bias(false)
                .init(device),
            layers_12_mbconv3_e3_expand_norm: BatchNormConfig::new(36).init(device),
            layers_12_mbconv3_e3_depthwise: Conv2dConfig::new([36, 36], [3, 3])
                .with_stride([2, 2])
                .with_padding(PaddingConfig2d::Explicit(1, 1, 1, 1))
                .with_groups(36)
                .with_bias(false)
                .init(device),
            layers_12_mbconv3_e3_depthwise_norm: BatchNormConfig::new(36).init(device),
            layers_12_mbconv3_e3_project: Conv2dConfig::new([36, 20], [1, 1])
                .with_bias(false)
                .init(device),
            layers_12_mbconv3_e3_project_norm: BatchNormConfig::new(20).init(device),
            layers_13_mbconv7_e6_expand: Conv2dConfig::new([20, 120], [1, 1])
                .with_bias(false)
                .init(device),
            layers_13_mbconv7_e6_expand_norm: BatchNormConfig::new(120).init(device),
            layers_13_mbconv7_e6_depthwise: Conv2dConfig::new([120, 120], [7, 7])
                .with_padding(PaddingConfig2d::Explicit(3, 3, 3, 3))
                .with_groups(120)
                .with_bias(false)
                .init(device),
            layers_13_mbconv7_e6_depthwise_norm: BatchNormConfig::new(120).init(device),
            layers_13_mbconv7_e6_project: Conv2dConfig::new([120, 20], [1, 1])
                .with_bias(false)
                .init(device),
            layers_13_mbconv7_e6_project_norm: BatchNormConfig::new(20).init(device),
            layers_15_mbconv5_e6_expand: Conv2dConfig::new([20, 120], [1, 1])
                .with_bias(false)
                .init(device),
            layers_15_mbconv5_e6_expand_norm: BatchNormConfig::new(120).init(device),
            layers_15_mbconv5_e6_depthwise: Conv2dConfig::new([120, 120], [5, 5])
                .with_padding(PaddingConfig2d::Explicit(2, 2, 2, 2))
                .with_groups(120)
                .with_bias(false)
                .init(device),
            layers_15_mbconv5_e6_depthwise_norm: BatchNormConfig::new(120).init(device),
            layers_15_mbconv5_e6_project: Conv2dConfig::new([120, 40], [1, 1])
                .with_bias(false)
                .init(device),
            layers_15_mbconv5_e6_project_norm: BatchNormConfig::new(40).init(device),
            head: Conv2dConfig::new([40, 16], [1, 1])
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

    /// The logits [batch, 5] of normalised images [batch, 3, 64, 64].
    pub fn forward(&self, images: Tensor<4>) -> Tensor<2> {
        let x1 = self.stem.forward(images);
        let x2 = self.stem_norm.forward(x1);
        let x3 = relu(x2);
        let x4 = self.first_depthwise.forward(x3);
        let x5 = self.first_depthwise_norm.forward(x4);
        let x6 = relu(x5);
        let x7 = self.first_project.forward(x6);
        let x8 = self.first_project_norm.forward(x7);
        let x9 = self.layers_0_mbconv3_e3_expand.forward(x8);
        let x10 = self.layers_0_mbconv3_e3_expand_norm.forward(x9);
        let x11 = relu(x10);
        let x12 = self.layers_0_mbconv3_e3_depthwise.forward(x11);
        let x13 = self.layers_0_mbconv3_e3_depthwise_norm.forward(x12);
        let x14 = relu(x13);
        let x15 = self.layers_0_mbconv3_e3_project.forward(x14);
        let x16 = self.layers_0_mbconv3_e3_project_norm.forward(x15);
        let x17 = self.layers_1_mbconv3_e3_expand.forward(x16.clone());
        let x18 = self.layers_1_mbconv3_e3_expand_norm.forward(x17);
        let x19 = relu(x18);
        let x20 = self.layers_1_mbconv3_e3_depthwise.forward(x19);
        let x21 = self.layers_1_mbconv3_e3_depthwise_norm.forward(x20);
        let x22 = relu(x21);
        let x23 = self.layers_1_mbconv3_e3_project.forward(x22);
        let x24 = self.layers_1_mbconv3_e3_project_norm.forward(x23);
        let x25 = x16 + x24;
        let x26 = self.layers_2_mbconv3_e3_expand.forward(x25);
        let x27 = self.layers_2_mbconv3_e3_expand_norm.forward(x26);
        let x28 = relu(x27);
        let x29 = self.layers_2_mbconv3_e3_depthwise.forward(x28);
        let x30 = self.layers_2_mbconv3_e3_depthwise_norm.forward(x29);
        let x31 = relu(x30);
        let x32 = self.layers_2_mbconv3_e3_project.forward(x31);
        let x33 = self.layers_2_mbconv3_e3_project_norm.forward(x32);
        let x34 = self.layers_3_mbconv5_e3_expand.forward(x33.clone());
        let x35 = self.layers_3_mbconv5_e3_expand_norm.forward(x34);
        let x36 = relu(x35);
        let x37 = self.layers_3_mbconv5_e3_depthwise.forward(x36);
        let x38 = self.layers_3_mbconv5_e3_depthwise_norm.forward(x37);
        let x39 = relu(x38);
        let x40 = self.layers_3_mbconv5_e3_project.forward(x39);
        let x41 = self.layers_3_mbconv5_e3_project_norm.forward(x40);
        let x42 = x33 + x41;
        let x43 = self.layers_5_mbconv7_e6_expand.forward(x42);
        let x44 = self.layers_5_mbconv7_e6_expand_norm.forward(x43);
        let x45 = relu(x44);
        let x46 = self.layers_5_mbconv7_e6_depthwise.forward(x45);
        let x47 = self.layers_5_mbconv7_e6_depthwise_norm.forward(x46);
        let x48 = relu(x47);
        let x49 = self.layers_5_mbconv7_e6_project.forward(x48);
        let x50 = self.layers_5_mbconv7_e6_project_norm.forward(x49);
        let x51 = self.layers_9_mbconv5_e6_expand.forward(x50);
        let x52 = self.layers_9_mbconv5_e6_expand_norm.forward(x51);
        let x53 = relu(x52);
        let x54 = self.layers_9_mbconv5_e6_depthwise.forward(x53);
        let x55 = self.layers_9_mbconv5_e6_depthwise_norm.forward(x54);
        let x56 = relu(x55);
        let x57 = self.layers_9_mbconv5_e6_project.forward(x56);
        let x58 = self.layers_9_mbconv5_e6_project_norm.forward(x57);
        let x59 = self.layers_11_mbconv5_e6_expand.forward(x58.clone());
        let x60 = self.layers_11_mbconv5_e6_expand_norm.forward(x59);
        let x61 = relu(x60);
        let x62 = self.layers_11_mbconv5_e6_depthwise.forward(x61);
        let x63 = self.layers_11_mbconv5_e6_depthwise_norm.forward(x62);
        let x64 = relu(x63);
        let x65 = self.layers_11_mbconv5_e6_project.forward(x64);
        let x66 = self.layers_11_mbconv5_e6_project_norm.forward(x65);
        let x67 = x58 + x66;
        let x68 = self.layers_12_mbconv3_e3_expand.forward(x67);
        let x69 = self.layers_12_mbconv3_e3_expand_norm.forward(x68);
        let x70 = relu(x69);
        let x71 = self.layers_12_mbconv3_e3_depthwise.forward(x70);
        let x72 = self.layers_12_mbconv3_e3_depthwise_norm.forward(x71);
        let x73 = relu(x72);
        let x74 = self.layers_12_mbconv3_e3_project.forward(x73);
        let x75 = self.layers_12_mbconv3_e3_project_norm.forward(x74);
        let x76 = self.layers_13_mbconv7_e6_expand.forward(x75.clone());
        let x77 = self.layers_13_mbconv7_e6_expand_norm.forward(x76);
        let x78 = relu(x77);
        let x79 = self.layers_13_mbconv7_e6_depthwise.forward(x78);
        let x80 = self.layers_13_mbconv7_e6_depthwise_norm.forward(x79);
        let x81 = relu(x80);
        let x82 = self.layers_13_mbconv7_e6_project.forward(x81);
        let x83 = self.layers_13_mbconv7_e6_project_norm.forward(x82);
        let x84 = x75 + x83;
        let x85 = self.layers_15_mbconv5_e6_expand.forward(x84);
        let x86 = self.layers_15_mbconv5_e6_expand_norm.forward(x85);
        let x87 = relu(x86);
        let x88 = self.layers_15_mbconv5_e6_depthwise.forward(x87);
        let x89 = self.layers_15_mbconv5_e6_depthwise_norm.forward(x88);
        let x90 = relu(x89);
        let x91 = self.layers_15_mbconv5_e6_project.forward(x90);
        let x92 = self.layers_15_mbconv5_e6_project_norm.forward(x91);
        let x93 = self.head.forward(x92);
        let x94 = self.head_norm.forward(x93);
        let x95 = relu(x94);
        let x96: Tensor<2> = x95.mean_dims(&[2, 3]).flatten(1, 3);
        self.classifier.forward(x96)
    }
}
