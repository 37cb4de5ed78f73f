//! Weights from a hypernetwork beside shared ones: two supernets of one space of concatenations
//! score the same random networks, which are then trained from scratch.

use clap::Parser;
use std::{path::PathBuf, process::ExitCode, time::Instant};
use supernet::{
    burn::{self, module::Module, nn},
    own::*,
    prelude::*,
    search::{Bootstrap, Evaluator, Perturb, Scored, SearchLimits, search, spearman},
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

/// Channels of a bank, and of the layer behind all banks.
const CHANNELS: [usize; 2] = [16, 32];

/// Blocks, each of which writes a bank.
const BLOCKS: usize = 6;

/// What brings a bank to the channels that a block reads.
trait Entry: Layer {
    fn new(b: &Build, channels: [usize; 2]) -> Self;

    /// What makes its weights, if anything does.
    fn hypernetwork(_b: &Build) -> Vec<Hypernetwork> {
        Vec::new()
    }
}

impl Entry for Conv {
    fn new(b: &Build, channels: [usize; 2]) -> Self {
        Self::new(b, channels, 1)
    }
}

impl Entry for Generated {
    fn new(b: &Build, channels: [usize; 2]) -> Self {
        Self::new(b, channels)
    }

    fn hypernetwork(b: &Build) -> Vec<Hypernetwork> {
        vec![Hypernetwork::new(b)]
    }
}

/// What a block may compute.
#[expect(clippy::large_enum_variant, reason = "hundreds of bytes beside parameters that are thousands")]
#[derive(Module, Debug)]
enum Op {
    Nothing(Identity),
    Conv(ConvNorm),
}

impl Layer for Op {
    fn forward(&self, x: Rows) -> Rows {
        match self {
            Self::Nothing(nothing) => x.through(nothing),
            Self::Conv(conv) => x.through(conv),
        }
    }
}

/// A memory of banks: block i reads some of those before it, side by side, through a 1x1, and
/// writes one. 5 choices of what is read and 6 of what is computed.
#[derive(Module, Debug)]
struct Banks<E: Module> {
    hyper: Vec<Hypernetwork>,
    stem: ConvNorm,
    reads: Vec<SomeOf<E>>,
    ops: Vec<OneOf<Op>>,
    exits: Vec<E>,
    norms: Vec<GhostNorm>,
    last: GhostNorm,
    head: nn::Linear,
}

impl<E: Entry> Layer<4, 2> for Banks<E> {
    fn forward(&self, x: Rows) -> Rows<2> {
        let mut banks: Vec<Rows> = vec![x.through(&self.hyper).through(&self.stem)];
        for (i, op) in self.ops.iter().enumerate() {
            let read = if i == 0 { banks[0].clone() } else { self.reads[i - 1].forward_each(banks.clone()) };
            banks.push(self.norms[i].relu(read.through(op)));
        }
        let exits = banks.into_iter().zip(&self.exits).map(|(bank, exit)| bank.through(exit)).collect();
        self.last.relu(Rows::sum(exits)).global_average().through(&self.head)
    }
}

fn banks<E: Entry>(b: &Build) -> Banks<E> {
    let [c, wide] = CHANNELS;
    let conv = |conv| Op::Conv(conv);
    let ops = || {
        let spread = [3, 5].map(|k| (format!("depthwise{k}"), conv(ConvNorm::depthwise(b, c, k))));
        let others =
            [("nothing".into(), Op::Nothing(Identity {})), ("conv3".into(), conv(ConvNorm::new(b, [c, c], 3)))];
        others.into_iter().chain(spread)
    };
    let entry = |bank: usize| (format!("bank{bank}"), E::new(b, [c, c]));
    Banks {
        hyper: E::hypernetwork(b),
        stem: ConvNorm::new(b, [3, c], 3).with_stride(2).with_relu(),
        reads: (1..BLOCKS).map(|i| SomeOf::new(b, format!("reads{i}"), 1..=i + 1, (0..=i).map(entry))).collect(),
        ops: (0..BLOCKS).map(|i| OneOf::new(b, format!("op{i}"), ops())).collect(),
        exits: (0..=BLOCKS).map(|_| E::new(b, [c, wide])).collect(),
        norms: (0..BLOCKS).map(|_| GhostNorm::new(b, c)).collect(),
        last: GhostNorm::new(b, wide),
        head: nn::LinearConfig::new(wide, 10).init(b.device()),
    }
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
        let shape = [3, 16, 16];
        let plain = Definition::new("banks", &shape, self.device, banks::<Conv>)?;
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
        let generated = Definition::new("banks", &shape, self.device, banks::<Generated>)?;
        self.of_supernet("generated", &generated, &plain, &networks, &truth)
    }

    /// Trains a supernet, scores the networks, and follows the paper's plan.
    fn of_supernet<E: Entry>(
        &self,
        name: &str,
        definition: &Definition<Banks<E>>,
        plain: &Definition<Banks<Conv>>,
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
    fn trained(&self, plain: &Definition<Banks<Conv>>, networks: &[Architecture]) -> Result<Vec<Scored>, Failed> {
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
