//! Numbers that say which genes have one origin.

use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// The ledger of NEAT (Stanley and Miikkulainen, 2002, section 3.2): every new gene gets a number
/// of its own, but the same change of structure within a generation gets the same one, so that
/// genomes can be aligned without comparing their graphs.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Innovations {
    links: u64,
    nodes: u64,
    /// This generation's links, by the nodes that they join.
    #[serde(with = "pairs")]
    joined: BTreeMap<(u64, u64), u64>,
    /// This generation's nodes, by the link that they split and how many the genome had made of it
    /// before.
    #[serde(with = "pairs")]
    split: BTreeMap<(u64, u64), u64>,
}

impl Innovations {
    /// Returns a ledger whose first new node is number `nodes`.
    pub(crate) fn after(nodes: u64) -> Self {
        Self { nodes, ..Self::default() }
    }

    /// Returns the number of the link from one node to another.
    pub(crate) fn link(&mut self, from: u64, to: u64) -> u64 {
        let next = &mut self.links;
        *self.joined.entry((from, to)).or_insert_with(|| {
            *next += 1;
            *next - 1
        })
    }

    /// Returns the number of the node that splits a link; a genome that split it before has others.
    pub(crate) fn node(&mut self, link: u64, is_known: impl Fn(u64) -> bool) -> u64 {
        let mut times = 0;
        loop {
            let next = &mut self.nodes;
            let node = *self.split.entry((link, times)).or_insert_with(|| {
                *next += 1;
                *next - 1
            });
            if !is_known(node) {
                return node;
            }
            times += 1;
        }
    }

    /// Begins the next generation: equal changes get new numbers from now on.
    pub(crate) fn next_generation(&mut self) {
        self.joined.clear();
        self.split.clear();
    }
}

/// JSON has no keys of two numbers: a list of entries.
mod pairs {
    use super::*;
    use serde::{Deserializer, Serializer};

    pub(super) fn serialize<S: Serializer>(map: &BTreeMap<(u64, u64), u64>, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_seq(map)
    }

    pub(super) fn deserialize<'de, D: Deserializer<'de>>(
        deserializer: D,
    ) -> Result<BTreeMap<(u64, u64), u64>, D::Error> {
        Ok(Vec::deserialize(deserializer)?.into_iter().collect())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_change_has_one_number_within_a_generation_and_a_new_one_after_it() {
        let mut innovations = Innovations::after(2);
        let first = innovations.link(0, 1);
        assert_eq!(innovations.link(0, 1), first);
        assert_ne!(innovations.link(0, 2), first);
        let node = innovations.node(first, |_| false);
        assert_eq!(node, 2);
        assert_eq!(innovations.node(first, |_| false), node);
        // A genome that has the node already gets another from the same link, the same for all such
        // genomes.
        let second = innovations.node(first, |known| known == node);
        assert_ne!(second, node);
        assert_eq!(innovations.node(first, |known| known == node), second);
        innovations.next_generation();
        assert_ne!(innovations.link(0, 1), first);
        assert_ne!(innovations.node(first, |_| false), node);
    }
}
