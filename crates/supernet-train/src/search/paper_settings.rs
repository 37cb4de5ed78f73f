//! The numbers of the paper's networks.

use super::Number;
use crate::TrainError;
use serde::{Deserialize, Serialize};
use supernet_data::ImageShape;
use supernet_nn::{NetworkConfig, NormKind};
use supernet_space::{CellSpace, ConvOrder, NetworkShape, StemKind, programs::Activation};

/// The numbers of the paper's networks.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PaperSettings {
    /// Cells N, at least 3.
    pub cells: usize,
    /// Choice blocks per cell.
    pub blocks: usize,
    /// Filters F of the supernet.
    pub filters: usize,
    /// A description of its own for each cell.
    #[serde(default)]
    pub mask_per_cell: bool,
    /// Normalisation of the supernet.
    #[serde(default)]
    pub norm: NormKind,
    /// Order inside an operation.
    #[serde(default)]
    pub order: ConvOrder,
    /// The layers before the cells.
    #[serde(default, skip_serializing_if = "StemKind::is_plain")]
    pub stem: StemKind,
    /// What stands in place of ReLU.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub activation: Option<Activation>,
}

impl PaperSettings {
    /// 3 cells of 4 blocks, 8 filters: for minutes on a processor.
    pub const SMALL: Self = Self {
        cells: 3,
        blocks: 4,
        filters: 8,
        mask_per_cell: false,
        norm: NormKind::Ghost,
        order: ConvOrder::NormReluConv,
        stem: StemKind::Plain,
        activation: None,
    };

    /// The paper's sizes on CIFAR-10: 8 cells, 16 filters.
    pub const CIFAR10: Self = Self { cells: 8, filters: 16, ..Self::SMALL };

    /// Returns a number of the networks to be changed, where they have it.
    pub(super) fn number_mut(&mut self, number: Number) -> Option<&mut usize> {
        match number {
            Number::Filters => Some(&mut self.filters),
            Number::Cells => Some(&mut self.cells),
            Number::Blocks => Some(&mut self.blocks),
            _ => None,
        }
    }

    /// The least side of images behind the stem, in pixels.
    pub(super) fn least_side(&self) -> usize {
        if self.stem.is_plain() { 4 } else { 16 }
    }

    /// Returns the searched space.
    ///
    /// # Errors
    /// Cells or blocks out of range.
    pub fn cells(&self) -> Result<CellSpace, TrainError> {
        let cells = CellSpace::new(self.cells, self.blocks)?;
        Ok(if self.mask_per_cell { cells.mask_per_cell() } else { cells })
    }

    /// Returns the networks of `filters` filters for images of `shape` and `classes` classes.
    ///
    /// # Errors
    /// A size out of range, or images that are not square.
    pub fn config(&self, filters: usize, shape: ImageShape, classes: usize) -> Result<NetworkConfig, TrainError> {
        let (side, channels, Self { order, stem, norm, .. }) = (side(shape)?, shape.channels, *self);
        let shape = NetworkShape { filters, side, channels, classes, order, stem }.check()?;
        Ok(NetworkConfig { cells: self.cells()?, shape, norm })
    }
}

/// The side of square images, in pixels.
///
/// # Errors
/// Images that are not square.
pub(super) fn side(shape: ImageShape) -> Result<usize, TrainError> {
    if shape.height == shape.width {
        return Ok(shape.width);
    }
    let found = format!("{} x {}", shape.height, shape.width);
    Err(TrainError::config("image height and width", found, "the same number"))
}
