//! Which cells of NAS-Bench-201 are the same network, by the published rule (*unique strings*).

use std::{collections::HashMap, sync::LazyLock};

/// The operations, in the order of a mask's bits.
pub(crate) const OPERATIONS: [&str; 5] = ["none", "skip_connect", "nor_conv_1x1", "nor_conv_3x3", "avg_pool_3x3"];

/// The edges (from, to), in the order of the choices and of the published text.
pub(crate) const EDGES: [(usize, usize); 6] = [(0, 1), (0, 2), (1, 2), (0, 3), (1, 3), (2, 3)];

/// Networks by the published rule.
pub(crate) fn networks() -> usize {
    let mut least = CANONICAL.clone();
    least.sort_unstable();
    least.dedup();
    least.len()
}

/// The canonical member of each edge's operation `operations`.
pub(crate) fn canonical(operations: [usize; 6]) -> [usize; 6] {
    member(usize::from(CANONICAL[place(operations)]))
}

/// The place of the least member of each cell's class, by the cell's place.
static CANONICAL: LazyLock<Vec<u16>> = LazyLock::new(|| {
    let mut first = HashMap::new();
    (0..15_625).map(|i| *first.entry(unique_string(member(i))).or_insert(i as u16)).collect()
});

/// A cell's place in the order of mask texts. An operation later in the list has its bit later, so
/// its text is less.
fn place(operations: [usize; 6]) -> usize {
    operations.iter().fold(0, |place, operation| place * 5 + (4 - operation))
}

/// The cell at a place.
fn member(place: usize) -> [usize; 6] {
    std::array::from_fn(|edge| 4 - place / 5usize.pow(5 - edge as u32) % 5)
}

/// Returns what the last node computes as text: the published rule with zeros taken into account.
pub(crate) fn unique_string(operations: [usize; 6]) -> String {
    let mut nodes = vec!["0".to_string()];
    for to in 1..4 {
        let edges = EDGES.iter().zip(operations).filter(|((_, node), _)| *node == to);
        let mut terms: Vec<String> = edges
            .map(|((from, _), operation)| match (operation, nodes[*from].as_str()) {
                (0, _) | (_, "#") => "#".into(),
                (1, node) => node.into(),
                (_, node) => format!("({node})@{operation}"),
            })
            .collect();
        terms.sort_unstable();
        nodes.push(terms.join("+"));
    }
    nodes.pop().expect("four nodes")
}
