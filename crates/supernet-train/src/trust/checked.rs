//! Networks of a ranking trained from scratch for a short time, to hold the ranking against.

use crate::{Progress, TrainError, crew::Crew, stage::CHECK, stand_alone::scores_among, store::read_scores};
use std::{collections::HashMap, path::Path};
use supernet_search::Score;
use supernet_space::PathMask;

/// Epochs of a network in a check, where a network of the result has `epochs`: a quarter.
pub(crate) fn check_epochs(epochs: usize) -> usize {
    epochs.div_ceil(4).max(1)
}

/// What the check of a run's directory has found: accuracy and loss on validation examples by mask.
///
/// # Errors
/// A file that cannot be read, a line that is no score.
pub(crate) fn read_checked(folder: &Path) -> Result<HashMap<PathMask, Score>, TrainError> {
    read_scores(&folder.join(FILE))
}

/// Trains and scores by `train` what the check of a run's directory lacks of `masks`, `at_once` at
/// a time. Each is stored when it is done.
///
/// # Errors
/// Whatever `train` reports; a file that cannot be read or written.
pub(crate) fn check_networks(
    folder: &Path,
    masks: &[PathMask],
    steps: u64,
    (at_once, crew): (usize, &dyn Crew),
    progress: &mut dyn Progress,
    train: impl Fn(&PathMask, &mut dyn Progress) -> Result<Score, TrainError> + Sync,
) -> Result<(), TrainError> {
    let known = read_checked(folder)?;
    let mut missing: Vec<PathMask> = masks.iter().filter(|mask| !known.contains_key(*mask)).cloned().collect();
    // The longest first, so that no core is left with a long one at the end.
    missing.sort_by_key(|mask| std::cmp::Reverse(mask.paths_on()));
    progress.begin(CHECK, missing.len() as u64 * steps);
    scores_among((CHECK, at_once, crew), missing, Some(&folder.join(FILE)), progress, train)?;
    progress.end();
    Ok(())
}

const FILE: &str = "check.csv";
