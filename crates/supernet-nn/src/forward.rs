//! The forward pass, stage by stage: stems, the blocks of each cell, the inputs of the next ones, head.

use crate::{Call, ChoiceBlock, Network, Paths, cell::Source, sliced_pointwise::Slice, variants::Variants};
use burn::tensor::Tensor;
use supernet_space::{BlockPaths, CELL_INPUTS};

/// What a forward pass is made with.
#[derive(Clone, Copy)]
pub(crate) struct Forward<'a> {
    pub(crate) network: &'a Network,
    pub(crate) paths: &'a Paths,
    pub(crate) call: &'a Call<'a>,
}

/// How far a forward pass has come, with what later stages read.
#[derive(Clone, Debug)]
pub(crate) enum Pass {
    /// Inside a cell.
    Cell(InCell),
    /// At the end: logits [variants · images, classes].
    Logits(Tensor<2>, Variants),
}

/// A forward pass inside a cell.
#[derive(Clone, Debug)]
pub(crate) struct InCell {
    /// The ghost batches that it serves, by their place in the paths.
    pub(crate) ghosts: Vec<usize>,
    cell: usize,
    /// A', B' and the blocks so far.
    slices: Vec<Option<Slice>>,
    /// A' of the next cell, which reads what this one's B' reads.
    next_a: Option<Slice>,
}

impl InCell {
    /// The same for the ghost batches at `positions` only.
    pub(crate) fn only(&self, positions: &[usize]) -> Self {
        let read_by = |slice: &Option<Slice>| slice.as_ref().map(|slice| slice.read_by(positions));
        Self {
            ghosts: positions.iter().map(|&position| self.ghosts[position]).collect(),
            cell: self.cell,
            slices: self.slices.iter().map(read_by).collect(),
            next_a: read_by(&self.next_a),
        }
    }
}

impl Forward<'_> {
    /// What depends on the images alone: the stems, both inputs of the first cell and the first of the second. `images` has the
    /// variants of `variants`.
    pub(crate) fn start(&self, images: Tensor<4>, variants: Variants) -> Pass {
        let Self { network, call, .. } = self;
        let ghosts = (0..variants.ghosts()).collect();
        let groups = variants.count();
        let stem1 = network.stem1.forward(images, groups, call);
        let stem2 = network.stem2.forward(stem1.clone(), groups, call);
        let source = |stem, shared| {
            let slices = vec![Some(Slice { shared, variants: variants.clone() })];
            Source { slices, side: network.shape.stem_side(stem) }
        };
        let mut first = source(0, stem1);
        first.reduce_to(self.side(0), call);
        let a = network.cells[0].a(&first, call);
        let [b, next_a] = self.inputs_of_next(source(1, stem2), None);
        Pass::Cell(InCell { ghosts, cell: 0, slices: vec![Some(a), b], next_a })
    }

    /// The next stage: a block, or after the last one the inputs of the next cells that read this one, or the head.
    pub(crate) fn next(&self, mut pass: InCell) -> Pass {
        if let Some(block) = self.next_block(&pass) {
            let used = self.used(&pass, block);
            let choice = self.network.space.inputs_choice(pass.cell, block);
            let scales = [choice, choice + 1].map(|choice| self.paths.scale(choice));
            let output = self.network.cells[pass.cell].block(block).forward(&pass.slices, &used, scales, self.call);
            pass.slices.push(output);
            return Pass::Cell(pass);
        }
        let InCell { ghosts, cell, slices, next_a } = pass;
        let source = Source { slices, side: self.side(cell) };
        if cell + 1 == self.network.cells.len() {
            return self.head(source);
        }
        let [b, new_a] = self.inputs_of_next(source, Some(cell));
        Pass::Cell(InCell { ghosts, cell: cell + 1, slices: vec![next_a, b], next_a: new_a })
    }

    /// For each ghost batch, what the next stage's result depends on.
    pub(crate) fn keys(&self, pass: &InCell) -> Vec<Vec<u32>> {
        match self.next_block(pass) {
            Some(block) => ChoiceBlock::keys(&pass.slices, &self.used(pass, block)),
            None => {
                let variant = |slice: &Option<Slice>, i| slice.as_ref().and_then(|slice| slice.variants.of(i));
                let key = |i| pass.slices.iter().map(|slice| variant(slice, i).map_or(u32::MAX, |v| v)).collect();
                (0..pass.ghosts.len()).map(key).collect()
            }
        }
    }

    /// B' of the cell after `cell` (none: after the stems) and A' of the one after that, if there is one, from their common source.
    fn inputs_of_next(&self, mut source: Source, cell: Option<usize>) -> [Option<Slice>; 2] {
        let next = cell.map_or(0, |cell| cell + 1);
        let mut read = |index: usize, is_b: bool| {
            let cell = self.network.cells.get(index)?;
            source.reduce_to(self.side(index), self.call);
            Some(if is_b { cell.b(&source, self.call) } else { cell.a(&source, self.call) })
        };
        [read(next, true), read(next + 1, false)]
    }

    fn head(&self, source: Source) -> Pass {
        let Network { head, head_site, classifier, .. } = self.network;
        let Slice { shared, variants } = source.project(head, head_site, self.call);
        Pass::Logits(classifier.forward(shared), variants)
    }

    fn next_block(&self, pass: &InCell) -> Option<usize> {
        let block = pass.slices.len() - CELL_INPUTS;
        (block < self.network.space.blocks()).then_some(block)
    }

    fn used(&self, pass: &InCell, block: usize) -> Vec<BlockPaths> {
        let of_block = self.paths.block(pass.cell, block);
        pass.ghosts.iter().map(|&ghost| of_block[ghost]).collect()
    }

    fn side(&self, cell: usize) -> usize {
        self.network.shape.cell_side(&self.network.space, cell)
    }
}
