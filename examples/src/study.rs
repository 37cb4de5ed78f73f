//! Command line of the paper's experiments: images, budget, seeds, device.

use crate::{fitted_quick, in_fifths};
use clap::Args;
use std::{
    error::Error,
    path::{Path, PathBuf},
    process::ExitCode,
};
use supernet::{
    experiments::{CorrelationSettings, Subject},
    prelude::*,
    train::ImageExamples,
};

/// Images, budget, seeds and device of an experiment.
#[derive(Args, Clone, Debug)]
pub struct Study {
    /// Folder of CIFAR-10's binary version (data_batch_*.bin and test_batch.bin); without it the embedded 10,000 images of
    /// Fashion-MNIST.
    #[arg(long)]
    data: Option<PathBuf>,

    /// A folder with a folder for each class, in it PNG, JPEG or BMP files; a fifth of them is held out for scoring candidates, a fifth
    /// for the test.
    #[arg(long, conflicts_with = "data")]
    folder: Option<PathBuf>,

    /// Side of the images of --folder: their centred squares are scaled to it. Divisible by 4, with --imagenet-stem by 16.
    #[arg(long, default_value_t = 32)]
    size: usize,

    /// The stem of the paper's ImageNet variant: two stages of stride 2.
    #[arg(long)]
    imagenet_stem: bool,

    /// Training images of --data.
    #[arg(long, default_value_t = 10_000)]
    train: usize,

    /// Validation images of --data, for scoring candidates.
    #[arg(long, default_value_t = 2_000)]
    validation: usize,

    /// Scales training steps, candidates and epochs together.
    #[arg(long, default_value_t = 1.0)]
    budget: f64,

    /// Scales the supernets' training steps once more: 0.5 trains them half as long as the networks from scratch.
    #[arg(long, default_value_t = 1.0)]
    supernet_budget: f64,

    /// Seed of split, candidates and strata.
    #[arg(long, default_value_t = 1)]
    seed: u64,

    /// Where to run: flex (this processor) or, if built with their features, cuda:0, vulkan:0, wgpu:0.
    #[arg(long, default_value = "flex")]
    pub device: String,
}

impl Study {
    /// Images of 16 x 16: CIFAR-10 averaged, or Fashion-MNIST averaged and padded (6,000, 1,000 and 3,000 images). Or those of a folder,
    /// in fifths.
    ///
    /// # Errors
    /// Files that cannot be read, or fewer images than asked for.
    pub fn split(&self) -> Result<Split, DataError> {
        if let Some(folder) = &self.folder {
            return in_fifths(&image_folder(folder, &FolderOptions::square(self.size))?, self.seed);
        }
        let mut rng = draws(self.seed, "split", 0);
        match &self.data {
            Some(folder) => {
                let cifar = cifar10(folder)?;
                let (train, test) = (cifar.train.average_2x2()?, cifar.test.average_2x2()?);
                stratified_with_test(&train, &[self.train, self.validation], test, &mut rng)
            }
            None => stratified(&fashion_mnist()?.average_2x2()?.pad(1)?, &[6_000, 1_000, 3_000], &mut rng),
        }
    }

    /// Space, supernet, scoring and training from scratch for these images: 3 cells, 8 filters; supernets and networks from scratch see the
    /// images equally often.
    ///
    /// # Errors
    /// A budget out of range.
    pub fn search(&self, split: &Split) -> Result<SearchConfig, TrainError> {
        let mut search = SearchConfig { seed: self.seed, ..fitted_quick(split) };
        if self.imagenet_stem {
            search.with_paper(|paper| paper.stem = StemKind::ImageNet);
        }
        search.supernet.steps = EPOCHS * split.train.len() as u64 / search.supernet.batch as u64;
        search.stand_alone.epochs = EPOCHS as usize;
        search.stand_alone.with_validation = false;
        let mut search = search.with_budget(self.budget)?;
        search.supernet.steps = search.clone().with_budget(self.supernet_budget)?.supernet.steps;
        Ok(search)
    }

    /// What an experiment is given.
    pub fn images<'a>(&'a self, split: &'a Split, device: &'a Device) -> Subject<'a, KnownNet, ImageExamples<'a>> {
        Subject::images(split, device, &self.device)
    }
}

/// The supernets that rank, and the networks from scratch that say how well.
#[derive(Args, Clone, Debug)]
pub struct Sample {
    /// Supernets, with the seeds 1, 2, …
    #[arg(long, default_value_t = 3)]
    supernets: u64,

    /// Architectures drawn at random and trained from scratch.
    #[arg(long, default_value_t = 30)]
    natural: usize,

    /// Architectures stratified by one-shot accuracy and trained from scratch.
    #[arg(long, default_value_t = 15)]
    stratified: usize,

    /// Architectures trained from scratch with a second seed.
    #[arg(long, default_value_t = 10)]
    twice: usize,

    /// A table of networks trained from scratch before (`truth.csv` of another run); what it holds is not trained again.
    #[arg(long)]
    truth: Option<PathBuf>,
}

impl Sample {
    /// `search` for each of the supernets, and how its ranking is held against networks from scratch.
    ///
    /// # Errors
    /// A number out of range.
    pub fn settings(&self, search: SearchConfig) -> Result<CorrelationSettings, TrainError> {
        let Self { supernets, natural, stratified, twice, .. } = *self;
        let supernet_seeds = (1..=supernets).collect();
        let mut settings =
            CorrelationSettings { supernet_seeds, natural, stratified, twice, ..CorrelationSettings::new(search) };
        let candidates = &mut settings.search.scoring.candidates;
        *candidates = (*candidates).max(natural + stratified);
        settings.check()?;
        Ok(settings)
    }

    /// The table of networks trained before.
    pub fn truth(&self) -> Option<&Path> {
        self.truth.as_deref()
    }
}

/// Passes over the training images at a budget of 1.
const EPOCHS: u64 = 24;

/// Runs a program: one line for what goes wrong, exit code 1.
pub fn report(run: impl FnOnce() -> Result<(), Box<dyn Error>>) -> ExitCode {
    match run() {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("error: {error}");
            ExitCode::FAILURE
        }
    }
}
