//! Large-scale evolution: of two the worse dies and the better has a child.

use crate::{
    Scored, SearchError, Strategy,
    known::{Known, Proposals, at_least},
    least::least,
    state::{check_known, checked_state},
};
use rand::{Rng, RngExt};
use serde::{Deserialize, Serialize};
use std::cmp::Ordering;
use supernet_space::{Architecture, SearchSpace};

const NAME: &str = "pair tournament";

/// The evolution of Real, Moore, Selle, Saxena, Suematsu, Tan, Le and Kurakin (ICML 2017), without
/// its inherited weights (with them: [`InheritingEvolution`](crate::trials::InheritingEvolution)):
/// the first `population` proposals are the start, all alike, or uniform;
/// then two different members are drawn for each proposal, the worse leaves, and the proposal is a
/// mutant of the better. What is told joins.
///
/// Members that left while their successors' scores are outstanding are missed until these are
/// told; below half of the population nobody leaves. The start takes the first options of every
/// choice, the smallest network where these are identities.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(remote = "Self")]
pub struct PairTournament {
    space: SearchSpace,
    /// What evolution starts from; uniform draws without one.
    start: Option<Architecture>,
    proposals: Proposals,
    population: usize,
    alive: Vec<Known>,
}

checked_state!(PairTournament);

impl PairTournament {
    /// A population of 20 (1,000 as published), all the smallest network, over `space`, with draws
    /// from stream `stream` under `seed`.
    pub fn new(space: SearchSpace, seed: u64, stream: impl Into<String>) -> Self {
        let proposals = Proposals::new(seed, stream);
        Self { start: Some(least(&space)), space, proposals, population: 20, alive: Vec::new() }
    }

    /// With another population, at least 2.
    ///
    /// # Errors
    /// A population below 2.
    pub fn with_population(self, population: usize) -> Result<Self, SearchError> {
        Ok(Self { population: at_least(NAME, "population", population, 2, "at least 2")?, ..self })
    }

    /// From another start; from uniform draws without one.
    ///
    /// # Errors
    /// An architecture of another space.
    pub fn with_start(self, start: Option<Architecture>) -> Result<Self, SearchError> {
        start.iter().try_for_each(|start| self.space.check(start))?;
        Ok(Self { start, ..self })
    }

    fn check(&self) -> Result<(), SearchError> {
        self.clone().with_population(self.population)?.with_start(self.start.clone())?;
        check_known(&self.space, &self.alive)
    }

    fn propose(&mut self) -> Architecture {
        let starts = self.proposals.asked() < self.population as u64 || self.alive.len() < 2;
        let mut rng = self.proposals.draw();
        if starts {
            return self.start.clone().unwrap_or_else(|| self.space.sample(&mut rng));
        }
        let parent = better_of_two(&mut self.alive, self.population, Known::better_first, &mut rng);
        self.space.mutate(&parent.architecture, &mut rng)
    }
}

/// Draws two different members and returns the better; the worse leaves, unless fewer than half of
/// the population would be left.
pub(crate) fn better_of_two<T: Clone>(
    alive: &mut Vec<T>,
    population: usize,
    better_first: impl Fn(&T, &T) -> Ordering,
    rng: &mut impl Rng,
) -> T {
    let first = rng.random_range(0..alive.len());
    let second = (first + rng.random_range(1..alive.len())) % alive.len();
    let second_loses = better_first(&alive[first], &alive[second]).is_le();
    let (better, worse) = if second_loses { (first, second) } else { (second, first) };
    let parent = alive[better].clone();
    if 2 * alive.len() > population {
        alive.remove(worse);
    }
    parent
}

/// Adds a member. Where more were told than asked for, the worst is one too many.
pub(crate) fn join<T>(alive: &mut Vec<T>, population: usize, new: T, better_first: impl Fn(&T, &T) -> Ordering) {
    alive.push(new);
    if alive.len() > population {
        let worst = (0..alive.len()).max_by(|&a, &b| better_first(&alive[a], &alive[b]));
        worst.into_iter().for_each(|worst| drop(alive.remove(worst)));
    }
}

impl Strategy for PairTournament {
    fn name(&self) -> &str {
        NAME
    }

    fn most_at_once(&self) -> usize {
        // A tenth of the population is new before its children breed.
        (self.population / 10).max(1)
    }

    fn ask(&mut self, count: usize) -> Vec<Architecture> {
        (0..count).map(|_| self.propose()).collect()
    }

    fn tell(&mut self, scored: &[Scored]) {
        for scored in scored {
            join(&mut self.alive, self.population, scored.into(), Known::better_first);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::{by_paths, chain, scored};

    #[test]
    fn of_two_the_worse_leaves_and_the_better_has_the_child() {
        let space = chain(4);
        let mut strategy = PairTournament::new(space.clone(), 1, "pairs")
            .with_population(2)
            .and_then(|strategy| strategy.with_start(None))
            .unwrap();
        let asked = strategy.ask(2);
        strategy.tell(&[scored(&asked[0], 0.3), scored(&asked[1], 0.7)]);
        let child = strategy.ask(1);
        assert!(space.neighbours(&asked[1]).contains(&child[0]));
        assert_eq!(strategy.alive.iter().map(|known| known.architecture.clone()).collect::<Vec<_>>(), asked[1..]);
    }

    #[test]
    fn the_start_is_the_smallest_network_for_all_and_the_population_keeps_its_size() {
        let mut strategy = PairTournament::new(chain(6), 1, "pairs");
        let first = strategy.ask(20);
        assert!(first.iter().all(|architecture| architecture.to_string() == "100/100/100/100/100/100"));
        strategy.tell(&by_paths(&first));
        for _ in 0..100 {
            let asked = strategy.ask(1);
            assert_eq!(strategy.alive.len(), 19);
            strategy.tell(&by_paths(&asked));
        }
        assert_eq!(strategy.alive.len(), 20);
        // Asked for without being told, it does not die out.
        strategy.ask(1_000);
        assert_eq!(strategy.alive.len(), 10);
    }

    #[test]
    fn a_population_of_one_is_refused() {
        let error = PairTournament::new(chain(2), 1, "pairs").with_population(1).unwrap_err();
        assert_eq!(error.to_string(), "pair tournament, population: found 1, expected at least 2");
    }
}
