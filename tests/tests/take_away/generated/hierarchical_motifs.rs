//! A network that one-shot architecture search found, as a plain Burn module. Written by supernet 0.1.0.
//!
//! Architecture (seed 7): `000100:1000000:010000/000010:0001000:000010/01:001:01:100:010:10`
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
use burn::nn::pool::{MaxPool2d, MaxPool2dConfig};
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
        r"^groups\.0\.0\.edges\.0\.options\.motif2\.Graph\.edges\.1\.options\.depthwise_conv_3x3\.Operation\.Convs\.0\.norm\.norm\.",
        "layer_2.",
    ),
    (
        r"^groups\.0\.0\.edges\.1\.options\.motif2\.Graph\.edges\.1\.options\.depthwise_conv_3x3\.Operation\.Convs\.0\.norm\.norm\.",
        "layer_4.",
    ),
    (
        r"^groups\.0\.0\.edges\.2\.options\.motif2\.Graph\.edges\.1\.options\.depthwise_conv_3x3\.Operation\.Convs\.0\.norm\.norm\.",
        "layer_6.",
    ),
    (
        r"^groups\.1\.0\.edges\.0\.options\.motif2\.Graph\.edges\.1\.options\.depthwise_conv_3x3\.Operation\.Convs\.0\.norm\.norm\.",
        "layer_18.",
    ),
    (
        r"^groups\.1\.0\.edges\.1\.options\.motif2\.Graph\.edges\.1\.options\.depthwise_conv_3x3\.Operation\.Convs\.0\.norm\.norm\.",
        "layer_20.",
    ),
    (
        r"^groups\.1\.0\.edges\.2\.options\.motif2\.Graph\.edges\.1\.options\.depthwise_conv_3x3\.Operation\.Convs\.0\.norm\.norm\.",
        "layer_22.",
    ),
    (
        r"^groups\.2\.0\.edges\.0\.options\.motif2\.Graph\.edges\.1\.options\.depthwise_conv_3x3\.Operation\.Convs\.0\.norm\.norm\.",
        "layer_34.",
    ),
    (
        r"^groups\.2\.0\.edges\.1\.options\.motif2\.Graph\.edges\.1\.options\.depthwise_conv_3x3\.Operation\.Convs\.0\.norm\.norm\.",
        "layer_36.",
    ),
    (
        r"^groups\.2\.0\.edges\.2\.options\.motif2\.Graph\.edges\.1\.options\.depthwise_conv_3x3\.Operation\.Convs\.0\.norm\.norm\.",
        "layer_38.",
    ),
    (
        r"^groups\.0\.0\.edges\.4\.options\.motif1\.Graph\.edges\.0\.options\.sep_conv_3x3\.Operation\.Convs\.0\.norm\.norm\.",
        "layer_8.",
    ),
    (
        r"^groups\.0\.0\.edges\.4\.options\.motif1\.Graph\.edges\.0\.options\.sep_conv_3x3\.Operation\.Convs\.1\.norm\.norm\.",
        "layer_10.",
    ),
    (
        r"^groups\.0\.0\.edges\.5\.options\.motif1\.Graph\.edges\.0\.options\.sep_conv_3x3\.Operation\.Convs\.0\.norm\.norm\.",
        "layer_13.",
    ),
    (
        r"^groups\.0\.0\.edges\.5\.options\.motif1\.Graph\.edges\.0\.options\.sep_conv_3x3\.Operation\.Convs\.1\.norm\.norm\.",
        "layer_15.",
    ),
    (
        r"^groups\.1\.0\.edges\.4\.options\.motif1\.Graph\.edges\.0\.options\.sep_conv_3x3\.Operation\.Convs\.0\.norm\.norm\.",
        "layer_24.",
    ),
    (
        r"^groups\.1\.0\.edges\.4\.options\.motif1\.Graph\.edges\.0\.options\.sep_conv_3x3\.Operation\.Convs\.1\.norm\.norm\.",
        "layer_26.",
    ),
    (
        r"^groups\.1\.0\.edges\.5\.options\.motif1\.Graph\.edges\.0\.options\.sep_conv_3x3\.Operation\.Convs\.0\.norm\.norm\.",
        "layer_29.",
    ),
    (
        r"^groups\.1\.0\.edges\.5\.options\.motif1\.Graph\.edges\.0\.options\.sep_conv_3x3\.Operation\.Convs\.1\.norm\.norm\.",
        "layer_31.",
    ),
    (
        r"^groups\.2\.0\.edges\.4\.options\.motif1\.Graph\.edges\.0\.options\.sep_conv_3x3\.Operation\.Convs\.0\.norm\.norm\.",
        "layer_40.",
    ),
    (
        r"^groups\.2\.0\.edges\.4\.options\.motif1\.Graph\.edges\.0\.options\.sep_conv_3x3\.Operation\.Convs\.1\.norm\.norm\.",
        "layer_42.",
    ),
    (
        r"^groups\.2\.0\.edges\.5\.options\.motif1\.Graph\.edges\.0\.options\.sep_conv_3x3\.Operation\.Convs\.0\.norm\.norm\.",
        "layer_45.",
    ),
    (
        r"^groups\.2\.0\.edges\.5\.options\.motif1\.Graph\.edges\.0\.options\.sep_conv_3x3\.Operation\.Convs\.1\.norm\.norm\.",
        "layer_47.",
    ),
    (
        r"^groups\.0\.0\.edges\.0\.options\.motif2\.Graph\.edges\.1\.options\.depthwise_conv_3x3\.Operation\.Convs\.0\.",
        "layer.",
    ),
    (
        r"^groups\.0\.0\.edges\.1\.options\.motif2\.Graph\.edges\.1\.options\.depthwise_conv_3x3\.Operation\.Convs\.0\.",
        "layer_3.",
    ),
    (
        r"^groups\.0\.0\.edges\.2\.options\.motif2\.Graph\.edges\.1\.options\.depthwise_conv_3x3\.Operation\.Convs\.0\.",
        "layer_5.",
    ),
    (
        r"^groups\.0\.0\.edges\.4\.options\.motif1\.Graph\.edges\.2\.options\.conv_1x1\.Operation\.Convs\.0\.norm\.norm\.",
        "layer_11.",
    ),
    (
        r"^groups\.0\.0\.edges\.5\.options\.motif1\.Graph\.edges\.2\.options\.conv_1x1\.Operation\.Convs\.0\.norm\.norm\.",
        "layer_16.",
    ),
    (
        r"^groups\.1\.0\.edges\.0\.options\.motif2\.Graph\.edges\.1\.options\.depthwise_conv_3x3\.Operation\.Convs\.0\.",
        "layer_17.",
    ),
    (
        r"^groups\.1\.0\.edges\.1\.options\.motif2\.Graph\.edges\.1\.options\.depthwise_conv_3x3\.Operation\.Convs\.0\.",
        "layer_19.",
    ),
    (
        r"^groups\.1\.0\.edges\.2\.options\.motif2\.Graph\.edges\.1\.options\.depthwise_conv_3x3\.Operation\.Convs\.0\.",
        "layer_21.",
    ),
    (
        r"^groups\.1\.0\.edges\.4\.options\.motif1\.Graph\.edges\.2\.options\.conv_1x1\.Operation\.Convs\.0\.norm\.norm\.",
        "layer_27.",
    ),
    (
        r"^groups\.1\.0\.edges\.5\.options\.motif1\.Graph\.edges\.2\.options\.conv_1x1\.Operation\.Convs\.0\.norm\.norm\.",
        "layer_32.",
    ),
    (
        r"^groups\.2\.0\.edges\.0\.options\.motif2\.Graph\.edges\.1\.options\.depthwise_conv_3x3\.Operation\.Convs\.0\.",
        "layer_33.",
    ),
    (
        r"^groups\.2\.0\.edges\.1\.options\.motif2\.Graph\.edges\.1\.options\.depthwise_conv_3x3\.Operation\.Convs\.0\.",
        "layer_35.",
    ),
    (
        r"^groups\.2\.0\.edges\.2\.options\.motif2\.Graph\.edges\.1\.options\.depthwise_conv_3x3\.Operation\.Convs\.0\.",
        "layer_37.",
    ),
    (
        r"^groups\.2\.0\.edges\.4\.options\.motif1\.Graph\.edges\.2\.options\.conv_1x1\.Operation\.Convs\.0\.norm\.norm\.",
        "layer_43.",
    ),
    (
        r"^groups\.2\.0\.edges\.5\.options\.motif1\.Graph\.edges\.2\.options\.conv_1x1\.Operation\.Convs\.0\.norm\.norm\.",
        "layer_48.",
    ),
    (
        r"^groups\.0\.0\.edges\.4\.options\.motif1\.Graph\.edges\.0\.options\.sep_conv_3x3\.Operation\.Convs\.0\.",
        "layer_7.",
    ),
    (
        r"^groups\.0\.0\.edges\.4\.options\.motif1\.Graph\.edges\.0\.options\.sep_conv_3x3\.Operation\.Convs\.1\.",
        "layer_9.",
    ),
    (
        r"^groups\.0\.0\.edges\.5\.options\.motif1\.Graph\.edges\.0\.options\.sep_conv_3x3\.Operation\.Convs\.0\.",
        "layer_12.",
    ),
    (
        r"^groups\.0\.0\.edges\.5\.options\.motif1\.Graph\.edges\.0\.options\.sep_conv_3x3\.Operation\.Convs\.1\.",
        "layer_14.",
    ),
    (
        r"^groups\.1\.0\.edges\.4\.options\.motif1\.Graph\.edges\.0\.options\.sep_conv_3x3\.Operation\.Convs\.0\.",
        "layer_23.",
    ),
    (
        r"^groups\.1\.0\.edges\.4\.options\.motif1\.Graph\.edges\.0\.options\.sep_conv_3x3\.Operation\.Convs\.1\.",
        "layer_25.",
    ),
    (
        r"^groups\.1\.0\.edges\.5\.options\.motif1\.Graph\.edges\.0\.options\.sep_conv_3x3\.Operation\.Convs\.0\.",
        "layer_28.",
    ),
    (
        r"^groups\.1\.0\.edges\.5\.options\.motif1\.Graph\.edges\.0\.options\.sep_conv_3x3\.Operation\.Convs\.1\.",
        "layer_30.",
    ),
    (
        r"^groups\.2\.0\.edges\.4\.options\.motif1\.Graph\.edges\.0\.options\.sep_conv_3x3\.Operation\.Convs\.0\.",
        "layer_39.",
    ),
    (
        r"^groups\.2\.0\.edges\.4\.options\.motif1\.Graph\.edges\.0\.options\.sep_conv_3x3\.Operation\.Convs\.1\.",
        "layer_41.",
    ),
    (
        r"^groups\.2\.0\.edges\.5\.options\.motif1\.Graph\.edges\.0\.options\.sep_conv_3x3\.Operation\.Convs\.0\.",
        "layer_44.",
    ),
    (
        r"^groups\.2\.0\.edges\.5\.options\.motif1\.Graph\.edges\.0\.options\.sep_conv_3x3\.Operation\.Convs\.1\.",
        "layer_46.",
    ),
    (
        r"^groups\.0\.0\.edges\.4\.options\.motif1\.Graph\.edges\.2\.options\.conv_1x1\.Operation\.Convs\.0\.",
        "groups_0_0_edges_4_motif1_edges_2_conv_1x1_0.",
    ),
    (
        r"^groups\.0\.0\.edges\.5\.options\.motif1\.Graph\.edges\.2\.options\.conv_1x1\.Operation\.Convs\.0\.",
        "groups_0_0_edges_5_motif1_edges_2_conv_1x1_0.",
    ),
    (
        r"^groups\.1\.0\.edges\.4\.options\.motif1\.Graph\.edges\.2\.options\.conv_1x1\.Operation\.Convs\.0\.",
        "groups_1_0_edges_4_motif1_edges_2_conv_1x1_0.",
    ),
    (
        r"^groups\.1\.0\.edges\.5\.options\.motif1\.Graph\.edges\.2\.options\.conv_1x1\.Operation\.Convs\.0\.",
        "groups_1_0_edges_5_motif1_edges_2_conv_1x1_0.",
    ),
    (
        r"^groups\.2\.0\.edges\.4\.options\.motif1\.Graph\.edges\.2\.options\.conv_1x1\.Operation\.Convs\.0\.",
        "groups_2_0_edges_4_motif1_edges_2_conv_1x1_0.",
    ),
    (
        r"^groups\.2\.0\.edges\.5\.options\.motif1\.Graph\.edges\.2\.options\.conv_1x1\.Operation\.Convs\.0\.",
        "groups_2_0_edges_5_motif1_edges_2_conv_1x1_0.",
    ),
    (r"^reductions\.0\.0\.norm\.norm\.", "reductions_0_0_norm."),
    (r"^reductions\.0\.1\.norm\.norm\.", "reductions_0_1_norm."),
    (r"^reductions\.1\.0\.norm\.norm\.", "reductions_1_0_norm."),
    (r"^reductions\.1\.1\.norm\.norm\.", "reductions_1_1_norm."),
    (r"^reductions\.0\.0\.", "reductions_0_0."),
    (r"^reductions\.0\.1\.", "reductions_0_1."),
    (r"^reductions\.1\.0\.", "reductions_1_0."),
    (r"^reductions\.1\.1\.", "reductions_1_1."),
    (r"^stem\.norm\.norm\.", "stem_norm."),
];

/// The network.
#[derive(Module, Debug)]
pub struct Network {
    stem: Conv2d,
    stem_norm: BatchNorm,
    max_pool: MaxPool2d,
    layer: Conv2d,
    layer_2: BatchNorm,
    layer_3: Conv2d,
    layer_4: BatchNorm,
    layer_5: Conv2d,
    layer_6: BatchNorm,
    layer_7: Conv2d,
    layer_8: BatchNorm,
    layer_9: Conv2d,
    layer_10: BatchNorm,
    groups_0_0_edges_4_motif1_edges_2_conv_1x1_0: Conv2d,
    layer_11: BatchNorm,
    layer_12: Conv2d,
    layer_13: BatchNorm,
    layer_14: Conv2d,
    layer_15: BatchNorm,
    groups_0_0_edges_5_motif1_edges_2_conv_1x1_0: Conv2d,
    layer_16: BatchNorm,
    reductions_0_0: Conv2d,
    reductions_0_0_norm: BatchNorm,
    reductions_0_1: Conv2d,
    reductions_0_1_norm: BatchNorm,
    layer_17: Conv2d,
    layer_18: BatchNorm,
    layer_19: Conv2d,
    layer_20: BatchNorm,
    layer_21: Conv2d,
    layer_22: BatchNorm,
    layer_23: Conv2d,
    layer_24: BatchNorm,
    layer_25: Conv2d,
    layer_26: BatchNorm,
    groups_1_0_edges_4_motif1_edges_2_conv_1x1_0: Conv2d,
    layer_27: BatchNorm,
    layer_28: Conv2d,
    layer_29: BatchNorm,
    layer_30: Conv2d,
    layer_31: BatchNorm,
    groups_1_0_edges_5_motif1_edges_2_conv_1x1_0: Conv2d,
    layer_32: BatchNorm,
    reductions_1_0: Conv2d,
    reductions_1_0_norm: BatchNorm,
    reductions_1_1: Conv2d,
    reductions_1_1_norm: BatchNorm,
    layer_33: Conv2d,
    layer_34: BatchNorm,
    layer_35: Conv2d,
    layer_36: BatchNorm,
    layer_37: Conv2d,
    layer_38: BatchNorm,
    layer_39: Conv2d,
    layer_40: BatchNorm,
    layer_41: Conv2d,
    layer_42: BatchNorm,
    groups_2_0_edges_4_motif1_edges_2_conv_1x1_0: Conv2d,
    layer_43: BatchNorm,
    layer_44: Conv2d,
    layer_45: BatchNorm,
    layer_46: Conv2d,
    layer_47: BatchNorm,
    groups_2_0_edges_5_motif1_edges_2_conv_1x1_0: Conv2d,
    layer_48: BatchNorm,
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
            max_pool: MaxPool2dConfig::new([3, 3])
                .with_strides([1, 1])
                .with_padding(PaddingConfig2d::Explicit(1, 1, 1, 1))
                .init(),
            layer: Conv2dConfig::new([4, 4], [3, 3])
                .with_padding(PaddingConfig2d::Explicit(1, 1, 1, 1))
                .with_groups(4)
                .with_bias(false)
                .init(device),
            layer_2: BatchNormConfig::new(4).init(device),
            layer_3: Conv2dConfig::new([4, 4], [3, 3])
                .with_padding(PaddingConfig2d::Explicit(1, 1, 1, 1))
                .with_groups(4)
                .with_bias(false)
                .init(device),
            layer_4: BatchNormConfig::new(4).init(device),
            layer_5: Conv2dConfig::new([4, 4], [3, 3])
                .with_padding(PaddingConfig2d::Explicit(1, 1, 1, 1))
                .with_groups(4)
                .with_bias(false)
                .init(device),
            layer_6: BatchNormConfig::new(4).init(device),
            layer_7: Conv2dConfig::new([4, 4], [3, 3])
                .with_padding(PaddingConfig2d::Explicit(1, 1, 1, 1))
                .with_groups(4)
                .with_bias(false)
                .init(device),
            layer_8: BatchNormConfig::new(4).init(device),
            layer_9: Conv2dConfig::new([4, 4], [1, 1])
                .with_bias(false)
                .init(device),
            layer_10: BatchNormConfig::new(4).init(device),
            groups_0_0_edges_4_motif1_edges_2_conv_1x1_0: Conv2dConfig::new([4, 4], [1, 1])
                .with_bias(false)
                .init(device),
            layer_11: BatchNormConfig::new(4).init(device),
            layer_12: Conv2dConfig::new([4, 4], [3, 3])
                .with_padding(PaddingConfig2d::Explicit(1, 1, 1, 1))
                .with_groups(4)
                .with_bias(false)
                .init(device),
            layer_13: BatchNormConfig::new(4).init(device),
            layer_14: Conv2dConfig::new([4, 4], [1, 1])
                .with_bias(false)
                .init(device),
            layer_15: BatchNormConfig::new(4).init(device),
            groups_0_0_edges_5_motif1_edges_2_conv_1x1_0: Conv2dConfig::new([4, 4], [1, 1])
                .with_bias(false)
                .init(device),
            layer_16: BatchNormConfig::new(4).init(device),
            reductions_0_0: Conv2dConfig::new([4, 4], [3, 3])
                .with_stride([2, 2])
                .with_padding(PaddingConfig2d::Explicit(1, 1, 1, 1))
                .with_groups(4)
                .with_bias(false)
                .init(device),
            reductions_0_0_norm: BatchNormConfig::new(4).init(device),
            reductions_0_1: Conv2dConfig::new([4, 8], [1, 1])
                .with_bias(false)
                .init(device),
            reductions_0_1_norm: BatchNormConfig::new(8).init(device),
            layer_17: Conv2dConfig::new([8, 8], [3, 3])
                .with_padding(PaddingConfig2d::Explicit(1, 1, 1, 1))
                .with_groups(8)
                .with_bias(false)
                .init(device),
            layer_18: BatchNormConfig::new(8).init(device),
            layer_19: Conv2dConfig::new([8, 8], [3, 3])
                .with_padding(PaddingConfig2d::Explicit(1, 1, 1, 1))
                .with_groups(8)
                .with_bias(false)
                .init(device),
            layer_20: BatchNormConfig::new(8).init(device),
            layer_21: Conv2dConfig::new([8, 8], [3, 3])
                .with_padding(PaddingConfig2d::Explicit(1, 1, 1, 1))
                .with_groups(8)
                .with_bias(false)
                .init(device),
            layer_22: BatchNormConfig::new(8).init(device),
            layer_23: Conv2dConfig::new([8, 8], [3, 3])
                .with_padding(PaddingConfig2d::Explicit(1, 1, 1, 1))
                .with_groups(8)
                .with_bias(false)
                .init(device),
            layer_24: BatchNormConfig::new(8).init(device),
            layer_25: Conv2dConfig::new([8, 8], [1, 1])
                .with_bias(false)
                .init(device),
            layer_26: BatchNormConfig::new(8).init(device),
            groups_1_0_edges_4_motif1_edges_2_conv_1x1_0: Conv2dConfig::new([8, 8], [1, 1])
                .with_bias(false)
                .init(device),
            layer_27: BatchNormConfig::new(8).init(device),
            layer_28: Conv2dConfig::new([8, 8], [3, 3])
                .with_padding(PaddingConfig2d::Explicit(1, 1, 1, 1))
                .with_groups(8)
                .with_bias(false)
                .init(device),
            layer_29: BatchNormConfig::new(8).init(device),
            layer_30: Conv2dConfig::new([8, 8], [1, 1])
                .with_bias(false)
                .init(device),
            layer_31: BatchNormConfig::new(8).init(device),
            groups_1_0_edges_5_motif1_edges_2_conv_1x1_0: Conv2dConfig::new([8, 8], [1, 1])
                .with_bias(false)
                .init(device),
            layer_32: BatchNormConfig::new(8).init(device),
            reductions_1_0: Conv2dConfig::new([8, 8], [3, 3])
                .with_stride([2, 2])
                .with_padding(PaddingConfig2d::Explicit(1, 1, 1, 1))
                .with_groups(8)
                .with_bias(false)
                .init(device),
            reductions_1_0_norm: BatchNormConfig::new(8).init(device),
            reductions_1_1: Conv2dConfig::new([8, 16], [1, 1])
                .with_bias(false)
                .init(device),
            reductions_1_1_norm: BatchNormConfig::new(16).init(device),
            layer_33: Conv2dConfig::new([16, 16], [3, 3])
                .with_padding(PaddingConfig2d::Explicit(1, 1, 1, 1))
                .with_groups(16)
                .with_bias(false)
                .init(device),
            layer_34: BatchNormConfig::new(16).init(device),
            layer_35: Conv2dConfig::new([16, 16], [3, 3])
                .with_padding(PaddingConfig2d::Explicit(1, 1, 1, 1))
                .with_groups(16)
                .with_bias(false)
                .init(device),
            layer_36: BatchNormConfig::new(16).init(device),
            layer_37: Conv2dConfig::new([16, 16], [3, 3])
                .with_padding(PaddingConfig2d::Explicit(1, 1, 1, 1))
                .with_groups(16)
                .with_bias(false)
                .init(device),
            layer_38: BatchNormConfig::new(16).init(device),
            layer_39: Conv2dConfig::new([16, 16], [3, 3])
                .with_padding(PaddingConfig2d::Explicit(1, 1, 1, 1))
                .with_groups(16)
                .with_bias(false)
                .init(device),
            layer_40: BatchNormConfig::new(16).init(device),
            layer_41: Conv2dConfig::new([16, 16], [1, 1])
                .with_bias(false)
                .init(device),
            layer_42: BatchNormConfig::new(16).init(device),
            groups_2_0_edges_4_motif1_edges_2_conv_1x1_0: Conv2dConfig::new([16, 16], [1, 1])
                .with_bias(false)
                .init(device),
            layer_43: BatchNormConfig::new(16).init(device),
            layer_44: Conv2dConfig::new([16, 16], [3, 3])
                .with_padding(PaddingConfig2d::Explicit(1, 1, 1, 1))
                .with_groups(16)
                .with_bias(false)
                .init(device),
            layer_45: BatchNormConfig::new(16).init(device),
            layer_46: Conv2dConfig::new([16, 16], [1, 1])
                .with_bias(false)
                .init(device),
            layer_47: BatchNormConfig::new(16).init(device),
            groups_2_0_edges_5_motif1_edges_2_conv_1x1_0: Conv2dConfig::new([16, 16], [1, 1])
                .with_bias(false)
                .init(device),
            layer_48: BatchNormConfig::new(16).init(device),
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
        let x4 = self.max_pool.forward(x3.clone());
        let x5 = self.layer.forward(x3.clone());
        let x6 = self.layer_2.forward(x5);
        let x7 = relu(x6);
        let x8 = self.max_pool.forward(x4);
        let x9 = x7 + x8.clone();
        let x10 = self.layer_3.forward(x3);
        let x11 = self.layer_4.forward(x10);
        let x12 = relu(x11);
        let x13 = x12 + x8;
        let x14 = self.max_pool.forward(x9.clone());
        let x15 = self.layer_5.forward(x9.clone());
        let x16 = self.layer_6.forward(x15);
        let x17 = relu(x16);
        let x18 = self.max_pool.forward(x14);
        let x19 = x17 + x18;
        let x20 = x13 + x19;
        let x21 = self.layer_7.forward(x9);
        let x22 = self.layer_8.forward(x21);
        let x23 = self.layer_9.forward(x22);
        let x24 = self.layer_10.forward(x23);
        let x25 = relu(x24);
        let x26 = self
            .groups_0_0_edges_4_motif1_edges_2_conv_1x1_0
            .forward(x25);
        let x27 = self.layer_11.forward(x26);
        let x28 = relu(x27);
        let x29 = self.layer_12.forward(x20);
        let x30 = self.layer_13.forward(x29);
        let x31 = self.layer_14.forward(x30);
        let x32 = self.layer_15.forward(x31);
        let x33 = relu(x32);
        let x34 = self
            .groups_0_0_edges_5_motif1_edges_2_conv_1x1_0
            .forward(x33);
        let x35 = self.layer_16.forward(x34);
        let x36 = relu(x35);
        let x37 = x28 + x36;
        let x38 = self.reductions_0_0.forward(x37);
        let x39 = self.reductions_0_0_norm.forward(x38);
        let x40 = self.reductions_0_1.forward(x39);
        let x41 = self.reductions_0_1_norm.forward(x40);
        let x42 = relu(x41);
        let x43 = self.max_pool.forward(x42.clone());
        let x44 = self.layer_17.forward(x42.clone());
        let x45 = self.layer_18.forward(x44);
        let x46 = relu(x45);
        let x47 = self.max_pool.forward(x43);
        let x48 = x46 + x47.clone();
        let x49 = self.layer_19.forward(x42);
        let x50 = self.layer_20.forward(x49);
        let x51 = relu(x50);
        let x52 = x51 + x47;
        let x53 = self.max_pool.forward(x48.clone());
        let x54 = self.layer_21.forward(x48.clone());
        let x55 = self.layer_22.forward(x54);
        let x56 = relu(x55);
        let x57 = self.max_pool.forward(x53);
        let x58 = x56 + x57;
        let x59 = x52 + x58;
        let x60 = self.layer_23.forward(x48);
        let x61 = self.layer_24.forward(x60);
        let x62 = self.layer_25.forward(x61);
        let x63 = self.layer_26.forward(x62);
        let x64 = relu(x63);
        let x65 = self
            .groups_1_0_edges_4_motif1_edges_2_conv_1x1_0
            .forward(x64);
        let x66 = self.layer_27.forward(x65);
        let x67 = relu(x66);
        let x68 = self.layer_28.forward(x59);
        let x69 = self.layer_29.forward(x68);
        let x70 = self.layer_30.forward(x69);
        let x71 = self.layer_31.forward(x70);
        let x72 = relu(x71);
        let x73 = self
            .groups_1_0_edges_5_motif1_edges_2_conv_1x1_0
            .forward(x72);
        let x74 = self.layer_32.forward(x73);
        let x75 = relu(x74);
        let x76 = x67 + x75;
        let x77 = self.reductions_1_0.forward(x76);
        let x78 = self.reductions_1_0_norm.forward(x77);
        let x79 = self.reductions_1_1.forward(x78);
        let x80 = self.reductions_1_1_norm.forward(x79);
        let x81 = relu(x80);
        let x82 = self.max_pool.forward(x81.clone());
        let x83 = self.layer_33.forward(x81.clone());
        let x84 = self.layer_34.forward(x83);
        let x85 = relu(x84);
        let x86 = self.max_pool.forward(x82);
        let x87 = x85 + x86.clone();
        let x88 = self.layer_35.forward(x81);
        let x89 = self.layer_36.forward(x88);
        let x90 = relu(x89);
        let x91 = x90 + x86;
        let x92 = self.max_pool.forward(x87.clone());
        let x93 = self.layer_37.forward(x87.clone());
        let x94 = self.layer_38.forward(x93);
        let x95 = relu(x94);
        let x96 = self.max_pool.forward(x92);
        let x97 = x95 + x96;
        let x98 = x91 + x97;
        let x99 = self.layer_39.forward(x87);
        let x100 = self.layer_40.forward(x99);
        let x101 = self.layer_41.forward(x100);
        let x102 = self.layer_42.forward(x101);
        let x103 = relu(x102);
        let x104 = self
            .groups_2_0_edges_4_motif1_edges_2_conv_1x1_0
            .forward(x103);
        let x105 = self.layer_43.forward(x104);
        let x106 = relu(x105);
        let x107 = self.layer_44.forward(x98);
        let x108 = self.layer_45.forward(x107);
        let x109 = self.layer_46.forward(x108);
        let x110 = self.layer_47.forward(x109);
        let x111 = relu(x110);
        let x112 = self
            .groups_2_0_edges_5_motif1_edges_2_conv_1x1_0
            .forward(x111);
        let x113 = self.layer_48.forward(x112);
        let x114 = relu(x113);
        let x115 = x106 + x114;
        let x116: Tensor<2> = x115.mean_dims(&[2, 3]).flatten(1, 3);
        self.classifier.forward(x116)
    }
}
