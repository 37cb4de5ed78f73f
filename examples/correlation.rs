//! Does one-shot accuracy tell which networks are good? Architectures drawn at random and
//! stratified by one-shot accuracy are trained from scratch, and the two accuracies compared
//! (PAPER, *correlation*).

use clap::Parser;
use std::{path::PathBuf, process::ExitCode};
use supernet::{experiments::correlation, prelude::*};
use supernet_examples::{Sample, Study, report};

/// One-shot against stand-alone accuracy, with intervals.
#[derive(Parser)]
struct Arguments {
    #[command(flatten)]
    study: Study,

    #[command(flatten)]
    sample: Sample,

    /// Directory for the results; the same command goes on where it was stopped.
    #[arg(long, default_value = "runs/correlation")]
    out: PathBuf,
}

fn main() -> ExitCode {
    report(|| {
        let Arguments { study, sample, out } = Arguments::parse();
        let (device, split) = (device(&study.device)?, study.split()?);
        let settings = sample.settings(study.search(&split)?)?;
        let result =
            correlation(&settings, &study.images(&split, &device), &out, sample.truth(), &mut ProgressLine::new())?;
        println!("\n{result}");
        println!("results: {}", out.display());
        Ok(())
    })
}
