//! A finished run read back from its directory alone: no images, no device, no training.

use super::{
    other_search::OtherSearch,
    provenance::{CONFIGURATION, Provenance, RunFile},
    results::{NETWORKS, Results, VERDICT},
};
use crate::{
    Group, Retrain, Retrained, SearchConfig, TrainError,
    best::{BestFile, read_record},
    store::{SEARCHES, cell, parse_rows, read_candidates, read_config, read_scores},
};
use csv::StringRecord;
use serde::Serialize;
use std::{
    collections::HashMap,
    fs,
    io::ErrorKind,
    path::{Path, PathBuf},
};
use supernet_search::{Score, Scored, trust::Verdict};
use supernet_space::{Cost, PathMask, SearchSpace};

/// A run that has ended.
#[derive(Debug)]
pub struct FinishedRun {
    path: PathBuf,
    run: RunFile,
    candidates: Vec<Scored>,
    shortlist: Vec<(PathMask, Score)>,
    verdict: Option<Verdict>,
    retrained: Vec<Retrained>,
}

impl FinishedRun {
    /// Reads the run in `path`, whatever version or device made it.
    ///
    /// # Errors
    /// A directory without a run that has ended; a file that cannot be read.
    pub fn open(path: impl Into<PathBuf>) -> Result<Self, TrainError> {
        let path = path.into();
        let refuse =
            |found: &str| TrainError::File { path: path.clone(), found: found.into(), expected: "a finished run" };
        let run: RunFile = read_config(&path, CONFIGURATION)?.ok_or_else(|| refuse("no run"))?;
        if !has_ended(&path) {
            return Err(refuse("a run that has not ended"));
        }
        let space = run.space()?;
        let candidates = read_candidates(&path.join("candidates.csv"), &space)?;
        let mut shortlist: Vec<(PathMask, Score)> = read_scores(&path.join("shortlist.csv"))?.into_iter().collect();
        shortlist.sort_by(|(a, x), (b, y)| run.config.scoring.rank_by.better_first(x, y).then(a.cmp(b)));
        let retrained = read_networks(&path.join("networks.csv"), &run, &candidates, &space)?;
        let verdict = read_verdict(&path.join(VERDICT))?;
        Ok(Self { path, run, candidates, shortlist, verdict, retrained })
    }

    /// Returns the networks trained from scratch, group by group, the best first.
    pub fn retrained(&self) -> &[Retrained] {
        &self.retrained
    }

    /// Returns the mask of the best network, which lies in `best/`.
    pub fn best(&self) -> &PathMask {
        &self.retrained[0].mask
    }

    /// Returns every scored candidate, in the order of scoring.
    pub fn candidates(&self) -> &[Scored] {
        &self.candidates
    }

    /// Returns what produced the run.
    pub fn provenance(&self) -> &Provenance {
        &self.run.provenance
    }

    /// Returns its configuration.
    pub fn config(&self) -> &SearchConfig {
        &self.run.config
    }

    /// Returns the short-list with its scores after the fine-tune, the best first.
    pub fn shortlist(&self) -> &[(PathMask, Score)] {
        &self.shortlist
    }

    /// Returns whether the ranking of its candidates is to be trusted; none of a run of an earlier
    /// version.
    pub fn verdict(&self) -> Option<&Verdict> {
        self.verdict.as_ref()
    }

    /// Returns its directory.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// Writes `table.txt` and `pareto.csv` again; what they are made of stays as it is.
    ///
    /// # Errors
    /// A file that cannot be written.
    pub fn write_tables(&self) -> Result<(), TrainError> {
        let Self { path, run, candidates, verdict, retrained, .. } = self;
        Results { config: &run.config, candidates, verdict: verdict.as_ref(), retrained }.save_tables(path)
    }
}

/// Reads a `verdict.json`; none where there is no file.
fn read_verdict(path: &Path) -> Result<Option<Verdict>, TrainError> {
    let text = match fs::read(path) {
        Err(error) if error.kind() == ErrorKind::NotFound => return Ok(None),
        text => text.map_err(TrainError::io(path))?,
    };
    let refuse = |error: serde_json::Error| TrainError::File {
        path: path.into(),
        found: error.to_string(),
        expected: "the verdict on a ranking",
    };
    serde_json::from_slice(&text).map(Some).map_err(refuse)
}

/// Whether a run in `folder` has ended: what is written last is there.
fn has_ended(folder: &Path) -> bool {
    folder.join("best").join(BestFile::Weights.name()).exists()
}

/// The networks of a `networks.csv`, at least one.
fn read_networks(
    path: &Path,
    run: &RunFile,
    candidates: &[Scored],
    space: &SearchSpace,
) -> Result<Vec<Retrained>, TrainError> {
    let images: HashMap<&PathMask, usize> =
        candidates.iter().map(|scored| (scored.architecture.mask(), scored.score.images)).collect();
    let [_, validation, test] = run.provenance.images;
    let read = |row: &StringRecord| {
        let mask: PathMask = cell(row, 1)?;
        space.belongs(&mask).ok()?;
        let seen = images.get(&mask).copied().unwrap_or(validation);
        Some(Retrained {
            group: Group::ALL.into_iter().find(|known| Some(known.name()) == row.get(0))?,
            one_shot: Score { accuracy: cell(row, 2)?, loss: cell(row, 3)?, images: seen },
            cost: Cost { parameters: cell(row, 4)?, macs: cell(row, 5)? },
            test: Score { accuracy: cell(row, 6)?, loss: cell(row, 7)?, images: test },
            mask,
        })
    };
    let text = fs::read_to_string(path).map_err(TrainError::io(path))?;
    let networks = parse_rows(path, &text, NETWORKS, read)?;
    let missing = groups(run.config.retrain).find(|group| networks.iter().all(|one| one.group != *group));
    let found = match missing {
        _ if !text.ends_with('\n') => "a last line that is cut".into(),
        Some(group) => format!("no network of the group `{}`", group.name()),
        None => return Ok(networks),
    };
    Err(TrainError::File { path: path.into(), found, expected: "the networks of all groups, as the run wrote them" })
}

/// The groups that a run has networks of, whatever its candidates are.
fn groups(Retrain { random, largest, all_on, .. }: Retrain) -> impl Iterator<Item = Group> {
    let asked_for =
        [(Group::Picked, true), (Group::Random, random > 0), (Group::Largest, largest > 0), (Group::AllOn, all_on)];
    asked_for.into_iter().filter_map(|(group, asked_for)| asked_for.then_some(group))
}

/// How far a run is.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct RunState {
    /// Its directory.
    pub path: PathBuf,
    /// `finished`, `candidates are scored`, `the supernet is trained`, `begun`, or what is wrong
    /// with it.
    pub state: String,
    /// The name of its images.
    pub data: String,
    /// Its seed.
    pub seed: u64,
    /// Candidates that are scored.
    pub candidates: usize,
    /// The test accuracy of its best network, if it has ended.
    pub test_accuracy: Option<f64>,
}

/// Lists the runs in `folder` and the searches in each, by path. What is no run is passed over.
///
/// # Errors
/// A folder that cannot be read.
pub fn list_runs(folder: &Path) -> Result<Vec<RunState>, TrainError> {
    let mut paths = vec![folder.to_owned()];
    for entry in fs::read_dir(folder).map_err(TrainError::io(folder))? {
        let path = entry.map_err(TrainError::io(folder))?.path();
        let searches = fs::read_dir(path.join(SEARCHES)).into_iter().flatten().flatten();
        paths.extend(searches.map(|entry| entry.path()));
        paths.push(path);
    }
    paths.sort();
    Ok(paths.into_iter().filter(|path| path.join("config.json").is_file()).filter_map(state).collect())
}

fn state(path: PathBuf) -> Option<RunState> {
    let lines = |name: &str| fs::read_to_string(path.join(name)).map_or(0, |text| text.lines().skip(1).count());
    if let Some(search) = OtherSearch::of(&path) {
        let scored = search.scores().map_or(0, lines);
        return Some(other_state(search, path, scored));
    }
    let (run, state) = match read_config::<RunFile>(&path, CONFIGURATION) {
        Ok(run) => (run, stage_of(&path)),
        Err(error) => (None, error.to_string()),
    };
    let (data, seed) = run.map_or((String::new(), 0), |run| (run.provenance.data, run.config.seed));
    let first = fs::read_to_string(path.join("networks.csv")).ok().filter(|_| has_ended(&path));
    let test_accuracy = first.and_then(|text| text.lines().nth(1)?.split(',').nth(6)?.parse().ok());
    Some(RunState { state, data, seed, candidates: lines("candidates.csv"), test_accuracy, path })
}

/// How far another search is, of which so many candidates are scored.
fn other_state(search: OtherSearch, path: PathBuf, candidates: usize) -> RunState {
    let best = read_record(path.join("best")).ok();
    let state = format!("{}, {}", search.name(), if best.is_some() { "finished" } else { "begun" });
    let (data, seed, test) = best.map_or((String::new(), 0, None), |best| (best.provenance.data, best.seed, best.test));
    RunState { state, data, seed, candidates, test_accuracy: test.map(|test| test.accuracy), path }
}

fn stage_of(path: &Path) -> String {
    let state = if has_ended(path) {
        "finished"
    } else if path.join("networks").exists() {
        "candidates are scored"
    } else if path.join("supernet.safetensors").exists()
        || path.parent().is_some_and(|parent| parent.ends_with(SEARCHES))
    {
        "the supernet is trained"
    } else {
        "begun"
    };
    state.to_owned()
}
