//! The cells of ENAS (Pham, Guan, Zoph, Le and Dean, ICML 2018).

use crate::{
    Cost, NasNet, NasNetBlock, PathMask, SearchSpace, SpaceError,
    canonical::Symmetry,
    nas_net::{CellChain, loose_ends, operand_choices},
    sizes::{at_least_1, side_halves},
};
use serde::{Deserialize, Serialize};

/// ENAS' micro search space: a normal and a reducing cell of `nodes` nodes. A node adds the results
/// of an operation each on two states, the outputs of the cell before (`current`) and of the one
/// before that (`previous`), and the nodes before it. The states that no node reads are
/// concatenated. The paper has five nodes: (5⁵ · 6!)⁴ ≈ 2.6 · 10²⁵ pairs of cells.
///
/// Of a node they are the choices `normal/block2/left`, `left_operation`, `right` and
/// `right_operation`. Left and right can change places; the canonical form has the later state
/// first, of equal states the later operation.
#[derive(Clone, Debug, PartialEq)]
pub struct EnasMicro {
    nodes: usize,
    space: SearchSpace,
}

/// What is not searched. The default is the size that was searched on CIFAR-10.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct EnasMicroShape {
    /// Filters F of the first cells; each reducing cell doubles them. The stem has three times as
    /// many.
    pub filters: usize,
    /// Normal cells of each of the three stages, between which a reducing one stands.
    pub cells: usize,
    /// Side of the square images, divisible by 4.
    pub side: usize,
    /// Channels of the images.
    pub channels: usize,
    /// Classes.
    pub classes: usize,
}

impl Default for EnasMicroShape {
    fn default() -> Self {
        Self { filters: 20, cells: 2, side: 32, channels: 3, classes: 10 }
    }
}

impl EnasMicro {
    /// The operations, in the order of a mask's bits; separable convolutions are applied twice.
    pub const OPERATIONS: [&str; 5] = ["sep_conv_3x3", "sep_conv_5x5", "avg_pool_3x3", "max_pool_3x3", "identity"];

    /// The space of cells of `nodes` nodes, 1 to 62; the paper has 5.
    ///
    /// # Errors
    /// A number out of range.
    pub fn new(nodes: usize) -> Result<Self, SpaceError> {
        if !(1..=62).contains(&nodes) {
            return Err(SpaceError::Field { field: "nodes", found: nodes, expected: "1 to 62" });
        }
        let mut choices = Vec::new();
        for (cell, node) in NasNet::CELLS.iter().flat_map(|cell| (1..=nodes).map(move |node| (cell, node))) {
            choices.extend(operand_choices(&format!("{cell}/"), node, &Self::OPERATIONS)?);
        }
        let space = SearchSpace::with_symmetry(format!("enas-micro-{nodes}"), choices, Symmetry::Operands)?;
        Ok(Self { nodes, space })
    }

    /// Returns the choices.
    pub fn space(&self) -> &SearchSpace {
        &self.space
    }

    /// Returns the number of nodes of a cell.
    pub fn node_count(&self) -> usize {
        self.nodes
    }

    /// Returns the nodes of the normal (0) or reducing (1) cell; their operations are places in
    /// [`NasNet::OPERATIONS`], of which this space has five.
    ///
    /// # Errors
    /// A mask that is no architecture of this space.
    ///
    /// # Panics
    /// If `cell` is neither 0 nor 1.
    pub fn nodes(&self, mask: &PathMask, cell: usize) -> Result<Vec<NasNetBlock>, SpaceError> {
        assert!(cell < NasNet::CELLS.len(), "a normal (0) or a reducing cell (1)");
        self.space.accept(mask.clone())?;
        let of_node = |node: usize| NasNetBlock::added(mask, 4 * (cell * self.nodes + node), &Self::OPERATIONS);
        Ok((0..self.nodes).map(of_node).collect())
    }

    /// Returns the states of a cell (bit s is state s) that no node reads.
    ///
    /// # Errors
    /// A mask that is no architecture of this space.
    ///
    /// # Panics
    /// If `cell` is neither 0 nor 1.
    pub fn loose_ends(&self, mask: &PathMask, cell: usize) -> Result<u64, SpaceError> {
        Ok(loose_ends(&self.nodes(mask, cell)?))
    }

    /// Computes what the stand-alone network costs: parameters with affine normalisation;
    /// multiply-accumulates of convolutions and the classifier, without its bias.
    ///
    /// # Errors
    /// A number out of range; a mask that is no architecture of this space.
    pub fn cost(&self, shape: &EnasMicroShape, mask: &PathMask) -> Result<Cost, SpaceError> {
        let cells = [self.nodes(mask, 0)?, self.nodes(mask, 1)?];
        let loose = [self.loose_ends(mask, 0)?, self.loose_ends(mask, 1)?];
        shape.check()?;
        let EnasMicroShape { filters, side, channels, classes, .. } = *shape;
        let chain = CellChain { filters, stem: 3 * filters, side, channels, classes };
        Ok(Cost::of_nas_net_stages(&chain, shape.cells, [0, 1].map(|kind| (&cells[kind][..], loose[kind]))))
    }
}

impl EnasMicroShape {
    /// Checks every number.
    ///
    /// # Errors
    /// The first that is out of range.
    pub fn check(&self) -> Result<(), SpaceError> {
        let network = [("filters", self.filters), ("cells", self.cells)];
        at_least_1(network.into_iter().chain([("channels", self.channels), ("classes", self.classes)]))?;
        side_halves(self.side, 4)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::draws;

    #[test]
    fn the_size_is_that_of_the_paper() {
        // For each of five nodes two states, of 2 to 6, and two of five operations, in two cells
        // (section 2.4: B = 7, the inputs among them).
        let size = EnasMicro::new(5).unwrap().space().size();
        let of_cell = 25u64.pow(5) * 720u64.pow(2);
        assert_eq!(size, num_bigint::BigUint::from(of_cell).pow(2));
    }

    #[test]
    fn equal_networks_have_one_form_and_one_cost() {
        let (micro, shape) = (EnasMicro::new(3).unwrap(), EnasMicroShape::default());
        let space = micro.space();
        for draw in 0..100 {
            let cell = space.sample(&mut draws(1, "enas-micro", draw));
            let mut turned = cell.mask().clone();
            for node in 0..6 {
                for choice in [4 * node, 4 * node + 1] {
                    let (left, right) = (cell.bits(choice), cell.bits(choice + 2));
                    turned = turned.with(choice, right).with(choice + 2, left);
                }
            }
            let turned = space.accept(turned).unwrap();
            assert_eq!(space.canonical(&turned), space.canonical(&cell));
            assert_eq!(micro.cost(&shape, &cell), micro.cost(&shape, &turned));
        }
    }

    #[test]
    fn numbers_out_of_range_are_refused() {
        assert_eq!(EnasMicro::new(0).unwrap_err().to_string(), "nodes: found 0, expected 1 to 62");
        let shape = EnasMicroShape { side: 30, ..EnasMicroShape::default() };
        assert_eq!(shape.check().unwrap_err().to_string(), "image side: found 30, expected a multiple of 4, not 0");
    }
}
