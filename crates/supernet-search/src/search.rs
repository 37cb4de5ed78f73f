//! The loop between a strategy and an evaluator.

use crate::{Constraints, Evaluator, OutOfRange, RankBy, Scored, Strategy};
use serde::{Deserialize, Serialize};
use std::{collections::HashMap, hash::Hash};
use supernet_space::{Architecture, Cost, SearchSpace};

/// How long to search.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct SearchLimits {
    /// Distinct networks to score.
    pub candidates: usize,
    /// Proposals to ask for at a time; fewer where the strategy says so
    /// ([`Strategy::most_at_once`]).
    pub ask: usize,
    /// Proposals in a row that may be known already, or out of range, before the search ends: a
    /// small space runs out of networks.
    pub patience: usize,
}

/// What a search found.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Outcome {
    /// Every distinct network, in the order in which it was scored.
    pub scored: Vec<Scored>,
    /// Proposals asked for.
    pub asked: usize,
    /// Proposals whose cost was out of range, which were not scored.
    pub out_of_range: OutOfRange,
}

impl Outcome {
    /// The best first, by accuracy, ties by loss, then in order of scoring.
    pub fn ranked(&self) -> Vec<&Scored> {
        self.ranked_by(RankBy::Accuracy)
    }

    /// The best first by `rank_by`, then in order of scoring.
    pub fn ranked_by(&self, rank_by: RankBy) -> Vec<&Scored> {
        let mut ranked: Vec<&Scored> = self.scored.iter().collect();
        ranked.sort_by(|a, b| rank_by.better_first(&a.score, &b.score));
        ranked
    }
}

/// Asks `strategy` for architectures of `space` until `limits` are met and scores each network
/// once: the score of a class of equal networks is that of its canonical member. The strategy is
/// told each proposal as it made it. One whose draws are uniform learns nothing from scores, so it
/// is asked again until as many networks as it may be asked for are new, and these are scored
/// together.
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
    run(strategy, evaluator, limits, canonical(space), |_, _| Ok(None))
}

/// [`search`] in which networks are the same where `form`, the canonical form, is: the score of a
/// class of equal networks is that of its first member. For spaces of programs, whose functions are
/// told apart by their values.
///
/// # Errors
/// Whatever `evaluator` reports.
pub fn search_by_form<E: Evaluator, F: Eq + Hash>(
    strategy: &mut dyn Strategy,
    evaluator: &mut E,
    limits: SearchLimits,
    mut form: impl FnMut(&Architecture) -> F,
) -> Result<Outcome, E::Error> {
    let first = |proposal: &Architecture| (form(proposal), proposal.clone());
    run(strategy, evaluator, limits, first, |_, _| Ok(None))
}

/// [`search`] among the networks whose `cost` lies in the ranges of `constraints`. Others are not
/// scored; the strategy is told their cost and a score that is no number, so it learns to avoid
/// them. They count towards `limits.patience` as known ones do, and the outcome says how many they
/// were and which came nearest.
///
/// # Errors
/// Whatever `evaluator` or `cost` reports.
pub fn search_within<E: Evaluator>(
    space: &SearchSpace,
    strategy: &mut dyn Strategy,
    evaluator: &mut E,
    limits: SearchLimits,
    constraints: &Constraints,
    cost: impl FnMut(&Architecture) -> Result<Cost, E::Error>,
) -> Result<Outcome, E::Error> {
    run(strategy, evaluator, limits, canonical(space), constraints.refusal(cost))
}

/// A network is told by its canonical member.
fn canonical(space: &SearchSpace) -> impl FnMut(&Architecture) -> (Architecture, Architecture) {
    |proposal| {
        let network = space.canonical(proposal);
        (network.clone(), network)
    }
}

/// The loop; `network` tells which network a proposal is, and who stands for it; `refuse` gives the
/// cost of one that is out of range.
fn run<E: Evaluator, F: Eq + Hash>(
    strategy: &mut dyn Strategy,
    evaluator: &mut E,
    limits: SearchLimits,
    mut network: impl FnMut(&Architecture) -> (F, Architecture),
    mut refuse: impl FnMut(&Architecture, &mut OutOfRange) -> Result<Option<Cost>, E::Error>,
) -> Result<Outcome, E::Error> {
    let mut outcome = Outcome::default();
    let mut place: HashMap<F, usize> = HashMap::new();
    let mut nothing_new_in_a_row = 0;
    while outcome.scored.len() < limits.candidates && nothing_new_in_a_row < limits.patience {
        let mut round = Round::default();
        loop {
            let left = limits.candidates - outcome.scored.len() - round.new.len();
            let asked = strategy.ask(limits.ask.min(strategy.most_at_once()).clamp(1, left));
            outcome.asked += asked.len();
            let before = round.new.len();
            nothing_new_in_a_row += asked.len().max(1);
            for proposal in asked {
                let (form, network) = network(&proposal);
                let found = if let Some(&place) = place.get(&form) {
                    Ok(place)
                } else if let Some(cost) = refuse(&network, &mut outcome.out_of_range)? {
                    Err(cost)
                } else {
                    let next = outcome.scored.len() + round.new.len();
                    place.insert(form, next);
                    round.new.push(network);
                    Ok(next)
                };
                round.proposals.push((proposal, found));
            }
            if round.new.len() > before {
                nothing_new_in_a_row = 0;
            }
            let enough = limits.ask.min(limits.candidates - outcome.scored.len());
            if !strategy.is_uniform() || round.new.len() >= enough || nothing_new_in_a_row >= limits.patience {
                break;
            }
        }
        outcome.scored.extend(evaluator.evaluate(&round.new)?);
        strategy.tell(&round.told(&outcome.scored));
    }
    Ok(outcome)
}

/// Proposals that are told together.
#[derive(Default)]
struct Round {
    /// Each with the place of its network among all that are scored, or the cost that is out of
    /// range.
    proposals: Vec<(Architecture, Result<usize, Cost>)>,
    /// Networks that are to be scored.
    new: Vec<Architecture>,
}

impl Round {
    /// The proposals with the scores of their networks, once these are among `scored`.
    fn told(self, scored: &[Scored]) -> Vec<Scored> {
        let told = |(architecture, found): (Architecture, Result<usize, Cost>)| match found {
            Ok(place) => scored[place].clone().of(&architecture),
            Err(cost) => Scored::refused(&architecture, cost),
        };
        self.proposals.into_iter().map(told).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{ByLoss, RandomSearch, RegularisedEvolution, Score};
    use supernet_space::{CellSpace, SpaceError};

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

    /// Parameters: a hundred for each path that is on.
    fn cost(architecture: &Architecture) -> Result<Cost, SpaceError> {
        Ok(Cost { parameters: 100 * u64::from(architecture.paths_on()), macs: 0 })
    }

    #[test]
    fn only_networks_in_range_are_scored() {
        let cells = CellSpace::new(3, 2).unwrap();
        let mut strategy = RandomSearch::new(cells.space().clone(), 1, "candidates");
        let limits = SearchLimits { candidates: 50, ask: 10, patience: 1_000 };
        let constraints = Constraints { parameters: 500..=600, ..Constraints::default() };
        let mut evaluator = ByPathsOn(Vec::new());
        let outcome = search_within(cells.space(), &mut strategy, &mut evaluator, limits, &constraints, cost).unwrap();
        assert_eq!(outcome.scored.len(), 50);
        assert!(evaluator.0.iter().all(|a| (5..=6).contains(&a.paths_on())));
        assert!(outcome.out_of_range.proposals > 0);
    }

    #[test]
    fn what_is_drawn_uniformly_within_a_range_is_scored_together() {
        struct Batches(Vec<usize>, ByPathsOn);
        impl Evaluator for Batches {
            type Error = SpaceError;
            fn evaluate(&mut self, architectures: &[Architecture]) -> Result<Vec<Scored>, SpaceError> {
                self.0.push(architectures.len());
                self.1.evaluate(architectures)
            }
        }
        let cells = CellSpace::new(3, 2).unwrap();
        let limits = SearchLimits { candidates: 50, ask: 50, patience: 1_000 };
        let constraints = Constraints { parameters: 500..=600, ..Constraints::default() };
        let batches = |strategy: &mut dyn Strategy| {
            let mut evaluator = Batches(Vec::new(), ByPathsOn(Vec::new()));
            search_within(cells.space(), strategy, &mut evaluator, limits, &constraints, cost).unwrap();
            evaluator.0
        };
        let mut random = RandomSearch::new(cells.space().clone(), 1, "candidates");
        assert_eq!(batches(&mut random.clone()), [50]);
        assert_eq!(batches(&mut ByLoss(&mut random)), [50]);
        assert!(batches(&mut RegularisedEvolution::new(cells.space().clone(), 1, "candidates")).len() > 1);
    }

    #[test]
    fn a_range_that_holds_no_network_ends_the_search_with_the_nearest() {
        let cells = CellSpace::new(3, 1).unwrap();
        let mut strategy = RandomSearch::new(cells.space().clone(), 1, "candidates");
        let limits = SearchLimits { candidates: 50, ask: 10, patience: 1_000 };
        let constraints = Constraints { parameters: 10_000..=20_000, ..Constraints::default() };
        let outcome =
            search_within(cells.space(), &mut strategy, &mut ByPathsOn(Vec::new()), limits, &constraints, cost)
                .unwrap();
        assert_eq!((outcome.scored.len(), outcome.out_of_range.proposals), (0, 1_000));
        // Two inputs and two operations are the most that one block takes.
        assert_eq!(outcome.out_of_range.nearest.unwrap().1.parameters, 400);
    }

    #[test]
    fn a_strategy_that_learns_is_not_asked_for_everything_at_once() {
        let cells = CellSpace::new(3, 8).unwrap();
        let best = |strategy: &mut dyn Strategy| {
            let limits = SearchLimits { candidates: 600, ask: 600, patience: 1_000 };
            let outcome = search(cells.space(), strategy, &mut ByPathsOn(Vec::new()), limits).unwrap();
            outcome.ranked()[0].score.accuracy
        };
        let random = best(&mut RandomSearch::new(cells.space().clone(), 1, "candidates"));
        let evolution = best(&mut RegularisedEvolution::new(cells.space().clone(), 1, "candidates"));
        // All 44 inputs and two operations for each of 8 blocks are the most, 60.
        assert!(evolution > random + 4.0, "{random} and {evolution}");
    }
}
