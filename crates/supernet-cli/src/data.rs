//! The images of a run.

use crate::failure::Failure;
use serde::{Deserialize, Serialize};
use std::path::{Path, PathBuf};
use supernet::{data::fifths, prelude::*};

/// Which images, and how they are split.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct DataSettings {
    /// Where they are.
    pub source: Source,
    /// 2 x 2 pixels averaged.
    pub halve: bool,
    /// Side to which the images of a folder are cut and scaled.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub size: Option<usize>,
    /// Training images; if unset, all that are left of a folder, of others what the option defaults to.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub train: Option<usize>,
    /// Validation images; if unset, a fifth of a folder, of others what the option defaults to.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub validation: Option<usize>,
    /// Test images; if unset, a fifth of a folder, all that are left of others.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub test: Option<usize>,
}

/// Where images are.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Source {
    /// The embedded 10,000 images of Fashion-MNIST.
    FashionMnist,
    /// A folder of CIFAR-10's binary version, whose test images are those of the run.
    Cifar10(PathBuf),
    /// The same of CIFAR-100, with its hundred classes.
    Cifar100(PathBuf),
    /// The same with its twenty groups of classes.
    Cifar100Coarse(PathBuf),
    /// A folder with a folder for each class.
    Folder(PathBuf),
}

impl DataSettings {
    /// The embedded images.
    pub fn fashion_mnist(halve: bool) -> Self {
        let (train, validation) = (Some(6_000), Some(1_000));
        Self { source: Source::FashionMnist, halve, size: None, train, validation, test: None }
    }

    /// What `--data` says; images of a folder are scaled to `size` x `size`, and never halved unless that is asked for.
    pub fn parse(text: &str, halve: bool, size: usize) -> Result<Self, Failure> {
        let expected = "fashion-mnist, cifar10:FOLDER, cifar100:FOLDER, cifar100-coarse:FOLDER or folder:FOLDER";
        let wrong = || Failure::settings("--data", format!("`{text}`"), expected);
        let (kind, folder) = match text.split_once(':') {
            None if text == "fashion-mnist" => return Ok(Self::fashion_mnist(halve)),
            Some((kind, folder)) if !folder.is_empty() => (kind, Path::new(folder)),
            _ => return Err(wrong()),
        };
        // The settings are read again from wherever the run goes on.
        let folder = std::path::absolute(folder).unwrap_or(folder.into());
        let source = match kind {
            "cifar10" => Source::Cifar10(folder),
            "cifar100" => Source::Cifar100(folder),
            "cifar100-coarse" => Source::Cifar100Coarse(folder),
            "folder" => {
                let (source, size) = (Source::Folder(folder), Some(size));
                return Ok(Self { source, halve: false, size, train: None, validation: None, test: None });
            }
            _ => return Err(wrong()),
        };
        Ok(Self { source, halve, size: None, train: Some(10_000), validation: Some(2_000), test: None })
    }

    /// Whether they are a folder's.
    pub fn is_folder(&self) -> bool {
        matches!(self.source, Source::Folder(_))
    }

    /// Another side for the images of a folder.
    pub fn resize(&mut self, size: usize) -> Result<(), Failure> {
        if !self.is_folder() {
            let expected = "images of a folder (--data folder:FOLDER); those of others are as large as they are";
            return Err(Failure::settings("--size", size, expected));
        }
        self.size = Some(size);
        Ok(())
    }

    /// The images, split by draws of `seed`: of Fashion-MNIST, a side of 28 padded to 32 or, halved, 14 to 16; a folder in fifths; of CIFAR their
    /// own test images are those of the run.
    pub fn split(&self, seed: u64) -> Result<Split, Failure> {
        match &self.source {
            Source::FashionMnist => {
                let images = self.halved(fashion_mnist()?)?.pad(if self.halve { 1 } else { 2 })?;
                let (train, validation) = (self.train.unwrap_or(6_000), self.validation.unwrap_or(1_000));
                let left = images.len().saturating_sub(train.saturating_add(validation)).max(1);
                in_parts(&images, [train, validation, self.test.unwrap_or(left)], seed)
            }
            Source::Folder(folder) => {
                let options = FolderOptions { side: self.size, ..FolderOptions::default() };
                let images = self.halved(image_folder(folder, &options)?)?;
                let [_, validation, test] = fifths(images.len());
                let (validation, test) = (self.validation.unwrap_or(validation), self.test.unwrap_or(test));
                let left = images.len().saturating_sub(validation.saturating_add(test)).max(1);
                in_parts(&images, [self.train.unwrap_or(left), validation, test], seed)
            }
            Source::Cifar10(folder) => self.beside_test(cifar10(folder)?, seed),
            Source::Cifar100(folder) => self.beside_test(cifar100(folder, Cifar100Labels::Fine)?, seed),
            Source::Cifar100Coarse(folder) => self.beside_test(cifar100(folder, Cifar100Labels::Coarse)?, seed),
        }
    }

    fn halved(&self, images: Images) -> Result<Images, DataError> {
        if self.halve { images.average_2x2() } else { Ok(images) }
    }

    /// Training and validation images of those of a set, beside its test images or the first of them.
    fn beside_test(&self, TrainTest { train, test }: TrainTest, seed: u64) -> Result<Split, Failure> {
        let test = self.halved(test)?;
        let wanted = self.test.unwrap_or(test.len()).min(test.len());
        let test = test.subset(&(0..wanted).collect::<Vec<_>>())?;
        let counts = [self.train.unwrap_or(10_000), self.validation.unwrap_or(2_000)];
        Ok(stratified_with_test(&self.halved(train)?, &counts, test, &mut draws(seed, "split", 0))?)
    }
}

/// Images in three parts, each with its share of every class.
fn in_parts(images: &Images, counts: [usize; 3], seed: u64) -> Result<Split, Failure> {
    let used = counts.into_iter().fold(0, usize::saturating_add);
    if used > images.len() {
        let expected = format!("at most {}", images.len());
        return Err(Failure::settings("--train, --validation and --test", used, expected));
    }
    Ok(stratified(images, &counts, &mut draws(seed, "split", 0))?)
}
