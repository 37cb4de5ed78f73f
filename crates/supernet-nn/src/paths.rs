//! One mask per ghost batch, resolved into what each ghost batch uses.

use crate::NnError;
use std::sync::Arc;
use supernet_space::{BlockPaths, CellSpace, PathMask};

/// The path masks of a batch, one for each ghost batch, resolved into what is *used* (PAPER, *Use, masked L2, update*): an operation
/// runs on the ghost batches that use it and on no others.
#[derive(Clone, Debug)]
pub struct Paths {
    masks: Vec<PathMask>,
    cells: Vec<Arc<CellPaths>>,
    scales: Option<Vec<f64>>,
}

/// Block by block of a cell, what each ghost batch uses of it; nothing of a dead block.
type CellPaths = Vec<Vec<BlockPaths>>;

impl Paths {
    /// The paths of a batch of `masks.len()` ghost batches.
    ///
    /// # Errors
    /// No mask, or one of another space.
    pub fn new(cells: &CellSpace, masks: Vec<PathMask>) -> Result<Self, NnError> {
        if masks.is_empty() {
            return Err(NnError::NoMasks);
        }
        masks.iter().try_for_each(|mask| cells.space().belongs(mask))?;
        let resolve = |cell| {
            let used: Vec<Vec<BlockPaths>> = masks.iter().map(|mask| cells.used(mask, cell)).collect();
            Arc::new((0..cells.blocks()).map(|block| used.iter().map(|used| used[block]).collect()).collect())
        };
        let cells = match cells.is_per_cell() {
            true => (0..cells.cells()).map(resolve).collect(),
            false => vec![resolve(0); cells.cells()],
        };
        Ok(Self { masks, cells, scales: None })
    }

    /// The same, with what survives of choice i multiplied by `scales[i]` (inputs after their 1x1, operations after their sum).
    pub fn with_scales(self, scales: Option<Vec<f64>>) -> Self {
        Self { scales, ..self }
    }

    /// Number of ghost batches.
    pub fn ghosts(&self) -> usize {
        self.masks.len()
    }

    /// The masks, one for each ghost batch.
    pub fn masks(&self) -> &[PathMask] {
        &self.masks
    }

    /// What each ghost batch uses of block `block` of cell `cell`.
    pub(crate) fn block(&self, cell: usize, block: usize) -> &[BlockPaths] {
        &self.cells[cell][block]
    }

    pub(crate) fn scale(&self, choice: usize) -> Option<f64> {
        self.scales.as_ref().map(|scales| scales[choice])
    }
}
