//! The stages of a run and what each leaves: a finished one is read back, one that was stopped goes
//! on.

use super::{
    event_log::{Event, EventLine, EventLog, read_events},
    files::{append_line, remove, write_whole},
    keeper::{Keeper, Saving},
    rows::{cell, csv_row, read_rows},
    score_log::Recorded,
    searches::trained_before,
    weights::{load_weights, save_weights},
};
use crate::{
    TrainError,
    companion::COURSE,
    crew::{pack, unpack},
};
use burn::module::Module;
use csv::StringRecord;
use std::{
    collections::HashMap,
    fs,
    path::{Path, PathBuf},
};
use supernet_search::{Evaluator, RankBy};
use supernet_space::{PathMask, SearchSpace};

/// The run's log.
const EVENTS: &str = "events.jsonl";

/// Endings of the files of a trained network: its log, which has to be there first, its weights.
const OF_A_NETWORK: [&str; 2] = ["jsonl", "safetensors"];

/// The first line of `latencies.csv`.
const LATENCIES: &str = "architecture,images,median_ms";

/// Where the stages of a run leave what they find.
#[derive(Debug)]
pub(crate) struct Stages {
    folder: PathBuf,
    /// Where the supernet is, if it is another run's.
    supernet: Option<PathBuf>,
    /// Networks that were trained from scratch before the run was given more candidates.
    before: HashMap<PathMask, PathBuf>,
    saving: Saving,
    log: EventLog,
}

impl Stages {
    /// The stages of the run in `folder`.
    ///
    /// # Errors
    /// A log that cannot be read or written.
    pub(crate) fn open(folder: &Path, saving: Saving) -> Result<Self, TrainError> {
        let (log, before) = (EventLog::open(folder.join(EVENTS))?, trained_before(folder));
        Ok(Self { folder: folder.into(), supernet: None, before, saving, log })
    }

    /// Returns the same stages with the supernet of the run in `run`, which is trained.
    pub(crate) fn with_supernet_of(self, run: &Path) -> Self {
        Self { supernet: Some(run.into()), ..self }
    }

    /// The trained supernet at `place` of all, whose training is called `stage`: the one that is
    /// stored, its weights put into what `build` gives, or what `train` gives, which is then
    /// stored. The first has its events in the run's log, each other one in a file of its own.
    ///
    /// # Errors
    /// Whatever `build` or `train` reports; files that cannot be read or written, or do not belong
    /// together.
    pub(crate) fn supernet<N: Module>(
        &mut self,
        (place, stage): (usize, &str),
        build: impl FnOnce() -> Result<N, TrainError>,
        train: impl FnOnce(&mut Keeper) -> Result<N, TrainError>,
    ) -> Result<N, TrainError> {
        if let Some(run) = &self.supernet {
            return load_weights(build()?, &supernet_file(run, place));
        }
        let stem = self.folder.join(supernet_stem(place));
        if place == 0 {
            return trained(&stem, stage, self.saving, &mut self.log, build, train);
        }
        let mut log = EventLog::open(stem.with_extension("jsonl"))?;
        trained(&stem, stage, self.saving, &mut log, build, train)
    }

    /// The run's folder.
    pub(crate) fn folder(&self) -> &Path {
        &self.folder
    }

    /// The training losses of a stage that the log notes, in order.
    ///
    /// # Errors
    /// A log that cannot be read.
    pub(crate) fn losses(&self, stage: &str) -> Result<Vec<f64>, TrainError> {
        let loss = |line: EventLine| match line.event {
            Event::Step { stage: of, loss, .. } if of == stage => Some(loss),
            _ => None,
        };
        let folder = self.supernet.as_ref().unwrap_or(&self.folder);
        Ok(read_events(&folder.join(EVENTS))?.into_iter().filter_map(loss).collect())
    }

    /// Where the supernet at `place` is kept as it is after each of `steps`.
    pub(crate) fn earlier(&self, place: usize, steps: Vec<u64>) -> Earlier {
        let folder = self.supernet.as_ref().unwrap_or(&self.folder);
        Earlier { stem: folder.join(supernet_stem(place)), steps }
    }

    /// Where the supernet's companion is kept.
    pub(crate) fn companion(&self) -> CompanionFiles {
        CompanionFiles { folder: self.supernet.as_ref().unwrap_or(&self.folder).clone() }
    }

    /// Scores of fine-tuned candidates.
    pub(crate) fn shortlist(&self) -> PathBuf {
        self.folder.join("shortlist.csv")
    }

    /// `evaluator`, whose scores are stored in `candidates.csv`; those that are stored already are
    /// not computed again.
    ///
    /// # Errors
    /// A `candidates.csv` that cannot be read or is of another space.
    pub(crate) fn recorded<'a, E: Evaluator>(
        &'a mut self,
        space: &SearchSpace,
        rank_by: RankBy,
        evaluator: &'a mut E,
    ) -> Result<Recorded<'a, E>, TrainError> {
        Recorded::open(self.folder.join("candidates.csv"), space, rank_by, evaluator, &mut self.log)
    }

    /// [`Stages::recorded`] in a folder where nothing comes before it: its log is written anew.
    ///
    /// # Errors
    /// As [`Stages::recorded`]; a log that cannot be written.
    pub(crate) fn recorded_alone<'a, E: Evaluator>(
        &'a mut self,
        space: &SearchSpace,
        rank_by: RankBy,
        evaluator: &'a mut E,
    ) -> Result<Recorded<'a, E>, TrainError> {
        self.log.cut(0)?;
        self.recorded(space, rank_by, evaluator)
    }

    /// Removes the file of partial scores: all are stored.
    ///
    /// # Errors
    /// A file that cannot be removed.
    pub(crate) fn all_are_scored(&self) -> Result<(), TrainError> {
        remove(&self.ledger())
    }

    /// The file of partial scores of a scoring that was stopped.
    pub(crate) fn ledger(&self) -> PathBuf {
        self.folder.join("scoring.jsonl")
    }

    /// The trained network at `place` among those trained from scratch, as [`Stages::supernet`];
    /// its log is a file of its own, since several are trained side by side.
    ///
    /// # Errors
    /// As [`Stages::supernet`].
    pub(crate) fn network<N: Module>(
        &self,
        (place, mask): (usize, &PathMask),
        stage: &str,
        build: impl FnOnce() -> Result<N, TrainError>,
        train: impl FnOnce(&mut Keeper) -> Result<N, TrainError>,
    ) -> Result<N, TrainError> {
        let stem = self.network_files(place);
        if let Some(before) = self.before.get(mask) {
            take_over(before, &stem)?;
        }
        let mut log = EventLog::open(stem.with_extension("jsonl"))?;
        trained(&stem, stage, self.saving, &mut log, build, train)
    }

    /// What the names of the files of the network at `place` begin with.
    pub(crate) fn network_files(&self, place: usize) -> PathBuf {
        self.folder.join(format!("networks/{place:03}"))
    }

    /// The files of the trained network at `place`, as bytes.
    ///
    /// # Errors
    /// A file that cannot be read.
    pub(crate) fn pack_network(&self, place: usize) -> Result<Vec<u8>, TrainError> {
        let read = |ending: &&str| {
            let path = self.network_files(place).with_extension(ending);
            Ok((ending.to_string(), fs::read(&path).map_err(TrainError::io(&path))?))
        };
        Ok(pack(OF_A_NETWORK.iter().map(read).collect::<Result<Vec<_>, TrainError>>()?))
    }

    /// Puts the files of the network at `place`, which another member of a crew has trained, where
    /// they belong; returns whether `bytes` are those of a network.
    ///
    /// # Errors
    /// A file that cannot be written.
    pub(crate) fn unpack_network(&self, place: usize, bytes: &[u8]) -> Result<bool, TrainError> {
        let Some(files) = unpack(bytes).filter(|files| files.iter().map(|(name, _)| name.as_str()).eq(OF_A_NETWORK))
        else {
            return Ok(false);
        };
        let write =
            |(ending, bytes): (String, Vec<u8>)| write_whole(&self.network_files(place).with_extension(ending), &bytes);
        files.into_iter().try_for_each(write)?;
        Ok(true)
    }

    /// Reads the latencies of networks for `images` images at a time from `latencies.csv`, in
    /// milliseconds.
    ///
    /// # Errors
    /// A file that cannot be read.
    pub(crate) fn latencies(&self, images: usize) -> Result<HashMap<PathMask, f64>, TrainError> {
        let read = |row: &StringRecord| Some((cell(row, 0)?, cell::<usize>(row, 1)?, cell(row, 2)?));
        let rows: Vec<(PathMask, usize, f64)> = read_rows(&self.latencies_path(), LATENCIES, read)?;
        Ok(rows.into_iter().filter(|(_, of, _)| *of == images).map(|(mask, _, ms)| (mask, ms)).collect())
    }

    /// Adds a line to `latencies.csv`.
    ///
    /// # Errors
    /// A file that cannot be written.
    pub(crate) fn note_latency(&self, mask: &PathMask, images: usize, ms: f64) -> Result<(), TrainError> {
        let line = csv_row([mask.to_string(), images.to_string(), ms.to_string()]);
        append_line(&self.latencies_path(), &format!("{LATENCIES}\n"), &line)
    }

    fn latencies_path(&self) -> PathBuf {
        self.folder.join("latencies.csv")
    }

    /// Appends `events` to the log and puts it on the disk.
    ///
    /// # Errors
    /// A log that cannot be written.
    pub(crate) fn note(&mut self, events: impl IntoIterator<Item = Event>) -> Result<(), TrainError> {
        events.into_iter().try_for_each(|event| self.log.append(&event))?;
        self.log.sync()
    }
}

/// The file of the trained supernet at `place` of all in the folder of a run.
pub(crate) fn supernet_file(folder: &Path, place: usize) -> PathBuf {
    folder.join(supernet_stem(place)).with_extension("safetensors")
}

/// What the names of the files of the supernet at `place` of all begin with.
fn supernet_stem(place: usize) -> String {
    if place == 0 { "supernet".into() } else { format!("supernet-{}", place + 1) }
}

/// A supernet at earlier steps of its training: `supernet-at-STEP.safetensors`.
pub(crate) struct Earlier {
    stem: PathBuf,
    steps: Vec<u64>,
}

impl Earlier {
    fn path(&self, step: u64) -> PathBuf {
        let stem = self.stem.file_name().map_or_else(Default::default, |name| name.to_string_lossy());
        self.stem.with_file_name(format!("{stem}-at-{step}.safetensors"))
    }

    /// Whether it is kept as it is after `step`.
    pub(crate) fn is_due(&self, step: u64) -> bool {
        self.steps.contains(&step)
    }

    /// Keeps it.
    ///
    /// # Errors
    /// A file that cannot be written.
    pub(crate) fn save(&self, step: u64, supernet: &impl Module) -> Result<(), TrainError> {
        save_weights(supernet, &self.path(step))
    }

    /// All that are kept, in order, their weights put into what `build` gives.
    ///
    /// # Errors
    /// A file that cannot be read or is of another network.
    pub(crate) fn load<N: Module>(&self, build: impl Fn() -> Result<N, TrainError>) -> Result<Vec<N>, TrainError> {
        self.steps.iter().map(|&step| load_weights(build()?, &self.path(step))).collect()
    }
}

/// A trained companion: `companion.json`, and `companion.csv`, what it came to prefer.
pub(crate) struct CompanionFiles {
    folder: PathBuf,
}

impl CompanionFiles {
    fn path(&self) -> PathBuf {
        self.folder.join("companion.json")
    }

    /// Keeps its state, and a table of what it came to prefer.
    ///
    /// # Errors
    /// A file that cannot be written.
    pub(crate) fn save(&self, state: &[u8], csv: &str) -> Result<(), TrainError> {
        write_whole(&self.folder.join(COURSE), csv.as_bytes())?;
        write_whole(&self.path(), state)
    }

    /// Gives `restore` the state that is kept.
    ///
    /// # Errors
    /// A file that cannot be read, or that holds another companion.
    pub(crate) fn load(&self, restore: impl FnOnce(&[u8]) -> Result<(), String>) -> Result<(), TrainError> {
        let path = self.path();
        let state = fs::read(&path).map_err(TrainError::io(&path))?;
        restore(&state).map_err(|found| TrainError::File { path, found, expected: "the companion of this supernet" })
    }
}

/// Copies a network that was trained before to `to`, its log first, unless there is one.
fn take_over(from: &Path, to: &Path) -> Result<(), TrainError> {
    if to.with_extension("safetensors").exists() {
        return Ok(());
    }
    for ending in OF_A_NETWORK {
        let from = from.with_extension(ending);
        write_whole(&to.with_extension(ending), &fs::read(&from).map_err(TrainError::io(&from))?)?;
    }
    Ok(())
}

/// The network that `STEM.safetensors` holds, its weights put into what `build` gives; or what
/// `train` gives, which is then stored. The log ends with the training; its checkpoints are
/// removed, also those that a process left which was killed when the network was stored.
fn trained<N: Module>(
    stem: &Path,
    stage: &str,
    saving: Saving,
    log: &mut EventLog,
    build: impl FnOnce() -> Result<N, TrainError>,
    train: impl FnOnce(&mut Keeper) -> Result<N, TrainError>,
) -> Result<N, TrainError> {
    let path = stem.with_extension("safetensors");
    let stored = path.exists();
    if stored {
        log.cut_after(stage)?;
    }
    let mut keeper = Keeper::new(stem, saving, Some(log));
    let network = if stored {
        load_weights(build()?, &path)?
    } else {
        let network = train(&mut keeper)?;
        keeper.sync()?;
        save_weights(&network, &path)?;
        network
    };
    keeper.clear()?;
    Ok(network)
}
