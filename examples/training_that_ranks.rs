//! Which training makes a supernet that ranks? Supernets of a space whose truth is known, trained
//! in several ways for the same number of images, score rows of its table and are held against it.

use clap::{Parser, ValueEnum};
use rand::{Rng, seq::index::sample};
use std::{
    collections::HashMap,
    fmt::Write,
    fs,
    path::{Path, PathBuf},
    process::ExitCode,
};
use supernet::{
    burn::module::Module,
    experiments::guide_rows,
    nn::{
        Definition, Execution, Layer, Network, NormKind,
        known::{NasBench201Net, NasBenchMacroNet},
    },
    prelude::*,
    search::{
        Bootstrap, Estimate, Ranking, Score, SearchError, Table, calibration::calibrated, cost_rankings, kendall,
        precision_at, ranking::pick, trust::Counted,
    },
    space::{NasBench201Shape, NasBenchMacroShape, PathDropout, PathMask, Schedule, SearchSpace, SpaceError},
    train::{
        Balance, Examples, Hooks, ImageExamples, Loader, Moment, PathSampler, PathSampling, Scoring, SearchData,
        SeededWeights, Sgd, SupernetEvaluator, SupernetTraining, UniformArchitectures, crew::Alone,
    },
};
use supernet_examples::{cifar10_split, open_table, report};

/// Ways to train a supernet, held against a table of trained networks.
#[derive(Parser)]
struct Arguments {
    /// The space of the table.
    #[arg(long, value_enum)]
    space: Space,

    /// Folder of CIFAR-10's binary version: data_batch_*.bin and test_batch.bin.
    #[arg(long)]
    data: PathBuf,

    /// The table: rows of NAS-Bench-201, or all of NAS-Bench-Macro, of which the 500 guide rows are
    /// taken.
    #[arg(long)]
    table: PathBuf,

    /// The column of NAS-Bench-201's table that rankings are held against, in per cent.
    #[arg(long, default_value = "c100_test_200")]
    accuracy: String,

    /// Training steps of 64 images of 16 x 16, in ghost batches of 16.
    #[arg(long, default_value_t = 3_000)]
    steps: u64,

    /// Training images held out for scoring.
    #[arg(long, default_value_t = 500)]
    validation: usize,

    /// Seeds of the supernets.
    #[arg(long, value_delimiter = ',', default_values_t = [1, 2, 3])]
    seeds: Vec<u64>,

    /// Only these ways [default: all]
    #[arg(long, value_delimiter = ',')]
    only: Vec<String>,

    /// Where to run: flex (this processor) or, if built with their features, cuda:0, vulkan:0,
    /// wgpu:0.
    #[arg(long, default_value = "flex")]
    device: String,

    /// Directory for the scores of each supernet; what is there is not made again.
    #[arg(long, default_value = "runs/training_that_ranks")]
    out: PathBuf,
}

#[derive(Clone, Copy, ValueEnum)]
enum Space {
    /// 8 filters, 2 cells a stage
    #[value(name = "nas-bench-201")]
    NasBench201,
    /// Stem of 8, head of 128
    NasBenchMacro,
}

/// A way to train a supernet.
#[derive(Clone, Copy)]
struct Way {
    name: &'static str,
    paths: PathSampling,
    warm_up: f64,
    learning_rate: f64,
    balance: Balance,
    /// Half of the steps, then a supernet for each option of the last choice.
    is_split: bool,
}

/// What is measured: uniform architectures, each of them with one change, and rare options without
/// weights with one more.
fn ways() -> Result<Vec<Way>, SpaceError> {
    use PathSampling::{
        AllOn, Dropout, FairOptions, MostWeighted, RareWeightless, UniformArchitecture, UniformNetwork,
    };
    let uniform = Way {
        name: "uniform",
        paths: UniformArchitecture,
        warm_up: 0.0,
        learning_rate: 0.1,
        balance: Balance::default(),
        is_split: false,
    };
    let balanced = |name, complexity, rare_use| Way { name, balance: Balance { complexity, rare_use }, ..uniform };
    let drawn = |name, paths| Way { name, paths, ..uniform };
    let rare = drawn("rare 0.1", RareWeightless(0.1));
    let constant = |r: f64| Ok::<_, SpaceError>(Dropout(PathDropout::new(r)?.with_schedule(Schedule::Constant)));
    Ok(vec![
        uniform,
        drawn("networks", UniformNetwork),
        drawn("fair", FairOptions),
        drawn("rare 0.3", RareWeightless(0.3)),
        rare,
        drawn("rare 0.03", RareWeightless(0.03)),
        drawn("weighted 3", MostWeighted(3)),
        drawn("dropout 0.1", Dropout(PathDropout::new(0.1)?)),
        drawn("constant 0.1", constant(0.1)?),
        drawn("constant 0.5", constant(0.5)?),
        drawn("all on", AllOn),
        Way { name: "warm-up 0.2", warm_up: 0.2, ..uniform },
        balanced("complexity 1", 1.0, 0.0),
        balanced("complexity 2", 2.0, 0.0),
        balanced("rare use 0.5", 0.0, 0.5),
        balanced("rare use 1", 0.0, 1.0),
        Way { name: "rate 0.03", learning_rate: 0.03, ..uniform },
        Way { name: "split", is_split: true, ..uniform },
        Way { name: "rare 0.1 with warm-up 0.2", warm_up: 0.2, ..rare },
        Way { name: "rare 0.1 with complexity 1", balance: Balance { complexity: 1.0, rare_use: 0.0 }, ..rare },
        Way { name: "rare 0.1 with rare use 0.5", balance: Balance { complexity: 0.0, rare_use: 0.5 }, ..rare },
    ])
}

fn main() -> ExitCode {
    report(|| {
        let arguments = Arguments::parse();
        let device = device(&arguments.device)?;
        let split = cifar10_split(&arguments.data, true, 1, |_| arguments.validation)?;
        let csv = open_table(&arguments.table)?;
        let (side, channels, classes) =
            (split.train.shape().width, split.train.shape().channels, split.train.classes().len());
        let text = match arguments.space {
            Space::NasBench201 => {
                let table = Table::nas_bench_201("nas-bench-201", csv, &arguments.accuracy, &arguments.accuracy)?;
                let rows = (0..table.rows().len()).collect();
                let shape = NasBench201Shape { filters: 8, cells: 2, side, channels, classes };
                study(&arguments, NasBench201Net::definition(shape, &device)?, (&table, rows), &split, &device)?
            }
            Space::NasBenchMacro => {
                let table = Table::nas_bench_macro("nas-bench-macro", csv, &["acc1", "acc2", "acc3"])?;
                let rows = guide_rows(&table);
                let shape = NasBenchMacroShape { stem: 8, head: 128, side, channels, classes };
                study(&arguments, NasBenchMacroNet::definition(shape, &device)?, (&table, rows), &split, &device)?
            }
        };
        println!("\n{text}");
        fs::write(arguments.out.join("table.txt"), text)?;
        println!("results: {}", arguments.out.display());
        Ok(())
    })
}

/// Trains what is missing, and holds what is there against the rows.
fn study<M: Layer<4, 2>>(
    arguments: &Arguments,
    definition: Definition<M>,
    (table, rows): (&Table, Vec<usize>),
    split: &Split,
    device: &Device,
) -> Result<String, Box<dyn std::error::Error>> {
    let definition = definition.with_norm(NormKind::Ghost);
    let architectures: Vec<Architecture> = rows.iter().map(|&row| table.rows()[row].architecture.clone()).collect();
    let masks: Vec<PathMask> = architectures.iter().map(|one| one.mask().clone()).collect();
    let data = SearchData::images(split)?;
    let scene = Scene { steps: arguments.steps, definition: &definition, data: &data, masks: &masks, device };
    fs::create_dir_all(&arguments.out)?;
    let mut found = Vec::new();
    for way in ways()? {
        if !arguments.only.is_empty() && !arguments.only.iter().any(|name| name == way.name) {
            continue;
        }
        let of_seed = |&seed: &u64| {
            let path = arguments.out.join(format!("{}-{seed}.csv", way.name.replace(' ', "-")));
            scene.scores(way, seed, &path)
        };
        found.push((way, arguments.seeds.iter().map(of_seed).collect::<Result<Vec<_>, _>>()?));
    }
    Rows::new(table, definition.space(), &architectures)?.report(&found)
}

/// What all supernets are trained and scored with.
struct Scene<'a, M: Layer<4, 2>> {
    steps: u64,
    definition: &'a Definition<M>,
    data: &'a SearchData<ImageExamples<'a>>,
    masks: &'a [PathMask],
    device: &'a Device,
}

type Failed = Box<dyn std::error::Error>;

impl<M: Layer<4, 2>> Scene<'_, M> {
    /// The scores of the rows by the supernet of a seed, from its file or made now.
    fn scores(&self, way: Way, seed: u64, path: &Path) -> Result<Vec<Score>, Failed> {
        if let Ok(text) = fs::read_to_string(path) {
            let number = |cell: Option<&str>| cell.and_then(|cell| cell.parse().ok()).ok_or(path.display().to_string());
            let row = |line: &str| {
                let mut cells = line.rsplit(',');
                let (loss, accuracy) = (number(cells.next())?, number(cells.next())?);
                Ok(Score { accuracy, loss, images: self.data.validation.len() })
            };
            return text.lines().skip(1).map(row).collect();
        }
        let progress = &mut ProgressLine::new();
        let start = self.definition.supernet(&mut SeededWeights::new(seed), &self.device.clone().autodiff())?;
        let scores = match way.is_split {
            false => {
                let trained = self.trained(start, (way, self.steps, seed), &*way.paths.sampler(), progress)?;
                self.scored(&trained, self.masks, progress)?
            }
            true => self.split(start, way, seed, progress)?,
        };
        let line = |(mask, score): (&PathMask, &Score)| format!("{mask},{},{}\n", score.accuracy, score.loss);
        let lines: String = self.masks.iter().zip(&scores).map(line).collect();
        fs::write(path, format!("architecture,accuracy,loss\n{lines}"))?;
        Ok(scores)
    }

    fn trained(
        &self,
        network: Network<M>,
        (way, steps, seed): (Way, u64, u64),
        sampler: &dyn PathSampler,
        progress: &mut dyn Progress,
    ) -> Result<Network<M>, Failed> {
        let augmentation = Augmentation { pad: 0, flip: true, cutout: 0 };
        let training = SupernetTraining {
            steps,
            batch: 64,
            ghost_batch: 16,
            warm_up: way.warm_up,
            balance: way.balance,
            sgd: Sgd { learning_rate: way.learning_rate, ..Sgd::default() },
            augmentation,
            ..SearchConfig::quick().supernet
        };
        let loader = Loader::new(&self.data.train, augmentation, 64, seed)?;
        let hooks = Hooks::default();
        let device = self.device.clone().autodiff();
        let training = training.training(seed, sampler, Execution::Kernels, &Alone);
        Ok(training.run_with(network, &loader, &device, hooks, progress)?)
    }

    fn scored(
        &self,
        supernet: &Network<M>,
        masks: &[PathMask],
        progress: &mut dyn Progress,
    ) -> Result<Vec<Score>, Failed> {
        let (supernet, scoring) = (supernet.valid(), Scoring::new(masks.len(), 250));
        let (definition, validation) = (self.definition, &self.data.validation);
        let mut evaluator = SupernetEvaluator::new(&supernet, definition, validation, scoring, self.device, progress)?;
        Ok(evaluator.score(masks)?)
    }

    /// Half of the steps as one supernet; the other half is shared out to one supernet for each
    /// option of the last choice, which go on from its weights and score what takes their option
    /// (few-shot; Zhao et al., ICML 2021).
    fn split(&self, start: Network<M>, way: Way, seed: u64, progress: &mut dyn Progress) -> Result<Vec<Score>, Failed> {
        let common = self.trained(start, (way, self.steps / 2, seed), &UniformArchitectures, progress)?;
        let choice = self.definition.space().choices().len() - 1;
        let options = self.definition.space().choices()[choice].options().len();
        let mut found = HashMap::new();
        for option in 0..options {
            let steps = self.steps / 2 / options as u64;
            let one = self.trained(common.clone(), (way, steps, seed), &Pinned { choice, option }, progress)?;
            let of_option = |mask: &&PathMask| mask.bits(choice) == 1 << option;
            let masks: Vec<PathMask> = self.masks.iter().filter(of_option).cloned().collect();
            let scores = self.scored(&one, &masks, progress)?;
            found.extend(masks.into_iter().zip(scores));
        }
        Ok(self.masks.iter().map(|mask| found[mask]).collect())
    }
}

/// Uniform architectures that take one option of one choice.
struct Pinned {
    choice: usize,
    option: usize,
}

impl PathSampler for Pinned {
    fn draw(&self, space: &SearchSpace, at: Moment, ghost: usize, rng: &mut dyn Rng) -> PathMask {
        UniformArchitectures.draw(space, at, ghost, rng).with(self.choice, 1 << self.option)
    }
}

/// What is known of each row.
struct Rows<'a> {
    table: &'a Table,
    space: &'a SearchSpace,
    architectures: &'a [Architecture],
    truth: Vec<f64>,
    counted: Counted,
}

impl<'a> Rows<'a> {
    fn new(table: &'a Table, space: &'a SearchSpace, architectures: &'a [Architecture]) -> Result<Self, SearchError> {
        let truth = architectures.iter().map(|one| table.reported(one)).collect::<Result<Vec<f64>, _>>()?;
        let costs = architectures.iter().map(|one| Ok((one, table.row(one)?.cost)));
        let counted = Counted::of(space, &costs.collect::<Result<Vec<_>, SearchError>>()?);
        Ok(Self { table, space, architectures, truth, counted })
    }

    /// A line for each way and for costs.
    fn report(&self, found: &[(Way, Vec<Vec<Score>>)]) -> Result<String, Failed> {
        let loss = |name: &str, lists: &[Vec<Score>]| Ranking {
            name: name.into(),
            lists: lists.iter().map(|list| list.iter().map(|score| -score.loss).collect()).collect(),
        };
        let mut text = format!(
            "{} rows of {}; Kendall, means over seeds, 95 % intervals over rows; fitted: to {KNOWN} rows that are left out, \
             counts alone {:.3}\n{:<22}{:<24}{:<26}{:>9}{:>10}{:>10}{:>8}   each seed\n",
            self.truth.len(),
            self.space.name(),
            self.fitted(&[vec![0.0; self.truth.len()]])?,
            "ranked by the loss of",
            "Kendall",
            "above the first",
            "accuracy",
            "averaged",
            "top 5 %",
            "fitted",
        );
        let first = found.first().map(|(way, lists)| loss(way.name, lists)).ok_or("no way is left")?;
        for (way, lists) in found {
            let by_loss = loss(way.name, lists);
            let accuracies: Vec<Vec<f64>> =
                lists.iter().map(|list| list.iter().map(|score| score.accuracy).collect()).collect();
            let mean = |place: usize| by_loss.lists.iter().map(|list| list[place]).sum::<f64>();
            let averaged: Vec<f64> = (0..self.truth.len()).map(mean).collect();
            let beside = [
                mean_of(&accuracies, |list| kendall(list, &self.truth)),
                kendall(&averaged, &self.truth).unwrap_or(0.0),
                mean_of(&by_loss.lists, |list| precision_at(list, &self.truth, self.truth.len() / 20)),
                self.fitted(&by_loss.lists)?,
            ];
            self.line(&mut text, (&by_loss, &first), &beside)?;
        }
        for cost in cost_rankings(self.table, self.architectures)? {
            let top = mean_of(&cost.lists, |list| precision_at(list, &self.truth, self.truth.len() / 20));
            self.line(&mut text, (&cost, &first), &[f64::NAN, f64::NAN, top, f64::NAN])?;
        }
        Ok(text)
    }

    fn line(
        &self,
        text: &mut String,
        (ranking, first): (&Ranking, &Ranking),
        beside: &[f64; 4],
    ) -> Result<(), std::fmt::Error> {
        let bootstrap = Bootstrap { seed: 1, resamples: 200 };
        let strata = vec![0; self.truth.len()];
        let of = |ranking: &Ranking, drawn: &[usize]| {
            ranking.mean(|list| kendall(&pick(list, drawn), &pick(&self.truth, drawn)))
        };
        let tau = bootstrap.estimate("kendall", &strata, |drawn| of(ranking, drawn));
        let gain = bootstrap.estimate("gain", &strata, |drawn| Some(of(ranking, drawn)? - of(first, drawn)?));
        let shown = |estimate: Option<Estimate>, signed: bool| match estimate {
            None => "-".into(),
            Some(Estimate { value, low, high }) if signed => format!("{value:+.3} [{low:+.3}, {high:+.3}]"),
            Some(Estimate { value, low, high }) => format!("{value:.3} [{low:.3}, {high:.3}]"),
        };
        let numbers = beside.map(|value| if value.is_nan() { "-".into() } else { format!("{value:.3}") });
        let each = ranking.lists.iter().filter_map(|list| kendall(list, &self.truth)).map(|tau| format!("{tau:.3}"));
        writeln!(
            text,
            "{:<22}{:<24}{:<26}{:>9}{:>10}{:>10}{:>8}   {}",
            ranking.name,
            shown(tau, false),
            shown(gain, true),
            numbers[0],
            numbers[1],
            numbers[2],
            numbers[3],
            each.collect::<Vec<_>>().join(" ")
        )
    }

    /// How well fits of counts and scores to a few rows rank the others: the mean over the lists
    /// and [`DRAWS`] ways to draw the rows.
    fn fitted(&self, lists: &[Vec<f64>]) -> Result<f64, SearchError> {
        let mut sum = 0.0;
        for list in lists {
            for draw in 0..DRAWS {
                let drawn = sample(&mut draws(1, "known rows", draw), self.truth.len(), KNOWN).into_vec();
                let known: Vec<(usize, f64)> = drawn.iter().map(|&place| (place, self.truth[place])).collect();
                let rest: Vec<usize> = (0..self.truth.len()).filter(|place| !drawn.contains(place)).collect();
                let scores: Vec<Vec<f64>> =
                    if list.iter().all(|value| *value == 0.0) { vec![] } else { vec![list.clone()] };
                let bootstrap = Bootstrap { seed: 1, resamples: 2 };
                let predicted = calibrated(&scores, &self.counted, &known, bootstrap)?.predictions;
                sum += kendall(&pick(&predicted, &rest), &pick(&self.truth, &rest)).unwrap_or(0.0);
            }
        }
        Ok(sum / (lists.len() as f64 * DRAWS as f64))
    }
}

/// Rows that are known, for the fits.
const KNOWN: usize = 20;

/// Ways to draw them.
const DRAWS: u64 = 20;

fn mean_of(lists: &[Vec<f64>], statistic: impl Fn(&[f64]) -> Option<f64>) -> f64 {
    lists.iter().map(|list| statistic(list).unwrap_or(0.0)).sum::<f64>() / lists.len() as f64
}
