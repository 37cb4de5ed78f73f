//! NSGA-II: several objectives, sorted into fronts, spread out along them.

use crate::{
    Objective, Scored, SearchError, Strategy,
    exact::Exact,
    known::{Proposals, at_least, in_range, tournament},
    pareto::{crowded_order, crowding, fronts},
    state::{check_count, checked_state},
};
use rand::{Rng, RngExt};
use serde::{Deserialize, Serialize};
use supernet_space::{Architecture, SearchSpace};

const NAME: &str = "nsga-ii";

/// NSGA-II (Deb, Pratap, Agarwal and Meyarivan, 2002). The first `population` proposals are
/// uniform; then each is a mutated child of two winners of binary tournaments by front, then by
/// crowding distance. Once `population` new architectures are told, the best of them and of their
/// parents together, front by front, the last one by crowding, are the next parents. Every
/// objective is minimised in its own units.
///
/// A child that is a parent or its generation's sibling is drawn again, at most [`Nsga2::TRIES`]
/// times: duplicates take the front's room.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(remote = "Self")]
pub struct Nsga2 {
    space: SearchSpace,
    proposals: Proposals,
    objectives: Vec<Objective>,
    population: usize,
    #[serde(with = "crate::exact::number")]
    crossover: f64,
    parents: Vec<Member>,
    offspring: Vec<Member>,
}

checked_state!(Nsga2);

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
struct Member {
    architecture: Architecture,
    values: Vec<Exact>,
    front: usize,
    crowding: Exact,
}

impl Member {
    fn order(&self, other: &Self) -> std::cmp::Ordering {
        crowded_order((self.front, self.crowding.0), (other.front, other.crowding.0))
    }
}

impl Nsga2 {
    /// Draws of a child that is not known yet.
    pub const TRIES: usize = 10;

    /// A population of 50 and crossover with probability 0.9 over `space`, with draws from stream
    /// `stream` under `seed`.
    ///
    /// # Errors
    /// No objective, or one twice.
    pub fn new(
        space: SearchSpace,
        objectives: &[Objective],
        seed: u64,
        stream: impl Into<String>,
    ) -> Result<Self, SearchError> {
        let distinct = (0..objectives.len()).all(|i| !objectives[..i].contains(&objectives[i]));
        if objectives.is_empty() || !distinct {
            let found = format!("{objectives:?}");
            let expected = "at least one objective, each once";
            return Err(SearchError::Setting { strategy: NAME, setting: "objectives", found, expected });
        }
        Ok(Self {
            space,
            proposals: Proposals::new(seed, stream),
            objectives: objectives.into(),
            population: 50,
            crossover: 0.9,
            parents: Vec::new(),
            offspring: Vec::new(),
        })
    }

    /// With another population, at least 2, and another probability of crossover.
    ///
    /// # Errors
    /// A population below 2, a number outside 0 to 1.
    pub fn with_population(self, population: usize, crossover: f64) -> Result<Self, SearchError> {
        let population = at_least(NAME, "population", population, 2, "at least 2")?;
        let holds = (0.0..=1.0).contains(&crossover);
        Ok(Self {
            population,
            crossover: in_range(NAME, "crossover", crossover, holds, "a probability, 0 to 1")?,
            ..self
        })
    }

    fn check(&self) -> Result<(), SearchError> {
        Self::new(self.space.clone(), &self.objectives, 0, "")?.with_population(self.population, self.crossover)?;
        for member in self.parents.iter().chain(&self.offspring) {
            self.space.check(&member.architecture)?;
            check_count(NAME, "objectives of a member", member.values.len(), self.objectives.len())?;
        }
        Ok(())
    }

    /// The parents that no parent dominates.
    pub fn front(&self) -> Vec<&Architecture> {
        let on_front = |member: &&Member| member.front == 0 && member.values.iter().all(|value| value.0.is_finite());
        self.parents.iter().filter(on_front).map(|member| &member.architecture).collect()
    }

    fn is_known(&self, architecture: &Architecture) -> bool {
        self.parents.iter().chain(&self.offspring).any(|member| member.architecture == *architecture)
    }

    fn child(&self, rng: &mut impl Rng) -> Architecture {
        let mut winner = || &tournament(&self.parents, 2, Member::order, rng).architecture;
        let (a, b) = (winner(), winner());
        let child = match rng.random::<f64>() < self.crossover {
            true => self.space.crossover(a, b, rng),
            false => a.clone(),
        };
        self.space.mutate(&child, rng)
    }

    fn propose(&mut self) -> Architecture {
        let uniform = self.proposals.asked() < self.population as u64 || self.parents.is_empty();
        let mut rng = self.proposals.draw();
        if uniform {
            return self.space.sample(&mut rng);
        }
        let mut child = self.child(&mut rng);
        for _ in 1..Self::TRIES {
            if !self.is_known(&child) {
                break;
            }
            child = self.child(&mut rng);
        }
        child
    }

    /// Parents and offspring, sorted; as many as the population are the next parents.
    fn next_generation(&mut self) {
        let mut all = std::mem::take(&mut self.parents);
        all.append(&mut self.offspring);
        // Ties do not depend on the order in which scores came in.
        all.sort_by(|a, b| a.architecture.cmp(&b.architecture));
        let points: Vec<Vec<f64>> =
            all.iter().map(|member| member.values.iter().map(|value| value.0).collect()).collect();
        for (rank, front) in fronts(&points).iter().enumerate() {
            let values: Vec<&[f64]> = front.iter().map(|&i| &points[i][..]).collect();
            for (&i, distance) in front.iter().zip(crowding(&values)) {
                all[i].front = rank;
                all[i].crowding = Exact(distance);
            }
        }
        all.sort_by(Member::order);
        all.truncate(self.population);
        self.parents = all;
    }
}

impl Strategy for Nsga2 {
    fn name(&self) -> &str {
        NAME
    }

    fn most_at_once(&self) -> usize {
        self.population
    }

    fn ask(&mut self, count: usize) -> Vec<Architecture> {
        (0..count).map(|_| self.propose()).collect()
    }

    fn tell(&mut self, scored: &[Scored]) {
        for scored in scored {
            if self.is_known(&scored.architecture) {
                continue;
            }
            // What a limit refuses, and what has no score, is behind everything, whatever it costs.
            let is_scored = !scored.score.accuracy.is_nan();
            let value = |objective: &Objective| if is_scored { objective.value(scored) } else { f64::INFINITY };
            let values = self.objectives.iter().map(|objective| Exact(value(objective))).collect();
            let architecture = scored.architecture.clone();
            self.offspring.push(Member { architecture, values, front: 0, crowding: Exact(0.0) });
            if self.offspring.len() >= self.population {
                self.next_generation();
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::{by_paths, chain};
    use supernet_space::Cost;

    #[test]
    fn what_a_limit_refuses_is_on_no_front() {
        let objectives = [Objective::Accuracy, Objective::Macs];
        let mut strategy = Nsga2::new(chain(6), &objectives, 1, "front").unwrap();
        for _ in 0..4 {
            let asked = strategy.ask(50);
            let scored = evaluate(&asked).into_iter().map(|scored| match scored.cost.macs < 20 {
                true => Scored::refused(&scored.architecture, scored.cost),
                false => scored,
            });
            strategy.tell(&scored.collect::<Vec<_>>());
        }
        let front: Vec<Architecture> = strategy.front().into_iter().cloned().collect();
        assert!(!front.is_empty());
        assert!(evaluate(&front).iter().all(|scored| scored.cost.macs >= 20));
    }

    /// Two objectives in conflict: the sum of the option numbers, and the same sum, weighted by
    /// layer, as cost.
    fn evaluate(asked: &[Architecture]) -> Vec<Scored> {
        let weighted = |a: &Architecture| (0..6).map(|i| (i as u64 + 1) * u64::from(a.bits(i).trailing_zeros())).sum();
        by_paths(asked)
            .into_iter()
            .map(|s| Scored { cost: Cost { parameters: 0, macs: weighted(&s.architecture) }, ..s })
            .collect()
    }

    #[test]
    fn it_finds_most_of_the_true_front_and_more_than_random_search() {
        let space = chain(6);
        let objectives = [Objective::Accuracy, Objective::Macs];
        let all = evaluate(&space.architectures(1_000).unwrap());
        let mut strategy = Nsga2::new(space, &objectives, 1, "front").unwrap().with_population(20, 0.9).unwrap();
        for _ in 0..20 {
            let asked = strategy.ask(20);
            strategy.tell(&evaluate(&asked));
        }
        let best = |accuracy: f64| {
            let same = all.iter().filter(|s| s.score.accuracy == accuracy);
            same.map(|s| s.cost.macs).min().unwrap()
        };
        let front: Vec<Architecture> = strategy.front().into_iter().cloned().collect();
        let found: std::collections::BTreeSet<u64> =
            evaluate(&front).iter().filter(|s| s.cost.macs == best(s.score.accuracy)).map(|s| s.cost.macs).collect();
        // 13 accuracies, 0 to 12, each with one least cost.
        assert!(found.len() >= 11, "{found:?}");
    }

    #[test]
    fn no_objective_and_one_twice_are_refused() {
        let error = Nsga2::new(chain(2), &[], 1, "front").unwrap_err();
        assert_eq!(error.to_string(), "nsga-ii, objectives: found [], expected at least one objective, each once");
        assert!(Nsga2::new(chain(2), &[Objective::Macs, Objective::Macs], 1, "front").is_err());
    }

    #[test]
    fn the_next_parents_do_not_depend_on_the_order_of_telling() {
        let make = || {
            Nsga2::new(chain(6), &[Objective::Accuracy, Objective::Macs], 1, "front").unwrap().with_population(8, 0.9)
        };
        let (mut one, mut other) = (make().unwrap(), make().unwrap());
        for _ in 0..5 {
            let told = evaluate(&one.ask(8));
            other.ask(8);
            one.tell(&told);
            other.tell(&told.iter().rev().cloned().collect::<Vec<_>>());
            // What is left over waits for the next generation in the order in which it came.
            one.offspring.clear();
            other.offspring.clear();
            assert_eq!(one, other);
        }
    }
}
