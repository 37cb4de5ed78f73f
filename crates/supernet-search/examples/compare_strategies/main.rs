//! Every search strategy on NAS-Bench-Macro: how good the best network found so far is, against the number of trainings looked
//! up.
//!
//! ```text
//! cargo run --release -p supernet-search --example compare_strategies -- --table nasbench_macro_cifar10.csv --out docs/strategies
//! ```

mod curves;
mod figure;
mod trials;

use clap::Parser;
use std::{error::Error, fs, path::PathBuf};
use trials::Benchmark;

/// Compares search strategies on NAS-Bench-Macro.
#[derive(Parser)]
struct Arguments {
    /// The table of all 6,561 networks (arch, acc1, acc2, acc3, mean_acc, …).
    #[arg(long)]
    table: PathBuf,
    /// Where results.csv and strategies.svg and .png go.
    #[arg(long)]
    out: PathBuf,
    /// Seeds 1 to n.
    #[arg(long, default_value_t = 50)]
    seeds: u64,
    /// Trainings that a search may look up.
    #[arg(long, default_value_t = 1000)]
    queries: usize,
}

fn main() -> Result<(), Box<dyn Error>> {
    let arguments = Arguments::parse();
    let text = fs::read(&arguments.table).map_err(|error| format!("{}: {error}", arguments.table.display()))?;
    let bench = Benchmark::read(&arguments.table.display().to_string(), &text)?;
    let curves = curves::all(&bench, arguments.seeds, arguments.queries)?;
    fs::create_dir_all(&arguments.out)?;
    fs::write(arguments.out.join("results.csv"), curves::csv(&curves, arguments.seeds))?;
    println!("{}", curves::markdown(&curves, arguments.queries));
    let figure = figure::Figure { curves: &curves, seeds: arguments.seeds, queries: arguments.queries };
    fs::write(arguments.out.join("strategies.svg"), figure.svg()?)?;
    figure.png(&arguments.out.join("strategies.png"))
}
