//! A network that one-shot architecture search found, as a plain Burn module. Written by supernet 0.1.0.
//!
//! Architecture (seed 7): `10000/10000:10000/10000:10000:10000`
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
use burn::nn::{BatchNorm, BatchNormConfig, Linear, LinearConfig};
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
    (r"^last\.norm\.", "last_norm."),
];

/// The network.
#[derive(Module, Debug)]
pub struct Network {
    last_norm: BatchNorm,
    classifier: Linear,
}

impl Network {
    /// The network with random weights, as Burn draws them.
    pub fn new(device: &Device) -> Self {
        Self {
            last_norm: BatchNormConfig::new(16).init(device),
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
        let (count, device) = (images.dims()[0], images.device());
        let x1: Tensor<4> = Tensor::zeros([count, 16, 4, 4], &device);
        let x2 = self.last_norm.forward(x1);
        let x3 = relu(x2);
        let x4: Tensor<2> = x3.mean_dims(&[2, 3]).flatten(1, 3);
        self.classifier.forward(x4)
    }
}
