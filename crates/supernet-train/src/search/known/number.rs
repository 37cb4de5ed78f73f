//! The numbers of a known space's networks.

/// A number that networks of some known spaces have.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Number {
    /// Filters of the supernet: of a cell at full resolution, of a chain's stem; of a recurrent
    /// cell the numbers of its state.
    Filters,
    /// Cells: in all or in each of three stages, as the space counts them.
    Cells,
    /// Blocks of a cell.
    Blocks,
    /// Filters of the last 1x1 convolution.
    Head,
    /// Layers.
    Layers,
    /// Nodes of a graph: of several the first, of which each further one has one more.
    Nodes,
    /// Motifs that a cell is made of.
    Motifs,
}

impl Number {
    /// All of them.
    pub const ALL: [Self; 7] =
        [Self::Filters, Self::Cells, Self::Blocks, Self::Head, Self::Layers, Self::Nodes, Self::Motifs];

    /// Returns its name: its key in a file and, behind `--`, its option.
    pub fn name(self) -> &'static str {
        match self {
            Self::Filters => "filters",
            Self::Cells => "cells",
            Self::Blocks => "blocks",
            Self::Head => "head",
            Self::Layers => "layers",
            Self::Nodes => "nodes",
            Self::Motifs => "motifs",
        }
    }
}

/// A value for each [`Number`]; 0 of those that a space does not have.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Numbers([usize; Number::ALL.len()]);

impl Numbers {
    /// Returns the value of a number.
    pub fn get(&self, number: Number) -> usize {
        self.0[number as usize]
    }

    /// Returns the value of a number, to be changed.
    pub fn get_mut(&mut self, number: Number) -> &mut usize {
        &mut self.0[number as usize]
    }

    /// Returns the same with another value of a number.
    pub fn with(mut self, number: Number, value: usize) -> Self {
        *self.get_mut(number) = value;
        self
    }
}
