//! A run is a directory: configuration, every scored candidate, the table, the figure, the best
//! network.

use super::{
    provenance::{CONFIGURATION, Provenance, RunFile},
    results::{Results, write_verdict},
    same_training::check_training,
};
use crate::{
    Examples, Latency, Progress, Saving, Search, SearchConfig, SearchResult, TrainError,
    best::{Best, BestFile, BestNet, BestRecord, Card},
    caught::caught,
    crew::all_equal,
    latency,
    search::{NetworkSettings, OneShot},
    stage::CHECK,
    store::{
        Lock, Sameness, Stages, csv_row, lock, make_room, read_config, search_folder, supernet_file, through_text,
        write_config, write_whole,
    },
    trust::{RankingEvidence, read_checked},
};
use std::path::{Path, PathBuf};
use supernet_nn::{Layer, Network};
use supernet_search::{Scored, trust::Verdict};
use supernet_space::SearchSpace;

/// The folder of the best network.
const BEST: &str = "best";

/// For how many images at a time the best network is timed.
const TIMED: [usize; 2] = [1, 64];

/// How a directory that holds a run is opened again.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Reopening {
    /// Goes on with a run of another version or device, whose numbers may round otherwise, and
    /// notes that.
    pub elsewhere: bool,
}

/// The directory of one run. Files are written beside and renamed, so that a full disk leaves what
/// was there as it was.
///
/// | file | what | written |
/// |---|---|---|
/// | `config.json` | configuration, versions, device, fingerprints of the data | at the start; another one is refused |
/// | `events.jsonl` | what happened, [`crate::Event`] by event | a line each |
/// | `supernet-STEP.checkpoint`, `networks/NNN-STEP.checkpoint` | a training that goes on, the last two each | whole |
/// | `supernet.safetensors`, `networks/NNN.safetensors` | what was trained | whole |
/// | `networks/NNN.jsonl` | events of the training of one network | a line each |
/// | `supernet-2.safetensors`, `supernet-2.jsonl` | further supernets, events | as the first |
/// | `supernet-at-STEP.safetensors`, where scores are means over several checkpoints | the supernet at earlier steps | whole |
/// | `supernet.micro_batches`, where a step did not fit in memory | the parts that it is computed in | whole |
/// | `companion.json`, `companion.csv`, where there is a companion | it, what it prefers | whole |
/// | `shortlist.csv`, where the best are fine-tuned | their scores afterwards | a line each |
/// | `candidates.csv` | every scored candidate | a line each |
/// | `scoring.jsonl` | a scoring that goes on | a line for each run of images |
/// | `latencies.csv`, where a latency is the limit | what candidates take on this machine | a line each |
/// | `half-1.csv`, `half-2.csv` | some candidates' scores on each half of the validation images | whole |
/// | `checkpoint-1.csv`, …, `supernet-1.csv`, … | the same by two states, by two supernets | whole |
/// | `proxies.csv`, where proxies are asked for | those of every candidate's untrained network | a line each |
/// | `check.csv`, where the ranking is checked | networks trained from scratch for that | a line each |
/// | `calibrated.csv`, where ten or more are | all candidates' scores, calibrated by them | whole |
/// | `verdict.json` | whether the ranking is to be trusted | whole |
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
    /// The directory of the supernet, where it is another's.
    supernet: Option<PathBuf>,
    lock: Lock,
}

/// The run of a directory that holds `there` where `here` is asked for.
fn reconciled(path: &Path, there: RunFile, here: RunFile, reopening: Reopening) -> Result<RunFile, TrainError> {
    let file = path.join("config.json");
    match Sameness::of(&through_text(&there.value()), &through_text(&here.value())) {
        Sameness::Same => Ok(there),
        Sameness::Elsewhere(difference) if !reopening.elsewhere => {
            Err(TrainError::Elsewhere { path: file, difference })
        }
        Sameness::Elsewhere(_) => {
            let mut run = there;
            if run.continued.last() != Some(&here.provenance) {
                run.continued.push(here.provenance);
                write_config(path, &run.value())?;
            }
            Ok(run)
        }
        Sameness::Other(difference) => {
            let (fewer, more) = (there.config.scoring.candidates, here.config.scoring.candidates);
            let mut grown = there.clone();
            grown.config.scoring.candidates = more;
            let same = Sameness::of(&through_text(&grown.value()), &through_text(&here.value()));
            if fewer >= more || same != Sameness::Same {
                return Err(TrainError::OtherRun { path: file, difference });
            }
            make_room(path, fewer)?;
            write_config(path, &grown.value())?;
            Ok(grown)
        }
    }
}

impl RunDirectory {
    /// Opens `path`, made if need be, for a run of `search` that comes from `provenance`
    /// ([`Search::provenance`]). A run of fewer candidates is given more: those it has stay, and
    /// its results move to `searches/first-N`.
    ///
    /// # Errors
    /// A directory that cannot be made or written, one where another process is at work, or one
    /// that holds a run of another configuration, other networks, parts or data (the first
    /// difference is named and nothing is touched), or of another version or device.
    pub fn open<M: Layer<D, 2>, E: Examples<D>, const D: usize>(
        path: impl Into<PathBuf>,
        search: &Search<'_, M, E, D>,
        provenance: Provenance,
    ) -> Result<Self, TrainError> {
        Self::reopen(path, search, provenance, Reopening::default())
    }

    /// Opens `path` as [`RunDirectory::open`] does, with what `reopening` allows.
    ///
    /// # Errors
    /// As [`RunDirectory::open`].
    pub fn reopen<M: Layer<D, 2>, E: Examples<D>, const D: usize>(
        path: impl Into<PathBuf>,
        search: &Search<'_, M, E, D>,
        provenance: Provenance,
        reopening: Reopening,
    ) -> Result<Self, TrainError> {
        search.check_strategy()?;
        Self::opened(path.into(), run_of(search, provenance), reopening)
    }

    /// Opens a search called `name` with the trained supernet of the run in `run`: with other
    /// limits, another strategy, ranking or seed, more candidates or more validation images. It is
    /// a directory of its own, `searches/NAME` in that of the run, where nothing else changes.
    ///
    /// # Errors
    /// As [`RunDirectory::open`]; a run without a trained supernet, a supernet that was trained
    /// otherwise or on other images, a name that is no folder's.
    pub fn open_search<M: Layer<D, 2>, E: Examples<D>, const D: usize>(
        run: &Path,
        name: &str,
        search: &Search<'_, M, E, D>,
        provenance: Provenance,
        reopening: Reopening,
    ) -> Result<Self, TrainError> {
        search.check_strategy()?;
        let here = run_of(search, provenance);
        check_training(run, &here)?;
        let opened = Self::opened(search_folder(run, name)?, here, reopening)?;
        Ok(Self { supernet: Some(run.into()), ..opened })
    }

    fn opened(path: PathBuf, here: RunFile, reopening: Reopening) -> Result<Self, TrainError> {
        let lock = lock(&path)?;
        let run = match read_config::<RunFile>(&path, CONFIGURATION)? {
            None => {
                write_config(&path, &here.value())?;
                here
            }
            Some(there) => reconciled(&path, there, here, reopening)?,
        };
        Ok(Self { path, run, saving: Saving::default(), command: None, supernet: None, lock })
    }

    /// Returns what the user should know of the directory, a sentence each.
    pub fn notes(&self) -> Vec<String> {
        self.lock.note.iter().cloned().collect()
    }

    /// Sets how often checkpoints are written.
    pub fn with_saving(self, saving: Saving) -> Self {
        Self { saving, ..self }
    }

    /// Sets the command that makes the run, for the best network's card.
    pub fn with_command(self, command: impl Into<String>) -> Self {
        Self { command: Some(command.into()), ..self }
    }

    /// Runs the search that the directory was opened for, or what is left of it, and writes its
    /// results: `networks.csv`, `table.txt`, and `best/` with what [`Best`] holds. A strategy is
    /// told again what it was told before.
    ///
    /// # Errors
    /// As [`Search::run`]; a file that cannot be read or written, a damaged checkpoint. What was
    /// finished before stays.
    pub fn search<M: Layer<D, 2>, E: Examples<D>, const D: usize>(
        &self,
        search: &Search<'_, M, E, D>,
        progress: &mut dyn Progress,
    ) -> Result<SearchResult<M, D>, TrainError> {
        let mut stages = self.stages(search)?;
        stages.check_picking(0)?;
        let supernets = stages.supernets(progress)?;
        let scored = stages.score(&supernets, progress)?;
        let result = stages.retrain(supernets, scored, progress)?;
        caught("report", || self.save(search, &result))?;
        progress.over();
        Ok(result)
    }

    /// Takes part in the jobs of [`RunDirectory::search`] up to the last, as a member of a crew
    /// whose results another member writes: no test example is read, and nothing is reported.
    ///
    /// # Errors
    /// As [`RunDirectory::search`].
    pub fn assist<M: Layer<D, 2>, E: Examples<D>, const D: usize>(
        &self,
        search: &Search<'_, M, E, D>,
        progress: &mut dyn Progress,
    ) -> Result<(), TrainError> {
        let mut stages = self.stages(search)?;
        let supernets = stages.supernets(progress)?;
        let scored = stages.score(&supernets, progress)?;
        stages.assist(&supernets, scored, progress)?;
        progress.over();
        Ok(())
    }

    /// Trains the supernet, or what is left of it, and no more.
    ///
    /// # Errors
    /// As [`RunDirectory::search`].
    pub fn train<M: Layer<D, 2>, E: Examples<D>, const D: usize>(
        &self,
        search: &Search<'_, M, E, D>,
        progress: &mut dyn Progress,
    ) -> Result<Network<M, D>, TrainError> {
        let supernets = self.stages(search)?.supernets(progress)?;
        progress.over();
        Ok(supernets.last)
    }

    /// Returns the files of the trained supernets of `search`, those of the first at the front.
    pub fn supernets<M: Layer<D, 2>, E: Examples<D>, const D: usize>(
        &self,
        search: &Search<'_, M, E, D>,
    ) -> Vec<PathBuf> {
        let folder = self.supernet.as_ref().unwrap_or(&self.path);
        (0..search.supernet_count()).map(|place| supernet_file(folder, place)).collect()
    }

    /// Trains the supernet and scores the candidates, or what is left of it, and no more; the
    /// candidates in the order of scoring.
    ///
    /// # Errors
    /// As [`RunDirectory::search`].
    pub fn score<M: Layer<D, 2>, E: Examples<D>, const D: usize>(
        &self,
        search: &Search<'_, M, E, D>,
        progress: &mut dyn Progress,
    ) -> Result<Vec<Scored>, TrainError> {
        let mut stages = self.stages(search)?;
        let supernets = stages.supernets(progress)?;
        let scored = stages.score(&supernets, progress)?.outcome.scored;
        progress.over();
        Ok(scored)
    }

    /// Holds the ranking of the candidates against networks trained from scratch: trains the
    /// supernet and scores the candidates, or what is left of that, then `networks` candidates
    /// spread over the ranking, each on the training examples for a quarter of the epochs, and
    /// scores them on the validation examples. No test example is read. What is there already is
    /// not trained again; later reports of the run know of it.
    ///
    /// # Errors
    /// As [`RunDirectory::search`].
    pub fn check<M: Layer<D, 2>, E: Examples<D>, const D: usize>(
        &self,
        search: &Search<'_, M, E, D>,
        networks: usize,
        progress: &mut dyn Progress,
    ) -> Result<Verdict, TrainError> {
        let mut stages = self.stages(search)?;
        stages.check_picking(networks)?;
        let supernets = stages.supernets(progress)?;
        let scored = stages.score(&supernets, progress)?;
        caught(CHECK, || {
            let mut evidence = stages.evidence(&supernets, &scored, progress)?;
            stages.check(&evidence, networks, &self.path, progress)?;
            progress.over();
            evidence.checked = read_checked(&self.path)?;
            self.judged(&evidence)
        })
    }

    /// The verdict on a ranking, left in `verdict.json`, and in `calibrated.csv` the scores as the
    /// checked networks calibrate them.
    fn judged(&self, evidence: &RankingEvidence) -> Result<Verdict, TrainError> {
        let calibrated = evidence.calibrated()?;
        let verdict = evidence.verdict(calibrated.as_ref())?;
        write_verdict(&verdict, &self.path)?;
        if let Some(calibrated) = calibrated {
            let rows = evidence.candidates.iter().zip(&calibrated.predictions);
            let lines: String =
                rows.map(|(one, value)| csv_row([one.architecture.to_string(), value.to_string()])).collect();
            write_whole(&self.path.join("calibrated.csv"), format!("architecture,accuracy\n{lines}").as_bytes())?;
        }
        Ok(verdict)
    }

    /// The stages of `search`, kept here.
    ///
    /// # Errors
    /// A search of another configuration than the directory was opened for; files that cannot be
    /// read.
    fn stages<'a, M: Layer<D, 2>, E: Examples<D>, const D: usize>(
        &self,
        search: &'a Search<'_, M, E, D>,
    ) -> Result<OneShot<'a, M, E, D>, TrainError> {
        let value = |config: &SearchConfig| through_text(&serde_json::to_value(config).expect("plain data"));
        let same = value(&self.run.config) == value(search.config());
        if !same || self.run.provenance.parts != search.own_parts() {
            let difference = "the search that it was opened for and the one that it is to run".into();
            return Err(TrainError::OtherRun { path: self.path.join("config.json"), difference });
        }
        // All members of a crew have the same configuration, versions, networks, parts and data.
        let run = serde_json::to_vec(&self.run.value()).expect("plain data");
        all_equal(
            search.crew().workers(),
            "configuration, versions or data",
            &format!("{:08x}", crc32fast::hash(&run)),
        )?;
        Ok(OneShot::new(search, Some(self.open_stages()?)))
    }

    fn open_stages(&self) -> Result<Stages, TrainError> {
        let stages = Stages::open(&self.path, self.saving)?;
        Ok(match &self.supernet {
            Some(run) => stages.with_supernet_of(run),
            None => stages,
        })
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

    fn save<M: Layer<D, 2>, E: Examples<D>, const D: usize>(
        &self,
        search: &Search<'_, M, E, D>,
        result: &SearchResult<M, D>,
    ) -> Result<(), TrainError> {
        let SearchResult { candidates, verdict, retrained, best: (mask, network), normalisation, classes, .. } = result;
        let config = &self.run.config;
        Results { config, candidates, verdict: Some(verdict), retrained }.save(&self.path)?;
        let definition = &search.networks().stand_alone;
        let card = Card {
            network: &BestNet::new(config.network, config.stand_alone.filters, definition)?,
            mask,
            cost: definition.cost(mask)?,
            normalisation: normalisation.as_ref(),
            classes,
            seed: config.seed,
            retrained,
            provenance: &self.run.provenance,
            command: self.command.as_deref(),
            latency: &self.latency(search, result)?,
        };
        Best { card, network }.save(&self.best())
    }

    /// How long the best network takes. It is measured once: a report that is written again has the
    /// same numbers.
    fn latency<M: Layer<D, 2>, E: Examples<D>, const D: usize>(
        &self,
        search: &Search<'_, M, E, D>,
        SearchResult { best: (mask, network), .. }: &SearchResult<M, D>,
    ) -> Result<Vec<Latency>, TrainError> {
        let written = std::fs::read(self.best().join(BestFile::Architecture.name()));
        // A file that is not there or holds something else is written again in a moment.
        let known = written.ok().and_then(|bytes| serde_json::from_slice::<BestRecord>(&bytes).ok());
        let known = known.filter(|record| record.architecture == *mask).map(|record| record.latency);
        match known.filter(|known| known.iter().map(|latency| latency.images).eq(TIMED)) {
            Some(known) => Ok(known),
            None => TIMED
                .map(|images| latency(network, mask, images, self.run.config.execution, search.device()))
                .into_iter()
                .collect(),
        }
    }
}

/// The run of a search that comes from `provenance`.
fn run_of<M: Layer<D, 2>, E: Examples<D>, const D: usize>(
    search: &Search<'_, M, E, D>,
    provenance: Provenance,
) -> RunFile {
    let own = matches!(search.config().network, NetworkSettings::Own(_));
    let space: Option<SearchSpace> = own.then(|| search.space().clone());
    RunFile::new(search.config(), space, provenance)
}
