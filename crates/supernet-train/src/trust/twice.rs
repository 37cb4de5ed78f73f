//! What two scorings say of the same candidates.

use crate::{
    TrainError,
    store::{read_scores, scores_csv, write_whole},
};
use std::{collections::HashMap, path::Path};
use supernet_search::{Score, Scored};
use supernet_space::PathMask;

/// The most candidates that are scored once more, by each of two: enough for Kendall's tau-b to be
/// known to some 0.15.
const MOST: usize = 60;

/// Whose scorings are held against each other.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Scorings {
    /// By the first and by the second half of the validation examples.
    Halves,
    /// By the supernet as it was one checkpoint before the end, and as it is at the end.
    Checkpoints,
    /// By the first supernet and by the second.
    Supernets,
}

impl Scorings {
    /// What a verdict calls them.
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Halves => "two halves of the validation images",
            Self::Checkpoints => "two checkpoints",
            Self::Supernets => "two supernets",
        }
    }

    /// The file of one of the two.
    fn file(self, number: usize) -> String {
        let of = match self {
            Self::Halves => "half",
            Self::Checkpoints => "checkpoint",
            Self::Supernets => "supernet",
        };
        format!("{of}-{}.csv", number + 1)
    }
}

/// Scores of the first candidates by two scorings.
pub(crate) struct Twice {
    pub(crate) of: Scorings,
    /// By each, in the order of the candidates.
    pub(crate) scores: [Vec<Score>; 2],
}

/// The first [`MOST`] of `candidates`; none of fewer than three.
pub(crate) fn to_repeat(candidates: &[Scored]) -> Vec<PathMask> {
    let masks: Vec<PathMask> = candidates.iter().take(MOST).map(|one| one.architecture.mask().clone()).collect();
    if masks.len() < 3 { Vec::new() } else { masks }
}

/// How many of `examples` validation examples make a half: whole runs of `score_batch`, or one
/// shorter run where there are fewer than two; none of fewer than four examples.
pub(crate) fn half_of(examples: usize, score_batch: usize) -> Option<usize> {
    let half = match examples / score_batch / 2 {
        0 => examples / 2,
        runs => runs * score_batch,
    };
    (half >= 2).then_some(half)
}

/// Scores `masks` by both of two scorings, `score` being given which. With a folder what it holds
/// is read back, and what is computed left there.
///
/// # Errors
/// Whatever `score` reports; a file that cannot be read or written.
pub(crate) fn twice(
    of: Scorings,
    masks: &[PathMask],
    folder: Option<&Path>,
    mut score: impl FnMut(usize) -> Result<Vec<Score>, TrainError>,
) -> Result<Twice, TrainError> {
    let mut by = |number: usize| -> Result<Vec<Score>, TrainError> {
        let path = folder.map(|folder| folder.join(of.file(number)));
        let known = path.as_deref().map_or_else(|| Ok(HashMap::new()), read_scores)?;
        if masks.iter().all(|mask| known.contains_key(mask)) {
            return Ok(masks.iter().map(|mask| known[mask]).collect());
        }
        let scores = score(number)?;
        if let Some(path) = &path {
            let all = masks.iter().cloned().zip(scores.iter().copied()).collect();
            write_whole(path, scores_csv(&all).as_bytes())?;
        }
        Ok(scores)
    };
    Ok(Twice { of, scores: [by(0)?, by(1)?] })
}
