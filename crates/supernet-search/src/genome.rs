//! A graph as genes that remember their origin.

use crate::{exact, innovations::Innovations};
use rand::{Rng, RngExt};
use serde::{Deserialize, Serialize};

/// A node: one of the graph's ends, or one that a mutation added.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Node {
    pub(crate) number: u64,
    pub(crate) kind: Kind,
    /// The graph that it belongs to: links stay within one.
    pub(crate) stage: usize,
    /// What the choices of its place take.
    pub(crate) attributes: Vec<u64>,
}

/// What may read and be read.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) enum Kind {
    Input,
    Output,
    Hidden,
}

/// A link between two nodes.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(crate) struct Link {
    pub(crate) innovation: u64,
    pub(crate) from: u64,
    pub(crate) to: u64,
    #[serde(with = "exact::number")]
    pub(crate) weight: f64,
    pub(crate) enabled: bool,
}

/// The genome of NEAT (Stanley and Miikkulainen, 2002): nodes, and links in order of their
/// innovation numbers. Its graph never has a cycle, disabled links included.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(crate) struct Genome {
    pub(crate) nodes: Vec<Node>,
    pub(crate) links: Vec<Link>,
}

impl Genome {
    pub(crate) fn node(&self, number: u64) -> Option<&Node> {
        self.nodes.iter().find(|node| node.number == number)
    }

    /// Whether a way along links leads from one node to another, or they are the same.
    fn leads(&self, from: u64, to: u64) -> bool {
        let mut reached = vec![from];
        let mut next = 0;
        while let Some(&node) = reached.get(next) {
            let ends = self.links.iter().filter(|link| link.from == node).map(|link| link.to);
            let new: Vec<u64> = ends.filter(|end| !reached.contains(end)).collect();
            reached.extend(new);
            next += 1;
        }
        reached.contains(&to)
    }

    /// Whether the links of no node lead back to it, and join nodes that are there and may be
    /// joined.
    pub(crate) fn is_sound(&self) -> bool {
        let joins = |link: &Link| {
            let (Some(from), Some(to)) = (self.node(link.from), self.node(link.to)) else { return false };
            from.kind != Kind::Output && to.kind != Kind::Input && from.stage == to.stage
        };
        let distinct = |numbers: Vec<u64>| {
            let mut sorted = numbers.clone();
            sorted.sort_unstable();
            sorted.dedup();
            sorted.len() == numbers.len()
        };
        self.links.iter().all(|link| joins(link) && !self.leads(link.to, link.from))
            && self.links.windows(2).all(|two| two[0].innovation < two[1].innovation)
            && distinct(self.nodes.iter().map(|node| node.number).collect())
    }

    fn insert(&mut self, link: Link) {
        let place = self.links.partition_point(|other| other.innovation < link.innovation);
        self.links.insert(place, link);
    }

    /// Adds a link of random weight between two nodes that have none and between which it closes no
    /// cycle; nothing where there is no such pair.
    pub(crate) fn add_link(&mut self, innovations: &mut Innovations, rng: &mut impl Rng) {
        let pairs = self.nodes.iter().flat_map(|from| self.nodes.iter().map(move |to| (from, to)));
        let fits = |(from, to): &(&Node, &Node)| {
            from.kind != Kind::Output
                && to.kind != Kind::Input
                && from.stage == to.stage
                && !self.links.iter().any(|link| (link.from, link.to) == (from.number, to.number))
                && !self.leads(to.number, from.number)
        };
        let free: Vec<(u64, u64)> = pairs.filter(fits).map(|(from, to)| (from.number, to.number)).collect();
        if free.is_empty() {
            return;
        }
        let (from, to) = free[rng.random_range(0..free.len())];
        let weight = rng.random_range(-1.0..1.0);
        self.insert(Link { innovation: innovations.link(from, to), from, to, weight, enabled: true });
    }

    /// Splits an enabled link, of a stage that `may_grow`, by a new node: the link is disabled, the
    /// one into the node has weight 1 and the one out of it the old weight, so that the graph
    /// computes almost what it did.
    pub(crate) fn add_node(
        &mut self,
        innovations: &mut Innovations,
        may_grow: impl Fn(usize) -> bool,
        attributes: impl FnOnce(usize, &mut dyn Rng) -> Vec<u64>,
        rng: &mut impl Rng,
    ) {
        let stage = |link: &Link| self.node(link.from).map_or(0, |node| node.stage);
        let can = (0..self.links.len()).filter(|&i| self.links[i].enabled && may_grow(stage(&self.links[i])));
        let can: Vec<usize> = can.collect();
        if can.is_empty() {
            return;
        }
        let split = can[rng.random_range(0..can.len())];
        let (stage, old) = (stage(&self.links[split]), self.links[split].clone());
        self.links[split].enabled = false;
        let number = innovations.node(old.innovation, |number| self.node(number).is_some());
        let attributes = attributes(stage, rng);
        self.nodes.push(Node { number, kind: Kind::Hidden, stage, attributes });
        let ends = [(old.from, number, 1.0), (number, old.to, old.weight)];
        for (from, to, weight) in ends {
            self.insert(Link { innovation: innovations.link(from, to), from, to, weight, enabled: true });
        }
    }

    /// Perturbs each weight with probability 0.9 by up to `power`, else draws it anew.
    pub(crate) fn perturb(&mut self, power: f64, rng: &mut impl Rng) {
        for link in &mut self.links {
            let shift = rng.random_range(-power..power);
            link.weight = if rng.random::<f64>() < 0.9 { link.weight + shift } else { shift };
        }
    }

    /// A child of `self`, the fitter, and `other`: genes of one origin come from either parent, all
    /// others from the fitter. A gene that is disabled in either parent is disabled with
    /// probability 0.75.
    pub(crate) fn cross(&self, other: &Self, rng: &mut impl Rng) -> Self {
        let mut child = self.clone();
        for link in &mut child.links {
            let Ok(place) = other.links.binary_search_by_key(&link.innovation, |link| link.innovation) else {
                continue;
            };
            let matching = &other.links[place];
            if rng.random::<bool>() {
                link.weight = matching.weight;
            }
            link.enabled = (link.enabled && matching.enabled) || rng.random::<f64>() >= 0.75;
        }
        for node in &mut child.nodes {
            let matching = other.node(node.number).filter(|other| other.attributes.len() == node.attributes.len());
            if let Some(matching) = matching.filter(|_| rng.random::<bool>()) {
                node.attributes.clone_from(&matching.attributes);
            }
        }
        child
    }

    /// Computes δ = E/N + D/N + `weight`·W̄ + A: E excess and D disjoint genes, N the number of
    /// genes of the larger genome (1 below 20 genes), W̄ the mean difference of the weights of
    /// matching links, A the share of matching nodes whose attributes differ.
    pub(crate) fn distance(&self, other: &Self, weight: f64) -> f64 {
        let matching: Vec<(&Link, &Link)> = self
            .links
            .iter()
            .filter_map(|link| {
                let place = other.links.binary_search_by_key(&link.innovation, |link| link.innovation).ok()?;
                Some((link, &other.links[place]))
            })
            .collect();
        // Excess and disjoint genes have the same coefficient, so they need not be told apart.
        let unmatched = self.links.len() + other.links.len() - 2 * matching.len();
        let larger = self.links.len().max(other.links.len());
        let genes = if larger < 20 { 1.0 } else { larger as f64 };
        let mean = |sum: f64, count: usize| if count == 0 { 0.0 } else { sum / count as f64 };
        let weights = matching.iter().map(|(a, b)| (a.weight - b.weight).abs()).sum();
        let nodes: Vec<(&Node, &Node)> = self
            .nodes
            .iter()
            .filter(|node| !node.attributes.is_empty())
            .filter_map(|node| Some((node, other.node(node.number)?)))
            .collect();
        let differing = nodes.iter().filter(|(a, b)| a.attributes != b.attributes).count() as f64;
        unmatched as f64 / genes + weight * mean(weights, matching.len()) + mean(differing, nodes.len())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use supernet_space::draws;

    fn minimal(innovations: &mut Innovations) -> Genome {
        let node = |number, kind| Node { number, kind, stage: 0, attributes: Vec::new() };
        let link = Link { innovation: innovations.link(0, 1), from: 0, to: 1, weight: 0.7, enabled: true };
        Genome { nodes: vec![node(0, Kind::Input), node(1, Kind::Output)], links: vec![link] }
    }

    #[test]
    fn a_split_disables_the_link_and_keeps_what_it_computes() {
        let mut innovations = Innovations::after(2);
        let mut genome = minimal(&mut innovations);
        genome.add_node(&mut innovations, |_| true, |_, _| Vec::new(), &mut draws(1, "split", 0));
        let found: Vec<_> = genome.links.iter().map(|l| (l.from, l.to, l.weight, l.enabled)).collect();
        assert_eq!(found, [(0, 1, 0.7, false), (0, 2, 1.0, true), (2, 1, 0.7, true)]);
        // A second genome of the same generation that does the same has the same genes.
        let mut other = minimal(&mut innovations);
        other.add_node(&mut innovations, |_| true, |_, _| Vec::new(), &mut draws(2, "split", 0));
        assert_eq!(other, genome);
    }

    #[test]
    fn whatever_is_added_and_crossed_has_no_cycle() {
        let mut innovations = Innovations::after(2);
        let mut genomes = vec![minimal(&mut innovations); 8];
        for round in 0..60 {
            for (i, genome) in genomes.iter_mut().enumerate() {
                let mut rng = draws(i as u64, "growth", round);
                if rng.random::<bool>() {
                    genome.add_link(&mut innovations, &mut rng);
                } else {
                    genome.add_node(&mut innovations, |_| true, |_, _| Vec::new(), &mut rng);
                }
                assert!(genome.is_sound());
            }
            let mut rng = draws(9, "growth", round);
            let (a, b) = (rng.random_range(0..8), rng.random_range(0..8));
            let child = genomes[a].cross(&genomes[b], &mut rng);
            assert!(child.is_sound());
            genomes[b] = child;
            innovations.next_generation();
        }
        assert!(genomes.iter().any(|genome| genome.nodes.len() > 10));
    }

    #[test]
    fn matching_genes_come_from_either_parent_and_a_disabled_one_mostly_stays_disabled() {
        let mut innovations = Innovations::after(2);
        let mut fitter = minimal(&mut innovations);
        let mut other = fitter.clone();
        fitter.add_node(&mut innovations, |_| true, |_, _| Vec::new(), &mut draws(1, "parents", 0));
        other.links[0].weight = -0.3;
        let children: Vec<Genome> =
            (0..2_000).map(|draw| fitter.cross(&other, &mut draws(3, "children", draw))).collect();
        // The genes that the other lacks are the fitter's.
        assert!(children.iter().all(|child| child.links.len() == 3));
        let share =
            |holds: fn(&Link) -> bool| children.iter().filter(|child| holds(&child.links[0])).count() as f64 / 2_000.0;
        assert!((share(|link| link.weight == 0.7) - 0.5).abs() < 0.05);
        assert!((share(|link| !link.enabled) - 0.75).abs() < 0.05);
    }

    #[test]
    fn distance_counts_unmatched_genes_and_differences_of_weights() {
        let mut innovations = Innovations::after(2);
        let one = minimal(&mut innovations);
        let mut other = one.clone();
        other.links[0].weight = 0.2;
        assert!((one.distance(&other, 0.4) - 0.4 * 0.5).abs() < 1e-15);
        other.add_node(&mut innovations, |_| true, |_, _| Vec::new(), &mut draws(1, "split", 0));
        assert!((one.distance(&other, 0.0) - 2.0).abs() < 1e-15);
        assert_eq!(one.distance(&other, 0.4), other.distance(&one, 0.4));
    }
}
