//! Which candidates are scored.

use crate::{SearchConfig, TrainError};
use supernet_search::{ByLoss, Evaluator, Outcome, Proposer, RankBy, SearchLimits, Strategy, search_within};
use supernet_space::{Architecture, Cost, SearchSpace};

/// Scores as many candidates as `config` asks for within its constraints, proposed by `strategy`;
/// at least one.
///
/// # Errors
/// Constraints that no proposal meets, or whatever `evaluator` or `cost` reports.
pub(crate) fn candidates<E: Evaluator<Error = TrainError>>(
    config: &SearchConfig,
    space: &SearchSpace,
    strategy: &mut dyn Strategy,
    evaluator: &mut E,
    cost: impl FnMut(&Architecture) -> Result<Cost, TrainError>,
) -> Result<Outcome, TrainError> {
    let (count, constraints) = (config.scoring.candidates, &config.constraints);
    let limits = SearchLimits { candidates: count, ask: count, patience: 1_000 };
    let outcome = match (config.scoring.rank_by, &config.strategy) {
        // NSGA-II is led by its objectives.
        (RankBy::Accuracy, _) | (_, Proposer::Nsga2(_)) => {
            search_within(space, strategy, evaluator, limits, constraints, cost)?
        }
        (RankBy::Loss, _) => search_within(space, &mut ByLoss(strategy), evaluator, limits, constraints, cost)?,
    };
    if outcome.scored.is_empty() {
        return Err(TrainError::NoCandidate { nearest: outcome.out_of_range, constraints: constraints.clone() });
    }
    if !outcome.scored.iter().any(|scored| scored.score.is_number()) {
        let (candidates, first) = (outcome.scored.len(), outcome.scored[0].architecture.mask().clone());
        return Err(TrainError::NoNumber { candidates, first });
    }
    Ok(outcome)
}
