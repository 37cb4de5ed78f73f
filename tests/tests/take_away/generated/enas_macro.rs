//! A network that one-shot architecture search found, as a plain Burn module. Written by supernet 0.1.0.
//!
//! Architecture (seed 7): `000100/100000:0/000010:10/000010:110/000010:1110/010000:11010`
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
use burn::nn::pool::{AvgPool2d, AvgPool2dConfig};
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
        r"^layers\.0\.operation\.options\.sep_conv_5x5\.second\.Convs\.0\.norm\.norm\.",
        "layer.",
    ),
    (
        r"^layers\.0\.operation\.options\.sep_conv_5x5\.second\.Convs\.1\.norm\.norm\.",
        "layer_2.",
    ),
    (
        r"^layers\.5\.operation\.options\.sep_conv_3x3\.second\.Convs\.0\.norm\.norm\.",
        "layer_3.",
    ),
    (
        r"^layers\.5\.operation\.options\.sep_conv_3x3\.second\.Convs\.1\.norm\.norm\.",
        "layer_4.",
    ),
    (
        r"^layers\.1\.operation\.options\.conv_3x3\.second\.Convs\.0\.norm\.norm\.",
        "layers_1_operation_conv_3x3_second_0_norm.",
    ),
    (
        r"^layers\.0\.operation\.options\.sep_conv_5x5\.first\.norm\.norm\.",
        "layers_0_operation_sep_conv_5x5_first_norm.",
    ),
    (
        r"^layers\.2\.operation\.options\.avg_pool_3x3\.first\.norm\.norm\.",
        "layers_2_operation_avg_pool_3x3_first_norm.",
    ),
    (
        r"^layers\.3\.operation\.options\.avg_pool_3x3\.first\.norm\.norm\.",
        "layers_3_operation_avg_pool_3x3_first_norm.",
    ),
    (
        r"^layers\.4\.operation\.options\.avg_pool_3x3\.first\.norm\.norm\.",
        "layers_4_operation_avg_pool_3x3_first_norm.",
    ),
    (
        r"^layers\.5\.operation\.options\.sep_conv_3x3\.first\.norm\.norm\.",
        "layers_5_operation_sep_conv_3x3_first_norm.",
    ),
    (
        r"^layers\.0\.operation\.options\.sep_conv_5x5\.second\.Convs\.0\.",
        "layers_0_operation_sep_conv_5x5_second_0.",
    ),
    (
        r"^layers\.0\.operation\.options\.sep_conv_5x5\.second\.Convs\.1\.",
        "layers_0_operation_sep_conv_5x5_second_1.",
    ),
    (
        r"^layers\.5\.operation\.options\.sep_conv_3x3\.second\.Convs\.0\.",
        "layers_5_operation_sep_conv_3x3_second_0.",
    ),
    (
        r"^layers\.5\.operation\.options\.sep_conv_3x3\.second\.Convs\.1\.",
        "layers_5_operation_sep_conv_3x3_second_1.",
    ),
    (
        r"^layers\.1\.operation\.options\.conv_3x3\.first\.norm\.norm\.",
        "layers_1_operation_conv_3x3_first_norm.",
    ),
    (
        r"^layers\.1\.operation\.options\.conv_3x3\.second\.Convs\.0\.",
        "layers_1_operation_conv_3x3_second_0.",
    ),
    (
        r"^layers\.0\.operation\.options\.sep_conv_5x5\.first\.",
        "layers_0_operation_sep_conv_5x5_first.",
    ),
    (
        r"^layers\.2\.operation\.options\.avg_pool_3x3\.first\.",
        "layers_2_operation_avg_pool_3x3_first.",
    ),
    (
        r"^layers\.3\.operation\.options\.avg_pool_3x3\.first\.",
        "layers_3_operation_avg_pool_3x3_first.",
    ),
    (
        r"^layers\.4\.operation\.options\.avg_pool_3x3\.first\.",
        "layers_4_operation_avg_pool_3x3_first.",
    ),
    (
        r"^layers\.5\.operation\.options\.sep_conv_3x3\.first\.",
        "layers_5_operation_sep_conv_3x3_first.",
    ),
    (
        r"^layers\.1\.operation\.options\.conv_3x3\.first\.",
        "layers_1_operation_conv_3x3_first.",
    ),
    (
        r"^layers\.2\.reduction\.norm\.norm\.",
        "layers_2_reduction_norm.",
    ),
    (
        r"^layers\.4\.reduction\.norm\.norm\.",
        "layers_4_reduction_norm.",
    ),
    (
        r"^layers\.2\.reduction\.halves\.0\.",
        "layers_2_reduction_halves_0.",
    ),
    (
        r"^layers\.2\.reduction\.halves\.1\.",
        "layers_2_reduction_halves_1.",
    ),
    (
        r"^layers\.4\.reduction\.halves\.0\.",
        "layers_4_reduction_halves_0.",
    ),
    (
        r"^layers\.4\.reduction\.halves\.1\.",
        "layers_4_reduction_halves_1.",
    ),
    (r"^layers\.0\.norm\.norm\.", "layers_0_norm."),
    (r"^layers\.1\.norm\.norm\.", "layers_1_norm."),
    (r"^layers\.2\.norm\.norm\.", "layers_2_norm."),
    (r"^layers\.3\.norm\.norm\.", "layers_3_norm."),
    (r"^layers\.4\.norm\.norm\.", "layers_4_norm."),
    (r"^layers\.5\.norm\.norm\.", "layers_5_norm."),
    (r"^stem\.norm\.norm\.", "stem_norm."),
];

/// The network.
#[derive(Module, Debug)]
pub struct Network {
    stem: Conv2d,
    stem_norm: BatchNorm,
    layers_0_operation_sep_conv_5x5_first: Conv2d,
    layers_0_operation_sep_conv_5x5_first_norm: BatchNorm,
    layers_0_operation_sep_conv_5x5_second_0: Conv2d,
    layer: BatchNorm,
    layers_0_operation_sep_conv_5x5_second_1: Conv2d,
    layer_2: BatchNorm,
    layers_0_norm: BatchNorm,
    layers_1_operation_conv_3x3_first: Conv2d,
    layers_1_operation_conv_3x3_first_norm: BatchNorm,
    layers_1_operation_conv_3x3_second_0: Conv2d,
    layers_1_operation_conv_3x3_second_0_norm: BatchNorm,
    layers_1_norm: BatchNorm,
    layers_2_reduction_halves_0: Conv2d,
    layers_2_reduction_halves_1: Conv2d,
    layers_2_reduction_norm: BatchNorm,
    layers_2_operation_avg_pool_3x3_first: Conv2d,
    layers_2_operation_avg_pool_3x3_first_norm: BatchNorm,
    average_pool: AvgPool2d,
    average_pool_2: AvgPool2d,
    layers_2_norm: BatchNorm,
    layers_3_operation_avg_pool_3x3_first: Conv2d,
    layers_3_operation_avg_pool_3x3_first_norm: BatchNorm,
    layers_3_norm: BatchNorm,
    layers_4_reduction_halves_0: Conv2d,
    layers_4_reduction_halves_1: Conv2d,
    layers_4_reduction_norm: BatchNorm,
    layers_4_operation_avg_pool_3x3_first: Conv2d,
    layers_4_operation_avg_pool_3x3_first_norm: BatchNorm,
    average_pool_3: AvgPool2d,
    layers_4_norm: BatchNorm,
    layers_5_operation_sep_conv_3x3_first: Conv2d,
    layers_5_operation_sep_conv_3x3_first_norm: BatchNorm,
    layers_5_operation_sep_conv_3x3_second_0: Conv2d,
    layer_3: BatchNorm,
    layers_5_operation_sep_conv_3x3_second_1: Conv2d,
    layer_4: BatchNorm,
    layers_5_norm: BatchNorm,
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
            layers_0_operation_sep_conv_5x5_first: Conv2dConfig::new([4, 4], [1, 1])
                .with_bias(false)
                .init(device),
            layers_0_operation_sep_conv_5x5_first_norm: BatchNormConfig::new(4).init(device),
            layers_0_operation_sep_conv_5x5_second_0: Conv2dConfig::new([4, 4], [5, 5])
                .with_padding(PaddingConfig2d::Explicit(2, 2, 2, 2))
                .with_groups(4)
                .with_bias(false)
                .init(device),
            layer: BatchNormConfig::new(4).init(device),
            layers_0_operation_sep_conv_5x5_second_1: Conv2dConfig::new([4, 4], [1, 1])
                .with_bias(false)
                .init(device),
            layer_2: BatchNormConfig::new(4).init(device),
            layers_0_norm: BatchNormConfig::new(4).init(device),
            layers_1_operation_conv_3x3_first: Conv2dConfig::new([4, 4], [1, 1])
                .with_bias(false)
                .init(device),
            layers_1_operation_conv_3x3_first_norm: BatchNormConfig::new(4).init(device),
            layers_1_operation_conv_3x3_second_0: Conv2dConfig::new([4, 4], [3, 3])
                .with_padding(PaddingConfig2d::Explicit(1, 1, 1, 1))
                .with_bias(false)
                .init(device),
            layers_1_operation_conv_3x3_second_0_norm: BatchNormConfig::new(4).init(device),
            layers_1_norm: BatchNormConfig::new(4).init(device),
            layers_2_reduction_halves_0: Conv2dConfig::new([4, 2], [1, 1])
                .with_stride([2, 2])
                .with_bias(false)
                .init(device),
            layers_2_reduction_halves_1: Conv2dConfig::new([4, 2], [1, 1])
                .with_stride([2, 2])
                .with_bias(false)
                .init(device),
            layers_2_reduction_norm: BatchNormConfig::new(4).init(device),
            layers_2_operation_avg_pool_3x3_first: Conv2dConfig::new([4, 4], [1, 1])
                .with_bias(false)
                .init(device),
            layers_2_operation_avg_pool_3x3_first_norm: BatchNormConfig::new(4).init(device),
            average_pool: AvgPool2dConfig::new([3, 3])
                .with_strides([1, 1])
                .with_padding(PaddingConfig2d::Explicit(1, 1, 1, 1))
                .with_count_include_pad(false)
                .init(),
            average_pool_2: AvgPool2dConfig::new([2, 2]).with_strides([2, 2]).init(),
            layers_2_norm: BatchNormConfig::new(4).init(device),
            layers_3_operation_avg_pool_3x3_first: Conv2dConfig::new([4, 4], [1, 1])
                .with_bias(false)
                .init(device),
            layers_3_operation_avg_pool_3x3_first_norm: BatchNormConfig::new(4).init(device),
            layers_3_norm: BatchNormConfig::new(4).init(device),
            layers_4_reduction_halves_0: Conv2dConfig::new([4, 2], [1, 1])
                .with_stride([2, 2])
                .with_bias(false)
                .init(device),
            layers_4_reduction_halves_1: Conv2dConfig::new([4, 2], [1, 1])
                .with_stride([2, 2])
                .with_bias(false)
                .init(device),
            layers_4_reduction_norm: BatchNormConfig::new(4).init(device),
            layers_4_operation_avg_pool_3x3_first: Conv2dConfig::new([4, 4], [1, 1])
                .with_bias(false)
                .init(device),
            layers_4_operation_avg_pool_3x3_first_norm: BatchNormConfig::new(4).init(device),
            average_pool_3: AvgPool2dConfig::new([4, 4]).with_strides([4, 4]).init(),
            layers_4_norm: BatchNormConfig::new(4).init(device),
            layers_5_operation_sep_conv_3x3_first: Conv2dConfig::new([4, 4], [1, 1])
                .with_bias(false)
                .init(device),
            layers_5_operation_sep_conv_3x3_first_norm: BatchNormConfig::new(4).init(device),
            layers_5_operation_sep_conv_3x3_second_0: Conv2dConfig::new([4, 4], [3, 3])
                .with_padding(PaddingConfig2d::Explicit(1, 1, 1, 1))
                .with_groups(4)
                .with_bias(false)
                .init(device),
            layer_3: BatchNormConfig::new(4).init(device),
            layers_5_operation_sep_conv_3x3_second_1: Conv2dConfig::new([4, 4], [1, 1])
                .with_bias(false)
                .init(device),
            layer_4: BatchNormConfig::new(4).init(device),
            layers_5_norm: BatchNormConfig::new(4).init(device),
            classifier: LinearConfig::new(4, 5).init(device),
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
        let x3 = self.layers_0_operation_sep_conv_5x5_first.forward(x2);
        let x4 = self.layers_0_operation_sep_conv_5x5_first_norm.forward(x3);
        let x5 = relu(x4);
        let x6 = self.layers_0_operation_sep_conv_5x5_second_0.forward(x5);
        let x7 = self.layer.forward(x6);
        let x8 = self.layers_0_operation_sep_conv_5x5_second_1.forward(x7);
        let x9 = self.layer_2.forward(x8);
        let x10 = relu(x9);
        let x11 = self.layers_0_norm.forward(x10);
        let x12 = self.layers_1_operation_conv_3x3_first.forward(x11.clone());
        let x13 = self.layers_1_operation_conv_3x3_first_norm.forward(x12);
        let x14 = relu(x13);
        let x15 = self.layers_1_operation_conv_3x3_second_0.forward(x14);
        let x16 = self.layers_1_operation_conv_3x3_second_0_norm.forward(x15);
        let x17 = relu(x16);
        let x18 = self.layers_1_norm.forward(x17);
        let x19 = relu(x18.clone());
        let x20 = x19.clone().narrow(2, 1, 15);
        let x21 = x20.narrow(3, 1, 15);
        let x22 = self.layers_2_reduction_halves_0.forward(x19);
        let x23 = self.layers_2_reduction_halves_1.forward(x21);
        let parts = vec![x22, x23];
        let x24 = Tensor::cat(parts, 1);
        let x25 = self.layers_2_reduction_norm.forward(x24);
        let x26 = self.layers_2_operation_avg_pool_3x3_first.forward(x25);
        let x27 = self.layers_2_operation_avg_pool_3x3_first_norm.forward(x26);
        let x28 = relu(x27);
        let x29 = self.average_pool.forward(x28);
        let x30 = self.average_pool_2.forward(x11.clone());
        let x31 = self.average_pool_2.forward(x18.clone());
        let x32 = x29 + x30.clone();
        let x33 = self.layers_2_norm.forward(x32);
        let x34 = self
            .layers_3_operation_avg_pool_3x3_first
            .forward(x33.clone());
        let x35 = self.layers_3_operation_avg_pool_3x3_first_norm.forward(x34);
        let x36 = relu(x35);
        let x37 = self.average_pool.forward(x36);
        let x38 = x30 + x31;
        let x39 = x37 + x38;
        let x40 = self.layers_3_norm.forward(x39);
        let x41 = relu(x40.clone());
        let x42 = x41.clone().narrow(2, 1, 7);
        let x43 = x42.narrow(3, 1, 7);
        let x44 = self.layers_4_reduction_halves_0.forward(x41);
        let x45 = self.layers_4_reduction_halves_1.forward(x43);
        let parts = vec![x44, x45];
        let x46 = Tensor::cat(parts, 1);
        let x47 = self.layers_4_reduction_norm.forward(x46);
        let x48 = self.layers_4_operation_avg_pool_3x3_first.forward(x47);
        let x49 = self.layers_4_operation_avg_pool_3x3_first_norm.forward(x48);
        let x50 = relu(x49);
        let x51 = self.average_pool.forward(x50);
        let x52 = self.average_pool_3.forward(x11);
        let x53 = self.average_pool_3.forward(x18);
        let x54 = self.average_pool_2.forward(x33);
        let x55 = self.average_pool_2.forward(x40);
        let x56 = x52.clone() + x53.clone() + x54;
        let x57 = x51 + x56;
        let x58 = self.layers_4_norm.forward(x57);
        let x59 = self.layers_5_operation_sep_conv_3x3_first.forward(x58);
        let x60 = self.layers_5_operation_sep_conv_3x3_first_norm.forward(x59);
        let x61 = relu(x60);
        let x62 = self.layers_5_operation_sep_conv_3x3_second_0.forward(x61);
        let x63 = self.layer_3.forward(x62);
        let x64 = self.layers_5_operation_sep_conv_3x3_second_1.forward(x63);
        let x65 = self.layer_4.forward(x64);
        let x66 = relu(x65);
        let x67 = x52 + x53 + x55;
        let x68 = x66 + x67;
        let x69 = self.layers_5_norm.forward(x68);
        let x70: Tensor<2> = x69.mean_dims(&[2, 3]).flatten(1, 3);
        self.classifier.forward(x70)
    }
}
