#![doc = include_str!("../README.md")]
#![deny(missing_docs)]

mod augmentation;
mod average;
mod batch;
mod cifar10;
mod dataset;
mod error;
mod fashion;
mod file;
mod fingerprint;
mod idx;
mod image;
mod images;
mod normalisation;
mod order;
mod pad;
mod split;
#[cfg(test)]
mod testing;

pub use augmentation::Augmentation;
pub use batch::Batch;
pub use cifar10::{CIFAR10_CLASSES, Cifar10, cifar10};
pub use error::DataError;
pub use fashion::{FASHION_MNIST_CLASSES, fashion_mnist};
pub use idx::idx;
pub use image::{ImageShape, LabelledImage};
pub use images::Images;
pub use normalisation::Normalisation;
pub use order::epoch_order;
pub use split::{Split, stratified, stratified_with_test};
