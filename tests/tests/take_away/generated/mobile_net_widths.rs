//! A network that one-shot architecture search found, as a plain Burn module. Written by supernet 0.1.0.
//!
//! Architecture (seed 7): `00000001/00010000/00001000/00100000/00000100/01000000/00000010/01000/10000000/00000001`
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
    (r"^stem\.weights\.0\.0$", "stem_weights_0_0.weight"),
    (r"^stem\.weights\.1\.0$", "stem_weights_1_0.weight"),
    (r"^stem\.weights\.2\.0$", "stem_weights_2_0.weight"),
    (r"^stem\.weights\.3\.0$", "stem_weights_3_0.weight"),
    (r"^stem\.weights\.4\.0$", "stem_weights_4_0.weight"),
    (r"^stem\.weights\.5\.0$", "stem_weights_5_0.weight"),
    (r"^stem\.weights\.6\.0$", "stem_weights_6_0.weight"),
    (r"^stem\.weights\.7\.0$", "stem_weights_7_0.weight"),
    (
        r"^first\.0\.depthwise\.weights\.0$",
        "first_0_depthwise_weights_0.weight",
    ),
    (
        r"^first\.0\.depthwise\.weights\.1$",
        "first_0_depthwise_weights_1.weight",
    ),
    (
        r"^first\.0\.depthwise\.weights\.2$",
        "first_0_depthwise_weights_2.weight",
    ),
    (
        r"^first\.0\.depthwise\.weights\.3$",
        "first_0_depthwise_weights_3.weight",
    ),
    (
        r"^first\.0\.depthwise\.weights\.4$",
        "first_0_depthwise_weights_4.weight",
    ),
    (
        r"^first\.0\.depthwise\.weights\.5$",
        "first_0_depthwise_weights_5.weight",
    ),
    (
        r"^first\.0\.depthwise\.weights\.6$",
        "first_0_depthwise_weights_6.weight",
    ),
    (
        r"^first\.0\.depthwise\.weights\.7$",
        "first_0_depthwise_weights_7.weight",
    ),
    (
        r"^first\.0\.pointwise\.weights\.0\.0$",
        "first_0_pointwise_weights_0_0.weight",
    ),
    (
        r"^first\.0\.pointwise\.weights\.0\.1$",
        "first_0_pointwise_weights_0_1.weight",
    ),
    (
        r"^first\.0\.pointwise\.weights\.0\.2$",
        "first_0_pointwise_weights_0_2.weight",
    ),
    (
        r"^first\.0\.pointwise\.weights\.0\.3$",
        "first_0_pointwise_weights_0_3.weight",
    ),
    (
        r"^first\.0\.pointwise\.weights\.0\.4$",
        "first_0_pointwise_weights_0_4.weight",
    ),
    (
        r"^first\.0\.pointwise\.weights\.0\.5$",
        "first_0_pointwise_weights_0_5.weight",
    ),
    (
        r"^first\.0\.pointwise\.weights\.0\.6$",
        "first_0_pointwise_weights_0_6.weight",
    ),
    (
        r"^first\.0\.pointwise\.weights\.0\.7$",
        "first_0_pointwise_weights_0_7.weight",
    ),
    (
        r"^first\.0\.pointwise\.weights\.1\.0$",
        "first_0_pointwise_weights_1_0.weight",
    ),
    (
        r"^first\.0\.pointwise\.weights\.1\.1$",
        "first_0_pointwise_weights_1_1.weight",
    ),
    (
        r"^first\.0\.pointwise\.weights\.1\.2$",
        "first_0_pointwise_weights_1_2.weight",
    ),
    (
        r"^first\.0\.pointwise\.weights\.1\.3$",
        "first_0_pointwise_weights_1_3.weight",
    ),
    (
        r"^first\.0\.pointwise\.weights\.1\.4$",
        "first_0_pointwise_weights_1_4.weight",
    ),
    (
        r"^first\.0\.pointwise\.weights\.1\.5$",
        "first_0_pointwise_weights_1_5.weight",
    ),
    (
        r"^first\.0\.pointwise\.weights\.1\.6$",
        "first_0_pointwise_weights_1_6.weight",
    ),
    (
        r"^first\.0\.pointwise\.weights\.1\.7$",
        "first_0_pointwise_weights_1_7.weight",
    ),
    (
        r"^first\.0\.pointwise\.weights\.2\.0$",
        "first_0_pointwise_weights_2_0.weight",
    ),
    (
        r"^first\.0\.pointwise\.weights\.2\.1$",
        "first_0_pointwise_weights_2_1.weight",
    ),
    (
        r"^first\.0\.pointwise\.weights\.2\.2$",
        "first_0_pointwise_weights_2_2.weight",
    ),
    (
        r"^first\.0\.pointwise\.weights\.2\.3$",
        "first_0_pointwise_weights_2_3.weight",
    ),
    (
        r"^first\.0\.pointwise\.weights\.2\.4$",
        "first_0_pointwise_weights_2_4.weight",
    ),
    (
        r"^first\.0\.pointwise\.weights\.2\.5$",
        "first_0_pointwise_weights_2_5.weight",
    ),
    (
        r"^first\.0\.pointwise\.weights\.2\.6$",
        "first_0_pointwise_weights_2_6.weight",
    ),
    (
        r"^first\.0\.pointwise\.weights\.2\.7$",
        "first_0_pointwise_weights_2_7.weight",
    ),
    (
        r"^first\.0\.pointwise\.weights\.3\.0$",
        "first_0_pointwise_weights_3_0.weight",
    ),
    (
        r"^first\.0\.pointwise\.weights\.3\.1$",
        "first_0_pointwise_weights_3_1.weight",
    ),
    (
        r"^first\.0\.pointwise\.weights\.3\.2$",
        "first_0_pointwise_weights_3_2.weight",
    ),
    (
        r"^first\.0\.pointwise\.weights\.3\.3$",
        "first_0_pointwise_weights_3_3.weight",
    ),
    (
        r"^first\.0\.pointwise\.weights\.3\.4$",
        "first_0_pointwise_weights_3_4.weight",
    ),
    (
        r"^first\.0\.pointwise\.weights\.3\.5$",
        "first_0_pointwise_weights_3_5.weight",
    ),
    (
        r"^first\.0\.pointwise\.weights\.3\.6$",
        "first_0_pointwise_weights_3_6.weight",
    ),
    (
        r"^first\.0\.pointwise\.weights\.3\.7$",
        "first_0_pointwise_weights_3_7.weight",
    ),
    (
        r"^first\.1\.depthwise\.weights\.0$",
        "first_1_depthwise_weights_0.weight",
    ),
    (
        r"^first\.1\.depthwise\.weights\.1$",
        "first_1_depthwise_weights_1.weight",
    ),
    (
        r"^first\.1\.depthwise\.weights\.2$",
        "first_1_depthwise_weights_2.weight",
    ),
    (
        r"^first\.1\.depthwise\.weights\.3$",
        "first_1_depthwise_weights_3.weight",
    ),
    (
        r"^first\.1\.pointwise\.weights\.0\.0$",
        "first_1_pointwise_weights_0_0.weight",
    ),
    (
        r"^first\.1\.pointwise\.weights\.0\.1$",
        "first_1_pointwise_weights_0_1.weight",
    ),
    (
        r"^first\.1\.pointwise\.weights\.0\.2$",
        "first_1_pointwise_weights_0_2.weight",
    ),
    (
        r"^first\.1\.pointwise\.weights\.0\.3$",
        "first_1_pointwise_weights_0_3.weight",
    ),
    (
        r"^first\.1\.pointwise\.weights\.1\.0$",
        "first_1_pointwise_weights_1_0.weight",
    ),
    (
        r"^first\.1\.pointwise\.weights\.1\.1$",
        "first_1_pointwise_weights_1_1.weight",
    ),
    (
        r"^first\.1\.pointwise\.weights\.1\.2$",
        "first_1_pointwise_weights_1_2.weight",
    ),
    (
        r"^first\.1\.pointwise\.weights\.1\.3$",
        "first_1_pointwise_weights_1_3.weight",
    ),
    (
        r"^first\.1\.pointwise\.weights\.2\.0$",
        "first_1_pointwise_weights_2_0.weight",
    ),
    (
        r"^first\.1\.pointwise\.weights\.2\.1$",
        "first_1_pointwise_weights_2_1.weight",
    ),
    (
        r"^first\.1\.pointwise\.weights\.2\.2$",
        "first_1_pointwise_weights_2_2.weight",
    ),
    (
        r"^first\.1\.pointwise\.weights\.2\.3$",
        "first_1_pointwise_weights_2_3.weight",
    ),
    (
        r"^first\.1\.pointwise\.weights\.3\.0$",
        "first_1_pointwise_weights_3_0.weight",
    ),
    (
        r"^first\.1\.pointwise\.weights\.3\.1$",
        "first_1_pointwise_weights_3_1.weight",
    ),
    (
        r"^first\.1\.pointwise\.weights\.3\.2$",
        "first_1_pointwise_weights_3_2.weight",
    ),
    (
        r"^first\.1\.pointwise\.weights\.3\.3$",
        "first_1_pointwise_weights_3_3.weight",
    ),
    (
        r"^first\.1\.pointwise\.weights\.4\.0$",
        "first_1_pointwise_weights_4_0.weight",
    ),
    (
        r"^first\.1\.pointwise\.weights\.4\.1$",
        "first_1_pointwise_weights_4_1.weight",
    ),
    (
        r"^first\.1\.pointwise\.weights\.4\.2$",
        "first_1_pointwise_weights_4_2.weight",
    ),
    (
        r"^first\.1\.pointwise\.weights\.4\.3$",
        "first_1_pointwise_weights_4_3.weight",
    ),
    (
        r"^first\.2\.depthwise\.weights\.0$",
        "first_2_depthwise_weights_0.weight",
    ),
    (
        r"^first\.2\.depthwise\.weights\.1$",
        "first_2_depthwise_weights_1.weight",
    ),
    (
        r"^first\.2\.depthwise\.weights\.2$",
        "first_2_depthwise_weights_2.weight",
    ),
    (
        r"^first\.2\.depthwise\.weights\.3$",
        "first_2_depthwise_weights_3.weight",
    ),
    (
        r"^first\.2\.depthwise\.weights\.4$",
        "first_2_depthwise_weights_4.weight",
    ),
    (
        r"^first\.2\.pointwise\.weights\.0\.0$",
        "first_2_pointwise_weights_0_0.weight",
    ),
    (
        r"^first\.2\.pointwise\.weights\.0\.1$",
        "first_2_pointwise_weights_0_1.weight",
    ),
    (
        r"^first\.2\.pointwise\.weights\.0\.2$",
        "first_2_pointwise_weights_0_2.weight",
    ),
    (
        r"^first\.2\.pointwise\.weights\.0\.3$",
        "first_2_pointwise_weights_0_3.weight",
    ),
    (
        r"^first\.2\.pointwise\.weights\.0\.4$",
        "first_2_pointwise_weights_0_4.weight",
    ),
    (
        r"^first\.2\.pointwise\.weights\.1\.0$",
        "first_2_pointwise_weights_1_0.weight",
    ),
    (
        r"^first\.2\.pointwise\.weights\.1\.1$",
        "first_2_pointwise_weights_1_1.weight",
    ),
    (
        r"^first\.2\.pointwise\.weights\.1\.2$",
        "first_2_pointwise_weights_1_2.weight",
    ),
    (
        r"^first\.2\.pointwise\.weights\.1\.3$",
        "first_2_pointwise_weights_1_3.weight",
    ),
    (
        r"^first\.2\.pointwise\.weights\.1\.4$",
        "first_2_pointwise_weights_1_4.weight",
    ),
    (
        r"^first\.2\.pointwise\.weights\.2\.0$",
        "first_2_pointwise_weights_2_0.weight",
    ),
    (
        r"^first\.2\.pointwise\.weights\.2\.1$",
        "first_2_pointwise_weights_2_1.weight",
    ),
    (
        r"^first\.2\.pointwise\.weights\.2\.2$",
        "first_2_pointwise_weights_2_2.weight",
    ),
    (
        r"^first\.2\.pointwise\.weights\.2\.3$",
        "first_2_pointwise_weights_2_3.weight",
    ),
    (
        r"^first\.2\.pointwise\.weights\.2\.4$",
        "first_2_pointwise_weights_2_4.weight",
    ),
    (
        r"^first\.3\.depthwise\.weights\.0$",
        "first_3_depthwise_weights_0.weight",
    ),
    (
        r"^first\.3\.depthwise\.weights\.1$",
        "first_3_depthwise_weights_1.weight",
    ),
    (
        r"^first\.3\.depthwise\.weights\.2$",
        "first_3_depthwise_weights_2.weight",
    ),
    (
        r"^first\.3\.pointwise\.weights\.0\.0$",
        "first_3_pointwise_weights_0_0.weight",
    ),
    (
        r"^first\.3\.pointwise\.weights\.0\.1$",
        "first_3_pointwise_weights_0_1.weight",
    ),
    (
        r"^first\.3\.pointwise\.weights\.0\.2$",
        "first_3_pointwise_weights_0_2.weight",
    ),
    (
        r"^first\.3\.pointwise\.weights\.1\.0$",
        "first_3_pointwise_weights_1_0.weight",
    ),
    (
        r"^first\.3\.pointwise\.weights\.1\.1$",
        "first_3_pointwise_weights_1_1.weight",
    ),
    (
        r"^first\.3\.pointwise\.weights\.1\.2$",
        "first_3_pointwise_weights_1_2.weight",
    ),
    (
        r"^first\.3\.pointwise\.weights\.2\.0$",
        "first_3_pointwise_weights_2_0.weight",
    ),
    (
        r"^first\.3\.pointwise\.weights\.2\.1$",
        "first_3_pointwise_weights_2_1.weight",
    ),
    (
        r"^first\.3\.pointwise\.weights\.2\.2$",
        "first_3_pointwise_weights_2_2.weight",
    ),
    (
        r"^first\.3\.pointwise\.weights\.3\.0$",
        "first_3_pointwise_weights_3_0.weight",
    ),
    (
        r"^first\.3\.pointwise\.weights\.3\.1$",
        "first_3_pointwise_weights_3_1.weight",
    ),
    (
        r"^first\.3\.pointwise\.weights\.3\.2$",
        "first_3_pointwise_weights_3_2.weight",
    ),
    (
        r"^first\.3\.pointwise\.weights\.4\.0$",
        "first_3_pointwise_weights_4_0.weight",
    ),
    (
        r"^first\.3\.pointwise\.weights\.4\.1$",
        "first_3_pointwise_weights_4_1.weight",
    ),
    (
        r"^first\.3\.pointwise\.weights\.4\.2$",
        "first_3_pointwise_weights_4_2.weight",
    ),
    (
        r"^first\.3\.pointwise\.weights\.5\.0$",
        "first_3_pointwise_weights_5_0.weight",
    ),
    (
        r"^first\.3\.pointwise\.weights\.5\.1$",
        "first_3_pointwise_weights_5_1.weight",
    ),
    (
        r"^first\.3\.pointwise\.weights\.5\.2$",
        "first_3_pointwise_weights_5_2.weight",
    ),
    (
        r"^first\.4\.depthwise\.weights\.0$",
        "first_4_depthwise_weights_0.weight",
    ),
    (
        r"^first\.4\.depthwise\.weights\.1$",
        "first_4_depthwise_weights_1.weight",
    ),
    (
        r"^first\.4\.depthwise\.weights\.2$",
        "first_4_depthwise_weights_2.weight",
    ),
    (
        r"^first\.4\.depthwise\.weights\.3$",
        "first_4_depthwise_weights_3.weight",
    ),
    (
        r"^first\.4\.depthwise\.weights\.4$",
        "first_4_depthwise_weights_4.weight",
    ),
    (
        r"^first\.4\.depthwise\.weights\.5$",
        "first_4_depthwise_weights_5.weight",
    ),
    (
        r"^first\.4\.pointwise\.weights\.0\.0$",
        "first_4_pointwise_weights_0_0.weight",
    ),
    (
        r"^first\.4\.pointwise\.weights\.0\.1$",
        "first_4_pointwise_weights_0_1.weight",
    ),
    (
        r"^first\.4\.pointwise\.weights\.0\.2$",
        "first_4_pointwise_weights_0_2.weight",
    ),
    (
        r"^first\.4\.pointwise\.weights\.0\.3$",
        "first_4_pointwise_weights_0_3.weight",
    ),
    (
        r"^first\.4\.pointwise\.weights\.0\.4$",
        "first_4_pointwise_weights_0_4.weight",
    ),
    (
        r"^first\.4\.pointwise\.weights\.0\.5$",
        "first_4_pointwise_weights_0_5.weight",
    ),
    (
        r"^first\.4\.pointwise\.weights\.1\.0$",
        "first_4_pointwise_weights_1_0.weight",
    ),
    (
        r"^first\.4\.pointwise\.weights\.1\.1$",
        "first_4_pointwise_weights_1_1.weight",
    ),
    (
        r"^first\.4\.pointwise\.weights\.1\.2$",
        "first_4_pointwise_weights_1_2.weight",
    ),
    (
        r"^first\.4\.pointwise\.weights\.1\.3$",
        "first_4_pointwise_weights_1_3.weight",
    ),
    (
        r"^first\.4\.pointwise\.weights\.1\.4$",
        "first_4_pointwise_weights_1_4.weight",
    ),
    (
        r"^first\.4\.pointwise\.weights\.1\.5$",
        "first_4_pointwise_weights_1_5.weight",
    ),
    (
        r"^first\.5\.depthwise\.weights\.0$",
        "first_5_depthwise_weights_0.weight",
    ),
    (
        r"^first\.5\.depthwise\.weights\.1$",
        "first_5_depthwise_weights_1.weight",
    ),
    (
        r"^first\.5\.pointwise\.weights\.0\.0$",
        "first_5_pointwise_weights_0_0.weight",
    ),
    (
        r"^first\.5\.pointwise\.weights\.0\.1$",
        "first_5_pointwise_weights_0_1.weight",
    ),
    (
        r"^first\.5\.pointwise\.weights\.1\.0$",
        "first_5_pointwise_weights_1_0.weight",
    ),
    (
        r"^first\.5\.pointwise\.weights\.1\.1$",
        "first_5_pointwise_weights_1_1.weight",
    ),
    (
        r"^first\.5\.pointwise\.weights\.2\.0$",
        "first_5_pointwise_weights_2_0.weight",
    ),
    (
        r"^first\.5\.pointwise\.weights\.2\.1$",
        "first_5_pointwise_weights_2_1.weight",
    ),
    (
        r"^first\.5\.pointwise\.weights\.3\.0$",
        "first_5_pointwise_weights_3_0.weight",
    ),
    (
        r"^first\.5\.pointwise\.weights\.3\.1$",
        "first_5_pointwise_weights_3_1.weight",
    ),
    (
        r"^first\.5\.pointwise\.weights\.4\.0$",
        "first_5_pointwise_weights_4_0.weight",
    ),
    (
        r"^first\.5\.pointwise\.weights\.4\.1$",
        "first_5_pointwise_weights_4_1.weight",
    ),
    (
        r"^first\.5\.pointwise\.weights\.5\.0$",
        "first_5_pointwise_weights_5_0.weight",
    ),
    (
        r"^first\.5\.pointwise\.weights\.5\.1$",
        "first_5_pointwise_weights_5_1.weight",
    ),
    (
        r"^first\.5\.pointwise\.weights\.6\.0$",
        "first_5_pointwise_weights_6_0.weight",
    ),
    (
        r"^first\.5\.pointwise\.weights\.6\.1$",
        "first_5_pointwise_weights_6_1.weight",
    ),
    (
        r"^middle\.1\.depthwise\.weights\.0$",
        "middle_1_depthwise_weights_0.weight",
    ),
    (
        r"^middle\.1\.depthwise\.weights\.1$",
        "middle_1_depthwise_weights_1.weight",
    ),
    (
        r"^middle\.1\.depthwise\.weights\.2$",
        "middle_1_depthwise_weights_2.weight",
    ),
    (
        r"^middle\.1\.depthwise\.weights\.3$",
        "middle_1_depthwise_weights_3.weight",
    ),
    (
        r"^middle\.1\.depthwise\.weights\.4$",
        "middle_1_depthwise_weights_4.weight",
    ),
    (
        r"^middle\.1\.depthwise\.weights\.5$",
        "middle_1_depthwise_weights_5.weight",
    ),
    (
        r"^middle\.1\.depthwise\.weights\.6$",
        "middle_1_depthwise_weights_6.weight",
    ),
    (
        r"^middle\.1\.pointwise\.weights\.0\.0$",
        "middle_1_pointwise_weights_0_0.weight",
    ),
    (
        r"^middle\.1\.pointwise\.weights\.0\.1$",
        "middle_1_pointwise_weights_0_1.weight",
    ),
    (
        r"^middle\.1\.pointwise\.weights\.0\.2$",
        "middle_1_pointwise_weights_0_2.weight",
    ),
    (
        r"^middle\.1\.pointwise\.weights\.0\.3$",
        "middle_1_pointwise_weights_0_3.weight",
    ),
    (
        r"^middle\.1\.pointwise\.weights\.0\.4$",
        "middle_1_pointwise_weights_0_4.weight",
    ),
    (
        r"^middle\.1\.pointwise\.weights\.0\.5$",
        "middle_1_pointwise_weights_0_5.weight",
    ),
    (
        r"^middle\.1\.pointwise\.weights\.0\.6$",
        "middle_1_pointwise_weights_0_6.weight",
    ),
    (
        r"^middle\.1\.pointwise\.weights\.1\.0$",
        "middle_1_pointwise_weights_1_0.weight",
    ),
    (
        r"^middle\.1\.pointwise\.weights\.1\.1$",
        "middle_1_pointwise_weights_1_1.weight",
    ),
    (
        r"^middle\.1\.pointwise\.weights\.1\.2$",
        "middle_1_pointwise_weights_1_2.weight",
    ),
    (
        r"^middle\.1\.pointwise\.weights\.1\.3$",
        "middle_1_pointwise_weights_1_3.weight",
    ),
    (
        r"^middle\.1\.pointwise\.weights\.1\.4$",
        "middle_1_pointwise_weights_1_4.weight",
    ),
    (
        r"^middle\.1\.pointwise\.weights\.1\.5$",
        "middle_1_pointwise_weights_1_5.weight",
    ),
    (
        r"^middle\.1\.pointwise\.weights\.1\.6$",
        "middle_1_pointwise_weights_1_6.weight",
    ),
    (
        r"^middle\.1\.pointwise\.weights\.2\.0$",
        "middle_1_pointwise_weights_2_0.weight",
    ),
    (
        r"^middle\.1\.pointwise\.weights\.2\.1$",
        "middle_1_pointwise_weights_2_1.weight",
    ),
    (
        r"^middle\.1\.pointwise\.weights\.2\.2$",
        "middle_1_pointwise_weights_2_2.weight",
    ),
    (
        r"^middle\.1\.pointwise\.weights\.2\.3$",
        "middle_1_pointwise_weights_2_3.weight",
    ),
    (
        r"^middle\.1\.pointwise\.weights\.2\.4$",
        "middle_1_pointwise_weights_2_4.weight",
    ),
    (
        r"^middle\.1\.pointwise\.weights\.2\.5$",
        "middle_1_pointwise_weights_2_5.weight",
    ),
    (
        r"^middle\.1\.pointwise\.weights\.2\.6$",
        "middle_1_pointwise_weights_2_6.weight",
    ),
    (
        r"^middle\.1\.pointwise\.weights\.3\.0$",
        "middle_1_pointwise_weights_3_0.weight",
    ),
    (
        r"^middle\.1\.pointwise\.weights\.3\.1$",
        "middle_1_pointwise_weights_3_1.weight",
    ),
    (
        r"^middle\.1\.pointwise\.weights\.3\.2$",
        "middle_1_pointwise_weights_3_2.weight",
    ),
    (
        r"^middle\.1\.pointwise\.weights\.3\.3$",
        "middle_1_pointwise_weights_3_3.weight",
    ),
    (
        r"^middle\.1\.pointwise\.weights\.3\.4$",
        "middle_1_pointwise_weights_3_4.weight",
    ),
    (
        r"^middle\.1\.pointwise\.weights\.3\.5$",
        "middle_1_pointwise_weights_3_5.weight",
    ),
    (
        r"^middle\.1\.pointwise\.weights\.3\.6$",
        "middle_1_pointwise_weights_3_6.weight",
    ),
    (
        r"^middle\.1\.pointwise\.weights\.4\.0$",
        "middle_1_pointwise_weights_4_0.weight",
    ),
    (
        r"^middle\.1\.pointwise\.weights\.4\.1$",
        "middle_1_pointwise_weights_4_1.weight",
    ),
    (
        r"^middle\.1\.pointwise\.weights\.4\.2$",
        "middle_1_pointwise_weights_4_2.weight",
    ),
    (
        r"^middle\.1\.pointwise\.weights\.4\.3$",
        "middle_1_pointwise_weights_4_3.weight",
    ),
    (
        r"^middle\.1\.pointwise\.weights\.4\.4$",
        "middle_1_pointwise_weights_4_4.weight",
    ),
    (
        r"^middle\.1\.pointwise\.weights\.4\.5$",
        "middle_1_pointwise_weights_4_5.weight",
    ),
    (
        r"^middle\.1\.pointwise\.weights\.4\.6$",
        "middle_1_pointwise_weights_4_6.weight",
    ),
    (
        r"^middle\.1\.pointwise\.weights\.5\.0$",
        "middle_1_pointwise_weights_5_0.weight",
    ),
    (
        r"^middle\.1\.pointwise\.weights\.5\.1$",
        "middle_1_pointwise_weights_5_1.weight",
    ),
    (
        r"^middle\.1\.pointwise\.weights\.5\.2$",
        "middle_1_pointwise_weights_5_2.weight",
    ),
    (
        r"^middle\.1\.pointwise\.weights\.5\.3$",
        "middle_1_pointwise_weights_5_3.weight",
    ),
    (
        r"^middle\.1\.pointwise\.weights\.5\.4$",
        "middle_1_pointwise_weights_5_4.weight",
    ),
    (
        r"^middle\.1\.pointwise\.weights\.5\.5$",
        "middle_1_pointwise_weights_5_5.weight",
    ),
    (
        r"^middle\.1\.pointwise\.weights\.5\.6$",
        "middle_1_pointwise_weights_5_6.weight",
    ),
    (
        r"^middle\.1\.pointwise\.weights\.6\.0$",
        "middle_1_pointwise_weights_6_0.weight",
    ),
    (
        r"^middle\.1\.pointwise\.weights\.6\.1$",
        "middle_1_pointwise_weights_6_1.weight",
    ),
    (
        r"^middle\.1\.pointwise\.weights\.6\.2$",
        "middle_1_pointwise_weights_6_2.weight",
    ),
    (
        r"^middle\.1\.pointwise\.weights\.6\.3$",
        "middle_1_pointwise_weights_6_3.weight",
    ),
    (
        r"^middle\.1\.pointwise\.weights\.6\.4$",
        "middle_1_pointwise_weights_6_4.weight",
    ),
    (
        r"^middle\.1\.pointwise\.weights\.6\.5$",
        "middle_1_pointwise_weights_6_5.weight",
    ),
    (
        r"^middle\.1\.pointwise\.weights\.6\.6$",
        "middle_1_pointwise_weights_6_6.weight",
    ),
    (
        r"^middle\.2\.depthwise\.weights\.0$",
        "middle_2_depthwise_weights_0.weight",
    ),
    (
        r"^middle\.2\.depthwise\.weights\.1$",
        "middle_2_depthwise_weights_1.weight",
    ),
    (
        r"^middle\.2\.depthwise\.weights\.2$",
        "middle_2_depthwise_weights_2.weight",
    ),
    (
        r"^middle\.2\.depthwise\.weights\.3$",
        "middle_2_depthwise_weights_3.weight",
    ),
    (
        r"^middle\.2\.depthwise\.weights\.4$",
        "middle_2_depthwise_weights_4.weight",
    ),
    (
        r"^middle\.2\.depthwise\.weights\.5$",
        "middle_2_depthwise_weights_5.weight",
    ),
    (
        r"^middle\.2\.depthwise\.weights\.6$",
        "middle_2_depthwise_weights_6.weight",
    ),
    (
        r"^middle\.2\.pointwise\.weights\.0\.0$",
        "middle_2_pointwise_weights_0_0.weight",
    ),
    (
        r"^middle\.2\.pointwise\.weights\.0\.1$",
        "middle_2_pointwise_weights_0_1.weight",
    ),
    (
        r"^middle\.2\.pointwise\.weights\.0\.2$",
        "middle_2_pointwise_weights_0_2.weight",
    ),
    (
        r"^middle\.2\.pointwise\.weights\.0\.3$",
        "middle_2_pointwise_weights_0_3.weight",
    ),
    (
        r"^middle\.2\.pointwise\.weights\.0\.4$",
        "middle_2_pointwise_weights_0_4.weight",
    ),
    (
        r"^middle\.2\.pointwise\.weights\.0\.5$",
        "middle_2_pointwise_weights_0_5.weight",
    ),
    (
        r"^middle\.2\.pointwise\.weights\.0\.6$",
        "middle_2_pointwise_weights_0_6.weight",
    ),
    (
        r"^middle\.2\.pointwise\.weights\.1\.0$",
        "middle_2_pointwise_weights_1_0.weight",
    ),
    (
        r"^middle\.2\.pointwise\.weights\.1\.1$",
        "middle_2_pointwise_weights_1_1.weight",
    ),
    (
        r"^middle\.2\.pointwise\.weights\.1\.2$",
        "middle_2_pointwise_weights_1_2.weight",
    ),
    (
        r"^middle\.2\.pointwise\.weights\.1\.3$",
        "middle_2_pointwise_weights_1_3.weight",
    ),
    (
        r"^middle\.2\.pointwise\.weights\.1\.4$",
        "middle_2_pointwise_weights_1_4.weight",
    ),
    (
        r"^middle\.2\.pointwise\.weights\.1\.5$",
        "middle_2_pointwise_weights_1_5.weight",
    ),
    (
        r"^middle\.2\.pointwise\.weights\.1\.6$",
        "middle_2_pointwise_weights_1_6.weight",
    ),
    (
        r"^middle\.2\.pointwise\.weights\.2\.0$",
        "middle_2_pointwise_weights_2_0.weight",
    ),
    (
        r"^middle\.2\.pointwise\.weights\.2\.1$",
        "middle_2_pointwise_weights_2_1.weight",
    ),
    (
        r"^middle\.2\.pointwise\.weights\.2\.2$",
        "middle_2_pointwise_weights_2_2.weight",
    ),
    (
        r"^middle\.2\.pointwise\.weights\.2\.3$",
        "middle_2_pointwise_weights_2_3.weight",
    ),
    (
        r"^middle\.2\.pointwise\.weights\.2\.4$",
        "middle_2_pointwise_weights_2_4.weight",
    ),
    (
        r"^middle\.2\.pointwise\.weights\.2\.5$",
        "middle_2_pointwise_weights_2_5.weight",
    ),
    (
        r"^middle\.2\.pointwise\.weights\.2\.6$",
        "middle_2_pointwise_weights_2_6.weight",
    ),
    (
        r"^middle\.2\.pointwise\.weights\.3\.0$",
        "middle_2_pointwise_weights_3_0.weight",
    ),
    (
        r"^middle\.2\.pointwise\.weights\.3\.1$",
        "middle_2_pointwise_weights_3_1.weight",
    ),
    (
        r"^middle\.2\.pointwise\.weights\.3\.2$",
        "middle_2_pointwise_weights_3_2.weight",
    ),
    (
        r"^middle\.2\.pointwise\.weights\.3\.3$",
        "middle_2_pointwise_weights_3_3.weight",
    ),
    (
        r"^middle\.2\.pointwise\.weights\.3\.4$",
        "middle_2_pointwise_weights_3_4.weight",
    ),
    (
        r"^middle\.2\.pointwise\.weights\.3\.5$",
        "middle_2_pointwise_weights_3_5.weight",
    ),
    (
        r"^middle\.2\.pointwise\.weights\.3\.6$",
        "middle_2_pointwise_weights_3_6.weight",
    ),
    (
        r"^middle\.2\.pointwise\.weights\.4\.0$",
        "middle_2_pointwise_weights_4_0.weight",
    ),
    (
        r"^middle\.2\.pointwise\.weights\.4\.1$",
        "middle_2_pointwise_weights_4_1.weight",
    ),
    (
        r"^middle\.2\.pointwise\.weights\.4\.2$",
        "middle_2_pointwise_weights_4_2.weight",
    ),
    (
        r"^middle\.2\.pointwise\.weights\.4\.3$",
        "middle_2_pointwise_weights_4_3.weight",
    ),
    (
        r"^middle\.2\.pointwise\.weights\.4\.4$",
        "middle_2_pointwise_weights_4_4.weight",
    ),
    (
        r"^middle\.2\.pointwise\.weights\.4\.5$",
        "middle_2_pointwise_weights_4_5.weight",
    ),
    (
        r"^middle\.2\.pointwise\.weights\.4\.6$",
        "middle_2_pointwise_weights_4_6.weight",
    ),
    (
        r"^middle\.2\.pointwise\.weights\.5\.0$",
        "middle_2_pointwise_weights_5_0.weight",
    ),
    (
        r"^middle\.2\.pointwise\.weights\.5\.1$",
        "middle_2_pointwise_weights_5_1.weight",
    ),
    (
        r"^middle\.2\.pointwise\.weights\.5\.2$",
        "middle_2_pointwise_weights_5_2.weight",
    ),
    (
        r"^middle\.2\.pointwise\.weights\.5\.3$",
        "middle_2_pointwise_weights_5_3.weight",
    ),
    (
        r"^middle\.2\.pointwise\.weights\.5\.4$",
        "middle_2_pointwise_weights_5_4.weight",
    ),
    (
        r"^middle\.2\.pointwise\.weights\.5\.5$",
        "middle_2_pointwise_weights_5_5.weight",
    ),
    (
        r"^middle\.2\.pointwise\.weights\.5\.6$",
        "middle_2_pointwise_weights_5_6.weight",
    ),
    (
        r"^middle\.2\.pointwise\.weights\.6\.0$",
        "middle_2_pointwise_weights_6_0.weight",
    ),
    (
        r"^middle\.2\.pointwise\.weights\.6\.1$",
        "middle_2_pointwise_weights_6_1.weight",
    ),
    (
        r"^middle\.2\.pointwise\.weights\.6\.2$",
        "middle_2_pointwise_weights_6_2.weight",
    ),
    (
        r"^middle\.2\.pointwise\.weights\.6\.3$",
        "middle_2_pointwise_weights_6_3.weight",
    ),
    (
        r"^middle\.2\.pointwise\.weights\.6\.4$",
        "middle_2_pointwise_weights_6_4.weight",
    ),
    (
        r"^middle\.2\.pointwise\.weights\.6\.5$",
        "middle_2_pointwise_weights_6_5.weight",
    ),
    (
        r"^middle\.2\.pointwise\.weights\.6\.6$",
        "middle_2_pointwise_weights_6_6.weight",
    ),
    (
        r"^last\.0\.depthwise\.weights\.0$",
        "last_0_depthwise_weights_0.weight",
    ),
    (
        r"^last\.0\.depthwise\.weights\.1$",
        "last_0_depthwise_weights_1.weight",
    ),
    (
        r"^last\.0\.depthwise\.weights\.2$",
        "last_0_depthwise_weights_2.weight",
    ),
    (
        r"^last\.0\.depthwise\.weights\.3$",
        "last_0_depthwise_weights_3.weight",
    ),
    (
        r"^last\.0\.depthwise\.weights\.4$",
        "last_0_depthwise_weights_4.weight",
    ),
    (
        r"^last\.0\.depthwise\.weights\.5$",
        "last_0_depthwise_weights_5.weight",
    ),
    (
        r"^last\.0\.depthwise\.weights\.6$",
        "last_0_depthwise_weights_6.weight",
    ),
    (
        r"^last\.0\.pointwise\.weights\.0\.0$",
        "last_0_pointwise_weights_0_0.weight",
    ),
    (
        r"^last\.0\.pointwise\.weights\.0\.1$",
        "last_0_pointwise_weights_0_1.weight",
    ),
    (
        r"^last\.0\.pointwise\.weights\.0\.2$",
        "last_0_pointwise_weights_0_2.weight",
    ),
    (
        r"^last\.0\.pointwise\.weights\.0\.3$",
        "last_0_pointwise_weights_0_3.weight",
    ),
    (
        r"^last\.0\.pointwise\.weights\.0\.4$",
        "last_0_pointwise_weights_0_4.weight",
    ),
    (
        r"^last\.0\.pointwise\.weights\.0\.5$",
        "last_0_pointwise_weights_0_5.weight",
    ),
    (
        r"^last\.0\.pointwise\.weights\.0\.6$",
        "last_0_pointwise_weights_0_6.weight",
    ),
    (
        r"^last\.1\.depthwise\.weights\.0$",
        "last_1_depthwise_weights_0.weight",
    ),
    (
        r"^last\.1\.pointwise\.weights\.0\.0$",
        "last_1_pointwise_weights_0_0.weight",
    ),
    (
        r"^last\.1\.pointwise\.weights\.1\.0$",
        "last_1_pointwise_weights_1_0.weight",
    ),
    (
        r"^last\.1\.pointwise\.weights\.2\.0$",
        "last_1_pointwise_weights_2_0.weight",
    ),
    (
        r"^last\.1\.pointwise\.weights\.3\.0$",
        "last_1_pointwise_weights_3_0.weight",
    ),
    (
        r"^last\.1\.pointwise\.weights\.4\.0$",
        "last_1_pointwise_weights_4_0.weight",
    ),
    (
        r"^last\.1\.pointwise\.weights\.5\.0$",
        "last_1_pointwise_weights_5_0.weight",
    ),
    (
        r"^last\.1\.pointwise\.weights\.6\.0$",
        "last_1_pointwise_weights_6_0.weight",
    ),
    (
        r"^last\.1\.pointwise\.weights\.7\.0$",
        "last_1_pointwise_weights_7_0.weight",
    ),
    (r"^classifier\.weights\.0$", "classifier_weights_0.weight"),
    (r"^classifier\.bias$", "classifier_weights_0.bias"),
    (r"^classifier\.weights\.1$", "classifier_weights_1.weight"),
    (r"^classifier\.weights\.2$", "classifier_weights_2.weight"),
    (r"^classifier\.weights\.3$", "classifier_weights_3.weight"),
    (r"^classifier\.weights\.4$", "classifier_weights_4.weight"),
    (r"^classifier\.weights\.5$", "classifier_weights_5.weight"),
    (r"^classifier\.weights\.6$", "classifier_weights_6.weight"),
    (r"^classifier\.weights\.7$", "classifier_weights_7.weight"),
    (r"\.norm\.scale$", ".norm.gamma"),
    (r"\.norm\.shift$", ".norm.beta"),
    (r"\.norm\.stored_mean$", ".norm.running_mean"),
    (r"\.norm\.stored_variance$", ".norm.running_var"),
    (
        r"^middle\.1\.depthwise\.norms\.0\.norm\.",
        "middle_1_depthwise_norms_0_norm.",
    ),
    (
        r"^middle\.1\.depthwise\.norms\.1\.norm\.",
        "middle_1_depthwise_norms_1_norm.",
    ),
    (
        r"^middle\.1\.depthwise\.norms\.2\.norm\.",
        "middle_1_depthwise_norms_2_norm.",
    ),
    (
        r"^middle\.1\.depthwise\.norms\.3\.norm\.",
        "middle_1_depthwise_norms_3_norm.",
    ),
    (
        r"^middle\.1\.depthwise\.norms\.4\.norm\.",
        "middle_1_depthwise_norms_4_norm.",
    ),
    (
        r"^middle\.1\.depthwise\.norms\.5\.norm\.",
        "middle_1_depthwise_norms_5_norm.",
    ),
    (
        r"^middle\.1\.depthwise\.norms\.6\.norm\.",
        "middle_1_depthwise_norms_6_norm.",
    ),
    (
        r"^middle\.1\.pointwise\.norms\.0\.norm\.",
        "middle_1_pointwise_norms_0_norm.",
    ),
    (
        r"^middle\.1\.pointwise\.norms\.1\.norm\.",
        "middle_1_pointwise_norms_1_norm.",
    ),
    (
        r"^middle\.1\.pointwise\.norms\.2\.norm\.",
        "middle_1_pointwise_norms_2_norm.",
    ),
    (
        r"^middle\.1\.pointwise\.norms\.3\.norm\.",
        "middle_1_pointwise_norms_3_norm.",
    ),
    (
        r"^middle\.1\.pointwise\.norms\.4\.norm\.",
        "middle_1_pointwise_norms_4_norm.",
    ),
    (
        r"^middle\.1\.pointwise\.norms\.5\.norm\.",
        "middle_1_pointwise_norms_5_norm.",
    ),
    (
        r"^middle\.1\.pointwise\.norms\.6\.norm\.",
        "middle_1_pointwise_norms_6_norm.",
    ),
    (
        r"^middle\.2\.depthwise\.norms\.0\.norm\.",
        "middle_2_depthwise_norms_0_norm.",
    ),
    (
        r"^middle\.2\.depthwise\.norms\.1\.norm\.",
        "middle_2_depthwise_norms_1_norm.",
    ),
    (
        r"^middle\.2\.depthwise\.norms\.2\.norm\.",
        "middle_2_depthwise_norms_2_norm.",
    ),
    (
        r"^middle\.2\.depthwise\.norms\.3\.norm\.",
        "middle_2_depthwise_norms_3_norm.",
    ),
    (
        r"^middle\.2\.depthwise\.norms\.4\.norm\.",
        "middle_2_depthwise_norms_4_norm.",
    ),
    (
        r"^middle\.2\.depthwise\.norms\.5\.norm\.",
        "middle_2_depthwise_norms_5_norm.",
    ),
    (
        r"^middle\.2\.depthwise\.norms\.6\.norm\.",
        "middle_2_depthwise_norms_6_norm.",
    ),
    (
        r"^middle\.2\.pointwise\.norms\.0\.norm\.",
        "middle_2_pointwise_norms_0_norm.",
    ),
    (
        r"^middle\.2\.pointwise\.norms\.1\.norm\.",
        "middle_2_pointwise_norms_1_norm.",
    ),
    (
        r"^middle\.2\.pointwise\.norms\.2\.norm\.",
        "middle_2_pointwise_norms_2_norm.",
    ),
    (
        r"^middle\.2\.pointwise\.norms\.3\.norm\.",
        "middle_2_pointwise_norms_3_norm.",
    ),
    (
        r"^middle\.2\.pointwise\.norms\.4\.norm\.",
        "middle_2_pointwise_norms_4_norm.",
    ),
    (
        r"^middle\.2\.pointwise\.norms\.5\.norm\.",
        "middle_2_pointwise_norms_5_norm.",
    ),
    (
        r"^middle\.2\.pointwise\.norms\.6\.norm\.",
        "middle_2_pointwise_norms_6_norm.",
    ),
    (
        r"^first\.0\.depthwise\.norms\.0\.norm\.",
        "first_0_depthwise_norms_0_norm.",
    ),
    (
        r"^first\.0\.depthwise\.norms\.1\.norm\.",
        "first_0_depthwise_norms_1_norm.",
    ),
    (
        r"^first\.0\.depthwise\.norms\.2\.norm\.",
        "first_0_depthwise_norms_2_norm.",
    ),
    (
        r"^first\.0\.depthwise\.norms\.3\.norm\.",
        "first_0_depthwise_norms_3_norm.",
    ),
    (
        r"^first\.0\.depthwise\.norms\.4\.norm\.",
        "first_0_depthwise_norms_4_norm.",
    ),
    (
        r"^first\.0\.depthwise\.norms\.5\.norm\.",
        "first_0_depthwise_norms_5_norm.",
    ),
    (
        r"^first\.0\.depthwise\.norms\.6\.norm\.",
        "first_0_depthwise_norms_6_norm.",
    ),
    (
        r"^first\.0\.depthwise\.norms\.7\.norm\.",
        "first_0_depthwise_norms_7_norm.",
    ),
    (
        r"^first\.0\.pointwise\.norms\.0\.norm\.",
        "first_0_pointwise_norms_0_norm.",
    ),
    (
        r"^first\.0\.pointwise\.norms\.1\.norm\.",
        "first_0_pointwise_norms_1_norm.",
    ),
    (
        r"^first\.0\.pointwise\.norms\.2\.norm\.",
        "first_0_pointwise_norms_2_norm.",
    ),
    (
        r"^first\.0\.pointwise\.norms\.3\.norm\.",
        "first_0_pointwise_norms_3_norm.",
    ),
    (
        r"^first\.1\.depthwise\.norms\.0\.norm\.",
        "first_1_depthwise_norms_0_norm.",
    ),
    (
        r"^first\.1\.depthwise\.norms\.1\.norm\.",
        "first_1_depthwise_norms_1_norm.",
    ),
    (
        r"^first\.1\.depthwise\.norms\.2\.norm\.",
        "first_1_depthwise_norms_2_norm.",
    ),
    (
        r"^first\.1\.depthwise\.norms\.3\.norm\.",
        "first_1_depthwise_norms_3_norm.",
    ),
    (
        r"^first\.1\.pointwise\.norms\.0\.norm\.",
        "first_1_pointwise_norms_0_norm.",
    ),
    (
        r"^first\.1\.pointwise\.norms\.1\.norm\.",
        "first_1_pointwise_norms_1_norm.",
    ),
    (
        r"^first\.1\.pointwise\.norms\.2\.norm\.",
        "first_1_pointwise_norms_2_norm.",
    ),
    (
        r"^first\.1\.pointwise\.norms\.3\.norm\.",
        "first_1_pointwise_norms_3_norm.",
    ),
    (
        r"^first\.1\.pointwise\.norms\.4\.norm\.",
        "first_1_pointwise_norms_4_norm.",
    ),
    (
        r"^first\.2\.depthwise\.norms\.0\.norm\.",
        "first_2_depthwise_norms_0_norm.",
    ),
    (
        r"^first\.2\.depthwise\.norms\.1\.norm\.",
        "first_2_depthwise_norms_1_norm.",
    ),
    (
        r"^first\.2\.depthwise\.norms\.2\.norm\.",
        "first_2_depthwise_norms_2_norm.",
    ),
    (
        r"^first\.2\.depthwise\.norms\.3\.norm\.",
        "first_2_depthwise_norms_3_norm.",
    ),
    (
        r"^first\.2\.depthwise\.norms\.4\.norm\.",
        "first_2_depthwise_norms_4_norm.",
    ),
    (
        r"^first\.2\.pointwise\.norms\.0\.norm\.",
        "first_2_pointwise_norms_0_norm.",
    ),
    (
        r"^first\.2\.pointwise\.norms\.1\.norm\.",
        "first_2_pointwise_norms_1_norm.",
    ),
    (
        r"^first\.2\.pointwise\.norms\.2\.norm\.",
        "first_2_pointwise_norms_2_norm.",
    ),
    (
        r"^first\.3\.depthwise\.norms\.0\.norm\.",
        "first_3_depthwise_norms_0_norm.",
    ),
    (
        r"^first\.3\.depthwise\.norms\.1\.norm\.",
        "first_3_depthwise_norms_1_norm.",
    ),
    (
        r"^first\.3\.depthwise\.norms\.2\.norm\.",
        "first_3_depthwise_norms_2_norm.",
    ),
    (
        r"^first\.3\.pointwise\.norms\.0\.norm\.",
        "first_3_pointwise_norms_0_norm.",
    ),
    (
        r"^first\.3\.pointwise\.norms\.1\.norm\.",
        "first_3_pointwise_norms_1_norm.",
    ),
    (
        r"^first\.3\.pointwise\.norms\.2\.norm\.",
        "first_3_pointwise_norms_2_norm.",
    ),
    (
        r"^first\.3\.pointwise\.norms\.3\.norm\.",
        "first_3_pointwise_norms_3_norm.",
    ),
    (
        r"^first\.3\.pointwise\.norms\.4\.norm\.",
        "first_3_pointwise_norms_4_norm.",
    ),
    (
        r"^first\.3\.pointwise\.norms\.5\.norm\.",
        "first_3_pointwise_norms_5_norm.",
    ),
    (
        r"^first\.4\.depthwise\.norms\.0\.norm\.",
        "first_4_depthwise_norms_0_norm.",
    ),
    (
        r"^first\.4\.depthwise\.norms\.1\.norm\.",
        "first_4_depthwise_norms_1_norm.",
    ),
    (
        r"^first\.4\.depthwise\.norms\.2\.norm\.",
        "first_4_depthwise_norms_2_norm.",
    ),
    (
        r"^first\.4\.depthwise\.norms\.3\.norm\.",
        "first_4_depthwise_norms_3_norm.",
    ),
    (
        r"^first\.4\.depthwise\.norms\.4\.norm\.",
        "first_4_depthwise_norms_4_norm.",
    ),
    (
        r"^first\.4\.depthwise\.norms\.5\.norm\.",
        "first_4_depthwise_norms_5_norm.",
    ),
    (
        r"^first\.4\.pointwise\.norms\.0\.norm\.",
        "first_4_pointwise_norms_0_norm.",
    ),
    (
        r"^first\.4\.pointwise\.norms\.1\.norm\.",
        "first_4_pointwise_norms_1_norm.",
    ),
    (
        r"^first\.5\.depthwise\.norms\.0\.norm\.",
        "first_5_depthwise_norms_0_norm.",
    ),
    (
        r"^first\.5\.depthwise\.norms\.1\.norm\.",
        "first_5_depthwise_norms_1_norm.",
    ),
    (
        r"^first\.5\.pointwise\.norms\.0\.norm\.",
        "first_5_pointwise_norms_0_norm.",
    ),
    (
        r"^first\.5\.pointwise\.norms\.1\.norm\.",
        "first_5_pointwise_norms_1_norm.",
    ),
    (
        r"^first\.5\.pointwise\.norms\.2\.norm\.",
        "first_5_pointwise_norms_2_norm.",
    ),
    (
        r"^first\.5\.pointwise\.norms\.3\.norm\.",
        "first_5_pointwise_norms_3_norm.",
    ),
    (
        r"^first\.5\.pointwise\.norms\.4\.norm\.",
        "first_5_pointwise_norms_4_norm.",
    ),
    (
        r"^first\.5\.pointwise\.norms\.5\.norm\.",
        "first_5_pointwise_norms_5_norm.",
    ),
    (
        r"^first\.5\.pointwise\.norms\.6\.norm\.",
        "first_5_pointwise_norms_6_norm.",
    ),
    (
        r"^last\.0\.depthwise\.norms\.0\.norm\.",
        "last_0_depthwise_norms_0_norm.",
    ),
    (
        r"^last\.0\.depthwise\.norms\.1\.norm\.",
        "last_0_depthwise_norms_1_norm.",
    ),
    (
        r"^last\.0\.depthwise\.norms\.2\.norm\.",
        "last_0_depthwise_norms_2_norm.",
    ),
    (
        r"^last\.0\.depthwise\.norms\.3\.norm\.",
        "last_0_depthwise_norms_3_norm.",
    ),
    (
        r"^last\.0\.depthwise\.norms\.4\.norm\.",
        "last_0_depthwise_norms_4_norm.",
    ),
    (
        r"^last\.0\.depthwise\.norms\.5\.norm\.",
        "last_0_depthwise_norms_5_norm.",
    ),
    (
        r"^last\.0\.depthwise\.norms\.6\.norm\.",
        "last_0_depthwise_norms_6_norm.",
    ),
    (
        r"^last\.0\.pointwise\.norms\.0\.norm\.",
        "last_0_pointwise_norms_0_norm.",
    ),
    (
        r"^last\.1\.depthwise\.norms\.0\.norm\.",
        "last_1_depthwise_norms_0_norm.",
    ),
    (
        r"^last\.1\.pointwise\.norms\.0\.norm\.",
        "last_1_pointwise_norms_0_norm.",
    ),
    (
        r"^last\.1\.pointwise\.norms\.1\.norm\.",
        "last_1_pointwise_norms_1_norm.",
    ),
    (
        r"^last\.1\.pointwise\.norms\.2\.norm\.",
        "last_1_pointwise_norms_2_norm.",
    ),
    (
        r"^last\.1\.pointwise\.norms\.3\.norm\.",
        "last_1_pointwise_norms_3_norm.",
    ),
    (
        r"^last\.1\.pointwise\.norms\.4\.norm\.",
        "last_1_pointwise_norms_4_norm.",
    ),
    (
        r"^last\.1\.pointwise\.norms\.5\.norm\.",
        "last_1_pointwise_norms_5_norm.",
    ),
    (
        r"^last\.1\.pointwise\.norms\.6\.norm\.",
        "last_1_pointwise_norms_6_norm.",
    ),
    (
        r"^last\.1\.pointwise\.norms\.7\.norm\.",
        "last_1_pointwise_norms_7_norm.",
    ),
    (r"^stem\.norms\.0\.norm\.", "stem_norms_0_norm."),
    (r"^stem\.norms\.1\.norm\.", "stem_norms_1_norm."),
    (r"^stem\.norms\.2\.norm\.", "stem_norms_2_norm."),
    (r"^stem\.norms\.3\.norm\.", "stem_norms_3_norm."),
    (r"^stem\.norms\.4\.norm\.", "stem_norms_4_norm."),
    (r"^stem\.norms\.5\.norm\.", "stem_norms_5_norm."),
    (r"^stem\.norms\.6\.norm\.", "stem_norms_6_norm."),
    (r"^stem\.norms\.7\.norm\.", "stem_norms_7_norm."),
];

/// The network.
#[derive(Module, Debug)]
pub struct Network {
    stem_weights_0_0: Conv2d,
    stem_norms_0_norm: BatchNorm,
    stem_weights_1_0: Conv2d,
    stem_norms_1_norm: BatchNorm,
    stem_weights_2_0: Conv2d,
    stem_norms_2_norm: BatchNorm,
    stem_weights_3_0: Conv2d,
    stem_norms_3_norm: BatchNorm,
    stem_weights_4_0: Conv2d,
    stem_norms_4_norm: BatchNorm,
    stem_weights_5_0: Conv2d,
    stem_norms_5_norm: BatchNorm,
    stem_weights_6_0: Conv2d,
    stem_norms_6_norm: BatchNorm,
    stem_weights_7_0: Conv2d,
    stem_norms_7_norm: BatchNorm,
    first_0_depthwise_weights_0: Conv2d,
    first_0_depthwise_norms_0_norm: BatchNorm,
    first_0_depthwise_weights_1: Conv2d,
    first_0_depthwise_norms_1_norm: BatchNorm,
    first_0_depthwise_weights_2: Conv2d,
    first_0_depthwise_norms_2_norm: BatchNorm,
    first_0_depthwise_weights_3: Conv2d,
    first_0_depthwise_norms_3_norm: BatchNorm,
    first_0_depthwise_weights_4: Conv2d,
    first_0_depthwise_norms_4_norm: BatchNorm,
    first_0_depthwise_weights_5: Conv2d,
    first_0_depthwise_norms_5_norm: BatchNorm,
    first_0_depthwise_weights_6: Conv2d,
    first_0_depthwise_norms_6_norm: BatchNorm,
    first_0_depthwise_weights_7: Conv2d,
    first_0_depthwise_norms_7_norm: BatchNorm,
    first_0_pointwise_weights_0_0: Conv2d,
    first_0_pointwise_weights_0_1: Conv2d,
    first_0_pointwise_weights_0_2: Conv2d,
    first_0_pointwise_weights_0_3: Conv2d,
    first_0_pointwise_weights_0_4: Conv2d,
    first_0_pointwise_weights_0_5: Conv2d,
    first_0_pointwise_weights_0_6: Conv2d,
    first_0_pointwise_weights_0_7: Conv2d,
    first_0_pointwise_norms_0_norm: BatchNorm,
    first_0_pointwise_weights_1_0: Conv2d,
    first_0_pointwise_weights_1_1: Conv2d,
    first_0_pointwise_weights_1_2: Conv2d,
    first_0_pointwise_weights_1_3: Conv2d,
    first_0_pointwise_weights_1_4: Conv2d,
    first_0_pointwise_weights_1_5: Conv2d,
    first_0_pointwise_weights_1_6: Conv2d,
    first_0_pointwise_weights_1_7: Conv2d,
    first_0_pointwise_norms_1_norm: BatchNorm,
    first_0_pointwise_weights_2_0: Conv2d,
    first_0_pointwise_weights_2_1: Conv2d,
    first_0_pointwise_weights_2_2: Conv2d,
    first_0_pointwise_weights_2_3: Conv2d,
    first_0_pointwise_weights_2_4: Conv2d,
    first_0_pointwise_weights_2_5: Conv2d,
    first_0_pointwise_weights_2_6: Conv2d,
    first_0_pointwise_weights_2_7: Conv2d,
    first_0_pointwise_norms_2_norm: BatchNorm,
    first_0_pointwise_weights_3_0: Conv2d,
    first_0_pointwise_weights_3_1: Conv2d,
    first_0_pointwise_weights_3_2: Conv2d,
    first_0_pointwise_weights_3_3: Conv2d,
    first_0_pointwise_weights_3_4: Conv2d,
    first_0_pointwise_weights_3_5: Conv2d,
    first_0_pointwise_weights_3_6: Conv2d,
    first_0_pointwise_weights_3_7: Conv2d,
    first_0_pointwise_norms_3_norm: BatchNorm,
    first_1_depthwise_weights_0: Conv2d,
    first_1_depthwise_norms_0_norm: BatchNorm,
    first_1_depthwise_weights_1: Conv2d,
    first_1_depthwise_norms_1_norm: BatchNorm,
    first_1_depthwise_weights_2: Conv2d,
    first_1_depthwise_norms_2_norm: BatchNorm,
    first_1_depthwise_weights_3: Conv2d,
    first_1_depthwise_norms_3_norm: BatchNorm,
    first_1_pointwise_weights_0_0: Conv2d,
    first_1_pointwise_weights_0_1: Conv2d,
    first_1_pointwise_weights_0_2: Conv2d,
    first_1_pointwise_weights_0_3: Conv2d,
    first_1_pointwise_norms_0_norm: BatchNorm,
    first_1_pointwise_weights_1_0: Conv2d,
    first_1_pointwise_weights_1_1: Conv2d,
    first_1_pointwise_weights_1_2: Conv2d,
    first_1_pointwise_weights_1_3: Conv2d,
    first_1_pointwise_norms_1_norm: BatchNorm,
    first_1_pointwise_weights_2_0: Conv2d,
    first_1_pointwise_weights_2_1: Conv2d,
    first_1_pointwise_weights_2_2: Conv2d,
    first_1_pointwise_weights_2_3: Conv2d,
    first_1_pointwise_norms_2_norm: BatchNorm,
    first_1_pointwise_weights_3_0: Conv2d,
    first_1_pointwise_weights_3_1: Conv2d,
    first_1_pointwise_weights_3_2: Conv2d,
    first_1_pointwise_weights_3_3: Conv2d,
    first_1_pointwise_norms_3_norm: BatchNorm,
    first_1_pointwise_weights_4_0: Conv2d,
    first_1_pointwise_weights_4_1: Conv2d,
    first_1_pointwise_weights_4_2: Conv2d,
    first_1_pointwise_weights_4_3: Conv2d,
    first_1_pointwise_norms_4_norm: BatchNorm,
    first_2_depthwise_weights_0: Conv2d,
    first_2_depthwise_norms_0_norm: BatchNorm,
    first_2_depthwise_weights_1: Conv2d,
    first_2_depthwise_norms_1_norm: BatchNorm,
    first_2_depthwise_weights_2: Conv2d,
    first_2_depthwise_norms_2_norm: BatchNorm,
    first_2_depthwise_weights_3: Conv2d,
    first_2_depthwise_norms_3_norm: BatchNorm,
    first_2_depthwise_weights_4: Conv2d,
    first_2_depthwise_norms_4_norm: BatchNorm,
    first_2_pointwise_weights_0_0: Conv2d,
    first_2_pointwise_weights_0_1: Conv2d,
    first_2_pointwise_weights_0_2: Conv2d,
    first_2_pointwise_weights_0_3: Conv2d,
    first_2_pointwise_weights_0_4: Conv2d,
    first_2_pointwise_norms_0_norm: BatchNorm,
    first_2_pointwise_weights_1_0: Conv2d,
    first_2_pointwise_weights_1_1: Conv2d,
    first_2_pointwise_weights_1_2: Conv2d,
    first_2_pointwise_weights_1_3: Conv2d,
    first_2_pointwise_weights_1_4: Conv2d,
    first_2_pointwise_norms_1_norm: BatchNorm,
    first_2_pointwise_weights_2_0: Conv2d,
    first_2_pointwise_weights_2_1: Conv2d,
    first_2_pointwise_weights_2_2: Conv2d,
    first_2_pointwise_weights_2_3: Conv2d,
    first_2_pointwise_weights_2_4: Conv2d,
    first_2_pointwise_norms_2_norm: BatchNorm,
    first_3_depthwise_weights_0: Conv2d,
    first_3_depthwise_norms_0_norm: BatchNorm,
    first_3_depthwise_weights_1: Conv2d,
    first_3_depthwise_norms_1_norm: BatchNorm,
    first_3_depthwise_weights_2: Conv2d,
    first_3_depthwise_norms_2_norm: BatchNorm,
    first_3_pointwise_weights_0_0: Conv2d,
    first_3_pointwise_weights_0_1: Conv2d,
    first_3_pointwise_weights_0_2: Conv2d,
    first_3_pointwise_norms_0_norm: BatchNorm,
    first_3_pointwise_weights_1_0: Conv2d,
    first_3_pointwise_weights_1_1: Conv2d,
    first_3_pointwise_weights_1_2: Conv2d,
    first_3_pointwise_norms_1_norm: BatchNorm,
    first_3_pointwise_weights_2_0: Conv2d,
    first_3_pointwise_weights_2_1: Conv2d,
    first_3_pointwise_weights_2_2: Conv2d,
    first_3_pointwise_norms_2_norm: BatchNorm,
    first_3_pointwise_weights_3_0: Conv2d,
    first_3_pointwise_weights_3_1: Conv2d,
    first_3_pointwise_weights_3_2: Conv2d,
    first_3_pointwise_norms_3_norm: BatchNorm,
    first_3_pointwise_weights_4_0: Conv2d,
    first_3_pointwise_weights_4_1: Conv2d,
    first_3_pointwise_weights_4_2: Conv2d,
    first_3_pointwise_norms_4_norm: BatchNorm,
    first_3_pointwise_weights_5_0: Conv2d,
    first_3_pointwise_weights_5_1: Conv2d,
    first_3_pointwise_weights_5_2: Conv2d,
    first_3_pointwise_norms_5_norm: BatchNorm,
    first_4_depthwise_weights_0: Conv2d,
    first_4_depthwise_norms_0_norm: BatchNorm,
    first_4_depthwise_weights_1: Conv2d,
    first_4_depthwise_norms_1_norm: BatchNorm,
    first_4_depthwise_weights_2: Conv2d,
    first_4_depthwise_norms_2_norm: BatchNorm,
    first_4_depthwise_weights_3: Conv2d,
    first_4_depthwise_norms_3_norm: BatchNorm,
    first_4_depthwise_weights_4: Conv2d,
    first_4_depthwise_norms_4_norm: BatchNorm,
    first_4_depthwise_weights_5: Conv2d,
    first_4_depthwise_norms_5_norm: BatchNorm,
    first_4_pointwise_weights_0_0: Conv2d,
    first_4_pointwise_weights_0_1: Conv2d,
    first_4_pointwise_weights_0_2: Conv2d,
    first_4_pointwise_weights_0_3: Conv2d,
    first_4_pointwise_weights_0_4: Conv2d,
    first_4_pointwise_weights_0_5: Conv2d,
    first_4_pointwise_norms_0_norm: BatchNorm,
    first_4_pointwise_weights_1_0: Conv2d,
    first_4_pointwise_weights_1_1: Conv2d,
    first_4_pointwise_weights_1_2: Conv2d,
    first_4_pointwise_weights_1_3: Conv2d,
    first_4_pointwise_weights_1_4: Conv2d,
    first_4_pointwise_weights_1_5: Conv2d,
    first_4_pointwise_norms_1_norm: BatchNorm,
    first_5_depthwise_weights_0: Conv2d,
    first_5_depthwise_norms_0_norm: BatchNorm,
    first_5_depthwise_weights_1: Conv2d,
    first_5_depthwise_norms_1_norm: BatchNorm,
    first_5_pointwise_weights_0_0: Conv2d,
    first_5_pointwise_weights_0_1: Conv2d,
    first_5_pointwise_norms_0_norm: BatchNorm,
    first_5_pointwise_weights_1_0: Conv2d,
    first_5_pointwise_weights_1_1: Conv2d,
    first_5_pointwise_norms_1_norm: BatchNorm,
    first_5_pointwise_weights_2_0: Conv2d,
    first_5_pointwise_weights_2_1: Conv2d,
    first_5_pointwise_norms_2_norm: BatchNorm,
    first_5_pointwise_weights_3_0: Conv2d,
    first_5_pointwise_weights_3_1: Conv2d,
    first_5_pointwise_norms_3_norm: BatchNorm,
    first_5_pointwise_weights_4_0: Conv2d,
    first_5_pointwise_weights_4_1: Conv2d,
    first_5_pointwise_norms_4_norm: BatchNorm,
    first_5_pointwise_weights_5_0: Conv2d,
    first_5_pointwise_weights_5_1: Conv2d,
    first_5_pointwise_norms_5_norm: BatchNorm,
    first_5_pointwise_weights_6_0: Conv2d,
    first_5_pointwise_weights_6_1: Conv2d,
    first_5_pointwise_norms_6_norm: BatchNorm,
    middle_1_depthwise_weights_0: Conv2d,
    middle_1_depthwise_norms_0_norm: BatchNorm,
    middle_1_depthwise_weights_1: Conv2d,
    middle_1_depthwise_norms_1_norm: BatchNorm,
    middle_1_depthwise_weights_2: Conv2d,
    middle_1_depthwise_norms_2_norm: BatchNorm,
    middle_1_depthwise_weights_3: Conv2d,
    middle_1_depthwise_norms_3_norm: BatchNorm,
    middle_1_depthwise_weights_4: Conv2d,
    middle_1_depthwise_norms_4_norm: BatchNorm,
    middle_1_depthwise_weights_5: Conv2d,
    middle_1_depthwise_norms_5_norm: BatchNorm,
    middle_1_depthwise_weights_6: Conv2d,
    middle_1_depthwise_norms_6_norm: BatchNorm,
    middle_1_pointwise_weights_0_0: Conv2d,
    middle_1_pointwise_weights_0_1: Conv2d,
    middle_1_pointwise_weights_0_2: Conv2d,
    middle_1_pointwise_weights_0_3: Conv2d,
    middle_1_pointwise_weights_0_4: Conv2d,
    middle_1_pointwise_weights_0_5: Conv2d,
    middle_1_pointwise_weights_0_6: Conv2d,
    middle_1_pointwise_norms_0_norm: BatchNorm,
    middle_1_pointwise_weights_1_0: Conv2d,
    middle_1_pointwise_weights_1_1: Conv2d,
    middle_1_pointwise_weights_1_2: Conv2d,
    middle_1_pointwise_weights_1_3: Conv2d,
    middle_1_pointwise_weights_1_4: Conv2d,
    middle_1_pointwise_weights_1_5: Conv2d,
    middle_1_pointwise_weights_1_6: Conv2d,
    middle_1_pointwise_norms_1_norm: BatchNorm,
    middle_1_pointwise_weights_2_0: Conv2d,
    middle_1_pointwise_weights_2_1: Conv2d,
    middle_1_pointwise_weights_2_2: Conv2d,
    middle_1_pointwise_weights_2_3: Conv2d,
    middle_1_pointwise_weights_2_4: Conv2d,
    middle_1_pointwise_weights_2_5: Conv2d,
    middle_1_pointwise_weights_2_6: Conv2d,
    middle_1_pointwise_norms_2_norm: BatchNorm,
    middle_1_pointwise_weights_3_0: Conv2d,
    middle_1_pointwise_weights_3_1: Conv2d,
    middle_1_pointwise_weights_3_2: Conv2d,
    middle_1_pointwise_weights_3_3: Conv2d,
    middle_1_pointwise_weights_3_4: Conv2d,
    middle_1_pointwise_weights_3_5: Conv2d,
    middle_1_pointwise_weights_3_6: Conv2d,
    middle_1_pointwise_norms_3_norm: BatchNorm,
    middle_1_pointwise_weights_4_0: Conv2d,
    middle_1_pointwise_weights_4_1: Conv2d,
    middle_1_pointwise_weights_4_2: Conv2d,
    middle_1_pointwise_weights_4_3: Conv2d,
    middle_1_pointwise_weights_4_4: Conv2d,
    middle_1_pointwise_weights_4_5: Conv2d,
    middle_1_pointwise_weights_4_6: Conv2d,
    middle_1_pointwise_norms_4_norm: BatchNorm,
    middle_1_pointwise_weights_5_0: Conv2d,
    middle_1_pointwise_weights_5_1: Conv2d,
    middle_1_pointwise_weights_5_2: Conv2d,
    middle_1_pointwise_weights_5_3: Conv2d,
    middle_1_pointwise_weights_5_4: Conv2d,
    middle_1_pointwise_weights_5_5: Conv2d,
    middle_1_pointwise_weights_5_6: Conv2d,
    middle_1_pointwise_norms_5_norm: BatchNorm,
    middle_1_pointwise_weights_6_0: Conv2d,
    middle_1_pointwise_weights_6_1: Conv2d,
    middle_1_pointwise_weights_6_2: Conv2d,
    middle_1_pointwise_weights_6_3: Conv2d,
    middle_1_pointwise_weights_6_4: Conv2d,
    middle_1_pointwise_weights_6_5: Conv2d,
    middle_1_pointwise_weights_6_6: Conv2d,
    middle_1_pointwise_norms_6_norm: BatchNorm,
    middle_2_depthwise_weights_0: Conv2d,
    middle_2_depthwise_norms_0_norm: BatchNorm,
    middle_2_depthwise_weights_1: Conv2d,
    middle_2_depthwise_norms_1_norm: BatchNorm,
    middle_2_depthwise_weights_2: Conv2d,
    middle_2_depthwise_norms_2_norm: BatchNorm,
    middle_2_depthwise_weights_3: Conv2d,
    middle_2_depthwise_norms_3_norm: BatchNorm,
    middle_2_depthwise_weights_4: Conv2d,
    middle_2_depthwise_norms_4_norm: BatchNorm,
    middle_2_depthwise_weights_5: Conv2d,
    middle_2_depthwise_norms_5_norm: BatchNorm,
    middle_2_depthwise_weights_6: Conv2d,
    middle_2_depthwise_norms_6_norm: BatchNorm,
    middle_2_pointwise_weights_0_0: Conv2d,
    middle_2_pointwise_weights_0_1: Conv2d,
    middle_2_pointwise_weights_0_2: Conv2d,
    middle_2_pointwise_weights_0_3: Conv2d,
    middle_2_pointwise_weights_0_4: Conv2d,
    middle_2_pointwise_weights_0_5: Conv2d,
    middle_2_pointwise_weights_0_6: Conv2d,
    middle_2_pointwise_norms_0_norm: BatchNorm,
    middle_2_pointwise_weights_1_0: Conv2d,
    middle_2_pointwise_weights_1_1: Conv2d,
    middle_2_pointwise_weights_1_2: Conv2d,
    middle_2_pointwise_weights_1_3: Conv2d,
    middle_2_pointwise_weights_1_4: Conv2d,
    middle_2_pointwise_weights_1_5: Conv2d,
    middle_2_pointwise_weights_1_6: Conv2d,
    middle_2_pointwise_norms_1_norm: BatchNorm,
    middle_2_pointwise_weights_2_0: Conv2d,
    middle_2_pointwise_weights_2_1: Conv2d,
    middle_2_pointwise_weights_2_2: Conv2d,
    middle_2_pointwise_weights_2_3: Conv2d,
    middle_2_pointwise_weights_2_4: Conv2d,
    middle_2_pointwise_weights_2_5: Conv2d,
    middle_2_pointwise_weights_2_6: Conv2d,
    middle_2_pointwise_norms_2_norm: BatchNorm,
    middle_2_pointwise_weights_3_0: Conv2d,
    middle_2_pointwise_weights_3_1: Conv2d,
    middle_2_pointwise_weights_3_2: Conv2d,
    middle_2_pointwise_weights_3_3: Conv2d,
    middle_2_pointwise_weights_3_4: Conv2d,
    middle_2_pointwise_weights_3_5: Conv2d,
    middle_2_pointwise_weights_3_6: Conv2d,
    middle_2_pointwise_norms_3_norm: BatchNorm,
    middle_2_pointwise_weights_4_0: Conv2d,
    middle_2_pointwise_weights_4_1: Conv2d,
    middle_2_pointwise_weights_4_2: Conv2d,
    middle_2_pointwise_weights_4_3: Conv2d,
    middle_2_pointwise_weights_4_4: Conv2d,
    middle_2_pointwise_weights_4_5: Conv2d,
    middle_2_pointwise_weights_4_6: Conv2d,
    middle_2_pointwise_norms_4_norm: BatchNorm,
    middle_2_pointwise_weights_5_0: Conv2d,
    middle_2_pointwise_weights_5_1: Conv2d,
    middle_2_pointwise_weights_5_2: Conv2d,
    middle_2_pointwise_weights_5_3: Conv2d,
    middle_2_pointwise_weights_5_4: Conv2d,
    middle_2_pointwise_weights_5_5: Conv2d,
    middle_2_pointwise_weights_5_6: Conv2d,
    middle_2_pointwise_norms_5_norm: BatchNorm,
    middle_2_pointwise_weights_6_0: Conv2d,
    middle_2_pointwise_weights_6_1: Conv2d,
    middle_2_pointwise_weights_6_2: Conv2d,
    middle_2_pointwise_weights_6_3: Conv2d,
    middle_2_pointwise_weights_6_4: Conv2d,
    middle_2_pointwise_weights_6_5: Conv2d,
    middle_2_pointwise_weights_6_6: Conv2d,
    middle_2_pointwise_norms_6_norm: BatchNorm,
    last_0_depthwise_weights_0: Conv2d,
    last_0_depthwise_norms_0_norm: BatchNorm,
    last_0_depthwise_weights_1: Conv2d,
    last_0_depthwise_norms_1_norm: BatchNorm,
    last_0_depthwise_weights_2: Conv2d,
    last_0_depthwise_norms_2_norm: BatchNorm,
    last_0_depthwise_weights_3: Conv2d,
    last_0_depthwise_norms_3_norm: BatchNorm,
    last_0_depthwise_weights_4: Conv2d,
    last_0_depthwise_norms_4_norm: BatchNorm,
    last_0_depthwise_weights_5: Conv2d,
    last_0_depthwise_norms_5_norm: BatchNorm,
    last_0_depthwise_weights_6: Conv2d,
    last_0_depthwise_norms_6_norm: BatchNorm,
    last_0_pointwise_weights_0_0: Conv2d,
    last_0_pointwise_weights_0_1: Conv2d,
    last_0_pointwise_weights_0_2: Conv2d,
    last_0_pointwise_weights_0_3: Conv2d,
    last_0_pointwise_weights_0_4: Conv2d,
    last_0_pointwise_weights_0_5: Conv2d,
    last_0_pointwise_weights_0_6: Conv2d,
    last_0_pointwise_norms_0_norm: BatchNorm,
    last_1_depthwise_weights_0: Conv2d,
    last_1_depthwise_norms_0_norm: BatchNorm,
    last_1_pointwise_weights_0_0: Conv2d,
    last_1_pointwise_norms_0_norm: BatchNorm,
    last_1_pointwise_weights_1_0: Conv2d,
    last_1_pointwise_norms_1_norm: BatchNorm,
    last_1_pointwise_weights_2_0: Conv2d,
    last_1_pointwise_norms_2_norm: BatchNorm,
    last_1_pointwise_weights_3_0: Conv2d,
    last_1_pointwise_norms_3_norm: BatchNorm,
    last_1_pointwise_weights_4_0: Conv2d,
    last_1_pointwise_norms_4_norm: BatchNorm,
    last_1_pointwise_weights_5_0: Conv2d,
    last_1_pointwise_norms_5_norm: BatchNorm,
    last_1_pointwise_weights_6_0: Conv2d,
    last_1_pointwise_norms_6_norm: BatchNorm,
    last_1_pointwise_weights_7_0: Conv2d,
    last_1_pointwise_norms_7_norm: BatchNorm,
    classifier_weights_0: Linear,
    classifier_weights_1: Linear,
    classifier_weights_2: Linear,
    classifier_weights_3: Linear,
    classifier_weights_4: Linear,
    classifier_weights_5: Linear,
    classifier_weights_6: Linear,
    classifier_weights_7: Linear,
}

impl Network {
    /// The network with random weights, as Burn draws them.
    pub fn new(device: &Device) -> Self {
        Self {
            stem_weights_0_0: Conv2dConfig::new([3, 1], [3, 3])
                .with_stride([2, 2])
                .with_padding(PaddingConfig2d::Explicit(1, 1, 1, 1))
                .with_bias(false)
                .init(device),
            stem_norms_0_norm: BatchNormConfig::new(1).init(device),
            stem_weights_1_0: Conv2dConfig::new([3, 1], [3, 3])
                .with_stride([2, 2])
                .with_padding(PaddingConfig2d::Explicit(1, 1, 1, 1))
                .with_bias(false)
                .init(device),
            stem_norms_1_norm: BatchNormConfig::new(1).init(device),
            stem_weights_2_0: Conv2dConfig::new([3, 1], [3, 3])
                .with_stride([2, 2])
                .with_padding(PaddingConfig2d::Explicit(1, 1, 1, 1))
                .with_bias(false)
                .init(device),
            stem_norms_2_norm: BatchNormConfig::new(1).init(device),
            stem_weights_3_0: Conv2dConfig::new([3, 1], [3, 3])
                .with_stride([2, 2])
                .with_padding(PaddingConfig2d::Explicit(1, 1, 1, 1))
                .with_bias(false)
                .init(device),
            stem_norms_3_norm: BatchNormConfig::new(1).init(device),
            stem_weights_4_0: Conv2dConfig::new([3, 1], [3, 3])
                .with_stride([2, 2])
                .with_padding(PaddingConfig2d::Explicit(1, 1, 1, 1))
                .with_bias(false)
                .init(device),
            stem_norms_4_norm: BatchNormConfig::new(1).init(device),
            stem_weights_5_0: Conv2dConfig::new([3, 1], [3, 3])
                .with_stride([2, 2])
                .with_padding(PaddingConfig2d::Explicit(1, 1, 1, 1))
                .with_bias(false)
                .init(device),
            stem_norms_5_norm: BatchNormConfig::new(1).init(device),
            stem_weights_6_0: Conv2dConfig::new([3, 1], [3, 3])
                .with_stride([2, 2])
                .with_padding(PaddingConfig2d::Explicit(1, 1, 1, 1))
                .with_bias(false)
                .init(device),
            stem_norms_6_norm: BatchNormConfig::new(1).init(device),
            stem_weights_7_0: Conv2dConfig::new([3, 1], [3, 3])
                .with_stride([2, 2])
                .with_padding(PaddingConfig2d::Explicit(1, 1, 1, 1))
                .with_bias(false)
                .init(device),
            stem_norms_7_norm: BatchNormConfig::new(1).init(device),
            first_0_depthwise_weights_0: Conv2dConfig::new([1, 1], [3, 3])
                .with_padding(PaddingConfig2d::Explicit(1, 1, 1, 1))
                .with_bias(false)
                .init(device),
            first_0_depthwise_norms_0_norm: BatchNormConfig::new(1).init(device),
            first_0_depthwise_weights_1: Conv2dConfig::new([1, 1], [3, 3])
                .with_padding(PaddingConfig2d::Explicit(1, 1, 1, 1))
                .with_bias(false)
                .init(device),
            first_0_depthwise_norms_1_norm: BatchNormConfig::new(1).init(device),
            first_0_depthwise_weights_2: Conv2dConfig::new([1, 1], [3, 3])
                .with_padding(PaddingConfig2d::Explicit(1, 1, 1, 1))
                .with_bias(false)
                .init(device),
            first_0_depthwise_norms_2_norm: BatchNormConfig::new(1).init(device),
            first_0_depthwise_weights_3: Conv2dConfig::new([1, 1], [3, 3])
                .with_padding(PaddingConfig2d::Explicit(1, 1, 1, 1))
                .with_bias(false)
                .init(device),
            first_0_depthwise_norms_3_norm: BatchNormConfig::new(1).init(device),
            first_0_depthwise_weights_4: Conv2dConfig::new([1, 1], [3, 3])
                .with_padding(PaddingConfig2d::Explicit(1, 1, 1, 1))
                .with_bias(false)
                .init(device),
            first_0_depthwise_norms_4_norm: BatchNormConfig::new(1).init(device),
            first_0_depthwise_weights_5: Conv2dConfig::new([1, 1], [3, 3])
                .with_padding(PaddingConfig2d::Explicit(1, 1, 1, 1))
                .with_bias(false)
                .init(device),
            first_0_depthwise_norms_5_norm: BatchNormConfig::new(1).init(device),
            first_0_depthwise_weights_6: Conv2dConfig::new([1, 1], [3, 3])
                .with_padding(PaddingConfig2d::Explicit(1, 1, 1, 1))
                .with_bias(false)
                .init(device),
            first_0_depthwise_norms_6_norm: BatchNormConfig::new(1).init(device),
            first_0_depthwise_weights_7: Conv2dConfig::new([1, 1], [3, 3])
                .with_padding(PaddingConfig2d::Explicit(1, 1, 1, 1))
                .with_bias(false)
                .init(device),
            first_0_depthwise_norms_7_norm: BatchNormConfig::new(1).init(device),
            first_0_pointwise_weights_0_0: Conv2dConfig::new([1, 2], [1, 1])
                .with_bias(false)
                .init(device),
            first_0_pointwise_weights_0_1: Conv2dConfig::new([1, 2], [1, 1])
                .with_bias(false)
                .init(device),
            first_0_pointwise_weights_0_2: Conv2dConfig::new([1, 2], [1, 1])
                .with_bias(false)
                .init(device),
            first_0_pointwise_weights_0_3: Conv2dConfig::new([1, 2], [1, 1])
                .with_bias(false)
                .init(device),
            first_0_pointwise_weights_0_4: Conv2dConfig::new([1, 2], [1, 1])
                .with_bias(false)
                .init(device),
            first_0_pointwise_weights_0_5: Conv2dConfig::new([1, 2], [1, 1])
                .with_bias(false)
                .init(device),
            first_0_pointwise_weights_0_6: Conv2dConfig::new([1, 2], [1, 1])
                .with_bias(false)
                .init(device),
            first_0_pointwise_weights_0_7: Conv2dConfig::new([1, 2], [1, 1])
                .with_bias(false)
                .init(device),
            first_0_pointwise_norms_0_norm: BatchNormConfig::new(2).init(device),
            first_0_pointwise_weights_1_0: Conv2dConfig::new([1, 2], [1, 1])
                .with_bias(false)
                .init(device),
            first_0_pointwise_weights_1_1: Conv2dConfig::new([1, 2], [1, 1])
                .with_bias(false)
                .init(device),
            first_0_pointwise_weights_1_2: Conv2dConfig::new([1, 2], [1, 1])
                .with_bias(false)
                .init(device),
            first_0_pointwise_weights_1_3: Conv2dConfig::new([1, 2], [1, 1])
                .with_bias(false)
                .init(device),
            first_0_pointwise_weights_1_4: Conv2dConfig::new([1, 2], [1, 1])
                .with_bias(false)
                .init(device),
            first_0_pointwise_weights_1_5: Conv2dConfig::new([1, 2], [1, 1])
                .with_bias(false)
                .init(device),
            first_0_pointwise_weights_1_6: Conv2dConfig::new([1, 2], [1, 1])
                .with_bias(false)
                .init(device),
            first_0_pointwise_weights_1_7: Conv2dConfig::new([1, 2], [1, 1])
                .with_bias(false)
                .init(device),
            first_0_pointwise_norms_1_norm: BatchNormConfig::new(2).init(device),
            first_0_pointwise_weights_2_0: Conv2dConfig::new([1, 2], [1, 1])
                .with_bias(false)
                .init(device),
            first_0_pointwise_weights_2_1: Conv2dConfig::new([1, 2], [1, 1])
                .with_bias(false)
                .init(device),
            first_0_pointwise_weights_2_2: Conv2dConfig::new([1, 2], [1, 1])
                .with_bias(false)
                .init(device),
            first_0_pointwise_weights_2_3: Conv2dConfig::new([1, 2], [1, 1])
                .with_bias(false)
                .init(device),
            first_0_pointwise_weights_2_4: Conv2dConfig::new([1, 2], [1, 1])
                .with_bias(false)
                .init(device),
            first_0_pointwise_weights_2_5: Conv2dConfig::new([1, 2], [1, 1])
                .with_bias(false)
                .init(device),
            first_0_pointwise_weights_2_6: Conv2dConfig::new([1, 2], [1, 1])
                .with_bias(false)
                .init(device),
            first_0_pointwise_weights_2_7: Conv2dConfig::new([1, 2], [1, 1])
                .with_bias(false)
                .init(device),
            first_0_pointwise_norms_2_norm: BatchNormConfig::new(2).init(device),
            first_0_pointwise_weights_3_0: Conv2dConfig::new([1, 2], [1, 1])
                .with_bias(false)
                .init(device),
            first_0_pointwise_weights_3_1: Conv2dConfig::new([1, 2], [1, 1])
                .with_bias(false)
                .init(device),
            first_0_pointwise_weights_3_2: Conv2dConfig::new([1, 2], [1, 1])
                .with_bias(false)
                .init(device),
            first_0_pointwise_weights_3_3: Conv2dConfig::new([1, 2], [1, 1])
                .with_bias(false)
                .init(device),
            first_0_pointwise_weights_3_4: Conv2dConfig::new([1, 2], [1, 1])
                .with_bias(false)
                .init(device),
            first_0_pointwise_weights_3_5: Conv2dConfig::new([1, 2], [1, 1])
                .with_bias(false)
                .init(device),
            first_0_pointwise_weights_3_6: Conv2dConfig::new([1, 2], [1, 1])
                .with_bias(false)
                .init(device),
            first_0_pointwise_weights_3_7: Conv2dConfig::new([1, 2], [1, 1])
                .with_bias(false)
                .init(device),
            first_0_pointwise_norms_3_norm: BatchNormConfig::new(2).init(device),
            first_1_depthwise_weights_0: Conv2dConfig::new([2, 2], [3, 3])
                .with_stride([2, 2])
                .with_padding(PaddingConfig2d::Explicit(1, 1, 1, 1))
                .with_groups(2)
                .with_bias(false)
                .init(device),
            first_1_depthwise_norms_0_norm: BatchNormConfig::new(2).init(device),
            first_1_depthwise_weights_1: Conv2dConfig::new([2, 2], [3, 3])
                .with_stride([2, 2])
                .with_padding(PaddingConfig2d::Explicit(1, 1, 1, 1))
                .with_groups(2)
                .with_bias(false)
                .init(device),
            first_1_depthwise_norms_1_norm: BatchNormConfig::new(2).init(device),
            first_1_depthwise_weights_2: Conv2dConfig::new([2, 2], [3, 3])
                .with_stride([2, 2])
                .with_padding(PaddingConfig2d::Explicit(1, 1, 1, 1))
                .with_groups(2)
                .with_bias(false)
                .init(device),
            first_1_depthwise_norms_2_norm: BatchNormConfig::new(2).init(device),
            first_1_depthwise_weights_3: Conv2dConfig::new([2, 2], [3, 3])
                .with_stride([2, 2])
                .with_padding(PaddingConfig2d::Explicit(1, 1, 1, 1))
                .with_groups(2)
                .with_bias(false)
                .init(device),
            first_1_depthwise_norms_3_norm: BatchNormConfig::new(2).init(device),
            first_1_pointwise_weights_0_0: Conv2dConfig::new([2, 4], [1, 1])
                .with_bias(false)
                .init(device),
            first_1_pointwise_weights_0_1: Conv2dConfig::new([2, 4], [1, 1])
                .with_bias(false)
                .init(device),
            first_1_pointwise_weights_0_2: Conv2dConfig::new([2, 4], [1, 1])
                .with_bias(false)
                .init(device),
            first_1_pointwise_weights_0_3: Conv2dConfig::new([2, 4], [1, 1])
                .with_bias(false)
                .init(device),
            first_1_pointwise_norms_0_norm: BatchNormConfig::new(4).init(device),
            first_1_pointwise_weights_1_0: Conv2dConfig::new([2, 4], [1, 1])
                .with_bias(false)
                .init(device),
            first_1_pointwise_weights_1_1: Conv2dConfig::new([2, 4], [1, 1])
                .with_bias(false)
                .init(device),
            first_1_pointwise_weights_1_2: Conv2dConfig::new([2, 4], [1, 1])
                .with_bias(false)
                .init(device),
            first_1_pointwise_weights_1_3: Conv2dConfig::new([2, 4], [1, 1])
                .with_bias(false)
                .init(device),
            first_1_pointwise_norms_1_norm: BatchNormConfig::new(4).init(device),
            first_1_pointwise_weights_2_0: Conv2dConfig::new([2, 4], [1, 1])
                .with_bias(false)
                .init(device),
            first_1_pointwise_weights_2_1: Conv2dConfig::new([2, 4], [1, 1])
                .with_bias(false)
                .init(device),
            first_1_pointwise_weights_2_2: Conv2dConfig::new([2, 4], [1, 1])
                .with_bias(false)
                .init(device),
            first_1_pointwise_weights_2_3: Conv2dConfig::new([2, 4], [1, 1])
                .with_bias(false)
                .init(device),
            first_1_pointwise_norms_2_norm: BatchNormConfig::new(4).init(device),
            first_1_pointwise_weights_3_0: Conv2dConfig::new([2, 4], [1, 1])
                .with_bias(false)
                .init(device),
            first_1_pointwise_weights_3_1: Conv2dConfig::new([2, 4], [1, 1])
                .with_bias(false)
                .init(device),
            first_1_pointwise_weights_3_2: Conv2dConfig::new([2, 4], [1, 1])
                .with_bias(false)
                .init(device),
            first_1_pointwise_weights_3_3: Conv2dConfig::new([2, 4], [1, 1])
                .with_bias(false)
                .init(device),
            first_1_pointwise_norms_3_norm: BatchNormConfig::new(4).init(device),
            first_1_pointwise_weights_4_0: Conv2dConfig::new([2, 4], [1, 1])
                .with_bias(false)
                .init(device),
            first_1_pointwise_weights_4_1: Conv2dConfig::new([2, 4], [1, 1])
                .with_bias(false)
                .init(device),
            first_1_pointwise_weights_4_2: Conv2dConfig::new([2, 4], [1, 1])
                .with_bias(false)
                .init(device),
            first_1_pointwise_weights_4_3: Conv2dConfig::new([2, 4], [1, 1])
                .with_bias(false)
                .init(device),
            first_1_pointwise_norms_4_norm: BatchNormConfig::new(4).init(device),
            first_2_depthwise_weights_0: Conv2dConfig::new([4, 4], [3, 3])
                .with_padding(PaddingConfig2d::Explicit(1, 1, 1, 1))
                .with_groups(4)
                .with_bias(false)
                .init(device),
            first_2_depthwise_norms_0_norm: BatchNormConfig::new(4).init(device),
            first_2_depthwise_weights_1: Conv2dConfig::new([4, 4], [3, 3])
                .with_padding(PaddingConfig2d::Explicit(1, 1, 1, 1))
                .with_groups(4)
                .with_bias(false)
                .init(device),
            first_2_depthwise_norms_1_norm: BatchNormConfig::new(4).init(device),
            first_2_depthwise_weights_2: Conv2dConfig::new([4, 4], [3, 3])
                .with_padding(PaddingConfig2d::Explicit(1, 1, 1, 1))
                .with_groups(4)
                .with_bias(false)
                .init(device),
            first_2_depthwise_norms_2_norm: BatchNormConfig::new(4).init(device),
            first_2_depthwise_weights_3: Conv2dConfig::new([4, 4], [3, 3])
                .with_padding(PaddingConfig2d::Explicit(1, 1, 1, 1))
                .with_groups(4)
                .with_bias(false)
                .init(device),
            first_2_depthwise_norms_3_norm: BatchNormConfig::new(4).init(device),
            first_2_depthwise_weights_4: Conv2dConfig::new([4, 4], [3, 3])
                .with_padding(PaddingConfig2d::Explicit(1, 1, 1, 1))
                .with_groups(4)
                .with_bias(false)
                .init(device),
            first_2_depthwise_norms_4_norm: BatchNormConfig::new(4).init(device),
            first_2_pointwise_weights_0_0: Conv2dConfig::new([4, 4], [1, 1])
                .with_bias(false)
                .init(device),
            first_2_pointwise_weights_0_1: Conv2dConfig::new([4, 4], [1, 1])
                .with_bias(false)
                .init(device),
            first_2_pointwise_weights_0_2: Conv2dConfig::new([4, 4], [1, 1])
                .with_bias(false)
                .init(device),
            first_2_pointwise_weights_0_3: Conv2dConfig::new([4, 4], [1, 1])
                .with_bias(false)
                .init(device),
            first_2_pointwise_weights_0_4: Conv2dConfig::new([4, 4], [1, 1])
                .with_bias(false)
                .init(device),
            first_2_pointwise_norms_0_norm: BatchNormConfig::new(4).init(device),
            first_2_pointwise_weights_1_0: Conv2dConfig::new([4, 4], [1, 1])
                .with_bias(false)
                .init(device),
            first_2_pointwise_weights_1_1: Conv2dConfig::new([4, 4], [1, 1])
                .with_bias(false)
                .init(device),
            first_2_pointwise_weights_1_2: Conv2dConfig::new([4, 4], [1, 1])
                .with_bias(false)
                .init(device),
            first_2_pointwise_weights_1_3: Conv2dConfig::new([4, 4], [1, 1])
                .with_bias(false)
                .init(device),
            first_2_pointwise_weights_1_4: Conv2dConfig::new([4, 4], [1, 1])
                .with_bias(false)
                .init(device),
            first_2_pointwise_norms_1_norm: BatchNormConfig::new(4).init(device),
            first_2_pointwise_weights_2_0: Conv2dConfig::new([4, 4], [1, 1])
                .with_bias(false)
                .init(device),
            first_2_pointwise_weights_2_1: Conv2dConfig::new([4, 4], [1, 1])
                .with_bias(false)
                .init(device),
            first_2_pointwise_weights_2_2: Conv2dConfig::new([4, 4], [1, 1])
                .with_bias(false)
                .init(device),
            first_2_pointwise_weights_2_3: Conv2dConfig::new([4, 4], [1, 1])
                .with_bias(false)
                .init(device),
            first_2_pointwise_weights_2_4: Conv2dConfig::new([4, 4], [1, 1])
                .with_bias(false)
                .init(device),
            first_2_pointwise_norms_2_norm: BatchNormConfig::new(4).init(device),
            first_3_depthwise_weights_0: Conv2dConfig::new([4, 4], [3, 3])
                .with_stride([2, 2])
                .with_padding(PaddingConfig2d::Explicit(1, 1, 1, 1))
                .with_groups(4)
                .with_bias(false)
                .init(device),
            first_3_depthwise_norms_0_norm: BatchNormConfig::new(4).init(device),
            first_3_depthwise_weights_1: Conv2dConfig::new([4, 4], [3, 3])
                .with_stride([2, 2])
                .with_padding(PaddingConfig2d::Explicit(1, 1, 1, 1))
                .with_groups(4)
                .with_bias(false)
                .init(device),
            first_3_depthwise_norms_1_norm: BatchNormConfig::new(4).init(device),
            first_3_depthwise_weights_2: Conv2dConfig::new([4, 4], [3, 3])
                .with_stride([2, 2])
                .with_padding(PaddingConfig2d::Explicit(1, 1, 1, 1))
                .with_groups(4)
                .with_bias(false)
                .init(device),
            first_3_depthwise_norms_2_norm: BatchNormConfig::new(4).init(device),
            first_3_pointwise_weights_0_0: Conv2dConfig::new([4, 8], [1, 1])
                .with_bias(false)
                .init(device),
            first_3_pointwise_weights_0_1: Conv2dConfig::new([4, 8], [1, 1])
                .with_bias(false)
                .init(device),
            first_3_pointwise_weights_0_2: Conv2dConfig::new([4, 8], [1, 1])
                .with_bias(false)
                .init(device),
            first_3_pointwise_norms_0_norm: BatchNormConfig::new(8).init(device),
            first_3_pointwise_weights_1_0: Conv2dConfig::new([4, 8], [1, 1])
                .with_bias(false)
                .init(device),
            first_3_pointwise_weights_1_1: Conv2dConfig::new([4, 8], [1, 1])
                .with_bias(false)
                .init(device),
            first_3_pointwise_weights_1_2: Conv2dConfig::new([4, 8], [1, 1])
                .with_bias(false)
                .init(device),
            first_3_pointwise_norms_1_norm: BatchNormConfig::new(8).init(device),
            first_3_pointwise_weights_2_0: Conv2dConfig::new([4, 8], [1, 1])
                .with_bias(false)
                .init(device),
            first_3_pointwise_weights_2_1: Conv2dConfig::new([4, 8], [1, 1])
                .with_bias(false)
                .init(device),
            first_3_pointwise_weights_2_2: Conv2dConfig::new([4, 8], [1, 1])
                .with_bias(false)
                .init(device),
            first_3_pointwise_norms_2_norm: BatchNormConfig::new(8).init(device),
            first_3_pointwise_weights_3_0: Conv2dConfig::new([4, 8], [1, 1])
                .with_bias(false)
                .init(device),
            first_3_pointwise_weights_3_1: Conv2dConfig::new([4, 8], [1, 1])
                .with_bias(false)
                .init(device),
            first_3_pointwise_weights_3_2: Conv2dConfig::new([4, 8], [1, 1])
                .with_bias(false)
                .init(device),
            first_3_pointwise_norms_3_norm: BatchNormConfig::new(8).init(device),
            first_3_pointwise_weights_4_0: Conv2dConfig::new([4, 8], [1, 1])
                .with_bias(false)
                .init(device),
            first_3_pointwise_weights_4_1: Conv2dConfig::new([4, 8], [1, 1])
                .with_bias(false)
                .init(device),
            first_3_pointwise_weights_4_2: Conv2dConfig::new([4, 8], [1, 1])
                .with_bias(false)
                .init(device),
            first_3_pointwise_norms_4_norm: BatchNormConfig::new(8).init(device),
            first_3_pointwise_weights_5_0: Conv2dConfig::new([4, 8], [1, 1])
                .with_bias(false)
                .init(device),
            first_3_pointwise_weights_5_1: Conv2dConfig::new([4, 8], [1, 1])
                .with_bias(false)
                .init(device),
            first_3_pointwise_weights_5_2: Conv2dConfig::new([4, 8], [1, 1])
                .with_bias(false)
                .init(device),
            first_3_pointwise_norms_5_norm: BatchNormConfig::new(8).init(device),
            first_4_depthwise_weights_0: Conv2dConfig::new([8, 8], [3, 3])
                .with_padding(PaddingConfig2d::Explicit(1, 1, 1, 1))
                .with_groups(8)
                .with_bias(false)
                .init(device),
            first_4_depthwise_norms_0_norm: BatchNormConfig::new(8).init(device),
            first_4_depthwise_weights_1: Conv2dConfig::new([8, 8], [3, 3])
                .with_padding(PaddingConfig2d::Explicit(1, 1, 1, 1))
                .with_groups(8)
                .with_bias(false)
                .init(device),
            first_4_depthwise_norms_1_norm: BatchNormConfig::new(8).init(device),
            first_4_depthwise_weights_2: Conv2dConfig::new([8, 8], [3, 3])
                .with_padding(PaddingConfig2d::Explicit(1, 1, 1, 1))
                .with_groups(8)
                .with_bias(false)
                .init(device),
            first_4_depthwise_norms_2_norm: BatchNormConfig::new(8).init(device),
            first_4_depthwise_weights_3: Conv2dConfig::new([8, 8], [3, 3])
                .with_padding(PaddingConfig2d::Explicit(1, 1, 1, 1))
                .with_groups(8)
                .with_bias(false)
                .init(device),
            first_4_depthwise_norms_3_norm: BatchNormConfig::new(8).init(device),
            first_4_depthwise_weights_4: Conv2dConfig::new([8, 8], [3, 3])
                .with_padding(PaddingConfig2d::Explicit(1, 1, 1, 1))
                .with_groups(8)
                .with_bias(false)
                .init(device),
            first_4_depthwise_norms_4_norm: BatchNormConfig::new(8).init(device),
            first_4_depthwise_weights_5: Conv2dConfig::new([8, 8], [3, 3])
                .with_padding(PaddingConfig2d::Explicit(1, 1, 1, 1))
                .with_groups(8)
                .with_bias(false)
                .init(device),
            first_4_depthwise_norms_5_norm: BatchNormConfig::new(8).init(device),
            first_4_pointwise_weights_0_0: Conv2dConfig::new([8, 8], [1, 1])
                .with_bias(false)
                .init(device),
            first_4_pointwise_weights_0_1: Conv2dConfig::new([8, 8], [1, 1])
                .with_bias(false)
                .init(device),
            first_4_pointwise_weights_0_2: Conv2dConfig::new([8, 8], [1, 1])
                .with_bias(false)
                .init(device),
            first_4_pointwise_weights_0_3: Conv2dConfig::new([8, 8], [1, 1])
                .with_bias(false)
                .init(device),
            first_4_pointwise_weights_0_4: Conv2dConfig::new([8, 8], [1, 1])
                .with_bias(false)
                .init(device),
            first_4_pointwise_weights_0_5: Conv2dConfig::new([8, 8], [1, 1])
                .with_bias(false)
                .init(device),
            first_4_pointwise_norms_0_norm: BatchNormConfig::new(8).init(device),
            first_4_pointwise_weights_1_0: Conv2dConfig::new([8, 8], [1, 1])
                .with_bias(false)
                .init(device),
            first_4_pointwise_weights_1_1: Conv2dConfig::new([8, 8], [1, 1])
                .with_bias(false)
                .init(device),
            first_4_pointwise_weights_1_2: Conv2dConfig::new([8, 8], [1, 1])
                .with_bias(false)
                .init(device),
            first_4_pointwise_weights_1_3: Conv2dConfig::new([8, 8], [1, 1])
                .with_bias(false)
                .init(device),
            first_4_pointwise_weights_1_4: Conv2dConfig::new([8, 8], [1, 1])
                .with_bias(false)
                .init(device),
            first_4_pointwise_weights_1_5: Conv2dConfig::new([8, 8], [1, 1])
                .with_bias(false)
                .init(device),
            first_4_pointwise_norms_1_norm: BatchNormConfig::new(8).init(device),
            first_5_depthwise_weights_0: Conv2dConfig::new([8, 8], [3, 3])
                .with_stride([2, 2])
                .with_padding(PaddingConfig2d::Explicit(1, 1, 1, 1))
                .with_groups(8)
                .with_bias(false)
                .init(device),
            first_5_depthwise_norms_0_norm: BatchNormConfig::new(8).init(device),
            first_5_depthwise_weights_1: Conv2dConfig::new([8, 8], [3, 3])
                .with_stride([2, 2])
                .with_padding(PaddingConfig2d::Explicit(1, 1, 1, 1))
                .with_groups(8)
                .with_bias(false)
                .init(device),
            first_5_depthwise_norms_1_norm: BatchNormConfig::new(8).init(device),
            first_5_pointwise_weights_0_0: Conv2dConfig::new([8, 16], [1, 1])
                .with_bias(false)
                .init(device),
            first_5_pointwise_weights_0_1: Conv2dConfig::new([8, 16], [1, 1])
                .with_bias(false)
                .init(device),
            first_5_pointwise_norms_0_norm: BatchNormConfig::new(16).init(device),
            first_5_pointwise_weights_1_0: Conv2dConfig::new([8, 16], [1, 1])
                .with_bias(false)
                .init(device),
            first_5_pointwise_weights_1_1: Conv2dConfig::new([8, 16], [1, 1])
                .with_bias(false)
                .init(device),
            first_5_pointwise_norms_1_norm: BatchNormConfig::new(16).init(device),
            first_5_pointwise_weights_2_0: Conv2dConfig::new([8, 16], [1, 1])
                .with_bias(false)
                .init(device),
            first_5_pointwise_weights_2_1: Conv2dConfig::new([8, 16], [1, 1])
                .with_bias(false)
                .init(device),
            first_5_pointwise_norms_2_norm: BatchNormConfig::new(16).init(device),
            first_5_pointwise_weights_3_0: Conv2dConfig::new([8, 16], [1, 1])
                .with_bias(false)
                .init(device),
            first_5_pointwise_weights_3_1: Conv2dConfig::new([8, 16], [1, 1])
                .with_bias(false)
                .init(device),
            first_5_pointwise_norms_3_norm: BatchNormConfig::new(16).init(device),
            first_5_pointwise_weights_4_0: Conv2dConfig::new([8, 16], [1, 1])
                .with_bias(false)
                .init(device),
            first_5_pointwise_weights_4_1: Conv2dConfig::new([8, 16], [1, 1])
                .with_bias(false)
                .init(device),
            first_5_pointwise_norms_4_norm: BatchNormConfig::new(16).init(device),
            first_5_pointwise_weights_5_0: Conv2dConfig::new([8, 16], [1, 1])
                .with_bias(false)
                .init(device),
            first_5_pointwise_weights_5_1: Conv2dConfig::new([8, 16], [1, 1])
                .with_bias(false)
                .init(device),
            first_5_pointwise_norms_5_norm: BatchNormConfig::new(16).init(device),
            first_5_pointwise_weights_6_0: Conv2dConfig::new([8, 16], [1, 1])
                .with_bias(false)
                .init(device),
            first_5_pointwise_weights_6_1: Conv2dConfig::new([8, 16], [1, 1])
                .with_bias(false)
                .init(device),
            first_5_pointwise_norms_6_norm: BatchNormConfig::new(16).init(device),
            middle_1_depthwise_weights_0: Conv2dConfig::new([16, 16], [3, 3])
                .with_padding(PaddingConfig2d::Explicit(1, 1, 1, 1))
                .with_groups(16)
                .with_bias(false)
                .init(device),
            middle_1_depthwise_norms_0_norm: BatchNormConfig::new(16).init(device),
            middle_1_depthwise_weights_1: Conv2dConfig::new([16, 16], [3, 3])
                .with_padding(PaddingConfig2d::Explicit(1, 1, 1, 1))
                .with_groups(16)
                .with_bias(false)
                .init(device),
            middle_1_depthwise_norms_1_norm: BatchNormConfig::new(16).init(device),
            middle_1_depthwise_weights_2: Conv2dConfig::new([16, 16], [3, 3])
                .with_padding(PaddingConfig2d::Explicit(1, 1, 1, 1))
                .with_groups(16)
                .with_bias(false)
                .init(device),
            middle_1_depthwise_norms_2_norm: BatchNormConfig::new(16).init(device),
            middle_1_depthwise_weights_3: Conv2dConfig::new([16, 16], [3, 3])
                .with_padding(PaddingConfig2d::Explicit(1, 1, 1, 1))
                .with_groups(16)
                .with_bias(false)
                .init(device),
            middle_1_depthwise_norms_3_norm: BatchNormConfig::new(16).init(device),
            middle_1_depthwise_weights_4: Conv2dConfig::new([16, 16], [3, 3])
                .with_padding(PaddingConfig2d::Explicit(1, 1, 1, 1))
                .with_groups(16)
                .with_bias(false)
                .init(device),
            middle_1_depthwise_norms_4_norm: BatchNormConfig::new(16).init(device),
            middle_1_depthwise_weights_5: Conv2dConfig::new([16, 16], [3, 3])
                .with_padding(PaddingConfig2d::Explicit(1, 1, 1, 1))
                .with_groups(16)
                .with_bias(false)
                .init(device),
            middle_1_depthwise_norms_5_norm: BatchNormConfig::new(16).init(device),
            middle_1_depthwise_weights_6: Conv2dConfig::new([16, 16], [3, 3])
                .with_padding(PaddingConfig2d::Explicit(1, 1, 1, 1))
                .with_groups(16)
                .with_bias(false)
                .init(device),
            middle_1_depthwise_norms_6_norm: BatchNormConfig::new(16).init(device),
            middle_1_pointwise_weights_0_0: Conv2dConfig::new([16, 16], [1, 1])
                .with_bias(false)
                .init(device),
            middle_1_pointwise_weights_0_1: Conv2dConfig::new([16, 16], [1, 1])
                .with_bias(false)
                .init(device),
            middle_1_pointwise_weights_0_2: Conv2dConfig::new([16, 16], [1, 1])
                .with_bias(false)
                .init(device),
            middle_1_pointwise_weights_0_3: Conv2dConfig::new([16, 16], [1, 1])
                .with_bias(false)
                .init(device),
            middle_1_pointwise_weights_0_4: Conv2dConfig::new([16, 16], [1, 1])
                .with_bias(false)
                .init(device),
            middle_1_pointwise_weights_0_5: Conv2dConfig::new([16, 16], [1, 1])
                .with_bias(false)
                .init(device),
            middle_1_pointwise_weights_0_6: Conv2dConfig::new([16, 16], [1, 1])
                .with_bias(false)
                .init(device),
            middle_1_pointwise_norms_0_norm: BatchNormConfig::new(16).init(device),
            middle_1_pointwise_weights_1_0: Conv2dConfig::new([16, 16], [1, 1])
                .with_bias(false)
                .init(device),
            middle_1_pointwise_weights_1_1: Conv2dConfig::new([16, 16], [1, 1])
                .with_bias(false)
                .init(device),
            middle_1_pointwise_weights_1_2: Conv2dConfig::new([16, 16], [1, 1])
                .with_bias(false)
                .init(device),
            middle_1_pointwise_weights_1_3: Conv2dConfig::new([16, 16], [1, 1])
                .with_bias(false)
                .init(device),
            middle_1_pointwise_weights_1_4: Conv2dConfig::new([16, 16], [1, 1])
                .with_bias(false)
                .init(device),
            middle_1_pointwise_weights_1_5: Conv2dConfig::new([16, 16], [1, 1])
                .with_bias(false)
                .init(device),
            middle_1_pointwise_weights_1_6: Conv2dConfig::new([16, 16], [1, 1])
                .with_bias(false)
                .init(device),
            middle_1_pointwise_norms_1_norm: BatchNormConfig::new(16).init(device),
            middle_1_pointwise_weights_2_0: Conv2dConfig::new([16, 16], [1, 1])
                .with_bias(false)
                .init(device),
            middle_1_pointwise_weights_2_1: Conv2dConfig::new([16, 16], [1, 1])
                .with_bias(false)
                .init(device),
            middle_1_pointwise_weights_2_2: Conv2dConfig::new([16, 16], [1, 1])
                .with_bias(false)
                .init(device),
            middle_1_pointwise_weights_2_3: Conv2dConfig::new([16, 16], [1, 1])
                .with_bias(false)
                .init(device),
            middle_1_pointwise_weights_2_4: Conv2dConfig::new([16, 16], [1, 1])
                .with_bias(false)
                .init(device),
            middle_1_pointwise_weights_2_5: Conv2dConfig::new([16, 16], [1, 1])
                .with_bias(false)
                .init(device),
            middle_1_pointwise_weights_2_6: Conv2dConfig::new([16, 16], [1, 1])
                .with_bias(false)
                .init(device),
            middle_1_pointwise_norms_2_norm: BatchNormConfig::new(16).init(device),
            middle_1_pointwise_weights_3_0: Conv2dConfig::new([16, 16], [1, 1])
                .with_bias(false)
                .init(device),
            middle_1_pointwise_weights_3_1: Conv2dConfig::new([16, 16], [1, 1])
                .with_bias(false)
                .init(device),
            middle_1_pointwise_weights_3_2: Conv2dConfig::new([16, 16], [1, 1])
                .with_bias(false)
                .init(device),
            middle_1_pointwise_weights_3_3: Conv2dConfig::new([16, 16], [1, 1])
                .with_bias(false)
                .init(device),
            middle_1_pointwise_weights_3_4: Conv2dConfig::new([16, 16], [1, 1])
                .with_bias(false)
                .init(device),
            middle_1_pointwise_weights_3_5: Conv2dConfig::new([16, 16], [1, 1])
                .with_bias(false)
                .init(device),
            middle_1_pointwise_weights_3_6: Conv2dConfig::new([16, 16], [1, 1])
                .with_bias(false)
                .init(device),
            middle_1_pointwise_norms_3_norm: BatchNormConfig::new(16).init(device),
            middle_1_pointwise_weights_4_0: Conv2dConfig::new([16, 16], [1, 1])
                .with_bias(false)
                .init(device),
            middle_1_pointwise_weights_4_1: Conv2dConfig::new([16, 16], [1, 1])
                .with_bias(false)
                .init(device),
            middle_1_pointwise_weights_4_2: Conv2dConfig::new([16, 16], [1, 1])
                .with_bias(false)
                .init(device),
            middle_1_pointwise_weights_4_3: Conv2dConfig::new([16, 16], [1, 1])
                .with_bias(false)
                .init(device),
            middle_1_pointwise_weights_4_4: Conv2dConfig::new([16, 16], [1, 1])
                .with_bias(false)
                .init(device),
            middle_1_pointwise_weights_4_5: Conv2dConfig::new([16, 16], [1, 1])
                .with_bias(false)
                .init(device),
            middle_1_pointwise_weights_4_6: Conv2dConfig::new([16, 16], [1, 1])
                .with_bias(false)
                .init(device),
            middle_1_pointwise_norms_4_norm: BatchNormConfig::new(16).init(device),
            middle_1_pointwise_weights_5_0: Conv2dConfig::new([16, 16], [1, 1])
                .with_bias(false)
                .init(device),
            middle_1_pointwise_weights_5_1: Conv2dConfig::new([16, 16], [1, 1])
                .with_bias(false)
                .init(device),
            middle_1_pointwise_weights_5_2: Conv2dConfig::new([16, 16], [1, 1])
                .with_bias(false)
                .init(device),
            middle_1_pointwise_weights_5_3: Conv2dConfig::new([16, 16], [1, 1])
                .with_bias(false)
                .init(device),
            middle_1_pointwise_weights_5_4: Conv2dConfig::new([16, 16], [1, 1])
                .with_bias(false)
                .init(device),
            middle_1_pointwise_weights_5_5: Conv2dConfig::new([16, 16], [1, 1])
                .with_bias(false)
                .init(device),
            middle_1_pointwise_weights_5_6: Conv2dConfig::new([16, 16], [1, 1])
                .with_bias(false)
                .init(device),
            middle_1_pointwise_norms_5_norm: BatchNormConfig::new(16).init(device),
            middle_1_pointwise_weights_6_0: Conv2dConfig::new([16, 16], [1, 1])
                .with_bias(false)
                .init(device),
            middle_1_pointwise_weights_6_1: Conv2dConfig::new([16, 16], [1, 1])
                .with_bias(false)
                .init(device),
            middle_1_pointwise_weights_6_2: Conv2dConfig::new([16, 16], [1, 1])
                .with_bias(false)
                .init(device),
            middle_1_pointwise_weights_6_3: Conv2dConfig::new([16, 16], [1, 1])
                .with_bias(false)
                .init(device),
            middle_1_pointwise_weights_6_4: Conv2dConfig::new([16, 16], [1, 1])
                .with_bias(false)
                .init(device),
            middle_1_pointwise_weights_6_5: Conv2dConfig::new([16, 16], [1, 1])
                .with_bias(false)
                .init(device),
            middle_1_pointwise_weights_6_6: Conv2dConfig::new([16, 16], [1, 1])
                .with_bias(false)
                .init(device),
            middle_1_pointwise_norms_6_norm: BatchNormConfig::new(16).init(device),
            middle_2_depthwise_weights_0: Conv2dConfig::new([16, 16], [3, 3])
                .with_padding(PaddingConfig2d::Explicit(1, 1, 1, 1))
                .with_groups(16)
                .with_bias(false)
                .init(device),
            middle_2_depthwise_norms_0_norm: BatchNormConfig::new(16).init(device),
            middle_2_depthwise_weights_1: Conv2dConfig::new([16, 16], [3, 3])
                .with_padding(PaddingConfig2d::Explicit(1, 1, 1, 1))
                .with_groups(16)
                .with_bias(false)
                .init(device),
            middle_2_depthwise_norms_1_norm: BatchNormConfig::new(16).init(device),
            middle_2_depthwise_weights_2: Conv2dConfig::new([16, 16], [3, 3])
                .with_padding(PaddingConfig2d::Explicit(1, 1, 1, 1))
                .with_groups(16)
                .with_bias(false)
                .init(device),
            middle_2_depthwise_norms_2_norm: BatchNormConfig::new(16).init(device),
            middle_2_depthwise_weights_3: Conv2dConfig::new([16, 16], [3, 3])
                .with_padding(PaddingConfig2d::Explicit(1, 1, 1, 1))
                .with_groups(16)
                .with_bias(false)
                .init(device),
            middle_2_depthwise_norms_3_norm: BatchNormConfig::new(16).init(device),
            middle_2_depthwise_weights_4: Conv2dConfig::new([16, 16], [3, 3])
                .with_padding(PaddingConfig2d::Explicit(1, 1, 1, 1))
                .with_groups(16)
                .with_bias(false)
                .init(device),
            middle_2_depthwise_norms_4_norm: BatchNormConfig::new(16).init(device),
            middle_2_depthwise_weights_5: Conv2dConfig::new([16, 16], [3, 3])
                .with_padding(PaddingConfig2d::Explicit(1, 1, 1, 1))
                .with_groups(16)
                .with_bias(false)
                .init(device),
            middle_2_depthwise_norms_5_norm: BatchNormConfig::new(16).init(device),
            middle_2_depthwise_weights_6: Conv2dConfig::new([16, 16], [3, 3])
                .with_padding(PaddingConfig2d::Explicit(1, 1, 1, 1))
                .with_groups(16)
                .with_bias(false)
                .init(device),
            middle_2_depthwise_norms_6_norm: BatchNormConfig::new(16).init(device),
            middle_2_pointwise_weights_0_0: Conv2dConfig::new([16, 16], [1, 1])
                .with_bias(false)
                .init(device),
            middle_2_pointwise_weights_0_1: Conv2dConfig::new([16, 16], [1, 1])
                .with_bias(false)
                .init(device),
            middle_2_pointwise_weights_0_2: Conv2dConfig::new([16, 16], [1, 1])
                .with_bias(false)
                .init(device),
            middle_2_pointwise_weights_0_3: Conv2dConfig::new([16, 16], [1, 1])
                .with_bias(false)
                .init(device),
            middle_2_pointwise_weights_0_4: Conv2dConfig::new([16, 16], [1, 1])
                .with_bias(false)
                .init(device),
            middle_2_pointwise_weights_0_5: Conv2dConfig::new([16, 16], [1, 1])
                .with_bias(false)
                .init(device),
            middle_2_pointwise_weights_0_6: Conv2dConfig::new([16, 16], [1, 1])
                .with_bias(false)
                .init(device),
            middle_2_pointwise_norms_0_norm: BatchNormConfig::new(16).init(device),
            middle_2_pointwise_weights_1_0: Conv2dConfig::new([16, 16], [1, 1])
                .with_bias(false)
                .init(device),
            middle_2_pointwise_weights_1_1: Conv2dConfig::new([16, 16], [1, 1])
                .with_bias(false)
                .init(device),
            middle_2_pointwise_weights_1_2: Conv2dConfig::new([16, 16], [1, 1])
                .with_bias(false)
                .init(device),
            middle_2_pointwise_weights_1_3: Conv2dConfig::new([16, 16], [1, 1])
                .with_bias(false)
                .init(device),
            middle_2_pointwise_weights_1_4: Conv2dConfig::new([16, 16], [1, 1])
                .with_bias(false)
                .init(device),
            middle_2_pointwise_weights_1_5: Conv2dConfig::new([16, 16], [1, 1])
                .with_bias(false)
                .init(device),
            middle_2_pointwise_weights_1_6: Conv2dConfig::new([16, 16], [1, 1])
                .with_bias(false)
                .init(device),
            middle_2_pointwise_norms_1_norm: BatchNormConfig::new(16).init(device),
            middle_2_pointwise_weights_2_0: Conv2dConfig::new([16, 16], [1, 1])
                .with_bias(false)
                .init(device),
            middle_2_pointwise_weights_2_1: Conv2dConfig::new([16, 16], [1, 1])
                .with_bias(false)
                .init(device),
            middle_2_pointwise_weights_2_2: Conv2dConfig::new([16, 16], [1, 1])
                .with_bias(false)
                .init(device),
            middle_2_pointwise_weights_2_3: Conv2dConfig::new([16, 16], [1, 1])
                .with_bias(false)
                .init(device),
            middle_2_pointwise_weights_2_4: Conv2dConfig::new([16, 16], [1, 1])
                .with_bias(false)
                .init(device),
            middle_2_pointwise_weights_2_5: Conv2dConfig::new([16, 16], [1, 1])
                .with_bias(false)
                .init(device),
            middle_2_pointwise_weights_2_6: Conv2dConfig::new([16, 16], [1, 1])
                .with_bias(false)
                .init(device),
            middle_2_pointwise_norms_2_norm: BatchNormConfig::new(16).init(device),
            middle_2_pointwise_weights_3_0: Conv2dConfig::new([16, 16], [1, 1])
                .with_bias(false)
                .init(device),
            middle_2_pointwise_weights_3_1: Conv2dConfig::new([16, 16], [1, 1])
                .with_bias(false)
                .init(device),
            middle_2_pointwise_weights_3_2: Conv2dConfig::new([16, 16], [1, 1])
                .with_bias(false)
                .init(device),
            middle_2_pointwise_weights_3_3: Conv2dConfig::new([16, 16], [1, 1])
                .with_bias(false)
                .init(device),
            middle_2_pointwise_weights_3_4: Conv2dConfig::new([16, 16], [1, 1])
                .with_bias(false)
                .init(device),
            middle_2_pointwise_weights_3_5: Conv2dConfig::new([16, 16], [1, 1])
                .with_bias(false)
                .init(device),
            middle_2_pointwise_weights_3_6: Conv2dConfig::new([16, 16], [1, 1])
                .with_bias(false)
                .init(device),
            middle_2_pointwise_norms_3_norm: BatchNormConfig::new(16).init(device),
            middle_2_pointwise_weights_4_0: Conv2dConfig::new([16, 16], [1, 1])
                .with_bias(false)
                .init(device),
            middle_2_pointwise_weights_4_1: Conv2dConfig::new([16, 16], [1, 1])
                .with_bias(false)
                .init(device),
            middle_2_pointwise_weights_4_2: Conv2dConfig::new([16, 16], [1, 1])
                .with_bias(false)
                .init(device),
            middle_2_pointwise_weights_4_3: Conv2dConfig::new([16, 16], [1, 1])
                .with_bias(false)
                .init(device),
            middle_2_pointwise_weights_4_4: Conv2dConfig::new([16, 16], [1, 1])
                .with_bias(false)
                .init(device),
            middle_2_pointwise_weights_4_5: Conv2dConfig::new([16, 16], [1, 1])
                .with_bias(false)
                .init(device),
            middle_2_pointwise_weights_4_6: Conv2dConfig::new([16, 16], [1, 1])
                .with_bias(false)
                .init(device),
            middle_2_pointwise_norms_4_norm: BatchNormConfig::new(16).init(device),
            middle_2_pointwise_weights_5_0: Conv2dConfig::new([16, 16], [1, 1])
                .with_bias(false)
                .init(device),
            middle_2_pointwise_weights_5_1: Conv2dConfig::new([16, 16], [1, 1])
                .with_bias(false)
                .init(device),
            middle_2_pointwise_weights_5_2: Conv2dConfig::new([16, 16], [1, 1])
                .with_bias(false)
                .init(device),
            middle_2_pointwise_weights_5_3: Conv2dConfig::new([16, 16], [1, 1])
                .with_bias(false)
                .init(device),
            middle_2_pointwise_weights_5_4: Conv2dConfig::new([16, 16], [1, 1])
                .with_bias(false)
                .init(device),
            middle_2_pointwise_weights_5_5: Conv2dConfig::new([16, 16], [1, 1])
                .with_bias(false)
                .init(device),
            middle_2_pointwise_weights_5_6: Conv2dConfig::new([16, 16], [1, 1])
                .with_bias(false)
                .init(device),
            middle_2_pointwise_norms_5_norm: BatchNormConfig::new(16).init(device),
            middle_2_pointwise_weights_6_0: Conv2dConfig::new([16, 16], [1, 1])
                .with_bias(false)
                .init(device),
            middle_2_pointwise_weights_6_1: Conv2dConfig::new([16, 16], [1, 1])
                .with_bias(false)
                .init(device),
            middle_2_pointwise_weights_6_2: Conv2dConfig::new([16, 16], [1, 1])
                .with_bias(false)
                .init(device),
            middle_2_pointwise_weights_6_3: Conv2dConfig::new([16, 16], [1, 1])
                .with_bias(false)
                .init(device),
            middle_2_pointwise_weights_6_4: Conv2dConfig::new([16, 16], [1, 1])
                .with_bias(false)
                .init(device),
            middle_2_pointwise_weights_6_5: Conv2dConfig::new([16, 16], [1, 1])
                .with_bias(false)
                .init(device),
            middle_2_pointwise_weights_6_6: Conv2dConfig::new([16, 16], [1, 1])
                .with_bias(false)
                .init(device),
            middle_2_pointwise_norms_6_norm: BatchNormConfig::new(16).init(device),
            last_0_depthwise_weights_0: Conv2dConfig::new([16, 16], [3, 3])
                .with_stride([2, 2])
                .with_padding(PaddingConfig2d::Explicit(1, 1, 1, 1))
                .with_groups(16)
                .with_bias(false)
                .init(device),
            last_0_depthwise_norms_0_norm: BatchNormConfig::new(16).init(device),
            last_0_depthwise_weights_1: Conv2dConfig::new([16, 16], [3, 3])
                .with_stride([2, 2])
                .with_padding(PaddingConfig2d::Explicit(1, 1, 1, 1))
                .with_groups(16)
                .with_bias(false)
                .init(device),
            last_0_depthwise_norms_1_norm: BatchNormConfig::new(16).init(device),
            last_0_depthwise_weights_2: Conv2dConfig::new([16, 16], [3, 3])
                .with_stride([2, 2])
                .with_padding(PaddingConfig2d::Explicit(1, 1, 1, 1))
                .with_groups(16)
                .with_bias(false)
                .init(device),
            last_0_depthwise_norms_2_norm: BatchNormConfig::new(16).init(device),
            last_0_depthwise_weights_3: Conv2dConfig::new([16, 16], [3, 3])
                .with_stride([2, 2])
                .with_padding(PaddingConfig2d::Explicit(1, 1, 1, 1))
                .with_groups(16)
                .with_bias(false)
                .init(device),
            last_0_depthwise_norms_3_norm: BatchNormConfig::new(16).init(device),
            last_0_depthwise_weights_4: Conv2dConfig::new([16, 16], [3, 3])
                .with_stride([2, 2])
                .with_padding(PaddingConfig2d::Explicit(1, 1, 1, 1))
                .with_groups(16)
                .with_bias(false)
                .init(device),
            last_0_depthwise_norms_4_norm: BatchNormConfig::new(16).init(device),
            last_0_depthwise_weights_5: Conv2dConfig::new([16, 16], [3, 3])
                .with_stride([2, 2])
                .with_padding(PaddingConfig2d::Explicit(1, 1, 1, 1))
                .with_groups(16)
                .with_bias(false)
                .init(device),
            last_0_depthwise_norms_5_norm: BatchNormConfig::new(16).init(device),
            last_0_depthwise_weights_6: Conv2dConfig::new([16, 16], [3, 3])
                .with_stride([2, 2])
                .with_padding(PaddingConfig2d::Explicit(1, 1, 1, 1))
                .with_groups(16)
                .with_bias(false)
                .init(device),
            last_0_depthwise_norms_6_norm: BatchNormConfig::new(16).init(device),
            last_0_pointwise_weights_0_0: Conv2dConfig::new([16, 32], [1, 1])
                .with_bias(false)
                .init(device),
            last_0_pointwise_weights_0_1: Conv2dConfig::new([16, 32], [1, 1])
                .with_bias(false)
                .init(device),
            last_0_pointwise_weights_0_2: Conv2dConfig::new([16, 32], [1, 1])
                .with_bias(false)
                .init(device),
            last_0_pointwise_weights_0_3: Conv2dConfig::new([16, 32], [1, 1])
                .with_bias(false)
                .init(device),
            last_0_pointwise_weights_0_4: Conv2dConfig::new([16, 32], [1, 1])
                .with_bias(false)
                .init(device),
            last_0_pointwise_weights_0_5: Conv2dConfig::new([16, 32], [1, 1])
                .with_bias(false)
                .init(device),
            last_0_pointwise_weights_0_6: Conv2dConfig::new([16, 32], [1, 1])
                .with_bias(false)
                .init(device),
            last_0_pointwise_norms_0_norm: BatchNormConfig::new(32).init(device),
            last_1_depthwise_weights_0: Conv2dConfig::new([32, 32], [3, 3])
                .with_padding(PaddingConfig2d::Explicit(1, 1, 1, 1))
                .with_groups(32)
                .with_bias(false)
                .init(device),
            last_1_depthwise_norms_0_norm: BatchNormConfig::new(32).init(device),
            last_1_pointwise_weights_0_0: Conv2dConfig::new([32, 32], [1, 1])
                .with_bias(false)
                .init(device),
            last_1_pointwise_norms_0_norm: BatchNormConfig::new(32).init(device),
            last_1_pointwise_weights_1_0: Conv2dConfig::new([32, 32], [1, 1])
                .with_bias(false)
                .init(device),
            last_1_pointwise_norms_1_norm: BatchNormConfig::new(32).init(device),
            last_1_pointwise_weights_2_0: Conv2dConfig::new([32, 32], [1, 1])
                .with_bias(false)
                .init(device),
            last_1_pointwise_norms_2_norm: BatchNormConfig::new(32).init(device),
            last_1_pointwise_weights_3_0: Conv2dConfig::new([32, 32], [1, 1])
                .with_bias(false)
                .init(device),
            last_1_pointwise_norms_3_norm: BatchNormConfig::new(32).init(device),
            last_1_pointwise_weights_4_0: Conv2dConfig::new([32, 32], [1, 1])
                .with_bias(false)
                .init(device),
            last_1_pointwise_norms_4_norm: BatchNormConfig::new(32).init(device),
            last_1_pointwise_weights_5_0: Conv2dConfig::new([32, 32], [1, 1])
                .with_bias(false)
                .init(device),
            last_1_pointwise_norms_5_norm: BatchNormConfig::new(32).init(device),
            last_1_pointwise_weights_6_0: Conv2dConfig::new([32, 32], [1, 1])
                .with_bias(false)
                .init(device),
            last_1_pointwise_norms_6_norm: BatchNormConfig::new(32).init(device),
            last_1_pointwise_weights_7_0: Conv2dConfig::new([32, 32], [1, 1])
                .with_bias(false)
                .init(device),
            last_1_pointwise_norms_7_norm: BatchNormConfig::new(32).init(device),
            classifier_weights_0: LinearConfig::new(32, 5).init(device),
            classifier_weights_1: LinearConfig::new(32, 5).with_bias(false).init(device),
            classifier_weights_2: LinearConfig::new(32, 5).with_bias(false).init(device),
            classifier_weights_3: LinearConfig::new(32, 5).with_bias(false).init(device),
            classifier_weights_4: LinearConfig::new(32, 5).with_bias(false).init(device),
            classifier_weights_5: LinearConfig::new(32, 5).with_bias(false).init(device),
            classifier_weights_6: LinearConfig::new(32, 5).with_bias(false).init(device),
            classifier_weights_7: LinearConfig::new(32, 5).with_bias(false).init(device),
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
        let x1 = self.stem_weights_0_0.forward(images.clone());
        let x2 = self.stem_norms_0_norm.forward(x1);
        let x3 = relu(x2);
        let x4 = self.stem_weights_1_0.forward(images.clone());
        let x5 = self.stem_norms_1_norm.forward(x4);
        let x6 = relu(x5);
        let x7 = self.stem_weights_2_0.forward(images.clone());
        let x8 = self.stem_norms_2_norm.forward(x7);
        let x9 = relu(x8);
        let x10 = self.stem_weights_3_0.forward(images.clone());
        let x11 = self.stem_norms_3_norm.forward(x10);
        let x12 = relu(x11);
        let x13 = self.stem_weights_4_0.forward(images.clone());
        let x14 = self.stem_norms_4_norm.forward(x13);
        let x15 = relu(x14);
        let x16 = self.stem_weights_5_0.forward(images.clone());
        let x17 = self.stem_norms_5_norm.forward(x16);
        let x18 = relu(x17);
        let x19 = self.stem_weights_6_0.forward(images.clone());
        let x20 = self.stem_norms_6_norm.forward(x19);
        let x21 = relu(x20);
        let x22 = self.stem_weights_7_0.forward(images);
        let x23 = self.stem_norms_7_norm.forward(x22);
        let x24 = relu(x23);
        let parts = vec![x3, x6, x9, x12, x15, x18, x21, x24];
        let x25 = Tensor::cat(parts, 1);
        let x26 = x25.clone().narrow(1, 0, 1);
        let x27 = x25.clone().narrow(1, 1, 1);
        let x28 = x25.clone().narrow(1, 2, 1);
        let x29 = x25.clone().narrow(1, 3, 1);
        let x30 = x25.clone().narrow(1, 4, 1);
        let x31 = x25.clone().narrow(1, 5, 1);
        let x32 = x25.clone().narrow(1, 6, 1);
        let x33 = x25.narrow(1, 7, 1);
        let x34 = self.first_0_depthwise_weights_0.forward(x26);
        let x35 = self.first_0_depthwise_norms_0_norm.forward(x34);
        let x36 = relu(x35);
        let x37 = self.first_0_depthwise_weights_1.forward(x27);
        let x38 = self.first_0_depthwise_norms_1_norm.forward(x37);
        let x39 = relu(x38);
        let x40 = self.first_0_depthwise_weights_2.forward(x28);
        let x41 = self.first_0_depthwise_norms_2_norm.forward(x40);
        let x42 = relu(x41);
        let x43 = self.first_0_depthwise_weights_3.forward(x29);
        let x44 = self.first_0_depthwise_norms_3_norm.forward(x43);
        let x45 = relu(x44);
        let x46 = self.first_0_depthwise_weights_4.forward(x30);
        let x47 = self.first_0_depthwise_norms_4_norm.forward(x46);
        let x48 = relu(x47);
        let x49 = self.first_0_depthwise_weights_5.forward(x31);
        let x50 = self.first_0_depthwise_norms_5_norm.forward(x49);
        let x51 = relu(x50);
        let x52 = self.first_0_depthwise_weights_6.forward(x32);
        let x53 = self.first_0_depthwise_norms_6_norm.forward(x52);
        let x54 = relu(x53);
        let x55 = self.first_0_depthwise_weights_7.forward(x33);
        let x56 = self.first_0_depthwise_norms_7_norm.forward(x55);
        let x57 = relu(x56);
        let parts = vec![x36, x39, x42, x45, x48, x51, x54, x57];
        let x58 = Tensor::cat(parts, 1);
        let x59 = x58.clone().narrow(1, 0, 1);
        let x60 = x58.clone().narrow(1, 1, 1);
        let x61 = x58.clone().narrow(1, 2, 1);
        let x62 = x58.clone().narrow(1, 3, 1);
        let x63 = x58.clone().narrow(1, 4, 1);
        let x64 = x58.clone().narrow(1, 5, 1);
        let x65 = x58.clone().narrow(1, 6, 1);
        let x66 = x58.narrow(1, 7, 1);
        let x67 = self.first_0_pointwise_weights_0_0.forward(x59.clone());
        let x68 = self.first_0_pointwise_weights_0_1.forward(x60.clone());
        let x69 = self.first_0_pointwise_weights_0_2.forward(x61.clone());
        let x70 = self.first_0_pointwise_weights_0_3.forward(x62.clone());
        let x71 = self.first_0_pointwise_weights_0_4.forward(x63.clone());
        let x72 = self.first_0_pointwise_weights_0_5.forward(x64.clone());
        let x73 = self.first_0_pointwise_weights_0_6.forward(x65.clone());
        let x74 = self.first_0_pointwise_weights_0_7.forward(x66.clone());
        let x75 = x67 + x68 + x69;
        let x75 = x75 + x70 + x71;
        let x75 = x75 + x72 + x73;
        let x75 = x75 + x74;
        let x76 = self.first_0_pointwise_norms_0_norm.forward(x75);
        let x77 = relu(x76);
        let x78 = self.first_0_pointwise_weights_1_0.forward(x59.clone());
        let x79 = self.first_0_pointwise_weights_1_1.forward(x60.clone());
        let x80 = self.first_0_pointwise_weights_1_2.forward(x61.clone());
        let x81 = self.first_0_pointwise_weights_1_3.forward(x62.clone());
        let x82 = self.first_0_pointwise_weights_1_4.forward(x63.clone());
        let x83 = self.first_0_pointwise_weights_1_5.forward(x64.clone());
        let x84 = self.first_0_pointwise_weights_1_6.forward(x65.clone());
        let x85 = self.first_0_pointwise_weights_1_7.forward(x66.clone());
        let x86 = x78 + x79 + x80;
        let x86 = x86 + x81 + x82;
        let x86 = x86 + x83 + x84;
        let x86 = x86 + x85;
        let x87 = self.first_0_pointwise_norms_1_norm.forward(x86);
        let x88 = relu(x87);
        let x89 = self.first_0_pointwise_weights_2_0.forward(x59.clone());
        let x90 = self.first_0_pointwise_weights_2_1.forward(x60.clone());
        let x91 = self.first_0_pointwise_weights_2_2.forward(x61.clone());
        let x92 = self.first_0_pointwise_weights_2_3.forward(x62.clone());
        let x93 = self.first_0_pointwise_weights_2_4.forward(x63.clone());
        let x94 = self.first_0_pointwise_weights_2_5.forward(x64.clone());
        let x95 = self.first_0_pointwise_weights_2_6.forward(x65.clone());
        let x96 = self.first_0_pointwise_weights_2_7.forward(x66.clone());
        let x97 = x89 + x90 + x91;
        let x97 = x97 + x92 + x93;
        let x97 = x97 + x94 + x95;
        let x97 = x97 + x96;
        let x98 = self.first_0_pointwise_norms_2_norm.forward(x97);
        let x99 = relu(x98);
        let x100 = self.first_0_pointwise_weights_3_0.forward(x59);
        let x101 = self.first_0_pointwise_weights_3_1.forward(x60);
        let x102 = self.first_0_pointwise_weights_3_2.forward(x61);
        let x103 = self.first_0_pointwise_weights_3_3.forward(x62);
        let x104 = self.first_0_pointwise_weights_3_4.forward(x63);
        let x105 = self.first_0_pointwise_weights_3_5.forward(x64);
        let x106 = self.first_0_pointwise_weights_3_6.forward(x65);
        let x107 = self.first_0_pointwise_weights_3_7.forward(x66);
        let x108 = x100 + x101 + x102;
        let x108 = x108 + x103 + x104;
        let x108 = x108 + x105 + x106;
        let x108 = x108 + x107;
        let x109 = self.first_0_pointwise_norms_3_norm.forward(x108);
        let x110 = relu(x109);
        let parts = vec![x77, x88, x99, x110];
        let x111 = Tensor::cat(parts, 1);
        let x112 = x111.clone().narrow(1, 0, 2);
        let x113 = x111.clone().narrow(1, 2, 2);
        let x114 = x111.clone().narrow(1, 4, 2);
        let x115 = x111.narrow(1, 6, 2);
        let x116 = self.first_1_depthwise_weights_0.forward(x112);
        let x117 = self.first_1_depthwise_norms_0_norm.forward(x116);
        let x118 = relu(x117);
        let x119 = self.first_1_depthwise_weights_1.forward(x113);
        let x120 = self.first_1_depthwise_norms_1_norm.forward(x119);
        let x121 = relu(x120);
        let x122 = self.first_1_depthwise_weights_2.forward(x114);
        let x123 = self.first_1_depthwise_norms_2_norm.forward(x122);
        let x124 = relu(x123);
        let x125 = self.first_1_depthwise_weights_3.forward(x115);
        let x126 = self.first_1_depthwise_norms_3_norm.forward(x125);
        let x127 = relu(x126);
        let parts = vec![x118, x121, x124, x127];
        let x128 = Tensor::cat(parts, 1);
        let x129 = x128.clone().narrow(1, 0, 2);
        let x130 = x128.clone().narrow(1, 2, 2);
        let x131 = x128.clone().narrow(1, 4, 2);
        let x132 = x128.narrow(1, 6, 2);
        let x133 = self.first_1_pointwise_weights_0_0.forward(x129.clone());
        let x134 = self.first_1_pointwise_weights_0_1.forward(x130.clone());
        let x135 = self.first_1_pointwise_weights_0_2.forward(x131.clone());
        let x136 = self.first_1_pointwise_weights_0_3.forward(x132.clone());
        let x137 = x133 + x134 + x135;
        let x137 = x137 + x136;
        let x138 = self.first_1_pointwise_norms_0_norm.forward(x137);
        let x139 = relu(x138);
        let x140 = self.first_1_pointwise_weights_1_0.forward(x129.clone());
        let x141 = self.first_1_pointwise_weights_1_1.forward(x130.clone());
        let x142 = self.first_1_pointwise_weights_1_2.forward(x131.clone());
        let x143 = self.first_1_pointwise_weights_1_3.forward(x132.clone());
        let x144 = x140 + x141 + x142;
        let x144 = x144 + x143;
        let x145 = self.first_1_pointwise_norms_1_norm.forward(x144);
        let x146 = relu(x145);
        let x147 = self.first_1_pointwise_weights_2_0.forward(x129.clone());
        let x148 = self.first_1_pointwise_weights_2_1.forward(x130.clone());
        let x149 = self.first_1_pointwise_weights_2_2.forward(x131.clone());
        let x150 = self.first_1_pointwise_weights_2_3.forward(x132.clone());
        let x151 = x147 + x148 + x149;
        let x151 = x151 + x150;
        let x152 = self.first_1_pointwise_norms_2_norm.forward(x151);
        let x153 = relu(x152);
        let x154 = self.first_1_pointwise_weights_3_0.forward(x129.clone());
        let x155 = self.first_1_pointwise_weights_3_1.forward(x130.clone());
        let x156 = self.first_1_pointwise_weights_3_2.forward(x131.clone());
        let x157 = self.first_1_pointwise_weights_3_3.forward(x132.clone());
        let x158 = x154 + x155 + x156;
        let x158 = x158 + x157;
        let x159 = self.first_1_pointwise_norms_3_norm.forward(x158);
        let x160 = relu(x159);
        let x161 = self.first_1_pointwise_weights_4_0.forward(x129);
        let x162 = self.first_1_pointwise_weights_4_1.forward(x130);
        let x163 = self.first_1_pointwise_weights_4_2.forward(x131);
        let x164 = self.first_1_pointwise_weights_4_3.forward(x132);
        let x165 = x161 + x162 + x163;
        let x165 = x165 + x164;
        let x166 = self.first_1_pointwise_norms_4_norm.forward(x165);
        let x167 = relu(x166);
        let parts = vec![x139, x146, x153, x160, x167];
        let x168 = Tensor::cat(parts, 1);
        let x169 = x168.clone().narrow(1, 0, 4);
        let x170 = x168.clone().narrow(1, 4, 4);
        let x171 = x168.clone().narrow(1, 8, 4);
        let x172 = x168.clone().narrow(1, 12, 4);
        let x173 = x168.narrow(1, 16, 4);
        let x174 = self.first_2_depthwise_weights_0.forward(x169);
        let x175 = self.first_2_depthwise_norms_0_norm.forward(x174);
        let x176 = relu(x175);
        let x177 = self.first_2_depthwise_weights_1.forward(x170);
        let x178 = self.first_2_depthwise_norms_1_norm.forward(x177);
        let x179 = relu(x178);
        let x180 = self.first_2_depthwise_weights_2.forward(x171);
        let x181 = self.first_2_depthwise_norms_2_norm.forward(x180);
        let x182 = relu(x181);
        let x183 = self.first_2_depthwise_weights_3.forward(x172);
        let x184 = self.first_2_depthwise_norms_3_norm.forward(x183);
        let x185 = relu(x184);
        let x186 = self.first_2_depthwise_weights_4.forward(x173);
        let x187 = self.first_2_depthwise_norms_4_norm.forward(x186);
        let x188 = relu(x187);
        let parts = vec![x176, x179, x182, x185, x188];
        let x189 = Tensor::cat(parts, 1);
        let x190 = x189.clone().narrow(1, 0, 4);
        let x191 = x189.clone().narrow(1, 4, 4);
        let x192 = x189.clone().narrow(1, 8, 4);
        let x193 = x189.clone().narrow(1, 12, 4);
        let x194 = x189.narrow(1, 16, 4);
        let x195 = self.first_2_pointwise_weights_0_0.forward(x190.clone());
        let x196 = self.first_2_pointwise_weights_0_1.forward(x191.clone());
        let x197 = self.first_2_pointwise_weights_0_2.forward(x192.clone());
        let x198 = self.first_2_pointwise_weights_0_3.forward(x193.clone());
        let x199 = self.first_2_pointwise_weights_0_4.forward(x194.clone());
        let x200 = x195 + x196 + x197;
        let x200 = x200 + x198 + x199;
        let x201 = self.first_2_pointwise_norms_0_norm.forward(x200);
        let x202 = relu(x201);
        let x203 = self.first_2_pointwise_weights_1_0.forward(x190.clone());
        let x204 = self.first_2_pointwise_weights_1_1.forward(x191.clone());
        let x205 = self.first_2_pointwise_weights_1_2.forward(x192.clone());
        let x206 = self.first_2_pointwise_weights_1_3.forward(x193.clone());
        let x207 = self.first_2_pointwise_weights_1_4.forward(x194.clone());
        let x208 = x203 + x204 + x205;
        let x208 = x208 + x206 + x207;
        let x209 = self.first_2_pointwise_norms_1_norm.forward(x208);
        let x210 = relu(x209);
        let x211 = self.first_2_pointwise_weights_2_0.forward(x190);
        let x212 = self.first_2_pointwise_weights_2_1.forward(x191);
        let x213 = self.first_2_pointwise_weights_2_2.forward(x192);
        let x214 = self.first_2_pointwise_weights_2_3.forward(x193);
        let x215 = self.first_2_pointwise_weights_2_4.forward(x194);
        let x216 = x211 + x212 + x213;
        let x216 = x216 + x214 + x215;
        let x217 = self.first_2_pointwise_norms_2_norm.forward(x216);
        let x218 = relu(x217);
        let parts = vec![x202, x210, x218];
        let x219 = Tensor::cat(parts, 1);
        let x220 = x219.clone().narrow(1, 0, 4);
        let x221 = x219.clone().narrow(1, 4, 4);
        let x222 = x219.narrow(1, 8, 4);
        let x223 = self.first_3_depthwise_weights_0.forward(x220);
        let x224 = self.first_3_depthwise_norms_0_norm.forward(x223);
        let x225 = relu(x224);
        let x226 = self.first_3_depthwise_weights_1.forward(x221);
        let x227 = self.first_3_depthwise_norms_1_norm.forward(x226);
        let x228 = relu(x227);
        let x229 = self.first_3_depthwise_weights_2.forward(x222);
        let x230 = self.first_3_depthwise_norms_2_norm.forward(x229);
        let x231 = relu(x230);
        let parts = vec![x225, x228, x231];
        let x232 = Tensor::cat(parts, 1);
        let x233 = x232.clone().narrow(1, 0, 4);
        let x234 = x232.clone().narrow(1, 4, 4);
        let x235 = x232.narrow(1, 8, 4);
        let x236 = self.first_3_pointwise_weights_0_0.forward(x233.clone());
        let x237 = self.first_3_pointwise_weights_0_1.forward(x234.clone());
        let x238 = self.first_3_pointwise_weights_0_2.forward(x235.clone());
        let x239 = x236 + x237 + x238;
        let x240 = self.first_3_pointwise_norms_0_norm.forward(x239);
        let x241 = relu(x240);
        let x242 = self.first_3_pointwise_weights_1_0.forward(x233.clone());
        let x243 = self.first_3_pointwise_weights_1_1.forward(x234.clone());
        let x244 = self.first_3_pointwise_weights_1_2.forward(x235.clone());
        let x245 = x242 + x243 + x244;
        let x246 = self.first_3_pointwise_norms_1_norm.forward(x245);
        let x247 = relu(x246);
        let x248 = self.first_3_pointwise_weights_2_0.forward(x233.clone());
        let x249 = self.first_3_pointwise_weights_2_1.forward(x234.clone());
        let x250 = self.first_3_pointwise_weights_2_2.forward(x235.clone());
        let x251 = x248 + x249 + x250;
        let x252 = self.first_3_pointwise_norms_2_norm.forward(x251);
        let x253 = relu(x252);
        let x254 = self.first_3_pointwise_weights_3_0.forward(x233.clone());
        let x255 = self.first_3_pointwise_weights_3_1.forward(x234.clone());
        let x256 = self.first_3_pointwise_weights_3_2.forward(x235.clone());
        let x257 = x254 + x255 + x256;
        let x258 = self.first_3_pointwise_norms_3_norm.forward(x257);
        let x259 = relu(x258);
        let x260 = self.first_3_pointwise_weights_4_0.forward(x233.clone());
        let x261 = self.first_3_pointwise_weights_4_1.forward(x234.clone());
        let x262 = self.first_3_pointwise_weights_4_2.forward(x235.clone());
        let x263 = x260 + x261 + x262;
        let x264 = self.first_3_pointwise_norms_4_norm.forward(x263);
        let x265 = relu(x264);
        let x266 = self.first_3_pointwise_weights_5_0.forward(x233);
        let x267 = self.first_3_pointwise_weights_5_1.forward(x234);
        let x268 = self.first_3_pointwise_weights_5_2.forward(x235);
        let x269 = x266 + x267 + x268;
        let x270 = self.first_3_pointwise_norms_5_norm.forward(x269);
        let x271 = relu(x270);
        let parts = vec![x241, x247, x253, x259, x265, x271];
        let x272 = Tensor::cat(parts, 1);
        let x273 = x272.clone().narrow(1, 0, 8);
        let x274 = x272.clone().narrow(1, 8, 8);
        let x275 = x272.clone().narrow(1, 16, 8);
        let x276 = x272.clone().narrow(1, 24, 8);
        let x277 = x272.clone().narrow(1, 32, 8);
        let x278 = x272.narrow(1, 40, 8);
        let x279 = self.first_4_depthwise_weights_0.forward(x273);
        let x280 = self.first_4_depthwise_norms_0_norm.forward(x279);
        let x281 = relu(x280);
        let x282 = self.first_4_depthwise_weights_1.forward(x274);
        let x283 = self.first_4_depthwise_norms_1_norm.forward(x282);
        let x284 = relu(x283);
        let x285 = self.first_4_depthwise_weights_2.forward(x275);
        let x286 = self.first_4_depthwise_norms_2_norm.forward(x285);
        let x287 = relu(x286);
        let x288 = self.first_4_depthwise_weights_3.forward(x276);
        let x289 = self.first_4_depthwise_norms_3_norm.forward(x288);
        let x290 = relu(x289);
        let x291 = self.first_4_depthwise_weights_4.forward(x277);
        let x292 = self.first_4_depthwise_norms_4_norm.forward(x291);
        let x293 = relu(x292);
        let x294 = self.first_4_depthwise_weights_5.forward(x278);
        let x295 = self.first_4_depthwise_norms_5_norm.forward(x294);
        let x296 = relu(x295);
        let parts = vec![x281, x284, x287, x290, x293, x296];
        let x297 = Tensor::cat(parts, 1);
        let x298 = x297.clone().narrow(1, 0, 8);
        let x299 = x297.clone().narrow(1, 8, 8);
        let x300 = x297.clone().narrow(1, 16, 8);
        let x301 = x297.clone().narrow(1, 24, 8);
        let x302 = x297.clone().narrow(1, 32, 8);
        let x303 = x297.narrow(1, 40, 8);
        let x304 = self.first_4_pointwise_weights_0_0.forward(x298.clone());
        let x305 = self.first_4_pointwise_weights_0_1.forward(x299.clone());
        let x306 = self.first_4_pointwise_weights_0_2.forward(x300.clone());
        let x307 = self.first_4_pointwise_weights_0_3.forward(x301.clone());
        let x308 = self.first_4_pointwise_weights_0_4.forward(x302.clone());
        let x309 = self.first_4_pointwise_weights_0_5.forward(x303.clone());
        let x310 = x304 + x305 + x306;
        let x310 = x310 + x307 + x308;
        let x310 = x310 + x309;
        let x311 = self.first_4_pointwise_norms_0_norm.forward(x310);
        let x312 = relu(x311);
        let x313 = self.first_4_pointwise_weights_1_0.forward(x298);
        let x314 = self.first_4_pointwise_weights_1_1.forward(x299);
        let x315 = self.first_4_pointwise_weights_1_2.forward(x300);
        let x316 = self.first_4_pointwise_weights_1_3.forward(x301);
        let x317 = self.first_4_pointwise_weights_1_4.forward(x302);
        let x318 = self.first_4_pointwise_weights_1_5.forward(x303);
        let x319 = x313 + x314 + x315;
        let x319 = x319 + x316 + x317;
        let x319 = x319 + x318;
        let x320 = self.first_4_pointwise_norms_1_norm.forward(x319);
        let x321 = relu(x320);
        let parts = vec![x312, x321];
        let x322 = Tensor::cat(parts, 1);
        let x323 = x322.clone().narrow(1, 0, 8);
        let x324 = x322.narrow(1, 8, 8);
        let x325 = self.first_5_depthwise_weights_0.forward(x323);
        let x326 = self.first_5_depthwise_norms_0_norm.forward(x325);
        let x327 = relu(x326);
        let x328 = self.first_5_depthwise_weights_1.forward(x324);
        let x329 = self.first_5_depthwise_norms_1_norm.forward(x328);
        let x330 = relu(x329);
        let parts = vec![x327, x330];
        let x331 = Tensor::cat(parts, 1);
        let x332 = x331.clone().narrow(1, 0, 8);
        let x333 = x331.narrow(1, 8, 8);
        let x334 = self.first_5_pointwise_weights_0_0.forward(x332.clone());
        let x335 = self.first_5_pointwise_weights_0_1.forward(x333.clone());
        let x336 = x334 + x335;
        let x337 = self.first_5_pointwise_norms_0_norm.forward(x336);
        let x338 = relu(x337);
        let x339 = self.first_5_pointwise_weights_1_0.forward(x332.clone());
        let x340 = self.first_5_pointwise_weights_1_1.forward(x333.clone());
        let x341 = x339 + x340;
        let x342 = self.first_5_pointwise_norms_1_norm.forward(x341);
        let x343 = relu(x342);
        let x344 = self.first_5_pointwise_weights_2_0.forward(x332.clone());
        let x345 = self.first_5_pointwise_weights_2_1.forward(x333.clone());
        let x346 = x344 + x345;
        let x347 = self.first_5_pointwise_norms_2_norm.forward(x346);
        let x348 = relu(x347);
        let x349 = self.first_5_pointwise_weights_3_0.forward(x332.clone());
        let x350 = self.first_5_pointwise_weights_3_1.forward(x333.clone());
        let x351 = x349 + x350;
        let x352 = self.first_5_pointwise_norms_3_norm.forward(x351);
        let x353 = relu(x352);
        let x354 = self.first_5_pointwise_weights_4_0.forward(x332.clone());
        let x355 = self.first_5_pointwise_weights_4_1.forward(x333.clone());
        let x356 = x354 + x355;
        let x357 = self.first_5_pointwise_norms_4_norm.forward(x356);
        let x358 = relu(x357);
        let x359 = self.first_5_pointwise_weights_5_0.forward(x332.clone());
        let x360 = self.first_5_pointwise_weights_5_1.forward(x333.clone());
        let x361 = x359 + x360;
        let x362 = self.first_5_pointwise_norms_5_norm.forward(x361);
        let x363 = relu(x362);
        let x364 = self.first_5_pointwise_weights_6_0.forward(x332);
        let x365 = self.first_5_pointwise_weights_6_1.forward(x333);
        let x366 = x364 + x365;
        let x367 = self.first_5_pointwise_norms_6_norm.forward(x366);
        let x368 = relu(x367);
        let parts = vec![x338, x343, x348, x353, x358, x363, x368];
        let x369 = Tensor::cat(parts, 1);
        let x370 = x369.clone().narrow(1, 0, 16);
        let x371 = x369.clone().narrow(1, 16, 16);
        let x372 = x369.clone().narrow(1, 32, 16);
        let x373 = x369.clone().narrow(1, 48, 16);
        let x374 = x369.clone().narrow(1, 64, 16);
        let x375 = x369.clone().narrow(1, 80, 16);
        let x376 = x369.narrow(1, 96, 16);
        let x377 = self.middle_1_depthwise_weights_0.forward(x370);
        let x378 = self.middle_1_depthwise_norms_0_norm.forward(x377);
        let x379 = relu(x378);
        let x380 = self.middle_1_depthwise_weights_1.forward(x371);
        let x381 = self.middle_1_depthwise_norms_1_norm.forward(x380);
        let x382 = relu(x381);
        let x383 = self.middle_1_depthwise_weights_2.forward(x372);
        let x384 = self.middle_1_depthwise_norms_2_norm.forward(x383);
        let x385 = relu(x384);
        let x386 = self.middle_1_depthwise_weights_3.forward(x373);
        let x387 = self.middle_1_depthwise_norms_3_norm.forward(x386);
        let x388 = relu(x387);
        let x389 = self.middle_1_depthwise_weights_4.forward(x374);
        let x390 = self.middle_1_depthwise_norms_4_norm.forward(x389);
        let x391 = relu(x390);
        let x392 = self.middle_1_depthwise_weights_5.forward(x375);
        let x393 = self.middle_1_depthwise_norms_5_norm.forward(x392);
        let x394 = relu(x393);
        let x395 = self.middle_1_depthwise_weights_6.forward(x376);
        let x396 = self.middle_1_depthwise_norms_6_norm.forward(x395);
        let x397 = relu(x396);
        let parts = vec![x379, x382, x385, x388, x391, x394, x397];
        let x398 = Tensor::cat(parts, 1);
        let x399 = x398.clone().narrow(1, 0, 16);
        let x400 = x398.clone().narrow(1, 16, 16);
        let x401 = x398.clone().narrow(1, 32, 16);
        let x402 = x398.clone().narrow(1, 48, 16);
        let x403 = x398.clone().narrow(1, 64, 16);
        let x404 = x398.clone().narrow(1, 80, 16);
        let x405 = x398.narrow(1, 96, 16);
        let x406 = self.middle_1_pointwise_weights_0_0.forward(x399.clone());
        let x407 = self.middle_1_pointwise_weights_0_1.forward(x400.clone());
        let x408 = self.middle_1_pointwise_weights_0_2.forward(x401.clone());
        let x409 = self.middle_1_pointwise_weights_0_3.forward(x402.clone());
        let x410 = self.middle_1_pointwise_weights_0_4.forward(x403.clone());
        let x411 = self.middle_1_pointwise_weights_0_5.forward(x404.clone());
        let x412 = self.middle_1_pointwise_weights_0_6.forward(x405.clone());
        let x413 = x406 + x407 + x408;
        let x413 = x413 + x409 + x410;
        let x413 = x413 + x411 + x412;
        let x414 = self.middle_1_pointwise_norms_0_norm.forward(x413);
        let x415 = relu(x414);
        let x416 = self.middle_1_pointwise_weights_1_0.forward(x399.clone());
        let x417 = self.middle_1_pointwise_weights_1_1.forward(x400.clone());
        let x418 = self.middle_1_pointwise_weights_1_2.forward(x401.clone());
        let x419 = self.middle_1_pointwise_weights_1_3.forward(x402.clone());
        let x420 = self.middle_1_pointwise_weights_1_4.forward(x403.clone());
        let x421 = self.middle_1_pointwise_weights_1_5.forward(x404.clone());
        let x422 = self.middle_1_pointwise_weights_1_6.forward(x405.clone());
        let x423 = x416 + x417 + x418;
        let x423 = x423 + x419 + x420;
        let x423 = x423 + x421 + x422;
        let x424 = self.middle_1_pointwise_norms_1_norm.forward(x423);
        let x425 = relu(x424);
        let x426 = self.middle_1_pointwise_weights_2_0.forward(x399.clone());
        let x427 = self.middle_1_pointwise_weights_2_1.forward(x400.clone());
        let x428 = self.middle_1_pointwise_weights_2_2.forward(x401.clone());
        let x429 = self.middle_1_pointwise_weights_2_3.forward(x402.clone());
        let x430 = self.middle_1_pointwise_weights_2_4.forward(x403.clone());
        let x431 = self.middle_1_pointwise_weights_2_5.forward(x404.clone());
        let x432 = self.middle_1_pointwise_weights_2_6.forward(x405.clone());
        let x433 = x426 + x427 + x428;
        let x433 = x433 + x429 + x430;
        let x433 = x433 + x431 + x432;
        let x434 = self.middle_1_pointwise_norms_2_norm.forward(x433);
        let x435 = relu(x434);
        let x436 = self.middle_1_pointwise_weights_3_0.forward(x399.clone());
        let x437 = self.middle_1_pointwise_weights_3_1.forward(x400.clone());
        let x438 = self.middle_1_pointwise_weights_3_2.forward(x401.clone());
        let x439 = self.middle_1_pointwise_weights_3_3.forward(x402.clone());
        let x440 = self.middle_1_pointwise_weights_3_4.forward(x403.clone());
        let x441 = self.middle_1_pointwise_weights_3_5.forward(x404.clone());
        let x442 = self.middle_1_pointwise_weights_3_6.forward(x405.clone());
        let x443 = x436 + x437 + x438;
        let x443 = x443 + x439 + x440;
        let x443 = x443 + x441 + x442;
        let x444 = self.middle_1_pointwise_norms_3_norm.forward(x443);
        let x445 = relu(x444);
        let x446 = self.middle_1_pointwise_weights_4_0.forward(x399.clone());
        let x447 = self.middle_1_pointwise_weights_4_1.forward(x400.clone());
        let x448 = self.middle_1_pointwise_weights_4_2.forward(x401.clone());
        let x449 = self.middle_1_pointwise_weights_4_3.forward(x402.clone());
        let x450 = self.middle_1_pointwise_weights_4_4.forward(x403.clone());
        let x451 = self.middle_1_pointwise_weights_4_5.forward(x404.clone());
        let x452 = self.middle_1_pointwise_weights_4_6.forward(x405.clone());
        let x453 = x446 + x447 + x448;
        let x453 = x453 + x449 + x450;
        let x453 = x453 + x451 + x452;
        let x454 = self.middle_1_pointwise_norms_4_norm.forward(x453);
        let x455 = relu(x454);
        let x456 = self.middle_1_pointwise_weights_5_0.forward(x399.clone());
        let x457 = self.middle_1_pointwise_weights_5_1.forward(x400.clone());
        let x458 = self.middle_1_pointwise_weights_5_2.forward(x401.clone());
        let x459 = self.middle_1_pointwise_weights_5_3.forward(x402.clone());
        let x460 = self.middle_1_pointwise_weights_5_4.forward(x403.clone());
        let x461 = self.middle_1_pointwise_weights_5_5.forward(x404.clone());
        let x462 = self.middle_1_pointwise_weights_5_6.forward(x405.clone());
        let x463 = x456 + x457 + x458;
        let x463 = x463 + x459 + x460;
        let x463 = x463 + x461 + x462;
        let x464 = self.middle_1_pointwise_norms_5_norm.forward(x463);
        let x465 = relu(x464);
        let x466 = self.middle_1_pointwise_weights_6_0.forward(x399);
        let x467 = self.middle_1_pointwise_weights_6_1.forward(x400);
        let x468 = self.middle_1_pointwise_weights_6_2.forward(x401);
        let x469 = self.middle_1_pointwise_weights_6_3.forward(x402);
        let x470 = self.middle_1_pointwise_weights_6_4.forward(x403);
        let x471 = self.middle_1_pointwise_weights_6_5.forward(x404);
        let x472 = self.middle_1_pointwise_weights_6_6.forward(x405);
        let x473 = x466 + x467 + x468;
        let x473 = x473 + x469 + x470;
        let x473 = x473 + x471 + x472;
        let x474 = self.middle_1_pointwise_norms_6_norm.forward(x473);
        let x475 = relu(x474);
        let parts = vec![x415, x425, x435, x445, x455, x465, x475];
        let x476 = Tensor::cat(parts, 1);
        let x477 = x476.clone().narrow(1, 0, 16);
        let x478 = x476.clone().narrow(1, 16, 16);
        let x479 = x476.clone().narrow(1, 32, 16);
        let x480 = x476.clone().narrow(1, 48, 16);
        let x481 = x476.clone().narrow(1, 64, 16);
        let x482 = x476.clone().narrow(1, 80, 16);
        let x483 = x476.narrow(1, 96, 16);
        let x484 = self.middle_2_depthwise_weights_0.forward(x477);
        let x485 = self.middle_2_depthwise_norms_0_norm.forward(x484);
        let x486 = relu(x485);
        let x487 = self.middle_2_depthwise_weights_1.forward(x478);
        let x488 = self.middle_2_depthwise_norms_1_norm.forward(x487);
        let x489 = relu(x488);
        let x490 = self.middle_2_depthwise_weights_2.forward(x479);
        let x491 = self.middle_2_depthwise_norms_2_norm.forward(x490);
        let x492 = relu(x491);
        let x493 = self.middle_2_depthwise_weights_3.forward(x480);
        let x494 = self.middle_2_depthwise_norms_3_norm.forward(x493);
        let x495 = relu(x494);
        let x496 = self.middle_2_depthwise_weights_4.forward(x481);
        let x497 = self.middle_2_depthwise_norms_4_norm.forward(x496);
        let x498 = relu(x497);
        let x499 = self.middle_2_depthwise_weights_5.forward(x482);
        let x500 = self.middle_2_depthwise_norms_5_norm.forward(x499);
        let x501 = relu(x500);
        let x502 = self.middle_2_depthwise_weights_6.forward(x483);
        let x503 = self.middle_2_depthwise_norms_6_norm.forward(x502);
        let x504 = relu(x503);
        let parts = vec![x486, x489, x492, x495, x498, x501, x504];
        let x505 = Tensor::cat(parts, 1);
        let x506 = x505.clone().narrow(1, 0, 16);
        let x507 = x505.clone().narrow(1, 16, 16);
        let x508 = x505.clone().narrow(1, 32, 16);
        let x509 = x505.clone().narrow(1, 48, 16);
        let x510 = x505.clone().narrow(1, 64, 16);
        let x511 = x505.clone().narrow(1, 80, 16);
        let x512 = x505.narrow(1, 96, 16);
        let x513 = self.middle_2_pointwise_weights_0_0.forward(x506.clone());
        let x514 = self.middle_2_pointwise_weights_0_1.forward(x507.clone());
        let x515 = self.middle_2_pointwise_weights_0_2.forward(x508.clone());
        let x516 = self.middle_2_pointwise_weights_0_3.forward(x509.clone());
        let x517 = self.middle_2_pointwise_weights_0_4.forward(x510.clone());
        let x518 = self.middle_2_pointwise_weights_0_5.forward(x511.clone());
        let x519 = self.middle_2_pointwise_weights_0_6.forward(x512.clone());
        let x520 = x513 + x514 + x515;
        let x520 = x520 + x516 + x517;
        let x520 = x520 + x518 + x519;
        let x521 = self.middle_2_pointwise_norms_0_norm.forward(x520);
        let x522 = relu(x521);
        let x523 = self.middle_2_pointwise_weights_1_0.forward(x506.clone());
        let x524 = self.middle_2_pointwise_weights_1_1.forward(x507.clone());
        let x525 = self.middle_2_pointwise_weights_1_2.forward(x508.clone());
        let x526 = self.middle_2_pointwise_weights_1_3.forward(x509.clone());
        let x527 = self.middle_2_pointwise_weights_1_4.forward(x510.clone());
        let x528 = self.middle_2_pointwise_weights_1_5.forward(x511.clone());
        let x529 = self.middle_2_pointwise_weights_1_6.forward(x512.clone());
        let x530 = x523 + x524 + x525;
        let x530 = x530 + x526 + x527;
        let x530 = x530 + x528 + x529;
        let x531 = self.middle_2_pointwise_norms_1_norm.forward(x530);
        let x532 = relu(x531);
        let x533 = self.middle_2_pointwise_weights_2_0.forward(x506.clone());
        let x534 = self.middle_2_pointwise_weights_2_1.forward(x507.clone());
        let x535 = self.middle_2_pointwise_weights_2_2.forward(x508.clone());
        let x536 = self.middle_2_pointwise_weights_2_3.forward(x509.clone());
        let x537 = self.middle_2_pointwise_weights_2_4.forward(x510.clone());
        let x538 = self.middle_2_pointwise_weights_2_5.forward(x511.clone());
        let x539 = self.middle_2_pointwise_weights_2_6.forward(x512.clone());
        let x540 = x533 + x534 + x535;
        let x540 = x540 + x536 + x537;
        let x540 = x540 + x538 + x539;
        let x541 = self.middle_2_pointwise_norms_2_norm.forward(x540);
        let x542 = relu(x541);
        let x543 = self.middle_2_pointwise_weights_3_0.forward(x506.clone());
        let x544 = self.middle_2_pointwise_weights_3_1.forward(x507.clone());
        let x545 = self.middle_2_pointwise_weights_3_2.forward(x508.clone());
        let x546 = self.middle_2_pointwise_weights_3_3.forward(x509.clone());
        let x547 = self.middle_2_pointwise_weights_3_4.forward(x510.clone());
        let x548 = self.middle_2_pointwise_weights_3_5.forward(x511.clone());
        let x549 = self.middle_2_pointwise_weights_3_6.forward(x512.clone());
        let x550 = x543 + x544 + x545;
        let x550 = x550 + x546 + x547;
        let x550 = x550 + x548 + x549;
        let x551 = self.middle_2_pointwise_norms_3_norm.forward(x550);
        let x552 = relu(x551);
        let x553 = self.middle_2_pointwise_weights_4_0.forward(x506.clone());
        let x554 = self.middle_2_pointwise_weights_4_1.forward(x507.clone());
        let x555 = self.middle_2_pointwise_weights_4_2.forward(x508.clone());
        let x556 = self.middle_2_pointwise_weights_4_3.forward(x509.clone());
        let x557 = self.middle_2_pointwise_weights_4_4.forward(x510.clone());
        let x558 = self.middle_2_pointwise_weights_4_5.forward(x511.clone());
        let x559 = self.middle_2_pointwise_weights_4_6.forward(x512.clone());
        let x560 = x553 + x554 + x555;
        let x560 = x560 + x556 + x557;
        let x560 = x560 + x558 + x559;
        let x561 = self.middle_2_pointwise_norms_4_norm.forward(x560);
        let x562 = relu(x561);
        let x563 = self.middle_2_pointwise_weights_5_0.forward(x506.clone());
        let x564 = self.middle_2_pointwise_weights_5_1.forward(x507.clone());
        let x565 = self.middle_2_pointwise_weights_5_2.forward(x508.clone());
        let x566 = self.middle_2_pointwise_weights_5_3.forward(x509.clone());
        let x567 = self.middle_2_pointwise_weights_5_4.forward(x510.clone());
        let x568 = self.middle_2_pointwise_weights_5_5.forward(x511.clone());
        let x569 = self.middle_2_pointwise_weights_5_6.forward(x512.clone());
        let x570 = x563 + x564 + x565;
        let x570 = x570 + x566 + x567;
        let x570 = x570 + x568 + x569;
        let x571 = self.middle_2_pointwise_norms_5_norm.forward(x570);
        let x572 = relu(x571);
        let x573 = self.middle_2_pointwise_weights_6_0.forward(x506);
        let x574 = self.middle_2_pointwise_weights_6_1.forward(x507);
        let x575 = self.middle_2_pointwise_weights_6_2.forward(x508);
        let x576 = self.middle_2_pointwise_weights_6_3.forward(x509);
        let x577 = self.middle_2_pointwise_weights_6_4.forward(x510);
        let x578 = self.middle_2_pointwise_weights_6_5.forward(x511);
        let x579 = self.middle_2_pointwise_weights_6_6.forward(x512);
        let x580 = x573 + x574 + x575;
        let x580 = x580 + x576 + x577;
        let x580 = x580 + x578 + x579;
        let x581 = self.middle_2_pointwise_norms_6_norm.forward(x580);
        let x582 = relu(x581);
        let parts = vec![x522, x532, x542, x552, x562, x572, x582];
        let x583 = Tensor::cat(parts, 1);
        let x584 = x583.clone().narrow(1, 0, 16);
        let x585 = x583.clone().narrow(1, 16, 16);
        let x586 = x583.clone().narrow(1, 32, 16);
        let x587 = x583.clone().narrow(1, 48, 16);
        let x588 = x583.clone().narrow(1, 64, 16);
        let x589 = x583.clone().narrow(1, 80, 16);
        let x590 = x583.narrow(1, 96, 16);
        let x591 = self.last_0_depthwise_weights_0.forward(x584);
        let x592 = self.last_0_depthwise_norms_0_norm.forward(x591);
        let x593 = relu(x592);
        let x594 = self.last_0_depthwise_weights_1.forward(x585);
        let x595 = self.last_0_depthwise_norms_1_norm.forward(x594);
        let x596 = relu(x595);
        let x597 = self.last_0_depthwise_weights_2.forward(x586);
        let x598 = self.last_0_depthwise_norms_2_norm.forward(x597);
        let x599 = relu(x598);
        let x600 = self.last_0_depthwise_weights_3.forward(x587);
        let x601 = self.last_0_depthwise_norms_3_norm.forward(x600);
        let x602 = relu(x601);
        let x603 = self.last_0_depthwise_weights_4.forward(x588);
        let x604 = self.last_0_depthwise_norms_4_norm.forward(x603);
        let x605 = relu(x604);
        let x606 = self.last_0_depthwise_weights_5.forward(x589);
        let x607 = self.last_0_depthwise_norms_5_norm.forward(x606);
        let x608 = relu(x607);
        let x609 = self.last_0_depthwise_weights_6.forward(x590);
        let x610 = self.last_0_depthwise_norms_6_norm.forward(x609);
        let x611 = relu(x610);
        let parts = vec![x593, x596, x599, x602, x605, x608, x611];
        let x612 = Tensor::cat(parts, 1);
        let x613 = x612.clone().narrow(1, 0, 16);
        let x614 = x612.clone().narrow(1, 16, 16);
        let x615 = x612.clone().narrow(1, 32, 16);
        let x616 = x612.clone().narrow(1, 48, 16);
        let x617 = x612.clone().narrow(1, 64, 16);
        let x618 = x612.clone().narrow(1, 80, 16);
        let x619 = x612.narrow(1, 96, 16);
        let x620 = self.last_0_pointwise_weights_0_0.forward(x613);
        let x621 = self.last_0_pointwise_weights_0_1.forward(x614);
        let x622 = self.last_0_pointwise_weights_0_2.forward(x615);
        let x623 = self.last_0_pointwise_weights_0_3.forward(x616);
        let x624 = self.last_0_pointwise_weights_0_4.forward(x617);
        let x625 = self.last_0_pointwise_weights_0_5.forward(x618);
        let x626 = self.last_0_pointwise_weights_0_6.forward(x619);
        let x627 = x620 + x621 + x622;
        let x627 = x627 + x623 + x624;
        let x627 = x627 + x625 + x626;
        let x628 = self.last_0_pointwise_norms_0_norm.forward(x627);
        let x629 = relu(x628);
        let x630 = self.last_1_depthwise_weights_0.forward(x629);
        let x631 = self.last_1_depthwise_norms_0_norm.forward(x630);
        let x632 = relu(x631);
        let x633 = self.last_1_pointwise_weights_0_0.forward(x632.clone());
        let x634 = self.last_1_pointwise_norms_0_norm.forward(x633);
        let x635 = relu(x634);
        let x636 = self.last_1_pointwise_weights_1_0.forward(x632.clone());
        let x637 = self.last_1_pointwise_norms_1_norm.forward(x636);
        let x638 = relu(x637);
        let x639 = self.last_1_pointwise_weights_2_0.forward(x632.clone());
        let x640 = self.last_1_pointwise_norms_2_norm.forward(x639);
        let x641 = relu(x640);
        let x642 = self.last_1_pointwise_weights_3_0.forward(x632.clone());
        let x643 = self.last_1_pointwise_norms_3_norm.forward(x642);
        let x644 = relu(x643);
        let x645 = self.last_1_pointwise_weights_4_0.forward(x632.clone());
        let x646 = self.last_1_pointwise_norms_4_norm.forward(x645);
        let x647 = relu(x646);
        let x648 = self.last_1_pointwise_weights_5_0.forward(x632.clone());
        let x649 = self.last_1_pointwise_norms_5_norm.forward(x648);
        let x650 = relu(x649);
        let x651 = self.last_1_pointwise_weights_6_0.forward(x632.clone());
        let x652 = self.last_1_pointwise_norms_6_norm.forward(x651);
        let x653 = relu(x652);
        let x654 = self.last_1_pointwise_weights_7_0.forward(x632);
        let x655 = self.last_1_pointwise_norms_7_norm.forward(x654);
        let x656 = relu(x655);
        let parts = vec![x635, x638, x641, x644, x647, x650, x653, x656];
        let x657 = Tensor::cat(parts, 1);
        let x658: Tensor<2> = x657.mean_dims(&[2, 3]).flatten(1, 3);
        let x659 = x658.clone().narrow(1, 0, 32);
        let x660 = x658.clone().narrow(1, 32, 32);
        let x661 = x658.clone().narrow(1, 64, 32);
        let x662 = x658.clone().narrow(1, 96, 32);
        let x663 = x658.clone().narrow(1, 128, 32);
        let x664 = x658.clone().narrow(1, 160, 32);
        let x665 = x658.clone().narrow(1, 192, 32);
        let x666 = x658.narrow(1, 224, 32);
        let x667 = self.classifier_weights_0.forward(x659);
        let x668 = self.classifier_weights_1.forward(x660);
        let x669 = self.classifier_weights_2.forward(x661);
        let x670 = self.classifier_weights_3.forward(x662);
        let x671 = self.classifier_weights_4.forward(x663);
        let x672 = self.classifier_weights_5.forward(x664);
        let x673 = self.classifier_weights_6.forward(x665);
        let x674 = self.classifier_weights_7.forward(x666);
        let sum = x667 + x668 + x669;
        let sum = sum + x670 + x671;
        let sum = sum + x672 + x673;
        sum + x674
    }
}
