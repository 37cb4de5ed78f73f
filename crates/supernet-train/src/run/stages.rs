//! The stages of a run and what each leaves: a finished one is read back, one that was stopped goes on.

use super::{
    event_log::{Event, EventLog},
    files::{append_line, load_weights, save_weights, whole_lines},
    keeper::{Keeper, Saving},
    score_log::Recorded,
};
use crate::{Retrained, TrainError};
use burn::module::Module;
use std::path::{Path, PathBuf};
use supernet_search::Evaluator;
use supernet_space::{PathMask, SearchSpace};

/// Where the stages of a run leave what they find.
#[derive(Debug)]
pub(crate) struct Stages {
    folder: PathBuf,
    saving: Saving,
    log: EventLog,
}

impl Stages {
    /// The stages of the run in `folder`.
    ///
    /// # Errors
    /// A log that cannot be read or written.
    pub(crate) fn open(folder: &Path, saving: Saving) -> Result<Self, TrainError> {
        Ok(Self { folder: folder.into(), saving, log: EventLog::open(folder.join("events.jsonl"))? })
    }

    /// The trained supernet: the one that is stored, its weights put into what `build` gives, or what `train` gives, which is then stored.
    ///
    /// # Errors
    /// Whatever `build` or `train` reports; files that cannot be read or written, or do not belong together.
    pub(crate) fn supernet<N: Module>(
        &mut self,
        stage: &str,
        build: impl FnOnce() -> Result<N, TrainError>,
        train: impl FnOnce(&mut Keeper) -> Result<N, TrainError>,
    ) -> Result<N, TrainError> {
        let (stem, path) = (self.folder.join("supernet"), self.folder.join("supernet.safetensors"));
        if path.exists() {
            self.log.cut_after(stage)?;
            return stored(build()?, &stem, &path);
        }
        let mut keeper = Keeper::new(stem, self.saving, Some(&mut self.log));
        let supernet = train(&mut keeper)?;
        finish(&keeper, &supernet, &path)?;
        Ok(supernet)
    }

    /// `evaluator`, whose scores are stored in `candidates.csv`; those that are stored already are not computed again.
    ///
    /// # Errors
    /// A `candidates.csv` that cannot be read or is of another space.
    pub(crate) fn recorded<'a, E: Evaluator>(
        &'a mut self,
        space: &SearchSpace,
        evaluator: &'a mut E,
    ) -> Result<Recorded<'a, E>, TrainError> {
        Recorded::open(self.folder.join("candidates.csv"), self.ledger(), space, evaluator, &mut self.log)
    }

    /// What a scoring that was stopped leaves.
    pub(crate) fn ledger(&self) -> PathBuf {
        self.folder.join("scoring.jsonl")
    }

    /// The trained network at `place` among those trained from scratch, as [`Stages::supernet`]; its log is a file of its own, since
    /// several are trained side by side.
    ///
    /// # Errors
    /// As [`Stages::supernet`].
    pub(crate) fn network<N: Module>(
        &self,
        place: usize,
        build: impl FnOnce() -> Result<N, TrainError>,
        train: impl FnOnce(&mut Keeper) -> Result<N, TrainError>,
    ) -> Result<N, TrainError> {
        let stem = self.folder.join(format!("networks/{place:03}"));
        let path = stem.with_extension("safetensors");
        if path.exists() {
            return stored(build()?, &stem, &path);
        }
        let mut log = EventLog::open(stem.with_extension("jsonl"))?;
        let mut keeper = Keeper::new(stem, self.saving, Some(&mut log));
        let network = train(&mut keeper)?;
        finish(&keeper, &network, &path)?;
        Ok(network)
    }

    /// The latency of the network of `mask` for `images` images at a time, in milliseconds: what `latencies.csv` says, or what `measure` says
    /// now, which is then stored.
    ///
    /// # Errors
    /// What `measure` reports, or a file that cannot be read or written.
    pub(crate) fn latency(
        &self,
        mask: &PathMask,
        images: usize,
        measure: impl FnOnce() -> Result<f64, TrainError>,
    ) -> Result<f64, TrainError> {
        let path = self.folder.join("latencies.csv");
        let key = format!("{mask},{images},");
        let stored =
            whole_lines(&path, |text| Ok(text.lines().find_map(|line| line.strip_prefix(&key)?.parse().ok())))?;
        if let Some(ms) = stored {
            return Ok(ms);
        }
        let ms = measure()?;
        append_line(&path, "architecture,images,median_ms\n", &format!("{key}{ms}\n"))?;
        Ok(ms)
    }

    /// Notes what the networks trained from scratch reach.
    ///
    /// # Errors
    /// A log that cannot be written.
    pub(crate) fn tested(&mut self, networks: &[Retrained]) -> Result<(), TrainError> {
        for Retrained { group, mask, test, .. } in networks {
            let architecture = mask.clone();
            self.log.append(&Event::Network { group: group.name().into(), architecture, test: *test })?;
        }
        self.log.sync()
    }
}

/// A trained network that is stored; a process that was killed when it was may have left checkpoints.
fn stored<N: Module>(network: N, stem: &Path, path: &Path) -> Result<N, TrainError> {
    Keeper::new(stem, Saving::default(), None).clear()?;
    load_weights(network, path)
}

/// Stores a trained network; its checkpoints are no longer needed.
fn finish(keeper: &Keeper, network: &impl Module, path: &Path) -> Result<(), TrainError> {
    keeper.sync()?;
    save_weights(network, path)?;
    keeper.clear()
}
