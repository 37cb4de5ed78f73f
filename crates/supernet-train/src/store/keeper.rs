//! Keeps a training's state in checkpoints, the last two, and its history in a log.

use super::{
    checkpoint::Checkpoint,
    event_log::{Event, EventLog},
    files::{remove, write_whole},
    weights::{weights, with_momenta, with_weights},
};
use crate::TrainError;
use burn::{module::Module, optim::ModuleOptimizer, tensor::Bytes};
use std::{
    fs,
    path::{Path, PathBuf},
    time::{Duration, Instant},
};

/// How often a training's state is written, and what is done about a damaged checkpoint. Results
/// depend on neither.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Saving {
    /// At least so long apart.
    pub every: Duration,
    /// At most this share of the time goes into writing.
    pub share: f64,
    /// A damaged checkpoint is passed over for the one before instead of being refused.
    pub from_last_good: bool,
}

impl Default for Saving {
    /// Every 30 seconds, at most a hundredth of the time, damage refused.
    fn default() -> Self {
        Self { every: Duration::from_secs(30), share: 0.01, from_last_good: false }
    }
}

/// Keeps one training's state in `STEM-STEP.checkpoint` files, the last two of them, and its events
/// in a log.
pub struct Keeper<'a> {
    stem: PathBuf,
    saving: Saving,
    log: Option<&'a mut EventLog>,
    written: Instant,
    /// How long the last writing took.
    took: Duration,
    /// Whether a checkpoint is written after the last step too.
    keeps_the_end: bool,
}

/// Checkpoints that are kept.
const KEPT: usize = 2;

/// Returns the checkpoints of a training whose files' names begin with `stem`, with their steps, the
/// newest first.
///
/// # Errors
/// A folder that cannot be read.
pub fn checkpoints(stem: &Path) -> Result<Vec<(u64, PathBuf)>, TrainError> {
    let folder = stem.parent().unwrap_or(Path::new("."));
    if !folder.exists() {
        return Ok(Vec::new());
    }
    let begin = stem.file_name().map_or(String::new(), |name| format!("{}-", name.to_string_lossy()));
    let mut files = Vec::new();
    for entry in fs::read_dir(folder).map_err(TrainError::io(folder))? {
        let path = entry.map_err(TrainError::io(folder))?.path();
        let name = path.file_name().map_or(String::new(), |name| name.to_string_lossy().into_owned());
        let step = name.strip_prefix(&begin).and_then(|rest| rest.strip_suffix(".checkpoint"));
        if let Some(step) = step.and_then(|step| step.parse().ok()) {
            files.push((step, path));
        }
    }
    files.sort_by_key(|&(step, _)| std::cmp::Reverse(step));
    Ok(files)
}

/// The checkpoint after `step` steps of the training whose files' names begin with `stem`.
fn checkpoint_path(stem: &Path, step: u64) -> PathBuf {
    let name = stem.file_name().map_or_else(Default::default, |name| name.to_string_lossy());
    stem.with_file_name(format!("{name}-{step}.checkpoint"))
}

impl<'a> Keeper<'a> {
    /// Keeps a training's state in files whose names begin with `stem`, and its events in `log`, of
    /// which they are the first.
    pub fn new(stem: impl Into<PathBuf>, saving: Saving, log: Option<&'a mut EventLog>) -> Self {
        let (stem, written, took) = (stem.into(), Instant::now(), Duration::ZERO);
        Self { stem, saving, log, written, took, keeps_the_end: false }
    }

    /// Returns the same that writes a checkpoint after the last step too, for a training that goes
    /// on from there.
    pub(crate) fn keeping_the_end(self) -> Self {
        Self { keeps_the_end: true, ..self }
    }

    /// Begins the training whose files' names begin with `stem` with what this one ended with:
    /// weights and momenta. Returns false where there is nothing.
    ///
    /// # Errors
    /// A damaged checkpoint, a file that cannot be written.
    pub(crate) fn hand_on(&self, stem: &Path) -> Result<bool, TrainError> {
        let Some((_, checkpoint)) = self.newest()? else { return Ok(false) };
        let checkpoint = Checkpoint { step: 0, log: 0, ..checkpoint };
        write_whole(&checkpoint_path(stem, 0), &checkpoint.to_bytes())?;
        Ok(true)
    }

    /// The weights of the newest checkpoint, put into `network`; none where there is nothing.
    ///
    /// # Errors
    /// A damaged checkpoint, or one of another network.
    pub(crate) fn last<N: Module>(&self, network: N) -> Result<Option<N>, TrainError> {
        let Some((path, checkpoint)) = self.newest()? else { return Ok(None) };
        let refuse = |found: String| TrainError::File { path, found, expected: "a checkpoint of this training" };
        with_weights(network, checkpoint.weights).map(Some).map_err(refuse)
    }

    /// The training as its newest checkpoint left it: steps done, network, optimiser; `companion`
    /// is given what was kept of one. Without a checkpoint, what was given. The log is cut back to
    /// it.
    ///
    /// # Errors
    /// A damaged checkpoint, unless the one before is asked for; one of another network or
    /// companion; a log that is shorter than the checkpoint records.
    pub(crate) fn restore<N: Module>(
        &mut self,
        network: N,
        optimizer: ModuleOptimizer,
        companion: impl FnOnce(&[u8]) -> Result<(), String>,
    ) -> Result<(u64, N, ModuleOptimizer), TrainError> {
        let Some((path, Checkpoint { step, log, weights, optimizer: momenta, companion: kept })) = self.newest()?
        else {
            self.cut(0)?;
            return Ok((0, network, optimizer));
        };
        self.cut(log)?;
        let refuse = |found: String| TrainError::File { path, found, expected: "a checkpoint of this training" };
        let network = match companion(&kept).and_then(|()| with_weights(network, weights)) {
            Ok(network) => network,
            Err(found) => return Err(refuse(found)),
        };
        match with_momenta(optimizer, Bytes::from_bytes_vec(momenta)) {
            Ok(optimizer) => Ok((step, network, optimizer)),
            Err(found) => Err(refuse(found)),
        }
    }

    fn cut(&mut self, length: u64) -> Result<(), TrainError> {
        self.log.as_mut().map_or(Ok(()), |log| log.cut(length))
    }

    /// The newest checkpoint and its path.
    fn newest(&self) -> Result<Option<(PathBuf, Checkpoint)>, TrainError> {
        for (_, path) in self.files()? {
            let bytes = fs::read(&path).map_err(TrainError::io(&path))?;
            match Checkpoint::from_bytes(&bytes) {
                Ok(checkpoint) => return Ok(Some((path, checkpoint))),
                Err(_) if self.saving.from_last_good => remove(&path)?,
                Err(found) => return Err(TrainError::Checkpoint { path, found }),
            }
        }
        Ok(None)
    }

    /// Checkpoints that there are, with their steps, the newest first.
    fn files(&self) -> Result<Vec<(u64, PathBuf)>, TrainError> {
        checkpoints(&self.stem)
    }

    /// In how many parts the training's steps are computed, where it was found that they have to
    /// be.
    ///
    /// # Errors
    /// A file that cannot be read, or that holds no number.
    pub(crate) fn micro_batches(&self) -> Result<Option<usize>, TrainError> {
        let path = self.micro_batches_path();
        let text = match fs::read_to_string(&path) {
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(None),
            other => other.map_err(TrainError::io(&path))?,
        };
        match text.trim().parse() {
            Ok(parts) => Ok(Some(parts)),
            Err(_) => {
                Err(TrainError::File { path, found: format!("`{}`", text.trim()), expected: "a number of parts" })
            }
        }
    }

    /// Notes it, so that a training that goes on computes its steps in the same way.
    ///
    /// # Errors
    /// A file that cannot be written.
    pub(crate) fn set_micro_batches(&self, parts: usize) -> Result<(), TrainError> {
        write_whole(&self.micro_batches_path(), format!("{parts}\n").as_bytes())
    }

    fn micro_batches_path(&self) -> PathBuf {
        let stem = self.stem.file_name().map_or(String::new(), |name| name.to_string_lossy().into_owned());
        self.stem.with_file_name(format!("{stem}.micro_batches"))
    }

    /// Adds an event to the log.
    pub(crate) fn note(&mut self, event: &Event) -> Result<(), TrainError> {
        self.log.as_mut().map_or(Ok(()), |log| log.append(event))
    }

    /// Puts the log on the disk.
    pub(crate) fn sync(&self) -> Result<(), TrainError> {
        self.log.as_ref().map_or(Ok(()), |log| log.sync())
    }

    /// Whether a checkpoint is written after the last step too.
    pub(crate) fn keeps_the_end(&self) -> bool {
        self.keeps_the_end
    }

    /// Whether it is time for a checkpoint.
    pub(crate) fn is_due(&self) -> bool {
        let Saving { every, share, .. } = self.saving;
        let earned = self.took.as_secs_f64() * (1.0 / share - 1.0).max(0.0);
        self.written.elapsed().as_secs_f64() >= every.as_secs_f64().max(earned)
    }

    /// Writes a checkpoint after `step` steps, with what is kept of a companion, and removes those
    /// before the last two.
    ///
    /// # Errors
    /// A file that cannot be written; the checkpoints before stay.
    pub(crate) fn save(
        &mut self,
        step: u64,
        network: &impl Module,
        optimizer: &ModuleOptimizer,
        companion: Vec<u8>,
    ) -> Result<(), TrainError> {
        let began = Instant::now();
        self.sync()?;
        let path = checkpoint_path(&self.stem, step);
        let cannot = |reason: String| TrainError::io(&path)(std::io::Error::other(reason));
        let log = self.log.as_ref().map_or(0, |log| log.length());
        let weights = weights(network).map_err(cannot)?;
        let optimizer = optimizer.into_bytes().map_err(|error| cannot(error.to_string()))?.to_vec();
        write_whole(&path, &Checkpoint { step, log, weights, optimizer, companion }.to_bytes())?;
        for (_, old) in self.files()?.into_iter().skip(KEPT) {
            remove(&old)?;
        }
        (self.written, self.took) = (Instant::now(), began.elapsed());
        Ok(())
    }

    /// Removes the checkpoints: the training's result is stored.
    pub fn clear(&self) -> Result<(), TrainError> {
        self.files()?.into_iter().try_for_each(|(_, path)| remove(&path))
    }
}
