//! A run is a directory: configuration, every scored candidate, the table, the figure, the best network.

use super::{Saving, Stages, agree, lock, pareto::ParetoFront, write_whole};
use crate::{
    ComparisonTable, Display, FigureGroup, Group, Latency, Proposer, SearchConfig, SearchFigure, SearchResult,
    TrainError,
    caught::caught,
    config::SUPERNET_TRAINING,
    export::{Best, BestFile, BestRecord, Card, Export},
    latency,
    one_shot::OneShot,
    report::search_page,
    stand_alone::STAND_ALONE_TRAINING,
    tally::SCORING,
};
use burn::tensor::Device;
use serde::{Deserialize, Serialize};
use std::{
    fmt::Write as _,
    fs::File,
    path::{Path, PathBuf},
};
use supernet_data::Split;
use supernet_nn::Network;
use supernet_search::{Scored, Strategy};

/// What produced a run: with the configuration, enough to produce it again.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Provenance {
    /// Version of this library.
    pub supernet: String,
    /// Version of Burn that it was written for.
    pub burn: String,
    /// The device's name.
    pub device: String,
    /// Name of the images.
    pub data: String,
    /// Training, validation and test images.
    pub images: [usize; 3],
    /// Hashes of the three, in hexadecimal.
    pub fingerprints: [String; 3],
}

impl Provenance {
    /// Of a run on the images of `split` on the device called `device`.
    pub fn new(split: &Split, device: impl Into<String>) -> Self {
        let parts = [&split.train, &split.validation, &split.test];
        Self {
            supernet: env!("CARGO_PKG_VERSION").into(),
            burn: "0.22.1".into(),
            device: device.into(),
            data: split.train.name().trim_end_matches("/train").into(),
            images: parts.map(|images| images.len()),
            fingerprints: parts.map(|images| format!("{:016x}", images.fingerprint())),
        }
    }
}

/// The folder of the best network.
const BEST: &str = "best";

/// For how many images at a time the best network is timed.
const TIMED: [usize; 2] = [1, 64];

/// What `config.json` holds.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
struct RunFile {
    provenance: Provenance,
    config: SearchConfig,
}

/// The directory of one run. Files are written beside and renamed, so that a full disk leaves what was there as it was.
///
/// | file | what | written |
/// |---|---|---|
/// | `config.json` | configuration, versions, device, fingerprints of the data | at the start; another one is refused |
/// | `events.jsonl` | what happened, [`crate::Event`] by event | a line each |
/// | `supernet-STEP.checkpoint`, `networks/NNN-STEP.checkpoint` | a training that goes on, the last two each | whole |
/// | `supernet.safetensors`, `networks/NNN.safetensors` | what was trained | whole |
/// | `networks/NNN.jsonl` | events of the training of one network | a line each |
/// | `candidates.csv` | every scored candidate | a line each |
/// | `scoring.jsonl` | a scoring that goes on | a line for each run of images |
/// | `latencies.csv`, where a latency is the limit | what candidates take on this machine | a line each |
/// | `networks.csv`, `table.txt`, `figure.svg`, `figure.png`, `report.html`, `best/` | the results | whole, at the end |
/// | `pareto.csv`, `pareto.svg`, `pareto.png` | the candidates that no other dominates, where several objectives are given | whole, at the end |
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

    /// The same with checkpoints as `saving` says.
    pub fn with_saving(self, saving: Saving) -> Self {
        Self { saving, ..self }
    }

    /// The same with the command that makes the run, for the best network's card.
    pub fn with_command(self, command: impl Into<String>) -> Self {
        Self { command: Some(command.into()), ..self }
    }

    /// Runs the search, or what is left of it, with candidates proposed as its configuration says, and writes what it finds: `networks.csv`,
    /// `table.txt`, `figure.svg`, `figure.png`, `report.html`, and `best/` with what [`Best`] holds.
    ///
    /// # Errors
    /// As [`crate::one_shot_search`]; a file that cannot be read or written, a damaged checkpoint. What was finished before stays.
    pub fn search(
        &self,
        split: &Split,
        device: &Device,
        display: &mut dyn Display,
    ) -> Result<SearchResult, TrainError> {
        self.search_with(split, &mut *self.run.config.proposer()?, device, display)
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
        display: &mut dyn Display,
    ) -> Result<SearchResult, TrainError> {
        let mut search = self.stages(split, device)?;
        let supernet = caught(SUPERNET_TRAINING, || search.supernet(display))?;
        let scored = caught(SCORING, || search.score(&supernet, strategy, display))?;
        let result = caught(STAND_ALONE_TRAINING, || search.retrain(supernet, scored, display))?;
        caught("report", || self.save(&result, device))?;
        Ok(result)
    }

    /// Trains the supernet, or what is left of it, and no more.
    ///
    /// # Errors
    /// As [`RunDirectory::search`].
    pub fn train(&self, split: &Split, device: &Device, display: &mut dyn Display) -> Result<Network, TrainError> {
        let mut search = self.stages(split, device)?;
        caught(SUPERNET_TRAINING, || search.supernet(display))
    }

    /// Trains the supernet and scores the candidates, or what is left of it, and no more; the candidates in the order of scoring.
    ///
    /// # Errors
    /// As [`RunDirectory::search`].
    pub fn score(&self, split: &Split, device: &Device, display: &mut dyn Display) -> Result<Vec<Scored>, TrainError> {
        let mut search = self.stages(split, device)?;
        let supernet = caught(SUPERNET_TRAINING, || search.supernet(display))?;
        let mut strategy = self.run.config.proposer()?;
        Ok(caught(SCORING, || search.score(&supernet, &mut *strategy, display))?.outcome.scored)
    }

    fn stages<'a>(&'a self, split: &'a Split, device: &'a Device) -> Result<OneShot<'a>, TrainError> {
        OneShot::new(&self.run.config, split, device, Some(Stages::open(&self.path, self.saving)?))
    }

    /// Its path.
    pub fn path(&self) -> &Path {
        &self.path
    }

    fn write(&self, name: &str, bytes: &[u8]) -> Result<(), TrainError> {
        write_whole(&self.path.join(name), bytes)
    }

    fn save(&self, result: &SearchResult, device: &Device) -> Result<(), TrainError> {
        self.write("networks.csv", networks_csv(result).as_bytes())?;
        let table = ComparisonTable(&result.retrained).to_string();
        self.write("table.txt", table.as_bytes())?;
        let figure = self.figure(result);
        let svg = figure.svg()?;
        self.write("figure.svg", svg.as_bytes())?;
        self.write("figure.png", &figure.png()?)?;
        let mut page = search_page(&figure.title, &figure.caption, result, &table, &svg);
        if let Proposer::Nsga2(objectives) = &self.run.config.strategy {
            let front = ParetoFront::new(&result.candidates, objectives, &figure.caption);
            let (svg, png) = front.drawn()?;
            self.write("pareto.csv", front.csv.as_bytes())?;
            self.write("pareto.svg", svg.as_bytes())?;
            self.write("pareto.png", &png)?;
            page.headline(&front.figure.title).figure(&svg, "one-shot accuracy against cost of all candidates");
        }
        self.write("report.html", page.html().as_bytes())?;
        self.save_best(result, device)
    }

    fn save_best(&self, result: &SearchResult, device: &Device) -> Result<(), TrainError> {
        let (mask, network) = &result.best;
        let SearchResult { stand_alone, normalisation, classes, retrained, .. } = result;
        let export = Export { config: stand_alone, mask, normalisation, classes, seed: self.run.config.seed };
        let (provenance, command) = (&self.run.provenance, self.command.as_deref());
        let latency = &self.latency(result, device)?;
        let card = Card { export, retrained, provenance, command, latency };
        Best { card, network }.save(&self.path.join(BEST))
    }

    /// How long the best network takes. It is measured once: a report that is written again says the same.
    fn latency(&self, result: &SearchResult, device: &Device) -> Result<Vec<Latency>, TrainError> {
        let (mask, network) = &result.best;
        let written = std::fs::read(self.path.join(BEST).join(BestFile::Architecture.name()));
        // A file that is not there or says something else is written again in a moment.
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

    fn figure(&self, result: &SearchResult) -> SearchFigure {
        let config = &self.run.config;
        let Provenance { device, data, images, supernet, burn, .. } = &self.run.provenance;
        let group = |group: Group| {
            let members = || result.retrained.iter().filter(move |r| r.group == group);
            FigureGroup {
                name: group.name().into(),
                one_shot: members().map(|r| r.one_shot.accuracy).collect(),
                test: members().map(|r| r.test.accuracy).collect(),
            }
        };
        let from_scratch = images[0] + if config.stand_alone.with_validation { images[1] } else { 0 };
        SearchFigure {
            title: format!("One-shot search on {data}"),
            caption: vec![
                format!(
                    "{} candidates scored on {} validation images; networks trained from scratch, tested on {} images.",
                    result.candidates.len(),
                    images[1],
                    images[2]
                ),
                format!(
                    "seed {}, {} supernet steps on {} training images, {} epochs from scratch on {from_scratch}, device {device}, supernet {supernet}, burn {burn}",
                    config.seed, config.supernet.steps, images[0], config.stand_alone.epochs
                ),
            ],
            candidates: result.candidates.iter().map(|scored| scored.score.accuracy).collect(),
            groups: Group::ALL.into_iter().map(group).filter(|group| !group.test.is_empty()).collect(),
        }
    }
}

/// One line per network that was trained from scratch.
fn networks_csv(result: &SearchResult) -> String {
    let mut text =
        String::from("group,architecture,one_shot_accuracy,one_shot_loss,parameters,macs,test_accuracy,test_loss\n");
    for network in &result.retrained {
        writeln!(
            text,
            "{},{},{},{},{},{},{},{}",
            network.group.name(),
            network.mask,
            network.one_shot.accuracy,
            network.one_shot.loss,
            network.cost.parameters,
            network.cost.macs,
            network.test.accuracy,
            network.test.loss
        )
        .expect("a string");
    }
    text
}
