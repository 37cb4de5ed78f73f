//! The cells of NASNet (Zoph, Vasudevan, Shlens and Le, CVPR 2018).

use crate::{
    Choice, Cost, PathMask, SearchSpace, SpaceError,
    sizes::{at_least_1, side_halves},
};
use serde::{Deserialize, Serialize};

/// The space of NASNet: a normal and a reducing cell of `blocks` blocks. A block applies an
/// operation each to two states and adds or concatenates the results; states are the outputs of the
/// cell before (`current`) and of the one before that (`previous`), and the blocks before it. The
/// states that no block reads are concatenated.
///
/// Of a block they are the choices `normal/block2/left`, `left_operation`, `right`,
/// `right_operation` and `combine`. No two descriptions count as equal here, though left and right
/// could change places.
#[derive(Clone, Debug, PartialEq)]
pub struct NasNet {
    blocks: usize,
    space: SearchSpace,
}

/// One block: two operands and how they meet.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct NasNetBlock {
    /// State and operation of each operand; state 0 is the cell before, 1 the one before that, 2
    /// the first block. The operation is its place in [`NasNet::OPERATIONS`].
    pub operands: [(usize, usize); 2],
    /// Whether the results are concatenated instead of added.
    pub concatenates: bool,
}

/// What is not searched. The default is NASNet-A (6 @ 768) on CIFAR-10, without its auxiliary head.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct NasNetShape {
    /// Filters F of the first cells; each reducing cell doubles them.
    pub filters: usize,
    /// Normal cells N of each of the three stages.
    pub cells: usize,
    /// Filters of the stem.
    pub stem: usize,
    /// Side of the square images, divisible by 4.
    pub side: usize,
    /// Channels of the images.
    pub channels: usize,
    /// Classes.
    pub classes: usize,
    /// States of the normal and the reducing cell (bit s is state s) that are concatenated although
    /// a block reads them. NASNet-A as published has two: `previous` of the normal cell and the
    /// second block of the reducing one.
    pub also_concatenated: [u64; 2],
}

impl Default for NasNetShape {
    fn default() -> Self {
        Self { filters: 32, cells: 6, stem: 96, side: 32, channels: 3, classes: 10, also_concatenated: [0b10, 0b1000] }
    }
}

impl NasNet {
    /// The operations, in the order of a mask's bits; separable convolutions are applied twice.
    pub const OPERATIONS: [&str; 13] = [
        "identity",
        "conv_1x3_3x1",
        "conv_1x7_7x1",
        "dil_conv_3x3",
        "avg_pool_3x3",
        "max_pool_3x3",
        "max_pool_5x5",
        "max_pool_7x7",
        "conv_1x1",
        "conv_3x3",
        "sep_conv_3x3",
        "sep_conv_5x5",
        "sep_conv_7x7",
    ];

    /// The kinds of cell, in the order of the choices.
    pub const CELLS: [&str; 2] = ["normal", "reduce"];

    /// The space of `blocks` blocks for each cell, 1 to 62; the paper has 5.
    ///
    /// # Errors
    /// A number out of range.
    pub fn new(blocks: usize) -> Result<Self, SpaceError> {
        if !(1..=62).contains(&blocks) {
            return Err(SpaceError::Field { field: "blocks", found: blocks, expected: "1 to 62" });
        }
        let mut choices = Vec::new();
        for (cell, block) in Self::CELLS.iter().flat_map(|cell| (1..=blocks).map(move |block| (cell, block))) {
            choices.extend(operand_choices(&format!("{cell}/"), block, &Self::OPERATIONS)?);
            choices.push(Choice::one_of(format!("{cell}/block{block}/combine"), ["add", "concat"])?);
        }
        Ok(Self { blocks, space: SearchSpace::new(format!("nas-net-{blocks}"), choices)? })
    }

    /// Returns the choices.
    pub fn space(&self) -> &SearchSpace {
        &self.space
    }

    /// Returns the number of blocks of a cell.
    pub fn block_count(&self) -> usize {
        self.blocks
    }

    /// Returns the mask of two cells, the normal one first.
    ///
    /// # Panics
    /// If there are not as many blocks as the space has, or one reads a state that comes later.
    pub fn mask(&self, cells: [&[NasNetBlock]; 2]) -> PathMask {
        assert!(cells.iter().all(|cell| cell.len() == self.blocks), "cells of {} blocks", self.blocks);
        let of_block = |block: &NasNetBlock| {
            let [(left, left_operation), (right, right_operation)] = block.operands;
            [left, left_operation, right, right_operation, usize::from(block.concatenates)].map(|option| 1 << option)
        };
        self.space.mask(cells.into_iter().flatten().flat_map(of_block).collect())
    }

    /// Returns NASNet-A as published (in the authors' program), of the space of five blocks.
    ///
    /// # Panics
    /// If the space has another number of blocks.
    pub fn nas_net_a(&self) -> PathMask {
        let operation = |name: &str| Self::OPERATIONS.iter().position(|known| *known == name).expect("an operation");
        let block = |left: (usize, &str), right: (usize, &str)| NasNetBlock {
            operands: [(left.0, operation(left.1)), (right.0, operation(right.1))],
            concatenates: false,
        };
        let normal = [
            block((0, "sep_conv_5x5"), (1, "sep_conv_3x3")),
            block((1, "sep_conv_5x5"), (1, "sep_conv_3x3")),
            block((0, "avg_pool_3x3"), (1, "identity")),
            block((1, "avg_pool_3x3"), (1, "avg_pool_3x3")),
            block((0, "sep_conv_3x3"), (0, "identity")),
        ];
        let reduce = [
            block((0, "sep_conv_5x5"), (1, "sep_conv_7x7")),
            block((0, "max_pool_3x3"), (1, "sep_conv_7x7")),
            block((0, "avg_pool_3x3"), (1, "sep_conv_5x5")),
            block((3, "identity"), (2, "avg_pool_3x3")),
            block((2, "sep_conv_3x3"), (0, "max_pool_3x3")),
        ];
        self.mask([&normal, &reduce])
    }

    /// Returns the blocks of the normal (0) or reducing (1) cell.
    ///
    /// # Errors
    /// A mask that is no architecture of this space.
    ///
    /// # Panics
    /// If `cell` is neither 0 nor 1.
    pub fn blocks(&self, mask: &PathMask, cell: usize) -> Result<Vec<NasNetBlock>, SpaceError> {
        assert!(cell < Self::CELLS.len(), "a normal (0) or a reducing cell (1)");
        self.space.accept(mask.clone())?;
        let of_block = |block: usize| {
            let first = 5 * (cell * self.blocks + block);
            let added = NasNetBlock::added(mask, first, &Self::OPERATIONS);
            NasNetBlock { concatenates: mask.is_on(first + 4, 1), ..added }
        };
        Ok((0..self.blocks).map(of_block).collect())
    }

    /// Returns the states of a cell (bit s is state s) that no block reads.
    ///
    /// # Errors
    /// A mask that is no architecture of this space.
    ///
    /// # Panics
    /// If `cell` is neither 0 nor 1.
    pub fn loose_ends(&self, mask: &PathMask, cell: usize) -> Result<u64, SpaceError> {
        Ok(loose_ends(&self.blocks(mask, cell)?))
    }

    /// Computes what the stand-alone network costs: parameters with affine normalisation as
    /// published; multiply-accumulates of convolutions and the classifier, without its bias. Both
    /// inputs of a cell come by 1x1 convolutions to its filters, the older one by a factorised
    /// reduction where it is larger.
    ///
    /// # Errors
    /// A number out of range; a mask that is no architecture of this space.
    pub fn cost(&self, shape: &NasNetShape, mask: &PathMask) -> Result<Cost, SpaceError> {
        let cells = [self.blocks(mask, 0)?, self.blocks(mask, 1)?];
        let loose = [self.loose_ends(mask, 0)?, self.loose_ends(mask, 1)?];
        let concatenated = [0, 1].map(|kind| loose[kind] | shape.also_concatenated[kind]);
        shape.check()?;
        let NasNetShape { filters, stem, side, channels, classes, .. } = *shape;
        let chain = CellChain { filters, stem, side, channels, classes };
        Ok(Cost::of_nas_net_stages(&chain, shape.cells, [0, 1].map(|kind| (&cells[kind][..], concatenated[kind]))))
    }
}

/// The choices of the operands of a block, from 1: of each its state and its operation.
pub(crate) fn operand_choices(prefix: &str, block: usize, operations: &[&str]) -> Result<Vec<Choice>, SpaceError> {
    let earlier = (1..block).map(|earlier| format!("block{earlier}"));
    let states: Vec<String> = ["current".into(), "previous".into()].into_iter().chain(earlier).collect();
    let of_operand = |operand: &str| {
        let name = format!("{prefix}block{block}/{operand}");
        let operation = Choice::one_of(format!("{name}_operation"), operations.iter().copied());
        [Choice::one_of(name, states.clone()), operation]
    };
    ["left", "right"].into_iter().flat_map(of_operand).collect()
}

/// The states (bit s is state s) of a cell that none of its blocks reads.
pub(crate) fn loose_ends(blocks: &[NasNetBlock]) -> u64 {
    let read = blocks.iter().flat_map(|block| block.operands).fold(0, |read, (state, _)| read | 1 << state);
    !read & ((1 << (2 + blocks.len())) - 1)
}

impl NasNetBlock {
    /// The block whose operands are added, of the choices from `first` on; a mask's operations are
    /// places in `operations`, some of [`NasNet::OPERATIONS`].
    pub(crate) fn added(mask: &PathMask, first: usize, operations: &[&str]) -> Self {
        let option = |choice: usize| mask.bits(first + choice).trailing_zeros() as usize;
        let of_nas_net = |place: usize| {
            let known = NasNet::OPERATIONS.iter().position(|known| *known == operations[place]);
            known.expect("an operation of NASNet")
        };
        let operand = |choice: usize| (option(choice), of_nas_net(option(choice + 1)));
        Self { operands: [operand(0), operand(2)], concatenates: false }
    }
}

/// What stands around a chain of cells of blocks, as NASNet, PNAS and ENAS have it.
pub(crate) struct CellChain {
    /// Filters of the first cells; each reducing cell doubles them.
    pub(crate) filters: usize,
    /// Filters of the stem.
    pub(crate) stem: usize,
    /// Side of the square images.
    pub(crate) side: usize,
    /// Channels of the images.
    pub(crate) channels: usize,
    /// Classes.
    pub(crate) classes: usize,
}

impl Cost {
    /// What three stages of `cells` normal cells cost, with a reducing one between them: of both
    /// kinds the blocks, and the states that are concatenated.
    pub(crate) fn of_nas_net_stages(shape: &CellChain, cells: usize, kinds: [(&[NasNetBlock], u64); 2]) -> Self {
        let of_cell = |cell: usize| {
            let reduces = (cell + 1).is_multiple_of(cells + 1);
            let (blocks, concatenated) = kinds[usize::from(reduces)];
            (blocks, concatenated, reduces)
        };
        Self::of_nas_net_chain(shape, (0..3 * cells + 2).map(of_cell))
    }

    /// What a chain of cells costs, each with its blocks, the states that it concatenates and
    /// whether it reduces. Both inputs of a cell come by 1x1 convolutions to its filters, the older
    /// one by a factorised reduction where it is larger.
    pub(crate) fn of_nas_net_chain<'a>(
        shape: &CellChain,
        cells: impl Iterator<Item = (&'a [NasNetBlock], u64, bool)>,
    ) -> Self {
        let mut cost = Self::default();
        let (mut side, mut c) = (shape.side, shape.filters);
        let mut before = [shape.stem, shape.stem];
        cost.normed_convolution(9, shape.channels, shape.stem, side);
        for (blocks, concatenated, reduces) in cells {
            let stride = if reduces { 2 } else { 1 };
            c *= stride;
            cost.normed_convolution(1, before[0], c, side);
            cost.normed_convolution(1, before[1], c, side);
            side /= stride;
            let out = cost.nas_net_cell(blocks, concatenated, (c, side), stride);
            before = [out, before[0]];
        }
        cost.parameters += ((before[0] + 1) * shape.classes) as u64;
        cost.macs += (before[0] * shape.classes) as u64;
        cost
    }

    /// A cell's blocks at `c` filters and output side `side`, and the channels of its output.
    fn nas_net_cell(
        &mut self,
        blocks: &[NasNetBlock],
        concatenated: u64,
        (c, side): (usize, usize),
        stride: usize,
    ) -> usize {
        let mut channels = vec![c, c];
        for block in blocks {
            for (state, operation) in block.operands {
                let stride = if state < 2 { stride } else { 1 };
                self.nas_net_operation(operation, (channels[state], c), side, stride);
            }
            channels.push(if block.concatenates { 2 * c } else { c });
        }
        (0..channels.len()).filter(|state| concatenated >> state & 1 == 1).map(|state| channels[state]).sum()
    }

    /// An operation from `inputs` channels that makes `c` maps of `side` × `side`.
    fn nas_net_operation(&mut self, operation: usize, (inputs, c): (usize, usize), side: usize, stride: usize) {
        let mut separable = |kernel: usize| {
            for inputs in [inputs, c] {
                self.convolution(kernel * kernel, 1, inputs, side);
                self.normed_convolution(1, inputs, c, side);
            }
        };
        match NasNet::OPERATIONS[operation] {
            "sep_conv_3x3" => separable(3),
            "sep_conv_5x5" => separable(5),
            "sep_conv_7x7" => separable(7),
            "conv_1x1" => self.normed_convolution(1, inputs, c, side),
            "conv_3x3" | "dil_conv_3x3" => self.normed_convolution(9, inputs, c, side),
            "conv_1x3_3x1" => [inputs, c].into_iter().for_each(|inputs| self.normed_convolution(3, inputs, c, side)),
            "conv_1x7_7x1" => [inputs, c].into_iter().for_each(|inputs| self.normed_convolution(7, inputs, c, side)),
            // What keeps its input's form needs a 1x1 convolution where the form changes: pools for
            // channels alone.
            "identity" if stride > 1 || inputs != c => self.normed_convolution(1, inputs, c, side),
            _ if inputs != c => self.normed_convolution(1, inputs, c, side),
            _ => {}
        }
    }
}

impl NasNetShape {
    /// Checks every number.
    ///
    /// # Errors
    /// The first that is out of range.
    pub fn check(&self) -> Result<(), SpaceError> {
        let network = [("filters", self.filters), ("cells", self.cells), ("stem", self.stem)];
        at_least_1(network.into_iter().chain([("channels", self.channels), ("classes", self.classes)]))?;
        side_halves(self.side, 4)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::draws;

    #[test]
    fn nas_net_a_has_the_published_parameters() {
        let nas_net = NasNet::new(5).unwrap();
        let cost = nas_net.cost(&NasNetShape::default(), &nas_net.nas_net_a()).unwrap();
        let published = 3.3e6;
        assert!((cost.parameters as f64 / published - 1.0).abs() < 0.02, "{} of {published}", cost.parameters);
    }

    #[test]
    fn the_published_cells_leave_five_and_three_blocks_over() {
        let nas_net = NasNet::new(5).unwrap();
        let mask = nas_net.nas_net_a();
        assert_eq!(nas_net.loose_ends(&mask, 0), Ok(0b111_1100));
        // State 3 is read by the fourth block and still concatenated in the published network.
        assert_eq!(nas_net.loose_ends(&mask, 1), Ok(0b111_0000));
    }

    #[test]
    fn blocks_are_read_back_from_their_mask() {
        let nas_net = NasNet::new(3).unwrap();
        for draw in 0..200 {
            let mask = nas_net.space().sample(&mut draws(1, "nas-net", draw));
            let cells = [nas_net.blocks(&mask, 0).unwrap(), nas_net.blocks(&mask, 1).unwrap()];
            assert_eq!(nas_net.mask([&cells[0], &cells[1]]), *mask.mask());
            let reads = |(block, of): (usize, &NasNetBlock)| of.operands.iter().all(|&(state, _)| state < 2 + block);
            assert!(cells.iter().all(|cell| cell.iter().enumerate().all(reads)));
            assert!(nas_net.loose_ends(&mask, 0).unwrap() >> 4 & 1 == 1);
        }
    }

    #[test]
    fn a_concatenation_has_twice_the_channels() {
        let nas_net = NasNet::new(2).unwrap();
        let block = |operands, concatenates| NasNetBlock { operands, concatenates };
        let convolution = NasNet::OPERATIONS.iter().position(|name| *name == "conv_1x1").unwrap();
        let cell = |concatenates| [block([(0, 0), (0, 0)], concatenates), block([(2, convolution), (1, 0)], false)];
        let cost = |concatenates| {
            let shape = NasNetShape { filters: 4, cells: 1, also_concatenated: [0; 2], ..NasNetShape::default() };
            nas_net.cost(&shape, &nas_net.mask([&cell(concatenates), &cell(false)])).unwrap().parameters
        };
        // Three normal cells of 4, 8 and 16 filters; in each the second block reads twice as many.
        assert_eq!(cost(true) - cost(false), 16 + 64 + 256);
    }

    #[test]
    fn numbers_out_of_range_are_refused() {
        assert_eq!(NasNet::new(0).unwrap_err().to_string(), "blocks: found 0, expected 1 to 62");
        let nas_net = NasNet::new(5).unwrap();
        let shape = NasNetShape { side: 30, ..NasNetShape::default() };
        let error = nas_net.cost(&shape, &nas_net.nas_net_a()).unwrap_err();
        assert_eq!(error.to_string(), "image side: found 30, expected a multiple of 4, not 0");
    }
}
