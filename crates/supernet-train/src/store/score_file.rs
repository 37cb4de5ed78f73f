//! Scores of networks by their masks, a line each.

use super::rows::{cell, csv_row, read_rows};
use crate::TrainError;
use std::{collections::HashMap, path::Path};
use supernet_search::Score;
use supernet_space::PathMask;

/// The file's first line.
pub(crate) const SCORES: &str = "architecture,accuracy,loss,images";

/// Returns a whole file, in the order of the masks.
pub fn scores_csv(scores: &HashMap<PathMask, Score>) -> String {
    let mut masks: Vec<&PathMask> = scores.keys().collect();
    masks.sort();
    let lines: String = masks.into_iter().map(|mask| score_line(mask, scores[mask])).collect();
    format!("{SCORES}\n{lines}")
}

/// A line of it.
pub(crate) fn score_line(mask: &PathMask, Score { accuracy, loss, images }: Score) -> String {
    csv_row([mask.to_string(), accuracy.to_string(), loss.to_string(), images.to_string()])
}

/// Reads a file of scores; none where there is no file. A last line that was cut off is dropped.
///
/// # Errors
/// A file that cannot be read, a line that is no score.
pub fn read_scores(path: &Path) -> Result<HashMap<PathMask, Score>, TrainError> {
    let rows = read_rows(path, SCORES, |row| {
        Some((cell(row, 0)?, Score { accuracy: cell(row, 1)?, loss: cell(row, 2)?, images: cell(row, 3)? }))
    })?;
    Ok(rows.into_iter().collect())
}
