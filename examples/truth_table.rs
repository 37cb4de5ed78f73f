//! The truth table of the paper's space: many networks from scratch with their curves, and what
//! supernets of two kinds say of all of them.

use clap::Parser;
use std::{path::PathBuf, process::ExitCode};
use supernet::{
    experiments::{TruthTableSettings, truth_table},
    prelude::*,
};
use supernet_examples::{Sample, Study, report};

/// Trains the networks of a truth table. What it has is in the files of --out after every ten
/// networks.
#[derive(Parser)]
struct Arguments {
    #[command(flatten)]
    study: Study,

    #[command(flatten)]
    sample: Sample,

    /// Candidates that are trained before any second seed.
    #[arg(long, default_value_t = 150)]
    first: usize,

    /// Directory for the table; the same command goes on where it was stopped.
    #[arg(long, default_value = "runs/truth")]
    out: PathBuf,
}

fn main() -> ExitCode {
    report(|| {
        let Arguments { study, sample, first, out } = Arguments::parse();
        let (device, split) = (device(&study.device)?, study.split()?);
        let settings = TruthTableSettings { first, ..TruthTableSettings::new(sample.settings(study.search(&split)?)?) };
        truth_table(&settings, &study.images(&split, &device), &out, sample.truth(), &mut ProgressLine::new())?;
        println!("table: {}", out.display());
        Ok(())
    })
}
