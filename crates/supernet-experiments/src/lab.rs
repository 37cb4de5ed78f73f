//! Where an experiment works: a directory in which each unit of work is stored when it is done.

use super::{
    StandAloneRow, Trials, Truth, Variant,
    learning_curve::{append_curve, sort_curves},
    units::{Made, Unit, Work, file_name, keeper_of_supernet, weights_path},
};
use csv::StringRecord;
use serde::Serialize;
use serde_json::json;
use std::{
    collections::{HashMap, HashSet},
    fs,
    path::{Path, PathBuf},
    sync::Mutex,
    time::Instant,
};
use supernet_search::Score;
use supernet_space::{Cost, PathMask, SearchSpace, name_number};
use supernet_train::{
    Progress, Provenance, SearchConfig, StandAloneTraining, TrainError,
    crew::{Workers, all_equal},
    store::{Lock, agree, append_line, cell, csv_row, lock, read_rows, read_scores, scores_csv, write_whole},
    workers::{Named, share_among, workers_on},
};

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
    trials: &'a dyn Trials,
    provenance: Provenance,
    truth: Truth,
    curves: bool,
    progress: &'a mut dyn Progress,
    _lock: Lock,
}

const TIMES: &str = "stage,name,seed,seconds";

impl<'a> Lab<'a> {
    /// Opens `path`, made if need be, for `experiment` with `settings`. What `truth` (a file as
    /// `truth.csv`) says of networks trained by `trained` is not trained again.
    ///
    /// # Errors
    /// A directory that cannot be made or written, or one that holds another experiment, other
    /// images or another device: the first difference is named and nothing is touched. A member of
    /// the crew with another configuration. A `truth` without networks of these settings.
    pub fn open(
        path: &Path,
        experiment: &str,
        settings: &impl Serialize,
        trained: &SearchConfig,
        trials: &'a dyn Trials,
        truth: Option<&Path>,
        progress: &'a mut dyn Progress,
    ) -> Result<Self, TrainError> {
        let provenance = trials.provenance(trained)?;
        let lock = open_experiment(path, experiment, settings, &provenance, trials.crew().workers())?;
        let mut table = Truth::open(path.join("truth.csv"))?;
        if let Some(truth) = truth {
            table.import(truth, &trials.training_key(trained)?)?;
        }
        Ok(Self { path: path.into(), trials, provenance, truth: table, curves: false, progress, _lock: lock })
    }

    /// The same, where networks from scratch leave their curves in `curves.csv`: a seventh more
    /// work in each epoch, the same networks.
    #[must_use]
    pub fn with_curves(self) -> Self {
        Self { curves: true, ..self }
    }

    /// Versions, images, device.
    pub fn provenance(&self) -> &Provenance {
        &self.provenance
    }

    /// Trains what is not stored yet of some supernets (a way to train and a seed) and of the
    /// networks of some masks and seeds, from scratch as `config` says, side by side, a core each.
    /// Each network is tested once, on the test images; nothing is chosen by it.
    ///
    /// # Errors
    /// A configuration that does not fit the images, a loss that is no number, a file that cannot
    /// be written, the user's stop. What was finished before stays.
    pub fn prepare(
        &mut self,
        supernets: &[(&Variant, u64)],
        config: &SearchConfig,
        networks: &[(PathMask, u64)],
    ) -> Result<(), TrainError> {
        let trials = self.trials;
        let key = trials.training_key(config)?;
        let units = self.missing(supernets, &key, networks);
        if units.is_empty() {
            return self.tidy(supernets);
        }
        let alone = trials.steps_alone(config)?;
        let steps = |unit: &Unit| match unit {
            Unit::Supernet(variant, _) => variant.config.supernet.steps,
            Unit::StandAlone(..) => alone,
        };
        let total: u64 = units.iter().map(steps).sum();
        let (path, at_once) = (&self.path, self.at_once(config));
        self.progress.begin("training", total);
        let truth = Mutex::new(&mut self.truth);
        let keep = |made: &Made| truth_kept(path, made, &truth);
        let work = Work { path, trials, config, key: &key, curves: self.curves };
        let named = Named {
            crew: trials.crew(),
            name: &|unit| work.job(unit),
            pack: &|unit, made| work.pack(unit, made),
            unpack: &|unit, bytes| match work.unpack(unit, bytes)? {
                None => Ok(None),
                Some(made) => keep(&made).map(|()| Some(made)),
            },
        };
        let make = |unit: Unit, progress: &mut dyn Progress| {
            let made = work.make(unit, progress)?;
            keep(&made)?;
            work.clear(unit)?;
            Ok(made)
        };
        share_among(("training", at_once), units, named, self.progress, make, &mut |_, _| {})?;
        self.progress.end();
        self.tidy(supernets)?;
        self.progress.over();
        Ok(())
    }

    /// Leaves what does not depend on when the experiment was stopped: a table in order, no
    /// checkpoint.
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
        let key = self.trials.training_key(config)?;
        Ok(self.truth.find(&key, mask, seed).expect("the network was prepared"))
    }

    /// The searched space.
    ///
    /// # Errors
    /// Sizes out of range.
    pub fn space(&self, config: &SearchConfig) -> Result<SearchSpace, TrainError> {
        self.trials.space(config)
    }

    /// The costs of the stand-alone networks of `masks`.
    ///
    /// # Errors
    /// Sizes out of range, a mask of another space.
    pub fn costs(&self, config: &SearchConfig, masks: &[PathMask]) -> Result<Vec<Cost>, TrainError> {
        self.trials.costs(config, masks)
    }

    /// The scores of `masks` by a supernet that was prepared, on the validation images; those that
    /// are stored are not computed again.
    ///
    /// # Errors
    /// As [`Trials::scores`]; a file that cannot be read or written.
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
            let weights = weights_path(&self.path, &variant.name, seed, step);
            let scores = self.trials.scores(&variant.config, &weights, &missing, &mut *self.progress)?;
            known.extend(missing.into_iter().zip(scores));
            write_whole(&path, scores_csv(&known).as_bytes())?;
            time(&self.path, "scoring", &name, seed, began.elapsed().as_secs_f64())?;
        }
        Ok(masks.iter().map(|mask| known[mask]).collect())
    }

    /// The mean symmetric KL divergence between predictions under `reference` and under each of
    /// `masks`, by a supernet that was prepared, on the first `count` training images; no label is
    /// read. Those that are stored are not computed again.
    ///
    /// # Errors
    /// As [`Trials::divergences`]; a file that cannot be read or written.
    pub fn divergences(
        &self,
        (variant, seed): (&Variant, u64),
        count: usize,
        reference: &PathMask,
        masks: &[PathMask],
    ) -> Result<Vec<f64>, TrainError> {
        let path = self.path.join(format!("scores/{}-divergence.csv", file_name(&variant.name, seed, None)));
        let read = |row: &StringRecord| Some((cell(row, 0)?, cell(row, 1)?));
        let mut known: HashMap<PathMask, f64> = read_rows(&path, DIVERGENCES, read)?.into_iter().collect();
        let missing: Vec<PathMask> = masks.iter().filter(|mask| !known.contains_key(*mask)).cloned().collect();
        if !missing.is_empty() {
            let weights = weights_path(&self.path, &variant.name, seed, None);
            let values = self.trials.divergences(&variant.config, &weights, count, reference, &missing)?;
            known.extend(missing.into_iter().zip(values));
            let mut lines: Vec<String> =
                known.iter().map(|(mask, value)| csv_row([mask.to_string(), value.to_string()])).collect();
            lines.sort();
            write_whole(&path, format!("{DIVERGENCES}\n{}", lines.concat()).as_bytes())?;
        }
        Ok(masks.iter().map(|mask| known[mask]).collect())
    }

    /// The scores, on validation images, of the networks of `masks` after each was trained alone by
    /// `training`, starting from the shared weights of a supernet that was prepared (scale 1 and
    /// shift 0 where it has none). Stored one by one.
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
        let config = SearchConfig { seed, ..variant.config.clone() };
        let weights = weights_path(&self.path, &variant.name, seed, None);
        self.trials.fine_tuned(&config, &weights, training, masks, &path, &mut *self.progress)
    }

    /// Networks trained at the same time.
    fn at_once(&self, config: &SearchConfig) -> usize {
        workers_on(&self.trials.device().clone().inner(), config.retrain.at_once)
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

/// Makes the directory of `experiment`, or opens it, and locks it, as each of `workers` does.
///
/// # Errors
/// A directory that cannot be made or written, one where another process is at work, or one that
/// holds another experiment, other settings, images or another device; a worker with others.
pub(super) fn open_experiment(
    path: &Path,
    experiment: &str,
    settings: &impl Serialize,
    provenance: &Provenance,
    workers: &dyn Workers,
) -> Result<Lock, TrainError> {
    let here = json!({ "experiment": experiment, "provenance": provenance, "settings": settings });
    let digest = format!("{:016x}", name_number(&here.to_string()));
    all_equal(workers, "configuration, versions or data", &digest)?;
    let lock = lock(path)?;
    agree(path, &here, "the configuration of an experiment")?;
    Ok(lock)
}

fn time(path: &Path, stage: &str, name: &str, seed: u64, seconds: f64) -> Result<(), TrainError> {
    let line = csv_row([stage.into(), name.into(), seed.to_string(), format!("{seconds:.1}")]);
    append_line(&path.join("times.csv"), &format!("{TIMES}\n"), &line)
}

/// Notes what was made in the tables.
fn truth_kept(path: &Path, made: &Made, truth: &Mutex<&mut Truth>) -> Result<(), TrainError> {
    match made {
        Made::Supernet { name, seed, seconds } => time(path, "supernet", name, *seed, *seconds),
        Made::StandAlone { row, curve } => {
            let mut truth = truth.lock().expect("no worker panics with the table");
            append_curve(&path.join(CURVES), curve)?;
            truth.append(row.clone())
        }
    }
}

/// The file of all curves.
const CURVES: &str = "curves.csv";

const DIVERGENCES: &str = "architecture,divergence";
