//! Tournament evolution: the best win the right to breed, the worst dies.

use crate::{
    Scored, SearchError, Strategy,
    known::{Known, Proposals, at_least, in_range, tournament},
    state::{check_known, checked_state},
};
use rand::RngExt;
use serde::{Deserialize, Serialize};
use supernet_space::{Architecture, SearchSpace};

const NAME: &str = "tournament evolution";

/// A steady-state genetic algorithm with tournament selection (Goldberg and Deb, 1991): the first
/// `population` proposals are uniform; then each comes from two winners of tournaments, with
/// probability `crossover` as a child of both, else as the first one, and is mutated. What is told
/// joins the population unless it is a member; beyond `population` members the worst leaves.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(remote = "Self")]
pub struct TournamentEvolution {
    space: SearchSpace,
    proposals: Proposals,
    population: usize,
    tournament: usize,
    #[serde(with = "crate::exact::number")]
    crossover: f64,
    alive: Vec<Known>,
}

checked_state!(TournamentEvolution);

impl TournamentEvolution {
    /// A population of 50, tournaments of 3 and crossover with probability 1/2, over `space`, with
    /// draws from stream `stream` under `seed`.
    pub fn new(space: SearchSpace, seed: u64, stream: impl Into<String>) -> Self {
        let proposals = Proposals::new(seed, stream);
        Self { space, proposals, population: 50, tournament: 3, crossover: 0.5, alive: Vec::new() }
    }

    /// With another population and size of tournaments, both at least 1.
    ///
    /// # Errors
    /// A size of zero.
    pub fn with_population(self, population: usize, tournament: usize) -> Result<Self, SearchError> {
        let population = at_least(NAME, "population", population, 1, "at least 1")?;
        let tournament = at_least(NAME, "tournament", tournament, 1, "at least 1")?;
        Ok(Self { population, tournament, ..self })
    }

    /// With another probability of crossover.
    ///
    /// # Errors
    /// A number outside 0 to 1.
    pub fn with_crossover(self, crossover: f64) -> Result<Self, SearchError> {
        let holds = (0.0..=1.0).contains(&crossover);
        Ok(Self { crossover: in_range(NAME, "crossover", crossover, holds, "a probability, 0 to 1")?, ..self })
    }
}

impl TournamentEvolution {
    fn check(&self) -> Result<(), SearchError> {
        self.clone().with_population(self.population, self.tournament)?.with_crossover(self.crossover)?;
        check_known(&self.space, &self.alive)
    }
}

impl Strategy for TournamentEvolution {
    fn name(&self) -> &str {
        NAME
    }

    fn most_at_once(&self) -> usize {
        // A tenth of the population is new before its children breed.
        (self.population / 10).max(1)
    }

    fn ask(&mut self, count: usize) -> Vec<Architecture> {
        let mut propose = || {
            let uniform = self.proposals.asked() < self.population as u64 || self.alive.is_empty();
            let mut rng = self.proposals.draw();
            if uniform {
                return self.space.sample(&mut rng);
            }
            let winner = |rng: &mut _| &tournament(&self.alive, self.tournament, Known::better_first, rng).architecture;
            let (a, b) = (winner(&mut rng), winner(&mut rng));
            let child = match rng.random::<f64>() < self.crossover {
                true => self.space.crossover(a, b, &mut rng),
                false => a.clone(),
            };
            self.space.mutate(&child, &mut rng)
        };
        (0..count).map(|_| propose()).collect()
    }

    fn tell(&mut self, scored: &[Scored]) {
        for scored in scored {
            if self.alive.iter().any(|known| known.architecture == scored.architecture) {
                continue;
            }
            // Sorted; an equal score goes behind the older one.
            let known = Known::from(scored);
            let place = self.alive.partition_point(|other| other.better_first(&known).is_le());
            self.alive.insert(place, known);
            self.alive.truncate(self.population);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::{chain, scored};

    #[test]
    fn the_worst_leaves_and_a_member_does_not_join_twice() {
        let mut strategy = TournamentEvolution::new(chain(6), 1, "evolution").with_population(3, 2).unwrap();
        let asked = strategy.ask(4);
        for (architecture, accuracy) in asked.iter().zip([0.2, f64::NAN, 0.9, 0.3]) {
            strategy.tell(&[scored(architecture, accuracy), scored(architecture, accuracy)]);
        }
        let alive: Vec<f64> = strategy.alive.iter().map(|known| known.score().accuracy).collect();
        assert_eq!(alive, [0.9, 0.3, 0.2]);
    }

    #[test]
    fn a_crossover_that_is_no_probability_is_refused() {
        for bad in [-0.1, 1.1, f64::NAN] {
            assert!(TournamentEvolution::new(chain(2), 1, "evolution").with_crossover(bad).is_err());
        }
    }
}
