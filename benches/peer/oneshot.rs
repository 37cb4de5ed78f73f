//! The counterpart of `oneshot_torch.py`: the same figures of this library, from the same masks,
//! under the same keys.
//!
//! ```text
//! cargo build --release --bin oneshot
//! target/release/oneshot --masks benches/peer/m8.json --filters 8 --cells 3 --image 16 --ghosts 8 --ghost-size 16
//! ```
//!
//! A training step does what the peer's does, and masked L2 and clipping besides. `gflops` counts
//! the convolutions that the masks use, forward and both gradients; what is shared between
//! candidates is counted for each of them. `BURN_DEVICE` chooses the device.

use clap::{Parser, ValueEnum};
use serde_json::{Map, Value, json};
use std::path::PathBuf;
use supernet::nn::Execution;
use supernet_benches::{
    MaskFile, ScoringRun, Shape, Times, TrainingStep, device, device_name, peak_kib, resident_kib, timed,
};

/// Times a training step and the scoring of candidates, one JSON line per figure.
#[derive(Parser)]
struct Arguments {
    /// 20 training draws and 64 candidates, as `oneshot_torch.py --write-masks` writes them.
    #[arg(long)]
    masks: PathBuf,
    /// Filters F.
    #[arg(long, default_value_t = 16)]
    filters: usize,
    /// Cells N.
    #[arg(long, default_value_t = 3)]
    cells: usize,
    /// Side of the images.
    #[arg(long, default_value_t = 32)]
    image: usize,
    /// Ghost batches in a training step.
    #[arg(long, default_value_t = 8)]
    ghosts: usize,
    /// Images in a ghost batch, and images that a candidate is scored on.
    #[arg(long, default_value_t = 32)]
    ghost_size: usize,
    /// Training draws, at most those of the file; also how often all candidates are scored.
    #[arg(long, default_value_t = 20)]
    draws: usize,
    /// Threads.
    #[arg(long, default_value_t = 2)]
    threads: usize,
    /// Which operations run.
    #[arg(long, value_delimiter = ',', default_value = "kernels,plain_burn")]
    modes: Vec<Mode>,
    /// What is timed.
    #[arg(long, value_delimiter = ',', default_value = "train,score")]
    what: Vec<What>,
    /// Memory for activations of candidates, in MiB, for each thread; if left out, the library's
    /// default.
    #[arg(long)]
    memory_mib: Option<usize>,
}

#[derive(Clone, Copy, ValueEnum)]
#[value(rename_all = "snake_case")]
enum Mode {
    Kernels,
    PlainBurn,
}

impl Mode {
    fn execution(self) -> Execution {
        match self {
            Self::Kernels => Execution::Kernels,
            Self::PlainBurn => Execution::PlainBurn,
        }
    }
}

#[derive(Clone, Copy, PartialEq, ValueEnum)]
enum What {
    Train,
    Score,
}

fn main() {
    let arguments = Arguments::parse();
    rayon::ThreadPoolBuilder::new().num_threads(arguments.threads).build_global().expect("the first pool");
    let Arguments { filters, cells, image: side, ghosts, ghost_size, .. } = arguments;
    let shape = Shape { filters, cells, side, ghosts, ghost_size };
    let file = MaskFile::read(&arguments.masks, &shape.network().cells);
    if arguments.what.contains(&What::Train) {
        train(&arguments, shape, &file);
    }
    if arguments.what.contains(&What::Score) {
        score(&arguments, shape, &file);
    }
}

/// Times of a training step, and how far memory has grown since before the first one: a peak only
/// grows, so give one mode.
fn train(arguments: &Arguments, shape: Shape, file: &MaskFile) {
    let mut step = TrainingStep::new(shape, &device());
    let before = resident_kib();
    let draws = &file.train[..arguments.draws.min(file.train.len())];
    for &mode in &arguments.modes {
        let times = timed(draws, |masks| step.run(masks, mode.execution()));
        let grown = peak_kib().zip(before).map(|(peak, before)| peak.saturating_sub(before) as f64 / 1024.0);
        let [inputs_on, operations_on] = file.paths_on(step.cells());
        // The gradients of input and weight are as much work again, each.
        let flops: f64 = draws.iter().flatten().map(|mask| 3.0 * shape.flops(mask) * shape.ghost_size as f64).sum();
        let figures = json!({
            "gflops": rounded(flops / draws.len() as f64 / times.median() / 1e9, 100.0),
            "mib_above_start": grown.map(f64::round),
            "params": step.parameters(),
            "inputs_on": inputs_on,
            "operations_on": operations_on,
        });
        print("train_step", mode, &times, shape.images(), figures, shape);
    }
}

/// How many candidates are scored in a second: all of the file in one call of the evaluator, over
/// and over.
fn score(arguments: &Arguments, shape: Shape, file: &MaskFile) {
    let definition = shape.network().definition(&device()).expect("sizes in range");
    let run = ScoringRun::new(&definition, shape.ghost_size, &device()).with(arguments.threads, arguments.memory_mib);
    let candidates = &file.candidates;
    for &mode in &arguments.modes {
        let rounds = vec![(); arguments.draws];
        let times = timed(&rounds, |()| assert_eq!(run.score(candidates, mode.execution()).len(), candidates.len()));
        let flops: f64 = candidates.iter().map(|mask| shape.flops(mask) * shape.ghost_size as f64).sum();
        let figures = json!({
            "candidates_per_s": rounded(candidates.len() as f64 / times.median(), 100.0),
            "gflops": rounded(flops / times.median() / 1e9, 100.0),
        });
        print("score_candidates", mode, &times, candidates.len() * shape.ghost_size, figures, shape);
    }
}

fn print(what: &str, mode: Mode, times: &Times, images: usize, figures: Value, shape: Shape) {
    let Shape { filters, cells, side, ghosts, ghost_size } = shape;
    let each: Vec<f64> = times.0.iter().map(|seconds| rounded(seconds * 1e3, 1000.0)).collect();
    let common = json!({
        "what": what,
        "mode": mode.to_possible_value().expect("none is skipped").get_name(),
        "ms": rounded(times.median() * 1e3, 10.0),
        "best_ms": rounded(times.best() * 1e3, 10.0),
        "images_per_s": rounded(images as f64 / times.median(), 10.0),
        "each_ms": each,
        "filters": filters,
        "cells": cells,
        "image": side,
        "ghosts": ghosts,
        "ghost_size": ghost_size,
        "device": device_name(),
        "threads": rayon::current_num_threads(),
    });
    let fields = |value| match value {
        Value::Object(fields) => fields,
        _ => Map::new(),
    };
    let line: Map<String, Value> = fields(common).into_iter().chain(fields(figures)).collect();
    println!("{}", Value::Object(line));
}

fn rounded(value: f64, parts: f64) -> f64 {
    (value * parts).round() / parts
}
