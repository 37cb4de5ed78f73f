//! Graphs of few ordered nodes, up to the names of these.

use std::collections::HashSet;

/// The most nodes of a graph: all orders of them are tried.
pub(crate) const MOST_NODES: usize = 6;

/// The inputs of the second node and those after it, with the names of the nodes that make the
/// least text.
pub(crate) fn least_names(inputs: &[u64]) -> Vec<u64> {
    let mut best: Vec<u64> = inputs.to_vec();
    extend(inputs, &mut Vec::new(), &mut best);
    best
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

/// Tries every order in which each node comes after those that it reads; `order` holds the nodes
/// placed so far.
fn extend(inputs: &[u64], order: &mut Vec<usize>, best: &mut Vec<u64>) {
    let nodes = inputs.len() + 1;
    let reads = |node: usize| if node == 0 { 0 } else { inputs[node - 1] };
    if order.len() == nodes {
        let renamed = |&node: &usize| {
            let places = (0..nodes).filter(|&place| reads(node) >> order[place] & 1 == 1);
            places.fold(0u64, |bits, place| bits | 1 << place)
        };
        let found: Vec<u64> = order[1..].iter().map(renamed).collect();
        // Option 0 is the first character of a text.
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
