//! What checkpoints and the log cost: training with them, as often as checkpoints are written by
//! default at most and with a line for every step, against training without.
//!
//! `cargo bench --bench checkpoints`; a minute on two cores. `BURN_DEVICE` chooses the device.

use std::time::{Duration, Instant};
use supernet::{
    prelude::*,
    train::{EventLog, Hooks, Keeper, Saving},
};
use supernet_benches::{device, device_name};

/// Steps of a training.
const STEPS: u64 = 60;

/// How often each kind of training is timed, in turns.
const ROUNDS: usize = 15;

/// Checkpoints as soon as the share of the time that they may take allows: the default's, without
/// its 30 seconds.
const OFTEN: Saving = Saving { every: Duration::ZERO, share: 0.01, from_last_good: false };

/// A checkpoint after every step.
const ALWAYS: Saving = Saving { every: Duration::ZERO, share: 1.0, from_last_good: false };

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let images = fashion_mnist()?.average_2x2()?.pad(1)?;
    let split = stratified(&images, &[6_000, 1_000, 3_000], &mut draws(1, "split", 0))?;
    println!("A training of {STEPS} steps of the preset quick on {}: the least of {ROUNDS} rounds.\n", device_name());
    let kinds = [("none", None), ("at most 1 % of the time", Some(OFTEN)), ("after every step", Some(ALWAYS))];
    let mut seconds = [f64::INFINITY; 3];
    for _ in 0..ROUNDS {
        for (least, (_, saving)) in seconds.iter_mut().zip(kinds) {
            *least = least.min(train(&split, saving)?);
        }
    }
    println!("| checkpoints | s | × none |\n|---|---|---|");
    for ((name, _), time) in kinds.into_iter().zip(seconds) {
        println!("| {name} | {time:.2} | {:.3} |", time / seconds[0]);
    }
    println!("\nOne checkpoint takes {:.1} ms.", 1e3 * (seconds[2] - seconds[0]) / (STEPS - 1) as f64);
    Ok(())
}

/// Seconds of a training.
fn train(split: &Split, saving: Option<Saving>) -> Result<f64, Box<dyn std::error::Error>> {
    let mut config = SearchConfig::quick();
    config.supernet.steps = STEPS;
    let folder = tempfile::Builder::new().tempdir_in(env!("CARGO_TARGET_TMPDIR"))?;
    let mut log = EventLog::open(folder.path().join("events.jsonl"))?;
    let mut keeper = saving.map(|saving| Keeper::new(folder.path().join("supernet"), saving, Some(&mut log)));
    let hooks = Hooks { keeper: keeper.as_mut(), ..Hooks::default() };
    let (search, sampler) = (Search::images(&config, split, &device())?, config.paths.sampler());
    let began = Instant::now();
    search.train_with(&*sampler, hooks, &mut Silent)?;
    Ok(began.elapsed().as_secs_f64())
}
