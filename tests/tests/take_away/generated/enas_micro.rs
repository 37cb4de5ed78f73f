//! A network that one-shot architecture search found, as a plain Burn module. Written by supernet 0.1.0.
//!
//! Architecture (seed 7): `01:10000:10:00001/010:00010:010:00001/01:10000:01:01000/100:10000:010:00001`
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
    (
        r"^classifier\.slices\.3\.linear\.weight$",
        "classifier_slices_3_linear.weight",
    ),
    (r"^classifier\.bias$", "classifier_slices_3_linear.bias"),
    (r"\.norm\.scale$", ".norm.gamma"),
    (r"\.norm\.shift$", ".norm.beta"),
    (r"\.norm\.stored_mean$", ".norm.running_mean"),
    (r"\.norm\.stored_variance$", ".norm.running_var"),
    (
        r"^cells\.1\.blocks\.0\.right\.states\.1\.1\.kind\.Convs\.0\.halves\.0\.0\.",
        "layer_9.",
    ),
    (
        r"^cells\.1\.blocks\.0\.right\.states\.1\.1\.kind\.Convs\.0\.halves\.0\.1\.",
        "layer_10.",
    ),
    (
        r"^cells\.1\.blocks\.0\.right\.states\.1\.1\.kind\.Convs\.1\.halves\.0\.0\.",
        "layer_12.",
    ),
    (
        r"^cells\.1\.blocks\.0\.right\.states\.1\.1\.kind\.Convs\.1\.halves\.0\.1\.",
        "layer_13.",
    ),
    (
        r"^cells\.1\.blocks\.1\.right\.states\.1\.4\.kind\.Convs\.0\.halves\.0\.0\.",
        "layer_19.",
    ),
    (
        r"^cells\.3\.blocks\.0\.right\.states\.1\.1\.kind\.Convs\.0\.halves\.0\.0\.",
        "layer_29.",
    ),
    (
        r"^cells\.3\.blocks\.0\.right\.states\.1\.1\.kind\.Convs\.0\.halves\.0\.1\.",
        "layer_30.",
    ),
    (
        r"^cells\.3\.blocks\.0\.right\.states\.1\.1\.kind\.Convs\.1\.halves\.0\.0\.",
        "layer_32.",
    ),
    (
        r"^cells\.3\.blocks\.0\.right\.states\.1\.1\.kind\.Convs\.1\.halves\.0\.1\.",
        "layer_33.",
    ),
    (
        r"^cells\.3\.blocks\.1\.right\.states\.1\.4\.kind\.Convs\.0\.halves\.0\.0\.",
        "layer_39.",
    ),
    (
        r"^cells\.0\.blocks\.0\.left\.states\.1\.0\.kind\.Convs\.0\.halves\.0\.0\.",
        "layer.",
    ),
    (
        r"^cells\.0\.blocks\.0\.left\.states\.1\.0\.kind\.Convs\.0\.halves\.0\.1\.",
        "layer_2.",
    ),
    (
        r"^cells\.0\.blocks\.0\.left\.states\.1\.0\.kind\.Convs\.1\.halves\.0\.0\.",
        "layer_3.",
    ),
    (
        r"^cells\.0\.blocks\.0\.left\.states\.1\.0\.kind\.Convs\.1\.halves\.0\.1\.",
        "layer_4.",
    ),
    (
        r"^cells\.1\.blocks\.0\.left\.states\.1\.0\.kind\.Convs\.0\.halves\.0\.0\.",
        "layer_5.",
    ),
    (
        r"^cells\.1\.blocks\.0\.left\.states\.1\.0\.kind\.Convs\.0\.halves\.0\.1\.",
        "layer_6.",
    ),
    (
        r"^cells\.1\.blocks\.0\.left\.states\.1\.0\.kind\.Convs\.1\.halves\.0\.0\.",
        "layer_7.",
    ),
    (
        r"^cells\.1\.blocks\.0\.left\.states\.1\.0\.kind\.Convs\.1\.halves\.0\.1\.",
        "layer_8.",
    ),
    (
        r"^cells\.1\.blocks\.0\.right\.states\.1\.1\.kind\.Convs\.0\.norm\.norm\.",
        "layer_11.",
    ),
    (
        r"^cells\.1\.blocks\.0\.right\.states\.1\.1\.kind\.Convs\.1\.norm\.norm\.",
        "layer_14.",
    ),
    (
        r"^cells\.1\.blocks\.1\.left\.states\.0\.0\.kind\.Convs\.0\.halves\.0\.0\.",
        "layer_15.",
    ),
    (
        r"^cells\.1\.blocks\.1\.left\.states\.0\.0\.kind\.Convs\.0\.halves\.0\.1\.",
        "layer_16.",
    ),
    (
        r"^cells\.1\.blocks\.1\.left\.states\.0\.0\.kind\.Convs\.1\.halves\.0\.0\.",
        "layer_17.",
    ),
    (
        r"^cells\.1\.blocks\.1\.left\.states\.0\.0\.kind\.Convs\.1\.halves\.0\.1\.",
        "layer_18.",
    ),
    (
        r"^cells\.1\.blocks\.1\.right\.states\.1\.4\.kind\.Convs\.0\.norm\.norm\.",
        "layer_20.",
    ),
    (
        r"^cells\.2\.blocks\.0\.left\.states\.1\.0\.kind\.Convs\.0\.halves\.0\.0\.",
        "layer_21.",
    ),
    (
        r"^cells\.2\.blocks\.0\.left\.states\.1\.0\.kind\.Convs\.0\.halves\.0\.1\.",
        "layer_22.",
    ),
    (
        r"^cells\.2\.blocks\.0\.left\.states\.1\.0\.kind\.Convs\.1\.halves\.0\.0\.",
        "layer_23.",
    ),
    (
        r"^cells\.2\.blocks\.0\.left\.states\.1\.0\.kind\.Convs\.1\.halves\.0\.1\.",
        "layer_24.",
    ),
    (
        r"^cells\.3\.blocks\.0\.left\.states\.1\.0\.kind\.Convs\.0\.halves\.0\.0\.",
        "layer_25.",
    ),
    (
        r"^cells\.3\.blocks\.0\.left\.states\.1\.0\.kind\.Convs\.0\.halves\.0\.1\.",
        "layer_26.",
    ),
    (
        r"^cells\.3\.blocks\.0\.left\.states\.1\.0\.kind\.Convs\.1\.halves\.0\.0\.",
        "layer_27.",
    ),
    (
        r"^cells\.3\.blocks\.0\.left\.states\.1\.0\.kind\.Convs\.1\.halves\.0\.1\.",
        "layer_28.",
    ),
    (
        r"^cells\.3\.blocks\.0\.right\.states\.1\.1\.kind\.Convs\.0\.norm\.norm\.",
        "layer_31.",
    ),
    (
        r"^cells\.3\.blocks\.0\.right\.states\.1\.1\.kind\.Convs\.1\.norm\.norm\.",
        "layer_34.",
    ),
    (
        r"^cells\.3\.blocks\.1\.left\.states\.0\.0\.kind\.Convs\.0\.halves\.0\.0\.",
        "layer_35.",
    ),
    (
        r"^cells\.3\.blocks\.1\.left\.states\.0\.0\.kind\.Convs\.0\.halves\.0\.1\.",
        "layer_36.",
    ),
    (
        r"^cells\.3\.blocks\.1\.left\.states\.0\.0\.kind\.Convs\.1\.halves\.0\.0\.",
        "layer_37.",
    ),
    (
        r"^cells\.3\.blocks\.1\.left\.states\.0\.0\.kind\.Convs\.1\.halves\.0\.1\.",
        "layer_38.",
    ),
    (
        r"^cells\.3\.blocks\.1\.right\.states\.1\.4\.kind\.Convs\.0\.norm\.norm\.",
        "layer_40.",
    ),
    (
        r"^cells\.4\.blocks\.0\.left\.states\.1\.0\.kind\.Convs\.0\.halves\.0\.0\.",
        "layer_41.",
    ),
    (
        r"^cells\.4\.blocks\.0\.left\.states\.1\.0\.kind\.Convs\.0\.halves\.0\.1\.",
        "layer_42.",
    ),
    (
        r"^cells\.4\.blocks\.0\.left\.states\.1\.0\.kind\.Convs\.1\.halves\.0\.0\.",
        "layer_43.",
    ),
    (
        r"^cells\.4\.blocks\.0\.left\.states\.1\.0\.kind\.Convs\.1\.halves\.0\.1\.",
        "layer_44.",
    ),
    (
        r"^cells\.0\.blocks\.0\.left\.states\.1\.0\.kind\.Convs\.0\.norm\.norm\.",
        "cells_0_blocks_0_left_states_1_0_kind_0_norm.",
    ),
    (
        r"^cells\.0\.blocks\.0\.left\.states\.1\.0\.kind\.Convs\.1\.norm\.norm\.",
        "cells_0_blocks_0_left_states_1_0_kind_1_norm.",
    ),
    (
        r"^cells\.1\.blocks\.0\.left\.states\.1\.0\.kind\.Convs\.0\.norm\.norm\.",
        "cells_1_blocks_0_left_states_1_0_kind_0_norm.",
    ),
    (
        r"^cells\.1\.blocks\.0\.left\.states\.1\.0\.kind\.Convs\.1\.norm\.norm\.",
        "cells_1_blocks_0_left_states_1_0_kind_1_norm.",
    ),
    (
        r"^cells\.1\.blocks\.1\.left\.states\.0\.0\.kind\.Convs\.0\.norm\.norm\.",
        "cells_1_blocks_1_left_states_0_0_kind_0_norm.",
    ),
    (
        r"^cells\.1\.blocks\.1\.left\.states\.0\.0\.kind\.Convs\.1\.norm\.norm\.",
        "cells_1_blocks_1_left_states_0_0_kind_1_norm.",
    ),
    (
        r"^cells\.2\.blocks\.0\.left\.states\.1\.0\.kind\.Convs\.0\.norm\.norm\.",
        "cells_2_blocks_0_left_states_1_0_kind_0_norm.",
    ),
    (
        r"^cells\.2\.blocks\.0\.left\.states\.1\.0\.kind\.Convs\.1\.norm\.norm\.",
        "cells_2_blocks_0_left_states_1_0_kind_1_norm.",
    ),
    (
        r"^cells\.3\.blocks\.0\.left\.states\.1\.0\.kind\.Convs\.0\.norm\.norm\.",
        "cells_3_blocks_0_left_states_1_0_kind_0_norm.",
    ),
    (
        r"^cells\.3\.blocks\.0\.left\.states\.1\.0\.kind\.Convs\.1\.norm\.norm\.",
        "cells_3_blocks_0_left_states_1_0_kind_1_norm.",
    ),
    (
        r"^cells\.3\.blocks\.1\.left\.states\.0\.0\.kind\.Convs\.0\.norm\.norm\.",
        "cells_3_blocks_1_left_states_0_0_kind_0_norm.",
    ),
    (
        r"^cells\.3\.blocks\.1\.left\.states\.0\.0\.kind\.Convs\.1\.norm\.norm\.",
        "cells_3_blocks_1_left_states_0_0_kind_1_norm.",
    ),
    (
        r"^cells\.4\.blocks\.0\.left\.states\.1\.0\.kind\.Convs\.0\.norm\.norm\.",
        "cells_4_blocks_0_left_states_1_0_kind_0_norm.",
    ),
    (
        r"^cells\.4\.blocks\.0\.left\.states\.1\.0\.kind\.Convs\.1\.norm\.norm\.",
        "cells_4_blocks_0_left_states_1_0_kind_1_norm.",
    ),
    (
        r"^cells\.2\.previous\.Reduces\.norm\.norm\.",
        "cells_2_previous_norm.",
    ),
    (
        r"^cells\.4\.previous\.Reduces\.norm\.norm\.",
        "cells_4_previous_norm.",
    ),
    (
        r"^cells\.2\.previous\.Reduces\.second\.2\.",
        "cells_2_previous_second_2.",
    ),
    (
        r"^cells\.2\.previous\.Reduces\.second\.3\.",
        "cells_2_previous_second_3.",
    ),
    (
        r"^cells\.4\.previous\.Reduces\.second\.2\.",
        "cells_4_previous_second_2.",
    ),
    (
        r"^cells\.4\.previous\.Reduces\.second\.3\.",
        "cells_4_previous_second_3.",
    ),
    (
        r"^cells\.0\.previous\.Keeps\.norm\.norm\.",
        "cells_0_previous_norm.",
    ),
    (
        r"^cells\.1\.previous\.Keeps\.norm\.norm\.",
        "cells_1_previous_norm.",
    ),
    (
        r"^cells\.2\.previous\.Reduces\.first\.2\.",
        "cells_2_previous_first_2.",
    ),
    (
        r"^cells\.2\.previous\.Reduces\.first\.3\.",
        "cells_2_previous_first_3.",
    ),
    (
        r"^cells\.3\.previous\.Keeps\.norm\.norm\.",
        "cells_3_previous_norm.",
    ),
    (
        r"^cells\.4\.previous\.Reduces\.first\.2\.",
        "cells_4_previous_first_2.",
    ),
    (
        r"^cells\.4\.previous\.Reduces\.first\.3\.",
        "cells_4_previous_first_3.",
    ),
    (
        r"^cells\.0\.current\.Keeps\.norm\.norm\.",
        "cells_0_current_norm.",
    ),
    (
        r"^cells\.0\.previous\.Keeps\.slices\.0\.",
        "cells_0_previous_slices_0.",
    ),
    (
        r"^cells\.1\.current\.Keeps\.norm\.norm\.",
        "cells_1_current_norm.",
    ),
    (
        r"^cells\.1\.previous\.Keeps\.slices\.0\.",
        "cells_1_previous_slices_0.",
    ),
    (
        r"^cells\.2\.current\.Keeps\.norm\.norm\.",
        "cells_2_current_norm.",
    ),
    (
        r"^cells\.3\.current\.Keeps\.norm\.norm\.",
        "cells_3_current_norm.",
    ),
    (
        r"^cells\.3\.previous\.Keeps\.slices\.2\.",
        "cells_3_previous_slices_2.",
    ),
    (
        r"^cells\.3\.previous\.Keeps\.slices\.3\.",
        "cells_3_previous_slices_3.",
    ),
    (
        r"^cells\.4\.current\.Keeps\.norm\.norm\.",
        "cells_4_current_norm.",
    ),
    (
        r"^cells\.0\.current\.Keeps\.slices\.0\.",
        "cells_0_current_slices_0.",
    ),
    (
        r"^cells\.1\.current\.Keeps\.slices\.2\.",
        "cells_1_current_slices_2.",
    ),
    (
        r"^cells\.1\.current\.Keeps\.slices\.3\.",
        "cells_1_current_slices_3.",
    ),
    (
        r"^cells\.2\.current\.Keeps\.slices\.2\.",
        "cells_2_current_slices_2.",
    ),
    (
        r"^cells\.2\.current\.Keeps\.slices\.3\.",
        "cells_2_current_slices_3.",
    ),
    (
        r"^cells\.3\.current\.Keeps\.slices\.2\.",
        "cells_3_current_slices_2.",
    ),
    (
        r"^cells\.3\.current\.Keeps\.slices\.3\.",
        "cells_3_current_slices_3.",
    ),
    (
        r"^cells\.4\.current\.Keeps\.slices\.2\.",
        "cells_4_current_slices_2.",
    ),
    (
        r"^cells\.4\.current\.Keeps\.slices\.3\.",
        "cells_4_current_slices_3.",
    ),
    (
        r"^classifier\.slices\.2\.linear\.",
        "classifier_slices_2_linear.",
    ),
    (r"^stem\.norm\.norm\.", "stem_norm."),
];

/// The network.
#[derive(Module, Debug)]
pub struct Network {
    stem: Conv2d,
    stem_norm: BatchNorm,
    cells_0_current_slices_0: Conv2d,
    cells_0_current_norm: BatchNorm,
    cells_0_previous_slices_0: Conv2d,
    cells_0_previous_norm: BatchNorm,
    layer: Conv2d,
    layer_2: Conv2d,
    cells_0_blocks_0_left_states_1_0_kind_0_norm: BatchNorm,
    layer_3: Conv2d,
    layer_4: Conv2d,
    cells_0_blocks_0_left_states_1_0_kind_1_norm: BatchNorm,
    max_pool: MaxPool2d,
    cells_1_current_slices_2: Conv2d,
    cells_1_current_slices_3: Conv2d,
    cells_1_current_norm: BatchNorm,
    cells_1_previous_slices_0: Conv2d,
    cells_1_previous_norm: BatchNorm,
    layer_5: Conv2d,
    layer_6: Conv2d,
    cells_1_blocks_0_left_states_1_0_kind_0_norm: BatchNorm,
    layer_7: Conv2d,
    layer_8: Conv2d,
    cells_1_blocks_0_left_states_1_0_kind_1_norm: BatchNorm,
    layer_9: Conv2d,
    layer_10: Conv2d,
    layer_11: BatchNorm,
    layer_12: Conv2d,
    layer_13: Conv2d,
    layer_14: BatchNorm,
    layer_15: Conv2d,
    layer_16: Conv2d,
    cells_1_blocks_1_left_states_0_0_kind_0_norm: BatchNorm,
    layer_17: Conv2d,
    layer_18: Conv2d,
    cells_1_blocks_1_left_states_0_0_kind_1_norm: BatchNorm,
    layer_19: Conv2d,
    layer_20: BatchNorm,
    cells_2_current_slices_2: Conv2d,
    cells_2_current_slices_3: Conv2d,
    cells_2_current_norm: BatchNorm,
    cells_2_previous_first_2: Conv2d,
    cells_2_previous_first_3: Conv2d,
    cells_2_previous_second_2: Conv2d,
    cells_2_previous_second_3: Conv2d,
    cells_2_previous_norm: BatchNorm,
    layer_21: Conv2d,
    layer_22: Conv2d,
    cells_2_blocks_0_left_states_1_0_kind_0_norm: BatchNorm,
    layer_23: Conv2d,
    layer_24: Conv2d,
    cells_2_blocks_0_left_states_1_0_kind_1_norm: BatchNorm,
    cells_3_current_slices_2: Conv2d,
    cells_3_current_slices_3: Conv2d,
    cells_3_current_norm: BatchNorm,
    cells_3_previous_slices_2: Conv2d,
    cells_3_previous_slices_3: Conv2d,
    cells_3_previous_norm: BatchNorm,
    layer_25: Conv2d,
    layer_26: Conv2d,
    cells_3_blocks_0_left_states_1_0_kind_0_norm: BatchNorm,
    layer_27: Conv2d,
    layer_28: Conv2d,
    cells_3_blocks_0_left_states_1_0_kind_1_norm: BatchNorm,
    layer_29: Conv2d,
    layer_30: Conv2d,
    layer_31: BatchNorm,
    layer_32: Conv2d,
    layer_33: Conv2d,
    layer_34: BatchNorm,
    layer_35: Conv2d,
    layer_36: Conv2d,
    cells_3_blocks_1_left_states_0_0_kind_0_norm: BatchNorm,
    layer_37: Conv2d,
    layer_38: Conv2d,
    cells_3_blocks_1_left_states_0_0_kind_1_norm: BatchNorm,
    layer_39: Conv2d,
    layer_40: BatchNorm,
    cells_4_current_slices_2: Conv2d,
    cells_4_current_slices_3: Conv2d,
    cells_4_current_norm: BatchNorm,
    cells_4_previous_first_2: Conv2d,
    cells_4_previous_first_3: Conv2d,
    cells_4_previous_second_2: Conv2d,
    cells_4_previous_second_3: Conv2d,
    cells_4_previous_norm: BatchNorm,
    layer_41: Conv2d,
    layer_42: Conv2d,
    cells_4_blocks_0_left_states_1_0_kind_0_norm: BatchNorm,
    layer_43: Conv2d,
    layer_44: Conv2d,
    cells_4_blocks_0_left_states_1_0_kind_1_norm: BatchNorm,
    classifier_slices_2_linear: Linear,
    classifier_slices_3_linear: Linear,
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
            cells_0_current_slices_0: Conv2dConfig::new([12, 4], [1, 1])
                .with_bias(false)
                .init(device),
            cells_0_current_norm: BatchNormConfig::new(4).init(device),
            cells_0_previous_slices_0: Conv2dConfig::new([12, 4], [1, 1])
                .with_bias(false)
                .init(device),
            cells_0_previous_norm: BatchNormConfig::new(4).init(device),
            layer: Conv2dConfig::new([4, 4], [3, 3])
                .with_padding(PaddingConfig2d::Explicit(1, 1, 1, 1))
                .with_groups(4)
                .with_bias(false)
                .init(device),
            layer_2: Conv2dConfig::new([4, 4], [1, 1])
                .with_bias(false)
                .init(device),
            cells_0_blocks_0_left_states_1_0_kind_0_norm: BatchNormConfig::new(4).init(device),
            layer_3: Conv2dConfig::new([4, 4], [3, 3])
                .with_padding(PaddingConfig2d::Explicit(1, 1, 1, 1))
                .with_groups(4)
                .with_bias(false)
                .init(device),
            layer_4: Conv2dConfig::new([4, 4], [1, 1])
                .with_bias(false)
                .init(device),
            cells_0_blocks_0_left_states_1_0_kind_1_norm: BatchNormConfig::new(4).init(device),
            max_pool: MaxPool2dConfig::new([3, 3])
                .with_strides([1, 1])
                .with_padding(PaddingConfig2d::Explicit(1, 1, 1, 1))
                .init(),
            cells_1_current_slices_2: Conv2dConfig::new([4, 8], [1, 1])
                .with_bias(false)
                .init(device),
            cells_1_current_slices_3: Conv2dConfig::new([4, 8], [1, 1])
                .with_bias(false)
                .init(device),
            cells_1_current_norm: BatchNormConfig::new(8).init(device),
            cells_1_previous_slices_0: Conv2dConfig::new([12, 8], [1, 1])
                .with_bias(false)
                .init(device),
            cells_1_previous_norm: BatchNormConfig::new(8).init(device),
            layer_5: Conv2dConfig::new([8, 8], [3, 3])
                .with_stride([2, 2])
                .with_padding(PaddingConfig2d::Explicit(1, 1, 1, 1))
                .with_groups(8)
                .with_bias(false)
                .init(device),
            layer_6: Conv2dConfig::new([8, 8], [1, 1])
                .with_bias(false)
                .init(device),
            cells_1_blocks_0_left_states_1_0_kind_0_norm: BatchNormConfig::new(8).init(device),
            layer_7: Conv2dConfig::new([8, 8], [3, 3])
                .with_padding(PaddingConfig2d::Explicit(1, 1, 1, 1))
                .with_groups(8)
                .with_bias(false)
                .init(device),
            layer_8: Conv2dConfig::new([8, 8], [1, 1])
                .with_bias(false)
                .init(device),
            cells_1_blocks_0_left_states_1_0_kind_1_norm: BatchNormConfig::new(8).init(device),
            layer_9: Conv2dConfig::new([8, 8], [5, 5])
                .with_stride([2, 2])
                .with_padding(PaddingConfig2d::Explicit(2, 2, 2, 2))
                .with_groups(8)
                .with_bias(false)
                .init(device),
            layer_10: Conv2dConfig::new([8, 8], [1, 1])
                .with_bias(false)
                .init(device),
            layer_11: BatchNormConfig::new(8).init(device),
            layer_12: Conv2dConfig::new([8, 8], [5, 5])
                .with_padding(PaddingConfig2d::Explicit(2, 2, 2, 2))
                .with_groups(8)
                .with_bias(false)
                .init(device),
            layer_13: Conv2dConfig::new([8, 8], [1, 1])
                .with_bias(false)
                .init(device),
            layer_14: BatchNormConfig::new(8).init(device),
            layer_15: Conv2dConfig::new([8, 8], [3, 3])
                .with_stride([2, 2])
                .with_padding(PaddingConfig2d::Explicit(1, 1, 1, 1))
                .with_groups(8)
                .with_bias(false)
                .init(device),
            layer_16: Conv2dConfig::new([8, 8], [1, 1])
                .with_bias(false)
                .init(device),
            cells_1_blocks_1_left_states_0_0_kind_0_norm: BatchNormConfig::new(8).init(device),
            layer_17: Conv2dConfig::new([8, 8], [3, 3])
                .with_padding(PaddingConfig2d::Explicit(1, 1, 1, 1))
                .with_groups(8)
                .with_bias(false)
                .init(device),
            layer_18: Conv2dConfig::new([8, 8], [1, 1])
                .with_bias(false)
                .init(device),
            cells_1_blocks_1_left_states_0_0_kind_1_norm: BatchNormConfig::new(8).init(device),
            layer_19: Conv2dConfig::new([8, 8], [1, 1])
                .with_stride([2, 2])
                .with_bias(false)
                .init(device),
            layer_20: BatchNormConfig::new(8).init(device),
            cells_2_current_slices_2: Conv2dConfig::new([8, 8], [1, 1])
                .with_bias(false)
                .init(device),
            cells_2_current_slices_3: Conv2dConfig::new([8, 8], [1, 1])
                .with_bias(false)
                .init(device),
            cells_2_current_norm: BatchNormConfig::new(8).init(device),
            cells_2_previous_first_2: Conv2dConfig::new([4, 4], [1, 1])
                .with_stride([2, 2])
                .with_bias(false)
                .init(device),
            cells_2_previous_first_3: Conv2dConfig::new([4, 4], [1, 1])
                .with_stride([2, 2])
                .with_bias(false)
                .init(device),
            cells_2_previous_second_2: Conv2dConfig::new([4, 4], [1, 1])
                .with_stride([2, 2])
                .with_bias(false)
                .init(device),
            cells_2_previous_second_3: Conv2dConfig::new([4, 4], [1, 1])
                .with_stride([2, 2])
                .with_bias(false)
                .init(device),
            cells_2_previous_norm: BatchNormConfig::new(8).init(device),
            layer_21: Conv2dConfig::new([8, 8], [3, 3])
                .with_padding(PaddingConfig2d::Explicit(1, 1, 1, 1))
                .with_groups(8)
                .with_bias(false)
                .init(device),
            layer_22: Conv2dConfig::new([8, 8], [1, 1])
                .with_bias(false)
                .init(device),
            cells_2_blocks_0_left_states_1_0_kind_0_norm: BatchNormConfig::new(8).init(device),
            layer_23: Conv2dConfig::new([8, 8], [3, 3])
                .with_padding(PaddingConfig2d::Explicit(1, 1, 1, 1))
                .with_groups(8)
                .with_bias(false)
                .init(device),
            layer_24: Conv2dConfig::new([8, 8], [1, 1])
                .with_bias(false)
                .init(device),
            cells_2_blocks_0_left_states_1_0_kind_1_norm: BatchNormConfig::new(8).init(device),
            cells_3_current_slices_2: Conv2dConfig::new([8, 16], [1, 1])
                .with_bias(false)
                .init(device),
            cells_3_current_slices_3: Conv2dConfig::new([8, 16], [1, 1])
                .with_bias(false)
                .init(device),
            cells_3_current_norm: BatchNormConfig::new(16).init(device),
            cells_3_previous_slices_2: Conv2dConfig::new([8, 16], [1, 1])
                .with_bias(false)
                .init(device),
            cells_3_previous_slices_3: Conv2dConfig::new([8, 16], [1, 1])
                .with_bias(false)
                .init(device),
            cells_3_previous_norm: BatchNormConfig::new(16).init(device),
            layer_25: Conv2dConfig::new([16, 16], [3, 3])
                .with_stride([2, 2])
                .with_padding(PaddingConfig2d::Explicit(1, 1, 1, 1))
                .with_groups(16)
                .with_bias(false)
                .init(device),
            layer_26: Conv2dConfig::new([16, 16], [1, 1])
                .with_bias(false)
                .init(device),
            cells_3_blocks_0_left_states_1_0_kind_0_norm: BatchNormConfig::new(16).init(device),
            layer_27: Conv2dConfig::new([16, 16], [3, 3])
                .with_padding(PaddingConfig2d::Explicit(1, 1, 1, 1))
                .with_groups(16)
                .with_bias(false)
                .init(device),
            layer_28: Conv2dConfig::new([16, 16], [1, 1])
                .with_bias(false)
                .init(device),
            cells_3_blocks_0_left_states_1_0_kind_1_norm: BatchNormConfig::new(16).init(device),
            layer_29: Conv2dConfig::new([16, 16], [5, 5])
                .with_stride([2, 2])
                .with_padding(PaddingConfig2d::Explicit(2, 2, 2, 2))
                .with_groups(16)
                .with_bias(false)
                .init(device),
            layer_30: Conv2dConfig::new([16, 16], [1, 1])
                .with_bias(false)
                .init(device),
            layer_31: BatchNormConfig::new(16).init(device),
            layer_32: Conv2dConfig::new([16, 16], [5, 5])
                .with_padding(PaddingConfig2d::Explicit(2, 2, 2, 2))
                .with_groups(16)
                .with_bias(false)
                .init(device),
            layer_33: Conv2dConfig::new([16, 16], [1, 1])
                .with_bias(false)
                .init(device),
            layer_34: BatchNormConfig::new(16).init(device),
            layer_35: Conv2dConfig::new([16, 16], [3, 3])
                .with_stride([2, 2])
                .with_padding(PaddingConfig2d::Explicit(1, 1, 1, 1))
                .with_groups(16)
                .with_bias(false)
                .init(device),
            layer_36: Conv2dConfig::new([16, 16], [1, 1])
                .with_bias(false)
                .init(device),
            cells_3_blocks_1_left_states_0_0_kind_0_norm: BatchNormConfig::new(16).init(device),
            layer_37: Conv2dConfig::new([16, 16], [3, 3])
                .with_padding(PaddingConfig2d::Explicit(1, 1, 1, 1))
                .with_groups(16)
                .with_bias(false)
                .init(device),
            layer_38: Conv2dConfig::new([16, 16], [1, 1])
                .with_bias(false)
                .init(device),
            cells_3_blocks_1_left_states_0_0_kind_1_norm: BatchNormConfig::new(16).init(device),
            layer_39: Conv2dConfig::new([16, 16], [1, 1])
                .with_stride([2, 2])
                .with_bias(false)
                .init(device),
            layer_40: BatchNormConfig::new(16).init(device),
            cells_4_current_slices_2: Conv2dConfig::new([16, 16], [1, 1])
                .with_bias(false)
                .init(device),
            cells_4_current_slices_3: Conv2dConfig::new([16, 16], [1, 1])
                .with_bias(false)
                .init(device),
            cells_4_current_norm: BatchNormConfig::new(16).init(device),
            cells_4_previous_first_2: Conv2dConfig::new([8, 8], [1, 1])
                .with_stride([2, 2])
                .with_bias(false)
                .init(device),
            cells_4_previous_first_3: Conv2dConfig::new([8, 8], [1, 1])
                .with_stride([2, 2])
                .with_bias(false)
                .init(device),
            cells_4_previous_second_2: Conv2dConfig::new([8, 8], [1, 1])
                .with_stride([2, 2])
                .with_bias(false)
                .init(device),
            cells_4_previous_second_3: Conv2dConfig::new([8, 8], [1, 1])
                .with_stride([2, 2])
                .with_bias(false)
                .init(device),
            cells_4_previous_norm: BatchNormConfig::new(16).init(device),
            layer_41: Conv2dConfig::new([16, 16], [3, 3])
                .with_padding(PaddingConfig2d::Explicit(1, 1, 1, 1))
                .with_groups(16)
                .with_bias(false)
                .init(device),
            layer_42: Conv2dConfig::new([16, 16], [1, 1])
                .with_bias(false)
                .init(device),
            cells_4_blocks_0_left_states_1_0_kind_0_norm: BatchNormConfig::new(16).init(device),
            layer_43: Conv2dConfig::new([16, 16], [3, 3])
                .with_padding(PaddingConfig2d::Explicit(1, 1, 1, 1))
                .with_groups(16)
                .with_bias(false)
                .init(device),
            layer_44: Conv2dConfig::new([16, 16], [1, 1])
                .with_bias(false)
                .init(device),
            cells_4_blocks_0_left_states_1_0_kind_1_norm: BatchNormConfig::new(16).init(device),
            classifier_slices_2_linear: LinearConfig::new(16, 5).with_bias(false).init(device),
            classifier_slices_3_linear: LinearConfig::new(16, 5).init(device),
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
        let x4 = self.cells_0_current_slices_0.forward(x3.clone());
        let x5 = self.cells_0_current_norm.forward(x4);
        let x6 = self.cells_0_previous_slices_0.forward(x3.clone());
        let x7 = self.cells_0_previous_norm.forward(x6);
        let x8 = relu(x7.clone());
        let x9 = self.layer.forward(x8);
        let x10 = self.layer_2.forward(x9);
        let x11 = self
            .cells_0_blocks_0_left_states_1_0_kind_0_norm
            .forward(x10);
        let x12 = relu(x11);
        let x13 = self.layer_3.forward(x12);
        let x14 = self.layer_4.forward(x13);
        let x15 = self
            .cells_0_blocks_0_left_states_1_0_kind_1_norm
            .forward(x14);
        let x16 = x15 + x5;
        let x17 = self.max_pool.forward(x7.clone());
        let x18 = x17 + x7;
        let x19 = relu(x16);
        let x20 = self.cells_1_current_slices_2.forward(x19.clone());
        let x21 = relu(x18);
        let x22 = self.cells_1_current_slices_3.forward(x21.clone());
        let x23 = x20 + x22;
        let x24 = self.cells_1_current_norm.forward(x23);
        let x25 = self.cells_1_previous_slices_0.forward(x3);
        let x26 = self.cells_1_previous_norm.forward(x25);
        let x27 = relu(x26);
        let x28 = self.layer_5.forward(x27.clone());
        let x29 = self.layer_6.forward(x28);
        let x30 = self
            .cells_1_blocks_0_left_states_1_0_kind_0_norm
            .forward(x29);
        let x31 = relu(x30);
        let x32 = self.layer_7.forward(x31);
        let x33 = self.layer_8.forward(x32);
        let x34 = self
            .cells_1_blocks_0_left_states_1_0_kind_1_norm
            .forward(x33);
        let x35 = self.layer_9.forward(x27.clone());
        let x36 = self.layer_10.forward(x35);
        let x37 = self.layer_11.forward(x36);
        let x38 = relu(x37);
        let x39 = self.layer_12.forward(x38);
        let x40 = self.layer_13.forward(x39);
        let x41 = self.layer_14.forward(x40);
        let x42 = x34 + x41;
        let x43 = relu(x24);
        let x44 = self.layer_15.forward(x43);
        let x45 = self.layer_16.forward(x44);
        let x46 = self
            .cells_1_blocks_1_left_states_0_0_kind_0_norm
            .forward(x45);
        let x47 = relu(x46);
        let x48 = self.layer_17.forward(x47);
        let x49 = self.layer_18.forward(x48);
        let x50 = self
            .cells_1_blocks_1_left_states_0_0_kind_1_norm
            .forward(x49);
        let x51 = self.layer_19.forward(x27);
        let x52 = self.layer_20.forward(x51);
        let x53 = x50 + x52;
        let x54 = relu(x42);
        let x55 = self.cells_2_current_slices_2.forward(x54.clone());
        let x56 = relu(x53);
        let x57 = self.cells_2_current_slices_3.forward(x56.clone());
        let x58 = x55 + x57;
        let x59 = self.cells_2_current_norm.forward(x58);
        let x60 = self.cells_2_previous_first_2.forward(x19.clone());
        let x61 = self.cells_2_previous_first_3.forward(x21.clone());
        let x62 = x60 + x61;
        let x63 = x19.narrow(2, 1, 15);
        let x64 = x63.narrow(3, 1, 15);
        let x65 = self.cells_2_previous_second_2.forward(x64);
        let x66 = x21.narrow(2, 1, 15);
        let x67 = x66.narrow(3, 1, 15);
        let x68 = self.cells_2_previous_second_3.forward(x67);
        let x69 = x65 + x68;
        let parts = vec![x62, x69];
        let x70 = Tensor::cat(parts, 1);
        let x71 = self.cells_2_previous_norm.forward(x70);
        let x72 = relu(x71.clone());
        let x73 = self.layer_21.forward(x72);
        let x74 = self.layer_22.forward(x73);
        let x75 = self
            .cells_2_blocks_0_left_states_1_0_kind_0_norm
            .forward(x74);
        let x76 = relu(x75);
        let x77 = self.layer_23.forward(x76);
        let x78 = self.layer_24.forward(x77);
        let x79 = self
            .cells_2_blocks_0_left_states_1_0_kind_1_norm
            .forward(x78);
        let x80 = x79 + x59;
        let x81 = self.max_pool.forward(x71.clone());
        let x82 = x81 + x71;
        let x83 = relu(x80);
        let x84 = self.cells_3_current_slices_2.forward(x83.clone());
        let x85 = relu(x82);
        let x86 = self.cells_3_current_slices_3.forward(x85.clone());
        let x87 = x84 + x86;
        let x88 = self.cells_3_current_norm.forward(x87);
        let x89 = self.cells_3_previous_slices_2.forward(x54);
        let x90 = self.cells_3_previous_slices_3.forward(x56);
        let x91 = x89 + x90;
        let x92 = self.cells_3_previous_norm.forward(x91);
        let x93 = relu(x92);
        let x94 = self.layer_25.forward(x93.clone());
        let x95 = self.layer_26.forward(x94);
        let x96 = self
            .cells_3_blocks_0_left_states_1_0_kind_0_norm
            .forward(x95);
        let x97 = relu(x96);
        let x98 = self.layer_27.forward(x97);
        let x99 = self.layer_28.forward(x98);
        let x100 = self
            .cells_3_blocks_0_left_states_1_0_kind_1_norm
            .forward(x99);
        let x101 = self.layer_29.forward(x93.clone());
        let x102 = self.layer_30.forward(x101);
        let x103 = self.layer_31.forward(x102);
        let x104 = relu(x103);
        let x105 = self.layer_32.forward(x104);
        let x106 = self.layer_33.forward(x105);
        let x107 = self.layer_34.forward(x106);
        let x108 = x100 + x107;
        let x109 = relu(x88);
        let x110 = self.layer_35.forward(x109);
        let x111 = self.layer_36.forward(x110);
        let x112 = self
            .cells_3_blocks_1_left_states_0_0_kind_0_norm
            .forward(x111);
        let x113 = relu(x112);
        let x114 = self.layer_37.forward(x113);
        let x115 = self.layer_38.forward(x114);
        let x116 = self
            .cells_3_blocks_1_left_states_0_0_kind_1_norm
            .forward(x115);
        let x117 = self.layer_39.forward(x93);
        let x118 = self.layer_40.forward(x117);
        let x119 = x116 + x118;
        let x120 = relu(x108);
        let x121 = self.cells_4_current_slices_2.forward(x120);
        let x122 = relu(x119);
        let x123 = self.cells_4_current_slices_3.forward(x122);
        let x124 = x121 + x123;
        let x125 = self.cells_4_current_norm.forward(x124);
        let x126 = self.cells_4_previous_first_2.forward(x83.clone());
        let x127 = self.cells_4_previous_first_3.forward(x85.clone());
        let x128 = x126 + x127;
        let x129 = x83.narrow(2, 1, 7);
        let x130 = x129.narrow(3, 1, 7);
        let x131 = self.cells_4_previous_second_2.forward(x130);
        let x132 = x85.narrow(2, 1, 7);
        let x133 = x132.narrow(3, 1, 7);
        let x134 = self.cells_4_previous_second_3.forward(x133);
        let x135 = x131 + x134;
        let parts = vec![x128, x135];
        let x136 = Tensor::cat(parts, 1);
        let x137 = self.cells_4_previous_norm.forward(x136);
        let x138 = relu(x137.clone());
        let x139 = self.layer_41.forward(x138);
        let x140 = self.layer_42.forward(x139);
        let x141 = self
            .cells_4_blocks_0_left_states_1_0_kind_0_norm
            .forward(x140);
        let x142 = relu(x141);
        let x143 = self.layer_43.forward(x142);
        let x144 = self.layer_44.forward(x143);
        let x145 = self
            .cells_4_blocks_0_left_states_1_0_kind_1_norm
            .forward(x144);
        let x146 = x145 + x125;
        let x147 = self.max_pool.forward(x137.clone());
        let x148 = x147 + x137;
        let x149 = relu(x146);
        let x150: Tensor<2> = x149.mean_dims(&[2, 3]).flatten(1, 3);
        let x151 = self.classifier_slices_2_linear.forward(x150);
        let x152 = relu(x148);
        let x153: Tensor<2> = x152.mean_dims(&[2, 3]).flatten(1, 3);
        let x154 = self.classifier_slices_3_linear.forward(x153);
        x151 + x154
    }
}
