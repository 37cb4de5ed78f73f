//! A network that one-shot architecture search found, as a plain Burn module. Written by supernet 0.1.0.
//!
//! Architecture (seed 7): `010/100/100/001/010/001/010/001`
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
use burn::nn::{BatchNorm, BatchNormConfig, Linear, LinearConfig, PaddingConfig2d};
use burn::store::{FloatCastAdapter, ModuleSnapshot, SafetensorsStore, SafetensorsStoreError};
use burn::tensor::activation::{relu, softplus};
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
    (r"^replaced_relu\.11\.beta$", "replaced_relu_11"),
    (r"^replaced_relu\.12\.beta$", "replaced_relu_12"),
    (r"^replaced_relu\.13\.beta$", "replaced_relu_13"),
    (r"\.norm\.scale$", ".norm.gamma"),
    (r"\.norm\.shift$", ".norm.beta"),
    (r"\.norm\.stored_mean$", ".norm.running_mean"),
    (r"\.norm\.stored_variance$", ".norm.running_var"),
    (
        r"^layers\.0\.options\.mbconv3_e3\.Inverted\.depthwise\.norm\.norm\.",
        "layers_0_mbconv3_e3_depthwise_norm.",
    ),
    (
        r"^layers\.3\.options\.mbconv5_e6\.Inverted\.depthwise\.norm\.norm\.",
        "layers_3_mbconv5_e6_depthwise_norm.",
    ),
    (
        r"^layers\.4\.options\.mbconv3_e3\.Inverted\.depthwise\.norm\.norm\.",
        "layers_4_mbconv3_e3_depthwise_norm.",
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
        r"^layers\.7\.options\.mbconv5_e6\.Inverted\.depthwise\.norm\.norm\.",
        "layers_7_mbconv5_e6_depthwise_norm.",
    ),
    (
        r"^layers\.0\.options\.mbconv3_e3\.Inverted\.project\.norm\.norm\.",
        "layers_0_mbconv3_e3_project_norm.",
    ),
    (
        r"^layers\.3\.options\.mbconv5_e6\.Inverted\.project\.norm\.norm\.",
        "layers_3_mbconv5_e6_project_norm.",
    ),
    (
        r"^layers\.4\.options\.mbconv3_e3\.Inverted\.project\.norm\.norm\.",
        "layers_4_mbconv3_e3_project_norm.",
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
        r"^layers\.7\.options\.mbconv5_e6\.Inverted\.project\.norm\.norm\.",
        "layers_7_mbconv5_e6_project_norm.",
    ),
    (
        r"^layers\.0\.options\.mbconv3_e3\.Inverted\.expand\.norm\.norm\.",
        "layers_0_mbconv3_e3_expand_norm.",
    ),
    (
        r"^layers\.3\.options\.mbconv5_e6\.Inverted\.expand\.norm\.norm\.",
        "layers_3_mbconv5_e6_expand_norm.",
    ),
    (
        r"^layers\.4\.options\.mbconv3_e3\.Inverted\.expand\.norm\.norm\.",
        "layers_4_mbconv3_e3_expand_norm.",
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
        r"^layers\.7\.options\.mbconv5_e6\.Inverted\.expand\.norm\.norm\.",
        "layers_7_mbconv5_e6_expand_norm.",
    ),
    (
        r"^layers\.0\.options\.mbconv3_e3\.Inverted\.depthwise\.",
        "layers_0_mbconv3_e3_depthwise.",
    ),
    (
        r"^layers\.3\.options\.mbconv5_e6\.Inverted\.depthwise\.",
        "layers_3_mbconv5_e6_depthwise.",
    ),
    (
        r"^layers\.4\.options\.mbconv3_e3\.Inverted\.depthwise\.",
        "layers_4_mbconv3_e3_depthwise.",
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
        r"^layers\.7\.options\.mbconv5_e6\.Inverted\.depthwise\.",
        "layers_7_mbconv5_e6_depthwise.",
    ),
    (
        r"^layers\.0\.options\.mbconv3_e3\.Inverted\.project\.",
        "layers_0_mbconv3_e3_project.",
    ),
    (
        r"^layers\.3\.options\.mbconv5_e6\.Inverted\.project\.",
        "layers_3_mbconv5_e6_project.",
    ),
    (
        r"^layers\.4\.options\.mbconv3_e3\.Inverted\.project\.",
        "layers_4_mbconv3_e3_project.",
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
        r"^layers\.7\.options\.mbconv5_e6\.Inverted\.project\.",
        "layers_7_mbconv5_e6_project.",
    ),
    (
        r"^layers\.0\.options\.mbconv3_e3\.Inverted\.expand\.",
        "layers_0_mbconv3_e3_expand.",
    ),
    (
        r"^layers\.3\.options\.mbconv5_e6\.Inverted\.expand\.",
        "layers_3_mbconv5_e6_expand.",
    ),
    (
        r"^layers\.4\.options\.mbconv3_e3\.Inverted\.expand\.",
        "layers_4_mbconv3_e3_expand.",
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
        r"^layers\.7\.options\.mbconv5_e6\.Inverted\.expand\.",
        "layers_7_mbconv5_e6_expand.",
    ),
    (
        r"^layers\.2\.options\.identity\.Reduce\.norm\.norm\.",
        "layers_2_identity_norm.",
    ),
    (
        r"^layers\.2\.options\.identity\.Reduce\.",
        "layers_2_identity.",
    ),
    (r"^head\.norm\.norm\.", "head_norm."),
    (r"^stem\.norm\.norm\.", "stem_norm."),
];

/// The network.
#[derive(Module, Debug)]
pub struct Network {
    stem: Conv2d,
    stem_norm: BatchNorm,
    replaced_relu_0: Param<Tensor<1>>,
    layers_0_mbconv3_e3_expand: Conv2d,
    layers_0_mbconv3_e3_expand_norm: BatchNorm,
    replaced_relu_1: Param<Tensor<1>>,
    layers_0_mbconv3_e3_depthwise: Conv2d,
    layers_0_mbconv3_e3_depthwise_norm: BatchNorm,
    replaced_relu_2: Param<Tensor<1>>,
    layers_0_mbconv3_e3_project: Conv2d,
    layers_0_mbconv3_e3_project_norm: BatchNorm,
    layers_2_identity: Conv2d,
    layers_2_identity_norm: BatchNorm,
    layers_3_mbconv5_e6_expand: Conv2d,
    layers_3_mbconv5_e6_expand_norm: BatchNorm,
    replaced_relu_3: Param<Tensor<1>>,
    layers_3_mbconv5_e6_depthwise: Conv2d,
    layers_3_mbconv5_e6_depthwise_norm: BatchNorm,
    replaced_relu_4: Param<Tensor<1>>,
    layers_3_mbconv5_e6_project: Conv2d,
    layers_3_mbconv5_e6_project_norm: BatchNorm,
    layers_4_mbconv3_e3_expand: Conv2d,
    layers_4_mbconv3_e3_expand_norm: BatchNorm,
    replaced_relu_5: Param<Tensor<1>>,
    layers_4_mbconv3_e3_depthwise: Conv2d,
    layers_4_mbconv3_e3_depthwise_norm: BatchNorm,
    replaced_relu_6: Param<Tensor<1>>,
    layers_4_mbconv3_e3_project: Conv2d,
    layers_4_mbconv3_e3_project_norm: BatchNorm,
    layers_5_mbconv5_e6_expand: Conv2d,
    layers_5_mbconv5_e6_expand_norm: BatchNorm,
    replaced_relu_7: Param<Tensor<1>>,
    layers_5_mbconv5_e6_depthwise: Conv2d,
    layers_5_mbconv5_e6_depthwise_norm: BatchNorm,
    replaced_relu_8: Param<Tensor<1>>,
    layers_5_mbconv5_e6_project: Conv2d,
    layers_5_mbconv5_e6_project_norm: BatchNorm,
    layers_6_mbconv3_e3_expand: Conv2d,
    layers_6_mbconv3_e3_expand_norm: BatchNorm,
    replaced_relu_9: Param<Tensor<1>>,
    layers_6_mbconv3_e3_depthwise: Conv2d,
    layers_6_mbconv3_e3_depthwise_norm: BatchNorm,
    replaced_relu_10: Param<Tensor<1>>,
    layers_6_mbconv3_e3_project: Conv2d,
    layers_6_mbconv3_e3_project_norm: BatchNorm,
    layers_7_mbconv5_e6_expand: Conv2d,
    layers_7_mbconv5_e6_expand_norm: BatchNorm,
    replaced_relu_11: Param<Tensor<1>>,
    layers_7_mbconv5_e6_depthwise: Conv2d,
    layers_7_mbconv5_e6_depthwise_norm: BatchNorm,
    replaced_relu_12: Param<Tensor<1>>,
    layers_7_mbconv5_e6_project: Conv2d,
    layers_7_mbconv5_e6_project_norm: BatchNorm,
    head: Conv2d,
    head_norm: BatchNorm,
    replaced_relu_13: Param<Tensor<1>>,
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
            layers_0_mbconv3_e3_expand: Conv2dConfig::new([4, 12], [1, 1])
                .with_bias(false)
                .init(device),
            layers_0_mbconv3_e3_expand_norm: BatchNormConfig::new(12).init(device),
            replaced_relu_1: Param::from_tensor(Tensor::ones([12], device)),
            layers_0_mbconv3_e3_depthwise: Conv2dConfig::new([12, 12], [3, 3])
                .with_stride([2, 2])
                .with_padding(PaddingConfig2d::Explicit(1, 1, 1, 1))
                .with_groups(12)
                .with_bias(false)
                .init(device),
            layers_0_mbconv3_e3_depthwise_norm: BatchNormConfig::new(12).init(device),
            replaced_relu_2: Param::from_tensor(Tensor::ones([12], device)),
            layers_0_mbconv3_e3_project: Conv2dConfig::new([12, 8], [1, 1])
                .with_bias(false)
                .init(device),
            layers_0_mbconv3_e3_project_norm: BatchNormConfig::new(8).init(device),
            layers_2_identity: Conv2dConfig::new([8, 16], [1, 1])
                .with_stride([2, 2])
                .with_bias(false)
                .init(device),
            layers_2_identity_norm: BatchNormConfig::new(16).init(device),
            layers_3_mbconv5_e6_expand: Conv2dConfig::new([16, 96], [1, 1])
                .with_bias(false)
                .init(device),
            layers_3_mbconv5_e6_expand_norm: BatchNormConfig::new(96).init(device),
            replaced_relu_3: Param::from_tensor(Tensor::ones([96], device)),
            layers_3_mbconv5_e6_depthwise: Conv2dConfig::new([96, 96], [5, 5])
                .with_padding(PaddingConfig2d::Explicit(2, 2, 2, 2))
                .with_groups(96)
                .with_bias(false)
                .init(device),
            layers_3_mbconv5_e6_depthwise_norm: BatchNormConfig::new(96).init(device),
            replaced_relu_4: Param::from_tensor(Tensor::ones([96], device)),
            layers_3_mbconv5_e6_project: Conv2dConfig::new([96, 16], [1, 1])
                .with_bias(false)
                .init(device),
            layers_3_mbconv5_e6_project_norm: BatchNormConfig::new(16).init(device),
            layers_4_mbconv3_e3_expand: Conv2dConfig::new([16, 48], [1, 1])
                .with_bias(false)
                .init(device),
            layers_4_mbconv3_e3_expand_norm: BatchNormConfig::new(48).init(device),
            replaced_relu_5: Param::from_tensor(Tensor::ones([48], device)),
            layers_4_mbconv3_e3_depthwise: Conv2dConfig::new([48, 48], [3, 3])
                .with_padding(PaddingConfig2d::Explicit(1, 1, 1, 1))
                .with_groups(48)
                .with_bias(false)
                .init(device),
            layers_4_mbconv3_e3_depthwise_norm: BatchNormConfig::new(48).init(device),
            replaced_relu_6: Param::from_tensor(Tensor::ones([48], device)),
            layers_4_mbconv3_e3_project: Conv2dConfig::new([48, 16], [1, 1])
                .with_bias(false)
                .init(device),
            layers_4_mbconv3_e3_project_norm: BatchNormConfig::new(16).init(device),
            layers_5_mbconv5_e6_expand: Conv2dConfig::new([16, 96], [1, 1])
                .with_bias(false)
                .init(device),
            layers_5_mbconv5_e6_expand_norm: BatchNormConfig::new(96).init(device),
            replaced_relu_7: Param::from_tensor(Tensor::ones([96], device)),
            layers_5_mbconv5_e6_depthwise: Conv2dConfig::new([96, 96], [5, 5])
                .with_stride([2, 2])
                .with_padding(PaddingConfig2d::Explicit(2, 2, 2, 2))
                .with_groups(96)
                .with_bias(false)
                .init(device),
            layers_5_mbconv5_e6_depthwise_norm: BatchNormConfig::new(96).init(device),
            replaced_relu_8: Param::from_tensor(Tensor::ones([96], device)),
            layers_5_mbconv5_e6_project: Conv2dConfig::new([96, 32], [1, 1])
                .with_bias(false)
                .init(device),
            layers_5_mbconv5_e6_project_norm: BatchNormConfig::new(32).init(device),
            layers_6_mbconv3_e3_expand: Conv2dConfig::new([32, 96], [1, 1])
                .with_bias(false)
                .init(device),
            layers_6_mbconv3_e3_expand_norm: BatchNormConfig::new(96).init(device),
            replaced_relu_9: Param::from_tensor(Tensor::ones([96], device)),
            layers_6_mbconv3_e3_depthwise: Conv2dConfig::new([96, 96], [3, 3])
                .with_padding(PaddingConfig2d::Explicit(1, 1, 1, 1))
                .with_groups(96)
                .with_bias(false)
                .init(device),
            layers_6_mbconv3_e3_depthwise_norm: BatchNormConfig::new(96).init(device),
            replaced_relu_10: Param::from_tensor(Tensor::ones([96], device)),
            layers_6_mbconv3_e3_project: Conv2dConfig::new([96, 32], [1, 1])
                .with_bias(false)
                .init(device),
            layers_6_mbconv3_e3_project_norm: BatchNormConfig::new(32).init(device),
            layers_7_mbconv5_e6_expand: Conv2dConfig::new([32, 192], [1, 1])
                .with_bias(false)
                .init(device),
            layers_7_mbconv5_e6_expand_norm: BatchNormConfig::new(192).init(device),
            replaced_relu_11: Param::from_tensor(Tensor::ones([192], device)),
            layers_7_mbconv5_e6_depthwise: Conv2dConfig::new([192, 192], [5, 5])
                .with_padding(PaddingConfig2d::Explicit(2, 2, 2, 2))
                .with_groups(192)
                .with_bias(false)
                .init(device),
            layers_7_mbconv5_e6_depthwise_norm: BatchNormConfig::new(192).init(device),
            replaced_relu_12: Param::from_tensor(Tensor::ones([192], device)),
            layers_7_mbconv5_e6_project: Conv2dConfig::new([192, 32], [1, 1])
                .with_bias(false)
                .init(device),
            layers_7_mbconv5_e6_project_norm: BatchNormConfig::new(32).init(device),
            head: Conv2dConfig::new([32, 16], [1, 1])
                .with_bias(false)
                .init(device),
            head_norm: BatchNormConfig::new(16).init(device),
            replaced_relu_13: Param::from_tensor(Tensor::ones([16], device)),
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
        let x3 = activation(x2, &self.replaced_relu_0);
        let x4 = self.layers_0_mbconv3_e3_expand.forward(x3);
        let x5 = self.layers_0_mbconv3_e3_expand_norm.forward(x4);
        let x6 = activation(x5, &self.replaced_relu_1);
        let x7 = self.layers_0_mbconv3_e3_depthwise.forward(x6);
        let x8 = self.layers_0_mbconv3_e3_depthwise_norm.forward(x7);
        let x9 = activation(x8, &self.replaced_relu_2);
        let x10 = self.layers_0_mbconv3_e3_project.forward(x9);
        let x11 = self.layers_0_mbconv3_e3_project_norm.forward(x10);
        let x12 = self.layers_2_identity.forward(x11);
        let x13 = self.layers_2_identity_norm.forward(x12);
        let x14 = self.layers_3_mbconv5_e6_expand.forward(x13.clone());
        let x15 = self.layers_3_mbconv5_e6_expand_norm.forward(x14);
        let x16 = activation(x15, &self.replaced_relu_3);
        let x17 = self.layers_3_mbconv5_e6_depthwise.forward(x16);
        let x18 = self.layers_3_mbconv5_e6_depthwise_norm.forward(x17);
        let x19 = activation(x18, &self.replaced_relu_4);
        let x20 = self.layers_3_mbconv5_e6_project.forward(x19);
        let x21 = self.layers_3_mbconv5_e6_project_norm.forward(x20);
        let x22 = x13 + x21;
        let x23 = self.layers_4_mbconv3_e3_expand.forward(x22.clone());
        let x24 = self.layers_4_mbconv3_e3_expand_norm.forward(x23);
        let x25 = activation(x24, &self.replaced_relu_5);
        let x26 = self.layers_4_mbconv3_e3_depthwise.forward(x25);
        let x27 = self.layers_4_mbconv3_e3_depthwise_norm.forward(x26);
        let x28 = activation(x27, &self.replaced_relu_6);
        let x29 = self.layers_4_mbconv3_e3_project.forward(x28);
        let x30 = self.layers_4_mbconv3_e3_project_norm.forward(x29);
        let x31 = x22 + x30;
        let x32 = self.layers_5_mbconv5_e6_expand.forward(x31);
        let x33 = self.layers_5_mbconv5_e6_expand_norm.forward(x32);
        let x34 = activation(x33, &self.replaced_relu_7);
        let x35 = self.layers_5_mbconv5_e6_depthwise.forward(x34);
        let x36 = self.layers_5_mbconv5_e6_depthwise_norm.forward(x35);
        let x37 = activation(x36, &self.replaced_relu_8);
        let x38 = self.layers_5_mbconv5_e6_project.forward(x37);
        let x39 = self.layers_5_mbconv5_e6_project_norm.forward(x38);
        let x40 = self.layers_6_mbconv3_e3_expand.forward(x39.clone());
        let x41 = self.layers_6_mbconv3_e3_expand_norm.forward(x40);
        let x42 = activation(x41, &self.replaced_relu_9);
        let x43 = self.layers_6_mbconv3_e3_depthwise.forward(x42);
        let x44 = self.layers_6_mbconv3_e3_depthwise_norm.forward(x43);
        let x45 = activation(x44, &self.replaced_relu_10);
        let x46 = self.layers_6_mbconv3_e3_project.forward(x45);
        let x47 = self.layers_6_mbconv3_e3_project_norm.forward(x46);
        let x48 = x39 + x47;
        let x49 = self.layers_7_mbconv5_e6_expand.forward(x48.clone());
        let x50 = self.layers_7_mbconv5_e6_expand_norm.forward(x49);
        let x51 = activation(x50, &self.replaced_relu_11);
        let x52 = self.layers_7_mbconv5_e6_depthwise.forward(x51);
        let x53 = self.layers_7_mbconv5_e6_depthwise_norm.forward(x52);
        let x54 = activation(x53, &self.replaced_relu_12);
        let x55 = self.layers_7_mbconv5_e6_project.forward(x54);
        let x56 = self.layers_7_mbconv5_e6_project_norm.forward(x55);
        let x57 = x48 + x56;
        let x58 = self.head.forward(x57);
        let x59 = self.head_norm.forward(x58);
        let x60 = activation(x59, &self.replaced_relu_13);
        let x61: Tensor<2> = x60.mean_dims(&[2, 3]).flatten(1, 3);
        self.classifier.forward(x61)
    }
}

/// max(max(β·(exp(exp(−β·|x² − x³|))·log(1 + exp(x))) + x + β, 0), min(x, 0)), with a β for each channel.
fn activation<const D: usize>(x: Tensor<D>, beta: &Param<Tensor<1>>) -> Tensor<D> {
    let mut shape = [1; D];
    shape[1] = beta.dims()[0];
    let beta = beta.val().reshape(shape);
    let left = x.clone().square();
    let right = x.clone().square() * x.clone();
    let z = ((left - right).abs() * beta.clone()).neg().exp();
    let left = z.clone().exp();
    let right = softplus(x.clone(), 1.0);
    let z = left * right;
    let left = z.clone() * beta.clone();
    let right = x.clone() + beta.clone();
    let z = left + right;
    let left = relu(z.clone());
    let right = relu(x.clone().neg()).neg();
    left.max_pair(right)
}
