//! Hill climbing: look at every neighbour, go to the best, start anew at the top.

use crate::{
    Scored, SearchError, Strategy,
    known::{Known, Proposals},
    state::{check_all, check_known, checked_state},
};
use rand::seq::SliceRandom;
use serde::{Deserialize, Serialize};
use std::collections::BTreeSet;
use supernet_space::{Architecture, SearchSpace};

/// Steepest-ascent local search with restarts (White, Nolen and Savani, *Local search is state of
/// the art for neural architecture search benchmarks*, 2021): from a uniform start all neighbours
/// are proposed, in random order; once all are told, the best of them is the next centre if it is
/// better, else the search starts anew. While scores are outstanding, further proposals are
/// uniform; they are no neighbours and move nothing.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(remote = "Self")]
pub struct HillClimbing {
    space: SearchSpace,
    proposals: Proposals,
    centre: Option<Known>,
    /// Neighbours of the centre to propose, the next one last.
    to_propose: Vec<Architecture>,
    /// Neighbours of the centre that were proposed and not told.
    waiting: BTreeSet<Architecture>,
    best_neighbour: Option<Known>,
    restarts: u64,
}

checked_state!(HillClimbing);

impl HillClimbing {
    /// Over `space`, with draws from stream `stream` under `seed`.
    pub fn new(space: SearchSpace, seed: u64, stream: impl Into<String>) -> Self {
        Self {
            space,
            proposals: Proposals::new(seed, stream),
            centre: None,
            to_propose: Vec::new(),
            waiting: BTreeSet::new(),
            best_neighbour: None,
            restarts: 0,
        }
    }

    /// Local optima left behind so far.
    pub fn restarts(&self) -> u64 {
        self.restarts
    }

    fn check(&self) -> Result<(), SearchError> {
        check_known(&self.space, self.centre.iter().chain(&self.best_neighbour))?;
        check_all(&self.space, self.to_propose.iter().chain(&self.waiting))
    }

    fn climb_from(&mut self, centre: Known) {
        self.to_propose = self.space.neighbours(&centre.architecture);
        self.to_propose.shuffle(&mut self.proposals.beside("order", self.proposals.asked()));
        self.centre = Some(centre);
    }

    fn tell_one(&mut self, known: Known) {
        let is_neighbour = self.waiting.remove(&known.architecture);
        if !is_neighbour {
            return;
        }
        if self.best_neighbour.as_ref().is_none_or(|best| known.better_first(best).is_lt()) {
            self.best_neighbour = Some(known);
        }
        if !self.to_propose.is_empty() || !self.waiting.is_empty() {
            return;
        }
        let (centre, best) = (self.centre.take(), self.best_neighbour.take());
        match (centre, best) {
            (Some(centre), Some(best)) if best.better_first(&centre).is_lt() => self.climb_from(best),
            _ => self.restarts += 1,
        }
    }
}

impl Strategy for HillClimbing {
    fn name(&self) -> &str {
        "hill climbing"
    }

    fn most_at_once(&self) -> usize {
        self.to_propose.len().max(1)
    }

    fn ask(&mut self, count: usize) -> Vec<Architecture> {
        let mut propose = || {
            let mut rng = self.proposals.draw();
            let Some(neighbour) = self.to_propose.pop() else { return self.space.sample(&mut rng) };
            self.waiting.insert(neighbour.clone());
            neighbour
        };
        (0..count).map(|_| propose()).collect()
    }

    fn tell(&mut self, scored: &[Scored]) {
        if self.centre.is_none() {
            // The best of what comes in together is where a climb starts.
            let start = scored.iter().map(Known::from).min_by(Known::better_first);
            start.into_iter().for_each(|start| self.climb_from(start));
            return;
        }
        scored.iter().for_each(|scored| self.tell_one(scored.into()));
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::{by_paths, chain, scored};

    #[test]
    fn it_climbs_to_the_top_and_starts_anew() {
        let space = chain(5);
        let mut strategy = HillClimbing::new(space.clone(), 3, "climb");
        let mut best: Vec<f64> = Vec::new();
        while strategy.restarts() == 0 {
            let asked = strategy.ask(1);
            strategy.tell(&by_paths(&asked));
            best.extend(by_paths(&asked).iter().map(|scored| scored.score.accuracy));
            assert!(best.len() < 200, "a bounded climb");
        }
        // Only one hill: its top takes the last option everywhere.
        assert_eq!(best.iter().copied().fold(0.0, f64::max), 10.0);
        assert_eq!(strategy.centre, None);
    }

    #[test]
    fn the_centre_moves_once_every_neighbour_is_told_in_whatever_order() {
        let space = chain(3);
        let mut strategy = HillClimbing::new(space.clone(), 3, "climb");
        let start = strategy.ask(1);
        strategy.tell(&[scored(&start[0], 0.5)]);
        let mut near = strategy.ask(6);
        assert_eq!(near.iter().collect::<BTreeSet<_>>(), space.neighbours(&start[0]).iter().collect());
        let scout = strategy.ask(1);
        near.reverse();
        strategy.tell(&near[..5].iter().map(|a| scored(a, 0.6)).collect::<Vec<_>>());
        strategy.tell(&[scored(&scout[0], 0.99)]);
        assert_eq!(strategy.centre.as_ref().unwrap().architecture, start[0]);
        strategy.tell(&[scored(&near[5], 0.7)]);
        assert_eq!(strategy.centre.as_ref().unwrap().architecture, near[5]);
    }
}
