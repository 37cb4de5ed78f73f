//! A whole one-shot search on embedded images, with no download, under a cap on what a network may
//! cost: train a supernet, score hundreds of architectures, train the best from scratch beside
//! random ones of equal cost and the most expensive, and print a table that says whether the search
//! was worth it.

use clap::Parser;
use std::{path::PathBuf, process::ExitCode};
use supernet::{
    prelude::*,
    train::{NetworkSettings, Number, Retrain},
    write_results,
};
use supernet_examples::command;

/// One-shot architecture search on 10,000 images of Fashion-MNIST, 16 x 16: the cells of
/// NAS-Bench-201 under a cap on multiply-accumulates.
#[derive(Parser)]
struct Arguments {
    /// Seed of every draw: split, weights, paths, candidates.
    #[arg(long, default_value_t = 1)]
    seed: u64,

    /// Scales training steps, candidates and epochs together; 0.02 ends in seconds.
    #[arg(long, default_value_t = 1.0)]
    budget: f64,

    /// Where to run: flex (this processor) or, if built with their features, cuda:0, vulkan:0,
    /// wgpu:0.
    #[arg(long, default_value = "flex")]
    device: String,

    /// Directory for the results.
    #[arg(long, default_value = "runs/quickstart")]
    out: PathBuf,

    /// Burn's own operations instead of this library's kernels.
    #[arg(long)]
    plain_burn: bool,
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
    let config = config(arguments)?;
    let device = device(&arguments.device)?;
    let split = images(arguments.seed)?;
    let search = Search::images(&config, &split, &device)?;
    let directory = RunDirectory::open(&arguments.out, &search, search.provenance(&arguments.device)?)?
        .with_command(command("quickstart"));

    println!(
        "{} images of {}, split {} / {} / {} (training, validation, test)",
        10_000,
        split.train.name().trim_end_matches("/train"),
        split.train.len(),
        split.validation.len(),
        split.test.len()
    );
    println!(
        "space: {} cells of NAS-Bench-201; networks of at most {:.1} million multiply-accumulates; seed {}",
        search.space().size(),
        CAP as f64 * 1e-6,
        config.seed
    );

    let result = directory.search(&search, &mut ProgressLine::new())?;
    write_results(&directory, &result)?;

    println!("\n{}\n{}", result.verdict, ComparisonTable(&result.retrained));
    println!("best architecture: {}", result.best.0);
    println!("results: {}", directory.path().display());
    Ok(())
}

/// The most multiply-accumulates that a network may take for an image; none takes less than nine
/// tenths of it, so that all are of equal cost. About a quarter of the space does.
const CAP: u64 = 1_000_000;

/// One cell in each of three stages, trained and ranked as that space ranks best.
fn config(arguments: &Arguments) -> Result<SearchConfig, TrainError> {
    let mut network = NetworkSettings::of_space("nas-bench-201", true).expect("a known space");
    network.number_mut(Number::Cells).into_iter().for_each(|cells| *cells = 1);
    let mut config = SearchConfig { seed: arguments.seed, ..SearchConfig::quick() }.in_space(network).recommended();
    (config.supernet.steps, config.supernet.batch) = (6_000, 64);
    config.constraints.macs = CAP * 9 / 10..=CAP;
    config.stand_alone.epochs = 15;
    config.retrain = Retrain { picked: 8, small: 0, random: 8, largest: 8, all_on: false, at_once: 0 };
    if arguments.plain_burn {
        config.execution = Execution::PlainBurn;
    }
    config.with_budget(arguments.budget)
}

/// The embedded images, 28 x 28, averaged to 14 x 14 and padded by one to 16 x 16.
fn images(seed: u64) -> Result<Split, DataError> {
    let images = fashion_mnist()?.average_2x2()?.pad(1)?;
    stratified(&images, &[6_000, 1_000, 3_000], &mut draws(seed, "split", 0))
}
