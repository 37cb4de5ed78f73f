//! What each part of the method is worth, and what ranks better than the paper: rank correlation
//! with and without, same seeds, same accuracies from scratch.

use clap::Parser;
use std::{path::PathBuf, process::ExitCode};
use supernet::{
    experiments::{Ablation, AblationSettings, ablations},
    prelude::*,
};
use supernet_examples::{Sample, Study, report};

/// Rank correlation with and without each part of the method, paired.
#[derive(Parser)]
struct Arguments {
    #[command(flatten)]
    study: Study,

    #[command(flatten)]
    sample: Sample,

    /// Epochs of a fine-tune from the shared weights.
    #[arg(long, default_value_t = 1)]
    fine_tune_epochs: usize,

    /// Only this change, as in the column `ablation` of result.json: constant_rate, by_loss, …; may
    /// be given several times [default: all]
    #[arg(long, value_parser = ablation, value_name = "CHANGE")]
    only: Vec<Ablation>,

    /// Directory for the results; the same command goes on where it was stopped.
    #[arg(long, default_value = "runs/ablations")]
    out: PathBuf,
}

fn ablation(name: &str) -> Result<Ablation, String> {
    Ablation::ALL
        .into_iter()
        .find(|one| one.key() == name)
        .ok_or_else(|| format!("expected one of {}", Ablation::ALL.map(Ablation::key).join(", ")))
}

fn main() -> ExitCode {
    report(|| {
        let Arguments { study, sample, fine_tune_epochs, only, out } = Arguments::parse();
        let (device, split) = (device(&study.device)?, study.split()?);
        let mut settings =
            AblationSettings { fine_tune_epochs, ..AblationSettings::new(sample.settings(study.search(&split)?)?) };
        if !only.is_empty() {
            settings.ablations = only;
        }
        let result =
            ablations(&settings, &study.images(&split, &device), &out, sample.truth(), &mut ProgressLine::new())?;
        println!("\n{result}");
        println!("results: {}", out.display());
        Ok(())
    })
}
