//! A supernet's size and batch.

use std::fmt;
use supernet::{
    nn::{NetworkConfig, NormKind},
    space::{CellSpace, ConvOrder, NetworkShape, PathMask, StemKind},
};

/// A supernet's size and batch. Blocks (4), classes (10) and colours (3) are those of the paper's
/// CIFAR-10 network.
#[derive(Clone, Copy, Debug)]
pub struct Shape {
    /// Filters F.
    pub filters: usize,
    /// Cells N.
    pub cells: usize,
    /// Side of the images.
    pub side: usize,
    /// Ghost batches per step.
    pub ghosts: usize,
    /// Images per ghost batch.
    pub ghost_size: usize,
}

/// The two shapes of the side-by-side figures on a processor.
pub const SHAPES: [Shape; 2] = [
    Shape { filters: 8, cells: 3, side: 16, ghosts: 8, ghost_size: 16 },
    Shape { filters: 16, cells: 3, side: 32, ghosts: 4, ghost_size: 16 },
];

impl Shape {
    /// The network.
    ///
    /// # Panics
    /// If a size is out of range.
    pub fn network(&self) -> NetworkConfig {
        let cells = CellSpace::new(self.cells, 4).unwrap_or_else(|error| panic!("{error}"));
        let order = ConvOrder::default();
        let shape = NetworkShape {
            filters: self.filters,
            side: self.side,
            channels: 3,
            classes: 10,
            order,
            stem: StemKind::Plain,
        };
        NetworkConfig { cells, shape, norm: NormKind::Ghost }
    }

    /// Images per step.
    pub fn images(&self) -> usize {
        self.ghosts * self.ghost_size
    }

    /// Floating-point operations of the convolutions that `mask` uses in a forward pass of one
    /// image, a multiplication and an addition counted as two. What reads a whole cell is counted
    /// whole, also where a block of the cell is dead.
    ///
    /// # Panics
    /// If the mask is of another space.
    pub fn flops(&self, mask: &PathMask) -> f64 {
        let NetworkConfig { cells, shape, .. } = self.network();
        let used = cells.used(mask, 0).into_iter().enumerate().fold(mask.clone(), |mask, (block, paths)| {
            let inputs = cells.inputs_choice(0, block);
            mask.with(inputs, paths.inputs).with(inputs + 1, paths.operations)
        });
        let cost = shape.cost(&cells, &used).unwrap_or_else(|error| panic!("{error}"));
        2.0 * cost.macs as f64
    }
}

impl fmt::Display for Shape {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { filters, cells, side, ghosts, ghost_size } = self;
        write!(f, "F={filters} cells={cells} {side}x{side} {ghosts}x{ghost_size}")
    }
}
