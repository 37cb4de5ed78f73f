//! Scores of networks by their masks, a line each.

use super::files::whole_lines;
use crate::TrainError;
use std::{collections::HashMap, path::Path};
use supernet_search::Score;
use supernet_space::PathMask;

/// The file's first line.
pub(crate) const SCORES: &str = "architecture,accuracy,loss,images";

/// A whole file, in the order of the masks.
pub fn scores_csv(scores: &HashMap<PathMask, Score>) -> String {
    let mut masks: Vec<&PathMask> = scores.keys().collect();
    masks.sort();
    let mut text = format!("{SCORES}\n");
    for mask in masks {
        text.push_str(&score_line(mask, scores[mask]));
    }
    text
}

/// A line of it.
pub(crate) fn score_line(mask: &PathMask, Score { accuracy, loss, images }: Score) -> String {
    format!("{mask},{accuracy},{loss},{images}\n")
}

/// What a file says; nothing where there is none.
///
/// # Errors
/// A file that cannot be read, a line that is no score.
pub fn read_scores(path: &Path) -> Result<HashMap<PathMask, Score>, TrainError> {
    read_lines(path, SCORES, |line| {
        let [mask, accuracy, loss, images] = line.split(',').collect::<Vec<_>>()[..] else { return None };
        let score = Score { accuracy: accuracy.parse().ok()?, loss: loss.parse().ok()?, images: images.parse().ok()? };
        Some((mask.parse().ok()?, score))
    })
}

/// What stands below the header of a file, if there is one; see [`whole_lines`].
pub fn read_lines<T>(
    path: &Path,
    expected: &'static str,
    read: impl Fn(&str) -> Option<(PathMask, T)>,
) -> Result<HashMap<PathMask, T>, TrainError> {
    let refuse = |line: &str| TrainError::File { path: path.into(), found: format!("`{line}`"), expected };
    whole_lines(path, |text| text.lines().skip(1).map(|line| read(line).ok_or_else(|| refuse(line))).collect())
}
