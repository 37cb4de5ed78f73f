//! Hill climbing by network morphisms: the best of four children in each round beside one child at
//! random, and what a loss does where weights are handed over.

use clap::Parser;
use std::{
    path::{Path, PathBuf},
    process::ExitCode,
    time::Instant,
};
use supernet::{
    burn::{
        self,
        module::Module,
        nn::{Linear, LinearConfig},
    },
    nn::Morph,
    own::{Build, Definition, Layer, Repeat, Rows, WideConv, Width},
    prelude::*,
    search::trials::{MorphismHillClimb, Trial, TrialEvaluator, TrialLimits, TrialStrategy, search_trials},
    space::Schedule,
    train::{ImageExamples, Inheritance, Lineage, SearchData, StandAlone, StandAloneTraining, test},
};
use supernet_examples::report;

/// Grows networks on CIFAR-10 at 16×16.
#[derive(Parser)]
struct Arguments {
    /// Directory with the binary version of CIFAR-10.
    #[arg(long)]
    data: PathBuf,

    /// Seeds.
    #[arg(long, value_delimiter = ',', default_values_t = [1, 2, 3])]
    seeds: Vec<u64>,

    /// Rounds.
    #[arg(long, default_value_t = 6)]
    rounds: u64,

    /// Children of a round.
    #[arg(long, default_value_t = 4)]
    children: usize,

    /// Morphisms of each child.
    #[arg(long, default_value_t = 2)]
    morphisms: usize,

    /// Training steps of the start network, of 64 images.
    #[arg(long, default_value_t = 156)]
    first_steps: u64,

    /// Training steps of each child.
    #[arg(long, default_value_t = 78)]
    steps: u64,

    /// Directory for the trials; the same command goes on where it was stopped.
    #[arg(long, default_value = "runs/morphs")]
    out: PathBuf,
}

type Failure = Box<dyn std::error::Error>;

fn main() -> ExitCode {
    report(|| {
        let arguments = Arguments::parse();
        let cifar = cifar10(&arguments.data)?;
        let (all, test) = (cifar.train.average_2x2()?, cifar.test.average_2x2()?);
        let split = stratified_with_test(&all, &[5_000, 2_000], test, &mut draws(1, "split", 0))?;
        let mut config = SearchConfig::quick();
        config.stand_alone.batch = 64;
        // From the rate to 0 within each trial.
        config.stand_alone.sgd.schedule = Schedule::Cosine;
        let device = device("flex")?;
        let search = Search::images(&config, &split, &device)?;
        let definition = Definition::new("grows", &[3, 16, 16], &device, Grows::new)?;
        let (training, data, execution) = (config.stand_alone, search.data(), config.execution);
        let scene =
            Scene { definition: &definition, training, data, execution, device: &device, arguments: &arguments };
        println!(
            "| seed | search | steps | best on validation images | its accuracy on test images | exact children | seconds |"
        );
        println!("|---|---|---|---|---|---|---|");
        for &seed in &arguments.seeds {
            scene.climb(seed, "best of the children", scene.strategy(seed, arguments.steps)?)?;
            scene.climb(seed, "one at random", scene.strategy(seed, arguments.steps)?.at_random())?;
            // As many steps in a round as all children have.
            let steps = arguments.steps * arguments.children as u64;
            scene.climb(seed, "one at random for longer", scene.strategy(seed, steps)?.at_random())?;
        }
        println!("\n| seed | inheritance | loss of the start | of its children before training | largest jump |");
        println!("|---|---|---|---|---|");
        for &seed in &arguments.seeds {
            scene.hand_over(seed, "morphism", Inheritance::Morphism(Morph::default()))?;
            scene.hand_over(seed, "by name", Inheritance::ByName)?;
        }
        Ok::<(), Failure>(())
    })
}

/// x + b(a(x)).
#[derive(Module, Debug)]
struct Residual {
    a: WideConv,
    b: WideConv,
}

impl Layer for Residual {
    fn forward(&self, x: Rows) -> Rows {
        x.clone() + x.through(&self.a).through(&self.b)
    }
}

/// Three stages at sides of 16, 8 and 4, each of a width and a number of layers of its own.
#[derive(Module, Debug)]
struct Grows {
    stem: WideConv,
    first: Repeat<WideConv>,
    halve: WideConv,
    second: Repeat<Residual>,
    quarter: WideConv,
    third: Repeat<Residual>,
    head: WideConv,
    classes: Linear,
}

impl Grows {
    fn new(b: &Build) -> Self {
        let widths = [("w1", [8, 12, 16]), ("w2", [12, 18, 24]), ("w3", [16, 24, 32])];
        let [w1, w2, w3] = widths.map(|(name, widths)| Width::one_of(b, name, widths));
        let residual = |outer: &Width, name: &str| {
            let inner = Width::one_of(b, name, [12, 18, 24]);
            let [a, b] = [(outer, &inner), (&inner, outer)].map(|(from, to)| WideConv::new(b, from, to, 3));
            Residual { a: a.with_relu(), b }
        };
        let halved = |from: &Width, to: &Width| WideConv::new(b, from, to, 3).with_stride(2).with_relu();
        Self {
            stem: WideConv::new(b, &Width::fixed(3), &w1, 3).with_relu(),
            first: Repeat::new(b, "n1", (0..3).map(|_| WideConv::new(b, &w1, &w1, 3).with_relu())),
            halve: halved(&w1, &w2),
            second: Repeat::new(b, "n2", (0..3).map(|_| residual(&w2, "i2"))),
            quarter: halved(&w2, &w3),
            third: Repeat::new(b, "n3", (0..3).map(|_| residual(&w3, "i3"))),
            head: WideConv::new(b, &w3, &Width::fixed(64), 1).with_relu(),
            classes: LinearConfig::new(64, 10).init(b.device()),
        }
    }
}

impl Layer<4, 2> for Grows {
    fn forward(&self, x: Rows) -> Rows<2> {
        let x = x.through(&self.stem).through(&self.first).through(&self.halve).through(&self.second);
        let x = x.through(&self.quarter).through(&self.third).through(&self.head);
        x.global_average().through(&self.classes)
    }
}

/// What all searches share.
struct Scene<'a, 's> {
    definition: &'a Definition<Grows>,
    training: StandAloneTraining,
    data: &'a SearchData<ImageExamples<'s>>,
    execution: Execution,
    device: &'a Device,
    arguments: &'a Arguments,
}

impl Scene<'_, '_> {
    fn strategy(&self, seed: u64, steps: u64) -> Result<MorphismHillClimb, Failure> {
        let Arguments { children, morphisms, first_steps, .. } = *self.arguments;
        let space = self.definition.space().clone();
        let start = space.accept(space.mask(vec![1; space.choices().len()]))?;
        // The published rate.
        let new = MorphismHillClimb::new(space, start, 0.05, (first_steps, steps), seed, "climb")?;
        Ok(new.with_children(children, morphisms)?)
    }

    fn trainer(&self, seed: u64) -> StandAlone<'_, Grows> {
        let (definition, training, examples) = (self.definition, &self.training, &self.data.train);
        StandAlone { definition, training, examples, seed, execution: self.execution, device: self.device }
    }

    fn folder(&self, name: &str, seed: u64) -> PathBuf {
        self.arguments.out.join(format!("{}-{seed}", name.replace(' ', "-")))
    }

    /// Runs a search of so many rounds and prints its line.
    fn climb(&self, seed: u64, name: &str, mut strategy: MorphismHillClimb) -> Result<(), Failure> {
        let Arguments { rounds, children, first_steps, steps, .. } = *self.arguments;
        let (began, mut progress) = (Instant::now(), Silent);
        let of_a_round = steps * if name == "one at random" { 1 } else { children as u64 };
        let limits = TrialLimits { steps: first_steps + rounds * of_a_round, ask: children };
        let mut lineage =
            self.open(seed, &self.folder(name, seed), Inheritance::Morphism(Morph::default()), &mut progress)?;
        let outcome = search_trials(&mut strategy, &mut lineage, limits)?;
        let kept = outcome.scored.iter().filter_map(|(trial, _)| lineage.kept(trial.id).transpose());
        let kept: Vec<_> = kept.collect::<Result<_, _>>()?;
        let exact = kept.iter().filter(|kept| kept.is_exact()).count();
        let living = strategy.parents();
        let living = outcome.scored.iter().filter(|(trial, _)| living.contains(&trial.id));
        let (trial, best) = living.min_by(|(_, a), (_, b)| a.score.better_first(&b.score)).expect("somebody lives");
        let network = lineage.network(trial.id)?;
        let test = test(&network, best.architecture.mask(), &self.data.test, self.device)?;
        let (validation, test) = (100.0 * best.score.accuracy, 100.0 * test.accuracy);
        let seconds = began.elapsed().as_secs();
        println!(
            "| {seed} | {name} | {} | {validation:.2} % | {test:.2} % | {exact} of {} | {seconds} |",
            outcome.steps,
            kept.len()
        );
        Ok(())
    }

    /// Hands the weights of the start network on to the children of a round, and prints what that
    /// does to the loss on validation images.
    fn hand_over(&self, seed: u64, name: &str, inheritance: Inheritance) -> Result<(), Failure> {
        let (mut strategy, mut progress) = (self.strategy(seed, self.arguments.steps)?, Silent);
        let folder = self.folder(&format!("hand over {name}"), seed);
        let mut lineage = self.open(seed, &folder, inheritance, &mut progress)?;
        let first = strategy.ask(1);
        let scored = lineage.evaluate_trials(&first)?;
        let before = scored[0].score.loss;
        strategy.tell(&first.into_iter().zip(scored).collect::<Vec<_>>());
        // A step that moves no weight.
        let still = |trial: Trial| {
            let settings = [("learning_rate", 1e-30), ("l2", 0.0)].map(|(name, value)| (name.to_owned(), value));
            Trial { settings: settings.into(), steps: 1, ..trial }
        };
        let children: Vec<Trial> = strategy.ask(self.arguments.children).into_iter().map(still).collect();
        let losses: Vec<f64> = lineage.evaluate_trials(&children)?.iter().map(|scored| scored.score.loss).collect();
        let jump = losses.iter().map(|loss| loss - before).fold(f64::NEG_INFINITY, f64::max);
        let losses: Vec<String> = losses.iter().map(|loss| format!("{loss:.4}")).collect();
        println!("| {seed} | {name} | {before:.4} | {} | {jump:+.4} |", losses.join(", "));
        Ok(())
    }

    fn open<'p>(
        &'p self,
        seed: u64,
        folder: &Path,
        inheritance: Inheritance,
        progress: &'p mut dyn Progress,
    ) -> Result<Lineage<'p, Grows>, TrainError> {
        Lineage::open_inheriting(inheritance, self.trainer(seed), &self.data.validation, "flex", folder, progress)
    }
}
