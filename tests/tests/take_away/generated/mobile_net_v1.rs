//! A network that one-shot architecture search found, as a plain Burn module. Written by supernet 0.1.0.
//!
//! Architecture (seed 7): `0100/0100/00100`
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
    (
        r"^resolution\.network\.stem\.weights\.0\.0$",
        "resolution_network_stem_weights_0_0.weight",
    ),
    (
        r"^resolution\.network\.stem\.weights\.1\.0$",
        "resolution_network_stem_weights_1_0.weight",
    ),
    (
        r"^resolution\.network\.first\.0\.depthwise\.weights\.0$",
        "layer.weight",
    ),
    (
        r"^resolution\.network\.first\.0\.depthwise\.weights\.1$",
        "layer_3.weight",
    ),
    (
        r"^resolution\.network\.first\.0\.pointwise\.weights\.0\.0$",
        "layer_5.weight",
    ),
    (
        r"^resolution\.network\.first\.0\.pointwise\.weights\.0\.1$",
        "layer_6.weight",
    ),
    (
        r"^resolution\.network\.first\.0\.pointwise\.weights\.1\.0$",
        "layer_8.weight",
    ),
    (
        r"^resolution\.network\.first\.0\.pointwise\.weights\.1\.1$",
        "layer_9.weight",
    ),
    (
        r"^resolution\.network\.first\.1\.depthwise\.weights\.0$",
        "layer_11.weight",
    ),
    (
        r"^resolution\.network\.first\.1\.depthwise\.weights\.1$",
        "layer_13.weight",
    ),
    (
        r"^resolution\.network\.first\.1\.pointwise\.weights\.0\.0$",
        "layer_15.weight",
    ),
    (
        r"^resolution\.network\.first\.1\.pointwise\.weights\.0\.1$",
        "layer_16.weight",
    ),
    (
        r"^resolution\.network\.first\.1\.pointwise\.weights\.1\.0$",
        "layer_18.weight",
    ),
    (
        r"^resolution\.network\.first\.1\.pointwise\.weights\.1\.1$",
        "layer_19.weight",
    ),
    (
        r"^resolution\.network\.first\.2\.depthwise\.weights\.0$",
        "layer_21.weight",
    ),
    (
        r"^resolution\.network\.first\.2\.depthwise\.weights\.1$",
        "layer_23.weight",
    ),
    (
        r"^resolution\.network\.first\.2\.pointwise\.weights\.0\.0$",
        "layer_25.weight",
    ),
    (
        r"^resolution\.network\.first\.2\.pointwise\.weights\.0\.1$",
        "layer_26.weight",
    ),
    (
        r"^resolution\.network\.first\.2\.pointwise\.weights\.1\.0$",
        "layer_28.weight",
    ),
    (
        r"^resolution\.network\.first\.2\.pointwise\.weights\.1\.1$",
        "layer_29.weight",
    ),
    (
        r"^resolution\.network\.first\.3\.depthwise\.weights\.0$",
        "layer_31.weight",
    ),
    (
        r"^resolution\.network\.first\.3\.depthwise\.weights\.1$",
        "layer_33.weight",
    ),
    (
        r"^resolution\.network\.first\.3\.pointwise\.weights\.0\.0$",
        "layer_35.weight",
    ),
    (
        r"^resolution\.network\.first\.3\.pointwise\.weights\.0\.1$",
        "layer_36.weight",
    ),
    (
        r"^resolution\.network\.first\.3\.pointwise\.weights\.1\.0$",
        "layer_38.weight",
    ),
    (
        r"^resolution\.network\.first\.3\.pointwise\.weights\.1\.1$",
        "layer_39.weight",
    ),
    (
        r"^resolution\.network\.first\.4\.depthwise\.weights\.0$",
        "layer_41.weight",
    ),
    (
        r"^resolution\.network\.first\.4\.depthwise\.weights\.1$",
        "layer_43.weight",
    ),
    (
        r"^resolution\.network\.first\.4\.pointwise\.weights\.0\.0$",
        "layer_45.weight",
    ),
    (
        r"^resolution\.network\.first\.4\.pointwise\.weights\.0\.1$",
        "layer_46.weight",
    ),
    (
        r"^resolution\.network\.first\.4\.pointwise\.weights\.1\.0$",
        "layer_48.weight",
    ),
    (
        r"^resolution\.network\.first\.4\.pointwise\.weights\.1\.1$",
        "layer_49.weight",
    ),
    (
        r"^resolution\.network\.first\.5\.depthwise\.weights\.0$",
        "layer_51.weight",
    ),
    (
        r"^resolution\.network\.first\.5\.depthwise\.weights\.1$",
        "layer_53.weight",
    ),
    (
        r"^resolution\.network\.first\.5\.pointwise\.weights\.0\.0$",
        "layer_55.weight",
    ),
    (
        r"^resolution\.network\.first\.5\.pointwise\.weights\.0\.1$",
        "layer_56.weight",
    ),
    (
        r"^resolution\.network\.first\.5\.pointwise\.weights\.1\.0$",
        "layer_58.weight",
    ),
    (
        r"^resolution\.network\.first\.5\.pointwise\.weights\.1\.1$",
        "layer_59.weight",
    ),
    (
        r"^resolution\.network\.middle\.1\.depthwise\.weights\.0$",
        "layer_61.weight",
    ),
    (
        r"^resolution\.network\.middle\.1\.depthwise\.weights\.1$",
        "layer_63.weight",
    ),
    (
        r"^resolution\.network\.middle\.1\.pointwise\.weights\.0\.0$",
        "layer_65.weight",
    ),
    (
        r"^resolution\.network\.middle\.1\.pointwise\.weights\.0\.1$",
        "layer_66.weight",
    ),
    (
        r"^resolution\.network\.middle\.1\.pointwise\.weights\.1\.0$",
        "layer_68.weight",
    ),
    (
        r"^resolution\.network\.middle\.1\.pointwise\.weights\.1\.1$",
        "layer_69.weight",
    ),
    (
        r"^resolution\.network\.middle\.2\.depthwise\.weights\.0$",
        "layer_71.weight",
    ),
    (
        r"^resolution\.network\.middle\.2\.depthwise\.weights\.1$",
        "layer_73.weight",
    ),
    (
        r"^resolution\.network\.middle\.2\.pointwise\.weights\.0\.0$",
        "layer_75.weight",
    ),
    (
        r"^resolution\.network\.middle\.2\.pointwise\.weights\.0\.1$",
        "layer_76.weight",
    ),
    (
        r"^resolution\.network\.middle\.2\.pointwise\.weights\.1\.0$",
        "layer_78.weight",
    ),
    (
        r"^resolution\.network\.middle\.2\.pointwise\.weights\.1\.1$",
        "layer_79.weight",
    ),
    (
        r"^resolution\.network\.middle\.3\.depthwise\.weights\.0$",
        "layer_81.weight",
    ),
    (
        r"^resolution\.network\.middle\.3\.depthwise\.weights\.1$",
        "layer_83.weight",
    ),
    (
        r"^resolution\.network\.middle\.3\.pointwise\.weights\.0\.0$",
        "layer_85.weight",
    ),
    (
        r"^resolution\.network\.middle\.3\.pointwise\.weights\.0\.1$",
        "layer_86.weight",
    ),
    (
        r"^resolution\.network\.middle\.3\.pointwise\.weights\.1\.0$",
        "layer_88.weight",
    ),
    (
        r"^resolution\.network\.middle\.3\.pointwise\.weights\.1\.1$",
        "layer_89.weight",
    ),
    (
        r"^resolution\.network\.last\.0\.depthwise\.weights\.0$",
        "layer_91.weight",
    ),
    (
        r"^resolution\.network\.last\.0\.depthwise\.weights\.1$",
        "layer_93.weight",
    ),
    (
        r"^resolution\.network\.last\.0\.pointwise\.weights\.0\.0$",
        "layer_95.weight",
    ),
    (
        r"^resolution\.network\.last\.0\.pointwise\.weights\.0\.1$",
        "layer_96.weight",
    ),
    (
        r"^resolution\.network\.last\.0\.pointwise\.weights\.1\.0$",
        "layer_98.weight",
    ),
    (
        r"^resolution\.network\.last\.0\.pointwise\.weights\.1\.1$",
        "layer_99.weight",
    ),
    (
        r"^resolution\.network\.last\.1\.depthwise\.weights\.0$",
        "layer_101.weight",
    ),
    (
        r"^resolution\.network\.last\.1\.depthwise\.weights\.1$",
        "layer_103.weight",
    ),
    (
        r"^resolution\.network\.last\.1\.pointwise\.weights\.0\.0$",
        "layer_105.weight",
    ),
    (
        r"^resolution\.network\.last\.1\.pointwise\.weights\.0\.1$",
        "layer_106.weight",
    ),
    (
        r"^resolution\.network\.last\.1\.pointwise\.weights\.1\.0$",
        "layer_108.weight",
    ),
    (
        r"^resolution\.network\.last\.1\.pointwise\.weights\.1\.1$",
        "layer_109.weight",
    ),
    (
        r"^resolution\.network\.classifier\.weights\.0$",
        "resolution_network_classifier_weights_0.weight",
    ),
    (
        r"^resolution\.network\.classifier\.bias$",
        "resolution_network_classifier_weights_0.bias",
    ),
    (
        r"^resolution\.network\.classifier\.weights\.1$",
        "resolution_network_classifier_weights_1.weight",
    ),
    (r"\.norm\.scale$", ".norm.gamma"),
    (r"\.norm\.shift$", ".norm.beta"),
    (r"\.norm\.stored_mean$", ".norm.running_mean"),
    (r"\.norm\.stored_variance$", ".norm.running_var"),
    (
        r"^resolution\.network\.middle\.1\.depthwise\.norms\.0\.norm\.",
        "layer_62.",
    ),
    (
        r"^resolution\.network\.middle\.1\.depthwise\.norms\.1\.norm\.",
        "layer_64.",
    ),
    (
        r"^resolution\.network\.middle\.1\.pointwise\.norms\.0\.norm\.",
        "layer_67.",
    ),
    (
        r"^resolution\.network\.middle\.1\.pointwise\.norms\.1\.norm\.",
        "layer_70.",
    ),
    (
        r"^resolution\.network\.middle\.2\.depthwise\.norms\.0\.norm\.",
        "layer_72.",
    ),
    (
        r"^resolution\.network\.middle\.2\.depthwise\.norms\.1\.norm\.",
        "layer_74.",
    ),
    (
        r"^resolution\.network\.middle\.2\.pointwise\.norms\.0\.norm\.",
        "layer_77.",
    ),
    (
        r"^resolution\.network\.middle\.2\.pointwise\.norms\.1\.norm\.",
        "layer_80.",
    ),
    (
        r"^resolution\.network\.middle\.3\.depthwise\.norms\.0\.norm\.",
        "layer_82.",
    ),
    (
        r"^resolution\.network\.middle\.3\.depthwise\.norms\.1\.norm\.",
        "layer_84.",
    ),
    (
        r"^resolution\.network\.middle\.3\.pointwise\.norms\.0\.norm\.",
        "layer_87.",
    ),
    (
        r"^resolution\.network\.middle\.3\.pointwise\.norms\.1\.norm\.",
        "layer_90.",
    ),
    (
        r"^resolution\.network\.first\.0\.depthwise\.norms\.0\.norm\.",
        "layer_2.",
    ),
    (
        r"^resolution\.network\.first\.0\.depthwise\.norms\.1\.norm\.",
        "layer_4.",
    ),
    (
        r"^resolution\.network\.first\.0\.pointwise\.norms\.0\.norm\.",
        "layer_7.",
    ),
    (
        r"^resolution\.network\.first\.0\.pointwise\.norms\.1\.norm\.",
        "layer_10.",
    ),
    (
        r"^resolution\.network\.first\.1\.depthwise\.norms\.0\.norm\.",
        "layer_12.",
    ),
    (
        r"^resolution\.network\.first\.1\.depthwise\.norms\.1\.norm\.",
        "layer_14.",
    ),
    (
        r"^resolution\.network\.first\.1\.pointwise\.norms\.0\.norm\.",
        "layer_17.",
    ),
    (
        r"^resolution\.network\.first\.1\.pointwise\.norms\.1\.norm\.",
        "layer_20.",
    ),
    (
        r"^resolution\.network\.first\.2\.depthwise\.norms\.0\.norm\.",
        "layer_22.",
    ),
    (
        r"^resolution\.network\.first\.2\.depthwise\.norms\.1\.norm\.",
        "layer_24.",
    ),
    (
        r"^resolution\.network\.first\.2\.pointwise\.norms\.0\.norm\.",
        "layer_27.",
    ),
    (
        r"^resolution\.network\.first\.2\.pointwise\.norms\.1\.norm\.",
        "layer_30.",
    ),
    (
        r"^resolution\.network\.first\.3\.depthwise\.norms\.0\.norm\.",
        "layer_32.",
    ),
    (
        r"^resolution\.network\.first\.3\.depthwise\.norms\.1\.norm\.",
        "layer_34.",
    ),
    (
        r"^resolution\.network\.first\.3\.pointwise\.norms\.0\.norm\.",
        "layer_37.",
    ),
    (
        r"^resolution\.network\.first\.3\.pointwise\.norms\.1\.norm\.",
        "layer_40.",
    ),
    (
        r"^resolution\.network\.first\.4\.depthwise\.norms\.0\.norm\.",
        "layer_42.",
    ),
    (
        r"^resolution\.network\.first\.4\.depthwise\.norms\.1\.norm\.",
        "layer_44.",
    ),
    (
        r"^resolution\.network\.first\.4\.pointwise\.norms\.0\.norm\.",
        "layer_47.",
    ),
    (
        r"^resolution\.network\.first\.4\.pointwise\.norms\.1\.norm\.",
        "layer_50.",
    ),
    (
        r"^resolution\.network\.first\.5\.depthwise\.norms\.0\.norm\.",
        "layer_52.",
    ),
    (
        r"^resolution\.network\.first\.5\.depthwise\.norms\.1\.norm\.",
        "layer_54.",
    ),
    (
        r"^resolution\.network\.first\.5\.pointwise\.norms\.0\.norm\.",
        "layer_57.",
    ),
    (
        r"^resolution\.network\.first\.5\.pointwise\.norms\.1\.norm\.",
        "layer_60.",
    ),
    (
        r"^resolution\.network\.last\.0\.depthwise\.norms\.0\.norm\.",
        "layer_92.",
    ),
    (
        r"^resolution\.network\.last\.0\.depthwise\.norms\.1\.norm\.",
        "layer_94.",
    ),
    (
        r"^resolution\.network\.last\.0\.pointwise\.norms\.0\.norm\.",
        "layer_97.",
    ),
    (
        r"^resolution\.network\.last\.0\.pointwise\.norms\.1\.norm\.",
        "layer_100.",
    ),
    (
        r"^resolution\.network\.last\.1\.depthwise\.norms\.0\.norm\.",
        "layer_102.",
    ),
    (
        r"^resolution\.network\.last\.1\.depthwise\.norms\.1\.norm\.",
        "layer_104.",
    ),
    (
        r"^resolution\.network\.last\.1\.pointwise\.norms\.0\.norm\.",
        "layer_107.",
    ),
    (
        r"^resolution\.network\.last\.1\.pointwise\.norms\.1\.norm\.",
        "layer_110.",
    ),
    (
        r"^resolution\.network\.stem\.norms\.0\.norm\.",
        "resolution_network_stem_norms_0_norm.",
    ),
    (
        r"^resolution\.network\.stem\.norms\.1\.norm\.",
        "resolution_network_stem_norms_1_norm.",
    ),
];

/// The network.
#[derive(Module, Debug)]
pub struct Network {
    resolution_network_stem_weights_0_0: Conv2d,
    resolution_network_stem_norms_0_norm: BatchNorm,
    resolution_network_stem_weights_1_0: Conv2d,
    resolution_network_stem_norms_1_norm: BatchNorm,
    layer: Conv2d,
    layer_2: BatchNorm,
    layer_3: Conv2d,
    layer_4: BatchNorm,
    layer_5: Conv2d,
    layer_6: Conv2d,
    layer_7: BatchNorm,
    layer_8: Conv2d,
    layer_9: Conv2d,
    layer_10: BatchNorm,
    layer_11: Conv2d,
    layer_12: BatchNorm,
    layer_13: Conv2d,
    layer_14: BatchNorm,
    layer_15: Conv2d,
    layer_16: Conv2d,
    layer_17: BatchNorm,
    layer_18: Conv2d,
    layer_19: Conv2d,
    layer_20: BatchNorm,
    layer_21: Conv2d,
    layer_22: BatchNorm,
    layer_23: Conv2d,
    layer_24: BatchNorm,
    layer_25: Conv2d,
    layer_26: Conv2d,
    layer_27: BatchNorm,
    layer_28: Conv2d,
    layer_29: Conv2d,
    layer_30: BatchNorm,
    layer_31: Conv2d,
    layer_32: BatchNorm,
    layer_33: Conv2d,
    layer_34: BatchNorm,
    layer_35: Conv2d,
    layer_36: Conv2d,
    layer_37: BatchNorm,
    layer_38: Conv2d,
    layer_39: Conv2d,
    layer_40: BatchNorm,
    layer_41: Conv2d,
    layer_42: BatchNorm,
    layer_43: Conv2d,
    layer_44: BatchNorm,
    layer_45: Conv2d,
    layer_46: Conv2d,
    layer_47: BatchNorm,
    layer_48: Conv2d,
    layer_49: Conv2d,
    layer_50: BatchNorm,
    layer_51: Conv2d,
    layer_52: BatchNorm,
    layer_53: Conv2d,
    layer_54: BatchNorm,
    layer_55: Conv2d,
    layer_56: Conv2d,
    layer_57: BatchNorm,
    layer_58: Conv2d,
    layer_59: Conv2d,
    layer_60: BatchNorm,
    layer_61: Conv2d,
    layer_62: BatchNorm,
    layer_63: Conv2d,
    layer_64: BatchNorm,
    layer_65: Conv2d,
    layer_66: Conv2d,
    layer_67: BatchNorm,
    layer_68: Conv2d,
    layer_69: Conv2d,
    layer_70: BatchNorm,
    layer_71: Conv2d,
    layer_72: BatchNorm,
    layer_73: Conv2d,
    layer_74: BatchNorm,
    layer_75: Conv2d,
    layer_76: Conv2d,
    layer_77: BatchNorm,
    layer_78: Conv2d,
    layer_79: Conv2d,
    layer_80: BatchNorm,
    layer_81: Conv2d,
    layer_82: BatchNorm,
    layer_83: Conv2d,
    layer_84: BatchNorm,
    layer_85: Conv2d,
    layer_86: Conv2d,
    layer_87: BatchNorm,
    layer_88: Conv2d,
    layer_89: Conv2d,
    layer_90: BatchNorm,
    layer_91: Conv2d,
    layer_92: BatchNorm,
    layer_93: Conv2d,
    layer_94: BatchNorm,
    layer_95: Conv2d,
    layer_96: Conv2d,
    layer_97: BatchNorm,
    layer_98: Conv2d,
    layer_99: Conv2d,
    layer_100: BatchNorm,
    layer_101: Conv2d,
    layer_102: BatchNorm,
    layer_103: Conv2d,
    layer_104: BatchNorm,
    layer_105: Conv2d,
    layer_106: Conv2d,
    layer_107: BatchNorm,
    layer_108: Conv2d,
    layer_109: Conv2d,
    layer_110: BatchNorm,
    resolution_network_classifier_weights_0: Linear,
    resolution_network_classifier_weights_1: Linear,
}

impl Network {
    /// The network with random weights, as Burn draws them.
    pub fn new(device: &Device) -> Self {
        Self {
            resolution_network_stem_weights_0_0: Conv2dConfig::new([3, 1], [3, 3])
                .with_stride([2, 2])
                .with_padding(PaddingConfig2d::Explicit(1, 1, 1, 1))
                .with_bias(false)
                .init(device),
            resolution_network_stem_norms_0_norm: BatchNormConfig::new(1).init(device),
            resolution_network_stem_weights_1_0: Conv2dConfig::new([3, 1], [3, 3])
                .with_stride([2, 2])
                .with_padding(PaddingConfig2d::Explicit(1, 1, 1, 1))
                .with_bias(false)
                .init(device),
            resolution_network_stem_norms_1_norm: BatchNormConfig::new(1).init(device),
            layer: Conv2dConfig::new([1, 1], [3, 3])
                .with_padding(PaddingConfig2d::Explicit(1, 1, 1, 1))
                .with_bias(false)
                .init(device),
            layer_2: BatchNormConfig::new(1).init(device),
            layer_3: Conv2dConfig::new([1, 1], [3, 3])
                .with_padding(PaddingConfig2d::Explicit(1, 1, 1, 1))
                .with_bias(false)
                .init(device),
            layer_4: BatchNormConfig::new(1).init(device),
            layer_5: Conv2dConfig::new([1, 2], [1, 1])
                .with_bias(false)
                .init(device),
            layer_6: Conv2dConfig::new([1, 2], [1, 1])
                .with_bias(false)
                .init(device),
            layer_7: BatchNormConfig::new(2).init(device),
            layer_8: Conv2dConfig::new([1, 2], [1, 1])
                .with_bias(false)
                .init(device),
            layer_9: Conv2dConfig::new([1, 2], [1, 1])
                .with_bias(false)
                .init(device),
            layer_10: BatchNormConfig::new(2).init(device),
            layer_11: Conv2dConfig::new([2, 2], [3, 3])
                .with_stride([2, 2])
                .with_padding(PaddingConfig2d::Explicit(1, 1, 1, 1))
                .with_groups(2)
                .with_bias(false)
                .init(device),
            layer_12: BatchNormConfig::new(2).init(device),
            layer_13: Conv2dConfig::new([2, 2], [3, 3])
                .with_stride([2, 2])
                .with_padding(PaddingConfig2d::Explicit(1, 1, 1, 1))
                .with_groups(2)
                .with_bias(false)
                .init(device),
            layer_14: BatchNormConfig::new(2).init(device),
            layer_15: Conv2dConfig::new([2, 4], [1, 1])
                .with_bias(false)
                .init(device),
            layer_16: Conv2dConfig::new([2, 4], [1, 1])
                .with_bias(false)
                .init(device),
            layer_17: BatchNormConfig::new(4).init(device),
            layer_18: Conv2dConfig::new([2, 4], [1, 1])
                .with_bias(false)
                .init(device),
            layer_19: Conv2dConfig::new([2, 4], [1, 1])
                .with_bias(false)
                .init(device),
            layer_20: BatchNormConfig::new(4).init(device),
            layer_21: Conv2dConfig::new([4, 4], [3, 3])
                .with_padding(PaddingConfig2d::Explicit(1, 1, 1, 1))
                .with_groups(4)
                .with_bias(false)
                .init(device),
            layer_22: BatchNormConfig::new(4).init(device),
            layer_23: Conv2dConfig::new([4, 4], [3, 3])
                .with_padding(PaddingConfig2d::Explicit(1, 1, 1, 1))
                .with_groups(4)
                .with_bias(false)
                .init(device),
            layer_24: BatchNormConfig::new(4).init(device),
            layer_25: Conv2dConfig::new([4, 4], [1, 1])
                .with_bias(false)
                .init(device),
            layer_26: Conv2dConfig::new([4, 4], [1, 1])
                .with_bias(false)
                .init(device),
            layer_27: BatchNormConfig::new(4).init(device),
            layer_28: Conv2dConfig::new([4, 4], [1, 1])
                .with_bias(false)
                .init(device),
            layer_29: Conv2dConfig::new([4, 4], [1, 1])
                .with_bias(false)
                .init(device),
            layer_30: BatchNormConfig::new(4).init(device),
            layer_31: Conv2dConfig::new([4, 4], [3, 3])
                .with_stride([2, 2])
                .with_padding(PaddingConfig2d::Explicit(1, 1, 1, 1))
                .with_groups(4)
                .with_bias(false)
                .init(device),
            layer_32: BatchNormConfig::new(4).init(device),
            layer_33: Conv2dConfig::new([4, 4], [3, 3])
                .with_stride([2, 2])
                .with_padding(PaddingConfig2d::Explicit(1, 1, 1, 1))
                .with_groups(4)
                .with_bias(false)
                .init(device),
            layer_34: BatchNormConfig::new(4).init(device),
            layer_35: Conv2dConfig::new([4, 8], [1, 1])
                .with_bias(false)
                .init(device),
            layer_36: Conv2dConfig::new([4, 8], [1, 1])
                .with_bias(false)
                .init(device),
            layer_37: BatchNormConfig::new(8).init(device),
            layer_38: Conv2dConfig::new([4, 8], [1, 1])
                .with_bias(false)
                .init(device),
            layer_39: Conv2dConfig::new([4, 8], [1, 1])
                .with_bias(false)
                .init(device),
            layer_40: BatchNormConfig::new(8).init(device),
            layer_41: Conv2dConfig::new([8, 8], [3, 3])
                .with_padding(PaddingConfig2d::Explicit(1, 1, 1, 1))
                .with_groups(8)
                .with_bias(false)
                .init(device),
            layer_42: BatchNormConfig::new(8).init(device),
            layer_43: Conv2dConfig::new([8, 8], [3, 3])
                .with_padding(PaddingConfig2d::Explicit(1, 1, 1, 1))
                .with_groups(8)
                .with_bias(false)
                .init(device),
            layer_44: BatchNormConfig::new(8).init(device),
            layer_45: Conv2dConfig::new([8, 8], [1, 1])
                .with_bias(false)
                .init(device),
            layer_46: Conv2dConfig::new([8, 8], [1, 1])
                .with_bias(false)
                .init(device),
            layer_47: BatchNormConfig::new(8).init(device),
            layer_48: Conv2dConfig::new([8, 8], [1, 1])
                .with_bias(false)
                .init(device),
            layer_49: Conv2dConfig::new([8, 8], [1, 1])
                .with_bias(false)
                .init(device),
            layer_50: BatchNormConfig::new(8).init(device),
            layer_51: Conv2dConfig::new([8, 8], [3, 3])
                .with_stride([2, 2])
                .with_padding(PaddingConfig2d::Explicit(1, 1, 1, 1))
                .with_groups(8)
                .with_bias(false)
                .init(device),
            layer_52: BatchNormConfig::new(8).init(device),
            layer_53: Conv2dConfig::new([8, 8], [3, 3])
                .with_stride([2, 2])
                .with_padding(PaddingConfig2d::Explicit(1, 1, 1, 1))
                .with_groups(8)
                .with_bias(false)
                .init(device),
            layer_54: BatchNormConfig::new(8).init(device),
            layer_55: Conv2dConfig::new([8, 16], [1, 1])
                .with_bias(false)
                .init(device),
            layer_56: Conv2dConfig::new([8, 16], [1, 1])
                .with_bias(false)
                .init(device),
            layer_57: BatchNormConfig::new(16).init(device),
            layer_58: Conv2dConfig::new([8, 16], [1, 1])
                .with_bias(false)
                .init(device),
            layer_59: Conv2dConfig::new([8, 16], [1, 1])
                .with_bias(false)
                .init(device),
            layer_60: BatchNormConfig::new(16).init(device),
            layer_61: Conv2dConfig::new([16, 16], [3, 3])
                .with_padding(PaddingConfig2d::Explicit(1, 1, 1, 1))
                .with_groups(16)
                .with_bias(false)
                .init(device),
            layer_62: BatchNormConfig::new(16).init(device),
            layer_63: Conv2dConfig::new([16, 16], [3, 3])
                .with_padding(PaddingConfig2d::Explicit(1, 1, 1, 1))
                .with_groups(16)
                .with_bias(false)
                .init(device),
            layer_64: BatchNormConfig::new(16).init(device),
            layer_65: Conv2dConfig::new([16, 16], [1, 1])
                .with_bias(false)
                .init(device),
            layer_66: Conv2dConfig::new([16, 16], [1, 1])
                .with_bias(false)
                .init(device),
            layer_67: BatchNormConfig::new(16).init(device),
            layer_68: Conv2dConfig::new([16, 16], [1, 1])
                .with_bias(false)
                .init(device),
            layer_69: Conv2dConfig::new([16, 16], [1, 1])
                .with_bias(false)
                .init(device),
            layer_70: BatchNormConfig::new(16).init(device),
            layer_71: Conv2dConfig::new([16, 16], [3, 3])
                .with_padding(PaddingConfig2d::Explicit(1, 1, 1, 1))
                .with_groups(16)
                .with_bias(false)
                .init(device),
            layer_72: BatchNormConfig::new(16).init(device),
            layer_73: Conv2dConfig::new([16, 16], [3, 3])
                .with_padding(PaddingConfig2d::Explicit(1, 1, 1, 1))
                .with_groups(16)
                .with_bias(false)
                .init(device),
            layer_74: BatchNormConfig::new(16).init(device),
            layer_75: Conv2dConfig::new([16, 16], [1, 1])
                .with_bias(false)
                .init(device),
            layer_76: Conv2dConfig::new([16, 16], [1, 1])
                .with_bias(false)
                .init(device),
            layer_77: BatchNormConfig::new(16).init(device),
            layer_78: Conv2dConfig::new([16, 16], [1, 1])
                .with_bias(false)
                .init(device),
            layer_79: Conv2dConfig::new([16, 16], [1, 1])
                .with_bias(false)
                .init(device),
            layer_80: BatchNormConfig::new(16).init(device),
            layer_81: Conv2dConfig::new([16, 16], [3, 3])
                .with_padding(PaddingConfig2d::Explicit(1, 1, 1, 1))
                .with_groups(16)
                .with_bias(false)
                .init(device),
            layer_82: BatchNormConfig::new(16).init(device),
            layer_83: Conv2dConfig::new([16, 16], [3, 3])
                .with_padding(PaddingConfig2d::Explicit(1, 1, 1, 1))
                .with_groups(16)
                .with_bias(false)
                .init(device),
            layer_84: BatchNormConfig::new(16).init(device),
            layer_85: Conv2dConfig::new([16, 16], [1, 1])
                .with_bias(false)
                .init(device),
            layer_86: Conv2dConfig::new([16, 16], [1, 1])
                .with_bias(false)
                .init(device),
            layer_87: BatchNormConfig::new(16).init(device),
            layer_88: Conv2dConfig::new([16, 16], [1, 1])
                .with_bias(false)
                .init(device),
            layer_89: Conv2dConfig::new([16, 16], [1, 1])
                .with_bias(false)
                .init(device),
            layer_90: BatchNormConfig::new(16).init(device),
            layer_91: Conv2dConfig::new([16, 16], [3, 3])
                .with_stride([2, 2])
                .with_padding(PaddingConfig2d::Explicit(1, 1, 1, 1))
                .with_groups(16)
                .with_bias(false)
                .init(device),
            layer_92: BatchNormConfig::new(16).init(device),
            layer_93: Conv2dConfig::new([16, 16], [3, 3])
                .with_stride([2, 2])
                .with_padding(PaddingConfig2d::Explicit(1, 1, 1, 1))
                .with_groups(16)
                .with_bias(false)
                .init(device),
            layer_94: BatchNormConfig::new(16).init(device),
            layer_95: Conv2dConfig::new([16, 32], [1, 1])
                .with_bias(false)
                .init(device),
            layer_96: Conv2dConfig::new([16, 32], [1, 1])
                .with_bias(false)
                .init(device),
            layer_97: BatchNormConfig::new(32).init(device),
            layer_98: Conv2dConfig::new([16, 32], [1, 1])
                .with_bias(false)
                .init(device),
            layer_99: Conv2dConfig::new([16, 32], [1, 1])
                .with_bias(false)
                .init(device),
            layer_100: BatchNormConfig::new(32).init(device),
            layer_101: Conv2dConfig::new([32, 32], [3, 3])
                .with_padding(PaddingConfig2d::Explicit(1, 1, 1, 1))
                .with_groups(32)
                .with_bias(false)
                .init(device),
            layer_102: BatchNormConfig::new(32).init(device),
            layer_103: Conv2dConfig::new([32, 32], [3, 3])
                .with_padding(PaddingConfig2d::Explicit(1, 1, 1, 1))
                .with_groups(32)
                .with_bias(false)
                .init(device),
            layer_104: BatchNormConfig::new(32).init(device),
            layer_105: Conv2dConfig::new([32, 32], [1, 1])
                .with_bias(false)
                .init(device),
            layer_106: Conv2dConfig::new([32, 32], [1, 1])
                .with_bias(false)
                .init(device),
            layer_107: BatchNormConfig::new(32).init(device),
            layer_108: Conv2dConfig::new([32, 32], [1, 1])
                .with_bias(false)
                .init(device),
            layer_109: Conv2dConfig::new([32, 32], [1, 1])
                .with_bias(false)
                .init(device),
            layer_110: BatchNormConfig::new(32).init(device),
            resolution_network_classifier_weights_0: LinearConfig::new(32, 5).init(device),
            resolution_network_classifier_weights_1: LinearConfig::new(32, 5)
                .with_bias(false)
                .init(device),
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
        let x1 = resized(images, 11);
        let x2 = self.resolution_network_stem_weights_0_0.forward(x1.clone());
        let x3 = self.resolution_network_stem_norms_0_norm.forward(x2);
        let x4 = relu(x3);
        let x5 = self.resolution_network_stem_weights_1_0.forward(x1);
        let x6 = self.resolution_network_stem_norms_1_norm.forward(x5);
        let x7 = relu(x6);
        let parts = vec![x4, x7];
        let x8 = Tensor::cat(parts, 1);
        let x9 = x8.clone().narrow(1, 0, 1);
        let x10 = x8.narrow(1, 1, 1);
        let x11 = self.layer.forward(x9);
        let x12 = self.layer_2.forward(x11);
        let x13 = relu(x12);
        let x14 = self.layer_3.forward(x10);
        let x15 = self.layer_4.forward(x14);
        let x16 = relu(x15);
        let parts = vec![x13, x16];
        let x17 = Tensor::cat(parts, 1);
        let x18 = x17.clone().narrow(1, 0, 1);
        let x19 = x17.narrow(1, 1, 1);
        let x20 = self.layer_5.forward(x18.clone());
        let x21 = self.layer_6.forward(x19.clone());
        let x22 = x20 + x21;
        let x23 = self.layer_7.forward(x22);
        let x24 = relu(x23);
        let x25 = self.layer_8.forward(x18);
        let x26 = self.layer_9.forward(x19);
        let x27 = x25 + x26;
        let x28 = self.layer_10.forward(x27);
        let x29 = relu(x28);
        let parts = vec![x24, x29];
        let x30 = Tensor::cat(parts, 1);
        let x31 = x30.clone().narrow(1, 0, 2);
        let x32 = x30.narrow(1, 2, 2);
        let x33 = self.layer_11.forward(x31);
        let x34 = self.layer_12.forward(x33);
        let x35 = relu(x34);
        let x36 = self.layer_13.forward(x32);
        let x37 = self.layer_14.forward(x36);
        let x38 = relu(x37);
        let parts = vec![x35, x38];
        let x39 = Tensor::cat(parts, 1);
        let x40 = x39.clone().narrow(1, 0, 2);
        let x41 = x39.narrow(1, 2, 2);
        let x42 = self.layer_15.forward(x40.clone());
        let x43 = self.layer_16.forward(x41.clone());
        let x44 = x42 + x43;
        let x45 = self.layer_17.forward(x44);
        let x46 = relu(x45);
        let x47 = self.layer_18.forward(x40);
        let x48 = self.layer_19.forward(x41);
        let x49 = x47 + x48;
        let x50 = self.layer_20.forward(x49);
        let x51 = relu(x50);
        let parts = vec![x46, x51];
        let x52 = Tensor::cat(parts, 1);
        let x53 = x52.clone().narrow(1, 0, 4);
        let x54 = x52.narrow(1, 4, 4);
        let x55 = self.layer_21.forward(x53);
        let x56 = self.layer_22.forward(x55);
        let x57 = relu(x56);
        let x58 = self.layer_23.forward(x54);
        let x59 = self.layer_24.forward(x58);
        let x60 = relu(x59);
        let parts = vec![x57, x60];
        let x61 = Tensor::cat(parts, 1);
        let x62 = x61.clone().narrow(1, 0, 4);
        let x63 = x61.narrow(1, 4, 4);
        let x64 = self.layer_25.forward(x62.clone());
        let x65 = self.layer_26.forward(x63.clone());
        let x66 = x64 + x65;
        let x67 = self.layer_27.forward(x66);
        let x68 = relu(x67);
        let x69 = self.layer_28.forward(x62);
        let x70 = self.layer_29.forward(x63);
        let x71 = x69 + x70;
        let x72 = self.layer_30.forward(x71);
        let x73 = relu(x72);
        let parts = vec![x68, x73];
        let x74 = Tensor::cat(parts, 1);
        let x75 = x74.clone().narrow(1, 0, 4);
        let x76 = x74.narrow(1, 4, 4);
        let x77 = self.layer_31.forward(x75);
        let x78 = self.layer_32.forward(x77);
        let x79 = relu(x78);
        let x80 = self.layer_33.forward(x76);
        let x81 = self.layer_34.forward(x80);
        let x82 = relu(x81);
        let parts = vec![x79, x82];
        let x83 = Tensor::cat(parts, 1);
        let x84 = x83.clone().narrow(1, 0, 4);
        let x85 = x83.narrow(1, 4, 4);
        let x86 = self.layer_35.forward(x84.clone());
        let x87 = self.layer_36.forward(x85.clone());
        let x88 = x86 + x87;
        let x89 = self.layer_37.forward(x88);
        let x90 = relu(x89);
        let x91 = self.layer_38.forward(x84);
        let x92 = self.layer_39.forward(x85);
        let x93 = x91 + x92;
        let x94 = self.layer_40.forward(x93);
        let x95 = relu(x94);
        let parts = vec![x90, x95];
        let x96 = Tensor::cat(parts, 1);
        let x97 = x96.clone().narrow(1, 0, 8);
        let x98 = x96.narrow(1, 8, 8);
        let x99 = self.layer_41.forward(x97);
        let x100 = self.layer_42.forward(x99);
        let x101 = relu(x100);
        let x102 = self.layer_43.forward(x98);
        let x103 = self.layer_44.forward(x102);
        let x104 = relu(x103);
        let parts = vec![x101, x104];
        let x105 = Tensor::cat(parts, 1);
        let x106 = x105.clone().narrow(1, 0, 8);
        let x107 = x105.narrow(1, 8, 8);
        let x108 = self.layer_45.forward(x106.clone());
        let x109 = self.layer_46.forward(x107.clone());
        let x110 = x108 + x109;
        let x111 = self.layer_47.forward(x110);
        let x112 = relu(x111);
        let x113 = self.layer_48.forward(x106);
        let x114 = self.layer_49.forward(x107);
        let x115 = x113 + x114;
        let x116 = self.layer_50.forward(x115);
        let x117 = relu(x116);
        let parts = vec![x112, x117];
        let x118 = Tensor::cat(parts, 1);
        let x119 = x118.clone().narrow(1, 0, 8);
        let x120 = x118.narrow(1, 8, 8);
        let x121 = self.layer_51.forward(x119);
        let x122 = self.layer_52.forward(x121);
        let x123 = relu(x122);
        let x124 = self.layer_53.forward(x120);
        let x125 = self.layer_54.forward(x124);
        let x126 = relu(x125);
        let parts = vec![x123, x126];
        let x127 = Tensor::cat(parts, 1);
        let x128 = x127.clone().narrow(1, 0, 8);
        let x129 = x127.narrow(1, 8, 8);
        let x130 = self.layer_55.forward(x128.clone());
        let x131 = self.layer_56.forward(x129.clone());
        let x132 = x130 + x131;
        let x133 = self.layer_57.forward(x132);
        let x134 = relu(x133);
        let x135 = self.layer_58.forward(x128);
        let x136 = self.layer_59.forward(x129);
        let x137 = x135 + x136;
        let x138 = self.layer_60.forward(x137);
        let x139 = relu(x138);
        let parts = vec![x134, x139];
        let x140 = Tensor::cat(parts, 1);
        let x141 = x140.clone().narrow(1, 0, 16);
        let x142 = x140.narrow(1, 16, 16);
        let x143 = self.layer_61.forward(x141);
        let x144 = self.layer_62.forward(x143);
        let x145 = relu(x144);
        let x146 = self.layer_63.forward(x142);
        let x147 = self.layer_64.forward(x146);
        let x148 = relu(x147);
        let parts = vec![x145, x148];
        let x149 = Tensor::cat(parts, 1);
        let x150 = x149.clone().narrow(1, 0, 16);
        let x151 = x149.narrow(1, 16, 16);
        let x152 = self.layer_65.forward(x150.clone());
        let x153 = self.layer_66.forward(x151.clone());
        let x154 = x152 + x153;
        let x155 = self.layer_67.forward(x154);
        let x156 = relu(x155);
        let x157 = self.layer_68.forward(x150);
        let x158 = self.layer_69.forward(x151);
        let x159 = x157 + x158;
        let x160 = self.layer_70.forward(x159);
        let x161 = relu(x160);
        let parts = vec![x156, x161];
        let x162 = Tensor::cat(parts, 1);
        let x163 = x162.clone().narrow(1, 0, 16);
        let x164 = x162.narrow(1, 16, 16);
        let x165 = self.layer_71.forward(x163);
        let x166 = self.layer_72.forward(x165);
        let x167 = relu(x166);
        let x168 = self.layer_73.forward(x164);
        let x169 = self.layer_74.forward(x168);
        let x170 = relu(x169);
        let parts = vec![x167, x170];
        let x171 = Tensor::cat(parts, 1);
        let x172 = x171.clone().narrow(1, 0, 16);
        let x173 = x171.narrow(1, 16, 16);
        let x174 = self.layer_75.forward(x172.clone());
        let x175 = self.layer_76.forward(x173.clone());
        let x176 = x174 + x175;
        let x177 = self.layer_77.forward(x176);
        let x178 = relu(x177);
        let x179 = self.layer_78.forward(x172);
        let x180 = self.layer_79.forward(x173);
        let x181 = x179 + x180;
        let x182 = self.layer_80.forward(x181);
        let x183 = relu(x182);
        let parts = vec![x178, x183];
        let x184 = Tensor::cat(parts, 1);
        let x185 = x184.clone().narrow(1, 0, 16);
        let x186 = x184.narrow(1, 16, 16);
        let x187 = self.layer_81.forward(x185);
        let x188 = self.layer_82.forward(x187);
        let x189 = relu(x188);
        let x190 = self.layer_83.forward(x186);
        let x191 = self.layer_84.forward(x190);
        let x192 = relu(x191);
        let parts = vec![x189, x192];
        let x193 = Tensor::cat(parts, 1);
        let x194 = x193.clone().narrow(1, 0, 16);
        let x195 = x193.narrow(1, 16, 16);
        let x196 = self.layer_85.forward(x194.clone());
        let x197 = self.layer_86.forward(x195.clone());
        let x198 = x196 + x197;
        let x199 = self.layer_87.forward(x198);
        let x200 = relu(x199);
        let x201 = self.layer_88.forward(x194);
        let x202 = self.layer_89.forward(x195);
        let x203 = x201 + x202;
        let x204 = self.layer_90.forward(x203);
        let x205 = relu(x204);
        let parts = vec![x200, x205];
        let x206 = Tensor::cat(parts, 1);
        let x207 = x206.clone().narrow(1, 0, 16);
        let x208 = x206.narrow(1, 16, 16);
        let x209 = self.layer_91.forward(x207);
        let x210 = self.layer_92.forward(x209);
        let x211 = relu(x210);
        let x212 = self.layer_93.forward(x208);
        let x213 = self.layer_94.forward(x212);
        let x214 = relu(x213);
        let parts = vec![x211, x214];
        let x215 = Tensor::cat(parts, 1);
        let x216 = x215.clone().narrow(1, 0, 16);
        let x217 = x215.narrow(1, 16, 16);
        let x218 = self.layer_95.forward(x216.clone());
        let x219 = self.layer_96.forward(x217.clone());
        let x220 = x218 + x219;
        let x221 = self.layer_97.forward(x220);
        let x222 = relu(x221);
        let x223 = self.layer_98.forward(x216);
        let x224 = self.layer_99.forward(x217);
        let x225 = x223 + x224;
        let x226 = self.layer_100.forward(x225);
        let x227 = relu(x226);
        let parts = vec![x222, x227];
        let x228 = Tensor::cat(parts, 1);
        let x229 = x228.clone().narrow(1, 0, 32);
        let x230 = x228.narrow(1, 32, 32);
        let x231 = self.layer_101.forward(x229);
        let x232 = self.layer_102.forward(x231);
        let x233 = relu(x232);
        let x234 = self.layer_103.forward(x230);
        let x235 = self.layer_104.forward(x234);
        let x236 = relu(x235);
        let parts = vec![x233, x236];
        let x237 = Tensor::cat(parts, 1);
        let x238 = x237.clone().narrow(1, 0, 32);
        let x239 = x237.narrow(1, 32, 32);
        let x240 = self.layer_105.forward(x238.clone());
        let x241 = self.layer_106.forward(x239.clone());
        let x242 = x240 + x241;
        let x243 = self.layer_107.forward(x242);
        let x244 = relu(x243);
        let x245 = self.layer_108.forward(x238);
        let x246 = self.layer_109.forward(x239);
        let x247 = x245 + x246;
        let x248 = self.layer_110.forward(x247);
        let x249 = relu(x248);
        let parts = vec![x244, x249];
        let x250 = Tensor::cat(parts, 1);
        let x251: Tensor<2> = x250.mean_dims(&[2, 3]).flatten(1, 3);
        let x252 = x251.clone().narrow(1, 0, 32);
        let x253 = x251.narrow(1, 32, 32);
        let x254 = self.resolution_network_classifier_weights_0.forward(x252);
        let x255 = self.resolution_network_classifier_weights_1.forward(x253);
        x254 + x255
    }
}

/// Images of `side` by `side` pixels, each the mean over the part of the image that it covers.
fn resized(images: Tensor<4>, side: usize) -> Tensor<4> {
    let ([_, _, height, width], device) = (images.dims(), images.device());
    let means = |from: usize| {
        let share = |mean: usize, pixel: usize| {
            let first = (mean * from).max(pixel * side);
            let last = ((mean + 1) * from).min((pixel + 1) * side);
            last.saturating_sub(first) as f32 / from as f32
        };
        let each = |mean: usize| (0..from).map(move |pixel| share(mean, pixel));
        let shares: Vec<f32> = (0..side).flat_map(each).collect();
        Tensor::<1>::from_floats(&shares[..], &device).reshape([1, 1, side, from])
    };
    let across = images.matmul(means(width).swap_dims(2, 3));
    means(height).matmul(across)
}
