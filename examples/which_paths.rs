//! Which paths matter: divergence of predictions on unlabelled training images against accuracy,
//! and what switching off each operation and each input costs (PAPER, *which paths matter*).

use clap::Parser;
use std::{path::PathBuf, process::ExitCode};
use supernet::{
    experiments::{WhichPathsSettings, which_paths},
    prelude::*,
};
use supernet_examples::{Sample, Study, report};

/// Symmetric KL divergence against accuracy, and the worth of each operation and input.
#[derive(Parser)]
struct Arguments {
    #[command(flatten)]
    study: Study,

    #[command(flatten)]
    sample: Sample,

    /// Training images of which predictions are compared, in hundreds.
    #[arg(long, default_value_t = 10)]
    hundreds: usize,

    /// Directory for the results; the same command goes on where it was stopped.
    #[arg(long, default_value = "runs/which_paths")]
    out: PathBuf,
}

fn main() -> ExitCode {
    report(|| {
        let Arguments { study, sample, hundreds, out } = Arguments::parse();
        let (device, split) = (device(&study.device)?, study.split()?);
        let settings = sample.settings(study.search(&split)?)?;
        let settings = WhichPathsSettings { images: 100 * hundreds, ..WhichPathsSettings::new(settings) };
        let result =
            which_paths(&settings, &study.images(&split, &device), &out, sample.truth(), &mut ProgressLine::new())?;
        println!("\n{result}");
        println!("results: {}", out.display());
        Ok(())
    })
}
