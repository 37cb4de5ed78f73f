//! Graphs of few ordered nodes, up to the names of these.

use std::{cmp::Ordering, collections::HashSet};

/// The most nodes of a graph of [`different_graphs`], which lists them all.
pub(crate) const MOST_NODES: usize = 6;

/// A node under a mask: the nodes that it reads, and what is chosen inside it.
#[derive(Clone, PartialEq, Eq)]
pub(crate) struct Node {
    pub(crate) reads: u64,
    pub(crate) chosen: Vec<u64>,
}

impl Node {
    /// In the order of texts: option 0 is the first character.
    fn text(&self) -> impl Iterator<Item = u64> {
        std::iter::once(self.reads).chain(self.chosen.iter().copied()).map(u64::reverse_bits)
    }
}

impl Ord for Node {
    fn cmp(&self, other: &Self) -> Ordering {
        self.text().cmp(other.text())
    }
}

impl PartialOrd for Node {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

/// The inputs of the second node and those after it, with the names of the nodes that make the
/// least text.
pub(crate) fn least_names(inputs: &[u64]) -> Vec<u64> {
    let node = |reads: u64| Node { reads, chosen: Vec::new() };
    let nodes: Vec<Node> = std::iter::once(0).chain(inputs.iter().copied()).map(node).collect();
    least(&nodes).into_iter().skip(1).map(|node| node.reads).collect()
}

/// The nodes with the names that make the least list of them, over all orders in which a node comes
/// after those that it reads.
pub(crate) fn least(nodes: &[Node]) -> Vec<Node> {
    least_after(nodes, 0, &mut vec![0; nodes.len()], 0)
}

/// The graphs of so many nodes that differ by more than names.
pub(crate) fn different_graphs(nodes: usize) -> usize {
    let bits: Vec<usize> = (1..nodes).collect();
    let strings = 0..1u64 << bits.iter().sum::<usize>();
    let split = |string: u64| {
        let mut rest = string;
        let take = |&bits: &usize| {
            let inputs = rest & ((1 << bits) - 1);
            rest >>= bits;
            inputs
        };
        bits.iter().map(take).collect::<Vec<u64>>()
    };
    strings.map(|string| least_names(&split(string))).collect::<HashSet<_>>().len()
}

/// The least list of the nodes that are not `placed`, from place `at` on, over all orders in which
/// a node comes after those that it reads. What stands at a place depends on the places before it
/// alone, so only the nodes that tie for the least are tried, and of twins one.
fn least_after(nodes: &[Node], placed: u64, place: &mut Vec<usize>, at: usize) -> Vec<Node> {
    if at == nodes.len() {
        return Vec::new();
    }
    let is_ready = |i: &usize| placed >> i & 1 == 0 && nodes[*i].reads & !placed == 0;
    let renamed = |i: usize| {
        let read = (0..nodes.len()).filter(|j| nodes[i].reads >> j & 1 == 1);
        Node { reads: read.fold(0, |bits, j| bits | 1 << place[j]), chosen: nodes[i].chosen.clone() }
    };
    let ready: Vec<(Node, usize)> = (0..nodes.len()).filter(is_ready).map(|i| (renamed(i), i)).collect();
    let first = ready.iter().map(|(node, _)| node).min().expect("each node reads earlier ones alone").clone();
    let mut ties: Vec<usize> = Vec::new();
    for (node, i) in ready {
        if node == first && !ties.iter().any(|&other| are_twins(nodes, other, i)) {
            ties.push(i);
        }
    }
    let tails = ties.into_iter().map(|i| {
        place[i] = at;
        least_after(nodes, placed | 1 << i, place, at + 1)
    });
    let tail = tails.min().expect("at least one");
    std::iter::once(first).chain(tail).collect()
}

/// Whether two nodes read the same, hold the same and are read by the same.
fn are_twins(nodes: &[Node], a: usize, b: usize) -> bool {
    nodes[a] == nodes[b] && nodes.iter().all(|node| node.reads >> a & 1 == node.reads >> b & 1)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Tries every order in which each node comes after those that it reads; `order` holds the
    /// nodes placed so far.
    fn extend(inputs: &[u64], order: &mut Vec<usize>, best: &mut Vec<u64>) {
        let nodes = inputs.len() + 1;
        let reads = |node: usize| if node == 0 { 0 } else { inputs[node - 1] };
        if order.len() == nodes {
            let renamed = |&node: &usize| {
                let places = (0..nodes).filter(|&place| reads(node) >> order[place] & 1 == 1);
                places.fold(0u64, |bits, place| bits | 1 << place)
            };
            let found: Vec<u64> = order[1..].iter().map(renamed).collect();
            let text = |inputs: &[u64]| inputs.iter().map(|bits| bits.reverse_bits()).collect::<Vec<_>>();
            if text(&found) < text(best) {
                *best = found;
            }
            return;
        }
        for node in 0..nodes {
            let ready = (0..nodes).all(|read| reads(node) >> read & 1 == 0 || order.contains(&read));
            if ready && !order.contains(&node) {
                order.push(node);
                extend(inputs, order, best);
                order.pop();
            }
        }
    }

    #[test]
    fn the_least_names_are_those_of_all_orders() {
        for nodes in 2..=5 {
            let bits: u32 = (1..nodes).sum();
            for string in 0..1u64 << bits {
                let mut rest = string;
                let take = |bits: u32| {
                    let inputs = rest & ((1 << bits) - 1);
                    rest >>= bits;
                    inputs
                };
                let inputs: Vec<u64> = (1..nodes).map(take).collect();
                let mut best = inputs.clone();
                extend(&inputs, &mut Vec::new(), &mut best);
                assert_eq!(least_names(&inputs), best, "{inputs:?}");
            }
        }
    }
}
