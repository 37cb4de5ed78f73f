//! The paper's main table: One-Shot Top, One-Shot Small, Random and All On at several widths,
//! trained from scratch and tested once (PAPER, *main table*).

use clap::Parser;
use std::{path::PathBuf, process::ExitCode};
use supernet::{
    experiments::{MainTableSettings, main_table},
    prelude::*,
};
use supernet_examples::{Study, report};

/// Top, small, random and all-on networks at several widths.
#[derive(Parser)]
struct Arguments {
    #[command(flatten)]
    study: Study,

    /// Networks of each method.
    #[arg(long, default_value_t = 3)]
    models: usize,

    /// Widths of the networks from scratch.
    #[arg(long, value_delimiter = ',', default_values_t = [8, 16])]
    filters: Vec<usize>,

    /// Parameter cap of One-Shot Small, as a quantile of the candidates' parameter counts.
    #[arg(long, default_value_t = 0.5)]
    cap: f64,

    /// Directory for the results; the same command goes on where it was stopped.
    #[arg(long, default_value = "runs/main_table")]
    out: PathBuf,
}

fn main() -> ExitCode {
    report(|| {
        let Arguments { study, models, filters, cap, out } = Arguments::parse();
        let (device, split) = (device(&study.device)?, study.split()?);
        let mut search = study.search(&split)?;
        // As in the paper, what was held out for scoring is trained on once everything is chosen.
        search.stand_alone.with_validation = true;
        let settings = MainTableSettings { search, filters, models, cap };
        let result = main_table(&settings, &study.images(&split, &device), &out, &mut ProgressLine::new())?;
        println!("\n{result}");
        println!("results: {}", out.display());
        Ok(())
    })
}
