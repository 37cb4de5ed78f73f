//! Hierarchical representations (Liu, Simonyan, Vinyals, Fernando and Kavukcuoglu, ICLR 2018):
//! graphs of graphs.

use crate::{
    Architecture, Choice, PathMask, SearchSpace, SpaceError,
    sizes::{at_least_1, side_halves},
};
use serde::{Deserialize, Serialize};

/// Motifs of a level are small graphs whose edges are labelled by motifs of the level below; at the
/// bottom stand six operations. The top level has one motif, the cell. An edge may be missing, but
/// for those from a node to the next: they keep the graph in one piece. A motif that is used in
/// several places is one set of choices, so it changes everywhere at once.
///
/// Edges are the choices `level2/motif3/edge0_2`; nodes are counted from 0.
#[derive(Clone, Debug, PartialEq)]
pub struct HierarchicalMotifs {
    levels: Vec<MotifLevel>,
    space: SearchSpace,
}

/// One level above the operations.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct MotifLevel {
    /// Motifs of this level.
    pub motifs: usize,
    /// Nodes of each.
    pub nodes: usize,
}

/// An operation between two nodes of the flattened cell, of which 0 is the input and 1 the output.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct MotifEdge {
    /// The node read.
    pub from: usize,
    /// The node fed.
    pub to: usize,
    /// The operation's place in [`HierarchicalMotifs::OPERATIONS`].
    pub operation: usize,
}

/// What is not searched: three groups of cells, between them a separable convolution of stride 2
/// that doubles the filters.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct MotifShape {
    /// Filters of the first group.
    pub filters: usize,
    /// Cells of each group.
    pub cells: usize,
    /// Side of the square images, divisible by 4.
    pub side: usize,
    /// Channels of the images.
    pub channels: usize,
    /// Classes.
    pub classes: usize,
}

impl Default for MotifShape {
    fn default() -> Self {
        Self { filters: 16, cells: 1, side: 32, channels: 3, classes: 10 }
    }
}

impl MotifShape {
    /// Checks every number.
    ///
    /// # Errors
    /// The first that is out of range.
    pub fn check(&self) -> Result<(), SpaceError> {
        at_least_1([
            ("filters", self.filters),
            ("cells", self.cells),
            ("channels", self.channels),
            ("classes", self.classes),
        ])?;
        side_halves(self.side, 4)
    }
}

impl HierarchicalMotifs {
    /// The operations, in the order of a mask's bits.
    pub const OPERATIONS: [&str; 6] =
        ["identity", "conv_1x1", "depthwise_conv_3x3", "sep_conv_3x3", "max_pool_3x3", "avg_pool_3x3"];

    /// The space of `levels`, from the one above the operations up to the cell's.
    ///
    /// # Errors
    /// No level; one without motifs or of fewer than 2 nodes; a last one of several motifs; too
    /// many motifs for a choice.
    pub fn new(levels: &[MotifLevel]) -> Result<Self, SpaceError> {
        let mut choices = Vec::new();
        let mut below: Vec<String> = Self::OPERATIONS.map(String::from).into();
        for (level, &MotifLevel { motifs, nodes }) in levels.iter().enumerate() {
            for (field, found, least, expected) in
                [("motifs of a level", motifs, 1, "at least 1"), ("nodes of a motif", nodes, 2, "at least 2")]
            {
                if found < least {
                    return Err(SpaceError::Field { field, found, expected });
                }
            }
            for motif in 0..motifs {
                for (from, to) in edges(nodes) {
                    let missing = (to > from + 1).then(|| "none".to_string());
                    let name = format!("level{}/motif{}/edge{from}_{to}", level + 2, motif + 1);
                    choices.push(Choice::one_of(name, missing.into_iter().chain(below.iter().cloned()))?);
                }
            }
            below = (1..=motifs).map(|motif| format!("motif{motif}")).collect();
        }
        match levels.last() {
            Some(MotifLevel { motifs: 2.., .. }) => {
                let found = below.len();
                Err(SpaceError::Field { field: "motifs of the last level", found, expected: "1, the cell" })
            }
            _ => Ok(Self { levels: levels.into(), space: SearchSpace::new("hierarchical-motifs", choices)? }),
        }
    }

    /// Returns the paper's space: six motifs of four nodes, and a cell of five.
    pub fn published() -> Self {
        Self::new(&[MotifLevel { motifs: 6, nodes: 4 }, MotifLevel { motifs: 1, nodes: 5 }]).expect("numbers in range")
    }

    /// Returns the choices.
    pub fn space(&self) -> &SearchSpace {
        &self.space
    }

    /// Returns the levels, from the one above the operations up to the cell's.
    pub fn levels(&self) -> &[MotifLevel] {
        &self.levels
    }

    /// Returns the architecture whose motifs are chains of the first label: of identities at the
    /// bottom, so that the cell gives its input back. Evolution starts from it.
    pub fn chains(&self) -> Architecture {
        // The first option is `none` but for the edges of the chain, where it is the first label.
        let bits = vec![1; self.space.choices().len()];
        self.space.accept(self.space.mask(bits)).expect("one option of each choice")
    }

    /// Returns the operations of the whole cell, every motif put in the place of its label.
    ///
    /// # Errors
    /// A mask that is no architecture of this space.
    pub fn flatten(&self, mask: &PathMask) -> Result<Vec<MotifEdge>, SpaceError> {
        self.space.accept(mask.clone())?;
        let mut flat = Flat { motifs: self, mask, nodes: 2, edges: Vec::new() };
        flat.put(self.levels.len() - 1, 0, (0, 1));
        flat.edges.sort_unstable();
        Ok(flat.edges)
    }

    /// The place of a motif's first choice.
    fn first_choice(&self, level: usize, motif: usize) -> usize {
        let edges = |level: &MotifLevel| level.nodes * (level.nodes - 1) / 2;
        let below: usize = self.levels[..level].iter().map(|level| level.motifs * edges(level)).sum();
        below + motif * edges(&self.levels[level])
    }
}

/// The pairs of earlier and later node, in the order of the choices.
fn edges(nodes: usize) -> impl Iterator<Item = (usize, usize)> {
    (1..nodes).flat_map(|to| (0..to).map(move |from| (from, to)))
}

struct Flat<'a> {
    motifs: &'a HierarchicalMotifs,
    mask: &'a PathMask,
    nodes: usize,
    edges: Vec<MotifEdge>,
}

impl Flat<'_> {
    /// Puts a motif between two nodes.
    fn put(&mut self, level: usize, motif: usize, (input, output): (usize, usize)) {
        let nodes = self.motifs.levels[level].nodes;
        let inner = self.nodes;
        self.nodes += nodes - 2;
        let named = |node: usize| match node {
            0 => input,
            last if last + 1 == nodes => output,
            node => inner + node - 1,
        };
        let first = self.motifs.first_choice(level, motif);
        for (edge, (from, to)) in edges(nodes).enumerate() {
            let option = self.mask.bits(first + edge).trailing_zeros() as usize;
            let Some(label) = option.checked_sub(usize::from(to > from + 1)) else { continue };
            match level.checked_sub(1) {
                Some(below) => self.put(below, label, (named(from), named(to))),
                None => self.edges.push(MotifEdge { from: named(from), to: named(to), operation: label }),
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::draws;

    #[test]
    fn the_size_is_that_of_the_published_numbers() {
        // Three edges of each motif and four of the cell have six labels, the others seven.
        let motifs = (6u128.pow(3) * 7u128.pow(3)).pow(6);
        assert_eq!(
            HierarchicalMotifs::published().space().size(),
            num_bigint::BigUint::from(motifs) * (6u128.pow(4) * 7u128.pow(6))
        );
    }

    #[test]
    fn chains_of_identities_are_where_evolution_starts() {
        let motifs = HierarchicalMotifs::published();
        let edges = motifs.flatten(&motifs.chains()).unwrap();
        // Four edges of the cell, three identities in each.
        assert_eq!(edges.len(), 12);
        assert!(edges.iter().all(|edge| edge.operation == 0));
    }

    #[test]
    fn every_cell_is_in_one_piece_and_one_motif_stands_wherever_it_is_named() {
        let motifs = HierarchicalMotifs::published();
        for draw in 0..200 {
            let mask = motifs.space().sample(&mut draws(1, "motifs", draw));
            let edges = motifs.flatten(&mask).unwrap();
            let mut reached = vec![0];
            while let Some(edge) = edges.iter().find(|e| reached.contains(&e.from) && !reached.contains(&e.to)) {
                reached.push(edge.to);
            }
            assert!(edges.iter().all(|edge| reached.contains(&edge.from)) && reached.contains(&1));
            // The labels of the cell name motifs; the edges are theirs together.
            let of_motif = |motif: usize| {
                let first = motifs.first_choice(0, motif);
                (0..6)
                    .filter(|&edge| {
                        motifs.space().choices()[first + edge].options()
                            [mask.bits(first + edge).trailing_zeros() as usize]
                            != "none"
                    })
                    .count()
            };
            let cell = motifs.first_choice(1, 0);
            let named = (cell..cell + 10).filter_map(|choice| {
                let option = &motifs.space().choices()[choice].options()[mask.bits(choice).trailing_zeros() as usize];
                option.strip_prefix("motif").map(|motif| motif.parse::<usize>().unwrap() - 1)
            });
            assert_eq!(edges.len(), named.map(of_motif).sum::<usize>());
        }
    }

    #[test]
    fn numbers_out_of_range_are_refused() {
        let refuse = |levels: &[MotifLevel]| HierarchicalMotifs::new(levels).unwrap_err().to_string();
        assert_eq!(refuse(&[MotifLevel { motifs: 1, nodes: 1 }]), "nodes of a motif: found 1, expected at least 2");
        assert_eq!(
            refuse(&[MotifLevel { motifs: 2, nodes: 3 }]),
            "motifs of the last level: found 2, expected 1, the cell"
        );
        refuse(&[]);
    }
}
