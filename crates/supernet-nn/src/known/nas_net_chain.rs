//! A chain of cells of blocks, as NASNet (Zoph, Vasudevan, Shlens and Le, CVPR 2018) and PNAS (Liu,
//! Zoph, Neumann et al., ECCV 2018) have it.

use super::{
    nas_net_block::{CellKind, CellShape, NasNetBlock},
    nas_net_operation::{DescribedState, State},
    nas_net_pieces::{NasNetClassifier, NasNetInput, Piece, PieceShape},
};
use crate::{Build, ConvNorm, Describe, Layer, Rows, Wire, flow::Taken};
use burn::module::Module;
use std::rc::Rc;

/// A cell: two inputs, blocks, the concatenation of the states that no block reads, and of those
/// that are published as concatenated all the same. An input of a reducing cell that no block reads
/// is averaged to the size of the others.
#[derive(Module, Debug)]
pub struct NasNetCell {
    current: NasNetInput,
    previous: NasNetInput,
    blocks: Vec<NasNetBlock>,
    #[module(skip)]
    also_concatenated: u64,
    /// Of its output.
    side: usize,
}

impl NasNetCell {
    /// The cell behind outputs of the shapes `current` and `previous`, of which the older one is
    /// `halved` to the size of the other; its own output has `side` pixels a side.
    fn new(b: &Build, of: &CellShape, [current, previous]: [&[PieceShape]; 2], halved: bool, side: usize) -> Self {
        Self {
            current: NasNetInput::new(b, current, of.filters, false),
            previous: NasNetInput::new(b, previous, of.filters, halved),
            blocks: (1..=of.blocks).map(|block| NasNetBlock::new(b, of, block)).collect(),
            also_concatenated: of.kind.also_concatenated,
            side,
        }
    }

    /// What each mask has of the cell's output, from those of the cell before and the one before
    /// that.
    fn forward(&self, [current, previous]: [&[Piece]; 2]) -> Vec<Piece> {
        let mut states = vec![State::of(self.current.forward(current)), State::of(self.previous.forward(previous))];
        for block in &self.blocks {
            states.push(block.forward(&states));
        }
        states.iter().enumerate().flat_map(|(s, state)| self.pieces(s, state)).collect()
    }

    /// The pieces of state `s`, for the masks in which no block reads it.
    fn pieces(&self, s: usize, State { first, second }: &State) -> Vec<Piece> {
        let pass = Rc::clone(first.pass());
        let readers: Vec<(usize, &[u64])> = match self.also_concatenated >> s & 1 {
            1 => Vec::new(),
            _ => self.blocks.iter().flat_map(|block| block.operands().map(|operand| operand.reads(&pass))).collect(),
        };
        let readers: Vec<_> = readers.into_iter().skip(2 * s.saturating_sub(1)).collect();
        let last = readers.iter().map(|(place, _)| *place).max();
        // With every option on none would be left over: a network is tried with all of them.
        let loose = |rows: &Rows| match last.filter(|_| !pass.checks()) {
            Some(last) => rows.only(last, |mask| readers.iter().all(|(_, reads)| reads[mask] >> s & 1 == 0)),
            None => rows.clone(),
        };
        let conditions: Vec<Taken> = readers.iter().map(|(place, _)| Taken::off(*place, 1 << s)).collect();
        let mut pieces = vec![Piece { rows: loose(first).mean_pooled(self.side), conditions: conditions.clone() }];
        if let Some(second) = second {
            let conditions = conditions.into_iter().chain([second.condition()]).collect();
            pieces.push(Piece { rows: loose(&second.rows), conditions });
        }
        pieces
    }
}

impl CellShape {
    /// The pieces of the cell's output.
    fn pieces(&self, b: &Build) -> Vec<PieceShape> {
        let of_state = |state: usize| {
            let is_held = self.kind.also_concatenated >> state & 1 == 1 || self.may_be_loose(b, state);
            let piece = |is_held| PieceShape { channels: self.filters, is_held };
            let second = self.has_halves(state).then(|| piece(is_held && self.may_be_wide(b, state)));
            std::iter::once(piece(is_held)).chain(second)
        };
        (0..2 + self.blocks).flat_map(of_state).collect()
    }
}

/// 3x3 stem, cells, ReLU, the average over the image, a linear classifier.
#[derive(Module, Debug)]
pub struct NasNetChain {
    stem: ConvNorm,
    cells: Vec<NasNetCell>,
    classifier: NasNetClassifier,
}

/// The numbers of a chain.
#[derive(Clone, Copy)]
pub(super) struct ChainShape {
    /// Blocks of a cell.
    pub(super) blocks: usize,
    /// Filters of the stem.
    pub(super) stem: usize,
    /// Filters of the first cell; each reducing one doubles them.
    pub(super) filters: usize,
    /// Side of the square images.
    pub(super) side: usize,
    /// Channels of the images.
    pub(super) channels: usize,
    /// Classes.
    pub(super) classes: usize,
}

impl NasNetChain {
    /// Three stages of `cells` normal cells, with a reducing one between them.
    pub(super) fn of_stages(b: &Build, shape: &ChainShape, cells: usize, kind: impl Fn(bool) -> CellKind) -> Self {
        Self::new(b, shape, (0..3 * cells + 2).map(|cell| kind((cell + 1).is_multiple_of(cells + 1))))
    }

    /// The chain of cells of these kinds.
    pub(super) fn new(b: &Build, shape: &ChainShape, kinds: impl IntoIterator<Item = CellKind>) -> Self {
        let stem = vec![PieceShape { channels: shape.stem, is_held: true }];
        let (mut current, mut previous) = (stem.clone(), stem);
        let (mut filters, mut side, mut halved, mut cells) = (shape.filters, shape.side, false, Vec::new());
        for kind in kinds {
            (filters, side) = if kind.reduces { (2 * filters, side / 2) } else { (filters, side) };
            let of = CellShape { kind, blocks: shape.blocks, filters };
            cells.push(NasNetCell::new(b, &of, [&current, &previous], halved, side));
            halved = kind.reduces;
            previous = std::mem::replace(&mut current, of.pieces(b));
        }
        Self {
            stem: ConvNorm::new(b, [shape.channels, shape.stem], 3),
            cells,
            classifier: NasNetClassifier::new(b, &current, shape.classes),
        }
    }
}

impl Layer<4, 2> for NasNetChain {
    fn forward(&self, x: Rows) -> Rows<2> {
        let stem = vec![Piece { rows: x.through(&self.stem), conditions: Vec::new() }];
        let (mut current, mut previous) = (stem.clone(), stem);
        for cell in &self.cells {
            let output = cell.forward([&current, &previous]);
            previous = std::mem::replace(&mut current, output);
        }
        self.classifier.forward(&current)
    }
}

impl NasNetCell {
    fn describe(&self, [current, previous]: [&[Wire]; 2]) -> Vec<Wire> {
        let inputs = [self.current.describe(current), self.previous.describe(previous)];
        let mut states: Vec<DescribedState> = inputs.map(DescribedState::of).into();
        for block in &self.blocks {
            states.push(block.describe(&states));
        }
        let operands = self.blocks.iter().flat_map(NasNetBlock::operands);
        let read = operands.fold(0, |read, operand| read | operand.described_reads(&states[0].first));
        let loose = !read | self.also_concatenated;
        let pieces = |(s, DescribedState { first, second }): (usize, DescribedState)| {
            let of = |wire: Wire| if loose >> s & 1 == 1 { wire.mean_pooled(self.side) } else { wire.nothing() };
            // As many as there are slices that read them: states 0 and 1 have no second half.
            let has_halves = s >= 2 && self.blocks[s - 2].combines();
            std::iter::once(of(first)).chain(has_halves.then(|| of(second)))
        };
        states.into_iter().enumerate().flat_map(pieces).collect()
    }
}

impl Describe for NasNetChain {
    fn describe(&self, x: Wire) -> Wire {
        let stem = vec![x.through(&self.stem)];
        let (mut current, mut previous) = (stem.clone(), stem);
        for cell in &self.cells {
            let output = cell.describe([&current, &previous]);
            previous = std::mem::replace(&mut current, output);
        }
        self.classifier.describe(&current)
    }
}
