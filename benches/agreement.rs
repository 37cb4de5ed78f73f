//! Whether training with this library's kernels and with Burn's own operations comes out the same:
//! the mean loss of the last steps.
//!
//! ```text
//! cargo run --release --bin agreement
//! SUPERNET_DATA=data cargo run --release --bin agreement -- --data cifar10 --filters 16 --batch 64
//! ```
//!
//! Both runs start from the same weights and see the same images and masks. Rounding differs, and
//! training magnifies it step by step, so single losses drift apart while their means should not.
//! `BURN_DEVICE` chooses the device.

use clap::{Parser, ValueEnum};
use std::{error::Error, path::Path};
use supernet::{
    data::{Augmentation, Images, cifar10, fashion_mnist, stratified},
    nn::Execution,
    space::draws,
    train::{Observation, Progress, Search, SearchConfig},
};
use supernet_benches::{device, device_name};

/// Trains a supernet twice, with kernels and with plain Burn operations, and compares the mean
/// losses of the last steps.
#[derive(Parser)]
struct Arguments {
    /// Images: the embedded clothing at 16x16 as in the quickstart, or CIFAR-10 from the folder
    /// `cifar-10-batches-bin` in `SUPERNET_DATA`.
    #[arg(long, value_enum, default_value = "fashion_mnist")]
    data: Data,
    /// Steps of both runs.
    #[arg(long, default_value_t = 200)]
    steps: u64,
    /// Steps at the end whose losses are averaged.
    #[arg(long, default_value_t = 20)]
    last: u64,
    /// Filters F.
    #[arg(long, default_value_t = 8)]
    filters: usize,
    /// Images per step, in ghost batches of 16.
    #[arg(long, default_value_t = 128)]
    batch: usize,
    /// Seed of weights, order and masks.
    #[arg(long, default_value_t = 1)]
    seed: u64,
}

#[derive(Clone, Copy, ValueEnum)]
#[value(rename_all = "snake_case")]
enum Data {
    FashionMnist,
    Cifar10,
}

fn main() -> Result<(), Box<dyn Error>> {
    let arguments = Arguments::parse();
    let Arguments { steps, last, .. } = arguments;
    let images = arguments.data.images()?;
    let shape = images.shape();
    println!("{}: {} images {shape}, {steps} steps on {}", images.name(), images.len(), device_name());
    println!("| operations | first loss | mean loss of steps {} to {steps} |", steps - last + 1);
    println!("|---|---|---|");
    let kernels = losses(&arguments, &images, Execution::Kernels)?.printed("kernels", last);
    let plain = losses(&arguments, &images, Execution::PlainBurn)?.printed("plain Burn", last);
    println!("relative difference {:.4} %", 100.0 * ((kernels - plain) / plain).abs());
    Ok(())
}

impl Data {
    fn images(self) -> Result<Images, Box<dyn Error>> {
        match self {
            Self::FashionMnist => Ok(fashion_mnist()?.average_2x2()?.pad(1)?),
            Self::Cifar10 => {
                let folder = std::env::var("SUPERNET_DATA")
                    .map_err(|_| "SUPERNET_DATA: not set, expected the folder that holds cifar-10-batches-bin")?;
                Ok(cifar10(Path::new(&folder).join("cifar-10-batches-bin"))?.train)
            }
        }
    }
}

/// The loss of every step of a run.
fn losses(arguments: &Arguments, images: &Images, execution: Execution) -> Result<Losses, Box<dyn Error>> {
    let mut config = SearchConfig { seed: arguments.seed, execution, ..SearchConfig::quick() };
    config.network.set_filters(arguments.filters);
    config.supernet.steps = arguments.steps;
    config.supernet.batch = arguments.batch;
    config.supernet.augmentation = Augmentation::STANDARD;
    let split = stratified(images, &[images.len() - 200, 100, 100], &mut draws(arguments.seed, "split", 0))?;
    let mut losses = Losses(Vec::new());
    Search::images(&config, &split, &device())?.train(&mut losses)?;
    Ok(losses)
}

/// Notes only the losses.
struct Losses(Vec<f64>);

impl Losses {
    /// Prints the row of a run; the mean of its last losses.
    fn printed(&self, name: &str, last: u64) -> f64 {
        let of_last = &self.0[self.0.len().saturating_sub(last as usize)..];
        let mean = of_last.iter().sum::<f64>() / of_last.len() as f64;
        println!("| {name} | {:.6} | {mean:.6} |", self.0[0]);
        mean
    }
}

impl Progress for Losses {
    fn is_due(&self, _done: u64) -> bool {
        true
    }

    fn observe(&mut self, _done: u64, observation: &Observation) {
        self.0.push(f64::from(observation.loss.clone().into_scalar::<f32>()));
    }
}
