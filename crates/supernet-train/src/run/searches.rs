//! Further searches in the directory of a run: with its supernet, or with more candidates.

use super::{
    files::{SEARCHES, write_whole},
    provenance::{CONFIGURATION, RunFile},
    sameness::read_config,
};
use crate::TrainError;
use serde_json::Value;
use std::{
    collections::HashMap,
    fs,
    path::{Path, PathBuf},
};
use supernet_space::PathMask;

/// What a run of more candidates goes on with; a copy is kept.
const KEPT: [&str; 4] = ["config.json", "run.toml", "candidates.csv", "latencies.csv"];

/// What is made anew for more candidates; it is moved.
const RESULTS: [&str; 12] = [
    "networks",
    "networks.csv",
    "shortlist.csv",
    "table.txt",
    "figure.svg",
    "figure.png",
    "pareto.csv",
    "pareto.svg",
    "pareto.png",
    "report.html",
    "scoring.jsonl",
    "best",
];

/// How the folders begin that hold the results of fewer candidates.
const FIRST: &str = "first-";

/// Moves the results of a run of `candidates` candidates to `searches/first-N`, so that it can be given more.
/// Goes on where a call was stopped.
///
/// # Errors
/// A file that cannot be moved.
pub(super) fn make_room(run: &Path, candidates: usize) -> Result<(), TrainError> {
    let folder = run.join(SEARCHES).join(format!("{FIRST}{candidates}"));
    fs::create_dir_all(&folder).map_err(TrainError::io(&folder))?;
    for name in KEPT {
        let (from, to) = (run.join(name), folder.join(name));
        if from.exists() && !to.exists() {
            write_whole(&to, &fs::read(&from).map_err(TrainError::io(&from))?)?;
        }
    }
    for name in RESULTS {
        let (from, to) = (run.join(name), folder.join(name));
        if from.exists() && !to.exists() {
            fs::rename(&from, &to).map_err(TrainError::io(&from))?;
        }
    }
    Ok(())
}

/// Returns the networks that the run in `run` trained from scratch before it was given more candidates: where
/// their files are, without the ending, by their masks.
pub(super) fn trained_before(run: &Path) -> HashMap<PathMask, PathBuf> {
    let folders = fs::read_dir(run.join(SEARCHES)).into_iter().flatten().flatten().map(|entry| entry.path());
    let is_first = |path: &PathBuf| path.file_name().is_some_and(|name| name.to_string_lossy().starts_with(FIRST));
    let mut found = HashMap::new();
    for folder in folders.filter(is_first) {
        let text = fs::read_to_string(folder.join("networks.csv")).unwrap_or_default();
        let mut place = 0;
        let mut seen = Vec::<PathMask>::new();
        for mask in text.lines().skip(1).filter_map(|line| line.split(',').nth(1)?.parse::<PathMask>().ok()) {
            if seen.contains(&mask) {
                continue;
            }
            let stem = folder.join(format!("networks/{place:03}"));
            if stem.with_extension("safetensors").exists() {
                found.insert(mask.clone(), stem);
            }
            seen.push(mask);
            place += 1;
        }
    }
    found
}

/// The folder of the search called `name`.
///
/// # Errors
/// A name that is no folder's.
pub(super) fn search_folder(run: &Path, name: &str) -> Result<PathBuf, TrainError> {
    let simple = |c: char| c.is_alphanumeric() || "-_.".contains(c);
    if name.is_empty() || name.starts_with('.') || name.starts_with(FIRST) || !name.chars().all(simple) {
        let expected = format!("letters, digits, `-`, `_` and `.`, no dot and no `{FIRST}` at the start");
        return Err(TrainError::config("search", format!("`{name}`"), expected));
    }
    Ok(run.join(SEARCHES).join(name))
}

/// Checks that the run in `run` holds the supernet that `here` would train.
///
/// # Errors
/// No run, or one without a trained supernet; a difference in what a supernet depends on.
pub(super) fn check_training(run: &Path, here: &RunFile) -> Result<(), TrainError> {
    let file = run.join("config.json");
    let missing = |found: &str| TrainError::File {
        path: run.into(),
        found: found.into(),
        expected: "a run whose supernet is trained",
    };
    let there: RunFile = read_config(run, CONFIGURATION)?.ok_or_else(|| missing("no run"))?;
    if !run.join("supernet.safetensors").exists() {
        return Err(missing("a run whose supernet is not trained yet"));
    }
    let parts = |run: &RunFile| -> Vec<(&'static str, Value)> {
        let RunFile { provenance, config, .. } = run;
        let value = |value: Result<Value, serde_json::Error>| value.expect("plain data");
        vec![
            ("provenance.fingerprints of the training images", provenance.fingerprints[0].clone().into()),
            ("provenance.definition", value(serde_json::to_value(&provenance.definition))),
            ("config.network", value(serde_json::to_value(config.network))),
            ("config.paths", value(serde_json::to_value(config.paths))),
            ("config.supernet", value(serde_json::to_value(config.supernet))),
            ("config.execution", value(serde_json::to_value(config.execution))),
        ]
    };
    for ((place, there), (_, here)) in parts(&there).into_iter().zip(parts(here)) {
        if there != here {
            let difference = format!("{place}: {there} there, {here} here; a search with its supernet needs the same");
            return Err(TrainError::OtherRun { path: file, difference });
        }
    }
    Ok(())
}
