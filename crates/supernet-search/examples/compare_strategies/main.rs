//! Every search strategy on tables of trained networks: how good the best network found so far is,
//! against the number of trainings looked up.
//!
//! ```text
//! cargo run --release -p supernet-search --example compare_strategies -- --table nasbench_macro_cifar10.csv \
//!     --nas-bench-201 nasbench201_sample.csv --out docs/strategies
//! ```

mod curves;
mod figure;
#[path = "../../tests/processor_time/mod.rs"]
mod processor_time;
mod trials;

use clap::Parser;
use std::{
    error::Error,
    fs,
    path::{Path, PathBuf},
};
use trials::Benchmark;

/// Compares search strategies on NAS-Bench-Macro and on a sample of NAS-Bench-201.
#[derive(Parser)]
struct Arguments {
    /// The table of all 6,561 networks of NAS-Bench-Macro (arch, acc1, acc2, acc3, mean_acc, …).
    #[arg(long)]
    table: Option<PathBuf>,
    /// A table of some networks of NAS-Bench-201 (arch, c100_valid_200, c100_test_200, …).
    #[arg(long)]
    nas_bench_201: Option<PathBuf>,
    /// Where the files go.
    #[arg(long)]
    out: PathBuf,
    /// Strategies beside random search; all where none is named.
    #[arg(long)]
    only: Vec<String>,
    /// Seeds 1 to n.
    #[arg(long, default_value_t = 50)]
    seeds: u64,
    /// Trainings that a search may look up; on NAS-Bench-201 at most 200.
    #[arg(long, default_value_t = 1000)]
    queries: usize,
}

fn main() -> Result<(), Box<dyn Error>> {
    let arguments = Arguments::parse();
    fs::create_dir_all(&arguments.out)?;
    let read = |path: &Path| fs::read(path).map_err(|error| format!("{}: {error}", path.display()));
    if let Some(path) = &arguments.table {
        let bench = Benchmark::nas_bench_macro(&path.display().to_string(), &read(path)?)?;
        let data = "NAS-Bench-Macro, CIFAR-10, 3,969 networks trained three times each.";
        let sees = [
            "A search sees the accuracy of a network's first training. Drawn is how far the mean of three of the network that it holds for its best is".into(),
            format!("below the best of all ({:.2} %), no less than 0.01 points. Successive halving and hyperband pay 1 or 3 trainings a score and see the", bench.best()),
            "mean of as many. A search that runs out of new proposals keeps what it found. Some that are dear stop earlier.".into(),
        ];
        compare(&arguments, &bench, arguments.queries, data, sees, "")?;
    }
    if let Some(path) = &arguments.nas_bench_201 {
        let bench = Benchmark::nas_bench_201(&path.display().to_string(), &read(path)?)?;
        let data = "NAS-Bench-201, CIFAR-100, 500 of 15,625 cells.";
        let sees = [
            "A search sees the validation accuracy; every cell stands for the nearest of the 500. Drawn is how far the test accuracy of the cell that it".into(),
            format!("holds for its best is below the best of the 500 ({:.2} %), no less than 0.01 points. A search that runs out of new proposals keeps what it", bench.best()),
            "found. Some that are dear stop earlier.".into(),
        ];
        compare(&arguments, &bench, arguments.queries.min(200), data, sees, "_201")?;
    }
    Ok(())
}

/// Runs, writes and prints one benchmark; its files end in `suffix`.
fn compare(
    Arguments { out, only, seeds, .. }: &Arguments,
    bench: &Benchmark,
    queries: usize,
    data: &str,
    sees: [String; 3],
    suffix: &str,
) -> Result<(), Box<dyn Error>> {
    let curves = curves::all(bench, only, *seeds, queries)?;
    println!("{}\n", curves::markdown(&curves, queries));
    println!("Less than random search by\n\n{}\n", curves::against_random(&curves, queries));
    fs::write(out.join(format!("results{suffix}.csv")), curves::csv(&curves, *seeds))?;
    let first = format!("Lines: median over {seeds} seeds (1 to {seeds}); bands: 25 to 75 %. Data: {data}");
    let caption: Vec<String> = [first].into_iter().chain(sees).collect();
    let figure = figure::Figure { bench: bench.name, caption: &caption, curves: &curves, queries };
    fs::write(out.join(format!("strategies{suffix}.svg")), figure.svg()?)?;
    figure.png(&out.join(format!("strategies{suffix}.png")))
}
