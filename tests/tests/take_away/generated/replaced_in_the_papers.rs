//! A network that one-shot architecture search found, as a plain Burn module. Written by supernet 0.1.0.
//!
//! Architecture (seed 7): `01:0001000/010:0001100/1001:0010001/11100:0001010`
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
use burn::nn::pool::{AvgPool2d, AvgPool2dConfig, MaxPool2d, MaxPool2dConfig};
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
    (r"^cells\.0\.a\.weights\.0$", "cells_0_a_weights_0.weight"),
    (r"^replaced_relu\.2\.beta$", "replaced_relu_2"),
    (r"^cells\.0\.b\.weights\.0$", "cells_0_b_weights_0.weight"),
    (r"^replaced_relu\.3\.beta$", "replaced_relu_3"),
    (
        r"^cells\.0\.blocks\.0\.inputs\.weights\.1$",
        "cells_0_blocks_0_inputs_weights_1.weight",
    ),
    (r"^replaced_relu\.5\.beta$", "replaced_relu_5"),
    (
        r"^cells\.0\.blocks\.0\.operations\.3\.Separable\.depthwise\.0$",
        "cells_0_blocks_0_operations_3_depthwise_0.weight",
    ),
    (
        r"^cells\.0\.blocks\.0\.operations\.3\.Separable\.pointwise\.0$",
        "cells_0_blocks_0_operations_3_pointwise_0.weight",
    ),
    (r"^replaced_relu\.6\.beta$", "replaced_relu_6"),
    (
        r"^cells\.0\.blocks\.0\.operations\.3\.Separable\.depthwise\.1$",
        "cells_0_blocks_0_operations_3_depthwise_1.weight",
    ),
    (
        r"^cells\.0\.blocks\.0\.operations\.3\.Separable\.pointwise\.1$",
        "cells_0_blocks_0_operations_3_pointwise_1.weight",
    ),
    (r"^replaced_relu\.7\.beta$", "replaced_relu_7"),
    (
        r"^cells\.0\.blocks\.1\.inputs\.weights\.1$",
        "cells_0_blocks_1_inputs_weights_1.weight",
    ),
    (r"^replaced_relu\.8\.beta$", "replaced_relu_8"),
    (
        r"^cells\.0\.blocks\.1\.operations\.3\.Separable\.depthwise\.0$",
        "cells_0_blocks_1_operations_3_depthwise_0.weight",
    ),
    (
        r"^cells\.0\.blocks\.1\.operations\.3\.Separable\.pointwise\.0$",
        "cells_0_blocks_1_operations_3_pointwise_0.weight",
    ),
    (r"^replaced_relu\.9\.beta$", "replaced_relu_9"),
    (
        r"^cells\.0\.blocks\.1\.operations\.3\.Separable\.depthwise\.1$",
        "cells_0_blocks_1_operations_3_depthwise_1.weight",
    ),
    (
        r"^cells\.0\.blocks\.1\.operations\.3\.Separable\.pointwise\.1$",
        "cells_0_blocks_1_operations_3_pointwise_1.weight",
    ),
    (
        r"^cells\.0\.blocks\.1\.operations\.4\.Factored\.horizontal$",
        "cells_0_blocks_1_operations_4_horizontal.weight",
    ),
    (r"^replaced_relu\.10\.beta$", "replaced_relu_10"),
    (
        r"^cells\.0\.blocks\.1\.operations\.4\.Factored\.vertical$",
        "cells_0_blocks_1_operations_4_vertical.weight",
    ),
    (r"^replaced_relu\.11\.beta$", "replaced_relu_11"),
    (
        r"^cells\.0\.blocks\.2\.inputs\.weights\.0$",
        "cells_0_blocks_2_inputs_weights_0.weight",
    ),
    (
        r"^cells\.0\.blocks\.2\.inputs\.weights\.3$",
        "cells_0_blocks_2_inputs_weights_3.weight",
    ),
    (r"^replaced_relu\.12\.beta$", "replaced_relu_12"),
    (
        r"^cells\.0\.blocks\.2\.operations\.2\.Separable\.depthwise\.0$",
        "cells_0_blocks_2_operations_2_depthwise_0.weight",
    ),
    (
        r"^cells\.0\.blocks\.2\.operations\.2\.Separable\.pointwise\.0$",
        "cells_0_blocks_2_operations_2_pointwise_0.weight",
    ),
    (r"^replaced_relu\.13\.beta$", "replaced_relu_13"),
    (
        r"^cells\.0\.blocks\.2\.operations\.2\.Separable\.depthwise\.1$",
        "cells_0_blocks_2_operations_2_depthwise_1.weight",
    ),
    (
        r"^cells\.0\.blocks\.2\.operations\.2\.Separable\.pointwise\.1$",
        "cells_0_blocks_2_operations_2_pointwise_1.weight",
    ),
    (r"^replaced_relu\.14\.beta$", "replaced_relu_14"),
    (
        r"^cells\.0\.blocks\.3\.inputs\.weights\.0$",
        "cells_0_blocks_3_inputs_weights_0.weight",
    ),
    (
        r"^cells\.0\.blocks\.3\.inputs\.weights\.1$",
        "cells_0_blocks_3_inputs_weights_1.weight",
    ),
    (
        r"^cells\.0\.blocks\.3\.inputs\.weights\.2$",
        "cells_0_blocks_3_inputs_weights_2.weight",
    ),
    (r"^replaced_relu\.15\.beta$", "replaced_relu_15"),
    (
        r"^cells\.0\.blocks\.3\.operations\.3\.Separable\.depthwise\.0$",
        "cells_0_blocks_3_operations_3_depthwise_0.weight",
    ),
    (
        r"^cells\.0\.blocks\.3\.operations\.3\.Separable\.pointwise\.0$",
        "cells_0_blocks_3_operations_3_pointwise_0.weight",
    ),
    (r"^replaced_relu\.16\.beta$", "replaced_relu_16"),
    (
        r"^cells\.0\.blocks\.3\.operations\.3\.Separable\.depthwise\.1$",
        "cells_0_blocks_3_operations_3_depthwise_1.weight",
    ),
    (
        r"^cells\.0\.blocks\.3\.operations\.3\.Separable\.pointwise\.1$",
        "cells_0_blocks_3_operations_3_pointwise_1.weight",
    ),
    (r"^replaced_relu\.17\.beta$", "replaced_relu_17"),
    (r"^cells\.1\.a\.weights\.0$", "cells_1_a_weights_0.weight"),
    (r"^replaced_relu\.4\.beta$", "replaced_relu_4"),
    (r"^cells\.1\.b\.weights\.0$", "cells_1_b_weights_0.weight"),
    (r"^cells\.1\.b\.weights\.1$", "cells_1_b_weights_1.weight"),
    (r"^cells\.1\.b\.weights\.2$", "cells_1_b_weights_2.weight"),
    (r"^cells\.1\.b\.weights\.3$", "cells_1_b_weights_3.weight"),
    (r"^cells\.1\.b\.weights\.4$", "cells_1_b_weights_4.weight"),
    (r"^cells\.1\.b\.weights\.5$", "cells_1_b_weights_5.weight"),
    (r"^replaced_relu\.18\.beta$", "replaced_relu_18"),
    (
        r"^cells\.1\.blocks\.0\.inputs\.weights\.1$",
        "cells_1_blocks_0_inputs_weights_1.weight",
    ),
    (r"^replaced_relu\.20\.beta$", "replaced_relu_20"),
    (
        r"^cells\.1\.blocks\.0\.operations\.3\.Separable\.depthwise\.0$",
        "cells_1_blocks_0_operations_3_depthwise_0.weight",
    ),
    (
        r"^cells\.1\.blocks\.0\.operations\.3\.Separable\.pointwise\.0$",
        "cells_1_blocks_0_operations_3_pointwise_0.weight",
    ),
    (r"^replaced_relu\.21\.beta$", "replaced_relu_21"),
    (
        r"^cells\.1\.blocks\.0\.operations\.3\.Separable\.depthwise\.1$",
        "cells_1_blocks_0_operations_3_depthwise_1.weight",
    ),
    (
        r"^cells\.1\.blocks\.0\.operations\.3\.Separable\.pointwise\.1$",
        "cells_1_blocks_0_operations_3_pointwise_1.weight",
    ),
    (r"^replaced_relu\.22\.beta$", "replaced_relu_22"),
    (
        r"^cells\.1\.blocks\.1\.inputs\.weights\.1$",
        "cells_1_blocks_1_inputs_weights_1.weight",
    ),
    (r"^replaced_relu\.23\.beta$", "replaced_relu_23"),
    (
        r"^cells\.1\.blocks\.1\.operations\.3\.Separable\.depthwise\.0$",
        "cells_1_blocks_1_operations_3_depthwise_0.weight",
    ),
    (
        r"^cells\.1\.blocks\.1\.operations\.3\.Separable\.pointwise\.0$",
        "cells_1_blocks_1_operations_3_pointwise_0.weight",
    ),
    (r"^replaced_relu\.24\.beta$", "replaced_relu_24"),
    (
        r"^cells\.1\.blocks\.1\.operations\.3\.Separable\.depthwise\.1$",
        "cells_1_blocks_1_operations_3_depthwise_1.weight",
    ),
    (
        r"^cells\.1\.blocks\.1\.operations\.3\.Separable\.pointwise\.1$",
        "cells_1_blocks_1_operations_3_pointwise_1.weight",
    ),
    (
        r"^cells\.1\.blocks\.1\.operations\.4\.Factored\.horizontal$",
        "cells_1_blocks_1_operations_4_horizontal.weight",
    ),
    (r"^replaced_relu\.25\.beta$", "replaced_relu_25"),
    (
        r"^cells\.1\.blocks\.1\.operations\.4\.Factored\.vertical$",
        "cells_1_blocks_1_operations_4_vertical.weight",
    ),
    (r"^replaced_relu\.26\.beta$", "replaced_relu_26"),
    (
        r"^cells\.1\.blocks\.2\.inputs\.weights\.0$",
        "cells_1_blocks_2_inputs_weights_0.weight",
    ),
    (
        r"^cells\.1\.blocks\.2\.inputs\.weights\.3$",
        "cells_1_blocks_2_inputs_weights_3.weight",
    ),
    (r"^replaced_relu\.27\.beta$", "replaced_relu_27"),
    (
        r"^cells\.1\.blocks\.2\.operations\.2\.Separable\.depthwise\.0$",
        "cells_1_blocks_2_operations_2_depthwise_0.weight",
    ),
    (
        r"^cells\.1\.blocks\.2\.operations\.2\.Separable\.pointwise\.0$",
        "cells_1_blocks_2_operations_2_pointwise_0.weight",
    ),
    (r"^replaced_relu\.28\.beta$", "replaced_relu_28"),
    (
        r"^cells\.1\.blocks\.2\.operations\.2\.Separable\.depthwise\.1$",
        "cells_1_blocks_2_operations_2_depthwise_1.weight",
    ),
    (
        r"^cells\.1\.blocks\.2\.operations\.2\.Separable\.pointwise\.1$",
        "cells_1_blocks_2_operations_2_pointwise_1.weight",
    ),
    (r"^replaced_relu\.29\.beta$", "replaced_relu_29"),
    (
        r"^cells\.1\.blocks\.3\.inputs\.weights\.0$",
        "cells_1_blocks_3_inputs_weights_0.weight",
    ),
    (
        r"^cells\.1\.blocks\.3\.inputs\.weights\.1$",
        "cells_1_blocks_3_inputs_weights_1.weight",
    ),
    (
        r"^cells\.1\.blocks\.3\.inputs\.weights\.2$",
        "cells_1_blocks_3_inputs_weights_2.weight",
    ),
    (r"^replaced_relu\.30\.beta$", "replaced_relu_30"),
    (
        r"^cells\.1\.blocks\.3\.operations\.3\.Separable\.depthwise\.0$",
        "cells_1_blocks_3_operations_3_depthwise_0.weight",
    ),
    (
        r"^cells\.1\.blocks\.3\.operations\.3\.Separable\.pointwise\.0$",
        "cells_1_blocks_3_operations_3_pointwise_0.weight",
    ),
    (r"^replaced_relu\.31\.beta$", "replaced_relu_31"),
    (
        r"^cells\.1\.blocks\.3\.operations\.3\.Separable\.depthwise\.1$",
        "cells_1_blocks_3_operations_3_depthwise_1.weight",
    ),
    (
        r"^cells\.1\.blocks\.3\.operations\.3\.Separable\.pointwise\.1$",
        "cells_1_blocks_3_operations_3_pointwise_1.weight",
    ),
    (r"^replaced_relu\.32\.beta$", "replaced_relu_32"),
    (r"^cells\.2\.a\.weights\.0$", "cells_2_a_weights_0.weight"),
    (r"^cells\.2\.a\.weights\.1$", "cells_2_a_weights_1.weight"),
    (r"^cells\.2\.a\.weights\.2$", "cells_2_a_weights_2.weight"),
    (r"^cells\.2\.a\.weights\.3$", "cells_2_a_weights_3.weight"),
    (r"^cells\.2\.a\.weights\.4$", "cells_2_a_weights_4.weight"),
    (r"^cells\.2\.a\.weights\.5$", "cells_2_a_weights_5.weight"),
    (r"^replaced_relu\.19\.beta$", "replaced_relu_19"),
    (r"^cells\.2\.b\.weights\.0$", "cells_2_b_weights_0.weight"),
    (r"^cells\.2\.b\.weights\.1$", "cells_2_b_weights_1.weight"),
    (r"^cells\.2\.b\.weights\.2$", "cells_2_b_weights_2.weight"),
    (r"^cells\.2\.b\.weights\.3$", "cells_2_b_weights_3.weight"),
    (r"^cells\.2\.b\.weights\.4$", "cells_2_b_weights_4.weight"),
    (r"^cells\.2\.b\.weights\.5$", "cells_2_b_weights_5.weight"),
    (r"^replaced_relu\.33\.beta$", "replaced_relu_33"),
    (
        r"^cells\.2\.blocks\.0\.inputs\.weights\.1$",
        "cells_2_blocks_0_inputs_weights_1.weight",
    ),
    (r"^replaced_relu\.34\.beta$", "replaced_relu_34"),
    (
        r"^cells\.2\.blocks\.0\.operations\.3\.Separable\.depthwise\.0$",
        "cells_2_blocks_0_operations_3_depthwise_0.weight",
    ),
    (
        r"^cells\.2\.blocks\.0\.operations\.3\.Separable\.pointwise\.0$",
        "cells_2_blocks_0_operations_3_pointwise_0.weight",
    ),
    (r"^replaced_relu\.35\.beta$", "replaced_relu_35"),
    (
        r"^cells\.2\.blocks\.0\.operations\.3\.Separable\.depthwise\.1$",
        "cells_2_blocks_0_operations_3_depthwise_1.weight",
    ),
    (
        r"^cells\.2\.blocks\.0\.operations\.3\.Separable\.pointwise\.1$",
        "cells_2_blocks_0_operations_3_pointwise_1.weight",
    ),
    (r"^replaced_relu\.36\.beta$", "replaced_relu_36"),
    (
        r"^cells\.2\.blocks\.1\.inputs\.weights\.1$",
        "cells_2_blocks_1_inputs_weights_1.weight",
    ),
    (r"^replaced_relu\.37\.beta$", "replaced_relu_37"),
    (
        r"^cells\.2\.blocks\.1\.operations\.3\.Separable\.depthwise\.0$",
        "cells_2_blocks_1_operations_3_depthwise_0.weight",
    ),
    (
        r"^cells\.2\.blocks\.1\.operations\.3\.Separable\.pointwise\.0$",
        "cells_2_blocks_1_operations_3_pointwise_0.weight",
    ),
    (r"^replaced_relu\.38\.beta$", "replaced_relu_38"),
    (
        r"^cells\.2\.blocks\.1\.operations\.3\.Separable\.depthwise\.1$",
        "cells_2_blocks_1_operations_3_depthwise_1.weight",
    ),
    (
        r"^cells\.2\.blocks\.1\.operations\.3\.Separable\.pointwise\.1$",
        "cells_2_blocks_1_operations_3_pointwise_1.weight",
    ),
    (
        r"^cells\.2\.blocks\.1\.operations\.4\.Factored\.horizontal$",
        "cells_2_blocks_1_operations_4_horizontal.weight",
    ),
    (r"^replaced_relu\.39\.beta$", "replaced_relu_39"),
    (
        r"^cells\.2\.blocks\.1\.operations\.4\.Factored\.vertical$",
        "cells_2_blocks_1_operations_4_vertical.weight",
    ),
    (r"^replaced_relu\.40\.beta$", "replaced_relu_40"),
    (
        r"^cells\.2\.blocks\.2\.inputs\.weights\.0$",
        "cells_2_blocks_2_inputs_weights_0.weight",
    ),
    (
        r"^cells\.2\.blocks\.2\.inputs\.weights\.3$",
        "cells_2_blocks_2_inputs_weights_3.weight",
    ),
    (r"^replaced_relu\.41\.beta$", "replaced_relu_41"),
    (
        r"^cells\.2\.blocks\.2\.operations\.2\.Separable\.depthwise\.0$",
        "cells_2_blocks_2_operations_2_depthwise_0.weight",
    ),
    (
        r"^cells\.2\.blocks\.2\.operations\.2\.Separable\.pointwise\.0$",
        "cells_2_blocks_2_operations_2_pointwise_0.weight",
    ),
    (r"^replaced_relu\.42\.beta$", "replaced_relu_42"),
    (
        r"^cells\.2\.blocks\.2\.operations\.2\.Separable\.depthwise\.1$",
        "cells_2_blocks_2_operations_2_depthwise_1.weight",
    ),
    (
        r"^cells\.2\.blocks\.2\.operations\.2\.Separable\.pointwise\.1$",
        "cells_2_blocks_2_operations_2_pointwise_1.weight",
    ),
    (r"^replaced_relu\.43\.beta$", "replaced_relu_43"),
    (
        r"^cells\.2\.blocks\.3\.inputs\.weights\.0$",
        "cells_2_blocks_3_inputs_weights_0.weight",
    ),
    (
        r"^cells\.2\.blocks\.3\.inputs\.weights\.1$",
        "cells_2_blocks_3_inputs_weights_1.weight",
    ),
    (
        r"^cells\.2\.blocks\.3\.inputs\.weights\.2$",
        "cells_2_blocks_3_inputs_weights_2.weight",
    ),
    (r"^replaced_relu\.44\.beta$", "replaced_relu_44"),
    (
        r"^cells\.2\.blocks\.3\.operations\.3\.Separable\.depthwise\.0$",
        "cells_2_blocks_3_operations_3_depthwise_0.weight",
    ),
    (
        r"^cells\.2\.blocks\.3\.operations\.3\.Separable\.pointwise\.0$",
        "cells_2_blocks_3_operations_3_pointwise_0.weight",
    ),
    (r"^replaced_relu\.45\.beta$", "replaced_relu_45"),
    (
        r"^cells\.2\.blocks\.3\.operations\.3\.Separable\.depthwise\.1$",
        "cells_2_blocks_3_operations_3_depthwise_1.weight",
    ),
    (
        r"^cells\.2\.blocks\.3\.operations\.3\.Separable\.pointwise\.1$",
        "cells_2_blocks_3_operations_3_pointwise_1.weight",
    ),
    (r"^replaced_relu\.46\.beta$", "replaced_relu_46"),
    (r"^head\.weights\.0$", "head_weights_0.weight"),
    (r"^head\.weights\.1$", "head_weights_1.weight"),
    (r"^head\.weights\.2$", "head_weights_2.weight"),
    (r"^head\.weights\.3$", "head_weights_3.weight"),
    (r"^head\.weights\.4$", "head_weights_4.weight"),
    (r"^head\.weights\.5$", "head_weights_5.weight"),
    (r"^replaced_relu\.47\.beta$", "replaced_relu_47"),
    (r"\.norm\.scale$", ".norm.gamma"),
    (r"\.norm\.shift$", ".norm.beta"),
    (r"\.norm\.stored_mean$", ".norm.running_mean"),
    (r"\.norm\.stored_variance$", ".norm.running_var"),
    (
        r"^cells\.0\.blocks\.0\.operations\.3\.Separable\.first\.norm\.",
        "cells_0_blocks_0_operations_3_first_norm.",
    ),
    (
        r"^cells\.0\.blocks\.1\.operations\.3\.Separable\.first\.norm\.",
        "cells_0_blocks_1_operations_3_first_norm.",
    ),
    (
        r"^cells\.0\.blocks\.2\.operations\.2\.Separable\.first\.norm\.",
        "cells_0_blocks_2_operations_2_first_norm.",
    ),
    (
        r"^cells\.0\.blocks\.3\.operations\.3\.Separable\.first\.norm\.",
        "cells_0_blocks_3_operations_3_first_norm.",
    ),
    (
        r"^cells\.1\.blocks\.0\.operations\.3\.Separable\.first\.norm\.",
        "cells_1_blocks_0_operations_3_first_norm.",
    ),
    (
        r"^cells\.1\.blocks\.1\.operations\.3\.Separable\.first\.norm\.",
        "cells_1_blocks_1_operations_3_first_norm.",
    ),
    (
        r"^cells\.1\.blocks\.2\.operations\.2\.Separable\.first\.norm\.",
        "cells_1_blocks_2_operations_2_first_norm.",
    ),
    (
        r"^cells\.1\.blocks\.3\.operations\.3\.Separable\.first\.norm\.",
        "cells_1_blocks_3_operations_3_first_norm.",
    ),
    (
        r"^cells\.2\.blocks\.0\.operations\.3\.Separable\.first\.norm\.",
        "cells_2_blocks_0_operations_3_first_norm.",
    ),
    (
        r"^cells\.2\.blocks\.1\.operations\.3\.Separable\.first\.norm\.",
        "cells_2_blocks_1_operations_3_first_norm.",
    ),
    (
        r"^cells\.2\.blocks\.2\.operations\.2\.Separable\.first\.norm\.",
        "cells_2_blocks_2_operations_2_first_norm.",
    ),
    (
        r"^cells\.2\.blocks\.3\.operations\.3\.Separable\.first\.norm\.",
        "cells_2_blocks_3_operations_3_first_norm.",
    ),
    (
        r"^cells\.0\.blocks\.1\.operations\.4\.Factored\.first\.norm\.",
        "cells_0_blocks_1_operations_4_first_norm.",
    ),
    (
        r"^cells\.1\.blocks\.1\.operations\.4\.Factored\.first\.norm\.",
        "cells_1_blocks_1_operations_4_first_norm.",
    ),
    (
        r"^cells\.2\.blocks\.1\.operations\.4\.Factored\.first\.norm\.",
        "cells_2_blocks_1_operations_4_first_norm.",
    ),
    (
        r"^cells\.0\.blocks\.0\.projected\.norm\.",
        "cells_0_blocks_0_projected_norm.",
    ),
    (
        r"^cells\.0\.blocks\.1\.projected\.norm\.",
        "cells_0_blocks_1_projected_norm.",
    ),
    (
        r"^cells\.0\.blocks\.2\.projected\.norm\.",
        "cells_0_blocks_2_projected_norm.",
    ),
    (
        r"^cells\.0\.blocks\.3\.projected\.norm\.",
        "cells_0_blocks_3_projected_norm.",
    ),
    (
        r"^cells\.1\.blocks\.0\.projected\.norm\.",
        "cells_1_blocks_0_projected_norm.",
    ),
    (
        r"^cells\.1\.blocks\.1\.projected\.norm\.",
        "cells_1_blocks_1_projected_norm.",
    ),
    (
        r"^cells\.1\.blocks\.2\.projected\.norm\.",
        "cells_1_blocks_2_projected_norm.",
    ),
    (
        r"^cells\.1\.blocks\.3\.projected\.norm\.",
        "cells_1_blocks_3_projected_norm.",
    ),
    (
        r"^cells\.2\.blocks\.0\.projected\.norm\.",
        "cells_2_blocks_0_projected_norm.",
    ),
    (
        r"^cells\.2\.blocks\.1\.projected\.norm\.",
        "cells_2_blocks_1_projected_norm.",
    ),
    (
        r"^cells\.2\.blocks\.2\.projected\.norm\.",
        "cells_2_blocks_2_projected_norm.",
    ),
    (
        r"^cells\.2\.blocks\.3\.projected\.norm\.",
        "cells_2_blocks_3_projected_norm.",
    ),
    (
        r"^cells\.0\.blocks\.0\.output\.norm\.",
        "cells_0_blocks_0_output_norm.",
    ),
    (
        r"^cells\.0\.blocks\.1\.output\.norm\.",
        "cells_0_blocks_1_output_norm.",
    ),
    (
        r"^cells\.0\.blocks\.2\.output\.norm\.",
        "cells_0_blocks_2_output_norm.",
    ),
    (
        r"^cells\.0\.blocks\.3\.output\.norm\.",
        "cells_0_blocks_3_output_norm.",
    ),
    (
        r"^cells\.1\.blocks\.0\.output\.norm\.",
        "cells_1_blocks_0_output_norm.",
    ),
    (
        r"^cells\.1\.blocks\.1\.output\.norm\.",
        "cells_1_blocks_1_output_norm.",
    ),
    (
        r"^cells\.1\.blocks\.2\.output\.norm\.",
        "cells_1_blocks_2_output_norm.",
    ),
    (
        r"^cells\.1\.blocks\.3\.output\.norm\.",
        "cells_1_blocks_3_output_norm.",
    ),
    (
        r"^cells\.2\.blocks\.0\.output\.norm\.",
        "cells_2_blocks_0_output_norm.",
    ),
    (
        r"^cells\.2\.blocks\.1\.output\.norm\.",
        "cells_2_blocks_1_output_norm.",
    ),
    (
        r"^cells\.2\.blocks\.2\.output\.norm\.",
        "cells_2_blocks_2_output_norm.",
    ),
    (
        r"^cells\.2\.blocks\.3\.output\.norm\.",
        "cells_2_blocks_3_output_norm.",
    ),
    (r"^cells\.0\.a_site\.norm\.", "cells_0_a_site_norm."),
    (r"^cells\.0\.b_site\.norm\.", "cells_0_b_site_norm."),
    (r"^cells\.1\.a_site\.norm\.", "cells_1_a_site_norm."),
    (r"^cells\.1\.b_site\.norm\.", "cells_1_b_site_norm."),
    (r"^cells\.2\.a_site\.norm\.", "cells_2_a_site_norm."),
    (r"^cells\.2\.b_site\.norm\.", "cells_2_b_site_norm."),
    (r"^stem1\.site\.norm\.", "stem1_site_norm."),
    (r"^stem2\.site\.norm\.", "stem2_site_norm."),
    (r"^head_site\.norm\.", "head_site_norm."),
];

/// The network.
#[derive(Module, Debug)]
pub struct Network {
    stem1: Conv2d,
    stem1_site_norm: BatchNorm,
    replaced_relu_0: Param<Tensor<1>>,
    stem2: Conv2d,
    stem2_site_norm: BatchNorm,
    replaced_relu_1: Param<Tensor<1>>,
    cells_0_a_weights_0: Conv2d,
    cells_0_a_site_norm: BatchNorm,
    replaced_relu_2: Param<Tensor<1>>,
    cells_0_b_weights_0: Conv2d,
    cells_0_b_site_norm: BatchNorm,
    replaced_relu_3: Param<Tensor<1>>,
    cells_0_blocks_0_inputs_weights_1: Conv2d,
    cells_0_blocks_0_projected_norm: BatchNorm,
    replaced_relu_5: Param<Tensor<1>>,
    cells_0_blocks_0_operations_3_depthwise_0: Conv2d,
    cells_0_blocks_0_operations_3_pointwise_0: Conv2d,
    cells_0_blocks_0_operations_3_first_norm: BatchNorm,
    replaced_relu_6: Param<Tensor<1>>,
    cells_0_blocks_0_operations_3_depthwise_1: Conv2d,
    cells_0_blocks_0_operations_3_pointwise_1: Conv2d,
    cells_0_blocks_0_output_norm: BatchNorm,
    replaced_relu_7: Param<Tensor<1>>,
    cells_0_blocks_1_inputs_weights_1: Conv2d,
    cells_0_blocks_1_projected_norm: BatchNorm,
    replaced_relu_8: Param<Tensor<1>>,
    cells_0_blocks_1_operations_3_depthwise_0: Conv2d,
    cells_0_blocks_1_operations_3_pointwise_0: Conv2d,
    cells_0_blocks_1_operations_3_first_norm: BatchNorm,
    replaced_relu_9: Param<Tensor<1>>,
    cells_0_blocks_1_operations_3_depthwise_1: Conv2d,
    cells_0_blocks_1_operations_3_pointwise_1: Conv2d,
    cells_0_blocks_1_operations_4_horizontal: Conv2d,
    cells_0_blocks_1_operations_4_first_norm: BatchNorm,
    replaced_relu_10: Param<Tensor<1>>,
    cells_0_blocks_1_operations_4_vertical: Conv2d,
    cells_0_blocks_1_output_norm: BatchNorm,
    replaced_relu_11: Param<Tensor<1>>,
    cells_0_blocks_2_inputs_weights_0: Conv2d,
    cells_0_blocks_2_inputs_weights_3: Conv2d,
    cells_0_blocks_2_projected_norm: BatchNorm,
    replaced_relu_12: Param<Tensor<1>>,
    cells_0_blocks_2_operations_2_depthwise_0: Conv2d,
    cells_0_blocks_2_operations_2_pointwise_0: Conv2d,
    cells_0_blocks_2_operations_2_first_norm: BatchNorm,
    replaced_relu_13: Param<Tensor<1>>,
    cells_0_blocks_2_operations_2_depthwise_1: Conv2d,
    cells_0_blocks_2_operations_2_pointwise_1: Conv2d,
    average_pool: AvgPool2d,
    cells_0_blocks_2_output_norm: BatchNorm,
    replaced_relu_14: Param<Tensor<1>>,
    cells_0_blocks_3_inputs_weights_0: Conv2d,
    cells_0_blocks_3_inputs_weights_1: Conv2d,
    cells_0_blocks_3_inputs_weights_2: Conv2d,
    cells_0_blocks_3_projected_norm: BatchNorm,
    replaced_relu_15: Param<Tensor<1>>,
    cells_0_blocks_3_operations_3_depthwise_0: Conv2d,
    cells_0_blocks_3_operations_3_pointwise_0: Conv2d,
    cells_0_blocks_3_operations_3_first_norm: BatchNorm,
    replaced_relu_16: Param<Tensor<1>>,
    cells_0_blocks_3_operations_3_depthwise_1: Conv2d,
    cells_0_blocks_3_operations_3_pointwise_1: Conv2d,
    max_pool: MaxPool2d,
    cells_0_blocks_3_output_norm: BatchNorm,
    replaced_relu_17: Param<Tensor<1>>,
    average_pool_2: AvgPool2d,
    cells_1_a_weights_0: Conv2d,
    cells_1_a_site_norm: BatchNorm,
    replaced_relu_4: Param<Tensor<1>>,
    cells_1_b_weights_0: Conv2d,
    cells_1_b_weights_1: Conv2d,
    cells_1_b_weights_2: Conv2d,
    cells_1_b_weights_3: Conv2d,
    cells_1_b_weights_4: Conv2d,
    cells_1_b_weights_5: Conv2d,
    cells_1_b_site_norm: BatchNorm,
    replaced_relu_18: Param<Tensor<1>>,
    cells_1_blocks_0_inputs_weights_1: Conv2d,
    cells_1_blocks_0_projected_norm: BatchNorm,
    replaced_relu_20: Param<Tensor<1>>,
    cells_1_blocks_0_operations_3_depthwise_0: Conv2d,
    cells_1_blocks_0_operations_3_pointwise_0: Conv2d,
    cells_1_blocks_0_operations_3_first_norm: BatchNorm,
    replaced_relu_21: Param<Tensor<1>>,
    cells_1_blocks_0_operations_3_depthwise_1: Conv2d,
    cells_1_blocks_0_operations_3_pointwise_1: Conv2d,
    cells_1_blocks_0_output_norm: BatchNorm,
    replaced_relu_22: Param<Tensor<1>>,
    cells_1_blocks_1_inputs_weights_1: Conv2d,
    cells_1_blocks_1_projected_norm: BatchNorm,
    replaced_relu_23: Param<Tensor<1>>,
    cells_1_blocks_1_operations_3_depthwise_0: Conv2d,
    cells_1_blocks_1_operations_3_pointwise_0: Conv2d,
    cells_1_blocks_1_operations_3_first_norm: BatchNorm,
    replaced_relu_24: Param<Tensor<1>>,
    cells_1_blocks_1_operations_3_depthwise_1: Conv2d,
    cells_1_blocks_1_operations_3_pointwise_1: Conv2d,
    cells_1_blocks_1_operations_4_horizontal: Conv2d,
    cells_1_blocks_1_operations_4_first_norm: BatchNorm,
    replaced_relu_25: Param<Tensor<1>>,
    cells_1_blocks_1_operations_4_vertical: Conv2d,
    cells_1_blocks_1_output_norm: BatchNorm,
    replaced_relu_26: Param<Tensor<1>>,
    cells_1_blocks_2_inputs_weights_0: Conv2d,
    cells_1_blocks_2_inputs_weights_3: Conv2d,
    cells_1_blocks_2_projected_norm: BatchNorm,
    replaced_relu_27: Param<Tensor<1>>,
    cells_1_blocks_2_operations_2_depthwise_0: Conv2d,
    cells_1_blocks_2_operations_2_pointwise_0: Conv2d,
    cells_1_blocks_2_operations_2_first_norm: BatchNorm,
    replaced_relu_28: Param<Tensor<1>>,
    cells_1_blocks_2_operations_2_depthwise_1: Conv2d,
    cells_1_blocks_2_operations_2_pointwise_1: Conv2d,
    cells_1_blocks_2_output_norm: BatchNorm,
    replaced_relu_29: Param<Tensor<1>>,
    cells_1_blocks_3_inputs_weights_0: Conv2d,
    cells_1_blocks_3_inputs_weights_1: Conv2d,
    cells_1_blocks_3_inputs_weights_2: Conv2d,
    cells_1_blocks_3_projected_norm: BatchNorm,
    replaced_relu_30: Param<Tensor<1>>,
    cells_1_blocks_3_operations_3_depthwise_0: Conv2d,
    cells_1_blocks_3_operations_3_pointwise_0: Conv2d,
    cells_1_blocks_3_operations_3_first_norm: BatchNorm,
    replaced_relu_31: Param<Tensor<1>>,
    cells_1_blocks_3_operations_3_depthwise_1: Conv2d,
    cells_1_blocks_3_operations_3_pointwise_1: Conv2d,
    cells_1_blocks_3_output_norm: BatchNorm,
    replaced_relu_32: Param<Tensor<1>>,
    average_pool_3: AvgPool2d,
    cells_2_a_weights_0: Conv2d,
    cells_2_a_weights_1: Conv2d,
    cells_2_a_weights_2: Conv2d,
    cells_2_a_weights_3: Conv2d,
    cells_2_a_weights_4: Conv2d,
    cells_2_a_weights_5: Conv2d,
    cells_2_a_site_norm: BatchNorm,
    replaced_relu_19: Param<Tensor<1>>,
    cells_2_b_weights_0: Conv2d,
    cells_2_b_weights_1: Conv2d,
    cells_2_b_weights_2: Conv2d,
    cells_2_b_weights_3: Conv2d,
    cells_2_b_weights_4: Conv2d,
    cells_2_b_weights_5: Conv2d,
    cells_2_b_site_norm: BatchNorm,
    replaced_relu_33: Param<Tensor<1>>,
    cells_2_blocks_0_inputs_weights_1: Conv2d,
    cells_2_blocks_0_projected_norm: BatchNorm,
    replaced_relu_34: Param<Tensor<1>>,
    cells_2_blocks_0_operations_3_depthwise_0: Conv2d,
    cells_2_blocks_0_operations_3_pointwise_0: Conv2d,
    cells_2_blocks_0_operations_3_first_norm: BatchNorm,
    replaced_relu_35: Param<Tensor<1>>,
    cells_2_blocks_0_operations_3_depthwise_1: Conv2d,
    cells_2_blocks_0_operations_3_pointwise_1: Conv2d,
    cells_2_blocks_0_output_norm: BatchNorm,
    replaced_relu_36: Param<Tensor<1>>,
    cells_2_blocks_1_inputs_weights_1: Conv2d,
    cells_2_blocks_1_projected_norm: BatchNorm,
    replaced_relu_37: Param<Tensor<1>>,
    cells_2_blocks_1_operations_3_depthwise_0: Conv2d,
    cells_2_blocks_1_operations_3_pointwise_0: Conv2d,
    cells_2_blocks_1_operations_3_first_norm: BatchNorm,
    replaced_relu_38: Param<Tensor<1>>,
    cells_2_blocks_1_operations_3_depthwise_1: Conv2d,
    cells_2_blocks_1_operations_3_pointwise_1: Conv2d,
    cells_2_blocks_1_operations_4_horizontal: Conv2d,
    cells_2_blocks_1_operations_4_first_norm: BatchNorm,
    replaced_relu_39: Param<Tensor<1>>,
    cells_2_blocks_1_operations_4_vertical: Conv2d,
    cells_2_blocks_1_output_norm: BatchNorm,
    replaced_relu_40: Param<Tensor<1>>,
    cells_2_blocks_2_inputs_weights_0: Conv2d,
    cells_2_blocks_2_inputs_weights_3: Conv2d,
    cells_2_blocks_2_projected_norm: BatchNorm,
    replaced_relu_41: Param<Tensor<1>>,
    cells_2_blocks_2_operations_2_depthwise_0: Conv2d,
    cells_2_blocks_2_operations_2_pointwise_0: Conv2d,
    cells_2_blocks_2_operations_2_first_norm: BatchNorm,
    replaced_relu_42: Param<Tensor<1>>,
    cells_2_blocks_2_operations_2_depthwise_1: Conv2d,
    cells_2_blocks_2_operations_2_pointwise_1: Conv2d,
    cells_2_blocks_2_output_norm: BatchNorm,
    replaced_relu_43: Param<Tensor<1>>,
    cells_2_blocks_3_inputs_weights_0: Conv2d,
    cells_2_blocks_3_inputs_weights_1: Conv2d,
    cells_2_blocks_3_inputs_weights_2: Conv2d,
    cells_2_blocks_3_projected_norm: BatchNorm,
    replaced_relu_44: Param<Tensor<1>>,
    cells_2_blocks_3_operations_3_depthwise_0: Conv2d,
    cells_2_blocks_3_operations_3_pointwise_0: Conv2d,
    cells_2_blocks_3_operations_3_first_norm: BatchNorm,
    replaced_relu_45: Param<Tensor<1>>,
    cells_2_blocks_3_operations_3_depthwise_1: Conv2d,
    cells_2_blocks_3_operations_3_pointwise_1: Conv2d,
    cells_2_blocks_3_output_norm: BatchNorm,
    replaced_relu_46: Param<Tensor<1>>,
    head_weights_0: Conv2d,
    head_weights_1: Conv2d,
    head_weights_2: Conv2d,
    head_weights_3: Conv2d,
    head_weights_4: Conv2d,
    head_weights_5: Conv2d,
    head_site_norm: BatchNorm,
    replaced_relu_47: Param<Tensor<1>>,
    classifier: Linear,
}

impl Network {
    /// The network with random weights, as Burn draws them.
    pub fn new(device: &Device) -> Self {
        Self {
            stem1: Conv2dConfig::new([3, 4], [3, 3])
                .with_padding(PaddingConfig2d::Explicit(1, 1, 1, 1))
                .with_bias(false)
                .init(device),
            stem1_site_norm: BatchNormConfig::new(4).init(device),
            replaced_relu_0: Param::from_tensor(Tensor::ones([4], device)),
            stem2: Conv2dConfig::new([4, 4], [3, 3])
                .with_padding(PaddingConfig2d::Explicit(1, 1, 1, 1))
                .with_bias(false)
                .init(device),
            stem2_site_norm: BatchNormConfig::new(4).init(device),
            replaced_relu_1: Param::from_tensor(Tensor::ones([4], device)),
            cells_0_a_weights_0: Conv2dConfig::new([4, 4], [1, 1])
                .with_bias(false)
                .init(device),
            cells_0_a_site_norm: BatchNormConfig::new(4).init(device),
            replaced_relu_2: Param::from_tensor(Tensor::ones([4], device)),
            cells_0_b_weights_0: Conv2dConfig::new([4, 4], [1, 1])
                .with_bias(false)
                .init(device),
            cells_0_b_site_norm: BatchNormConfig::new(4).init(device),
            replaced_relu_3: Param::from_tensor(Tensor::ones([4], device)),
            cells_0_blocks_0_inputs_weights_1: Conv2dConfig::new([4, 4], [1, 1])
                .with_bias(false)
                .init(device),
            cells_0_blocks_0_projected_norm: BatchNormConfig::new(4).init(device),
            replaced_relu_5: Param::from_tensor(Tensor::ones([4], device)),
            cells_0_blocks_0_operations_3_depthwise_0: Conv2dConfig::new([4, 4], [7, 7])
                .with_padding(PaddingConfig2d::Explicit(3, 3, 3, 3))
                .with_groups(4)
                .with_bias(false)
                .init(device),
            cells_0_blocks_0_operations_3_pointwise_0: Conv2dConfig::new([4, 4], [1, 1])
                .with_bias(false)
                .init(device),
            cells_0_blocks_0_operations_3_first_norm: BatchNormConfig::new(4).init(device),
            replaced_relu_6: Param::from_tensor(Tensor::ones([4], device)),
            cells_0_blocks_0_operations_3_depthwise_1: Conv2dConfig::new([4, 4], [7, 7])
                .with_padding(PaddingConfig2d::Explicit(3, 3, 3, 3))
                .with_groups(4)
                .with_bias(false)
                .init(device),
            cells_0_blocks_0_operations_3_pointwise_1: Conv2dConfig::new([4, 4], [1, 1])
                .with_bias(false)
                .init(device),
            cells_0_blocks_0_output_norm: BatchNormConfig::new(4).init(device),
            replaced_relu_7: Param::from_tensor(Tensor::ones([4], device)),
            cells_0_blocks_1_inputs_weights_1: Conv2dConfig::new([4, 4], [1, 1])
                .with_bias(false)
                .init(device),
            cells_0_blocks_1_projected_norm: BatchNormConfig::new(4).init(device),
            replaced_relu_8: Param::from_tensor(Tensor::ones([4], device)),
            cells_0_blocks_1_operations_3_depthwise_0: Conv2dConfig::new([4, 4], [7, 7])
                .with_padding(PaddingConfig2d::Explicit(3, 3, 3, 3))
                .with_groups(4)
                .with_bias(false)
                .init(device),
            cells_0_blocks_1_operations_3_pointwise_0: Conv2dConfig::new([4, 4], [1, 1])
                .with_bias(false)
                .init(device),
            cells_0_blocks_1_operations_3_first_norm: BatchNormConfig::new(4).init(device),
            replaced_relu_9: Param::from_tensor(Tensor::ones([4], device)),
            cells_0_blocks_1_operations_3_depthwise_1: Conv2dConfig::new([4, 4], [7, 7])
                .with_padding(PaddingConfig2d::Explicit(3, 3, 3, 3))
                .with_groups(4)
                .with_bias(false)
                .init(device),
            cells_0_blocks_1_operations_3_pointwise_1: Conv2dConfig::new([4, 4], [1, 1])
                .with_bias(false)
                .init(device),
            cells_0_blocks_1_operations_4_horizontal: Conv2dConfig::new([4, 4], [1, 7])
                .with_padding(PaddingConfig2d::Explicit(0, 3, 0, 3))
                .with_bias(false)
                .init(device),
            cells_0_blocks_1_operations_4_first_norm: BatchNormConfig::new(4).init(device),
            replaced_relu_10: Param::from_tensor(Tensor::ones([4], device)),
            cells_0_blocks_1_operations_4_vertical: Conv2dConfig::new([4, 4], [7, 1])
                .with_padding(PaddingConfig2d::Explicit(3, 0, 3, 0))
                .with_bias(false)
                .init(device),
            cells_0_blocks_1_output_norm: BatchNormConfig::new(4).init(device),
            replaced_relu_11: Param::from_tensor(Tensor::ones([4], device)),
            cells_0_blocks_2_inputs_weights_0: Conv2dConfig::new([4, 4], [1, 1])
                .with_bias(false)
                .init(device),
            cells_0_blocks_2_inputs_weights_3: Conv2dConfig::new([4, 4], [1, 1])
                .with_bias(false)
                .init(device),
            cells_0_blocks_2_projected_norm: BatchNormConfig::new(4).init(device),
            replaced_relu_12: Param::from_tensor(Tensor::ones([4], device)),
            cells_0_blocks_2_operations_2_depthwise_0: Conv2dConfig::new([4, 4], [5, 5])
                .with_padding(PaddingConfig2d::Explicit(2, 2, 2, 2))
                .with_groups(4)
                .with_bias(false)
                .init(device),
            cells_0_blocks_2_operations_2_pointwise_0: Conv2dConfig::new([4, 4], [1, 1])
                .with_bias(false)
                .init(device),
            cells_0_blocks_2_operations_2_first_norm: BatchNormConfig::new(4).init(device),
            replaced_relu_13: Param::from_tensor(Tensor::ones([4], device)),
            cells_0_blocks_2_operations_2_depthwise_1: Conv2dConfig::new([4, 4], [5, 5])
                .with_padding(PaddingConfig2d::Explicit(2, 2, 2, 2))
                .with_groups(4)
                .with_bias(false)
                .init(device),
            cells_0_blocks_2_operations_2_pointwise_1: Conv2dConfig::new([4, 4], [1, 1])
                .with_bias(false)
                .init(device),
            average_pool: AvgPool2dConfig::new([3, 3])
                .with_strides([1, 1])
                .with_padding(PaddingConfig2d::Explicit(1, 1, 1, 1))
                .with_count_include_pad(true)
                .init(),
            cells_0_blocks_2_output_norm: BatchNormConfig::new(4).init(device),
            replaced_relu_14: Param::from_tensor(Tensor::ones([4], device)),
            cells_0_blocks_3_inputs_weights_0: Conv2dConfig::new([4, 4], [1, 1])
                .with_bias(false)
                .init(device),
            cells_0_blocks_3_inputs_weights_1: Conv2dConfig::new([4, 4], [1, 1])
                .with_bias(false)
                .init(device),
            cells_0_blocks_3_inputs_weights_2: Conv2dConfig::new([4, 4], [1, 1])
                .with_bias(false)
                .init(device),
            cells_0_blocks_3_projected_norm: BatchNormConfig::new(4).init(device),
            replaced_relu_15: Param::from_tensor(Tensor::ones([4], device)),
            cells_0_blocks_3_operations_3_depthwise_0: Conv2dConfig::new([4, 4], [7, 7])
                .with_padding(PaddingConfig2d::Explicit(3, 3, 3, 3))
                .with_groups(4)
                .with_bias(false)
                .init(device),
            cells_0_blocks_3_operations_3_pointwise_0: Conv2dConfig::new([4, 4], [1, 1])
                .with_bias(false)
                .init(device),
            cells_0_blocks_3_operations_3_first_norm: BatchNormConfig::new(4).init(device),
            replaced_relu_16: Param::from_tensor(Tensor::ones([4], device)),
            cells_0_blocks_3_operations_3_depthwise_1: Conv2dConfig::new([4, 4], [7, 7])
                .with_padding(PaddingConfig2d::Explicit(3, 3, 3, 3))
                .with_groups(4)
                .with_bias(false)
                .init(device),
            cells_0_blocks_3_operations_3_pointwise_1: Conv2dConfig::new([4, 4], [1, 1])
                .with_bias(false)
                .init(device),
            max_pool: MaxPool2dConfig::new([3, 3])
                .with_strides([1, 1])
                .with_padding(PaddingConfig2d::Explicit(1, 1, 1, 1))
                .init(),
            cells_0_blocks_3_output_norm: BatchNormConfig::new(4).init(device),
            replaced_relu_17: Param::from_tensor(Tensor::ones([4], device)),
            average_pool_2: AvgPool2dConfig::new([2, 2]).with_strides([2, 2]).init(),
            cells_1_a_weights_0: Conv2dConfig::new([4, 8], [1, 1])
                .with_bias(false)
                .init(device),
            cells_1_a_site_norm: BatchNormConfig::new(8).init(device),
            replaced_relu_4: Param::from_tensor(Tensor::ones([8], device)),
            cells_1_b_weights_0: Conv2dConfig::new([4, 8], [1, 1])
                .with_bias(false)
                .init(device),
            cells_1_b_weights_1: Conv2dConfig::new([4, 8], [1, 1])
                .with_bias(false)
                .init(device),
            cells_1_b_weights_2: Conv2dConfig::new([4, 8], [1, 1])
                .with_bias(false)
                .init(device),
            cells_1_b_weights_3: Conv2dConfig::new([4, 8], [1, 1])
                .with_bias(false)
                .init(device),
            cells_1_b_weights_4: Conv2dConfig::new([4, 8], [1, 1])
                .with_bias(false)
                .init(device),
            cells_1_b_weights_5: Conv2dConfig::new([4, 8], [1, 1])
                .with_bias(false)
                .init(device),
            cells_1_b_site_norm: BatchNormConfig::new(8).init(device),
            replaced_relu_18: Param::from_tensor(Tensor::ones([8], device)),
            cells_1_blocks_0_inputs_weights_1: Conv2dConfig::new([8, 8], [1, 1])
                .with_bias(false)
                .init(device),
            cells_1_blocks_0_projected_norm: BatchNormConfig::new(8).init(device),
            replaced_relu_20: Param::from_tensor(Tensor::ones([8], device)),
            cells_1_blocks_0_operations_3_depthwise_0: Conv2dConfig::new([8, 8], [7, 7])
                .with_padding(PaddingConfig2d::Explicit(3, 3, 3, 3))
                .with_groups(8)
                .with_bias(false)
                .init(device),
            cells_1_blocks_0_operations_3_pointwise_0: Conv2dConfig::new([8, 8], [1, 1])
                .with_bias(false)
                .init(device),
            cells_1_blocks_0_operations_3_first_norm: BatchNormConfig::new(8).init(device),
            replaced_relu_21: Param::from_tensor(Tensor::ones([8], device)),
            cells_1_blocks_0_operations_3_depthwise_1: Conv2dConfig::new([8, 8], [7, 7])
                .with_padding(PaddingConfig2d::Explicit(3, 3, 3, 3))
                .with_groups(8)
                .with_bias(false)
                .init(device),
            cells_1_blocks_0_operations_3_pointwise_1: Conv2dConfig::new([8, 8], [1, 1])
                .with_bias(false)
                .init(device),
            cells_1_blocks_0_output_norm: BatchNormConfig::new(8).init(device),
            replaced_relu_22: Param::from_tensor(Tensor::ones([8], device)),
            cells_1_blocks_1_inputs_weights_1: Conv2dConfig::new([8, 8], [1, 1])
                .with_bias(false)
                .init(device),
            cells_1_blocks_1_projected_norm: BatchNormConfig::new(8).init(device),
            replaced_relu_23: Param::from_tensor(Tensor::ones([8], device)),
            cells_1_blocks_1_operations_3_depthwise_0: Conv2dConfig::new([8, 8], [7, 7])
                .with_padding(PaddingConfig2d::Explicit(3, 3, 3, 3))
                .with_groups(8)
                .with_bias(false)
                .init(device),
            cells_1_blocks_1_operations_3_pointwise_0: Conv2dConfig::new([8, 8], [1, 1])
                .with_bias(false)
                .init(device),
            cells_1_blocks_1_operations_3_first_norm: BatchNormConfig::new(8).init(device),
            replaced_relu_24: Param::from_tensor(Tensor::ones([8], device)),
            cells_1_blocks_1_operations_3_depthwise_1: Conv2dConfig::new([8, 8], [7, 7])
                .with_padding(PaddingConfig2d::Explicit(3, 3, 3, 3))
                .with_groups(8)
                .with_bias(false)
                .init(device),
            cells_1_blocks_1_operations_3_pointwise_1: Conv2dConfig::new([8, 8], [1, 1])
                .with_bias(false)
                .init(device),
            cells_1_blocks_1_operations_4_horizontal: Conv2dConfig::new([8, 8], [1, 7])
                .with_padding(PaddingConfig2d::Explicit(0, 3, 0, 3))
                .with_bias(false)
                .init(device),
            cells_1_blocks_1_operations_4_first_norm: BatchNormConfig::new(8).init(device),
            replaced_relu_25: Param::from_tensor(Tensor::ones([8], device)),
            cells_1_blocks_1_operations_4_vertical: Conv2dConfig::new([8, 8], [7, 1])
                .with_padding(PaddingConfig2d::Explicit(3, 0, 3, 0))
                .with_bias(false)
                .init(device),
            cells_1_blocks_1_output_norm: BatchNormConfig::new(8).init(device),
            replaced_relu_26: Param::from_tensor(Tensor::ones([8], device)),
            cells_1_blocks_2_inputs_weights_0: Conv2dConfig::new([8, 8], [1, 1])
                .with_bias(false)
                .init(device),
            cells_1_blocks_2_inputs_weights_3: Conv2dConfig::new([8, 8], [1, 1])
                .with_bias(false)
                .init(device),
            cells_1_blocks_2_projected_norm: BatchNormConfig::new(8).init(device),
            replaced_relu_27: Param::from_tensor(Tensor::ones([8], device)),
            cells_1_blocks_2_operations_2_depthwise_0: Conv2dConfig::new([8, 8], [5, 5])
                .with_padding(PaddingConfig2d::Explicit(2, 2, 2, 2))
                .with_groups(8)
                .with_bias(false)
                .init(device),
            cells_1_blocks_2_operations_2_pointwise_0: Conv2dConfig::new([8, 8], [1, 1])
                .with_bias(false)
                .init(device),
            cells_1_blocks_2_operations_2_first_norm: BatchNormConfig::new(8).init(device),
            replaced_relu_28: Param::from_tensor(Tensor::ones([8], device)),
            cells_1_blocks_2_operations_2_depthwise_1: Conv2dConfig::new([8, 8], [5, 5])
                .with_padding(PaddingConfig2d::Explicit(2, 2, 2, 2))
                .with_groups(8)
                .with_bias(false)
                .init(device),
            cells_1_blocks_2_operations_2_pointwise_1: Conv2dConfig::new([8, 8], [1, 1])
                .with_bias(false)
                .init(device),
            cells_1_blocks_2_output_norm: BatchNormConfig::new(8).init(device),
            replaced_relu_29: Param::from_tensor(Tensor::ones([8], device)),
            cells_1_blocks_3_inputs_weights_0: Conv2dConfig::new([8, 8], [1, 1])
                .with_bias(false)
                .init(device),
            cells_1_blocks_3_inputs_weights_1: Conv2dConfig::new([8, 8], [1, 1])
                .with_bias(false)
                .init(device),
            cells_1_blocks_3_inputs_weights_2: Conv2dConfig::new([8, 8], [1, 1])
                .with_bias(false)
                .init(device),
            cells_1_blocks_3_projected_norm: BatchNormConfig::new(8).init(device),
            replaced_relu_30: Param::from_tensor(Tensor::ones([8], device)),
            cells_1_blocks_3_operations_3_depthwise_0: Conv2dConfig::new([8, 8], [7, 7])
                .with_padding(PaddingConfig2d::Explicit(3, 3, 3, 3))
                .with_groups(8)
                .with_bias(false)
                .init(device),
            cells_1_blocks_3_operations_3_pointwise_0: Conv2dConfig::new([8, 8], [1, 1])
                .with_bias(false)
                .init(device),
            cells_1_blocks_3_operations_3_first_norm: BatchNormConfig::new(8).init(device),
            replaced_relu_31: Param::from_tensor(Tensor::ones([8], device)),
            cells_1_blocks_3_operations_3_depthwise_1: Conv2dConfig::new([8, 8], [7, 7])
                .with_padding(PaddingConfig2d::Explicit(3, 3, 3, 3))
                .with_groups(8)
                .with_bias(false)
                .init(device),
            cells_1_blocks_3_operations_3_pointwise_1: Conv2dConfig::new([8, 8], [1, 1])
                .with_bias(false)
                .init(device),
            cells_1_blocks_3_output_norm: BatchNormConfig::new(8).init(device),
            replaced_relu_32: Param::from_tensor(Tensor::ones([8], device)),
            average_pool_3: AvgPool2dConfig::new([4, 4]).with_strides([4, 4]).init(),
            cells_2_a_weights_0: Conv2dConfig::new([4, 16], [1, 1])
                .with_bias(false)
                .init(device),
            cells_2_a_weights_1: Conv2dConfig::new([4, 16], [1, 1])
                .with_bias(false)
                .init(device),
            cells_2_a_weights_2: Conv2dConfig::new([4, 16], [1, 1])
                .with_bias(false)
                .init(device),
            cells_2_a_weights_3: Conv2dConfig::new([4, 16], [1, 1])
                .with_bias(false)
                .init(device),
            cells_2_a_weights_4: Conv2dConfig::new([4, 16], [1, 1])
                .with_bias(false)
                .init(device),
            cells_2_a_weights_5: Conv2dConfig::new([4, 16], [1, 1])
                .with_bias(false)
                .init(device),
            cells_2_a_site_norm: BatchNormConfig::new(16).init(device),
            replaced_relu_19: Param::from_tensor(Tensor::ones([16], device)),
            cells_2_b_weights_0: Conv2dConfig::new([8, 16], [1, 1])
                .with_bias(false)
                .init(device),
            cells_2_b_weights_1: Conv2dConfig::new([8, 16], [1, 1])
                .with_bias(false)
                .init(device),
            cells_2_b_weights_2: Conv2dConfig::new([8, 16], [1, 1])
                .with_bias(false)
                .init(device),
            cells_2_b_weights_3: Conv2dConfig::new([8, 16], [1, 1])
                .with_bias(false)
                .init(device),
            cells_2_b_weights_4: Conv2dConfig::new([8, 16], [1, 1])
                .with_bias(false)
                .init(device),
            cells_2_b_weights_5: Conv2dConfig::new([8, 16], [1, 1])
                .with_bias(false)
                .init(device),
            cells_2_b_site_norm: BatchNormConfig::new(16).init(device),
            replaced_relu_33: Param::from_tensor(Tensor::ones([16], device)),
            cells_2_blocks_0_inputs_weights_1: Conv2dConfig::new([16, 16], [1, 1])
                .with_bias(false)
                .init(device),
            cells_2_blocks_0_projected_norm: BatchNormConfig::new(16).init(device),
            replaced_relu_34: Param::from_tensor(Tensor::ones([16], device)),
            cells_2_blocks_0_operations_3_depthwise_0: Conv2dConfig::new([16, 16], [7, 7])
                .with_padding(PaddingConfig2d::Explicit(3, 3, 3, 3))
                .with_groups(16)
                .with_bias(false)
                .init(device),
            cells_2_blocks_0_operations_3_pointwise_0: Conv2dConfig::new([16, 16], [1, 1])
                .with_bias(false)
                .init(device),
            cells_2_blocks_0_operations_3_first_norm: BatchNormConfig::new(16).init(device),
            replaced_relu_35: Param::from_tensor(Tensor::ones([16], device)),
            cells_2_blocks_0_operations_3_depthwise_1: Conv2dConfig::new([16, 16], [7, 7])
                .with_padding(PaddingConfig2d::Explicit(3, 3, 3, 3))
                .with_groups(16)
                .with_bias(false)
                .init(device),
            cells_2_blocks_0_operations_3_pointwise_1: Conv2dConfig::new([16, 16], [1, 1])
                .with_bias(false)
                .init(device),
            cells_2_blocks_0_output_norm: BatchNormConfig::new(16).init(device),
            replaced_relu_36: Param::from_tensor(Tensor::ones([16], device)),
            cells_2_blocks_1_inputs_weights_1: Conv2dConfig::new([16, 16], [1, 1])
                .with_bias(false)
                .init(device),
            cells_2_blocks_1_projected_norm: BatchNormConfig::new(16).init(device),
            replaced_relu_37: Param::from_tensor(Tensor::ones([16], device)),
            cells_2_blocks_1_operations_3_depthwise_0: Conv2dConfig::new([16, 16], [7, 7])
                .with_padding(PaddingConfig2d::Explicit(3, 3, 3, 3))
                .with_groups(16)
                .with_bias(false)
                .init(device),
            cells_2_blocks_1_operations_3_pointwise_0: Conv2dConfig::new([16, 16], [1, 1])
                .with_bias(false)
                .init(device),
            cells_2_blocks_1_operations_3_first_norm: BatchNormConfig::new(16).init(device),
            replaced_relu_38: Param::from_tensor(Tensor::ones([16], device)),
            cells_2_blocks_1_operations_3_depthwise_1: Conv2dConfig::new([16, 16], [7, 7])
                .with_padding(PaddingConfig2d::Explicit(3, 3, 3, 3))
                .with_groups(16)
                .with_bias(false)
                .init(device),
            cells_2_blocks_1_operations_3_pointwise_1: Conv2dConfig::new([16, 16], [1, 1])
                .with_bias(false)
                .init(device),
            cells_2_blocks_1_operations_4_horizontal: Conv2dConfig::new([16, 16], [1, 7])
                .with_padding(PaddingConfig2d::Explicit(0, 3, 0, 3))
                .with_bias(false)
                .init(device),
            cells_2_blocks_1_operations_4_first_norm: BatchNormConfig::new(16).init(device),
            replaced_relu_39: Param::from_tensor(Tensor::ones([16], device)),
            cells_2_blocks_1_operations_4_vertical: Conv2dConfig::new([16, 16], [7, 1])
                .with_padding(PaddingConfig2d::Explicit(3, 0, 3, 0))
                .with_bias(false)
                .init(device),
            cells_2_blocks_1_output_norm: BatchNormConfig::new(16).init(device),
            replaced_relu_40: Param::from_tensor(Tensor::ones([16], device)),
            cells_2_blocks_2_inputs_weights_0: Conv2dConfig::new([16, 16], [1, 1])
                .with_bias(false)
                .init(device),
            cells_2_blocks_2_inputs_weights_3: Conv2dConfig::new([16, 16], [1, 1])
                .with_bias(false)
                .init(device),
            cells_2_blocks_2_projected_norm: BatchNormConfig::new(16).init(device),
            replaced_relu_41: Param::from_tensor(Tensor::ones([16], device)),
            cells_2_blocks_2_operations_2_depthwise_0: Conv2dConfig::new([16, 16], [5, 5])
                .with_padding(PaddingConfig2d::Explicit(2, 2, 2, 2))
                .with_groups(16)
                .with_bias(false)
                .init(device),
            cells_2_blocks_2_operations_2_pointwise_0: Conv2dConfig::new([16, 16], [1, 1])
                .with_bias(false)
                .init(device),
            cells_2_blocks_2_operations_2_first_norm: BatchNormConfig::new(16).init(device),
            replaced_relu_42: Param::from_tensor(Tensor::ones([16], device)),
            cells_2_blocks_2_operations_2_depthwise_1: Conv2dConfig::new([16, 16], [5, 5])
                .with_padding(PaddingConfig2d::Explicit(2, 2, 2, 2))
                .with_groups(16)
                .with_bias(false)
                .init(device),
            cells_2_blocks_2_operations_2_pointwise_1: Conv2dConfig::new([16, 16], [1, 1])
                .with_bias(false)
                .init(device),
            cells_2_blocks_2_output_norm: BatchNormConfig::new(16).init(device),
            replaced_relu_43: Param::from_tensor(Tensor::ones([16], device)),
            cells_2_blocks_3_inputs_weights_0: Conv2dConfig::new([16, 16], [1, 1])
                .with_bias(false)
                .init(device),
            cells_2_blocks_3_inputs_weights_1: Conv2dConfig::new([16, 16], [1, 1])
                .with_bias(false)
                .init(device),
            cells_2_blocks_3_inputs_weights_2: Conv2dConfig::new([16, 16], [1, 1])
                .with_bias(false)
                .init(device),
            cells_2_blocks_3_projected_norm: BatchNormConfig::new(16).init(device),
            replaced_relu_44: Param::from_tensor(Tensor::ones([16], device)),
            cells_2_blocks_3_operations_3_depthwise_0: Conv2dConfig::new([16, 16], [7, 7])
                .with_padding(PaddingConfig2d::Explicit(3, 3, 3, 3))
                .with_groups(16)
                .with_bias(false)
                .init(device),
            cells_2_blocks_3_operations_3_pointwise_0: Conv2dConfig::new([16, 16], [1, 1])
                .with_bias(false)
                .init(device),
            cells_2_blocks_3_operations_3_first_norm: BatchNormConfig::new(16).init(device),
            replaced_relu_45: Param::from_tensor(Tensor::ones([16], device)),
            cells_2_blocks_3_operations_3_depthwise_1: Conv2dConfig::new([16, 16], [7, 7])
                .with_padding(PaddingConfig2d::Explicit(3, 3, 3, 3))
                .with_groups(16)
                .with_bias(false)
                .init(device),
            cells_2_blocks_3_operations_3_pointwise_1: Conv2dConfig::new([16, 16], [1, 1])
                .with_bias(false)
                .init(device),
            cells_2_blocks_3_output_norm: BatchNormConfig::new(16).init(device),
            replaced_relu_46: Param::from_tensor(Tensor::ones([16], device)),
            head_weights_0: Conv2dConfig::new([16, 16], [1, 1])
                .with_bias(false)
                .init(device),
            head_weights_1: Conv2dConfig::new([16, 16], [1, 1])
                .with_bias(false)
                .init(device),
            head_weights_2: Conv2dConfig::new([16, 16], [1, 1])
                .with_bias(false)
                .init(device),
            head_weights_3: Conv2dConfig::new([16, 16], [1, 1])
                .with_bias(false)
                .init(device),
            head_weights_4: Conv2dConfig::new([16, 16], [1, 1])
                .with_bias(false)
                .init(device),
            head_weights_5: Conv2dConfig::new([16, 16], [1, 1])
                .with_bias(false)
                .init(device),
            head_site_norm: BatchNormConfig::new(16).init(device),
            replaced_relu_47: Param::from_tensor(Tensor::ones([16], device)),
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
        let x1 = self.stem1.forward(images);
        let x2 = self.stem1_site_norm.forward(x1);
        let x3 = activation(x2, &self.replaced_relu_0);
        let x4 = self.stem2.forward(x3.clone());
        let x5 = self.stem2_site_norm.forward(x4);
        let x6 = activation(x5, &self.replaced_relu_1);
        let x7 = self.cells_0_a_weights_0.forward(x3);
        let x8 = self.cells_0_a_site_norm.forward(x7);
        let x9 = activation(x8, &self.replaced_relu_2);
        let x10 = self.cells_0_b_weights_0.forward(x6.clone());
        let x11 = self.cells_0_b_site_norm.forward(x10);
        let x12 = activation(x11, &self.replaced_relu_3);
        let x13 = self.cells_0_blocks_0_inputs_weights_1.forward(x12.clone());
        let x14 = self.cells_0_blocks_0_projected_norm.forward(x13);
        let x15 = activation(x14, &self.replaced_relu_5);
        let x16 = self.cells_0_blocks_0_operations_3_depthwise_0.forward(x15);
        let x17 = self.cells_0_blocks_0_operations_3_pointwise_0.forward(x16);
        let x18 = self.cells_0_blocks_0_operations_3_first_norm.forward(x17);
        let x19 = activation(x18, &self.replaced_relu_6);
        let x20 = self.cells_0_blocks_0_operations_3_depthwise_1.forward(x19);
        let x21 = self.cells_0_blocks_0_operations_3_pointwise_1.forward(x20);
        let x22 = self.cells_0_blocks_0_output_norm.forward(x21);
        let x23 = activation(x22, &self.replaced_relu_7);
        let x24 = self.cells_0_blocks_1_inputs_weights_1.forward(x12.clone());
        let x25 = self.cells_0_blocks_1_projected_norm.forward(x24);
        let x26 = activation(x25, &self.replaced_relu_8);
        let x27 = self
            .cells_0_blocks_1_operations_3_depthwise_0
            .forward(x26.clone());
        let x28 = self.cells_0_blocks_1_operations_3_pointwise_0.forward(x27);
        let x29 = self.cells_0_blocks_1_operations_3_first_norm.forward(x28);
        let x30 = activation(x29, &self.replaced_relu_9);
        let x31 = self.cells_0_blocks_1_operations_3_depthwise_1.forward(x30);
        let x32 = self.cells_0_blocks_1_operations_3_pointwise_1.forward(x31);
        let x33 = self.cells_0_blocks_1_operations_4_horizontal.forward(x26);
        let x34 = self.cells_0_blocks_1_operations_4_first_norm.forward(x33);
        let x35 = activation(x34, &self.replaced_relu_10);
        let x36 = self.cells_0_blocks_1_operations_4_vertical.forward(x35);
        let x37 = x32 + x36;
        let x38 = self.cells_0_blocks_1_output_norm.forward(x37);
        let x39 = activation(x38, &self.replaced_relu_11);
        let x40 = self.cells_0_blocks_2_inputs_weights_0.forward(x9.clone());
        let x41 = self.cells_0_blocks_2_inputs_weights_3.forward(x39.clone());
        let x42 = x40 + x41;
        let x43 = self.cells_0_blocks_2_projected_norm.forward(x42.clone());
        let x44 = activation(x43, &self.replaced_relu_12);
        let x45 = self.cells_0_blocks_2_operations_2_depthwise_0.forward(x44);
        let x46 = self.cells_0_blocks_2_operations_2_pointwise_0.forward(x45);
        let x47 = self.cells_0_blocks_2_operations_2_first_norm.forward(x46);
        let x48 = activation(x47, &self.replaced_relu_13);
        let x49 = self.cells_0_blocks_2_operations_2_depthwise_1.forward(x48);
        let x50 = self.cells_0_blocks_2_operations_2_pointwise_1.forward(x49);
        let x51 = self.average_pool.forward(x42);
        let x52 = x50 + x51;
        let x53 = self.cells_0_blocks_2_output_norm.forward(x52);
        let x54 = activation(x53, &self.replaced_relu_14);
        let x55 = self.cells_0_blocks_3_inputs_weights_0.forward(x9.clone());
        let x56 = self.cells_0_blocks_3_inputs_weights_1.forward(x12.clone());
        let x57 = self.cells_0_blocks_3_inputs_weights_2.forward(x23.clone());
        let x58 = x55 + x56 + x57;
        let x59 = self.cells_0_blocks_3_projected_norm.forward(x58.clone());
        let x60 = activation(x59, &self.replaced_relu_15);
        let x61 = self.cells_0_blocks_3_operations_3_depthwise_0.forward(x60);
        let x62 = self.cells_0_blocks_3_operations_3_pointwise_0.forward(x61);
        let x63 = self.cells_0_blocks_3_operations_3_first_norm.forward(x62);
        let x64 = activation(x63, &self.replaced_relu_16);
        let x65 = self.cells_0_blocks_3_operations_3_depthwise_1.forward(x64);
        let x66 = self.cells_0_blocks_3_operations_3_pointwise_1.forward(x65);
        let x67 = self.max_pool.forward(x58);
        let x68 = x66 + x67;
        let x69 = self.cells_0_blocks_3_output_norm.forward(x68);
        let x70 = activation(x69, &self.replaced_relu_17);
        let x71 = self.average_pool_2.forward(x6);
        let x72 = self.cells_1_a_weights_0.forward(x71);
        let x73 = self.cells_1_a_site_norm.forward(x72);
        let x74 = activation(x73, &self.replaced_relu_4);
        let x75 = self.average_pool_2.forward(x9.clone());
        let x76 = self.cells_1_b_weights_0.forward(x75);
        let x77 = self.average_pool_2.forward(x12.clone());
        let x78 = self.cells_1_b_weights_1.forward(x77);
        let x79 = self.average_pool_2.forward(x23.clone());
        let x80 = self.cells_1_b_weights_2.forward(x79);
        let x81 = self.average_pool_2.forward(x39.clone());
        let x82 = self.cells_1_b_weights_3.forward(x81);
        let x83 = self.average_pool_2.forward(x54.clone());
        let x84 = self.cells_1_b_weights_4.forward(x83);
        let x85 = self.average_pool_2.forward(x70.clone());
        let x86 = self.cells_1_b_weights_5.forward(x85);
        let x87 = x76 + x78 + x80;
        let x87 = x87 + x82 + x84;
        let x87 = x87 + x86;
        let x88 = self.cells_1_b_site_norm.forward(x87);
        let x89 = activation(x88, &self.replaced_relu_18);
        let x90 = self.cells_1_blocks_0_inputs_weights_1.forward(x89.clone());
        let x91 = self.cells_1_blocks_0_projected_norm.forward(x90);
        let x92 = activation(x91, &self.replaced_relu_20);
        let x93 = self.cells_1_blocks_0_operations_3_depthwise_0.forward(x92);
        let x94 = self.cells_1_blocks_0_operations_3_pointwise_0.forward(x93);
        let x95 = self.cells_1_blocks_0_operations_3_first_norm.forward(x94);
        let x96 = activation(x95, &self.replaced_relu_21);
        let x97 = self.cells_1_blocks_0_operations_3_depthwise_1.forward(x96);
        let x98 = self.cells_1_blocks_0_operations_3_pointwise_1.forward(x97);
        let x99 = self.cells_1_blocks_0_output_norm.forward(x98);
        let x100 = activation(x99, &self.replaced_relu_22);
        let x101 = self.cells_1_blocks_1_inputs_weights_1.forward(x89.clone());
        let x102 = self.cells_1_blocks_1_projected_norm.forward(x101);
        let x103 = activation(x102, &self.replaced_relu_23);
        let x104 = self
            .cells_1_blocks_1_operations_3_depthwise_0
            .forward(x103.clone());
        let x105 = self.cells_1_blocks_1_operations_3_pointwise_0.forward(x104);
        let x106 = self.cells_1_blocks_1_operations_3_first_norm.forward(x105);
        let x107 = activation(x106, &self.replaced_relu_24);
        let x108 = self.cells_1_blocks_1_operations_3_depthwise_1.forward(x107);
        let x109 = self.cells_1_blocks_1_operations_3_pointwise_1.forward(x108);
        let x110 = self.cells_1_blocks_1_operations_4_horizontal.forward(x103);
        let x111 = self.cells_1_blocks_1_operations_4_first_norm.forward(x110);
        let x112 = activation(x111, &self.replaced_relu_25);
        let x113 = self.cells_1_blocks_1_operations_4_vertical.forward(x112);
        let x114 = x109 + x113;
        let x115 = self.cells_1_blocks_1_output_norm.forward(x114);
        let x116 = activation(x115, &self.replaced_relu_26);
        let x117 = self.cells_1_blocks_2_inputs_weights_0.forward(x74.clone());
        let x118 = self.cells_1_blocks_2_inputs_weights_3.forward(x116.clone());
        let x119 = x117 + x118;
        let x120 = self.cells_1_blocks_2_projected_norm.forward(x119.clone());
        let x121 = activation(x120, &self.replaced_relu_27);
        let x122 = self.cells_1_blocks_2_operations_2_depthwise_0.forward(x121);
        let x123 = self.cells_1_blocks_2_operations_2_pointwise_0.forward(x122);
        let x124 = self.cells_1_blocks_2_operations_2_first_norm.forward(x123);
        let x125 = activation(x124, &self.replaced_relu_28);
        let x126 = self.cells_1_blocks_2_operations_2_depthwise_1.forward(x125);
        let x127 = self.cells_1_blocks_2_operations_2_pointwise_1.forward(x126);
        let x128 = self.average_pool.forward(x119);
        let x129 = x127 + x128;
        let x130 = self.cells_1_blocks_2_output_norm.forward(x129);
        let x131 = activation(x130, &self.replaced_relu_29);
        let x132 = self.cells_1_blocks_3_inputs_weights_0.forward(x74.clone());
        let x133 = self.cells_1_blocks_3_inputs_weights_1.forward(x89.clone());
        let x134 = self.cells_1_blocks_3_inputs_weights_2.forward(x100.clone());
        let x135 = x132 + x133 + x134;
        let x136 = self.cells_1_blocks_3_projected_norm.forward(x135.clone());
        let x137 = activation(x136, &self.replaced_relu_30);
        let x138 = self.cells_1_blocks_3_operations_3_depthwise_0.forward(x137);
        let x139 = self.cells_1_blocks_3_operations_3_pointwise_0.forward(x138);
        let x140 = self.cells_1_blocks_3_operations_3_first_norm.forward(x139);
        let x141 = activation(x140, &self.replaced_relu_31);
        let x142 = self.cells_1_blocks_3_operations_3_depthwise_1.forward(x141);
        let x143 = self.cells_1_blocks_3_operations_3_pointwise_1.forward(x142);
        let x144 = self.max_pool.forward(x135);
        let x145 = x143 + x144;
        let x146 = self.cells_1_blocks_3_output_norm.forward(x145);
        let x147 = activation(x146, &self.replaced_relu_32);
        let x148 = self.average_pool_3.forward(x9);
        let x149 = self.cells_2_a_weights_0.forward(x148);
        let x150 = self.average_pool_3.forward(x12);
        let x151 = self.cells_2_a_weights_1.forward(x150);
        let x152 = self.average_pool_3.forward(x23);
        let x153 = self.cells_2_a_weights_2.forward(x152);
        let x154 = self.average_pool_3.forward(x39);
        let x155 = self.cells_2_a_weights_3.forward(x154);
        let x156 = self.average_pool_3.forward(x54);
        let x157 = self.cells_2_a_weights_4.forward(x156);
        let x158 = self.average_pool_3.forward(x70);
        let x159 = self.cells_2_a_weights_5.forward(x158);
        let x160 = x149 + x151 + x153;
        let x160 = x160 + x155 + x157;
        let x160 = x160 + x159;
        let x161 = self.cells_2_a_site_norm.forward(x160);
        let x162 = activation(x161, &self.replaced_relu_19);
        let x163 = self.average_pool_2.forward(x74);
        let x164 = self.cells_2_b_weights_0.forward(x163);
        let x165 = self.average_pool_2.forward(x89);
        let x166 = self.cells_2_b_weights_1.forward(x165);
        let x167 = self.average_pool_2.forward(x100);
        let x168 = self.cells_2_b_weights_2.forward(x167);
        let x169 = self.average_pool_2.forward(x116);
        let x170 = self.cells_2_b_weights_3.forward(x169);
        let x171 = self.average_pool_2.forward(x131);
        let x172 = self.cells_2_b_weights_4.forward(x171);
        let x173 = self.average_pool_2.forward(x147);
        let x174 = self.cells_2_b_weights_5.forward(x173);
        let x175 = x164 + x166 + x168;
        let x175 = x175 + x170 + x172;
        let x175 = x175 + x174;
        let x176 = self.cells_2_b_site_norm.forward(x175);
        let x177 = activation(x176, &self.replaced_relu_33);
        let x178 = self.cells_2_blocks_0_inputs_weights_1.forward(x177.clone());
        let x179 = self.cells_2_blocks_0_projected_norm.forward(x178);
        let x180 = activation(x179, &self.replaced_relu_34);
        let x181 = self.cells_2_blocks_0_operations_3_depthwise_0.forward(x180);
        let x182 = self.cells_2_blocks_0_operations_3_pointwise_0.forward(x181);
        let x183 = self.cells_2_blocks_0_operations_3_first_norm.forward(x182);
        let x184 = activation(x183, &self.replaced_relu_35);
        let x185 = self.cells_2_blocks_0_operations_3_depthwise_1.forward(x184);
        let x186 = self.cells_2_blocks_0_operations_3_pointwise_1.forward(x185);
        let x187 = self.cells_2_blocks_0_output_norm.forward(x186);
        let x188 = activation(x187, &self.replaced_relu_36);
        let x189 = self.cells_2_blocks_1_inputs_weights_1.forward(x177.clone());
        let x190 = self.cells_2_blocks_1_projected_norm.forward(x189);
        let x191 = activation(x190, &self.replaced_relu_37);
        let x192 = self
            .cells_2_blocks_1_operations_3_depthwise_0
            .forward(x191.clone());
        let x193 = self.cells_2_blocks_1_operations_3_pointwise_0.forward(x192);
        let x194 = self.cells_2_blocks_1_operations_3_first_norm.forward(x193);
        let x195 = activation(x194, &self.replaced_relu_38);
        let x196 = self.cells_2_blocks_1_operations_3_depthwise_1.forward(x195);
        let x197 = self.cells_2_blocks_1_operations_3_pointwise_1.forward(x196);
        let x198 = self.cells_2_blocks_1_operations_4_horizontal.forward(x191);
        let x199 = self.cells_2_blocks_1_operations_4_first_norm.forward(x198);
        let x200 = activation(x199, &self.replaced_relu_39);
        let x201 = self.cells_2_blocks_1_operations_4_vertical.forward(x200);
        let x202 = x197 + x201;
        let x203 = self.cells_2_blocks_1_output_norm.forward(x202);
        let x204 = activation(x203, &self.replaced_relu_40);
        let x205 = self.cells_2_blocks_2_inputs_weights_0.forward(x162.clone());
        let x206 = self.cells_2_blocks_2_inputs_weights_3.forward(x204.clone());
        let x207 = x205 + x206;
        let x208 = self.cells_2_blocks_2_projected_norm.forward(x207.clone());
        let x209 = activation(x208, &self.replaced_relu_41);
        let x210 = self.cells_2_blocks_2_operations_2_depthwise_0.forward(x209);
        let x211 = self.cells_2_blocks_2_operations_2_pointwise_0.forward(x210);
        let x212 = self.cells_2_blocks_2_operations_2_first_norm.forward(x211);
        let x213 = activation(x212, &self.replaced_relu_42);
        let x214 = self.cells_2_blocks_2_operations_2_depthwise_1.forward(x213);
        let x215 = self.cells_2_blocks_2_operations_2_pointwise_1.forward(x214);
        let x216 = self.average_pool.forward(x207);
        let x217 = x215 + x216;
        let x218 = self.cells_2_blocks_2_output_norm.forward(x217);
        let x219 = activation(x218, &self.replaced_relu_43);
        let x220 = self.cells_2_blocks_3_inputs_weights_0.forward(x162.clone());
        let x221 = self.cells_2_blocks_3_inputs_weights_1.forward(x177.clone());
        let x222 = self.cells_2_blocks_3_inputs_weights_2.forward(x188.clone());
        let x223 = x220 + x221 + x222;
        let x224 = self.cells_2_blocks_3_projected_norm.forward(x223.clone());
        let x225 = activation(x224, &self.replaced_relu_44);
        let x226 = self.cells_2_blocks_3_operations_3_depthwise_0.forward(x225);
        let x227 = self.cells_2_blocks_3_operations_3_pointwise_0.forward(x226);
        let x228 = self.cells_2_blocks_3_operations_3_first_norm.forward(x227);
        let x229 = activation(x228, &self.replaced_relu_45);
        let x230 = self.cells_2_blocks_3_operations_3_depthwise_1.forward(x229);
        let x231 = self.cells_2_blocks_3_operations_3_pointwise_1.forward(x230);
        let x232 = self.max_pool.forward(x223);
        let x233 = x231 + x232;
        let x234 = self.cells_2_blocks_3_output_norm.forward(x233);
        let x235 = activation(x234, &self.replaced_relu_46);
        let x236 = self.head_weights_0.forward(x162);
        let x237 = self.head_weights_1.forward(x177);
        let x238 = self.head_weights_2.forward(x188);
        let x239 = self.head_weights_3.forward(x204);
        let x240 = self.head_weights_4.forward(x219);
        let x241 = self.head_weights_5.forward(x235);
        let x242 = x236 + x237 + x238;
        let x242 = x242 + x239 + x240;
        let x242 = x242 + x241;
        let x243 = self.head_site_norm.forward(x242);
        let x244 = activation(x243, &self.replaced_relu_47);
        let x245: Tensor<2> = x244.mean_dims(&[2, 3]).flatten(1, 3);
        self.classifier.forward(x245)
    }
}

/// σ(sinh(β·tanh(x)))·x, with a β for each channel.
fn activation<const D: usize>(x: Tensor<D>, beta: &Param<Tensor<1>>) -> Tensor<D> {
    let mut shape = [1; D];
    shape[1] = beta.dims()[0];
    let beta = beta.val().reshape(shape);
    let left = x.zeros_like() + beta.clone();
    let right = x.clone().tanh();
    let z = left * right;
    let left = z.clone().sinh();
    let right = x.clone();
    sigmoid(left) * right
}
