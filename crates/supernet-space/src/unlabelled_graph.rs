//! Graphs of nodes that are alike, up to the names of these, with what is chosen inside them.

use crate::{
    Choice, PathMask, SpaceError,
    unlabelled::{Node, least},
};
use serde::{Deserialize, Serialize};

/// The choices of a graph whose nodes are interchangeable, by their places in the space.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct UnlabelledGraph {
    /// What each node but the first reads: any of the nodes before it.
    pub(crate) inputs: Vec<usize>,
    /// What is chosen inside each node, the same choices in the same order for all.
    pub(crate) chosen: Vec<Vec<usize>>,
}

impl UnlabelledGraph {
    /// The most nodes.
    const MOST_NODES: usize = 8;

    /// Whether these are choices of a graph whose nodes can change names.
    pub(crate) fn check(&self, choices: &[Choice]) -> Result<(), SpaceError> {
        let refuse = |found: usize, expected| Err(SpaceError::Field { field: "unlabelled graph", found, expected });
        let nodes = self.chosen.len();
        if !(2..=Self::MOST_NODES).contains(&nodes) || self.inputs.len() + 1 != nodes {
            return refuse(nodes, "2 to 8 nodes, and what each but the first reads");
        }
        let mut places: Vec<usize> = self.inputs.iter().chain(self.chosen.iter().flatten()).copied().collect();
        places.sort_unstable();
        if places.windows(2).any(|two| two[0] == two[1]) || places.last().is_some_and(|&last| last >= choices.len()) {
            return refuse(places.len(), "distinct choices of the space, a node's own: no name in two of them");
        }
        for (earlier, &place) in self.inputs.iter().enumerate() {
            let choice = &choices[place];
            let is_any =
                choice.options().len() == earlier + 1 && choice.min() == 0 && choice.max() == choice.options().len();
            if !is_any {
                return refuse(place, "the place of a choice of any number of the nodes before");
            }
        }
        let alike = |(a, b): (&usize, &usize)| {
            let (a, b) = (&choices[*a], &choices[*b]);
            (a.options(), a.min(), a.max()) == (b.options(), b.min(), b.max())
        };
        for (node, chosen) in self.chosen.iter().enumerate() {
            if chosen.len() != self.chosen[0].len() || !chosen.iter().zip(&self.chosen[0]).all(alike) {
                return refuse(node, "the number of a node in which the same is chosen as in the first, from 0");
            }
        }
        Ok(())
    }

    /// The mask with the names that make the least text of nodes, each by what it reads and by what
    /// is chosen in it.
    pub(crate) fn canonical(&self, mask: &PathMask) -> PathMask {
        let reads = |node: usize| node.checked_sub(1).map_or(0, |before| mask.bits(self.inputs[before]));
        let node = |(node, chosen): (usize, &Vec<usize>)| Node {
            reads: reads(node),
            chosen: chosen.iter().map(|&choice| mask.bits(choice)).collect(),
        };
        let nodes: Vec<Node> = self.chosen.iter().enumerate().map(node).collect();
        let mut canonical = mask.clone();
        for (i, node) in least(&nodes).into_iter().enumerate() {
            let inputs = i.checked_sub(1).map(|before| (self.inputs[before], node.reads));
            let chosen = self.chosen[i].iter().copied().zip(node.chosen);
            canonical =
                inputs.into_iter().chain(chosen).fold(canonical, |mask, (choice, bits)| mask.with(choice, bits));
        }
        canonical
    }
}

#[cfg(test)]
mod tests {
    use crate::{Architecture, Choice, SearchSpace};
    use proptest::prelude::*;
    use std::collections::{BTreeMap, BTreeSet};

    /// Nodes 1, 2, … of which each reads any before it and takes one of `options`.
    fn space(nodes: usize, options: usize) -> SearchSpace {
        let mut choices = Vec::new();
        for node in 1..=nodes {
            let earlier: Vec<String> = (1..node).map(|earlier| format!("node{earlier}")).collect();
            if node > 1 {
                choices.push(Choice::new(format!("g/node{node}/inputs"), earlier, 0..=node - 1).unwrap());
            }
            if options > 0 {
                choices.push(Choice::one_of(format!("op{node}"), (0..options).map(|o| o.to_string())).unwrap());
            }
        }
        let inputs: Vec<String> = (2..=nodes).map(|node| format!("g/node{node}/inputs")).collect();
        let chosen = (1..=nodes).map(|node| (0..options.min(1)).map(|_| format!("op{node}")).collect());
        SearchSpace::new("graph", choices).unwrap().with_unlabelled_graph(&inputs, &chosen.collect::<Vec<_>>()).unwrap()
    }

    /// What node i reads and takes, in plain lists.
    fn nodes(space: &SearchSpace, one: &Architecture) -> Vec<(u64, u64)> {
        let bits = |name: String| space.position(&name).map_or(0, |choice| one.bits(choice));
        let count = space.choices().iter().filter(|choice| choice.name().starts_with("g/")).count() + 1;
        (1..=count).map(|i| (bits(format!("g/node{i}/inputs")), bits(format!("op{i}")))).collect()
    }

    fn permutations(n: usize) -> Vec<Vec<usize>> {
        if n == 0 {
            return vec![Vec::new()];
        }
        let insert = |before: &Vec<usize>, at: usize| [&before[..at], &[n - 1], &before[at..]].concat();
        permutations(n - 1).iter().flat_map(|before| (0..n).map(move |at| insert(before, at))).collect()
    }

    /// The graph where node i is called `name[i]`, as an unordered list of edges: names need not be
    /// in an order that a space could write.
    fn renamed(nodes: &[(u64, u64)], name: &[usize]) -> Vec<(u64, u64)> {
        let mut out = vec![(0, 0); nodes.len()];
        for (i, (reads, taken)) in nodes.iter().enumerate() {
            let read = (0..nodes.len()).filter(|j| reads >> j & 1 == 1);
            out[name[i]] = (read.fold(0, |bits, j| bits | 1 << name[j]), *taken);
        }
        out
    }

    #[test]
    fn networks_are_the_classes_of_isomorphic_graphs() {
        // Without operations: unlabelled acyclic graphs, 2, 6, 31 and 302 (OEIS A003087).
        let expected = [(2, 0, 2u32), (3, 0, 6), (4, 0, 31), (5, 0, 302), (2, 2, 7), (3, 2, 0), (4, 2, 0), (3, 3, 0)];
        for (count, options, known) in expected {
            let space = space(count, options);
            let all = space.architectures(100_000).unwrap();
            let orders = permutations(count);
            let mut classes: BTreeMap<Vec<(u64, u64)>, BTreeSet<Architecture>> = BTreeMap::new();
            for one in &all {
                let nodes = nodes(&space, one);
                let least = orders.iter().map(|name| renamed(&nodes, name)).min().unwrap();
                classes.entry(least).or_default().insert(space.canonical(one));
            }
            assert!(classes.values().all(|canonical| canonical.len() == 1), "{count} nodes, {options} options");
            let distinct: BTreeSet<_> = classes.values().flatten().collect();
            assert_eq!(distinct.len(), classes.len());
            assert!(known == 0 || classes.len() == known as usize, "{count}, {options}: {}", classes.len());
            assert_eq!(space.networks(), Some(classes.len().into()));
        }
    }

    #[test]
    fn a_space_is_read_back_with_its_symmetry() {
        let space = space(4, 2);
        let read: SearchSpace = serde_json::from_str(&serde_json::to_string(&space).unwrap()).unwrap();
        assert_eq!(read, space);
    }

    #[test]
    fn graphs_that_are_none_are_refused() {
        let plain = |of: &SearchSpace| SearchSpace::new("plain", of.choices().to_vec()).unwrap();
        let (inputs, ops) = (["g/node2/inputs".to_owned()], |names: [&str; 2]| names.map(|name| vec![name.to_owned()]));
        let refuse = |inputs: &[String], chosen: &[Vec<String>]| {
            plain(&space(2, 2)).with_unlabelled_graph(inputs, chosen).unwrap_err().to_string()
        };
        assert!(refuse(&inputs, &ops(["op1", "op1"])).contains("no name in two of them"));
        assert!(refuse(&inputs, &ops(["op1", "op9"])).contains("op9"));
        assert!(refuse(&[], &ops(["op1", "op2"])).contains("2 to 8 nodes"));
        assert!(refuse(&["op1".into()], &[vec![], vec![]]).contains("any number of the nodes before"));
        let uneven = [vec!["op1".to_owned()], vec![]];
        assert!(refuse(&inputs, &uneven).contains("the same is chosen"));
    }

    proptest! {
        #[test]
        fn the_canonical_form_is_its_own_and_does_not_depend_on_names(
            (count, seed, order) in (2usize..=7).prop_flat_map(|n| (Just(n), 0u64..1_000_000, Just((0..n).collect::<Vec<_>>()).prop_shuffle())),
        ) {
            let space = space(count, 2);
            let one = space.sample(&mut crate::draws(seed, "graph", 0));
            let canonical = space.canonical(&one);
            prop_assert_eq!(&space.canonical(&canonical), &canonical);
            let renamed = renamed(&nodes(&space, &one), &order);
            // Names that put a node before one that it reads cannot be written.
            if renamed.iter().enumerate().all(|(i, (reads, _))| reads >> i == 0) {
                let bits = |choice: &Choice| {
                    let node = |name: &str| name.trim_start_matches(|c: char| !c.is_ascii_digit()).chars().next();
                    let i = node(choice.name()).unwrap().to_digit(10).unwrap() as usize - 1;
                    if choice.name().starts_with("op") { renamed[i].1 } else { renamed[i].0 }
                };
                let other = space.accept(space.mask(space.choices().iter().map(bits).collect())).unwrap();
                prop_assert_eq!(space.canonical(&other), canonical);
            }
        }
    }
}
