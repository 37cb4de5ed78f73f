//! Networks as a memory of banks that layers read and write (Brock, Lim, Ritchie and Weston,
//! "SMASH", 2017).

use crate::{
    Choice, PathMask, SearchSpace, SpaceError,
    sizes::{at_least_1, side_halves},
};
use serde::{Deserialize, Serialize};

/// The memory-bank view of SMASH, with one bank for each block: block i reads some of the banks
/// before it, side by side, and writes one of its own. Block 0 reads the stem's bank alone.
///
/// What block i reads is the choice `reads{i}`, whose options are the banks before it, of which one
/// at least is read; what it computes is the choice `op{i}`. For 6 blocks 2.5·10⁹ architectures.
/// The authors' space has banks of several sizes and resolutions, which this one has not.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(try_from = "usize", into = "usize")]
pub struct MemoryBanks {
    blocks: usize,
    space: SearchSpace,
}

/// What one block does.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct BankBlock {
    /// Banks that it reads; bank 0 is the stem's, bank i + 1 what block i writes.
    pub reads: Vec<usize>,
    /// The operation's place in [`MemoryBanks::OPERATIONS`].
    pub operation: usize,
}

/// What is not searched.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct MemoryBanksShape {
    /// Channels of a bank, 1 to 32; the layer behind all banks has twice as many.
    pub filters: usize,
    /// Side of the square images, divisible by 2.
    pub side: usize,
    /// Channels of the images.
    pub channels: usize,
    /// Classes.
    pub classes: usize,
}

impl Default for MemoryBanksShape {
    fn default() -> Self {
        Self { filters: 32, side: 32, channels: 3, classes: 10 }
    }
}

impl MemoryBanksShape {
    /// Checks every number.
    ///
    /// # Errors
    /// The first that is out of range.
    pub fn check(&self) -> Result<(), SpaceError> {
        at_least_1([("channels", self.channels), ("classes", self.classes)])?;
        if !(1..=32).contains(&self.filters) {
            let expected = "1 to 32: weights of more than 64 channels are not generated";
            return Err(SpaceError::Field { field: "filters", found: self.filters, expected });
        }
        side_halves(self.side, 2)
    }
}

impl MemoryBanks {
    /// The operations, in the order of a mask's bits; of these the first hands on what is read.
    pub const OPERATIONS: [&str; 4] = ["identity", "conv3", "depthwise3", "depthwise5"];

    /// The space of `blocks` blocks, 1 to 64.
    ///
    /// # Errors
    /// A number out of range.
    pub fn new(blocks: usize) -> Result<Self, SpaceError> {
        if !(1..=Choice::MOST_OPTIONS).contains(&blocks) {
            return Err(SpaceError::Field { field: "blocks", found: blocks, expected: "1 to 64" });
        }
        let reads = |i: usize| Choice::new(Self::reads(i), (0..=i).map(Self::bank), 1..=i + 1);
        let operation = |i: usize| Choice::one_of(Self::operation(i), Self::OPERATIONS);
        let choices = (1..blocks).map(reads).chain((0..blocks).map(operation)).collect::<Result<Vec<_>, _>>()?;
        Ok(Self { blocks, space: SearchSpace::new(format!("memory-banks-{blocks}"), choices)? })
    }

    /// The name of the choice of what block `block` reads.
    pub fn reads(block: usize) -> String {
        format!("reads{block}")
    }

    /// The name of a bank, as what reads it calls it.
    pub fn bank(bank: usize) -> String {
        format!("bank{bank}")
    }

    /// The name of the choice of what block `block` computes.
    pub fn operation(block: usize) -> String {
        format!("op{block}")
    }

    /// Returns the choices.
    pub fn space(&self) -> &SearchSpace {
        &self.space
    }

    /// Returns the number of blocks.
    pub fn block_count(&self) -> usize {
        self.blocks
    }

    /// Returns what each block does.
    ///
    /// # Errors
    /// A mask that is no architecture of this space.
    pub fn blocks(&self, mask: &PathMask) -> Result<Vec<BankBlock>, SpaceError> {
        self.space.accept(mask.clone())?;
        let of_block = |block: usize| {
            let read = if block == 0 { 1 } else { mask.bits(block - 1) };
            BankBlock {
                reads: (0..=block).filter(|bank| read >> bank & 1 == 1).collect(),
                operation: mask.bits(self.blocks - 1 + block).trailing_zeros() as usize,
            }
        };
        Ok((0..self.blocks).map(of_block).collect())
    }
}

impl From<MemoryBanks> for usize {
    fn from(banks: MemoryBanks) -> Self {
        banks.blocks
    }
}

impl TryFrom<usize> for MemoryBanks {
    type Error = SpaceError;

    fn try_from(blocks: usize) -> Result<Self, SpaceError> {
        Self::new(blocks)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use num_bigint::BigUint;

    #[test]
    fn a_block_may_read_any_banks_before_it() {
        let banks = MemoryBanks::new(6).unwrap();
        let read: u32 = (2..=6).map(|banks: u32| 2u32.pow(banks) - 1).product();
        assert_eq!(banks.space().size(), BigUint::from(read) * BigUint::from(4u32).pow(6));
        assert_eq!(banks.space().size().to_string(), "2519838720");
        let banks = MemoryBanks::new(3).unwrap();
        let mask = banks.space().parse("10/011/0100/1000/0001").unwrap();
        let expected = [(vec![0], 1), (vec![0], 0), (vec![1, 2], 3)];
        let expected = expected.map(|(reads, operation)| BankBlock { reads, operation });
        assert_eq!(banks.blocks(&mask).unwrap(), expected);
        assert!(banks.blocks(&banks.space().all_on()).is_err());
    }

    #[test]
    fn numbers_out_of_range_are_refused() {
        assert_eq!(MemoryBanks::new(0).unwrap_err().to_string(), "blocks: found 0, expected 1 to 64");
        assert!(MemoryBanks::new(65).is_err() && MemoryBanks::new(64).is_ok());
        let shape = |filters, side| MemoryBanksShape { filters, side, ..MemoryBanksShape::default() }.check();
        assert!(shape(32, 32).is_ok());
        assert!(shape(0, 32).is_err() && shape(33, 32).is_err() && shape(32, 7).is_err());
    }
}
