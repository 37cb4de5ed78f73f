//! Trainings that go on from one another: population-based training beside fixed settings, and
//! evolution whose children inherit weights beside one whose children begin anew, at equal steps.

use clap::Parser;
use std::{path::PathBuf, process::ExitCode};
use supernet::{
    prelude::*,
    search::trials::{
        Explore, InheritingEvolution, PopulationBased, Setting, TrialLimits, TrialOutcome, TrialStrategy, search_trials,
    },
    space::Schedule,
    train::{ImageExamples, Lineage, StandAlone, StandAloneTraining, test},
};
use supernet_examples::report;

/// Trains populations and evolutions of the preset quick's networks on CIFAR-10 at 16×16.
#[derive(Parser)]
struct Arguments {
    /// Directory with the binary version of CIFAR-10.
    #[arg(long)]
    data: PathBuf,

    /// Seeds.
    #[arg(long, value_delimiter = ',', default_values_t = [1, 2, 3])]
    seeds: Vec<u64>,

    /// Members of a population.
    #[arg(long, default_value_t = 6)]
    members: usize,

    /// Intervals after which the worst members copy the best.
    #[arg(long, default_value_t = 10)]
    intervals: u64,

    /// Trainings of an evolution; a third of them are the first generation.
    #[arg(long, default_value_t = 12)]
    individuals: usize,

    /// Training steps of an interval, and of a third of a training of an evolution, of 64 images.
    #[arg(long, default_value_t = 78)]
    steps: u64,

    /// Directory for the trials; the same command goes on where it was stopped.
    #[arg(long, default_value = "runs/trials")]
    out: PathBuf,
}

fn main() -> ExitCode {
    report(|| {
        let arguments = Arguments::parse();
        let cifar = cifar10(&arguments.data)?;
        let (all, test) = (cifar.train.average_2x2()?, cifar.test.average_2x2()?);
        let split = stratified_with_test(&all, &[5_000, 2_000], test, &mut draws(1, "split", 0))?;
        let mut config = SearchConfig::quick();
        config.stand_alone.batch = 64;
        // A line of trials is one training.
        config.stand_alone.sgd.schedule = Schedule::Constant;
        let device = device("flex")?;
        let search = Search::images(&config, &split, &device)?;
        let scene = Scene { search: &search, training: config.stand_alone, device: &device, arguments: &arguments };
        println!("| seed | search | steps | best on validation images | its accuracy on test images |");
        println!("|---|---|---|---|---|");
        for &seed in &arguments.seeds {
            let population = scene.population(seed)?;
            let fixed = population.clone().without_exploiting().with_explore(Explore::Nothing)?;
            scene.run(seed, "population", population)?;
            scene.run(seed, "fixed", fixed)?;
            let evolution = scene.evolution(seed)?;
            scene.run(seed, "evolution", evolution.clone())?;
            scene.run(seed, "evolution-anew", evolution.without_inheriting())?;
        }
        Ok::<(), Box<dyn std::error::Error>>(())
    })
}

/// What all searches share.
struct Scene<'a, 's> {
    search: &'a Search<'s, KnownNet, ImageExamples<'s>>,
    training: StandAloneTraining,
    device: &'a Device,
    arguments: &'a Arguments,
}

impl Scene<'_, '_> {
    /// One architecture under as many learning rates and L2 as there are members.
    fn population(&self, seed: u64) -> Result<PopulationBased, Box<dyn std::error::Error>> {
        let Arguments { members, steps, .. } = *self.arguments;
        let settings = vec![Setting::logarithmic("learning_rate", 0.003, 1.0), Setting::logarithmic("l2", 1e-5, 1e-2)];
        let space = self.search.space();
        let architecture = space.sample(&mut draws(seed, "architecture", 0));
        let new = PopulationBased::new(space.clone(), members, steps, settings, seed, "population")?;
        Ok(new.with_architecture(&architecture)?)
    }

    fn evolution(&self, seed: u64) -> Result<InheritingEvolution, Box<dyn std::error::Error>> {
        let (space, steps) = (self.search.space().clone(), 3 * self.arguments.steps);
        let start = space.sample(&mut draws(seed, "start", 0));
        let new = InheritingEvolution::new(space, start, 0.1, steps, seed, "evolution")?;
        Ok(new.with_population((self.arguments.individuals / 3).max(2))?)
    }

    /// Runs a search and prints its line.
    fn run(&self, seed: u64, name: &str, mut strategy: impl TrialStrategy) -> Result<(), Box<dyn std::error::Error>> {
        let Arguments { members, intervals, individuals, steps, ref out, .. } = *self.arguments;
        let steps = match name {
            "population" | "fixed" => steps * intervals * members as u64,
            _ => 3 * steps * individuals as u64,
        };
        let (folder, data) = (out.join(format!("{name}-{seed}")), self.search.data());
        let stand_alone = StandAlone {
            definition: &self.search.networks().stand_alone,
            training: &self.training,
            examples: &data.train,
            seed,
            execution: self.search.config().execution,
            device: self.device,
        };
        let mut progress = Silent;
        let mut lineage = Lineage::open(stand_alone, &data.validation, "flex", &folder, &mut progress)?;
        let limits = TrialLimits { steps, ask: members.max(2) };
        let outcome: TrialOutcome = search_trials(&mut strategy, &mut lineage, limits)?;
        // Those that may be a parent yet are the living; the best of them has its weights.
        let living = strategy.parents();
        let living = outcome.scored.iter().filter(|(trial, _)| living.contains(&trial.id));
        let (trial, best) = living.min_by(|(_, a), (_, b)| a.score.better_first(&b.score)).expect("somebody lives");
        let network = lineage.network(trial.id)?;
        let test = test(&network, best.architecture.mask(), &data.test, self.device)?;
        let (validation, test) = (100.0 * best.score.accuracy, 100.0 * test.accuracy);
        println!("| {seed} | {name} | {} | {validation:.2} % | {test:.2} % |", outcome.steps);
        Ok(())
    }
}
