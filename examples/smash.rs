//! Weights from a hypernetwork beside shared ones: two supernets of one space of concatenations
//! score the same random networks, which are then trained from scratch.

use clap::Parser;
use std::{path::PathBuf, process::ExitCode, time::Instant};
use supernet::{
    known::{BankEntry, MemoryBanksNet},
    own::{Conv, Definition, Generated},
    prelude::*,
    search::{Bootstrap, Evaluator, Perturb, Scored, SearchLimits, search, spearman},
    space::{MemoryBanks, MemoryBanksShape},
    train::{ImageExamples, PathSampling, Scoring, StandAlone, StandAloneEvaluator, SupernetEvaluator},
};
use supernet_examples::report;

/// SMASH on CIFAR-10 at 16×16: how well scores with generated and with shared weights follow the
/// accuracy of networks trained from scratch.
#[derive(Parser)]
struct Arguments {
    /// Directory with the binary version of CIFAR-10.
    #[arg(long)]
    data: PathBuf,

    /// Seeds.
    #[arg(long, value_delimiter = ',', default_values_t = [1])]
    seeds: Vec<u64>,

    /// Random networks that are scored and trained from scratch.
    #[arg(long, default_value_t = 24)]
    networks: usize,

    /// Training steps of each supernet, of 64 images in ghost batches of 16.
    #[arg(long, default_value_t = 2_000)]
    steps: u64,

    /// Epochs of a network trained from scratch.
    #[arg(long, default_value_t = 8)]
    epochs: usize,

    /// Candidates of the paper's plan on each supernet, at least 7; 0 for no plan.
    #[arg(long, default_value_t = 140)]
    plan: usize,
}

fn main() -> ExitCode {
    report(|| {
        let arguments = Arguments::parse();
        let cifar = cifar10(&arguments.data)?;
        let (all, test) = (cifar.train.average_2x2()?, cifar.test.average_2x2()?);
        let split = stratified_with_test(&all, &[5_000, 2_000], test, &mut draws(1, "split", 0))?;
        let device = device("flex")?;
        for &seed in &arguments.seeds {
            let scene = Scene { arguments: &arguments, split: &split, device: &device, seed };
            scene.study()?;
        }
        Ok::<(), Failed>(())
    })
}

type Failed = Box<dyn std::error::Error>;

/// A study under one seed.
struct Scene<'a> {
    arguments: &'a Arguments,
    split: &'a Split,
    device: &'a Device,
    seed: u64,
}

impl Scene<'_> {
    fn config(&self) -> SearchConfig {
        let mut config = SearchConfig { seed: self.seed, ..SearchConfig::quick() };
        config.paths = PathSampling::UniformArchitecture;
        (config.supernet.steps, config.supernet.batch, config.supernet.ghost_batch) = (self.arguments.steps, 64, 16);
        (config.stand_alone.epochs, config.stand_alone.batch) = (self.arguments.epochs, 64);
        config
    }

    fn study(&self) -> Result<(), Failed> {
        let (banks, shape) =
            (MemoryBanks::new(6)?, MemoryBanksShape { filters: 16, side: 16, channels: 3, classes: 10 });
        let plain = MemoryBanksNet::<Conv>::definition(&banks, shape, self.device)?;
        let rng = &mut draws(self.seed, "networks", 0);
        let networks: Vec<Architecture> = (0..self.arguments.networks).map(|_| plain.space().sample(rng)).collect();
        let trained = self.trained(&plain, &networks)?;
        let truth: Vec<f64> = trained.iter().map(|scored| scored.score.accuracy).collect();
        let parameters: Vec<f64> = trained.iter().map(|scored| scored.cost.parameters as f64).collect();
        let (least, most) = truth.iter().fold((1.0, 0.0), |(least, most), &x| (f64::min(least, x), f64::max(most, x)));
        println!("seed {}: trained from scratch, {:.1} to {:.1} %", self.seed, 100.0 * least, 100.0 * most);
        self.print("parameters", &parameters, &truth);
        self.of_supernet("shared", &plain, &plain, &networks, &truth)?;
        // The same networks under the same names.
        let generated = MemoryBanksNet::<Generated>::definition(&banks, shape, self.device)?;
        self.of_supernet("generated", &generated, &plain, &networks, &truth)
    }

    /// Trains a supernet, scores the networks, and follows the paper's plan.
    fn of_supernet<E: BankEntry + 'static>(
        &self,
        name: &str,
        definition: &Definition<MemoryBanksNet<E>>,
        plain: &Definition<MemoryBanksNet<Conv>>,
        networks: &[Architecture],
        truth: &[f64],
    ) -> Result<(), Failed> {
        let config = self.config();
        let data = SearchData::images(self.split)?;
        let search_of: Search<'_, _, ImageExamples<'_>> = Search::new(&config, definition.clone(), data, self.device)?;
        let (mut progress, started) = (ProgressLine::new(), Instant::now());
        let supernet = search_of.train(&mut progress)?;
        println!("{name}: {:.3} s for a step", started.elapsed().as_secs_f64() / config.supernet.steps as f64);
        let (scoring, validation) = (Scoring::new(networks.len(), 250), &search_of.data().validation);
        let mut evaluator =
            SupernetEvaluator::new(&supernet, definition, validation, scoring, self.device, &mut progress)?;
        let scored = evaluator.evaluate(networks)?;
        let by = |of: fn(&Scored) -> f64| scored.iter().map(of).collect::<Vec<f64>>();
        self.print(&format!("{name}, by accuracy"), &by(|scored| scored.score.accuracy), truth);
        self.print(&format!("{name}, by loss"), &by(|scored| -scored.score.loss), truth);
        if self.arguments.plan > 0 {
            let candidates = self.arguments.plan;
            let new = Perturb::new(definition.space().clone(), self.seed, "candidates");
            let limits = SearchLimits { candidates, ask: candidates, patience: 10 * candidates };
            let outcome = search(definition.space(), &mut new.with_networks(candidates)?, &mut evaluator, limits)?;
            let best = outcome.ranked()[0].architecture.clone();
            let trained = self.trained(plain, &[best])?;
            println!("{name}: the best of {candidates}, trained: {:.1} %", 100.0 * trained[0].score.accuracy);
        }
        Ok(())
    }

    /// The networks trained from scratch, on validation images.
    fn trained(
        &self,
        plain: &Definition<MemoryBanksNet<Conv>>,
        networks: &[Architecture],
    ) -> Result<Vec<Scored>, Failed> {
        let (config, data) = (self.config(), SearchData::images(self.split)?);
        let stand_alone = StandAlone {
            definition: plain,
            training: &config.stand_alone,
            examples: &data.train,
            seed: self.seed,
            execution: config.execution,
            device: self.device,
        };
        let (examples, progress) = (&data.validation, &mut ProgressLine::new());
        Ok(StandAloneEvaluator { stand_alone, examples, at_once: 0, progress }.evaluate(networks)?)
    }

    fn print(&self, name: &str, scores: &[f64], truth: &[f64]) {
        let strata = vec![0; truth.len()];
        let of = |places: &[usize], list: &[f64]| places.iter().map(|&place| list[place]).collect::<Vec<f64>>();
        let statistic = |places: &[usize]| spearman(&of(places, scores), &of(places, truth));
        match (Bootstrap { seed: self.seed, resamples: 2_000 }).estimate("networks", &strata, statistic) {
            Some(estimate) => println!("| {} | {name} | {estimate} |", self.seed),
            None => println!("| {} | {name} | none: all equal |", self.seed),
        }
    }
}
