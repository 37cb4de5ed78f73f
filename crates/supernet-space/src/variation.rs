//! Variation: the neighbours of an architecture, mutation and crossover.
//!
//! Two architectures are at distance one if they differ in exactly one choice, and there by one
//! option added, one removed, or one exchanged for another. A choice of exactly one option can only
//! exchange; a choice of `min..=max` adds below `max` and removes above `min`, so what comes out is
//! always an architecture. Under conditions only active choices are varied.

use crate::{Architecture, Choice, SearchSpace, SpaceError};
use rand::{Rng, RngExt};

impl Choice {
    /// Number of subsets at distance one from `bits`, a subset that the choice accepts.
    fn neighbour_count(&self, bits: u64) -> usize {
        let (taken, free) = (bits.count_ones() as usize, self.options().len() - bits.count_ones() as usize);
        let added = if taken < self.max() { free } else { 0 };
        let removed = if taken > self.min() { taken } else { 0 };
        added + removed + taken * free
    }

    /// The neighbour of `bits` of rank `rank`: first those with an option added, then removed, then
    /// exchanged.
    fn neighbour(&self, bits: u64, mut rank: usize) -> u64 {
        let options = self.options().len();
        let with = |on: bool| (0..options).filter(move |option| (bits >> option & 1 == 1) == on);
        let (taken, free) = (with(true).count(), with(false).count());
        let nth = |on: bool, n: usize| 1u64 << with(on).nth(n).expect("a rank below the count");
        if taken < self.max() {
            if rank < free {
                return bits | nth(false, rank);
            }
            rank -= free;
        }
        if taken > self.min() {
            if rank < taken {
                return bits & !nth(true, rank);
            }
            rank -= taken;
        }
        bits & !nth(true, rank / free) | nth(false, rank % free)
    }
}

impl SearchSpace {
    /// Every architecture at distance one, each once, choice by choice: those that differ in
    /// exactly one active choice, by one option added, removed or exchanged. What becomes active by
    /// that takes its least subset.
    ///
    /// # Panics
    /// If the architecture is one of another space.
    pub fn neighbours(&self, architecture: &Architecture) -> Vec<Architecture> {
        self.assert_own(architecture);
        let active = self.active(architecture);
        let of_choice = |i: usize| {
            let (choice, bits) = (&self.choices()[i], architecture.bits(i));
            (0..choice.neighbour_count(bits)).map(move |rank| {
                let changed = architecture.with(i, choice.neighbour(bits, rank));
                self.settled(|j| changed.bits(j))
            })
        };
        (0..self.choices().len()).filter(|&i| active[i]).flat_map(of_choice).collect()
    }

    /// A neighbour: a choice drawn uniformly among the active ones that can change, and one of its
    /// changes drawn uniformly; what becomes active by that is drawn as by [`SearchSpace::sample`].
    /// The architecture itself where the space has no other. Nothing is rejected.
    ///
    /// # Panics
    /// If the architecture is one of another space.
    pub fn mutate(&self, architecture: &Architecture, rng: &mut impl Rng) -> Architecture {
        self.assert_own(architecture);
        let count = |i: usize| self.choices()[i].neighbour_count(architecture.bits(i));
        let active = self.active(architecture);
        let free: Vec<usize> = (0..self.choices().len()).filter(|&i| active[i] && count(i) > 0).collect();
        if free.is_empty() {
            return architecture.clone();
        }
        let i = free[rng.random_range(0..free.len())];
        let bits = self.choices()[i].neighbour(architecture.bits(i), rng.random_range(0..count(i)));
        let changed = architecture.with(i, bits);
        self.settled(|j| if active[j] { changed.bits(j) } else { self.choices()[j].sample(rng) })
    }

    /// Uniform crossover (Syswerda, 1989): each choice from either parent with probability one
    /// half. A choice that is active in the child comes from a parent in which it is active; if
    /// there is none, it is drawn.
    ///
    /// # Panics
    /// If a parent is of another space.
    pub fn crossover(&self, a: &Architecture, b: &Architecture, rng: &mut impl Rng) -> Architecture {
        self.assert_own(a);
        self.assert_own(b);
        let (of_a, of_b) = (self.active(a), self.active(b));
        let from_a: Vec<bool> = (0..self.choices().len()).map(|_| rng.random()).collect();
        self.settled(|i| match (of_a[i], of_b[i]) {
            (false, false) => self.choices()[i].sample(rng),
            (in_a, in_b) => {
                if in_a && (from_a[i] || !in_b) {
                    a.bits(i)
                } else {
                    b.bits(i)
                }
            }
        })
    }

    /// Every architecture of the space, in a fixed order.
    ///
    /// # Errors
    /// [`SpaceError::TooMany`] if there are more than `most`.
    pub fn architectures(&self, most: usize) -> Result<Vec<Architecture>, SpaceError> {
        if self.size() > most.into() {
            return Err(SpaceError::TooMany { space: self.name().into(), found: self.size().to_string(), most });
        }
        let mut all = vec![self.settled(|choice| self.choices()[choice].least())];
        for &i in self.parents_first() {
            let choice = &self.choices()[i];
            let of_choice = |one: Architecture| {
                let ranks = if self.active(&one)[i] { choice.subsets() } else { 1 };
                (0..ranks).map(move |rank| Architecture::accepted(one.with(i, choice.subset(rank))))
            };
            all = all.into_iter().flat_map(of_choice).collect();
        }
        Ok(all)
    }

    fn assert_own(&self, architecture: &Architecture) {
        assert!(self.belongs(architecture).is_ok(), "architecture of another space");
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{CellSpace, draws};
    use proptest::prelude::*;
    use std::collections::{BTreeMap, BTreeSet};

    /// Subset choices of every kind: free, bounded on both sides, fixed, exactly one.
    fn mixed() -> SearchSpace {
        let choice = |name: &str, options: usize, bounds| {
            Choice::new(name, (0..options).map(|option| option.to_string()), bounds).unwrap()
        };
        let choices =
            [choice("free", 3, 0..=3), choice("some", 4, 1..=2), choice("all", 2, 2..=2), choice("one", 3, 1..=1)];
        SearchSpace::new("mixed", choices).unwrap()
    }

    fn differ_by_one(a: &Architecture, b: &Architecture, choices: usize) -> bool {
        let different: Vec<usize> = (0..choices).filter(|&i| a.bits(i) != b.bits(i)).collect();
        different.len() == 1
            && different
                .iter()
                .all(|&i| (a.bits(i) & !b.bits(i)).count_ones() <= 1 && (b.bits(i) & !a.bits(i)).count_ones() <= 1)
    }

    #[test]
    fn neighbours_are_exactly_the_architectures_at_distance_one() {
        let cells = CellSpace::new(3, 1).unwrap();
        for space in [&mixed(), cells.space()] {
            let all = space.architectures(1_000).unwrap();
            assert_eq!(all.iter().collect::<BTreeSet<_>>().len(), all.len());
            assert_eq!(space.size(), all.len().into());
            for architecture in &all {
                let near = space.neighbours(architecture);
                let distinct: BTreeSet<_> = near.iter().cloned().collect();
                assert_eq!(distinct.len(), near.len());
                let expected: BTreeSet<_> =
                    all.iter().filter(|b| differ_by_one(architecture, b, space.choices().len())).cloned().collect();
                assert_eq!(distinct, expected);
            }
        }
    }

    #[test]
    fn mutation_reaches_every_neighbour_and_nothing_else() {
        let space = mixed();
        let mut rng = draws(2, "mutation", 0);
        let parent = space.sample(&mut rng);
        let mut seen = BTreeMap::new();
        for _ in 0..5_000 {
            *seen.entry(space.mutate(&parent, &mut rng)).or_insert(0) += 1;
        }
        let near: BTreeSet<_> = space.neighbours(&parent).into_iter().collect();
        assert_eq!(seen.keys().cloned().collect::<BTreeSet<_>>(), near);
    }

    #[test]
    fn a_space_of_one_architecture_mutates_to_itself() {
        let only = SearchSpace::new("only", [Choice::one_of("op", ["a"]).unwrap()]).unwrap();
        let architecture = only.sample(&mut draws(1, "only", 0));
        assert_eq!(only.mutate(&architecture, &mut draws(1, "only", 1)), architecture);
        assert!(only.neighbours(&architecture).is_empty());
    }

    #[test]
    fn listing_a_space_that_is_too_large_is_refused() {
        let cells = CellSpace::new(3, 4).unwrap();
        assert_eq!(
            cells.space().architectures(100_000).unwrap_err().to_string(),
            "search space `cell-4x7`: found 6002115840 architectures, expected at most 100000 to list them all"
        );
    }

    #[test]
    #[should_panic(expected = "architecture of another space")]
    fn an_architecture_of_another_space_is_a_broken_contract() {
        let other = CellSpace::new(3, 1).unwrap().space().sample(&mut draws(1, "other", 0));
        mixed().mutate(&other, &mut draws(1, "other", 1));
    }

    /// Spaces of one to four choices with any bounds.
    fn spaces() -> impl Strategy<Value = SearchSpace> {
        let choice = (1usize..=6).prop_flat_map(|options| (Just(options), 0..=options, 1..=options));
        prop::collection::vec(choice, 1..=4).prop_map(|choices| {
            let choice = |(i, &(options, a, b)): (usize, &(usize, usize, usize))| {
                let names = (0..options).map(|option| option.to_string());
                Choice::new(format!("choice{i}"), names, a.min(b)..=a.max(b)).unwrap()
            };
            SearchSpace::new("any", choices.iter().enumerate().map(choice)).unwrap()
        })
    }

    proptest! {
        #[test]
        fn mutants_children_and_neighbours_are_architectures(space in spaces(), seed in any::<u64>()) {
            let mut rng = draws(seed, "variation", 0);
            let (a, b) = (space.sample(&mut rng), space.sample(&mut rng));
            let mutant = space.mutate(&a, &mut rng);
            prop_assert!(space.check(&mutant).is_ok());
            prop_assert!(mutant == a || differ_by_one(&a, &mutant, space.choices().len()));
            let child = space.crossover(&a, &b, &mut rng);
            prop_assert!(space.check(&child).is_ok());
            prop_assert!((0..space.choices().len()).all(|i| [a.bits(i), b.bits(i)].contains(&child.bits(i))));
            prop_assert!(space.neighbours(&a).iter().all(|near| space.check(near).is_ok()));
        }
    }
}
