//! What untrained networks say of NAS-Bench-201: proxies of the rows of a table, held against the
//! published accuracies, beside counts, alone and fitted to a few rows.

use clap::Parser;
use rand::seq::index::sample;
use std::{fmt::Write, fs, path::PathBuf, process::ExitCode};
use supernet::{
    nn::{Execution, known::NasBench201Net},
    prelude::*,
    search::{
        Bootstrap, CorrelateSettings, Ranking, SearchError, Spread, Table,
        calibration::calibrated,
        correlate_rankings, cost_rankings, kendall,
        ranking::pick,
        trust::{Counted, Proxy},
    },
    space::{Cost, NasBench201, NasBench201Shape, PathMask},
    train::{SearchData, Untrained},
};
use supernet_examples::{cifar10_split, open_table, report};

/// Proxies of untrained networks against a table of NAS-Bench-201.
#[derive(Parser)]
struct Arguments {
    /// Folder of CIFAR-10's binary version: data_batch_*.bin and test_batch.bin.
    #[arg(long)]
    data: PathBuf,

    /// A table of networks: arch, and the columns below.
    #[arg(long)]
    table: PathBuf,

    /// The column that rankings are held against, in per cent.
    #[arg(long, default_value = "c100_test_200")]
    accuracy: String,

    /// Filters of the first stage.
    #[arg(long, default_value_t = 16)]
    filters: usize,

    /// Cells of a stage.
    #[arg(long, default_value_t = 5)]
    cells: usize,

    /// Images at half their side.
    #[arg(long)]
    halve: bool,

    /// Images of the batch.
    #[arg(long, default_value_t = 64)]
    images: usize,

    /// Seeds of weights and batch.
    #[arg(long, value_delimiter = ',', default_values_t = [1, 2, 3])]
    seeds: Vec<u64>,

    /// Rows that are known, for the fits.
    #[arg(long, default_value_t = 20)]
    known: usize,

    /// Ways to draw them.
    #[arg(long, default_value_t = 20)]
    draws: u64,

    /// Where to run: flex (this processor) or, if built with their features, cuda:0, vulkan:0,
    /// wgpu:0.
    #[arg(long, default_value = "flex")]
    device: String,

    /// Directory for the results.
    #[arg(long, default_value = "runs/nas_bench_201")]
    out: PathBuf,
}

fn main() -> ExitCode {
    report(|| {
        let arguments = Arguments::parse();
        let csv = open_table(&arguments.table)?;
        let table = Table::nas_bench_201("nas-bench-201", csv, &arguments.accuracy, &arguments.accuracy)?;
        let architectures: Vec<Architecture> = table.rows().iter().map(|row| row.architecture.clone()).collect();
        let values = proxies(&arguments, &architectures)?;
        let rankings = rankings(&table, &architectures, &values)?;
        let settings = CorrelateSettings { shares: vec![0.05], among: vec![1, 10], ..CorrelateSettings::default() };
        let mut text = correlate_rankings(&table, &architectures, &rankings, &settings)?.to_string();
        text += &fitted(&arguments, &table, &architectures, &values)?;
        println!("\n{text}");
        fs::create_dir_all(&arguments.out)?;
        fs::write(arguments.out.join("table.txt"), text)?;
        let lists: Vec<String> =
            values.iter().zip(&arguments.seeds).map(|(rows, seed)| csv_of(rows, *seed, &architectures)).collect();
        fs::write(
            arguments.out.join("proxies.csv"),
            format!("architecture,seed,jacob_cov,synflow,grad_norm,snip\n{}", lists.concat()),
        )?;
        println!("results: {}", arguments.out.display());
        Ok(())
    })
}

/// A value of each proxy.
type Values = [f64; Proxy::ALL.len()];

/// What the untrained networks say, for each seed.
fn proxies(
    arguments: &Arguments,
    architectures: &[Architecture],
) -> Result<Vec<Vec<Values>>, Box<dyn std::error::Error>> {
    let split = cifar10_split(&arguments.data, arguments.halve, 1, |_| 1_000)?;
    let device = device(&arguments.device)?;
    let image = split.train.shape();
    let shape = NasBench201Shape {
        filters: arguments.filters,
        cells: arguments.cells,
        side: image.width,
        channels: image.channels,
        classes: split.train.classes().len(),
    };
    let definition = NasBench201Net::definition(shape, &device)?;
    let train = SearchData::images(&split)?.train;
    let masks: Vec<PathMask> = architectures.iter().map(|architecture| architecture.mask().clone()).collect();
    let of_seed = |&seed: &u64| {
        let untrained = Untrained::new(&definition, &train, arguments.images, seed, Execution::default(), &device);
        Ok(untrained.all(&masks, &mut ProgressLine::new())?)
    };
    arguments.seeds.iter().map(of_seed).collect()
}

/// The proxies, counts, and what was fixed before anything was looked at: the mean place by
/// jacob_cov, synflow and parameters.
fn rankings(
    table: &Table,
    architectures: &[Architecture],
    values: &[Vec<Values>],
) -> Result<Vec<Ranking>, SearchError> {
    let of = |(j, proxy): (usize, Proxy)| Ranking {
        name: proxy.name().into(),
        lists: values.iter().map(|rows| rows.iter().map(|row| finite(row[j])).collect()).collect(),
    };
    let mut rankings: Vec<Ranking> = Proxy::ALL.into_iter().enumerate().map(of).collect();
    let costs = cost_rankings(table, architectures)?;
    rankings.insert(0, Ranking::by_mean_place("mean place", &[&rankings[0], &rankings[1], &costs[0]]));
    rankings.extend(costs);
    Ok(rankings)
}

/// What is no number counts least.
fn finite(value: f64) -> f64 {
    if value.is_finite() { value } else { f64::MIN }
}

/// How well fits to a few rows rank all others, with and without the proxies.
fn fitted(
    arguments: &Arguments,
    table: &Table,
    architectures: &[Architecture],
    values: &[Vec<Values>],
) -> Result<String, SearchError> {
    let space = NasBench201::new().space().clone();
    let rows: Vec<(&Architecture, Cost)> = table.rows().iter().map(|row| (&row.architecture, row.cost)).collect();
    let counts = Counted::of(&space, &rows);
    let truth: Vec<f64> = architectures.iter().map(|one| table.reported(one)).collect::<Result<_, _>>()?;
    let bootstrap = Bootstrap { seed: 1, resamples: 2 };
    let (mut with, mut without) = (Vec::new(), Vec::new());
    for (place, rows) in values.iter().enumerate() {
        let all = counts.clone().with_proxies(rows);
        for draw in 0..arguments.draws {
            let drawn =
                sample(&mut draws(arguments.seeds[place], "known rows", draw), truth.len(), arguments.known).into_vec();
            let known: Vec<(usize, f64)> = drawn.iter().map(|&place| (place, truth[place])).collect();
            let rest: Vec<usize> = (0..truth.len()).filter(|place| !drawn.contains(place)).collect();
            let tau = |counted: &Counted| -> Result<f64, SearchError> {
                let predicted = calibrated(&[], counted, &known, bootstrap)?.predictions;
                Ok(kendall(&pick(&predicted, &rest), &pick(&truth, &rest)).unwrap_or(0.0))
            };
            with.push(tau(&all)?);
            without.push(tau(&counts)?);
        }
    }
    let gains: Vec<f64> = with.iter().zip(&without).map(|(with, without)| with - without).collect();
    let mut text = format!(
        "\nfitted to {} rows that are left out of the figure, {} ways to draw them for each seed\n",
        arguments.known, arguments.draws
    );
    for (name, list) in
        [("counts and proxies", &with), ("counts alone", &without), ("the first minus the second", &gains)]
    {
        let Spread { mean, deviation, .. } = Spread::of(list).expect("a draw");
        writeln!(text, "{name:<28} Kendall {mean:.3}, standard deviation {deviation:.3}").expect("a text");
    }
    Ok(text)
}

fn csv_of(rows: &[Values], seed: u64, architectures: &[Architecture]) -> String {
    let line = |(architecture, row): (&Architecture, &Values)| {
        format!("{architecture},{seed},{},{},{},{}\n", row[0], row[1], row[2], row[3])
    };
    architectures.iter().zip(rows).map(line).collect()
}
