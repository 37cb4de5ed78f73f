//! Is the verdict on a ranking right? Twenty runs, spaces times ways to train a supernet, some of
//! them bad on purpose; each verdict is held against networks that the run knows nothing of.

use clap::Parser;
use std::{collections::HashSet, fmt::Write, path::PathBuf, process::ExitCode};
use supernet::{
    prelude::*,
    search::{
        Bootstrap, RankBy,
        trust::{Check, Counted, Trust, Verdict, check},
    },
    space::Schedule,
    train::{NetworkSettings, PathSampling, SupernetEvaluator},
};
use supernet_examples::report;

/// The verdicts of twenty short runs, held against networks trained from scratch.
#[derive(Parser)]
struct Arguments {
    /// Networks of each space that tell the truth: uniform, trained from scratch and tested once.
    #[arg(long, default_value_t = 100)]
    networks: usize,

    /// Networks that each run checks its ranking by, for a quarter of the epochs.
    #[arg(long, default_value_t = 20)]
    check: usize,

    /// Seed of the supernets, and of what they are checked by.
    #[arg(long, default_value_t = 1)]
    seed: u64,

    /// Scales the supernets' steps.
    #[arg(long, default_value_t = 1.0)]
    budget: f64,

    /// Only these spaces [default: all]
    #[arg(long, value_delimiter = ',')]
    only: Vec<String>,

    /// Directory of the runs; what is there is not made again.
    #[arg(long, default_value = "runs/verdict_trial")]
    out: PathBuf,
}

/// Spaces, each with the number of filters and of cells where it has them.
const SPACES: [(&str, usize, usize); 4] =
    [("nas-bench-201", 8, 1), ("nas-bench-macro", 8, 0), ("paper", 8, 3), ("darts", 4, 3)];

/// The changes of a way to a search.
type Change = fn(&mut SearchConfig);

/// Ways to train a supernet, each a change of the recommended search.
const WAYS: [(&str, Change); 5] = [
    ("recommended", |_| {}),
    ("a tenth of the steps", |config| config.supernet.steps /= 10),
    ("hardly trained (bad on purpose)", |config| {
        (config.supernet.steps, config.supernet.sgd.learning_rate) = (20, 1e-3);
    }),
    ("one uniform architecture, by accuracy", |config| {
        (config.paths, config.scoring.rank_by) = (PathSampling::UniformArchitecture, RankBy::Accuracy);
    }),
    ("path dropout at .5 (bad on purpose)", |config| {
        let half = PathDropout::new(0.5).expect("between 0 and 1");
        config.paths = PathSampling::Dropout(half.with_schedule(Schedule::Constant));
        config.supernet.steps /= 10;
    }),
];

/// What a verdict is held against, and whether it is right. Fixed before any run: *better than
/// counting* is right where the scores rank the other networks above the best count; *do not trust*
/// where they do not, or rank them no better than chance; *not clear* where the interval of the
/// difference has 0 in it.
fn is_right(verdict: &Verdict, truth: &Check) -> bool {
    let Some(score) = truth.score else { return verdict.trust == Trust::NotTrusted };
    let Some(behind) = truth.best_counting().and_then(|best| best.behind) else { return false };
    match verdict.trust {
        Trust::Trusted => behind.value > 0.0,
        Trust::NotTrusted => behind.value <= 0.0 || score.low <= 0.0,
        Trust::Unclear | Trust::Unchecked => behind.low <= 0.0 && behind.high >= 0.0,
    }
}

fn main() -> ExitCode {
    report(|| {
        let arguments = Arguments::parse();
        let images = fashion_mnist()?.average_2x2()?.pad(1)?;
        let split = stratified(&images, &[6_000, 1_000, 3_000], &mut draws(1, "split", 0))?;
        let device = device("flex")?;
        let (mut right, mut all) = (0, 0);
        println!(
            "| space | way | verdict | 20 checked: scores, best count | the others: scores, best count, difference | right |"
        );
        println!("|---|---|---|---|---|---|");
        for space in SPACES
            .into_iter()
            .filter(|(name, ..)| arguments.only.is_empty() || arguments.only.iter().any(|only| only == name))
        {
            let base = SearchConfig { seed: arguments.seed, ..searched(space, arguments.budget)? };
            let truth = Truth::new(&arguments, &base, &split, &device)?;
            for (i, (way, change)) in WAYS.iter().enumerate() {
                let mut config = base.clone();
                change(&mut config);
                let path = arguments.out.join(space.0).join(format!("seed-{}-way-{}", arguments.seed, i + 1));
                let search = Search::images(&config, &split, &device)?;
                let directory = RunDirectory::open(&path, &search, search.provenance("flex")?)?;
                let verdict = directory.check(&search, arguments.check, &mut Silent)?;
                let supernet = directory.train(&search, &mut Silent)?;
                let held = truth.held(&search, &supernet)?;
                let is_right = is_right(&verdict, &held);
                (right, all) = (right + usize::from(is_right), all + 1);
                println!("{}", row(space.0, way, &verdict, &held, is_right));
            }
        }
        println!("\n{right} of {all} verdicts are right");
        Ok::<(), Box<dyn std::error::Error>>(())
    })
}

/// The search of a space that the ways change: 200 candidates, a supernet of half a minute or so.
fn searched((name, filters, cells): (&str, usize, usize), budget: f64) -> Result<SearchConfig, TrainError> {
    let quick = SearchConfig::quick();
    let mut config = match name {
        "paper" => quick,
        _ => quick.in_space(NetworkSettings::of_space(name, true).expect("a known space")).recommended(),
    };
    for (number, value) in [(supernet::train::Number::Filters, filters), (supernet::train::Number::Cells, cells)] {
        if let Some(place) = config.network.number_mut(number).filter(|_| value > 0) {
            *place = value;
        }
    }
    config.stand_alone.filters = filters;
    config.scoring.candidates = 200;
    config.supernet.steps = (2_000.0 * budget).round().max(20.0) as u64;
    config.check()?;
    Ok(config)
}

/// Networks that no run knows of, with their accuracies on the test images.
struct Truth {
    rows: Vec<Scored>,
    accuracies: Vec<f64>,
}

impl Truth {
    /// Trains them, or reads them back.
    fn new(
        arguments: &Arguments,
        config: &SearchConfig,
        split: &Split,
        device: &Device,
    ) -> Result<Self, Box<dyn std::error::Error>> {
        // A search of as many candidates by another seed, which trains them all from scratch.
        let mut config = SearchConfig { seed: 1_000, ..config.clone() };
        (config.supernet.steps, config.scoring.candidates) = (20, arguments.networks);
        config.retrain.picked = arguments.networks;
        (config.retrain.random, config.retrain.largest, config.retrain.all_on) = (0, 0, false);
        let search = Search::images(&config, split, device)?;
        let path = arguments.out.join(config.network.name()).join("truth");
        let directory = RunDirectory::open(&path, &search, search.provenance("flex")?)?;
        let result = directory.search(&search, &mut Silent)?;
        let mut seen = HashSet::new();
        let different = result.retrained.iter().filter(|one| seen.insert(one.mask.clone()));
        let (mut rows, mut accuracies) = (Vec::new(), Vec::new());
        for one in different {
            let architecture = search.space().accept(one.mask.clone())?;
            rows.push(Scored { architecture, score: one.one_shot, cost: one.cost });
            accuracies.push(one.test.accuracy);
        }
        Ok(Self { rows, accuracies })
    }

    /// How a supernet ranks them, beside counting.
    fn held(
        &self,
        search: &Search<KnownNet, supernet::train::ImageExamples>,
        supernet: &KnownNetwork,
    ) -> Result<Check, Box<dyn std::error::Error>> {
        let masks: Vec<PathMask> = self.rows.iter().map(|row| row.architecture.mask().clone()).collect();
        let (definition, validation) = (&search.networks().stand_alone, &search.data().validation);
        let scoring = search.config().scoring;
        let mut silent = Silent;
        let device = search.device();
        let mut evaluator = SupernetEvaluator::new(supernet, definition, validation, scoring, device, &mut silent)?;
        let scores = evaluator.score(&masks)?.into_iter().map(|score| scoring.rank_by.value(score));
        let rows: Vec<_> = self.rows.iter().map(|row| (&row.architecture, row.cost)).collect();
        let counted = Counted::of(search.space(), &rows);
        let bootstrap = Bootstrap { seed: 1, resamples: 2_000 };
        Ok(check(&scores.collect::<Vec<f64>>(), &counted, &self.accuracies, bootstrap)?)
    }
}

/// A line of the table.
fn row(space: &str, way: &str, verdict: &Verdict, held: &Check, is_right: bool) -> String {
    let numbers = |check: &Check, with_difference: bool| {
        let mut text = check.score.map_or("none".into(), |score| score.to_string());
        if let Some(best) = check.best_counting() {
            write!(text, ", {} {:.2}", best.count, best.kendall.value).expect("a string");
            if let Some(behind) = best.behind.filter(|_| with_difference) {
                write!(text, ", {behind}").expect("a string");
            }
        }
        text
    };
    let checked = verdict.evidence.check.as_ref().map_or(String::new(), |check| numbers(check, false));
    let right = if is_right { "yes" } else { "**no**" };
    format!("| {space} | {way} | {} | {checked} | {} | {right} |", verdict.trust, numbers(held, true))
}
