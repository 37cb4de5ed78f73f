//! A run is a directory: configuration, every scored candidate, the table, the figure, the best network.

use crate::{
    ComparisonTable, FigureGroup, Group, SearchConfig, SearchFigure, SearchResult, TrainError, report::search_page,
};
use burn::store::{ModuleSnapshot, SafetensorsStore};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use std::{
    fmt::Write as _,
    fs,
    io::Write as _,
    path::{Path, PathBuf},
};
use supernet_data::Split;
use supernet_nn::Network;
use supernet_search::Score;

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

/// What `config.json` holds.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
struct RunFile {
    provenance: Provenance,
    config: SearchConfig,
}

/// The directory of one run. Files are written beside and renamed, so that a full disk leaves what was there as it was.
#[derive(Clone, Debug)]
pub struct RunDirectory {
    path: PathBuf,
    run: RunFile,
}

impl RunDirectory {
    /// Opens `path`, made if need be, for a run of `config`.
    ///
    /// # Errors
    /// A directory that cannot be made or written, or one that holds a run of another configuration, other data or another device:
    /// the first difference is named and nothing is touched.
    pub fn open(path: impl Into<PathBuf>, config: &SearchConfig, provenance: Provenance) -> Result<Self, TrainError> {
        let path = path.into();
        let run = RunFile { provenance, config: config.clone() };
        agree(&path, &serde_json::to_value(&run).expect("plain data"), "the configuration of a run")?;
        Ok(Self { path, run })
    }

    /// Its path.
    pub fn path(&self) -> &Path {
        &self.path
    }

    fn to_json(&self, value: &impl Serialize) -> String {
        let mut text = serde_json::to_string_pretty(value).expect("plain data");
        text.push('\n');
        text
    }

    fn write(&self, name: &str, bytes: &[u8]) -> Result<(), TrainError> {
        write_whole(&self.path.join(name), bytes)
    }

    /// Writes what a search found: `candidates.csv`, `networks.csv`, `table.txt`, `figure.svg`, `figure.png` and `report.html`, and
    /// `best/` with `architecture.json` and `weights.safetensors`.
    ///
    /// # Errors
    /// A file that cannot be written.
    pub fn save(&self, result: &SearchResult) -> Result<(), TrainError> {
        self.write("candidates.csv", candidates_csv(result).as_bytes())?;
        self.write("networks.csv", networks_csv(result).as_bytes())?;
        let table = ComparisonTable(&result.retrained).to_string();
        self.write("table.txt", table.as_bytes())?;
        let figure = self.figure(result);
        let svg = figure.svg()?;
        self.write("figure.svg", svg.as_bytes())?;
        self.write("figure.png", &figure.png()?)?;
        let page = search_page(&figure.title, &figure.caption, result, &table, &svg);
        self.write("report.html", page.html().as_bytes())?;
        self.save_best(result)
    }

    fn save_best(&self, result: &SearchResult) -> Result<(), TrainError> {
        let (mask, network) = &result.best;
        let best = result.retrained.iter().find(|r| r.group == Group::Picked).expect("at least one picked");
        let card = serde_json::json!({
            "architecture": mask,
            "network": result.stand_alone,
            "one_shot": best.one_shot,
            "test": best.test,
            "cost": best.cost,
            "seed": self.run.config.seed,
            "provenance": self.run.provenance,
        });
        self.write("best/architecture.json", self.to_json(&card).as_bytes())?;
        save_weights(network, &self.path.join("best/weights.safetensors"))
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

/// Makes the directory `path` and writes `config.json` there, or compares the one that is there with `here`.
///
/// # Errors
/// A directory that cannot be made or written, a file that is not `expected`, or the first difference; nothing is touched then.
pub(crate) fn agree(path: &Path, here: &Value, expected: &'static str) -> Result<(), TrainError> {
    fs::create_dir_all(path).map_err(TrainError::io(path))?;
    let file = path.join("config.json");
    let text = serde_json::to_string_pretty(here).expect("plain data") + "\n";
    let there = match fs::read_to_string(&file) {
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => return write_whole(&file, text.as_bytes()),
        other => other.map_err(TrainError::io(&file))?,
    };
    let not_one =
        |error: serde_json::Error| TrainError::File { path: file.clone(), found: error.to_string(), expected };
    let there: Value = serde_json::from_str(&there).map_err(not_one)?;
    // Numbers may come back from JSON one place off their last, so both take the way through text.
    let here: Value = serde_json::from_str(&text).expect("it was written just now");
    match difference("", &there, &here) {
        None => Ok(()),
        Some(difference) => Err(TrainError::OtherRun { path: file, difference }),
    }
}

/// Writes a file whole: beside it first, then renamed.
pub(crate) fn write_whole(path: &Path, bytes: &[u8]) -> Result<(), TrainError> {
    let write = || -> std::io::Result<()> {
        let folder = path.parent().unwrap_or(Path::new("."));
        fs::create_dir_all(folder)?;
        let mut file = scratch().tempfile_in(folder)?;
        file.write_all(bytes)?;
        file.as_file().sync_all()?;
        file.persist(path).map_err(|error| error.error)?;
        Ok(())
    };
    write().map_err(TrainError::io(path))
}

/// Writes a network's weights as safetensors, whole. Metadata are written in no fixed order: none, so that equal runs leave equal files.
pub(crate) fn save_weights(network: &Network, path: &Path) -> Result<(), TrainError> {
    let mut store = SafetensorsStore::from_bytes(None).clear_metadata();
    let bytes = network.save_into(&mut store).and_then(|()| store.get_bytes());
    write_whole(path, &bytes.map_err(|error| TrainError::io(path)(std::io::Error::other(error.to_string())))?)
}

/// Scratch files that become results: readable as any file that the user makes.
fn scratch() -> tempfile::Builder<'static, 'static> {
    let mut builder = tempfile::Builder::new();
    #[cfg(unix)]
    builder.permissions(std::os::unix::fs::PermissionsExt::from_mode(0o666));
    builder
}

/// One line per scored candidate, in the order of scoring.
fn candidates_csv(result: &SearchResult) -> String {
    let mut text = String::from("architecture,one_shot_accuracy,one_shot_loss,images,parameters,macs\n");
    for scored in &result.candidates {
        let cost = scored.cost;
        let Score { accuracy, loss, images } = scored.score;
        writeln!(text, "{},{accuracy},{loss},{images},{},{}", scored.architecture, cost.parameters, cost.macs)
            .expect("a string");
    }
    text
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

/// The first place where two values differ, with both.
fn difference(place: &str, there: &Value, here: &Value) -> Option<String> {
    match (there, here) {
        (Value::Object(a), Value::Object(b)) => {
            let mut keys: Vec<&String> = a.keys().chain(b.keys()).collect();
            keys.sort();
            keys.dedup();
            keys.into_iter().find_map(|key| {
                let place = if place.is_empty() { key.clone() } else { format!("{place}.{key}") };
                difference(&place, a.get(key).unwrap_or(&Value::Null), b.get(key).unwrap_or(&Value::Null))
            })
        }
        (a, b) if a == b => None,
        (a, b) => Some(format!("{place}: {a} there, {b} here")),
    }
}
