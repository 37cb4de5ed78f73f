//! A network that one-shot architecture search found, as a plain Burn module. Written by supernet 0.1.0.
//!
//! Architecture (seed 7): `1/00/0/11/001/1/01/011/1110`
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
        r"^stages\.0\.graph\.nodes\.0\.norm\.norm\.",
        "stages_0_graph_nodes_0_norm.",
    ),
    (
        r"^stages\.0\.graph\.nodes\.1\.norm\.norm\.",
        "stages_0_graph_nodes_1_norm.",
    ),
    (
        r"^stages\.1\.graph\.nodes\.0\.norm\.norm\.",
        "stages_1_graph_nodes_0_norm.",
    ),
    (
        r"^stages\.1\.graph\.nodes\.1\.norm\.norm\.",
        "stages_1_graph_nodes_1_norm.",
    ),
    (
        r"^stages\.1\.graph\.nodes\.2\.norm\.norm\.",
        "stages_1_graph_nodes_2_norm.",
    ),
    (
        r"^stages\.1\.graph\.nodes\.3\.norm\.norm\.",
        "stages_1_graph_nodes_3_norm.",
    ),
    (
        r"^stages\.2\.graph\.nodes\.0\.norm\.norm\.",
        "stages_2_graph_nodes_0_norm.",
    ),
    (
        r"^stages\.2\.graph\.nodes\.1\.norm\.norm\.",
        "stages_2_graph_nodes_1_norm.",
    ),
    (
        r"^stages\.2\.graph\.nodes\.2\.norm\.norm\.",
        "stages_2_graph_nodes_2_norm.",
    ),
    (
        r"^stages\.2\.graph\.nodes\.3\.norm\.norm\.",
        "stages_2_graph_nodes_3_norm.",
    ),
    (
        r"^stages\.2\.graph\.nodes\.4\.norm\.norm\.",
        "stages_2_graph_nodes_4_norm.",
    ),
    (r"^stages\.0\.entry\.norm\.norm\.", "stages_0_entry_norm."),
    (r"^stages\.1\.entry\.norm\.norm\.", "stages_1_entry_norm."),
    (r"^stages\.2\.entry\.norm\.norm\.", "stages_2_entry_norm."),
    (r"^stages\.0\.exit\.norm\.norm\.", "stages_0_exit_norm."),
    (r"^stages\.1\.exit\.norm\.norm\.", "stages_1_exit_norm."),
    (r"^stages\.2\.exit\.norm\.norm\.", "stages_2_exit_norm."),
    (r"^stages\.0\.graph\.nodes\.0\.", "stages_0_graph_nodes_0."),
    (r"^stages\.0\.graph\.nodes\.1\.", "stages_0_graph_nodes_1."),
    (r"^stages\.1\.graph\.nodes\.0\.", "stages_1_graph_nodes_0."),
    (r"^stages\.1\.graph\.nodes\.1\.", "stages_1_graph_nodes_1."),
    (r"^stages\.1\.graph\.nodes\.2\.", "stages_1_graph_nodes_2."),
    (r"^stages\.1\.graph\.nodes\.3\.", "stages_1_graph_nodes_3."),
    (r"^stages\.2\.graph\.nodes\.0\.", "stages_2_graph_nodes_0."),
    (r"^stages\.2\.graph\.nodes\.1\.", "stages_2_graph_nodes_1."),
    (r"^stages\.2\.graph\.nodes\.2\.", "stages_2_graph_nodes_2."),
    (r"^stages\.2\.graph\.nodes\.3\.", "stages_2_graph_nodes_3."),
    (r"^stages\.2\.graph\.nodes\.4\.", "stages_2_graph_nodes_4."),
    (r"^stages\.0\.entry\.", "stages_0_entry."),
    (r"^stages\.1\.entry\.", "stages_1_entry."),
    (r"^stages\.2\.entry\.", "stages_2_entry."),
    (r"^stages\.0\.exit\.", "stages_0_exit."),
    (r"^stages\.1\.exit\.", "stages_1_exit."),
    (r"^stages\.2\.exit\.", "stages_2_exit."),
];

/// The network.
#[derive(Module, Debug)]
pub struct Network {
    stages_0_entry: Conv2d,
    stages_0_entry_norm: BatchNorm,
    stages_0_graph_nodes_0: Conv2d,
    stages_0_graph_nodes_0_norm: BatchNorm,
    stages_0_graph_nodes_1: Conv2d,
    stages_0_graph_nodes_1_norm: BatchNorm,
    stages_0_exit: Conv2d,
    stages_0_exit_norm: BatchNorm,
    max_pool: MaxPool2d,
    stages_1_entry: Conv2d,
    stages_1_entry_norm: BatchNorm,
    stages_1_graph_nodes_0: Conv2d,
    stages_1_graph_nodes_0_norm: BatchNorm,
    stages_1_graph_nodes_1: Conv2d,
    stages_1_graph_nodes_1_norm: BatchNorm,
    stages_1_graph_nodes_2: Conv2d,
    stages_1_graph_nodes_2_norm: BatchNorm,
    stages_1_graph_nodes_3: Conv2d,
    stages_1_graph_nodes_3_norm: BatchNorm,
    stages_1_exit: Conv2d,
    stages_1_exit_norm: BatchNorm,
    stages_2_entry: Conv2d,
    stages_2_entry_norm: BatchNorm,
    stages_2_graph_nodes_0: Conv2d,
    stages_2_graph_nodes_0_norm: BatchNorm,
    stages_2_graph_nodes_1: Conv2d,
    stages_2_graph_nodes_1_norm: BatchNorm,
    stages_2_graph_nodes_2: Conv2d,
    stages_2_graph_nodes_2_norm: BatchNorm,
    stages_2_graph_nodes_3: Conv2d,
    stages_2_graph_nodes_3_norm: BatchNorm,
    stages_2_graph_nodes_4: Conv2d,
    stages_2_graph_nodes_4_norm: BatchNorm,
    stages_2_exit: Conv2d,
    stages_2_exit_norm: BatchNorm,
    classifier: Linear,
}

impl Network {
    /// The network with random weights, as Burn draws them.
    pub fn new(device: &Device) -> Self {
        Self {
            stages_0_entry: Conv2dConfig::new([3, 4], [3, 3])
                .with_padding(PaddingConfig2d::Explicit(1, 1, 1, 1))
                .with_bias(false)
                .init(device),
            stages_0_entry_norm: BatchNormConfig::new(4).init(device),
            stages_0_graph_nodes_0: Conv2dConfig::new([4, 4], [3, 3])
                .with_padding(PaddingConfig2d::Explicit(1, 1, 1, 1))
                .with_bias(false)
                .init(device),
            stages_0_graph_nodes_0_norm: BatchNormConfig::new(4).init(device),
            stages_0_graph_nodes_1: Conv2dConfig::new([4, 4], [3, 3])
                .with_padding(PaddingConfig2d::Explicit(1, 1, 1, 1))
                .with_bias(false)
                .init(device),
            stages_0_graph_nodes_1_norm: BatchNormConfig::new(4).init(device),
            stages_0_exit: Conv2dConfig::new([4, 4], [3, 3])
                .with_padding(PaddingConfig2d::Explicit(1, 1, 1, 1))
                .with_bias(false)
                .init(device),
            stages_0_exit_norm: BatchNormConfig::new(4).init(device),
            max_pool: MaxPool2dConfig::new([2, 2]).with_strides([2, 2]).init(),
            stages_1_entry: Conv2dConfig::new([4, 8], [3, 3])
                .with_padding(PaddingConfig2d::Explicit(1, 1, 1, 1))
                .with_bias(false)
                .init(device),
            stages_1_entry_norm: BatchNormConfig::new(8).init(device),
            stages_1_graph_nodes_0: Conv2dConfig::new([8, 8], [3, 3])
                .with_padding(PaddingConfig2d::Explicit(1, 1, 1, 1))
                .with_bias(false)
                .init(device),
            stages_1_graph_nodes_0_norm: BatchNormConfig::new(8).init(device),
            stages_1_graph_nodes_1: Conv2dConfig::new([8, 8], [3, 3])
                .with_padding(PaddingConfig2d::Explicit(1, 1, 1, 1))
                .with_bias(false)
                .init(device),
            stages_1_graph_nodes_1_norm: BatchNormConfig::new(8).init(device),
            stages_1_graph_nodes_2: Conv2dConfig::new([8, 8], [3, 3])
                .with_padding(PaddingConfig2d::Explicit(1, 1, 1, 1))
                .with_bias(false)
                .init(device),
            stages_1_graph_nodes_2_norm: BatchNormConfig::new(8).init(device),
            stages_1_graph_nodes_3: Conv2dConfig::new([8, 8], [3, 3])
                .with_padding(PaddingConfig2d::Explicit(1, 1, 1, 1))
                .with_bias(false)
                .init(device),
            stages_1_graph_nodes_3_norm: BatchNormConfig::new(8).init(device),
            stages_1_exit: Conv2dConfig::new([8, 8], [3, 3])
                .with_padding(PaddingConfig2d::Explicit(1, 1, 1, 1))
                .with_bias(false)
                .init(device),
            stages_1_exit_norm: BatchNormConfig::new(8).init(device),
            stages_2_entry: Conv2dConfig::new([8, 16], [3, 3])
                .with_padding(PaddingConfig2d::Explicit(1, 1, 1, 1))
                .with_bias(false)
                .init(device),
            stages_2_entry_norm: BatchNormConfig::new(16).init(device),
            stages_2_graph_nodes_0: Conv2dConfig::new([16, 16], [3, 3])
                .with_padding(PaddingConfig2d::Explicit(1, 1, 1, 1))
                .with_bias(false)
                .init(device),
            stages_2_graph_nodes_0_norm: BatchNormConfig::new(16).init(device),
            stages_2_graph_nodes_1: Conv2dConfig::new([16, 16], [3, 3])
                .with_padding(PaddingConfig2d::Explicit(1, 1, 1, 1))
                .with_bias(false)
                .init(device),
            stages_2_graph_nodes_1_norm: BatchNormConfig::new(16).init(device),
            stages_2_graph_nodes_2: Conv2dConfig::new([16, 16], [3, 3])
                .with_padding(PaddingConfig2d::Explicit(1, 1, 1, 1))
                .with_bias(false)
                .init(device),
            stages_2_graph_nodes_2_norm: BatchNormConfig::new(16).init(device),
            stages_2_graph_nodes_3: Conv2dConfig::new([16, 16], [3, 3])
                .with_padding(PaddingConfig2d::Explicit(1, 1, 1, 1))
                .with_bias(false)
                .init(device),
            stages_2_graph_nodes_3_norm: BatchNormConfig::new(16).init(device),
            stages_2_graph_nodes_4: Conv2dConfig::new([16, 16], [3, 3])
                .with_padding(PaddingConfig2d::Explicit(1, 1, 1, 1))
                .with_bias(false)
                .init(device),
            stages_2_graph_nodes_4_norm: BatchNormConfig::new(16).init(device),
            stages_2_exit: Conv2dConfig::new([16, 16], [3, 3])
                .with_padding(PaddingConfig2d::Explicit(1, 1, 1, 1))
                .with_bias(false)
                .init(device),
            stages_2_exit_norm: BatchNormConfig::new(16).init(device),
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
        let x1 = self.stages_0_entry.forward(images);
        let x2 = self.stages_0_entry_norm.forward(x1);
        let x3 = relu(x2);
        let x4 = self.stages_0_graph_nodes_0.forward(x3);
        let x5 = self.stages_0_graph_nodes_0_norm.forward(x4);
        let x6 = relu(x5);
        let x7 = self.stages_0_graph_nodes_1.forward(x6);
        let x8 = self.stages_0_graph_nodes_1_norm.forward(x7);
        let x9 = relu(x8);
        let x10 = self.stages_0_exit.forward(x9);
        let x11 = self.stages_0_exit_norm.forward(x10);
        let x12 = relu(x11);
        let x13 = self.max_pool.forward(x12);
        let x14 = self.stages_1_entry.forward(x13);
        let x15 = self.stages_1_entry_norm.forward(x14);
        let x16 = relu(x15);
        let x17 = self.stages_1_graph_nodes_0.forward(x16.clone());
        let x18 = self.stages_1_graph_nodes_0_norm.forward(x17);
        let x19 = relu(x18);
        let x20 = self.stages_1_graph_nodes_1.forward(x16);
        let x21 = self.stages_1_graph_nodes_1_norm.forward(x20);
        let x22 = relu(x21);
        let x23 = x19 + x22;
        let x24 = self.stages_1_graph_nodes_2.forward(x23);
        let x25 = self.stages_1_graph_nodes_2_norm.forward(x24);
        let x26 = relu(x25);
        let x27 = self.stages_1_graph_nodes_3.forward(x26);
        let x28 = self.stages_1_graph_nodes_3_norm.forward(x27);
        let x29 = relu(x28);
        let x30 = self.stages_1_exit.forward(x29);
        let x31 = self.stages_1_exit_norm.forward(x30);
        let x32 = relu(x31);
        let x33 = self.max_pool.forward(x32);
        let x34 = self.stages_2_entry.forward(x33);
        let x35 = self.stages_2_entry_norm.forward(x34);
        let x36 = relu(x35);
        let x37 = self.stages_2_graph_nodes_0.forward(x36);
        let x38 = self.stages_2_graph_nodes_0_norm.forward(x37);
        let x39 = relu(x38);
        let x40 = self.stages_2_graph_nodes_1.forward(x39.clone());
        let x41 = self.stages_2_graph_nodes_1_norm.forward(x40);
        let x42 = relu(x41);
        let x43 = self.stages_2_graph_nodes_2.forward(x42.clone());
        let x44 = self.stages_2_graph_nodes_2_norm.forward(x43);
        let x45 = relu(x44);
        let x46 = x42.clone() + x45.clone();
        let x47 = self.stages_2_graph_nodes_3.forward(x46);
        let x48 = self.stages_2_graph_nodes_3_norm.forward(x47);
        let x49 = relu(x48);
        let x50 = x39 + x42 + x45;
        let x51 = self.stages_2_graph_nodes_4.forward(x50);
        let x52 = self.stages_2_graph_nodes_4_norm.forward(x51);
        let x53 = relu(x52);
        let x54 = x49 + x53;
        let x55 = self.stages_2_exit.forward(x54);
        let x56 = self.stages_2_exit_norm.forward(x55);
        let x57 = relu(x56);
        let x58 = self.max_pool.forward(x57);
        let x59: Tensor<2> = x58.mean_dims(&[2, 3]).flatten(1, 3);
        self.classifier.forward(x59)
    }
}
