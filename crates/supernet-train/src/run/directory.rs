//! A run is a directory: configuration, every scored candidate, the table, the figure, the best network.

use super::{
    provenance::{Provenance, RunFile},
    results::Results,
};
use crate::{
    Latency, Progress, Saving, SearchConfig, SearchResult, TrainError,
    best::{Best, BestFile, BestRecord, Card, NetworkDescription, OwnBest},
    caught::caught,
    latency,
    own::{Examples, OwnData, OwnResult, OwnSearch},
    search::OneShot,
    store::{Stages, agree, lock},
};
use burn::tensor::Device;
use std::{
    fs::File,
    path::{Path, PathBuf},
};
use supernet_data::Split;
use supernet_nn::{
    Network,
    own::{Definition, Layer},
};
use supernet_search::{Scored, Strategy};

/// The folder of the best network.
const BEST: &str = "best";

/// For how many images at a time the best network is timed.
const TIMED: [usize; 2] = [1, 64];

/// The directory of one run. Files are written beside and renamed, so that a full disk leaves what was there as it was.
///
/// | file | what | written |
/// |---|---|---|
/// | `config.json` | configuration, versions, device, fingerprints of the data | at the start; another one is refused |
/// | `events.jsonl` | what happened, [`crate::Event`] by event | a line each |
/// | `supernet-STEP.checkpoint`, `networks/NNN-STEP.checkpoint` | a training that goes on, the last two each | whole |
/// | `supernet.safetensors`, `networks/NNN.safetensors` | what was trained | whole |
/// | `networks/NNN.jsonl` | events of the training of one network | a line each |
/// | `supernet-at-STEP.safetensors`, where scores are means over several checkpoints | the supernet at earlier steps | whole |
/// | `supernet.micro_batches`, where a step did not fit in memory | the parts that it is computed in | whole |
/// | `shortlist.csv`, where the best are fine-tuned | their scores afterwards | a line each |
/// | `candidates.csv` | every scored candidate | a line each |
/// | `scoring.jsonl` | a scoring that goes on | a line for each run of images |
/// | `latencies.csv`, where a latency is the limit | what candidates take on this machine | a line each |
/// | `networks.csv`, `table.txt`, `best/` | the results | whole, at the end |
/// | `pareto.csv` | the candidates that no other dominates, where several objectives are given | whole, at the end |
/// | `figure.svg`, `figure.png`, `report.html`, `pareto.svg`, `pareto.png` | the results, drawn | by `supernet-report` |
/// | `best/model.rs`, `best/model.onnx`, `best/cell.svg` | the best network without this library | by `supernet-export` |
/// | `lock` | locked while a process is at work here | |
///
/// All but times is the same, on a processor bit for bit, however often the run was stopped.
#[derive(Debug)]
pub struct RunDirectory {
    path: PathBuf,
    run: RunFile,
    saving: Saving,
    command: Option<String>,
    _lock: File,
}

impl RunDirectory {
    /// Opens `path`, made if need be, for a run of `config`.
    ///
    /// # Errors
    /// A directory that cannot be made or written, one where another process is at work, or one that holds a run of another
    /// configuration, other data or another device: the first difference is named and nothing is touched.
    pub fn open(path: impl Into<PathBuf>, config: &SearchConfig, provenance: Provenance) -> Result<Self, TrainError> {
        let path = path.into();
        let lock = lock(&path)?;
        let run = RunFile { provenance, config: config.clone() };
        agree(&path, &serde_json::to_value(&run).expect("plain data"), "the configuration of a run")?;
        Ok(Self { path, run, saving: Saving::default(), command: None, _lock: lock })
    }

    /// Sets how often checkpoints are written.
    pub fn with_saving(self, saving: Saving) -> Self {
        Self { saving, ..self }
    }

    /// Sets the command that makes the run, for the best network's card.
    pub fn with_command(self, command: impl Into<String>) -> Self {
        Self { command: Some(command.into()), ..self }
    }

    /// Runs the search, or what is left of it, with candidates proposed by the strategy of its configuration, and writes its results: `networks.csv`,
    /// `table.txt`, and `best/` with what [`Best`] holds.
    ///
    /// # Errors
    /// As [`crate::one_shot_search`]; a file that cannot be read or written, a damaged checkpoint. What was finished before stays.
    pub fn search(
        &self,
        split: &Split,
        device: &Device,
        progress: &mut dyn Progress,
    ) -> Result<SearchResult, TrainError> {
        self.search_with(split, &mut *self.run.config.proposer()?, device, progress)
    }

    /// [`RunDirectory::search`] with candidates proposed by `strategy`. To go on takes the same strategy as it was at the start: it is told
    /// again what it was told.
    ///
    /// # Errors
    /// As [`RunDirectory::search`].
    pub fn search_with(
        &self,
        split: &Split,
        strategy: &mut dyn Strategy,
        device: &Device,
        progress: &mut dyn Progress,
    ) -> Result<SearchResult, TrainError> {
        let mut search = self.stages(split, device)?;
        let supernets = search.supernets(progress)?;
        let scored = search.score(&supernets, strategy, progress)?;
        let result = search.retrain(supernets, scored, progress)?;
        caught("report", || self.save(&result, device))?;
        Ok(result)
    }

    /// Runs the search of a space of one's own, or what is left of it, as [`crate::own::search_own`], and writes what it finds; `best/` holds what
    /// [`OwnBest`] does. The directory is opened with [`Provenance::own`].
    ///
    /// # Errors
    /// As [`crate::own::search_own`]; a file that cannot be read or written, a damaged checkpoint. What was finished before stays.
    pub fn search_own<M: Layer<D, 2>, E: Examples<D>, const D: usize>(
        &self,
        definition: &Definition<M, D>,
        data: &OwnData<E>,
        device: &Device,
        progress: &mut dyn Progress,
    ) -> Result<OwnResult<M, D>, TrainError> {
        let stages = Some(Stages::open(&self.path, self.saving)?);
        let search = OwnSearch { config: &self.run.config, definition, data, device, stages };
        let result = search.run(progress)?;
        let OwnResult { candidates, retrained, best: (_, network), .. } = &result;
        Results { config: &self.run.config, candidates, retrained }.save(&self.path)?;
        // The best is the first of the picked, which come first.
        let best = OwnBest { network, trained: &retrained[0], seed: self.run.config.seed };
        best.save(&self.best())?;
        Ok(result)
    }

    /// Trains the supernet, or what is left of it, and no more.
    ///
    /// # Errors
    /// As [`RunDirectory::search`].
    pub fn train(&self, split: &Split, device: &Device, progress: &mut dyn Progress) -> Result<Network, TrainError> {
        Ok(self.stages(split, device)?.supernets(progress)?.last)
    }

    /// Trains the supernet and scores the candidates, or what is left of it, and no more; the candidates in the order of scoring.
    ///
    /// # Errors
    /// As [`RunDirectory::search`].
    pub fn score(
        &self,
        split: &Split,
        device: &Device,
        progress: &mut dyn Progress,
    ) -> Result<Vec<Scored>, TrainError> {
        let mut search = self.stages(split, device)?;
        let supernets = search.supernets(progress)?;
        Ok(search.score(&supernets, &mut *self.run.config.proposer()?, progress)?.outcome.scored)
    }

    fn stages<'a>(&'a self, split: &'a Split, device: &'a Device) -> Result<OneShot<'a>, TrainError> {
        OneShot::new(&self.run.config, split, device, Some(Stages::open(&self.path, self.saving)?))
    }

    /// The configuration of its run.
    pub fn config(&self) -> &SearchConfig {
        &self.run.config
    }

    /// Where it comes from.
    pub fn provenance(&self) -> &Provenance {
        &self.run.provenance
    }

    /// Where the best network lies.
    pub fn best(&self) -> PathBuf {
        self.path.join(BEST)
    }

    /// Its path.
    pub fn path(&self) -> &Path {
        &self.path
    }

    fn save(&self, result: &SearchResult, device: &Device) -> Result<(), TrainError> {
        let SearchResult { candidates, retrained, .. } = result;
        Results { config: &self.run.config, candidates, retrained }.save(&self.path)?;
        self.save_best(result, device)
    }

    fn save_best(&self, result: &SearchResult, device: &Device) -> Result<(), TrainError> {
        let (mask, network) = &result.best;
        let SearchResult { stand_alone, normalisation, classes, retrained, .. } = result;
        let seed = self.run.config.seed;
        let description = NetworkDescription { config: stand_alone, mask, normalisation, classes, seed };
        let (provenance, command) = (&self.run.provenance, self.command.as_deref());
        let latency = &self.latency(result, device)?;
        let card = Card { description, retrained, provenance, command, latency };
        Best { card, network }.save(&self.best())
    }

    /// How long the best network takes. It is measured once: a report that is written again has the same numbers.
    fn latency(&self, result: &SearchResult, device: &Device) -> Result<Vec<Latency>, TrainError> {
        let (mask, network) = &result.best;
        let written = std::fs::read(self.best().join(BestFile::Architecture.name()));
        // A file that is not there or holds something else is written again in a moment.
        let known = written.ok().and_then(|bytes| serde_json::from_slice::<BestRecord>(&bytes).ok());
        let known = known.filter(|record| record.architecture == *mask).map(|record| record.latency);
        match known.filter(|known| known.iter().map(|latency| latency.images).eq(TIMED)) {
            Some(known) => Ok(known),
            None => TIMED
                .map(|images| latency(network, mask, images, self.run.config.execution, device))
                .into_iter()
                .collect(),
        }
    }
}
