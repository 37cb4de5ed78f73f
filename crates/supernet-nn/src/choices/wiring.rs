//! Which nodes of a graph are there, read and loose under each mask.

use crate::flow::{Pass, Taken};

/// What a node does that reads no other node and that no other node reads.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Isolated {
    /// It is left out: the stages of Genetic CNN.
    #[default]
    Dropped,
    /// It reads the graph's input and feeds its output: the networks of Zoph and Le (2017).
    Kept,
}

/// The wiring of a graph: for each mask what every node reads. Bit j of a node's set is node j.
pub(crate) struct Wiring {
    /// The choice of each node but the first, which reads no node.
    choices: Vec<usize>,
    /// Mask by mask, node by node.
    reads: Vec<Vec<u64>>,
    isolated: Isolated,
}

impl Wiring {
    /// What the masks of a pass say of the choices of these names.
    pub(crate) fn of_pass<'a>(pass: &Pass, names: impl Iterator<Item = &'a str>, isolated: Isolated) -> Self {
        let mut reads = vec![vec![0]; pass.paths().ghosts()];
        let mut choices = Vec::new();
        for name in names {
            let (choice, bits) = pass.paths().choice(name);
            choices.push(choice);
            reads.iter_mut().zip(bits).for_each(|(nodes, &bits)| nodes.push(bits));
        }
        Self { choices, reads, isolated }
    }

    /// What one mask says: node by node, from the second.
    pub(crate) fn of_mask(reads: impl Iterator<Item = u64>, isolated: Isolated) -> Self {
        Self { choices: Vec::new(), reads: vec![std::iter::once(0).chain(reads).collect()], isolated }
    }

    /// The choices of the nodes but the first.
    pub(crate) fn choices(&self) -> &[usize] {
        &self.choices
    }

    /// The choice that stands last.
    pub(crate) fn last_choice(&self) -> usize {
        self.choices.iter().copied().max().unwrap_or(0)
    }

    /// Whether another node reads it.
    fn is_read(&self, mask: usize, node: usize) -> bool {
        self.reads[mask].iter().any(|reads| reads >> node & 1 == 1)
    }

    /// Whether a node is there.
    pub(crate) fn is_there(&self, mask: usize, node: usize) -> bool {
        self.isolated == Isolated::Kept || self.reads[mask][node] != 0 || self.is_read(mask, node)
    }

    /// Whether a node reads the graph's input.
    pub(crate) fn enters(&self, mask: usize, node: usize) -> bool {
        self.is_there(mask, node) && self.reads[mask][node] == 0
    }

    /// Whether a node feeds the graph's output.
    pub(crate) fn is_loose(&self, mask: usize, node: usize) -> bool {
        self.is_there(mask, node) && !self.is_read(mask, node)
    }

    /// Number of nodes that feed the graph's output. Without any the output is the input.
    pub(crate) fn loose_ends(&self, mask: usize) -> usize {
        (0..self.reads[mask].len()).filter(|&node| self.is_loose(mask, node)).count()
    }

    /// The conditions under which a node is there: one of these lists, with all it says.
    pub(super) fn conditions(&self, node: usize) -> Vec<Vec<Taken>> {
        if self.isolated == Isolated::Kept {
            return vec![Vec::new()];
        }
        let reads = node.checked_sub(1).map(|before| Taken::on(self.choices[before], u64::MAX));
        let is_read = self.choices[node..].iter().map(|&reader| Taken::on(reader, 1 << node));
        reads.into_iter().chain(is_read).map(|taken| vec![taken]).collect()
    }
}
