//! The recurrent cells of ENAS (Pham, Guan, Zoph, Le and Dean, ICML 2018): a tree of nodes.

use crate::{Choice, PathMask, SearchSpace, SpaceError, sizes::at_least_1};
use serde::{Deserialize, Serialize};

/// The recurrent space of ENAS: node i reads one earlier node and applies one of four functions;
/// the first reads the input and the state of the step before. What no node reads is averaged into
/// the cell's state. For the 12 nodes of the paper 4¹² · 11! ≈ 7·10¹⁴ cells.
///
/// Nodes are the choices `node3/previous`, whose options are the names of the nodes before it, and
/// `node3/activation`.
#[derive(Clone, Debug, PartialEq)]
pub struct EnasRnn {
    nodes: usize,
    space: SearchSpace,
}

/// What one node does.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct EnasNode {
    /// The node that it reads, from 0; the first reads the cell's input and state.
    pub previous: Option<usize>,
    /// The function's place in [`EnasRnn::ACTIVATIONS`].
    pub activation: usize,
}

/// What is not searched: a classifier of sequences by the last state.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct EnasRnnShape {
    /// Steps of a sequence.
    pub steps: usize,
    /// Numbers of each step.
    pub features: usize,
    /// Numbers of the state.
    pub hidden: usize,
    /// Classes.
    pub classes: usize,
}

impl Default for EnasRnnShape {
    fn default() -> Self {
        Self { steps: 35, features: 64, hidden: 64, classes: 10 }
    }
}

impl EnasRnnShape {
    /// Checks every number.
    ///
    /// # Errors
    /// The first that is out of range.
    pub fn check(&self) -> Result<(), SpaceError> {
        at_least_1([
            ("steps", self.steps),
            ("features", self.features),
            ("hidden", self.hidden),
            ("classes", self.classes),
        ])
    }
}

impl EnasRnn {
    /// The functions, in the order of a mask's bits.
    pub const ACTIVATIONS: [&str; 4] = ["tanh", "relu", "identity", "sigmoid"];

    /// The space of `nodes` nodes, 1 to 64.
    ///
    /// # Errors
    /// A number out of range.
    pub fn new(nodes: usize) -> Result<Self, SpaceError> {
        if !(1..=Choice::MOST_OPTIONS).contains(&nodes) {
            return Err(SpaceError::Field { field: "nodes", found: nodes, expected: "1 to 64" });
        }
        let mut choices = Vec::new();
        for node in 1..=nodes {
            if node > 1 {
                let earlier = (1..node).map(|earlier| format!("node{earlier}"));
                choices.push(Choice::one_of(format!("node{node}/previous"), earlier)?);
            }
            choices.push(Choice::one_of(format!("node{node}/activation"), Self::ACTIVATIONS)?);
        }
        Ok(Self { nodes, space: SearchSpace::new(format!("enas-rnn-{nodes}"), choices)? })
    }

    /// Returns the choices.
    pub fn space(&self) -> &SearchSpace {
        &self.space
    }

    /// Returns the number of nodes.
    pub fn node_count(&self) -> usize {
        self.nodes
    }

    /// Returns what each node does.
    ///
    /// # Errors
    /// A mask that is no architecture of this space.
    pub fn nodes(&self, mask: &PathMask) -> Result<Vec<EnasNode>, SpaceError> {
        self.space.accept(mask.clone())?;
        let option = |choice: usize| mask.bits(choice).trailing_zeros() as usize;
        let of_node = |node: usize| EnasNode {
            previous: node.checked_sub(1).map(|before| option(2 * before + 1)),
            activation: option(2 * node),
        };
        Ok((0..self.nodes).map(of_node).collect())
    }

    /// Returns the nodes, from 0, that no node reads: the cell's state is their mean. There is
    /// always one.
    ///
    /// # Errors
    /// A mask that is no architecture of this space.
    pub fn loose_ends(&self, mask: &PathMask) -> Result<Vec<usize>, SpaceError> {
        let nodes = self.nodes(mask)?;
        Ok((0..self.nodes).filter(|&node| nodes.iter().all(|reader| reader.previous != Some(node))).collect())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::draws;

    #[test]
    fn twelve_nodes_are_as_many_cells_as_the_paper_says() {
        let factorial: u64 = (1..=11).product();
        assert_eq!(EnasRnn::new(12).unwrap().space().size(), (factorial * 4u64.pow(12)).into());
        // About 10¹⁵.
        assert_eq!(EnasRnn::new(12).unwrap().space().size().to_string().len(), 15);
    }

    #[test]
    fn nodes_read_earlier_ones_and_some_are_left_over() {
        let rnn = EnasRnn::new(6).unwrap();
        for draw in 0..200 {
            let mask = rnn.space().sample(&mut draws(1, "rnn", draw));
            let nodes = rnn.nodes(&mask).unwrap();
            assert!(nodes.iter().enumerate().all(|(i, node)| node.previous.is_none_or(|previous| previous < i)));
            assert!(nodes[0].previous.is_none() && nodes[1].previous == Some(0));
            assert!(rnn.loose_ends(&mask).unwrap().contains(&5));
        }
        let chain = rnn.space().parse("1000/1:1000/01:0100/001:1000/0001:0010/00001:0001").unwrap();
        assert_eq!(rnn.loose_ends(&chain).unwrap(), [5]);
        assert_eq!(rnn.nodes(&chain).unwrap()[5], EnasNode { previous: Some(4), activation: 3 });
    }

    #[test]
    fn a_cell_without_nodes_is_refused() {
        assert_eq!(EnasRnn::new(0).unwrap_err().to_string(), "nodes: found 0, expected 1 to 64");
    }
}
