//! The stages of Genetic CNN (Xie and Yuille, ICCV 2017): graphs of ordered nodes as bit strings.

use crate::{
    Choice, PathMask, SearchSpace, SpaceError, canonical::Symmetry, sizes::at_least_1, unlabelled::MOST_NODES,
};
use serde::{Deserialize, Serialize};

/// The space of Genetic CNN: in each stage any of K ordered nodes reads any of those before it, K(K
/// − 1)/2 bits. A node sums what it reads and convolves it. What reads no node reads the stage's
/// input node, what no node reads feeds its output node, and a node that does neither is left out;
/// a stage of such nodes alone is its input node. For the paper's K of 3, 4 and 5, 2¹⁹ bit strings.
///
/// Bit strings that differ by the names of their nodes alone are one network: 6 · 31 · 302 for the
/// same K. The canonical form is the least mask text. Nodes are the choices `stage1/node2/inputs`,
/// whose options are the names of the nodes before it.
#[derive(Clone, Debug, PartialEq)]
pub struct GeneticStages {
    nodes: Vec<usize>,
    space: SearchSpace,
}

/// One node of a stage.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StageNode {
    /// The nodes that it reads, from 0; none reads the stage's input node.
    pub inputs: Vec<usize>,
    /// Whether the stage's output node reads it.
    pub feeds_output: bool,
}

/// What is not searched. The default is the network on CIFAR-10, with a mean over the image in place
/// of its hidden linear layer.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct GeneticShape {
    /// Filters of the first stage; each further stage doubles them.
    pub filters: usize,
    /// Side of the square images, which each stage halves.
    pub side: usize,
    /// Channels of the images.
    pub channels: usize,
    /// Classes.
    pub classes: usize,
}

impl Default for GeneticShape {
    fn default() -> Self {
        Self { filters: 64, side: 32, channels: 3, classes: 10 }
    }
}

impl GeneticShape {
    /// Checks every number.
    ///
    /// # Errors
    /// The first that is out of range.
    pub fn check(&self) -> Result<(), SpaceError> {
        at_least_1([
            ("filters", self.filters),
            ("side", self.side),
            ("channels", self.channels),
            ("classes", self.classes),
        ])
    }
}

impl GeneticStages {
    /// The most nodes of a stage.
    pub const MOST_NODES: usize = MOST_NODES;

    /// The space of stages of `nodes` nodes, 2 to 6 each.
    ///
    /// # Errors
    /// No stage; a number out of range.
    pub fn new(nodes: &[usize]) -> Result<Self, SpaceError> {
        let mut choices = Vec::new();
        for (stage, &nodes) in nodes.iter().enumerate() {
            if !(2..=Self::MOST_NODES).contains(&nodes) {
                return Err(SpaceError::Field { field: "nodes of a stage", found: nodes, expected: "2 to 6" });
            }
            for node in 2..=nodes {
                let earlier = (1..node).map(|earlier| format!("node{earlier}"));
                choices.push(Choice::new(format!("stage{}/node{node}/inputs", stage + 1), earlier, 0..=node - 1)?);
            }
        }
        let symmetry = Symmetry::UnlabelledStages { nodes: nodes.into() };
        let space = SearchSpace::with_symmetry("genetic-stages".into(), choices, symmetry)?;
        Ok(Self { nodes: nodes.into(), space })
    }

    /// Returns the paper's space on CIFAR-10: stages of 3, 4 and 5 nodes.
    pub fn published() -> Self {
        Self::new(&[3, 4, 5]).expect("numbers in range")
    }

    /// Returns the choices.
    pub fn space(&self) -> &SearchSpace {
        &self.space
    }

    /// Returns the number of nodes of each stage.
    pub fn nodes(&self) -> &[usize] {
        &self.nodes
    }

    /// Returns the nodes of each stage; `None` is a node that is left out.
    ///
    /// # Errors
    /// A mask that is no architecture of this space.
    pub fn stages(&self, mask: &PathMask) -> Result<Vec<Vec<Option<StageNode>>>, SpaceError> {
        self.space.accept(mask.clone())?;
        let mut first = 0;
        let stage = |&nodes: &usize| {
            let inputs: Vec<u64> = std::iter::once(0).chain((first..first + nodes - 1).map(|i| mask.bits(i))).collect();
            first += nodes - 1;
            let of_node = |node: usize| {
                let is_read = inputs.iter().any(|inputs| inputs >> node & 1 == 1);
                let named = (0..node).filter(|earlier| inputs[node] >> earlier & 1 == 1).collect();
                let there = is_read || inputs[node] != 0;
                there.then_some(StageNode { inputs: named, feeds_output: !is_read })
            };
            (0..nodes).map(of_node).collect()
        };
        Ok(self.nodes.iter().map(stage).collect())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::BTreeSet;

    #[test]
    fn there_are_as_many_different_stages_as_graphs_without_names() {
        // Acyclic graphs without labels (OEIS A003087).
        assert_eq!([2, 3, 4, 5].map(crate::unlabelled::different_graphs), [2, 6, 31, 302]);
        let published = GeneticStages::published();
        assert_eq!(published.space().size(), (1u32 << 19).into());
        assert_eq!(published.space().networks(), Some((6u32 * 31 * 302).into()));
    }

    #[test]
    fn counting_and_canonical_forms_agree_with_enumeration() {
        let stages = GeneticStages::new(&[3, 4]).unwrap();
        let all = stages.space().architectures(512).unwrap();
        let canonical: BTreeSet<_> = all.iter().map(|architecture| stages.space().canonical(architecture)).collect();
        assert_eq!(canonical.len(), 6 * 31);
        for architecture in &all {
            let canonical = stages.space().canonical(architecture);
            assert!(canonical.to_string() <= architecture.to_string());
            assert_eq!(stages.space().canonical(&canonical), canonical);
            let shape = |a: &PathMask| {
                let nodes = stages.stages(a).unwrap().into_iter().map(|stage| {
                    let mut shape: Vec<_> =
                        stage.into_iter().flatten().map(|n| (n.inputs.len(), n.feeds_output)).collect();
                    shape.sort_unstable();
                    shape
                });
                nodes.collect::<Vec<_>>()
            };
            assert_eq!(shape(architecture), shape(&canonical));
        }
    }

    #[test]
    fn what_reads_nothing_reads_the_input_and_what_nothing_reads_feeds_the_output() {
        let stages = GeneticStages::new(&[4, 2]).unwrap();
        // Node 3 reads node 1, node 4 reads node 3; node 2 stands alone. The second stage is its
        // input node.
        let mask = stages.space().parse("0/10/001/0").unwrap();
        let node = |inputs: &[usize], feeds_output| Some(StageNode { inputs: inputs.into(), feeds_output });
        let expected = vec![node(&[], false), None, node(&[0], false), node(&[2], true)];
        assert_eq!(stages.stages(&mask).unwrap(), [expected, vec![None, None]]);
    }

    #[test]
    fn stages_out_of_range_are_refused() {
        let error = GeneticStages::new(&[3, 7]).unwrap_err();
        assert_eq!(error.to_string(), "nodes of a stage: found 7, expected 2 to 6");
        assert!(GeneticStages::new(&[1]).is_err());
        assert!(GeneticStages::new(&[]).is_err());
    }
}
