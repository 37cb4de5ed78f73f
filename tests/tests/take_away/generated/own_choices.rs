//! A network that one-shot architecture search found, as a plain Burn module. Written by supernet 0.1.0.
//!
//! Architecture (seed 7): `010/010/101/110/001`
//!
//! It reads rows [batch, 3, 8, 8] and gives logits [batch, 5],
//! in the order of [`CLASSES`]. Batch normalisation uses the statistics stored with the weights; on a device
//! with autodiff it uses the batch's and updates those stored, as any Burn module, so it can be trained on.
//!
//! It needs Burn 0.22 with the features `std`, `store`, `safetensors` and a backend's, and nothing else:
//!
//! ```text
//! let network = Network::load("weights.safetensors", &device)?;
//! let logits = network.forward(rows);
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
pub const IMAGE: [usize; 3] = [3, 8, 8];

/// The classes, in the order of the logits.
pub const CLASSES: [&str; 5] = ["a", "b", "c", "d", "e"];

/// What the weights file calls the parameters, as patterns, and what they are called here. The patterns
/// are applied in this order; names that are this module's already stay as they are.
const NAMES: &[(&str, &str)] = &[
    (r"^widen\.weights\.0\.0$", "widen_weights_0_0.weight"),
    (r"^widen\.weights\.1\.0$", "widen_weights_1_0.weight"),
    (r"^narrow\.weights\.0\.0$", "narrow_weights_0_0.weight"),
    (r"^narrow\.weights\.0\.1$", "narrow_weights_0_1.weight"),
    (
        r"^concatenated\.options\.three\.slice$",
        "concatenated_three_slice.weight",
    ),
    (
        r"^concatenated\.options\.five\.slice$",
        "concatenated_five_slice.weight",
    ),
    (r"\.norm\.scale$", ".norm.gamma"),
    (r"\.norm\.shift$", ".norm.beta"),
    (r"\.norm\.stored_mean$", ".norm.running_mean"),
    (r"\.norm\.stored_variance$", ".norm.running_var"),
    (
        r"^concatenated\.options\.three\.module\.norm\.norm\.",
        "concatenated_three_module_norm.",
    ),
    (
        r"^concatenated\.options\.five\.module\.norm\.norm\.",
        "concatenated_five_module_norm.",
    ),
    (
        r"^concatenated\.options\.three\.module\.",
        "concatenated_three_module.",
    ),
    (
        r"^concatenated\.options\.five\.module\.",
        "concatenated_five_module.",
    ),
    (r"^sum\.options\.three\.norm\.norm\.", "sum_three_norm."),
    (r"^one\.options\.one\.norm\.norm\.", "one_norm."),
    (r"^sum\.options\.one\.norm\.norm\.", "sum_one_norm."),
    (r"^narrow\.norms\.0\.norm\.", "narrow_norms_0_norm."),
    (r"^widen\.norms\.0\.norm\.", "widen_norms_0_norm."),
    (r"^widen\.norms\.1\.norm\.", "widen_norms_1_norm."),
    (r"^depth\.1\.norm\.norm\.", "depth_1_norm."),
    (r"^depth\.2\.norm\.norm\.", "depth_2_norm."),
    (r"^sum\.options\.three\.", "sum_three."),
    (r"^one\.options\.one\.", "one."),
    (r"^sum\.options\.one\.", "sum_one."),
    (r"^depth\.1\.", "depth_1."),
    (r"^depth\.2\.", "depth_2."),
];

/// The network.
#[derive(Module, Debug)]
pub struct Network {
    widen_weights_0_0: Conv2d,
    widen_norms_0_norm: BatchNorm,
    widen_weights_1_0: Conv2d,
    widen_norms_1_norm: BatchNorm,
    narrow_weights_0_0: Conv2d,
    narrow_weights_0_1: Conv2d,
    narrow_norms_0_norm: BatchNorm,
    depth_1: Conv2d,
    depth_1_norm: BatchNorm,
    depth_2: Conv2d,
    depth_2_norm: BatchNorm,
    sum_three: Conv2d,
    sum_three_norm: BatchNorm,
    sum_one: Conv2d,
    sum_one_norm: BatchNorm,
    concatenated_three_module: Conv2d,
    concatenated_three_module_norm: BatchNorm,
    concatenated_three_slice: Linear,
    concatenated_five_module: Conv2d,
    concatenated_five_module_norm: BatchNorm,
    concatenated_five_slice: Linear,
    one: Conv2d,
    one_norm: BatchNorm,
    classifier: Linear,
}

impl Network {
    /// The network with random weights, as Burn draws them.
    pub fn new(device: &Device) -> Self {
        Self {
            widen_weights_0_0: Conv2dConfig::new([3, 2], [3, 3])
                .with_padding(PaddingConfig2d::Explicit(1, 1, 1, 1))
                .with_bias(false)
                .init(device),
            widen_norms_0_norm: BatchNormConfig::new(2).init(device),
            widen_weights_1_0: Conv2dConfig::new([3, 2], [3, 3])
                .with_padding(PaddingConfig2d::Explicit(1, 1, 1, 1))
                .with_bias(false)
                .init(device),
            widen_norms_1_norm: BatchNormConfig::new(2).init(device),
            narrow_weights_0_0: Conv2dConfig::new([2, 4], [3, 3])
                .with_stride([2, 2])
                .with_padding(PaddingConfig2d::Explicit(1, 1, 1, 1))
                .with_bias(false)
                .init(device),
            narrow_weights_0_1: Conv2dConfig::new([2, 4], [3, 3])
                .with_stride([2, 2])
                .with_padding(PaddingConfig2d::Explicit(1, 1, 1, 1))
                .with_bias(false)
                .init(device),
            narrow_norms_0_norm: BatchNormConfig::new(4).init(device),
            depth_1: Conv2dConfig::new([4, 4], [3, 3])
                .with_padding(PaddingConfig2d::Explicit(1, 1, 1, 1))
                .with_bias(false)
                .init(device),
            depth_1_norm: BatchNormConfig::new(4).init(device),
            depth_2: Conv2dConfig::new([4, 4], [3, 3])
                .with_padding(PaddingConfig2d::Explicit(1, 1, 1, 1))
                .with_bias(false)
                .init(device),
            depth_2_norm: BatchNormConfig::new(4).init(device),
            sum_three: Conv2dConfig::new([4, 4], [3, 3])
                .with_padding(PaddingConfig2d::Explicit(1, 1, 1, 1))
                .with_bias(false)
                .init(device),
            sum_three_norm: BatchNormConfig::new(4).init(device),
            sum_one: Conv2dConfig::new([4, 4], [1, 1])
                .with_bias(false)
                .init(device),
            sum_one_norm: BatchNormConfig::new(4).init(device),
            concatenated_three_module: Conv2dConfig::new([4, 4], [3, 3])
                .with_padding(PaddingConfig2d::Explicit(1, 1, 1, 1))
                .with_bias(false)
                .init(device),
            concatenated_three_module_norm: BatchNormConfig::new(4).init(device),
            concatenated_three_slice: LinearConfig::new(4, 4).with_bias(false).init(device),
            concatenated_five_module: Conv2dConfig::new([4, 4], [5, 5])
                .with_padding(PaddingConfig2d::Explicit(2, 2, 2, 2))
                .with_bias(false)
                .init(device),
            concatenated_five_module_norm: BatchNormConfig::new(4).init(device),
            concatenated_five_slice: LinearConfig::new(4, 4).with_bias(false).init(device),
            one: Conv2dConfig::new([4, 4], [1, 1])
                .with_bias(false)
                .init(device),
            one_norm: BatchNormConfig::new(4).init(device),
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

    /// The logits [batch, 5] of images [batch, 3, 8, 8].
    pub fn forward(&self, images: Tensor<4>) -> Tensor<2> {
        let x1 = self.widen_weights_0_0.forward(images.clone());
        let x2 = self.widen_norms_0_norm.forward(x1);
        let x3 = relu(x2);
        let x4 = self.widen_weights_1_0.forward(images);
        let x5 = self.widen_norms_1_norm.forward(x4);
        let x6 = relu(x5);
        let parts = vec![x3, x6];
        let x7 = Tensor::cat(parts, 1);
        let x8 = x7.clone().narrow(1, 0, 2);
        let x9 = x7.narrow(1, 2, 2);
        let x10 = self.narrow_weights_0_0.forward(x8);
        let x11 = self.narrow_weights_0_1.forward(x9);
        let x12 = x10 + x11;
        let x13 = self.narrow_norms_0_norm.forward(x12);
        let x14 = self.depth_1.forward(x13);
        let x15 = self.depth_1_norm.forward(x14);
        let x16 = self.depth_2.forward(x15);
        let x17 = self.depth_2_norm.forward(x16);
        let x18 = self.sum_three.forward(x17.clone());
        let x19 = self.sum_three_norm.forward(x18);
        let x20 = self.sum_one.forward(x17.clone());
        let x21 = self.sum_one_norm.forward(x20);
        let x22 = x19 + x21;
        let x23 = relu(x22);
        let x24 = x17 + x23;
        let x25 = self.concatenated_three_module.forward(x24.clone());
        let x26 = self.concatenated_three_module_norm.forward(x25);
        let x27 = pointwise(&self.concatenated_three_slice, x26);
        let x28 = self.concatenated_five_module.forward(x24);
        let x29 = self.concatenated_five_module_norm.forward(x28);
        let x30 = pointwise(&self.concatenated_five_slice, x29);
        let x31 = x27 + x30;
        let x32 = self.one.forward(x31);
        let x33 = self.one_norm.forward(x32);
        let x34: Tensor<2> = x33.mean_dims(&[2, 3]).flatten(1, 3);
        self.classifier.forward(x34)
    }
}

/// A 1x1 convolution whose weight is that of a linear layer.
fn pointwise(linear: &Linear, images: Tensor<4>) -> Tensor<4> {
    let pixels = linear.forward(images.permute([0, 2, 3, 1]));
    pixels.permute([0, 3, 1, 2])
}
