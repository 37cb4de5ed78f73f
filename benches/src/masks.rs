//! Which paths are on: drawn here, or read from a file that the PyTorch peer reads too.

use serde::Deserialize;
use std::path::Path;
use supernet::space::{CellSpace, PathDropout, PathMask, Schedule, draws};

/// Which paths are on.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Masks {
    /// Path dropout at its full rate.
    Dropout(f64),
    /// Uniform architectures.
    Architectures,
    /// All.
    AllOn,
}

impl Masks {
    /// The masks of draw `draw`, one for each of `ghosts` ghost batches.
    pub fn draw(self, cells: &CellSpace, ghosts: usize, draw: u64) -> Vec<PathMask> {
        let space = cells.space();
        let one = |ghost: usize| {
            let rng = &mut draws(1, &format!("bench/{ghost}"), draw);
            match self {
                Self::Dropout(r) => {
                    let dropout = PathDropout::new(r).expect("a rate").with_schedule(Schedule::Constant);
                    dropout.draw(space, 0, 1, rng)
                }
                Self::Architectures => space.sample(rng).mask().clone(),
                Self::AllOn => space.all_on(),
            }
        };
        (0..ghosts).map(one).collect()
    }
}

/// `masks.json` of the PyTorch peer: for each training draw one mask per ghost batch, and
/// candidates to score. A mask's text form is that of [`PathMask`]: bit j of a block's inputs is A,
/// B, block 1, …, bit o of its operations is operation o.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct MaskFile {
    /// Draws of a training step.
    pub train: Vec<Vec<PathMask>>,
    /// Candidates.
    pub candidates: Vec<PathMask>,
}

impl MaskFile {
    /// The file at `path`, whose masks must belong to `cells`.
    ///
    /// # Panics
    /// If it cannot be read, is no such file, or holds a mask of another space.
    pub fn read(path: &Path, cells: &CellSpace) -> Self {
        let refuse = |error: &dyn std::fmt::Display| -> ! { panic!("{}: {error}", path.display()) };
        let text = std::fs::read_to_string(path).unwrap_or_else(|error| refuse(&error));
        let file: Self = serde_json::from_str(&text).unwrap_or_else(|error| refuse(&error));
        for mask in file.train.iter().flatten().chain(&file.candidates) {
            cells.space().belongs(mask).unwrap_or_else(|error| refuse(&error));
        }
        file
    }

    /// One of the files in `benches/peer`.
    ///
    /// # Panics
    /// As [`MaskFile::read`].
    pub fn of_peer(name: &str, cells: &CellSpace) -> Self {
        Self::read(&Path::new(env!("CARGO_MANIFEST_DIR")).join("peer").join(name), cells)
    }

    /// Bits that are on in all training draws together: inputs, operations. A program that reads
    /// the file otherwise counts otherwise.
    pub fn paths_on(&self, cells: &CellSpace) -> [u32; 2] {
        let of_mask = self.train.iter().flatten().flat_map(|mask| cells.paths(mask, 0));
        of_mask.fold([0, 0], |[inputs, operations], block| {
            [inputs + block.inputs.count_ones(), operations + block.operations.count_ones()]
        })
    }
}
