//! What two halves of the validation images say of some candidates.

use crate::{
    TrainError,
    store::{read_scores, scores_csv, write_whole},
};
use std::{collections::HashMap, ops::Range, path::Path};
use supernet_search::{Score, Scored};
use supernet_space::PathMask;

/// The most candidates that are scored once more, on each half: enough for Kendall's tau-b to be
/// known to some 0.15.
const MOST: usize = 60;

/// Scores of the first candidates by the first and the second half of the validation examples.
pub(crate) struct Halves {
    /// How many candidates.
    pub(crate) count: usize,
    /// By each half, in the order of the candidates.
    pub(crate) scores: [Vec<Score>; 2],
}

/// Scores the first [`MOST`] of `candidates` on each half of `examples` validation examples, each
/// of whole runs of `score_batch`, or one shorter run where there are fewer than two, by `score`
/// (masks and the places of examples). None of fewer than three candidates or four examples. With a
/// folder what it holds is read back, and what is computed left there.
///
/// # Errors
/// Whatever `score` reports; a file that cannot be read or written.
pub(crate) fn halves(
    candidates: &[Scored],
    examples: usize,
    score_batch: usize,
    folder: Option<&Path>,
    mut score: impl FnMut(&[PathMask], Range<usize>) -> Result<Vec<Score>, TrainError>,
) -> Result<Option<Halves>, TrainError> {
    let half = match examples / score_batch / 2 {
        0 => examples / 2,
        runs => runs * score_batch,
    };
    let masks: Vec<PathMask> = candidates.iter().take(MOST).map(|scored| scored.architecture.mask().clone()).collect();
    if half < 2 || masks.len() < 3 {
        return Ok(None);
    }
    let mut of_half = |number: usize| -> Result<Vec<Score>, TrainError> {
        let path = folder.map(|folder| folder.join(format!("half-{}.csv", number + 1)));
        let known = path.as_deref().map_or_else(|| Ok(HashMap::new()), read_scores)?;
        if masks.iter().all(|mask| known.contains_key(mask)) {
            return Ok(masks.iter().map(|mask| known[mask]).collect());
        }
        let scores = score(&masks, number * half..(number + 1) * half)?;
        if let Some(path) = &path {
            let all = masks.iter().cloned().zip(scores.iter().copied()).collect();
            write_whole(path, scores_csv(&all).as_bytes())?;
        }
        Ok(scores)
    };
    Ok(Some(Halves { count: masks.len(), scores: [of_half(0)?, of_half(1)?] }))
}
