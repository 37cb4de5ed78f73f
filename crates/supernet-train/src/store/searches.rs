//! Further searches in the directory of a run: with its supernet, or with more candidates.

use super::files::{SEARCHES, write_whole};
use crate::TrainError;
use std::{
    collections::HashMap,
    fs,
    path::{Path, PathBuf},
};
use supernet_space::PathMask;

/// What a run of more candidates goes on with; a copy is kept.
const KEPT: [&str; 4] = ["config.json", "run.toml", "candidates.csv", "latencies.csv"];

/// What is made anew for more candidates; it is moved.
const RESULTS: [&str; 16] = [
    "networks",
    "networks.csv",
    "shortlist.csv",
    "table.txt",
    "figure.svg",
    "figure.png",
    "pareto.csv",
    "pareto.svg",
    "pareto.png",
    "companion.svg",
    "companion.png",
    "report.html",
    "scoring.jsonl",
    "verdict.json",
    "calibrated.csv",
    "best",
];

/// How the folders begin that hold the results of fewer candidates.
const FIRST: &str = "first-";

/// Moves the results of a run of `candidates` candidates to `searches/first-N`, so that it can be
/// given more. Goes on where a call was stopped.
///
/// # Errors
/// A file that cannot be moved.
pub(crate) fn make_room(run: &Path, candidates: usize) -> Result<(), TrainError> {
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

/// Returns the networks that the run in `run` trained from scratch before it was given more
/// candidates: where their files are, without the ending, by their masks.
pub(crate) fn trained_before(run: &Path) -> HashMap<PathMask, PathBuf> {
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
pub(crate) fn search_folder(run: &Path, name: &str) -> Result<PathBuf, TrainError> {
    let simple = |c: char| c.is_alphanumeric() || "-_.".contains(c);
    if name.is_empty() || name.starts_with('.') || name.starts_with(FIRST) || !name.chars().all(simple) {
        let expected = format!("letters, digits, `-`, `_` and `.`, no dot and no `{FIRST}` at the start");
        return Err(TrainError::config("search", format!("`{name}`"), expected));
    }
    Ok(run.join(SEARCHES).join(name))
}
