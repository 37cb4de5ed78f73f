//! The paper's space: cells of choice blocks, and which of a mask's paths are *used*.

use crate::{Choice, OPERATIONS, PathMask, SearchSpace, SpaceError, canonical::Symmetry};
use serde::{Deserialize, Serialize};

/// The cell's own inputs, which every block may read.
pub const CELL_INPUTS: usize = 2;

/// The space of the paper: N cells of B choice blocks. Block i takes any inputs but none from A, B
/// and the blocks before it, and one or two of the seven operations. One mask serves all cells, or
/// each cell has one of its own.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(try_from = "Unchecked", into = "Unchecked")]
pub struct CellSpace {
    cells: usize,
    blocks: usize,
    per_cell: bool,
    space: SearchSpace,
}

/// Paths of one choice block: bit j of `inputs` is candidate input j (A, B, block 1, …), bit o of
/// `operations` operation o.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub struct BlockPaths {
    /// Candidate inputs.
    pub inputs: u64,
    /// Operations.
    pub operations: u64,
}

impl BlockPaths {
    /// Whether the block computes anything: it has an input and an operation.
    pub fn is_live(&self) -> bool {
        self.inputs != 0 && self.operations != 0
    }
}

impl CellSpace {
    /// The space of `cells` cells (at least 3) of `blocks` choice blocks (1 to 62), one description
    /// for all cells.
    ///
    /// # Errors
    /// A number out of range.
    pub fn new(cells: usize, blocks: usize) -> Result<Self, SpaceError> {
        Self::build(cells, blocks, false)
    }

    /// The same cells with a description of their own each.
    pub fn mask_per_cell(&self) -> Self {
        Self::build(self.cells, self.blocks, true).expect("the numbers were checked")
    }

    fn build(cells: usize, blocks: usize, per_cell: bool) -> Result<Self, SpaceError> {
        if cells < 3 {
            return Err(SpaceError::Field { field: "cells", found: cells, expected: "at least 3" });
        }
        if !(1..=Choice::MOST_OPTIONS - CELL_INPUTS).contains(&blocks) {
            return Err(SpaceError::Field { field: "blocks", found: blocks, expected: "1 to 62" });
        }
        let described = if per_cell { cells } else { 1 };
        let mut choices = Vec::new();
        for cell in 0..described {
            let place = if per_cell { format!("cell{cell}/") } else { String::new() };
            for block in 1..=blocks {
                let earlier = (1..block).map(|b| format!("block{b}"));
                let inputs: Vec<String> = ["a".into(), "b".into()].into_iter().chain(earlier).collect();
                let all = inputs.len();
                choices.push(Choice::new(format!("{place}block{block}/inputs"), inputs, 1..=all)?);
                choices.push(Choice::new(format!("{place}block{block}/operations"), OPERATIONS, 1..=2)?);
            }
        }
        let symmetry = Symmetry::Blocks { cells: described, blocks, fixed: CELL_INPUTS };
        let space = SearchSpace::with_symmetry(format!("cell-{blocks}x{}", OPERATIONS.len()), choices, symmetry)?;
        Ok(Self { cells, blocks, per_cell, space })
    }

    /// Number of cells N.
    pub fn cells(&self) -> usize {
        self.cells
    }

    /// Choice blocks per cell.
    pub fn blocks(&self) -> usize {
        self.blocks
    }

    /// Whether each cell has a description of its own.
    pub fn is_per_cell(&self) -> bool {
        self.per_cell
    }

    /// The choices.
    pub fn space(&self) -> &SearchSpace {
        &self.space
    }

    /// Whether cell `cell` (from 0) halves the resolution and doubles the filters: those of index
    /// ⌊N/3⌋ and ⌊2N/3⌋ do.
    pub fn is_reducing(&self, cell: usize) -> bool {
        cell == self.cells / 3 || cell == 2 * self.cells / 3
    }

    /// Reducing cells up to and including cell `cell`.
    pub fn reductions(&self, cell: usize) -> u32 {
        (0..=cell).filter(|&c| self.is_reducing(c)).count() as u32
    }

    /// The choice that holds the inputs of block `block` of cell `cell`; its operations are the
    /// next one.
    pub fn inputs_choice(&self, cell: usize, block: usize) -> usize {
        let described = if self.per_cell { cell } else { 0 };
        2 * (described * self.blocks + block)
    }

    /// What `mask` says of cell `cell`, block by block.
    pub fn paths(&self, mask: &PathMask, cell: usize) -> Vec<BlockPaths> {
        let read = |block| {
            let choice = self.inputs_choice(cell, block);
            BlockPaths { inputs: mask.bits(choice), operations: mask.bits(choice + 1) }
        };
        (0..self.blocks).map(read).collect()
    }

    /// What of cell `cell` is *used* under `mask` (PAPER, *Use, masked L2, update*): a block is
    /// live iff it has a live input and an operation; a dead block uses nothing and nothing reads
    /// it.
    pub fn used(&self, mask: &PathMask, cell: usize) -> Vec<BlockPaths> {
        let mut live = (1 << CELL_INPUTS) - 1;
        let mut used = self.paths(mask, cell);
        for (block, paths) in used.iter_mut().enumerate() {
            paths.inputs &= live;
            match paths.is_live() {
                true => live |= 1 << (CELL_INPUTS + block),
                false => *paths = BlockPaths::default(),
            }
        }
        used
    }
}

/// The same fields before they are checked.
#[derive(Serialize, Deserialize)]
struct Unchecked {
    cells: usize,
    blocks: usize,
    #[serde(default)]
    per_cell: bool,
}

impl From<CellSpace> for Unchecked {
    fn from(CellSpace { cells, blocks, per_cell, .. }: CellSpace) -> Self {
        Self { cells, blocks, per_cell }
    }
}

impl TryFrom<Unchecked> for CellSpace {
    type Error = SpaceError;

    fn try_from(Unchecked { cells, blocks, per_cell }: Unchecked) -> Result<Self, SpaceError> {
        Self::build(cells, blocks, per_cell)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_reducing_cells_are_a_third_and_two_thirds_down() {
        let reducing = |n| {
            let cells = CellSpace::new(n, 4).unwrap();
            (0..n).filter(|&c| cells.is_reducing(c)).collect::<Vec<_>>()
        };
        assert_eq!(reducing(3), [1, 2]);
        assert_eq!(reducing(8), [2, 5]);
        assert_eq!(CellSpace::new(8, 4).unwrap().reductions(7), 2);
    }

    #[test]
    fn fewer_than_three_cells_are_refused() {
        assert_eq!(CellSpace::new(2, 4).unwrap_err().to_string(), "cells: found 2, expected at least 3");
        assert_eq!(CellSpace::new(3, 0).unwrap_err().to_string(), "blocks: found 0, expected 1 to 62");
    }

    #[test]
    fn masks_read_as_the_peer_writes_them() {
        let cells = CellSpace::new(3, 4).unwrap();
        let text = "11:0100000/101:0000011/0110:1000000/00001:0010000";
        assert_eq!(cells.space().parse(text).unwrap().to_string(), text);
        let each = cells.mask_per_cell();
        assert_eq!(each.space().all_on().to_string().split('/').count(), 12);
    }

    #[test]
    fn nothing_inside_a_dead_block_is_used_and_nothing_reads_it() {
        let cells = CellSpace::new(3, 3).unwrap();
        // Block 1 has no operation, block 2 reads only block 1, block 3 reads A and block 2.
        let mask = cells.space().parse("11:0000000/001:0100000/1001:0100000").unwrap();
        let used = cells.used(&mask, 1);
        assert_eq!(used[0], BlockPaths::default());
        assert_eq!(used[1], BlockPaths::default());
        assert_eq!(used[2], BlockPaths { inputs: 0b1, operations: 0b10 });
    }
}
