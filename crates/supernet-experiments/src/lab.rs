//! Where an experiment works: a directory in which each unit of work is stored when it is done.

use super::{
    Truth, Variant,
    learning_curve::{Epoch, append_curve, sort_curves, train_watched},
    truth::{StandAloneRow, training_key},
};
use burn::tensor::Device;
use csv::StringRecord;
use serde::Serialize;
use std::{
    collections::{HashMap, HashSet},
    fs,
    path::{Path, PathBuf},
    sync::Mutex,
    time::Instant,
};
use supernet_data::{Images, Normalisation, Split};
use supernet_nn::{MaskedNetwork, Network};
use supernet_search::Score;
use supernet_space::{PathMask, name_number};
use supernet_train::{
    FineTuner, Hooks, Keeper, Progress, Provenance, Saving, SearchConfig, SeededWeights, StandAlone,
    StandAloneTraining, SupernetEvaluator, TrainError, divergences,
    store::{
        Lock, agree, append_line, cell, csv_row, load_weights, lock, read_rows, read_scores, save_weights, scores_csv,
        write_whole,
    },
    test, training_images,
    workers::{share, workers_on},
};

/// The images of an experiment and the device that it runs on.
#[derive(Clone, Copy)]
pub struct LabImages<'a> {
    /// Training, validation and test images.
    pub split: &'a Split,
    /// Where to run.
    pub device: &'a Device,
    /// The device's name.
    pub device_name: &'a str,
}

/// The directory of one experiment.
///
/// | file | what | written |
/// |---|---|---|
/// | `config.json` | settings, versions, images, device | at the start; another configuration is refused |
/// | `supernets/NAME-SEED.safetensors` | a trained supernet | whole, when it is trained |
/// | `scores/NAME-SEED.csv` | what it says of candidates | whole, when they are scored |
/// | `scores/NAME-SEED-tuned.csv` | the same after a fine-tune of each | a line for each |
/// | `scores/NAME-SEED-divergence.csv` | divergences of predictions from those with all paths on | whole |
/// | `truth.csv` | networks trained from scratch | a line for each |
/// | `curves.csv` | the epochs of each of these trainings, where they are asked for | a training at a time |
/// | `times.csv` | seconds of each stage | a line for each |
/// | `supernets/NAME-SEED-STEP.checkpoint`, `networks/…` | trainings that go on, the last two checkpoints each | whole |
/// | `lock` | locked while a process is at work here | |
///
/// All but times is the same, on a processor bit for bit, however often the experiment was stopped.
pub struct Lab<'a> {
    path: PathBuf,
    images: LabImages<'a>,
    normalisation: Normalisation,
    provenance: Provenance,
    truth: Truth,
    curves: bool,
    progress: &'a mut dyn Progress,
    _lock: Lock,
}

/// A unit of work that needs no other.
enum Unit<'a> {
    Supernet(&'a Variant, u64),
    StandAlone(&'a PathMask, u64),
}

const TIMES: &str = "stage,name,seed,seconds";

impl<'a> Lab<'a> {
    /// Opens `path`, made if need be, for `experiment` with `settings`. What `truth` (a file as `truth.csv`) says of networks trained by
    /// `trained` is not trained again.
    ///
    /// # Errors
    /// A directory that cannot be made or written, or one that holds another experiment, other images or another device: the first
    /// difference is named and nothing is touched. A `truth` without networks of these settings.
    pub fn open(
        path: &Path,
        experiment: &str,
        settings: &impl Serialize,
        trained: &SearchConfig,
        images: LabImages<'a>,
        truth: Option<&Path>,
        progress: &'a mut dyn Progress,
    ) -> Result<Self, TrainError> {
        let (lock, provenance) = open_experiment(path, experiment, settings, images)?;
        let mut table = Truth::open(path.join("truth.csv"))?;
        if let Some(truth) = truth {
            table.import(truth, &training_key(trained, images.split)?)?;
        }
        let normalisation = Normalisation::of(&images.split.train);
        Ok(Self {
            path: path.into(),
            images,
            normalisation,
            provenance,
            truth: table,
            curves: false,
            progress,
            _lock: lock,
        })
    }

    /// The same, where networks from scratch leave their curves in `curves.csv`: a seventh more work in each epoch, the same networks.
    #[must_use]
    pub fn with_curves(self) -> Self {
        Self { curves: true, ..self }
    }

    /// Versions, images, device.
    pub fn provenance(&self) -> &Provenance {
        &self.provenance
    }

    /// Trains what is not stored yet of some supernets (a way to train and a seed) and of the networks of some masks and seeds, from
    /// scratch as `config` says, side by side, a core each. Each network is tested once, on the test images; nothing is chosen by it.
    ///
    /// # Errors
    /// A configuration that does not fit the images, a loss that is no number, a file that cannot be written, the user's stop. What
    /// was finished before stays.
    pub fn prepare(
        &mut self,
        supernets: &[(&Variant, u64)],
        config: &SearchConfig,
        networks: &[(PathMask, u64)],
    ) -> Result<(), TrainError> {
        let split = self.images.split;
        let key = training_key(config, split)?;
        let sizes = config.stand_alone(split.train.shape(), split.train.classes().len())?;
        let together = training_images(config, split)?;
        let trainer = |seed| StandAlone {
            config: &sizes,
            training: &config.stand_alone,
            images: &together,
            normalisation: &self.normalisation,
            seed,
            execution: config.execution,
            device: self.images.device,
        };
        let units = self.missing(supernets, &key, networks);
        if units.is_empty() {
            return self.tidy(supernets);
        }
        let steps = |unit: &Unit| match unit {
            Unit::Supernet(variant, _) => Ok(variant.config.supernet.steps),
            Unit::StandAlone(_, seed) => trainer(*seed).steps(),
        };
        let total: u64 = units.iter().map(steps).sum::<Result<_, _>>()?;
        let at_once = self.at_once(config);
        let (path, normalisation, device) = (&self.path, &self.normalisation, self.images.device);
        let watched = self.curves.then_some(&split.validation);
        self.progress.begin("training", total);
        let truth = Mutex::new(&mut self.truth);
        share("training", at_once, units, self.progress, |unit, progress| match unit {
            Unit::Supernet(variant, seed) => {
                train_supernet(path, variant, seed, split, normalisation, device, progress)
            }
            Unit::StandAlone(mask, seed) => {
                let stem = stem_of_network(path, mask, seed);
                let mut keeper = Keeper::new(&stem, Saving::default(), None);
                let images = (watched, &split.test);
                let (row, curve) = train_alone(&trainer(seed), mask, images, &stem, &mut keeper, progress)?;
                let row = StandAloneRow { settings: key.clone(), ..row };
                let mut truth = truth.lock().expect("no worker panics with the table");
                append_curve(&path.join(CURVES), &row, &curve)?;
                truth.append(row)?;
                keeper.clear()
            }
        })?;
        self.progress.end();
        self.tidy(supernets)
    }

    /// Leaves what does not depend on when the experiment was stopped: a table in order, no checkpoint.
    fn tidy(&mut self, supernets: &[(&Variant, u64)]) -> Result<(), TrainError> {
        for &(variant, seed) in supernets {
            keeper_of_supernet(&self.path, variant, seed).clear()?;
        }
        let networks = self.path.join("networks");
        match fs::remove_dir_all(&networks) {
            Err(error) if error.kind() != std::io::ErrorKind::NotFound => Err(TrainError::io(&networks)(error)),
            _ => {
                sort_curves(&self.path.join(CURVES))?;
                self.truth.sort()
            }
        }
    }

    /// What is not stored yet, the longest first: supernets, then the networks with most paths.
    fn missing<'u>(
        &self,
        supernets: &[(&'u Variant, u64)],
        key: &str,
        networks: &'u [(PathMask, u64)],
    ) -> Vec<Unit<'u>> {
        let mut units: Vec<Unit> = supernets
            .iter()
            .filter(|(variant, seed)| !weights_path(&self.path, &variant.name, *seed, None).exists())
            .map(|&(variant, seed)| Unit::Supernet(variant, seed))
            .collect();
        let mut seen = HashSet::new();
        let mut left: Vec<&(PathMask, u64)> = networks
            .iter()
            .filter(|network| seen.insert(*network) && self.truth.find(key, &network.0, network.1).is_none())
            .collect();
        left.sort_by_key(|(mask, _)| std::cmp::Reverse(mask.paths_on()));
        units.extend(left.into_iter().map(|(mask, seed)| Unit::StandAlone(mask, *seed)));
        units
    }

    /// What is known of the network of `mask` trained by `config` with `seed`.
    ///
    /// # Errors
    /// Sizes out of range.
    ///
    /// # Panics
    /// If it was not prepared.
    pub fn truth(&self, config: &SearchConfig, mask: &PathMask, seed: u64) -> Result<&StandAloneRow, TrainError> {
        let key = training_key(config, self.images.split)?;
        Ok(self.truth.find(&key, mask, seed).expect("the network was prepared"))
    }

    /// A supernet that was prepared, or, with a step, one of its earlier checkpoints.
    ///
    /// # Errors
    /// A file that cannot be read or is of another network.
    pub fn supernet(&self, variant: &Variant, seed: u64, step: Option<u64>) -> Result<Network, TrainError> {
        let path = weights_path(&self.path, &variant.name, seed, step);
        let split = self.images.split;
        let sizes = variant.config.supernet(split.train.shape(), split.train.classes().len())?;
        let device = self.images.device.clone().inner();
        load_weights(sizes.supernet(&mut SeededWeights::new(seed), &device)?, &path)
    }

    /// The scores of `masks` by a supernet that was prepared, on the validation images; those that are stored are not computed again.
    ///
    /// # Errors
    /// As [`SupernetEvaluator::score`]; a file that cannot be read or written.
    pub fn scores(
        &mut self,
        variant: &Variant,
        seed: u64,
        step: Option<u64>,
        masks: &[PathMask],
    ) -> Result<Vec<Score>, TrainError> {
        let name = file_name(&variant.name, seed, step);
        let path = self.path.join(format!("scores/{name}.csv"));
        let mut known = read_scores(&path)?;
        let mut seen = HashSet::new();
        let missing: Vec<PathMask> =
            masks.iter().filter(|mask| !known.contains_key(*mask) && seen.insert(*mask)).cloned().collect();
        if !missing.is_empty() {
            let began = Instant::now();
            let supernet = self.supernet(variant, seed, step)?;
            let split = self.images.split;
            let shape = variant.config.stand_alone(split.train.shape(), split.train.classes().len())?.shape;
            let mut evaluator = SupernetEvaluator::new(
                &supernet,
                shape,
                &split.validation,
                &self.normalisation,
                variant.config.scoring,
                self.images.device,
                &mut *self.progress,
            )?
            .with_execution(variant.config.execution);
            let scores = evaluator.score(&missing)?;
            known.extend(missing.into_iter().zip(scores));
            write_whole(&path, scores_csv(&known).as_bytes())?;
            time(&self.path, "scoring", &name, seed, began)?;
        }
        Ok(masks.iter().map(|mask| known[mask]).collect())
    }

    /// The mean symmetric KL divergence between predictions with all paths on and under each of `masks`, by a supernet that was prepared,
    /// on the first `count` training images; no label is read. Those that are stored are not computed again.
    ///
    /// # Errors
    /// As [`divergences`]; a file that cannot be read or written.
    pub fn divergences(
        &self,
        variant: &Variant,
        seed: u64,
        count: usize,
        masks: &[PathMask],
    ) -> Result<Vec<f64>, TrainError> {
        let path = self.path.join(format!("scores/{}-divergence.csv", file_name(&variant.name, seed, None)));
        let read = |row: &StringRecord| Some((cell(row, 0)?, cell(row, 1)?));
        let mut known: HashMap<PathMask, f64> = read_rows(&path, DIVERGENCES, read)?.into_iter().collect();
        let missing: Vec<PathMask> = masks.iter().filter(|mask| !known.contains_key(*mask)).cloned().collect();
        if !missing.is_empty() {
            let supernet = self.supernet(variant, seed, None)?;
            let train = self.images.split.train.subset(&(0..count).collect::<Vec<_>>())?;
            let (all_on, run) = (supernet.search_space().all_on(), variant.config.scoring.score_batch);
            let values =
                divergences(&supernet, &all_on, &missing, &train, &self.normalisation, run, self.images.device)?;
            known.extend(missing.into_iter().zip(values));
            let mut lines: Vec<String> =
                known.iter().map(|(mask, value)| csv_row([mask.to_string(), value.to_string()])).collect();
            lines.sort();
            write_whole(&path, format!("{DIVERGENCES}\n{}", lines.concat()).as_bytes())?;
        }
        Ok(masks.iter().map(|mask| known[mask]).collect())
    }

    /// The scores, on validation images, of the networks of `masks` after each was trained alone by `training`, starting from the shared
    /// weights of a supernet that was prepared (scale 1 and shift 0 where it has none). Stored one by one.
    ///
    /// # Errors
    /// As [`Lab::prepare`]; networks of another width than the supernet.
    pub fn fine_tuned(
        &mut self,
        variant: &Variant,
        seed: u64,
        training: &StandAloneTraining,
        masks: &[PathMask],
    ) -> Result<Vec<Score>, TrainError> {
        let path = self.path.join(format!("scores/{}-tuned.csv", file_name(&variant.name, seed, None)));
        let config = &SearchConfig { seed, ..variant.config.clone() };
        let supernet = &self.supernet(variant, seed, None)?;
        let Self { images: LabImages { split, device, .. }, normalisation, progress, .. } = self;
        let tuner = FineTuner { supernet, config, training: *training, split, normalisation, device };
        tuner.scores(masks, Some(&path), &mut **progress)
    }

    /// Networks trained at the same time.
    fn at_once(&self, config: &SearchConfig) -> usize {
        workers_on(&self.images.device.clone().inner(), config.retrain.at_once)
    }

    /// The networks from scratch that are known, those of `--truth` first.
    pub fn known(&self) -> impl Iterator<Item = &StandAloneRow> {
        self.truth.known()
    }

    /// Seconds of each stage, as noted in `times.csv`: stage, name, seconds.
    ///
    /// # Errors
    /// A file that cannot be read.
    pub fn times(&self) -> Result<Vec<(String, String, f64)>, TrainError> {
        let path = self.path.join("times.csv");
        read_rows(&path, TIMES, |row| Some((cell(row, 0)?, cell(row, 1)?, cell(row, 3)?)))
    }

    /// Writes a file of the directory whole.
    ///
    /// # Errors
    /// A file that cannot be written.
    pub fn write(&self, name: &str, bytes: &[u8]) -> Result<(), TrainError> {
        write_whole(&self.path.join(name), bytes)
    }
}

/// Makes the directory of `experiment`, or opens it, and locks it.
///
/// # Errors
/// A directory that cannot be made or written, one where another process is at work, or one that holds another experiment, other settings,
/// images or another device.
pub(super) fn open_experiment(
    path: &Path,
    experiment: &str,
    settings: &impl Serialize,
    images: LabImages,
) -> Result<(Lock, Provenance), TrainError> {
    let lock = lock(path)?;
    let provenance = Provenance::new(images.split, images.device_name);
    let here = serde_json::json!({ "experiment": experiment, "provenance": provenance, "settings": settings });
    agree(path, &here, "the configuration of an experiment")?;
    Ok((lock, provenance))
}

fn file_name(name: &str, seed: u64, step: Option<u64>) -> String {
    match step {
        None => format!("{name}-{seed}"),
        Some(step) => format!("{name}-{seed}-at-{step}"),
    }
}

fn weights_path(path: &Path, name: &str, seed: u64, step: Option<u64>) -> PathBuf {
    path.join(format!("supernets/{}.safetensors", file_name(name, seed, step)))
}

fn time(path: &Path, stage: &str, name: &str, seed: u64, began: Instant) -> Result<(), TrainError> {
    let seconds = format!("{:.1}", began.elapsed().as_secs_f64());
    let line = csv_row([stage.into(), name.into(), seed.to_string(), seconds]);
    append_line(&path.join("times.csv"), &format!("{TIMES}\n"), &line)
}

/// Trains and stores a supernet; its earlier checkpoints are there before it is.
fn train_supernet(
    path: &Path,
    variant: &Variant,
    seed: u64,
    split: &Split,
    normalisation: &Normalisation,
    device: &Device,
    progress: &mut dyn Progress,
) -> Result<(), TrainError> {
    use burn::module::Module;
    let began = Instant::now();
    let keep = &mut |step: u64, network: &Network, _: &mut dyn Progress| {
        save_weights(&network.valid(), &weights_path(path, &variant.name, seed, Some(step)))
    };
    let mut keeper = keeper_of_supernet(path, variant, seed);
    let hooks = Hooks { after: keep, plain_l2: variant.plain_l2, keeper: Some(&mut keeper) };
    let supernet = variant.train(seed, split, normalisation, device, hooks, progress)?;
    save_weights(&supernet, &weights_path(path, &variant.name, seed, None))?;
    keeper.clear()?;
    time(path, "supernet", &variant.name, seed, began)
}

/// Keeps the training of a supernet.
fn keeper_of_supernet<'k>(path: &Path, variant: &Variant, seed: u64) -> Keeper<'k> {
    Keeper::new(path.join("supernets").join(file_name(&variant.name, seed, None)), Saving::default(), None)
}

/// How the names of files begin in which the training of a network from scratch is kept.
fn stem_of_network(path: &Path, mask: &PathMask, seed: u64) -> PathBuf {
    path.join(format!("networks/{:016x}-{seed}", name_number(&mask.to_string())))
}

/// Trains the network of a mask from scratch and tests it on the second images; its curve is of the
/// first, if there are any. The row's settings are left empty.
fn train_alone(
    trainer: &StandAlone,
    mask: &PathMask,
    (watched, images): (Option<&Images>, &Images),
    stem: &Path,
    keeper: &mut Keeper,
    progress: &mut dyn Progress,
) -> Result<(StandAloneRow, Vec<Epoch>), TrainError> {
    let began = Instant::now();
    let (network, curve) = match watched {
        Some(images) => train_watched(trainer, mask, images, stem, keeper, progress)?,
        None => {
            let mut weights = SeededWeights::new(trainer.seed);
            (trainer.train_kept(mask, &mut weights, Some(keeper), progress)?, Vec::new())
        }
    };
    let test = test(&network, mask, images, trainer.normalisation, trainer.device)?;
    let cost = trainer.config.shape.cost(&trainer.config.cells, mask)?;
    let seconds = began.elapsed().as_millis() as f64 / 1e3;
    let settings = String::new();
    Ok((StandAloneRow { mask: mask.clone(), settings, seed: trainer.seed, test, cost, seconds }, curve))
}

/// The file of all curves.
const CURVES: &str = "curves.csv";

const DIVERGENCES: &str = "architecture,divergence";
