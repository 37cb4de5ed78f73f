//! The loop between a strategy and an evaluator.

use crate::{Evaluator, Scored, Strategy};
use serde::{Deserialize, Serialize};
use std::collections::HashMap;
use supernet_space::{Architecture, SearchSpace};

/// How long to search.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct SearchLimits {
    /// Distinct networks to score.
    pub candidates: usize,
    /// Proposals to ask for at a time.
    pub ask: usize,
    /// Proposals in a row that may be known already before the search ends: a small space runs out of networks.
    pub patience: usize,
}

/// What a search found.
#[derive(Clone, Debug, PartialEq)]
pub struct Outcome {
    /// Every distinct network, in the order in which it was scored.
    pub scored: Vec<Scored>,
    /// Proposals asked for.
    pub asked: usize,
}

impl Outcome {
    /// The best first, by accuracy, ties by loss, then in order of scoring.
    pub fn ranked(&self) -> Vec<&Scored> {
        let mut ranked: Vec<&Scored> = self.scored.iter().collect();
        ranked.sort_by(|a, b| a.score.better_first(&b.score));
        ranked
    }
}

/// Asks `strategy` for architectures of `space` until `limits` are met and scores each network once: the score of a class of equal
/// networks is that of its canonical member.
///
/// The loop is bounded: it ends after `limits.patience` proposals in a row that are known already.
///
/// # Errors
/// Whatever `evaluator` reports.
pub fn search<E: Evaluator>(
    space: &SearchSpace,
    strategy: &mut dyn Strategy,
    evaluator: &mut E,
    limits: SearchLimits,
) -> Result<Outcome, E::Error> {
    let mut outcome = Outcome { scored: Vec::new(), asked: 0 };
    let mut place: HashMap<Architecture, usize> = HashMap::new();
    let mut known_in_a_row = 0;
    while outcome.scored.len() < limits.candidates && known_in_a_row < limits.patience {
        let wanted = limits.ask.clamp(1, limits.candidates - outcome.scored.len());
        let proposals: Vec<Architecture> = strategy.ask(wanted).iter().map(|a| space.canonical(a)).collect();
        outcome.asked += proposals.len();
        let mut new = Vec::new();
        for proposal in &proposals {
            if !place.contains_key(proposal) {
                place.insert(proposal.clone(), outcome.scored.len() + new.len());
                new.push(proposal.clone());
            }
        }
        known_in_a_row = if new.is_empty() { known_in_a_row + proposals.len().max(1) } else { 0 };
        outcome.scored.extend(evaluator.evaluate(&new)?);
        let told: Vec<Scored> = proposals.iter().map(|proposal| outcome.scored[place[proposal]].clone()).collect();
        strategy.tell(&told);
    }
    Ok(outcome)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{RandomSearch, Score};
    use supernet_space::{CellSpace, Cost, SpaceError};

    /// Counts what it is asked.
    struct ByPathsOn(Vec<Architecture>);

    impl Evaluator for ByPathsOn {
        type Error = SpaceError;

        fn evaluate(&mut self, architectures: &[Architecture]) -> Result<Vec<Scored>, SpaceError> {
            self.0.extend_from_slice(architectures);
            let scored = |architecture: &Architecture| Scored {
                architecture: architecture.clone(),
                score: Score { accuracy: f64::from(architecture.paths_on()), loss: 0.0, images: 1 },
                cost: Cost::default(),
            };
            Ok(architectures.iter().map(scored).collect())
        }
    }

    #[test]
    fn equal_networks_are_scored_once_and_a_small_space_ends_the_search() {
        let cells = CellSpace::new(3, 1).unwrap();
        let mut strategy = RandomSearch::new(cells.space().clone(), 1, "candidates");
        let mut evaluator = ByPathsOn(Vec::new());
        let limits = SearchLimits { candidates: 1_000, ask: 50, patience: 2_000 };
        let outcome = search(cells.space(), &mut strategy, &mut evaluator, limits).unwrap();
        assert_eq!(outcome.scored.len(), 84);
        assert_eq!(evaluator.0.len(), 84);
        assert!(outcome.asked >= 2_000);
    }

    #[test]
    fn exactly_the_wanted_number_of_networks_is_scored_and_the_best_come_first() {
        let cells = CellSpace::new(3, 4).unwrap();
        let mut strategy = RandomSearch::new(cells.space().clone(), 1, "candidates");
        let limits = SearchLimits { candidates: 101, ask: 30, patience: 100 };
        let outcome = search(cells.space(), &mut strategy, &mut ByPathsOn(Vec::new()), limits).unwrap();
        assert_eq!(outcome.scored.len(), 101);
        let ranked = outcome.ranked();
        assert!(ranked.windows(2).all(|pair| pair[0].score.accuracy >= pair[1].score.accuracy));
    }
}
