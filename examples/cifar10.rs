//! A one-shot search on CIFAR-10 in its binary format, at the paper's sizes times a budget.

use clap::{Parser, ValueEnum};
use std::{path::PathBuf, process::ExitCode};
use supernet::prelude::*;
use supernet_examples::{cifar10_split, command};

/// One-shot architecture search on CIFAR-10.
#[derive(Parser)]
struct Arguments {
    /// Folder of the binary version: data_batch_1.bin to data_batch_5.bin (any of them) and
    /// test_batch.bin.
    #[arg(long)]
    data: PathBuf,

    /// Sizes: those of the paper, or small ones that end in minutes.
    #[arg(long, value_enum, default_value_t = Preset::Cifar10)]
    preset: Preset,

    /// Scales training steps, candidates and epochs together.
    #[arg(long, default_value_t = 1.0)]
    budget: f64,

    /// Average images to 16 x 16.
    #[arg(long)]
    half_size: bool,

    /// Training images held out for scoring candidates, in per cent (the paper: 10).
    #[arg(long, default_value_t = 10, value_parser = clap::value_parser!(u8).range(1..=90))]
    validation: u8,

    /// Seed of every draw: split, weights, paths, candidates.
    #[arg(long, default_value_t = 1)]
    seed: u64,

    /// Where to run: flex (this processor) or, if built with their features, cuda:0, vulkan:0,
    /// wgpu:0.
    #[arg(long, default_value = "flex")]
    device: String,

    /// Directory for the results.
    #[arg(long, default_value = "runs/cifar10")]
    out: PathBuf,
}

#[derive(Clone, Copy, ValueEnum)]
enum Preset {
    Cifar10,
    Quick,
}

fn main() -> ExitCode {
    match run(&Arguments::parse()) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("error: {error}");
            ExitCode::FAILURE
        }
    }
}

fn run(arguments: &Arguments) -> Result<(), Box<dyn std::error::Error>> {
    let preset = match arguments.preset {
        Preset::Cifar10 => SearchConfig::cifar10(),
        Preset::Quick => SearchConfig::quick(),
    };
    let config = SearchConfig { seed: arguments.seed, ..preset }.with_budget(arguments.budget)?;
    let device = device(&arguments.device)?;
    let split = images(arguments, config.scoring.score_batch)?;
    let search = Search::images(&config, &split, &device)?;
    let directory = RunDirectory::open(&arguments.out, &search, search.provenance(&arguments.device)?)?
        .with_command(command("cifar10"));
    println!("{} training, {} validation, {} test images", split.train.len(), split.validation.len(), split.test.len());

    let result = directory.search(&search, &mut ProgressLine::new())?;
    write_results(&directory, &result)?;

    println!("\n{}\n{}", result.verdict, ComparisonTable(&result.retrained));
    println!("best architecture: {}", result.best.0);
    println!("results: {}", directory.path().display());
    Ok(())
}

/// The official test images apart; whole runs of `score_batch` training images held out.
fn images(arguments: &Arguments, score_batch: usize) -> Result<Split, DataError> {
    cifar10_split(&arguments.data, arguments.half_size, arguments.seed, |all| {
        all * usize::from(arguments.validation) / 100 / score_batch * score_batch
    })
}
