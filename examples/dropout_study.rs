//! How much path dropout ranks best: the correlation study of supernets trained at several constant
//! rates and with the ramp (PAPER, *dropout study*).

use clap::Parser;
use std::{path::PathBuf, process::ExitCode};
use supernet::{
    experiments::{DropoutStudySettings, dropout_study},
    prelude::*,
};
use supernet_examples::{Sample, Study, report};

/// Correlation of one-shot and stand-alone accuracy for several rates of path dropout.
#[derive(Parser)]
struct Arguments {
    #[command(flatten)]
    study: Study,

    #[command(flatten)]
    sample: Sample,

    /// Constant rates: the probability that all paths into a node are dropped.
    #[arg(long, value_delimiter = ',', default_values_t = [0.001, 0.01, 0.1, 0.4])]
    constant: Vec<f64>,

    /// The same for the ramp, at its end.
    #[arg(long, default_value_t = 0.1)]
    ramp: f64,

    /// Directory for the results; the same command goes on where it was stopped.
    #[arg(long, default_value = "runs/dropout_study")]
    out: PathBuf,
}

fn main() -> ExitCode {
    report(|| {
        let Arguments { study, sample, constant, ramp, out } = Arguments::parse();
        let (device, split) = (device(&study.device)?, study.split()?);
        let settings = DropoutStudySettings { study: sample.settings(study.search(&split)?)?, ramp, constant };
        let result =
            dropout_study(&settings, &study.images(&split, &device), &out, sample.truth(), &mut ProgressLine::new())?;
        println!("\n{result}");
        println!("results: {}", out.display());
        Ok(())
    })
}
