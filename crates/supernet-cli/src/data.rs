//! The images of a run.

use crate::failure::Failure;
use serde::{Deserialize, Serialize};
use std::path::PathBuf;
use supernet::prelude::*;

/// Which images, and how they are split.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct DataSettings {
    /// Where they are.
    pub source: Source,
    /// 2 x 2 pixels averaged.
    pub halve: bool,
    /// Training images.
    pub train: usize,
    /// Validation images.
    pub validation: usize,
    /// Test images; if unset, all that are left.
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
}

impl DataSettings {
    /// The embedded images.
    pub fn fashion_mnist(halve: bool) -> Self {
        Self { source: Source::FashionMnist, halve, train: 6_000, validation: 1_000, test: None }
    }

    /// `fashion-mnist` or `cifar10:FOLDER`.
    pub fn parse(text: &str, halve: bool) -> Result<Self, Failure> {
        let expected = "fashion-mnist or cifar10:FOLDER";
        match text.split_once(':') {
            None if text == "fashion-mnist" => Ok(Self::fashion_mnist(halve)),
            Some(("cifar10", folder)) if !folder.is_empty() => {
                let folder = PathBuf::from(folder);
                // The settings are read again from wherever the run goes on.
                let folder = std::path::absolute(&folder).unwrap_or(folder);
                Ok(Self { source: Source::Cifar10(folder), halve, train: 10_000, validation: 2_000, test: None })
            }
            _ => Err(Failure::settings("--data", format!("`{text}`"), expected)),
        }
    }

    /// The images, split by draws of `seed`: of Fashion-MNIST, a side of 28 padded to 32 or, halved, 14 to 16, the rest are test images; of
    /// others their own test images are.
    pub fn split(&self, seed: u64) -> Result<Split, Failure> {
        let halved = |images: Images| if self.halve { images.average_2x2() } else { Ok(images) };
        let mut rng = draws(seed, "split", 0);
        Ok(match &self.source {
            Source::FashionMnist => {
                let images = halved(fashion_mnist()?)?.pad(if self.halve { 1 } else { 2 })?;
                let used = self.train.saturating_add(self.validation).saturating_add(self.test.unwrap_or(1));
                if used > images.len() {
                    let expected = format!("at most {}", images.len());
                    return Err(Failure::settings("--train, --validation and --test", used, expected));
                }
                let test = self.test.unwrap_or(images.len() - self.train - self.validation);
                stratified(&images, &[self.train, self.validation, test], &mut rng)?
            }
            Source::Cifar10(folder) => {
                let cifar = cifar10(folder)?;
                let test = halved(cifar.test)?;
                let wanted = self.test.unwrap_or(test.len()).min(test.len());
                let test = test.subset(&(0..wanted).collect::<Vec<_>>())?;
                stratified_with_test(&halved(cifar.train)?, &[self.train, self.validation], test, &mut rng)?
            }
        })
    }
}
