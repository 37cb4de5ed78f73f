//! The cells of PNAS (Liu, Zoph, Neumann et al., ECCV 2018).

use crate::{
    Cost, NasNetBlock, PathMask, SearchSpace, SpaceError,
    canonical::Symmetry,
    nas_net::{CellChain, loose_ends, operand_choices},
    sizes::{at_least_1, side_halves},
};
use serde::{Deserialize, Serialize};

/// The space of PNAS: one cell of `blocks` blocks, which with stride 2 reduces. A block adds the
/// results of an operation each on two states, the outputs of the cell before (`current`) and of
/// the one before that (`previous`), and the blocks before it. The states that no block reads are
/// concatenated. For the paper's 5 blocks 5.6·10¹⁴ cells.
///
/// Of a block they are the choices `block2/left`, `left_operation`, `right` and `right_operation`.
/// Left and right can change places: of the 256 first blocks 136 are different. The canonical form
/// has the later state first, of equal states the later operation. That some blocks could change
/// places as well does not count here, as it does not in the paper.
#[derive(Clone, Debug, PartialEq)]
pub struct PnasNet {
    blocks: usize,
    space: SearchSpace,
}

/// What is not searched. The default is PNASNet-5 (N = 3, F = 48) on CIFAR-10, without its
/// auxiliary head, behind NASNet's stem of 3·F.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct PnasNetShape {
    /// Filters F of the first cells; each reducing cell doubles them.
    pub filters: usize,
    /// Cells N of each of the three stages, the reducing one that begins the second and the third
    /// among them.
    pub cells: usize,
    /// Filters of the stem.
    pub stem: usize,
    /// Side of the square images, divisible by 4.
    pub side: usize,
    /// Channels of the images.
    pub channels: usize,
    /// Classes.
    pub classes: usize,
    /// States (bit s is state s) that are concatenated although a block reads them. PNASNet-5 as
    /// published has its third block.
    pub also_concatenated: u64,
}

impl Default for PnasNetShape {
    fn default() -> Self {
        Self { filters: 48, cells: 3, stem: 144, side: 32, channels: 3, classes: 10, also_concatenated: 0b1_0000 }
    }
}

impl PnasNet {
    /// The operations, in the order of a mask's bits; separable convolutions are applied twice.
    pub const OPERATIONS: [&str; 8] = [
        "identity",
        "sep_conv_3x3",
        "sep_conv_5x5",
        "sep_conv_7x7",
        "conv_1x7_7x1",
        "avg_pool_3x3",
        "max_pool_3x3",
        "dil_conv_3x3",
    ];

    /// The space of `blocks` blocks, 1 to 62; the paper has 5.
    ///
    /// # Errors
    /// A number out of range.
    pub fn new(blocks: usize) -> Result<Self, SpaceError> {
        if !(1..=62).contains(&blocks) {
            return Err(SpaceError::Field { field: "blocks", found: blocks, expected: "1 to 62" });
        }
        let mut choices = Vec::new();
        for block in 1..=blocks {
            choices.extend(operand_choices("", block, &Self::OPERATIONS)?);
        }
        let space = SearchSpace::with_symmetry(format!("pnas-net-{blocks}"), choices, Symmetry::Operands)?;
        Ok(Self { blocks, space })
    }

    /// Returns the choices.
    pub fn space(&self) -> &SearchSpace {
        &self.space
    }

    /// Returns the number of blocks of a cell.
    pub fn block_count(&self) -> usize {
        self.blocks
    }

    /// Returns PNASNet-5 as published (in the authors' program), of the space of five blocks.
    ///
    /// # Panics
    /// If the space has another number of blocks.
    pub fn pnas_net_5(&self) -> PathMask {
        assert!(self.blocks == 5, "PNASNet-5 has five blocks");
        let operation = |name: &str| Self::OPERATIONS.iter().position(|known| *known == name).expect("an operation");
        let operands = [
            [(1, "sep_conv_5x5"), (1, "max_pool_3x3")],
            [(0, "sep_conv_7x7"), (0, "max_pool_3x3")],
            [(0, "sep_conv_5x5"), (0, "sep_conv_3x3")],
            [(4, "sep_conv_3x3"), (0, "max_pool_3x3")],
            [(1, "sep_conv_3x3"), (0, "identity")],
        ];
        let of_operand = |(state, name): (usize, &str)| [1 << state, 1 << operation(name)];
        self.space.mask(operands.into_iter().flatten().flat_map(of_operand).collect())
    }

    /// Returns the blocks; their operations are places in the operations of
    /// [`NasNet`](crate::NasNet), of which this space has eight.
    ///
    /// # Errors
    /// A mask that is no architecture of this space.
    pub fn blocks(&self, mask: &PathMask) -> Result<Vec<NasNetBlock>, SpaceError> {
        self.space.accept(mask.clone())?;
        let of_block = |block: usize| NasNetBlock::added(mask, 4 * block, &Self::OPERATIONS);
        Ok((0..self.blocks).map(of_block).collect())
    }

    /// Returns the states (bit s is state s) that no block reads.
    ///
    /// # Errors
    /// A mask that is no architecture of this space.
    pub fn loose_ends(&self, mask: &PathMask) -> Result<u64, SpaceError> {
        Ok(loose_ends(&self.blocks(mask)?))
    }

    /// Computes what the stand-alone network costs: parameters with affine normalisation as
    /// published; multiply-accumulates of convolutions and the classifier, without its bias. Both
    /// inputs of a cell come by 1x1 convolutions to its filters, the older one by a factorised
    /// reduction where it is larger.
    ///
    /// # Errors
    /// A number out of range; a mask that is no architecture of this space.
    pub fn cost(&self, shape: &PnasNetShape, mask: &PathMask) -> Result<Cost, SpaceError> {
        let (blocks, concatenated) = (self.blocks(mask)?, self.loose_ends(mask)? | shape.also_concatenated);
        shape.check()?;
        let PnasNetShape { filters, stem, side, channels, classes, .. } = *shape;
        let reduces = |cell: usize| cell > 0 && cell.is_multiple_of(shape.cells);
        let cells = (0..3 * shape.cells).map(|cell| (blocks.as_slice(), concatenated, reduces(cell)));
        Ok(Cost::of_nas_net_chain(&CellChain { filters, stem, side, channels, classes }, cells))
    }
}

impl PnasNetShape {
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
    use std::collections::BTreeSet;

    #[test]
    fn pnas_net_5_has_the_published_parameters() {
        let pnas_net = PnasNet::new(5).unwrap();
        let cost = pnas_net.cost(&PnasNetShape::default(), &pnas_net.pnas_net_5()).unwrap();
        let published = 3.2e6;
        assert!((cost.parameters as f64 / published - 1.0).abs() < 0.02, "{} of {published}", cost.parameters);
        // The third block is read by the fourth and still concatenated.
        assert_eq!(pnas_net.loose_ends(&pnas_net.pnas_net_5()), Ok(0b110_1100));
    }

    #[test]
    fn the_size_is_that_of_the_paper() {
        // (2 · 3 · 4 · 5 · 6)² · 8¹⁰ ≈ 5.6 · 10¹⁴.
        let size = PnasNet::new(5).unwrap().space().size();
        assert_eq!(size, (720u64.pow(2) * 8u64.pow(10)).into());
        assert_eq!(&size.to_string()[..2], "55");
    }

    #[test]
    fn of_256_first_blocks_136_are_different() {
        let one = PnasNet::new(1).unwrap();
        let all = one.space().architectures(256).unwrap();
        assert_eq!(all.len(), 256);
        let different: BTreeSet<_> = all.iter().map(|block| one.space().canonical(block)).collect();
        assert_eq!(different.len(), 136);
        assert_eq!(one.space().networks(), Some(136u32.into()));
        // 136 · (24 · 25 / 2).
        assert_eq!(PnasNet::new(2).unwrap().space().networks(), Some((136u32 * 300).into()));
    }

    #[test]
    fn the_canonical_form_is_the_lesser_of_both_orders_and_costs_the_same() {
        let pnas_net = PnasNet::new(3).unwrap();
        let (space, shape) = (pnas_net.space(), PnasNetShape { also_concatenated: 0, ..PnasNetShape::default() });
        for draw in 0..200 {
            let cell = space.sample(&mut draws(1, "pnas-net", draw));
            let mut turned = cell.mask().clone();
            for block in 0..3 {
                for choice in [4 * block, 4 * block + 1] {
                    let (left, right) = (cell.bits(choice), cell.bits(choice + 2));
                    turned = turned.with(choice, right).with(choice + 2, left);
                }
            }
            let turned = space.accept(turned).unwrap();
            let canonical = space.canonical(&cell);
            assert_eq!(space.canonical(&turned), canonical);
            assert_eq!(space.canonical(&canonical), canonical);
            assert!(canonical.to_string() <= cell.to_string().min(turned.to_string()));
            assert_eq!(pnas_net.cost(&shape, &cell), pnas_net.cost(&shape, &canonical));
        }
    }

    #[test]
    fn numbers_out_of_range_are_refused() {
        assert_eq!(PnasNet::new(0).unwrap_err().to_string(), "blocks: found 0, expected 1 to 62");
        let pnas_net = PnasNet::new(5).unwrap();
        let shape = PnasNetShape { cells: 0, ..PnasNetShape::default() };
        let error = pnas_net.cost(&shape, &pnas_net.pnas_net_5()).unwrap_err();
        assert_eq!(error.to_string(), "cells: found 0, expected at least 1");
    }
}
