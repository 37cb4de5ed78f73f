//! Regularised evolution: the oldest dies, whatever it scored.

use crate::{
    Scored, SearchError, Strategy,
    known::{Known, Proposals, at_least, tournament},
    state::{check_known, checked_state},
};
use serde::{Deserialize, Serialize};
use std::collections::VecDeque;
use supernet_space::{Architecture, SearchSpace};

const NAME: &str = "regularised evolution";

/// Ageing evolution (Real, Aggarwal, Huang and Le, AAAI 2019): the first `population` proposals are
/// uniform; then each is a mutant of the best of `tournament` members drawn with replacement. What
/// is told joins the population; beyond `population` members the oldest leaves.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(remote = "Self")]
pub struct RegularisedEvolution {
    space: SearchSpace,
    proposals: Proposals,
    population: usize,
    tournament: usize,
    alive: VecDeque<Known>,
}

checked_state!(RegularisedEvolution);

impl RegularisedEvolution {
    /// A population of 100 and tournaments of 25, as published, over `space`, with draws from
    /// stream `stream` under `seed`.
    pub fn new(space: SearchSpace, seed: u64, stream: impl Into<String>) -> Self {
        let proposals = Proposals::new(seed, stream);
        Self { space, proposals, population: 100, tournament: 25, alive: VecDeque::new() }
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
}

impl RegularisedEvolution {
    fn check(&self) -> Result<(), SearchError> {
        self.clone().with_population(self.population, self.tournament)?;
        check_known(&self.space, &self.alive)
    }
}

impl Strategy for RegularisedEvolution {
    fn name(&self) -> &str {
        NAME
    }

    fn most_at_once(&self) -> usize {
        // A tenth of the population is new before its children breed.
        (self.population / 10).max(1)
    }

    fn ask(&mut self, count: usize) -> Vec<Architecture> {
        let alive = self.alive.make_contiguous();
        let mut propose = || {
            let uniform = self.proposals.asked() < self.population as u64 || alive.is_empty();
            let mut rng = self.proposals.draw();
            match uniform {
                true => self.space.sample(&mut rng),
                false => {
                    let parent = tournament(alive, self.tournament, Known::better_first, &mut rng);
                    self.space.mutate(&parent.architecture, &mut rng)
                }
            }
        };
        (0..count).map(|_| propose()).collect()
    }

    fn tell(&mut self, scored: &[Scored]) {
        for scored in scored {
            self.alive.push_back(scored.into());
            if self.alive.len() > self.population {
                self.alive.pop_front();
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::{chain, scored};

    #[test]
    fn the_oldest_leaves_even_if_it_is_the_best() {
        let space = chain(4);
        let mut strategy = RegularisedEvolution::new(space, 1, "evolution").with_population(3, 2).unwrap();
        let asked = strategy.ask(4);
        for (architecture, accuracy) in asked.iter().zip([0.9, 0.1, 0.2, 0.3]) {
            strategy.tell(&[scored(architecture, accuracy)]);
        }
        let alive: Vec<f64> = strategy.alive.iter().map(|known| known.score().accuracy).collect();
        assert_eq!(alive, [0.1, 0.2, 0.3]);
    }

    #[test]
    fn a_full_tournament_breeds_from_the_best() {
        let space = chain(4);
        let mut strategy = RegularisedEvolution::new(space.clone(), 1, "evolution").with_population(4, 64).unwrap();
        let asked = strategy.ask(4);
        strategy.tell(&asked.iter().zip([0.1, 0.8, 0.2, f64::NAN]).map(|(a, s)| scored(a, s)).collect::<Vec<_>>());
        let near = space.neighbours(&asked[1]);
        assert!(strategy.ask(20).iter().all(|child| near.contains(child)));
    }

    #[test]
    fn a_population_of_none_is_refused() {
        let error = RegularisedEvolution::new(chain(2), 1, "evolution").with_population(0, 1).unwrap_err();
        assert_eq!(error.to_string(), "regularised evolution, population: found 0, expected at least 1");
    }
}
