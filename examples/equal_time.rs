//! Systems of the references beside one-shot and random search: the five best of each after a search
//! of equal processor time, trained from scratch alike.

use clap::Parser;
use std::{
    fmt::Write,
    fs,
    path::{Path, PathBuf},
    process::ExitCode,
};
use supernet::{
    known::{BankEntry, MemoryBanksNet},
    own::{Conv, Definition, Generated},
    prelude::*,
    search::{Bootstrap, Evaluator, Proposer},
    space::{MemoryBanks, MemoryBanksShape, Schedule},
    train::{
        CompanionKind, CompanionSettings, EditTrialSettings, EnasSettings, EvolutionSettings, GateLearning,
        GdasSettings, HillClimbSettings, ImageExamples, PathSampling, PopulationSettings, Scoring, StandAlone,
        StandAloneEvaluator, TrialKind, TrialSettings, test, trial_search,
    },
};
use supernet_examples::{processor_time, report};

/// Searches one space in as many ways as there are systems, each for the same processor time, and
/// trains the five best of each from scratch.
#[derive(Parser)]
struct Arguments {
    /// Directory with the binary version of CIFAR-10.
    #[arg(long)]
    data: PathBuf,

    /// Seeds.
    #[arg(long, value_delimiter = ',', default_values_t = [1, 2, 3])]
    seeds: Vec<u64>,

    /// Only these systems [default: all]
    #[arg(long, value_delimiter = ',')]
    only: Vec<String>,

    /// Scales every search.
    #[arg(long, default_value_t = 1.0)]
    budget: f64,

    /// Epochs of a network that is trained from scratch at the end.
    #[arg(long, default_value_t = 10)]
    epochs: usize,

    /// Directory; what is finished there is not made again.
    #[arg(long, default_value = "runs/equal_time")]
    out: PathBuf,
}

/// A way to search.
#[derive(Clone, Copy)]
enum System {
    /// Networks drawn uniformly, each trained from scratch for four epochs.
    Random,
    /// A supernet, candidates drawn uniformly.
    Supernet(PathSampling),
    /// The same with weights from a hypernetwork.
    Generated,
    /// A supernet with something that learns beside it and proposes.
    Companion(CompanionKind),
    /// Trainings that begin with the weights of others.
    Trials(TrialKind),
}

/// Training steps of a trial, of 64 images: an epoch.
const INTERVAL: u64 = 78;

/// Candidates that a supernet scores.
const CANDIDATES: usize = 150;

/// Epochs of a network of the random search.
const SHORT: usize = 4;

/// Systems with their work: networks of `Random`, steps of the others. Set by the times of a first
/// go under seed 1, so that each search takes some 100 s of processor time.
fn systems() -> [(&'static str, System, u64); 11] {
    let dropout = PathSampling::Dropout(PathDropout::new(0.1).expect("between 0 and 1"));
    let learning = GateLearning::default();
    let growing = HillClimbSettings { children: 4, morphisms: 2, interval: INTERVAL };
    [
        ("random", System::Random, 16),
        ("one-shot", System::Supernet(dropout), 2_200),
        ("smash", System::Generated, 1_550),
        ("enas", System::Companion(CompanionKind::Enas(EnasSettings::default())), 1_450),
        ("gdas", System::Companion(CompanionKind::Gdas(GdasSettings::default())), 2_700),
        ("proxyless-nas", System::Companion(CompanionKind::ProxylessNas(learning)), 2_300),
        ("darts", System::Companion(CompanionKind::Darts(learning)), 950),
        (
            "evolution",
            System::Trials(TrialKind::Evolution(EvolutionSettings { members: 10, interval: INTERVAL })),
            3_700,
        ),
        ("hill-climb", System::Trials(TrialKind::HillClimb(growing)), 4_700),
        ("edits", System::Trials(TrialKind::Edits(EditTrialSettings { interval: INTERVAL })), 4_300),
        ("population", System::Trials(TrialKind::Population(population())), 5_000),
    ]
}

fn population() -> PopulationSettings {
    PopulationSettings { members: 10, interval: INTERVAL, ..PopulationSettings::default() }
}

type Failure = Box<dyn std::error::Error>;

fn main() -> ExitCode {
    report(|| {
        let arguments = Arguments::parse();
        let systems = systems();
        if let Some(unknown) = arguments.only.iter().find(|name| systems.iter().all(|(known, ..)| known != name)) {
            let names = systems.map(|(name, ..)| name).join(", ");
            return Err(format!("--only: found `{unknown}`, expected some of {names}").into());
        }
        let cifar = cifar10(&arguments.data)?;
        let (all, test) = (cifar.train.average_2x2()?, cifar.test.average_2x2()?);
        let split = stratified_with_test(&all, &[5_000, 2_000], test, &mut draws(1, "split", 0))?;
        let device = device("flex")?;
        fs::create_dir_all(&arguments.out)?;
        for &seed in &arguments.seeds {
            let scene = Scene { arguments: &arguments, split: &split, device: &device, seed };
            for &(name, system, work) in &systems {
                if arguments.only.is_empty() || arguments.only.iter().any(|only| only == name) {
                    scene.row(name, system, ((work as f64 * arguments.budget) as u64).max(1))?;
                }
            }
        }
        println!("{}", table(&arguments, &systems.map(|(name, ..)| name))?);
        Ok::<(), Failure>(())
    })
}

/// The searches under a seed.
struct Scene<'a> {
    arguments: &'a Arguments,
    split: &'a Split,
    device: &'a Device,
    seed: u64,
}

impl Scene<'_> {
    fn config(&self) -> SearchConfig {
        let mut config = SearchConfig { seed: self.seed, ..SearchConfig::quick() };
        (config.supernet.batch, config.supernet.ghost_batch) = (64, 16);
        config.scoring = Scoring::new(CANDIDATES, 250);
        (config.stand_alone.epochs, config.stand_alone.batch) = (self.arguments.epochs, 64);
        config
    }

    /// The space, its weights shared or made.
    fn space<E: BankEntry + 'static>(&self) -> Result<Definition<MemoryBanksNet<E>>, Failure> {
        let shape = MemoryBanksShape { filters: 16, side: 16, channels: 3, classes: 10 };
        Ok(MemoryBanksNet::definition(&MemoryBanks::new(6)?, shape, self.device)?)
    }

    /// A row of the table in a file of its own, unless it is there: seconds of the search, and the
    /// five best with their accuracy on test images, trained from scratch.
    fn row(&self, name: &str, system: System, work: u64) -> Result<(), Failure> {
        let path = file(self.arguments, name, self.seed);
        if path.exists() {
            return Ok(());
        }
        let folder = path.with_extension("");
        // Of a search that was stopped nobody knows the time: it begins anew.
        if folder.exists() {
            fs::remove_dir_all(&folder)?;
        }
        let begun = processor_time();
        let found = self.found(system, work, &folder)?;
        let seconds = processor_time().zip(begun).map_or(f64::NAN, |(now, begun)| now - begun);
        let mut text = String::from("seconds,architecture,test_accuracy\n");
        for network in &found {
            let accuracy = self.trained(network)?;
            println!("{name}, seed {}: {seconds:.0} s, {network}: {:.2} %", self.seed, 100.0 * accuracy);
            writeln!(text, "{seconds},{network},{accuracy}")?;
        }
        fs::write(path, text)?;
        Ok(())
    }

    /// The five best networks that a search finds.
    fn found(&self, system: System, work: u64, folder: &Path) -> Result<Vec<Architecture>, Failure> {
        let mut config = self.config();
        config.supernet.steps = work;
        match system {
            System::Random => self.at_random(work as usize),
            System::Supernet(paths) => self.by_supernet::<Conv>(&SearchConfig { paths, ..config }, folder),
            System::Generated => {
                config.paths = PathSampling::UniformArchitecture;
                self.by_supernet::<Generated>(&config, folder)
            }
            System::Companion(kind) => {
                config.paths = PathSampling::UniformArchitecture;
                config.companion = Some(CompanionSettings::new(kind));
                config.strategy = Proposer::Companion;
                self.by_supernet::<Conv>(&config, folder)
            }
            System::Trials(kind) => {
                // A line of a population's trials is one training; a network that grows comes to
                // rest in each.
                let grows = matches!(kind, TrialKind::HillClimb(_) | TrialKind::Edits(_));
                config.stand_alone.sgd.schedule = if grows { Schedule::Cosine } else { Schedule::Constant };
                let data = SearchData::images(self.split)?;
                let search: Search<'_, _, ImageExamples<'_>> =
                    Search::new(&config, self.space::<Conv>()?, data, self.device)?;
                let settings = TrialSettings { steps: work, kind };
                let result = trial_search(&search, &settings, "flex", folder, &mut ProgressLine::new())?;
                Ok(best(result.outcome.scored.into_iter().map(|(_, scored)| scored).collect()))
            }
        }
    }

    fn by_supernet<E: BankEntry + 'static>(
        &self,
        config: &SearchConfig,
        folder: &Path,
    ) -> Result<Vec<Architecture>, Failure> {
        let data = SearchData::images(self.split)?;
        let search: Search<'_, _, ImageExamples<'_>> = Search::new(config, self.space::<E>()?, data, self.device)?;
        let directory = RunDirectory::open(folder, &search, search.provenance("flex")?)?;
        Ok(best(directory.score(&search, &mut ProgressLine::new())?))
    }

    fn at_random(&self, networks: usize) -> Result<Vec<Architecture>, Failure> {
        let mut config = self.config();
        config.stand_alone.epochs = SHORT;
        let (definition, data) = (self.space::<Conv>()?, SearchData::images(self.split)?);
        let rng = &mut draws(self.seed, "networks", 0);
        let networks: Vec<Architecture> = (0..networks).map(|_| definition.space().sample(rng)).collect();
        let stand_alone = self.trainer(&config, &definition, &data);
        let (examples, progress) = (&data.validation, &mut ProgressLine::new());
        let mut evaluator = StandAloneEvaluator { stand_alone, examples, at_once: 0, progress };
        Ok(best(evaluator.evaluate(&networks)?))
    }

    /// The accuracy on test images of a network trained from scratch.
    fn trained(&self, network: &Architecture) -> Result<f64, Failure> {
        let (config, definition) = (self.config(), self.space::<Conv>()?);
        let data = SearchData::images(self.split)?;
        let trained = self.trainer(&config, &definition, &data).train(network.mask(), &mut Silent)?;
        Ok(test(&trained, network.mask(), &data.test, self.device)?.accuracy)
    }

    fn trainer<'t>(
        &'t self,
        config: &'t SearchConfig,
        definition: &'t Definition<MemoryBanksNet<Conv>>,
        data: &'t SearchData<ImageExamples<'t>>,
    ) -> StandAlone<'t, MemoryBanksNet<Conv>> {
        let (training, examples, execution) = (&config.stand_alone, &data.train, config.execution);
        StandAlone { definition, training, examples, seed: self.seed, execution, device: self.device }
    }
}

/// The five best of all that were scored, each once.
fn best(mut scored: Vec<Scored>) -> Vec<Architecture> {
    scored.sort_by(|a, b| a.score.better_first(&b.score));
    let mut best: Vec<Architecture> = Vec::new();
    for scored in scored {
        if best.len() < 5 && !best.contains(&scored.architecture) {
            best.push(scored.architecture);
        }
    }
    best
}

fn file(arguments: &Arguments, name: &str, seed: u64) -> PathBuf {
    arguments.out.join(format!("{name}-{seed}.csv"))
}

/// Seconds of a search and the accuracies of its networks.
fn read(path: &Path) -> Result<(f64, Vec<f64>), Failure> {
    let text = fs::read_to_string(path)?;
    let cells = |line: &str| line.split(',').map(str::to_owned).collect::<Vec<String>>();
    let rows: Vec<Vec<String>> = text.lines().skip(1).map(cells).collect();
    let number = |row: &Vec<String>, column: usize| -> Result<f64, Failure> {
        let cell = row.get(column).ok_or_else(|| format!("{}: a line is too short", path.display()))?;
        Ok(cell.parse()?)
    };
    let seconds = rows.first().map_or(Ok(f64::NAN), |row| number(row, 0))?;
    Ok((seconds, rows.iter().map(|row| number(row, 2)).collect::<Result<_, _>>()?))
}

/// A line for each system: the mean over seeds and networks, and what it is above the random search
/// of the same seeds. Intervals are by bootstrap over the networks of each seed.
fn table(arguments: &Arguments, names: &[&str]) -> Result<String, Failure> {
    let mut text = String::from(
        "| system | seeds | seconds of a search | five best, test accuracy (%) | above random (points) |\n|---|---|---|---|---|\n",
    );
    for name in names {
        let seeds: Vec<u64> =
            arguments.seeds.iter().copied().filter(|&seed| file(arguments, name, seed).exists()).collect();
        let found = seeds.iter().map(|&seed| read(&file(arguments, name, seed))).collect::<Result<Vec<_>, _>>()?;
        if found.is_empty() {
            continue;
        }
        let seconds: Vec<String> = found.iter().map(|(seconds, _)| format!("{seconds:.0}")).collect();
        // Items are accuracies of this system and of the random search, by seed.
        let mut items: Vec<(usize, f64)> = Vec::new();
        let mut others: Vec<(usize, f64)> = Vec::new();
        for (place, (&seed, (_, accuracies))) in seeds.iter().zip(&found).enumerate() {
            items.extend(accuracies.iter().map(|&accuracy| (place, 100.0 * accuracy)));
            let random = file(arguments, "random", seed);
            if random.exists() {
                others.extend(read(&random)?.1.iter().map(|&accuracy| (place, 100.0 * accuracy)));
            }
        }
        let own = mean(&items);
        let difference = if *name == "random" { "".into() } else { above(&items, &others) };
        writeln!(text, "| {name} | {} | {} | {own} | {difference} |", found.len(), seconds.join(", "))?;
    }
    Ok(text)
}

const BOOTSTRAP: Bootstrap = Bootstrap { seed: 1, resamples: 4_000 };

fn mean(items: &[(usize, f64)]) -> String {
    let strata: Vec<usize> = items.iter().map(|&(seed, _)| seed).collect();
    let statistic =
        |places: &[usize]| Some(places.iter().map(|&place| items[place].1).sum::<f64>() / places.len() as f64);
    BOOTSTRAP.estimate("networks", &strata, statistic).map_or_else(String::new, |estimate| estimate.to_string())
}

/// The difference of two means, each over its own networks.
fn above(items: &[(usize, f64)], others: &[(usize, f64)]) -> String {
    if others.is_empty() {
        return "no random search".into();
    }
    let all: Vec<f64> = items.iter().chain(others).map(|&(_, accuracy)| accuracy).collect();
    let seeds = items.iter().chain(others).map(|&(seed, _)| seed).max().map_or(0, |most| most + 1);
    let strata: Vec<usize> =
        items.iter().map(|&(seed, _)| seed).chain(others.iter().map(|&(seed, _)| seeds + seed)).collect();
    let statistic = |places: &[usize]| {
        let mean = |own: bool| {
            let of: Vec<f64> =
                places.iter().filter(|&&place| (place < items.len()) == own).map(|&place| all[place]).collect();
            (!of.is_empty()).then(|| of.iter().sum::<f64>() / of.len() as f64)
        };
        Some(mean(true)? - mean(false)?)
    };
    BOOTSTRAP.estimate("differences", &strata, statistic).map_or_else(String::new, |estimate| estimate.to_string())
}
