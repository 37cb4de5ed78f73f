//! Cells as structs: one for each distinct description.

use super::{
    blocks::{block, input},
    layout::{bound_forward, list},
};
use crate::plan::{CellPlan, Plan};
use supernet_space::CELL_INPUTS;

/// Which struct each cell is: cells of one description share one.
pub(super) struct Cells {
    /// For each cell, the first one of the same description.
    first: Vec<usize>,
}

impl Cells {
    pub(super) fn new(plan: &Plan) -> Self {
        let same = |cell: &CellPlan| {
            plan.cells.iter().position(|other| other.blocks == cell.blocks).expect("the cell itself at the latest")
        };
        Self { first: plan.cells.iter().map(same).collect() }
    }

    /// Whether one description serves all.
    pub(super) fn are_equal(&self) -> bool {
        self.first.iter().all(|&first| first == 0)
    }

    /// The struct of a cell.
    pub(super) fn name(&self, cell: usize) -> String {
        if self.are_equal() { "Cell".into() } else { format!("Cell{}", self.first[cell] + 1) }
    }

    fn block_name(&self, cell: usize, block: usize) -> String {
        if self.are_equal() {
            format!("Block{}", block + 1)
        } else {
            format!("Cell{}Block{}", self.first[cell] + 1, block + 1)
        }
    }

    /// The structs of all cells and their blocks.
    pub(super) fn source(&self, plan: &Plan) -> Vec<String> {
        let mut structs = Vec::new();
        for (index, cell) in plan.cells.iter().enumerate().filter(|(index, _)| self.first[*index] == *index) {
            structs.push(self.cell(index, cell));
            let blocks = cell.blocks.iter();
            structs.extend(blocks.map(|b| block(&self.block_name(index, b.index), b, plan.shape.order)));
        }
        structs
    }

    fn cell(&self, index: usize, cell: &CellPlan) -> String {
        let name = self.name(index);
        let blocks: Vec<(String, String)> =
            cell.blocks.iter().map(|b| (input(CELL_INPUTS + b.index), self.block_name(index, b.index))).collect();
        let fields: String = blocks.iter().map(|(field, of)| format!("    {field}: {of},\n")).collect();
        let made: String = blocks
            .iter()
            .map(|(field, of)| format!("            {field}: {of}::new(cell.channels, device),\n"))
            .collect();
        let run: String = cell
            .blocks
            .iter()
            .map(|block| {
                let inputs: Vec<String> = block.inputs.iter().map(|&j| format!("&{}", input(j))).collect();
                let field = input(CELL_INPUTS + block.index);
                bound_forward(&field, &field, &inputs)
            })
            .collect();
        let parts: Vec<String> =
            (0..CELL_INPUTS).map(input).chain(blocks.into_iter().map(|(field, _)| field)).collect();
        let parts = list(8, "vec!", ["[", "]"], &parts, "");
        format!(
            "/// A cell: a 1x1 of each of the two outputs before it, then its choice blocks.\n\
             #[derive(Module, Debug)]\nstruct {name} {{\n    a: Joined,\n    b: Joined,\n{fields}}}\n\n\
             impl {name} {{\n    fn new(a: Parts, b: Parts, cell: Parts, device: &Device) -> Self {{\n        Self {{\n            \
             a: Joined::new(a, cell, device),\n            b: Joined::new(b, cell, device),\n{made}        }}\n    }}\n\n    \
             /// The parts of the cell's output.\n    \
             fn forward(&self, a: &[Tensor<4>], b: &[Tensor<4>]) -> Vec<Tensor<4>> {{\n        \
             let a = self.a.forward(a);\n        let b = self.b.forward(b);\n{run}{parts}    }}\n}}\n"
        )
    }
}

/// Name of a cell that is a field of its own.
pub(super) fn cell_field(cell: usize) -> String {
    format!("cell{}", cell + 1)
}
