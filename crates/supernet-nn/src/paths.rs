//! One mask per ghost batch, as index lists: which ghost batches use what.

use crate::NnError;
use std::sync::Arc;
use supernet_space::{BlockPaths, CELL_INPUTS, CellSpace, OPERATIONS, PathMask};

/// The path masks of a batch, one for each ghost batch, resolved into lists of what is *used* (PAPER, *Use, masked L2, update*):
/// an operation runs on the ghost batches of its list and on no others.
#[derive(Clone, Debug)]
pub struct Paths {
    masks: Vec<PathMask>,
    cells: Vec<Arc<CellLists>>,
    scales: Option<Vec<f64>>,
}

/// Ghost batches, in ascending order.
pub(crate) type Ghosts = Vec<u32>;

/// The lists of one cell.
#[derive(Debug)]
pub(crate) struct CellLists {
    pub(crate) blocks: Vec<BlockLists>,
}

/// The lists of one choice block.
#[derive(Debug)]
pub(crate) struct BlockLists {
    /// For each candidate input, the ghost batches that use it.
    pub(crate) inputs: Vec<Ghosts>,
    /// For each operation, the ghost batches that use it.
    pub(crate) operations: Vec<Ghosts>,
    /// The ghost batches in which the block is live.
    pub(crate) live: Ghosts,
    /// The choice of the inputs; the operations are the next one.
    pub(crate) choice: usize,
}

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
        let resolve = |cell| Arc::new(CellLists::new(cells, &masks, cell));
        let lists = match cells.is_per_cell() {
            true => (0..cells.cells()).map(resolve).collect(),
            false => vec![resolve(0); cells.cells()],
        };
        Ok(Self { masks, cells: lists, scales: None })
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

    pub(crate) fn all(&self) -> Ghosts {
        (0..self.masks.len() as u32).collect()
    }

    pub(crate) fn cell(&self, cell: usize) -> &CellLists {
        &self.cells[cell]
    }

    pub(crate) fn scale(&self, choice: usize) -> Option<f64> {
        self.scales.as_ref().map(|scales| scales[choice])
    }
}

impl CellLists {
    fn new(cells: &CellSpace, masks: &[PathMask], cell: usize) -> Self {
        let used: Vec<Vec<BlockPaths>> = masks.iter().map(|mask| cells.used(mask, cell)).collect();
        let blocks = (0..cells.blocks()).map(|block| {
            let list = |on: &dyn Fn(BlockPaths) -> bool| -> Ghosts {
                (0..masks.len() as u32).filter(|&g| on(used[g as usize][block])).collect()
            };
            BlockLists {
                inputs: (0..CELL_INPUTS + block).map(|j| list(&|paths| paths.inputs >> j & 1 == 1)).collect(),
                operations: (0..OPERATIONS.len()).map(|o| list(&|paths| paths.operations >> o & 1 == 1)).collect(),
                live: list(&|paths| paths.is_live()),
                choice: cells.inputs_choice(cell, block),
            }
        });
        Self { blocks: blocks.collect() }
    }

    /// The ghost batches in which slice `slice` of the cell's output (A', B', block 1, …) is live.
    pub(crate) fn live(&self, slice: usize, all: &Ghosts) -> Ghosts {
        match slice.checked_sub(CELL_INPUTS) {
            None => all.clone(),
            Some(block) => self.blocks[block].live.clone(),
        }
    }
}
