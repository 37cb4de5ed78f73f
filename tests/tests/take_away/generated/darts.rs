//! A network that one-shot architecture search found, as a plain Burn module. Written by supernet 0.1.0.
//!
//! Architecture (seed 7): `11:0001000:0000001/101:0010000:1000000/0101:0100000:0000100/10001:0000010:0010000/11:0010000:0100000/011:0000010:0010000/1010:1000000:0001000/01010:0010000:1000000`
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
use burn::nn::pool::{AvgPool2d, AvgPool2dConfig, MaxPool2d, MaxPool2dConfig};
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
        r"^cells\.0\.nodes\.0\.states\.0\.3\.Separable\.0\.pointwise\.norm\.norm\.",
        "cells_0_nodes_0_states_0_3_0_pointwise_norm.",
    ),
    (
        r"^cells\.0\.nodes\.0\.states\.0\.3\.Separable\.1\.pointwise\.norm\.norm\.",
        "cells_0_nodes_0_states_0_3_1_pointwise_norm.",
    ),
    (
        r"^cells\.0\.nodes\.0\.states\.1\.6\.Separable\.0\.pointwise\.norm\.norm\.",
        "cells_0_nodes_0_states_1_6_0_pointwise_norm.",
    ),
    (
        r"^cells\.0\.nodes\.2\.states\.3\.4\.Separable\.0\.pointwise\.norm\.norm\.",
        "cells_0_nodes_2_states_3_4_0_pointwise_norm.",
    ),
    (
        r"^cells\.0\.nodes\.2\.states\.3\.4\.Separable\.1\.pointwise\.norm\.norm\.",
        "cells_0_nodes_2_states_3_4_1_pointwise_norm.",
    ),
    (
        r"^cells\.0\.nodes\.3\.states\.0\.5\.Separable\.0\.pointwise\.norm\.norm\.",
        "cells_0_nodes_3_states_0_5_0_pointwise_norm.",
    ),
    (
        r"^cells\.1\.nodes\.1\.states\.1\.5\.Separable\.0\.pointwise\.norm\.norm\.",
        "cells_1_nodes_1_states_1_5_0_pointwise_norm.",
    ),
    (
        r"^cells\.1\.nodes\.2\.states\.2\.3\.Separable\.0\.pointwise\.norm\.norm\.",
        "cells_1_nodes_2_states_2_3_0_pointwise_norm.",
    ),
    (
        r"^cells\.1\.nodes\.2\.states\.2\.3\.Separable\.1\.pointwise\.norm\.norm\.",
        "cells_1_nodes_2_states_2_3_1_pointwise_norm.",
    ),
    (
        r"^cells\.2\.nodes\.1\.states\.1\.5\.Separable\.0\.pointwise\.norm\.norm\.",
        "cells_2_nodes_1_states_1_5_0_pointwise_norm.",
    ),
    (
        r"^cells\.2\.nodes\.2\.states\.2\.3\.Separable\.0\.pointwise\.norm\.norm\.",
        "cells_2_nodes_2_states_2_3_0_pointwise_norm.",
    ),
    (
        r"^cells\.2\.nodes\.2\.states\.2\.3\.Separable\.1\.pointwise\.norm\.norm\.",
        "cells_2_nodes_2_states_2_3_1_pointwise_norm.",
    ),
    (
        r"^cells\.0\.nodes\.0\.states\.0\.3\.Separable\.0\.depthwise\.",
        "cells_0_nodes_0_states_0_3_0_depthwise.",
    ),
    (
        r"^cells\.0\.nodes\.0\.states\.0\.3\.Separable\.0\.pointwise\.",
        "cells_0_nodes_0_states_0_3_0_pointwise.",
    ),
    (
        r"^cells\.0\.nodes\.0\.states\.0\.3\.Separable\.1\.depthwise\.",
        "cells_0_nodes_0_states_0_3_1_depthwise.",
    ),
    (
        r"^cells\.0\.nodes\.0\.states\.0\.3\.Separable\.1\.pointwise\.",
        "cells_0_nodes_0_states_0_3_1_pointwise.",
    ),
    (
        r"^cells\.0\.nodes\.0\.states\.1\.6\.Separable\.0\.depthwise\.",
        "cells_0_nodes_0_states_1_6_0_depthwise.",
    ),
    (
        r"^cells\.0\.nodes\.0\.states\.1\.6\.Separable\.0\.pointwise\.",
        "cells_0_nodes_0_states_1_6_0_pointwise.",
    ),
    (
        r"^cells\.0\.nodes\.2\.states\.3\.4\.Separable\.0\.depthwise\.",
        "cells_0_nodes_2_states_3_4_0_depthwise.",
    ),
    (
        r"^cells\.0\.nodes\.2\.states\.3\.4\.Separable\.0\.pointwise\.",
        "cells_0_nodes_2_states_3_4_0_pointwise.",
    ),
    (
        r"^cells\.0\.nodes\.2\.states\.3\.4\.Separable\.1\.depthwise\.",
        "cells_0_nodes_2_states_3_4_1_depthwise.",
    ),
    (
        r"^cells\.0\.nodes\.2\.states\.3\.4\.Separable\.1\.pointwise\.",
        "cells_0_nodes_2_states_3_4_1_pointwise.",
    ),
    (
        r"^cells\.0\.nodes\.3\.states\.0\.5\.Separable\.0\.depthwise\.",
        "cells_0_nodes_3_states_0_5_0_depthwise.",
    ),
    (
        r"^cells\.0\.nodes\.3\.states\.0\.5\.Separable\.0\.pointwise\.",
        "cells_0_nodes_3_states_0_5_0_pointwise.",
    ),
    (
        r"^cells\.1\.nodes\.1\.states\.1\.5\.Separable\.0\.depthwise\.",
        "cells_1_nodes_1_states_1_5_0_depthwise.",
    ),
    (
        r"^cells\.1\.nodes\.1\.states\.1\.5\.Separable\.0\.pointwise\.",
        "cells_1_nodes_1_states_1_5_0_pointwise.",
    ),
    (
        r"^cells\.1\.nodes\.2\.states\.2\.3\.Separable\.0\.depthwise\.",
        "cells_1_nodes_2_states_2_3_0_depthwise.",
    ),
    (
        r"^cells\.1\.nodes\.2\.states\.2\.3\.Separable\.0\.pointwise\.",
        "cells_1_nodes_2_states_2_3_0_pointwise.",
    ),
    (
        r"^cells\.1\.nodes\.2\.states\.2\.3\.Separable\.1\.depthwise\.",
        "cells_1_nodes_2_states_2_3_1_depthwise.",
    ),
    (
        r"^cells\.1\.nodes\.2\.states\.2\.3\.Separable\.1\.pointwise\.",
        "cells_1_nodes_2_states_2_3_1_pointwise.",
    ),
    (
        r"^cells\.2\.nodes\.1\.states\.1\.5\.Separable\.0\.depthwise\.",
        "cells_2_nodes_1_states_1_5_0_depthwise.",
    ),
    (
        r"^cells\.2\.nodes\.1\.states\.1\.5\.Separable\.0\.pointwise\.",
        "cells_2_nodes_1_states_1_5_0_pointwise.",
    ),
    (
        r"^cells\.2\.nodes\.2\.states\.2\.3\.Separable\.0\.depthwise\.",
        "cells_2_nodes_2_states_2_3_0_depthwise.",
    ),
    (
        r"^cells\.2\.nodes\.2\.states\.2\.3\.Separable\.0\.pointwise\.",
        "cells_2_nodes_2_states_2_3_0_pointwise.",
    ),
    (
        r"^cells\.2\.nodes\.2\.states\.2\.3\.Separable\.1\.depthwise\.",
        "cells_2_nodes_2_states_2_3_1_depthwise.",
    ),
    (
        r"^cells\.2\.nodes\.2\.states\.2\.3\.Separable\.1\.pointwise\.",
        "cells_2_nodes_2_states_2_3_1_pointwise.",
    ),
    (
        r"^cells\.1\.nodes\.0\.states\.0\.2\.Reduce\.norm\.norm\.",
        "cells_1_nodes_0_states_0_2_norm.",
    ),
    (
        r"^cells\.1\.nodes\.3\.states\.1\.2\.Reduce\.norm\.norm\.",
        "cells_1_nodes_3_states_1_2_norm.",
    ),
    (
        r"^cells\.2\.nodes\.0\.states\.0\.2\.Reduce\.norm\.norm\.",
        "cells_2_nodes_0_states_0_2_norm.",
    ),
    (
        r"^cells\.2\.nodes\.3\.states\.1\.2\.Reduce\.norm\.norm\.",
        "cells_2_nodes_3_states_1_2_norm.",
    ),
    (
        r"^cells\.1\.nodes\.0\.states\.0\.2\.Reduce\.halves\.0\.",
        "cells_1_nodes_0_states_0_2_halves_0.",
    ),
    (
        r"^cells\.1\.nodes\.0\.states\.0\.2\.Reduce\.halves\.1\.",
        "cells_1_nodes_0_states_0_2_halves_1.",
    ),
    (
        r"^cells\.1\.nodes\.3\.states\.1\.2\.Reduce\.halves\.0\.",
        "cells_1_nodes_3_states_1_2_halves_0.",
    ),
    (
        r"^cells\.1\.nodes\.3\.states\.1\.2\.Reduce\.halves\.1\.",
        "cells_1_nodes_3_states_1_2_halves_1.",
    ),
    (
        r"^cells\.2\.nodes\.0\.states\.0\.2\.Reduce\.halves\.0\.",
        "cells_2_nodes_0_states_0_2_halves_0.",
    ),
    (
        r"^cells\.2\.nodes\.0\.states\.0\.2\.Reduce\.halves\.1\.",
        "cells_2_nodes_0_states_0_2_halves_1.",
    ),
    (
        r"^cells\.2\.nodes\.3\.states\.1\.2\.Reduce\.halves\.0\.",
        "cells_2_nodes_3_states_1_2_halves_0.",
    ),
    (
        r"^cells\.2\.nodes\.3\.states\.1\.2\.Reduce\.halves\.1\.",
        "cells_2_nodes_3_states_1_2_halves_1.",
    ),
    (
        r"^cells\.2\.inputs\.0\.Reduces\.norm\.norm\.",
        "cells_2_inputs_0_norm.",
    ),
    (
        r"^cells\.2\.inputs\.0\.Reduces\.halves\.0\.",
        "cells_2_inputs_0_halves_0.",
    ),
    (
        r"^cells\.2\.inputs\.0\.Reduces\.halves\.1\.",
        "cells_2_inputs_0_halves_1.",
    ),
    (
        r"^cells\.0\.inputs\.0\.Keeps\.norm\.norm\.",
        "cells_0_inputs_0_norm.",
    ),
    (
        r"^cells\.0\.inputs\.1\.Keeps\.norm\.norm\.",
        "cells_0_inputs_1_norm.",
    ),
    (
        r"^cells\.1\.inputs\.0\.Keeps\.norm\.norm\.",
        "cells_1_inputs_0_norm.",
    ),
    (
        r"^cells\.1\.inputs\.1\.Keeps\.norm\.norm\.",
        "cells_1_inputs_1_norm.",
    ),
    (
        r"^cells\.2\.inputs\.1\.Keeps\.norm\.norm\.",
        "cells_2_inputs_1_norm.",
    ),
    (r"^cells\.0\.inputs\.0\.Keeps\.", "cells_0_inputs_0."),
    (r"^cells\.0\.inputs\.1\.Keeps\.", "cells_0_inputs_1."),
    (r"^cells\.1\.inputs\.0\.Keeps\.", "cells_1_inputs_0."),
    (r"^cells\.1\.inputs\.1\.Keeps\.", "cells_1_inputs_1."),
    (r"^cells\.2\.inputs\.1\.Keeps\.", "cells_2_inputs_1."),
    (r"^stem\.norm\.norm\.", "stem_norm."),
];

/// The network.
#[derive(Module, Debug)]
pub struct Network {
    stem: Conv2d,
    stem_norm: BatchNorm,
    cells_0_inputs_0: Conv2d,
    cells_0_inputs_0_norm: BatchNorm,
    cells_0_inputs_1: Conv2d,
    cells_0_inputs_1_norm: BatchNorm,
    cells_0_nodes_0_states_0_3_0_depthwise: Conv2d,
    cells_0_nodes_0_states_0_3_0_pointwise: Conv2d,
    cells_0_nodes_0_states_0_3_0_pointwise_norm: BatchNorm,
    cells_0_nodes_0_states_0_3_1_depthwise: Conv2d,
    cells_0_nodes_0_states_0_3_1_pointwise: Conv2d,
    cells_0_nodes_0_states_0_3_1_pointwise_norm: BatchNorm,
    cells_0_nodes_0_states_1_6_0_depthwise: Conv2d,
    cells_0_nodes_0_states_1_6_0_pointwise: Conv2d,
    cells_0_nodes_0_states_1_6_0_pointwise_norm: BatchNorm,
    max_pool: MaxPool2d,
    average_pool: AvgPool2d,
    cells_0_nodes_2_states_3_4_0_depthwise: Conv2d,
    cells_0_nodes_2_states_3_4_0_pointwise: Conv2d,
    cells_0_nodes_2_states_3_4_0_pointwise_norm: BatchNorm,
    cells_0_nodes_2_states_3_4_1_depthwise: Conv2d,
    cells_0_nodes_2_states_3_4_1_pointwise: Conv2d,
    cells_0_nodes_2_states_3_4_1_pointwise_norm: BatchNorm,
    cells_0_nodes_3_states_0_5_0_depthwise: Conv2d,
    cells_0_nodes_3_states_0_5_0_pointwise: Conv2d,
    cells_0_nodes_3_states_0_5_0_pointwise_norm: BatchNorm,
    cells_1_inputs_0: Conv2d,
    cells_1_inputs_0_norm: BatchNorm,
    cells_1_inputs_1: Conv2d,
    cells_1_inputs_1_norm: BatchNorm,
    cells_1_nodes_0_states_0_2_halves_0: Conv2d,
    cells_1_nodes_0_states_0_2_halves_1: Conv2d,
    cells_1_nodes_0_states_0_2_norm: BatchNorm,
    average_pool_2: AvgPool2d,
    cells_1_nodes_1_states_1_5_0_depthwise: Conv2d,
    cells_1_nodes_1_states_1_5_0_pointwise: Conv2d,
    cells_1_nodes_1_states_1_5_0_pointwise_norm: BatchNorm,
    max_pool_2: MaxPool2d,
    cells_1_nodes_2_states_2_3_0_depthwise: Conv2d,
    cells_1_nodes_2_states_2_3_0_pointwise: Conv2d,
    cells_1_nodes_2_states_2_3_0_pointwise_norm: BatchNorm,
    cells_1_nodes_2_states_2_3_1_depthwise: Conv2d,
    cells_1_nodes_2_states_2_3_1_pointwise: Conv2d,
    cells_1_nodes_2_states_2_3_1_pointwise_norm: BatchNorm,
    cells_1_nodes_3_states_1_2_halves_0: Conv2d,
    cells_1_nodes_3_states_1_2_halves_1: Conv2d,
    cells_1_nodes_3_states_1_2_norm: BatchNorm,
    cells_2_inputs_0_halves_0: Conv2d,
    cells_2_inputs_0_halves_1: Conv2d,
    cells_2_inputs_0_norm: BatchNorm,
    cells_2_inputs_1: Conv2d,
    cells_2_inputs_1_norm: BatchNorm,
    cells_2_nodes_0_states_0_2_halves_0: Conv2d,
    cells_2_nodes_0_states_0_2_halves_1: Conv2d,
    cells_2_nodes_0_states_0_2_norm: BatchNorm,
    cells_2_nodes_1_states_1_5_0_depthwise: Conv2d,
    cells_2_nodes_1_states_1_5_0_pointwise: Conv2d,
    cells_2_nodes_1_states_1_5_0_pointwise_norm: BatchNorm,
    cells_2_nodes_2_states_2_3_0_depthwise: Conv2d,
    cells_2_nodes_2_states_2_3_0_pointwise: Conv2d,
    cells_2_nodes_2_states_2_3_0_pointwise_norm: BatchNorm,
    cells_2_nodes_2_states_2_3_1_depthwise: Conv2d,
    cells_2_nodes_2_states_2_3_1_pointwise: Conv2d,
    cells_2_nodes_2_states_2_3_1_pointwise_norm: BatchNorm,
    cells_2_nodes_3_states_1_2_halves_0: Conv2d,
    cells_2_nodes_3_states_1_2_halves_1: Conv2d,
    cells_2_nodes_3_states_1_2_norm: BatchNorm,
    classifier: Linear,
}

impl Network {
    /// The network with random weights, as Burn draws them.
    pub fn new(device: &Device) -> Self {
        Self {
            stem: Conv2dConfig::new([3, 12], [3, 3])
                .with_padding(PaddingConfig2d::Explicit(1, 1, 1, 1))
                .with_bias(false)
                .init(device),
            stem_norm: BatchNormConfig::new(12).init(device),
            cells_0_inputs_0: Conv2dConfig::new([12, 4], [1, 1])
                .with_bias(false)
                .init(device),
            cells_0_inputs_0_norm: BatchNormConfig::new(4).init(device),
            cells_0_inputs_1: Conv2dConfig::new([12, 4], [1, 1])
                .with_bias(false)
                .init(device),
            cells_0_inputs_1_norm: BatchNormConfig::new(4).init(device),
            cells_0_nodes_0_states_0_3_0_depthwise: Conv2dConfig::new([4, 4], [3, 3])
                .with_padding(PaddingConfig2d::Explicit(1, 1, 1, 1))
                .with_groups(4)
                .with_bias(false)
                .init(device),
            cells_0_nodes_0_states_0_3_0_pointwise: Conv2dConfig::new([4, 4], [1, 1])
                .with_bias(false)
                .init(device),
            cells_0_nodes_0_states_0_3_0_pointwise_norm: BatchNormConfig::new(4).init(device),
            cells_0_nodes_0_states_0_3_1_depthwise: Conv2dConfig::new([4, 4], [3, 3])
                .with_padding(PaddingConfig2d::Explicit(1, 1, 1, 1))
                .with_groups(4)
                .with_bias(false)
                .init(device),
            cells_0_nodes_0_states_0_3_1_pointwise: Conv2dConfig::new([4, 4], [1, 1])
                .with_bias(false)
                .init(device),
            cells_0_nodes_0_states_0_3_1_pointwise_norm: BatchNormConfig::new(4).init(device),
            cells_0_nodes_0_states_1_6_0_depthwise: Conv2dConfig::new([4, 4], [5, 5])
                .with_padding(PaddingConfig2d::Explicit(4, 4, 4, 4))
                .with_dilation([2, 2])
                .with_groups(4)
                .with_bias(false)
                .init(device),
            cells_0_nodes_0_states_1_6_0_pointwise: Conv2dConfig::new([4, 4], [1, 1])
                .with_bias(false)
                .init(device),
            cells_0_nodes_0_states_1_6_0_pointwise_norm: BatchNormConfig::new(4).init(device),
            max_pool: MaxPool2dConfig::new([3, 3])
                .with_strides([1, 1])
                .with_padding(PaddingConfig2d::Explicit(1, 1, 1, 1))
                .init(),
            average_pool: AvgPool2dConfig::new([3, 3])
                .with_strides([1, 1])
                .with_padding(PaddingConfig2d::Explicit(1, 1, 1, 1))
                .with_count_include_pad(false)
                .init(),
            cells_0_nodes_2_states_3_4_0_depthwise: Conv2dConfig::new([4, 4], [5, 5])
                .with_padding(PaddingConfig2d::Explicit(2, 2, 2, 2))
                .with_groups(4)
                .with_bias(false)
                .init(device),
            cells_0_nodes_2_states_3_4_0_pointwise: Conv2dConfig::new([4, 4], [1, 1])
                .with_bias(false)
                .init(device),
            cells_0_nodes_2_states_3_4_0_pointwise_norm: BatchNormConfig::new(4).init(device),
            cells_0_nodes_2_states_3_4_1_depthwise: Conv2dConfig::new([4, 4], [5, 5])
                .with_padding(PaddingConfig2d::Explicit(2, 2, 2, 2))
                .with_groups(4)
                .with_bias(false)
                .init(device),
            cells_0_nodes_2_states_3_4_1_pointwise: Conv2dConfig::new([4, 4], [1, 1])
                .with_bias(false)
                .init(device),
            cells_0_nodes_2_states_3_4_1_pointwise_norm: BatchNormConfig::new(4).init(device),
            cells_0_nodes_3_states_0_5_0_depthwise: Conv2dConfig::new([4, 4], [3, 3])
                .with_padding(PaddingConfig2d::Explicit(2, 2, 2, 2))
                .with_dilation([2, 2])
                .with_groups(4)
                .with_bias(false)
                .init(device),
            cells_0_nodes_3_states_0_5_0_pointwise: Conv2dConfig::new([4, 4], [1, 1])
                .with_bias(false)
                .init(device),
            cells_0_nodes_3_states_0_5_0_pointwise_norm: BatchNormConfig::new(4).init(device),
            cells_1_inputs_0: Conv2dConfig::new([12, 8], [1, 1])
                .with_bias(false)
                .init(device),
            cells_1_inputs_0_norm: BatchNormConfig::new(8).init(device),
            cells_1_inputs_1: Conv2dConfig::new([16, 8], [1, 1])
                .with_bias(false)
                .init(device),
            cells_1_inputs_1_norm: BatchNormConfig::new(8).init(device),
            cells_1_nodes_0_states_0_2_halves_0: Conv2dConfig::new([8, 4], [1, 1])
                .with_stride([2, 2])
                .with_bias(false)
                .init(device),
            cells_1_nodes_0_states_0_2_halves_1: Conv2dConfig::new([8, 4], [1, 1])
                .with_stride([2, 2])
                .with_bias(false)
                .init(device),
            cells_1_nodes_0_states_0_2_norm: BatchNormConfig::new(8).init(device),
            average_pool_2: AvgPool2dConfig::new([3, 3])
                .with_strides([2, 2])
                .with_padding(PaddingConfig2d::Explicit(1, 1, 1, 1))
                .with_count_include_pad(false)
                .init(),
            cells_1_nodes_1_states_1_5_0_depthwise: Conv2dConfig::new([8, 8], [3, 3])
                .with_stride([2, 2])
                .with_padding(PaddingConfig2d::Explicit(2, 2, 2, 2))
                .with_dilation([2, 2])
                .with_groups(8)
                .with_bias(false)
                .init(device),
            cells_1_nodes_1_states_1_5_0_pointwise: Conv2dConfig::new([8, 8], [1, 1])
                .with_bias(false)
                .init(device),
            cells_1_nodes_1_states_1_5_0_pointwise_norm: BatchNormConfig::new(8).init(device),
            max_pool_2: MaxPool2dConfig::new([3, 3])
                .with_strides([2, 2])
                .with_padding(PaddingConfig2d::Explicit(1, 1, 1, 1))
                .init(),
            cells_1_nodes_2_states_2_3_0_depthwise: Conv2dConfig::new([8, 8], [3, 3])
                .with_padding(PaddingConfig2d::Explicit(1, 1, 1, 1))
                .with_groups(8)
                .with_bias(false)
                .init(device),
            cells_1_nodes_2_states_2_3_0_pointwise: Conv2dConfig::new([8, 8], [1, 1])
                .with_bias(false)
                .init(device),
            cells_1_nodes_2_states_2_3_0_pointwise_norm: BatchNormConfig::new(8).init(device),
            cells_1_nodes_2_states_2_3_1_depthwise: Conv2dConfig::new([8, 8], [3, 3])
                .with_padding(PaddingConfig2d::Explicit(1, 1, 1, 1))
                .with_groups(8)
                .with_bias(false)
                .init(device),
            cells_1_nodes_2_states_2_3_1_pointwise: Conv2dConfig::new([8, 8], [1, 1])
                .with_bias(false)
                .init(device),
            cells_1_nodes_2_states_2_3_1_pointwise_norm: BatchNormConfig::new(8).init(device),
            cells_1_nodes_3_states_1_2_halves_0: Conv2dConfig::new([8, 4], [1, 1])
                .with_stride([2, 2])
                .with_bias(false)
                .init(device),
            cells_1_nodes_3_states_1_2_halves_1: Conv2dConfig::new([8, 4], [1, 1])
                .with_stride([2, 2])
                .with_bias(false)
                .init(device),
            cells_1_nodes_3_states_1_2_norm: BatchNormConfig::new(8).init(device),
            cells_2_inputs_0_halves_0: Conv2dConfig::new([16, 8], [1, 1])
                .with_stride([2, 2])
                .with_bias(false)
                .init(device),
            cells_2_inputs_0_halves_1: Conv2dConfig::new([16, 8], [1, 1])
                .with_stride([2, 2])
                .with_bias(false)
                .init(device),
            cells_2_inputs_0_norm: BatchNormConfig::new(16).init(device),
            cells_2_inputs_1: Conv2dConfig::new([32, 16], [1, 1])
                .with_bias(false)
                .init(device),
            cells_2_inputs_1_norm: BatchNormConfig::new(16).init(device),
            cells_2_nodes_0_states_0_2_halves_0: Conv2dConfig::new([16, 8], [1, 1])
                .with_stride([2, 2])
                .with_bias(false)
                .init(device),
            cells_2_nodes_0_states_0_2_halves_1: Conv2dConfig::new([16, 8], [1, 1])
                .with_stride([2, 2])
                .with_bias(false)
                .init(device),
            cells_2_nodes_0_states_0_2_norm: BatchNormConfig::new(16).init(device),
            cells_2_nodes_1_states_1_5_0_depthwise: Conv2dConfig::new([16, 16], [3, 3])
                .with_stride([2, 2])
                .with_padding(PaddingConfig2d::Explicit(2, 2, 2, 2))
                .with_dilation([2, 2])
                .with_groups(16)
                .with_bias(false)
                .init(device),
            cells_2_nodes_1_states_1_5_0_pointwise: Conv2dConfig::new([16, 16], [1, 1])
                .with_bias(false)
                .init(device),
            cells_2_nodes_1_states_1_5_0_pointwise_norm: BatchNormConfig::new(16).init(device),
            cells_2_nodes_2_states_2_3_0_depthwise: Conv2dConfig::new([16, 16], [3, 3])
                .with_padding(PaddingConfig2d::Explicit(1, 1, 1, 1))
                .with_groups(16)
                .with_bias(false)
                .init(device),
            cells_2_nodes_2_states_2_3_0_pointwise: Conv2dConfig::new([16, 16], [1, 1])
                .with_bias(false)
                .init(device),
            cells_2_nodes_2_states_2_3_0_pointwise_norm: BatchNormConfig::new(16).init(device),
            cells_2_nodes_2_states_2_3_1_depthwise: Conv2dConfig::new([16, 16], [3, 3])
                .with_padding(PaddingConfig2d::Explicit(1, 1, 1, 1))
                .with_groups(16)
                .with_bias(false)
                .init(device),
            cells_2_nodes_2_states_2_3_1_pointwise: Conv2dConfig::new([16, 16], [1, 1])
                .with_bias(false)
                .init(device),
            cells_2_nodes_2_states_2_3_1_pointwise_norm: BatchNormConfig::new(16).init(device),
            cells_2_nodes_3_states_1_2_halves_0: Conv2dConfig::new([16, 8], [1, 1])
                .with_stride([2, 2])
                .with_bias(false)
                .init(device),
            cells_2_nodes_3_states_1_2_halves_1: Conv2dConfig::new([16, 8], [1, 1])
                .with_stride([2, 2])
                .with_bias(false)
                .init(device),
            cells_2_nodes_3_states_1_2_norm: BatchNormConfig::new(16).init(device),
            classifier: LinearConfig::new(64, 5).init(device),
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
        let x4 = self.cells_0_inputs_0.forward(x3.clone());
        let x5 = self.cells_0_inputs_0_norm.forward(x4);
        let x6 = self.cells_0_inputs_1.forward(x3.clone());
        let x7 = self.cells_0_inputs_1_norm.forward(x6);
        let x8 = relu(x5.clone());
        let x9 = self
            .cells_0_nodes_0_states_0_3_0_depthwise
            .forward(x8.clone());
        let x10 = self.cells_0_nodes_0_states_0_3_0_pointwise.forward(x9);
        let x11 = self
            .cells_0_nodes_0_states_0_3_0_pointwise_norm
            .forward(x10);
        let x12 = relu(x11);
        let x13 = self.cells_0_nodes_0_states_0_3_1_depthwise.forward(x12);
        let x14 = self.cells_0_nodes_0_states_0_3_1_pointwise.forward(x13);
        let x15 = self
            .cells_0_nodes_0_states_0_3_1_pointwise_norm
            .forward(x14);
        let x16 = relu(x7.clone());
        let x17 = self.cells_0_nodes_0_states_1_6_0_depthwise.forward(x16);
        let x18 = self.cells_0_nodes_0_states_1_6_0_pointwise.forward(x17);
        let x19 = self
            .cells_0_nodes_0_states_1_6_0_pointwise_norm
            .forward(x18);
        let x20 = x15 + x19;
        let x21 = self.max_pool.forward(x20.clone());
        let x22 = x5 + x21;
        let x23 = self.average_pool.forward(x7);
        let x24 = relu(x22.clone());
        let x25 = self.cells_0_nodes_2_states_3_4_0_depthwise.forward(x24);
        let x26 = self.cells_0_nodes_2_states_3_4_0_pointwise.forward(x25);
        let x27 = self
            .cells_0_nodes_2_states_3_4_0_pointwise_norm
            .forward(x26);
        let x28 = relu(x27);
        let x29 = self.cells_0_nodes_2_states_3_4_1_depthwise.forward(x28);
        let x30 = self.cells_0_nodes_2_states_3_4_1_pointwise.forward(x29);
        let x31 = self
            .cells_0_nodes_2_states_3_4_1_pointwise_norm
            .forward(x30);
        let x32 = x23 + x31;
        let x33 = self.cells_0_nodes_3_states_0_5_0_depthwise.forward(x8);
        let x34 = self.cells_0_nodes_3_states_0_5_0_pointwise.forward(x33);
        let x35 = self
            .cells_0_nodes_3_states_0_5_0_pointwise_norm
            .forward(x34);
        let x36 = x35 + x32.clone();
        let parts = vec![x20, x22, x32, x36];
        let x37 = Tensor::cat(parts, 1);
        let x38 = self.cells_1_inputs_0.forward(x3);
        let x39 = self.cells_1_inputs_0_norm.forward(x38);
        let x40 = relu(x37);
        let x41 = self.cells_1_inputs_1.forward(x40.clone());
        let x42 = self.cells_1_inputs_1_norm.forward(x41);
        let x43 = relu(x39.clone());
        let x44 = x43.clone().narrow(2, 1, 15);
        let x45 = x44.narrow(3, 1, 15);
        let x46 = self.cells_1_nodes_0_states_0_2_halves_0.forward(x43);
        let x47 = self.cells_1_nodes_0_states_0_2_halves_1.forward(x45);
        let parts = vec![x46, x47];
        let x48 = Tensor::cat(parts, 1);
        let x49 = self.cells_1_nodes_0_states_0_2_norm.forward(x48);
        let x50 = self.average_pool_2.forward(x42.clone());
        let x51 = x49 + x50;
        let x52 = relu(x42);
        let x53 = self
            .cells_1_nodes_1_states_1_5_0_depthwise
            .forward(x52.clone());
        let x54 = self.cells_1_nodes_1_states_1_5_0_pointwise.forward(x53);
        let x55 = self
            .cells_1_nodes_1_states_1_5_0_pointwise_norm
            .forward(x54);
        let x56 = x55 + x51.clone();
        let x57 = self.max_pool_2.forward(x39);
        let x58 = relu(x51.clone());
        let x59 = self.cells_1_nodes_2_states_2_3_0_depthwise.forward(x58);
        let x60 = self.cells_1_nodes_2_states_2_3_0_pointwise.forward(x59);
        let x61 = self
            .cells_1_nodes_2_states_2_3_0_pointwise_norm
            .forward(x60);
        let x62 = relu(x61);
        let x63 = self.cells_1_nodes_2_states_2_3_1_depthwise.forward(x62);
        let x64 = self.cells_1_nodes_2_states_2_3_1_pointwise.forward(x63);
        let x65 = self
            .cells_1_nodes_2_states_2_3_1_pointwise_norm
            .forward(x64);
        let x66 = x57 + x65;
        let x67 = x52.clone().narrow(2, 1, 15);
        let x68 = x67.narrow(3, 1, 15);
        let x69 = self.cells_1_nodes_3_states_1_2_halves_0.forward(x52);
        let x70 = self.cells_1_nodes_3_states_1_2_halves_1.forward(x68);
        let parts = vec![x69, x70];
        let x71 = Tensor::cat(parts, 1);
        let x72 = self.cells_1_nodes_3_states_1_2_norm.forward(x71);
        let x73 = self.max_pool.forward(x56.clone());
        let x74 = x72 + x73;
        let parts = vec![x51, x56, x66, x74];
        let x75 = Tensor::cat(parts, 1);
        let x76 = x40.clone().narrow(2, 1, 15);
        let x77 = x76.narrow(3, 1, 15);
        let x78 = self.cells_2_inputs_0_halves_0.forward(x40);
        let x79 = self.cells_2_inputs_0_halves_1.forward(x77);
        let parts = vec![x78, x79];
        let x80 = Tensor::cat(parts, 1);
        let x81 = self.cells_2_inputs_0_norm.forward(x80);
        let x82 = relu(x75);
        let x83 = self.cells_2_inputs_1.forward(x82);
        let x84 = self.cells_2_inputs_1_norm.forward(x83);
        let x85 = relu(x81.clone());
        let x86 = x85.clone().narrow(2, 1, 7);
        let x87 = x86.narrow(3, 1, 7);
        let x88 = self.cells_2_nodes_0_states_0_2_halves_0.forward(x85);
        let x89 = self.cells_2_nodes_0_states_0_2_halves_1.forward(x87);
        let parts = vec![x88, x89];
        let x90 = Tensor::cat(parts, 1);
        let x91 = self.cells_2_nodes_0_states_0_2_norm.forward(x90);
        let x92 = self.average_pool_2.forward(x84.clone());
        let x93 = x91 + x92;
        let x94 = relu(x84);
        let x95 = self
            .cells_2_nodes_1_states_1_5_0_depthwise
            .forward(x94.clone());
        let x96 = self.cells_2_nodes_1_states_1_5_0_pointwise.forward(x95);
        let x97 = self
            .cells_2_nodes_1_states_1_5_0_pointwise_norm
            .forward(x96);
        let x98 = x97 + x93.clone();
        let x99 = self.max_pool_2.forward(x81);
        let x100 = relu(x93.clone());
        let x101 = self.cells_2_nodes_2_states_2_3_0_depthwise.forward(x100);
        let x102 = self.cells_2_nodes_2_states_2_3_0_pointwise.forward(x101);
        let x103 = self
            .cells_2_nodes_2_states_2_3_0_pointwise_norm
            .forward(x102);
        let x104 = relu(x103);
        let x105 = self.cells_2_nodes_2_states_2_3_1_depthwise.forward(x104);
        let x106 = self.cells_2_nodes_2_states_2_3_1_pointwise.forward(x105);
        let x107 = self
            .cells_2_nodes_2_states_2_3_1_pointwise_norm
            .forward(x106);
        let x108 = x99 + x107;
        let x109 = x94.clone().narrow(2, 1, 7);
        let x110 = x109.narrow(3, 1, 7);
        let x111 = self.cells_2_nodes_3_states_1_2_halves_0.forward(x94);
        let x112 = self.cells_2_nodes_3_states_1_2_halves_1.forward(x110);
        let parts = vec![x111, x112];
        let x113 = Tensor::cat(parts, 1);
        let x114 = self.cells_2_nodes_3_states_1_2_norm.forward(x113);
        let x115 = self.max_pool.forward(x98.clone());
        let x116 = x114 + x115;
        let parts = vec![x93, x98, x108, x116];
        let x117 = Tensor::cat(parts, 1);
        let x118: Tensor<2> = x117.mean_dims(&[2, 3]).flatten(1, 3);
        self.classifier.forward(x118)
    }
}
