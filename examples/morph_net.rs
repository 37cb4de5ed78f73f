//! Widths by MorphNet's penalty beside one factor for all widths, at as many multiply-accumulates.

use clap::Parser;
use std::{path::PathBuf, process::ExitCode, time::Instant};
use supernet::{
    burn::{self, module::Module},
    own::{Build, Definition, Layer, Rows, WideConv, WideLinear, Width},
    prelude::*,
    space::{PathMask, Schedule},
    train::{
        ImageExamples, MorphNet, MorphNetSettings, Resource, SearchData, StandAlone, StandAloneTraining, test,
        widths_within,
    },
};
use supernet_examples::report;

/// Finds the widths of a chain of convolutions on CIFAR-10 at 16×16.
#[derive(Parser)]
struct Arguments {
    /// Directory with the binary version of CIFAR-10.
    #[arg(long)]
    data: PathBuf,

    /// Seeds.
    #[arg(long, value_delimiter = ',', default_values_t = [1, 2, 3])]
    seeds: Vec<u64>,

    /// Share of the widest network's multiply-accumulates.
    #[arg(long, default_value_t = 0.5)]
    share: f64,

    /// λ of the penalty, as a share of what the whole network costs.
    #[arg(long, default_value_t = 1.0)]
    strength: f64,

    /// Passes over the training images while channels shrink.
    #[arg(long, default_value_t = 8)]
    shrink: usize,

    /// Passes over the training images from scratch.
    #[arg(long, default_value_t = 15)]
    epochs: usize,
}

type Failure = Box<dyn std::error::Error>;

/// 3x3 convolutions at sides of 16, 8 and 4, each of a width of its own.
#[derive(Module, Debug)]
struct Chain {
    layers: Vec<WideConv>,
    classifier: WideLinear,
}

/// The widest of each layer, and its stride.
const LAYERS: [(usize, usize); 6] = [(32, 1), (32, 1), (64, 2), (64, 1), (96, 2), (96, 1)];
/// Steps of a width.
const STEPS: usize = 16;

impl Chain {
    fn new(b: &Build) -> Self {
        let mut from = Width::fixed(3);
        let mut layers = Vec::new();
        for (i, (widest, stride)) in LAYERS.into_iter().enumerate() {
            let to = Width::one_of(b, format!("w{}", i + 1), (1..=STEPS).map(|step| step * widest / STEPS));
            layers.push(WideConv::new(b, &from, &to, 3).with_stride(stride).with_relu());
            from = to;
        }
        Self { layers, classifier: WideLinear::new(b, &from, 10) }
    }
}

impl Layer<4, 2> for Chain {
    fn forward(&self, x: Rows) -> Rows<2> {
        x.through(&self.layers).global_average().through(&self.classifier)
    }
}

fn main() -> ExitCode {
    report(|| {
        let arguments = Arguments::parse();
        let cifar = cifar10(&arguments.data)?;
        let (all, test) = (cifar.train.average_2x2()?, cifar.test.average_2x2()?);
        let split = stratified_with_test(&all, &[5_000, 2_000], test, &mut draws(1, "split", 0))?;
        let config = SearchConfig::quick();
        let device = device("flex")?;
        let search = Search::images(&config, &split, &device)?;
        let definition = Definition::new("chain", &[3, 16, 16], &device, Chain::new)?;
        let (training, data, execution) = (config.stand_alone, search.data(), config.execution);
        let scene =
            Scene { definition: &definition, training, data, execution, device: &device, arguments: &arguments };
        println!("| seed | widths | which | multiply-accumulates | of the limit | validation | test | seconds |");
        println!("|---|---|---|---|---|---|---|---|");
        arguments.seeds.iter().try_for_each(|&seed| scene.compare(seed))
    })
}

/// What all trainings share.
struct Scene<'a, 's> {
    definition: &'a Definition<Chain>,
    training: StandAloneTraining,
    data: &'a SearchData<ImageExamples<'s>>,
    execution: Execution,
    device: &'a Device,
    arguments: &'a Arguments,
}

impl Scene<'_, '_> {
    /// Shrinks the widest network, and trains what is left beside one factor for all widths.
    fn compare(&self, seed: u64) -> Result<(), Failure> {
        let space = self.definition.space();
        let widest = space.mask(space.choices().iter().map(|choice| 1 << (choice.options().len() - 1)).collect());
        let most = (self.arguments.share * self.definition.cost(&widest)?.macs as f64) as u64;
        let mut shrinking = StandAloneTraining { epochs: self.arguments.shrink, ..self.training };
        shrinking.sgd.schedule = Schedule::Constant;
        let settings =
            MorphNetSettings { strength: self.arguments.strength, ..MorphNetSettings::within(Resource::Macs, most) };
        let began = Instant::now();
        let morph_net = MorphNet { stand_alone: self.trainer(&shrinking, seed), settings };
        let shrunk = morph_net.run(&widest, &mut Silent)?;
        let seconds = began.elapsed().as_secs();
        let alive: Vec<String> = shrunk.alive.iter().map(|(name, share)| format!("{name} {share:.2}")).collect();
        eprintln!("seed {seed}: λ {}, alive {}, {seconds} s to shrink", shrunk.strength, alive.join(", "));
        let values: Vec<(String, f64)> = space
            .choices()
            .iter()
            .zip(LAYERS)
            .map(|(choice, (widest, _))| (choice.name().into(), widest as f64))
            .collect();
        let uniform = widths_within(self.definition, &widest, &values, (Resource::Macs, most))?;
        let uniform = uniform.ok_or("the least widths take more than the limit")?;
        self.alone((seed, most), "MorphNet", &shrunk.mask)?;
        self.alone((seed, most), "one factor", &uniform)?;
        self.alone((seed, most), "the widest", &widest)
    }

    fn trainer<'t>(&'t self, training: &'t StandAloneTraining, seed: u64) -> StandAlone<'t, Chain> {
        let (definition, examples) = (self.definition, &self.data.train);
        StandAlone { definition, training, examples, seed, execution: self.execution, device: self.device }
    }

    /// Trains a network from scratch, and prints its line.
    fn alone(&self, (seed, most): (u64, u64), name: &str, mask: &PathMask) -> Result<(), Failure> {
        let began = Instant::now();
        let training = StandAloneTraining { epochs: self.arguments.epochs, ..self.training };
        let network = self.trainer(&training, seed).train(mask, &mut Silent)?;
        let on =
            |examples| -> Result<f64, Failure> { Ok(100.0 * test(&network, mask, examples, self.device)?.accuracy) };
        let choices = self.definition.space().choices().iter().enumerate();
        let widths: Vec<&str> = choices
            .map(|(place, choice)| choice.options()[mask.bits(place).trailing_zeros() as usize].as_str())
            .collect();
        let macs = self.definition.cost(mask)?.macs;
        println!(
            "| {seed} | {} | {name} | {:.2} M | {:.3} | {:.2} % | {:.2} % | {} |",
            widths.join(" "),
            macs as f64 / 1e6,
            macs as f64 / most as f64,
            on(&self.data.validation)?,
            on(&self.data.test)?,
            began.elapsed().as_secs()
        );
        Ok(())
    }
}
