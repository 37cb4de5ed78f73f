//! What each part of the method is worth, and what ranks better than the paper: rank correlation with and without, same seeds, same
//! accuracies from scratch.

use clap::Parser;
use std::{path::PathBuf, process::ExitCode};
use supernet::{
    prelude::*,
    train::experiments::{AblationSettings, ablations},
};
use supernet_examples::{Study, report};

/// Rank correlation with and without each part of the method, paired.
#[derive(Parser)]
struct Arguments {
    #[command(flatten)]
    study: Study,

    /// Epochs of a fine-tune from the shared weights.
    #[arg(long, default_value_t = 1)]
    fine_tune_epochs: usize,

    /// Directory for the results; the same command goes on where it was stopped.
    #[arg(long, default_value = "runs/ablations")]
    out: PathBuf,
}

fn main() -> ExitCode {
    report(|| {
        let Arguments { study, fine_tune_epochs, out } = Arguments::parse();
        let (device, split) = (device(&study.device)?, study.split()?);
        let settings = AblationSettings { fine_tune_epochs, ..AblationSettings::new(study.settings(&split)?) };
        let result = ablations(&settings, study.images(&split, &device), &out, study.truth(), &mut *display())?;
        println!("\n{result}");
        println!("results: {}", out.display());
        Ok(())
    })
}
