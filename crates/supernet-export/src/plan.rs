//! What the stand-alone network of a mask computes, without what no logit depends on: the one
//! description from which code and ONNX are written.

use crate::ExportError;
use supernet_space::{BlockPaths, CELL_INPUTS, CellOperation, ConvOrder, NetworkShape};
use supernet_train::best::NetworkDescription;

/// A network: stems, these cells, the 1x1 of `head`, global average pool, classifier.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Plan {
    pub(crate) shape: NetworkShape,
    pub(crate) cells: Vec<CellPlan>,
    /// What the 1x1 before the global average pool reads: the last cell, at its own side.
    pub(crate) head: ReadPlan,
}

/// A cell: A' and B' from two earlier outputs, then its live blocks.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct CellPlan {
    pub(crate) channels: usize,
    pub(crate) side: usize,
    pub(crate) reads: [ReadPlan; CELL_INPUTS],
    pub(crate) blocks: Vec<BlockPlan>,
}

/// Where a stage's input comes from.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) enum Source {
    /// Stem 1 (index 0) or stem 2 (index 1).
    Stem(usize),
    /// A cell, from 0.
    Cell(usize),
}

/// A 1x1 of the live slices of an earlier output, average-pooled by `pool` first.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct ReadPlan {
    pub(crate) source: Source,
    /// Indices of the slices that exist, of `channels` channels each.
    pub(crate) slices: Vec<usize>,
    pub(crate) channels: usize,
    /// Side of the source's maps over side of the reader's.
    pub(crate) pool: usize,
}

/// A live choice block: its candidate inputs that are live and taken, its operations.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(crate) struct BlockPlan {
    /// Index among all blocks of the cell, dead ones included.
    pub(crate) index: usize,
    pub(crate) inputs: Vec<usize>,
    pub(crate) operations: Vec<CellOperation>,
    /// Whether the 1x1's output is normalised.
    pub(crate) projected: bool,
    /// Whether the sum is normalised.
    pub(crate) normed_sum: bool,
}

impl Plan {
    /// Of a checked description.
    pub(crate) fn new(export: &NetworkDescription) -> Result<Self, ExportError> {
        export.check()?;
        let (cells, shape) = (&export.config.cells, export.config.shape);
        let blocks: Vec<Vec<BlockPlan>> =
            (0..cells.cells()).map(|cell| live_blocks(&cells.used(export.mask, cell), shape.order)).collect();
        let live = |source: Source| match source {
            Source::Stem(_) => vec![0],
            Source::Cell(cell) => {
                (0..CELL_INPUTS).chain(blocks[cell].iter().map(|block| CELL_INPUTS + block.index)).collect()
            }
        };
        let read = |source: Source, side: usize| {
            let (channels, of_source) = match source {
                Source::Stem(stem) => (shape.filters, shape.stem_side(stem)),
                Source::Cell(cell) => (shape.cell_filters(cells, cell), shape.cell_side(cells, cell)),
            };
            ReadPlan { source, slices: live(source), channels, pool: of_source / side }
        };
        let source = |stage: usize| match stage.checked_sub(CELL_INPUTS) {
            None => Source::Stem(stage),
            Some(cell) => Source::Cell(cell),
        };
        let cell = |index: usize| {
            let side = shape.cell_side(cells, index);
            CellPlan {
                channels: shape.cell_filters(cells, index),
                side,
                reads: [read(source(index), side), read(source(index + 1), side)],
                blocks: blocks[index].clone(),
            }
        };
        let last = cells.cells() - 1;
        Ok(Self {
            shape,
            cells: (0..cells.cells()).map(cell).collect(),
            head: read(Source::Cell(last), shape.cell_side(cells, last)),
        })
    }

    /// Every live block of every cell.
    pub(crate) fn blocks(&self) -> impl Iterator<Item = &BlockPlan> {
        self.cells.iter().flat_map(|cell| &cell.blocks)
    }

    /// Whether some block has this operation.
    pub(crate) fn has(&self, operation: CellOperation) -> bool {
        self.blocks().any(|block| block.operations.contains(&operation))
    }
}

/// The live blocks of a cell, from what of it is used.
fn live_blocks(used: &[BlockPaths], order: ConvOrder) -> Vec<BlockPlan> {
    let bits = |set: u64| (0..64).filter(move |bit| set >> bit & 1 == 1);
    let block = |(index, paths): (usize, &BlockPaths)| {
        let operations: Vec<CellOperation> = CellOperation::of(paths.operations).collect();
        let first = order == ConvOrder::NormReluConv;
        let projected = !first || operations.iter().any(|operation| operation.convolves());
        BlockPlan { index, inputs: bits(paths.inputs).collect(), operations, projected, normed_sum: first }
    };
    used.iter().enumerate().filter(|(_, paths)| paths.is_live()).map(block).collect()
}
