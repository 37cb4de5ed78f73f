//! Does a supernet rank a space whose truth is known? Supernets of NAS-Bench-Macro are trained on
//! CIFAR-10 at a reduced scale, score all of its networks, and are held against the published
//! accuracies.

use clap::Parser;
use std::{path::PathBuf, process::ExitCode};
use supernet::{
    experiments::{MacroSettings, macro_study},
    nn::NormKind,
    prelude::*,
    search::{Bootstrap, Table},
    train::{PathSampling, Sgd, SupernetTraining},
};
use supernet_examples::{cifar10_split, open_table, report};

/// Supernets of NAS-Bench-Macro against its table.
#[derive(Parser)]
struct Arguments {
    /// Folder of CIFAR-10's binary version: data_batch_*.bin and test_batch.bin.
    #[arg(long)]
    data: PathBuf,

    /// The table of all 6,561 networks (arch, acc1, acc2, acc3, mean_acc, …).
    #[arg(long)]
    table: PathBuf,

    /// Channels of the stem (published: 32).
    #[arg(long, default_value_t = 8)]
    stem: usize,

    /// Channels of the last 1x1 (published: 1280).
    #[arg(long, default_value_t = 128)]
    head: usize,

    /// Images at their own 32 x 32 instead of averaged to 16 x 16.
    #[arg(long)]
    full_size: bool,

    /// Training steps.
    #[arg(long, default_value_t = 3_000)]
    steps: u64,

    /// Images per step.
    #[arg(long, default_value_t = 64)]
    batch: usize,

    /// Images per ghost batch, each an architecture of its own.
    #[arg(long, default_value_t = 16)]
    ghost_batch: usize,

    /// Probability of the identity in each layer of a trained architecture (uniform: a third).
    #[arg(long, default_value_t = 0.2)]
    identity: f64,

    /// Learning rate at the first step.
    #[arg(long, default_value_t = 0.1)]
    learning_rate: f64,

    /// Training images held out for scoring.
    #[arg(long, default_value_t = 1_000)]
    validation: usize,

    /// Seeds of the supernets.
    #[arg(long, value_delimiter = ',', default_values_t = [1, 2, 3])]
    seeds: Vec<u64>,

    /// Where to run: flex (this processor) or, if built with their features, cuda:0, vulkan:0,
    /// wgpu:0.
    #[arg(long, default_value = "flex")]
    device: String,

    /// Directory for the results; the same command goes on where it was stopped.
    #[arg(long, default_value = "runs/nas_bench_macro")]
    out: PathBuf,
}

fn main() -> ExitCode {
    report(|| {
        let arguments = Arguments::parse();
        let device = device(&arguments.device)?;
        let split = cifar10_split(&arguments.data, !arguments.full_size, 1, |_| arguments.validation)?;
        let csv = open_table(&arguments.table)?;
        let table = Table::nas_bench_macro("nas-bench-macro", csv, &["acc1", "acc2", "acc3"])?;
        let settings = MacroSettings {
            stem: arguments.stem,
            head: arguments.head,
            norm: NormKind::Ghost,
            paths: PathSampling::RareWeightless(arguments.identity),
            supernet: SupernetTraining {
                steps: arguments.steps,
                batch: arguments.batch,
                ghost_batch: arguments.ghost_batch,
                sgd: Sgd { learning_rate: arguments.learning_rate, ..Sgd::default() },
                augmentation: Augmentation { pad: 0, flip: true, cutout: 0 },
                ..SearchConfig::quick().supernet
            },
            score_batch: 250,
            seeds: arguments.seeds,
            bootstrap: Bootstrap { seed: 1, resamples: 200 },
            at_once: 0,
        };
        let images = (&split, &device, &*arguments.device);
        let result = macro_study(&settings, images, &table, &arguments.out, &mut ProgressLine::new())?;
        println!("\n{result}");
        println!("results: {}", arguments.out.display());
        Ok(())
    })
}
