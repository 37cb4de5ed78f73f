#![doc = include_str!("../README.md")]
#![deny(missing_docs)]

mod augmentation;
mod average;
mod batch;
mod cifar;
mod cifar10;
mod cifar100;
mod clutter;
mod dataset;
#[cfg(feature = "download")]
pub mod download;
mod enough;
mod error;
mod fashion;
mod file;
mod fingerprint;
mod folder_options;
mod ground;
mod idx;
mod image_file;
mod image_folder;
mod images;
mod jpeg;
mod labelled_image;
mod left_out;
mod normalisation;
mod order;
mod pad;
mod repeated;
mod split;
#[cfg(test)]
mod testing;
mod write_folder;

pub use augmentation::Augmentation;
pub use batch::Batch;
pub use cifar::TrainTest;
pub use cifar10::{CIFAR10_CLASSES, cifar10};
pub use cifar100::{CIFAR100_CLASSES, CIFAR100_COARSE_CLASSES, Cifar100Labels, cifar100};
pub use enough::TooFew;
pub use error::DataError;
pub use fashion::{FASHION_MNIST_CLASSES, fashion_mnist};
pub use folder_options::FolderOptions;
pub use idx::{idx, idx_by_label, idx_labels_beside};
pub use image_folder::{ImageFolder, image_folder};
pub use images::Images;
pub use labelled_image::{ImageShape, LabelledImage};
pub use left_out::{LeftOut, Unusable};
pub use normalisation::Normalisation;
pub use order::epoch_order;
pub use repeated::Repeated;
pub use split::{Split, fifths, stratified, stratified_with_test};
