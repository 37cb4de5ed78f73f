//! A known space at one size with masks: the file that `spaces` writes, and that it and its PyTorch
//! counterpart read.

use serde::{Deserialize, Serialize};
use serde_json::Value;
use std::path::Path;
use supernet::space::{PathMask, SearchSpace, draws};

/// A space, the size of its network, and the architectures to train and to score. `shape` holds the
/// fields of the space's shape type.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Case {
    /// The space, as the option `--space` names it.
    pub space: String,
    /// Widths, image side, classes.
    pub shape: Value,
    /// Images in a ghost batch.
    pub ghost_size: usize,
    /// Images that a candidate is scored on.
    pub score_images: usize,
    /// Training draws, one architecture for each ghost batch.
    pub train: Vec<Vec<PathMask>>,
    /// Candidates.
    pub candidates: Vec<PathMask>,
}

impl Case {
    /// Training draws.
    pub const DRAWS: usize = 20;
    /// Ghost batches in a training step.
    pub const GHOSTS: usize = 4;
    /// Images in a ghost batch.
    pub const GHOST_SIZE: usize = 16;
    /// Candidates.
    pub const CANDIDATES: usize = 600;
    /// Images that a candidate is scored on.
    pub const SCORE_IMAGES: usize = 250;

    /// Draws uniform architectures of `choices` for the network of size `shape`.
    pub fn draw(space: &str, shape: Value, choices: &SearchSpace) -> Self {
        let many = |stream: String, count| -> Vec<PathMask> {
            (0..count).map(|i| choices.sample(&mut draws(1, &stream, i as u64)).mask().clone()).collect()
        };
        Self {
            space: space.into(),
            shape,
            ghost_size: Self::GHOST_SIZE,
            score_images: Self::SCORE_IMAGES,
            train: (0..Self::DRAWS).map(|draw| many(format!("bench/train/{draw}"), Self::GHOSTS)).collect(),
            candidates: many("bench/candidates".into(), Self::CANDIDATES),
        }
    }

    /// Reads the file at `path`, which must be of this space and size.
    ///
    /// # Panics
    /// If it cannot be read or is of another space or size.
    pub fn read(path: &Path, space: &str, shape: &Value, choices: &SearchSpace) -> Self {
        let refuse = |error: &dyn std::fmt::Display| -> ! { panic!("{}: {error}", path.display()) };
        let text = std::fs::read_to_string(path).unwrap_or_else(|error| refuse(&error));
        let case: Self = serde_json::from_str(&text).unwrap_or_else(|error| refuse(&error));
        if (case.space.as_str(), &case.shape) != (space, shape) {
            refuse(&format!("found {} {}, expected {space} {shape}", case.space, case.shape));
        }
        for mask in case.train.iter().flatten().chain(&case.candidates) {
            choices.accept(mask.clone()).unwrap_or_else(|error| refuse(&error));
        }
        case
    }

    /// Writes the file.
    ///
    /// # Panics
    /// If it cannot be written.
    pub fn write(&self, path: &Path) {
        let text = serde_json::to_string(self).expect("numbers and texts");
        std::fs::write(path, text).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
    }

    /// Options that are on in all training draws together. A program that reads the file otherwise
    /// counts otherwise.
    pub fn paths_on(&self) -> u32 {
        self.train.iter().flatten().map(PathMask::paths_on).sum()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use supernet::space::NasBench201;

    #[test]
    fn a_case_is_read_back_as_it_was_written() {
        let (bench, shape) = (NasBench201::new(), serde_json::json!({ "filters": 8 }));
        let path = tempfile::NamedTempFile::new().unwrap();
        let case = Case::draw("nas-bench-201", shape.clone(), bench.space());
        case.write(path.path());
        assert_eq!(Case::read(path.path(), "nas-bench-201", &shape, bench.space()), case);
        assert_eq!(case.paths_on() as usize, Case::DRAWS * Case::GHOSTS * NasBench201::EDGES.len());
    }

    #[test]
    #[should_panic(expected = "expected darts")]
    fn a_case_of_another_space_is_refused() {
        let (bench, shape) = (NasBench201::new(), serde_json::json!({}));
        let path = tempfile::NamedTempFile::new().unwrap();
        Case::draw("nas-bench-201", shape.clone(), bench.space()).write(path.path());
        Case::read(path.path(), "darts", &shape, bench.space());
    }
}
