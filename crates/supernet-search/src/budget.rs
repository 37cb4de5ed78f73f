//! Searching with budgets: cheap looks at many, dear ones at few.

use crate::{Constraints, OutOfRange, Outcome, Scored};
use serde::{Deserialize, Serialize};
use std::collections::{BTreeMap, HashMap};
use supernet_space::{Architecture, Cost, SearchSpace};

/// A candidate with what may be spent on its score, in the evaluator's unit: training steps,
/// validation images, trainings.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Proposal {
    /// The candidate.
    pub architecture: Architecture,
    /// What may be spent on it.
    pub budget: u64,
}

/// Scores candidates within a budget each.
pub trait BudgetedEvaluator {
    /// What can go wrong.
    type Error;

    /// Returns what a score costs: by default the budget, in full. An evaluator whose trainings go
    /// on from cheaper ones of their architecture asks for the difference.
    fn price(&self, proposal: &Proposal) -> u64 {
        proposal.budget
    }

    /// Scores `proposals`, in order. A score depends on its architecture and budget alone.
    ///
    /// # Errors
    /// As [`crate::Evaluator::evaluate`], or a budget that the evaluator does not have.
    fn evaluate_at(&mut self, proposals: &[Proposal]) -> Result<Vec<Scored>, Self::Error>;
}

/// A function that scores a list of architectures with one budget each: stand-alone training of
/// that many steps, a supernet on that many images.
pub struct PerBudget<F>(pub F);

impl<E, F: FnMut(u64, &[Architecture]) -> Result<Vec<Scored>, E>> BudgetedEvaluator for PerBudget<F> {
    type Error = E;

    fn evaluate_at(&mut self, proposals: &[Proposal]) -> Result<Vec<Scored>, E> {
        let mut by_budget: BTreeMap<u64, Vec<usize>> = BTreeMap::new();
        for (i, proposal) in proposals.iter().enumerate() {
            by_budget.entry(proposal.budget).or_default().push(i);
        }
        let mut scored: Vec<Option<Scored>> = vec![None; proposals.len()];
        for (budget, places) in by_budget {
            let list: Vec<Architecture> = places.iter().map(|&i| proposals[i].architecture.clone()).collect();
            for (&i, result) in places.iter().zip((self.0)(budget, &list)?) {
                scored[i] = Some(result);
            }
        }
        Ok(scored.into_iter().map(|result| result.expect("an evaluator scores every architecture")).collect())
    }
}

/// Proposes candidates with budgets and learns from their scores; otherwise as [`crate::Strategy`].
pub trait BudgetedStrategy {
    /// A short name for tables.
    fn name(&self) -> &str;

    /// At most `count` proposals: fewer where the next step needs scores that were not told, at
    /// least one where all were.
    fn ask(&mut self, count: usize) -> Vec<Proposal>;

    /// The scores of proposals, each with its architecture and budget as proposed, in any order.
    /// What was not asked for is ignored.
    fn tell(&mut self, told: &[(Proposal, Scored)]);
}

/// How long to search with budgets.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct BudgetLimits {
    /// Sum of the prices of all scores ([`BudgetedEvaluator::price`]). The proposals asked for last
    /// are scored as far as the sum allows.
    pub spend: u64,
    /// Proposals to ask for at a time.
    pub ask: usize,
    /// Proposals in a row that may be known already before the search ends.
    pub patience: usize,
}

/// What a search with budgets found.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct BudgetedOutcome {
    /// Every pair of network and budget, in the order in which it was scored.
    pub scored: Vec<(Proposal, Scored)>,
    /// Proposals asked for.
    pub asked: usize,
    /// Sum of the prices of all scores.
    pub spent: u64,
    /// Proposals whose cost was out of range, which were not scored.
    pub out_of_range: OutOfRange,
}

impl BudgetedOutcome {
    /// The networks scored with the greatest budget of all, as an outcome of their own.
    pub fn at_the_greatest_budget(&self) -> Outcome {
        let greatest = self.scored.iter().map(|(proposal, _)| proposal.budget).max();
        let scored = self.scored.iter().filter(|(proposal, _)| Some(proposal.budget) == greatest);
        Outcome {
            scored: scored.map(|(_, scored)| scored.clone()).collect(),
            asked: self.asked,
            out_of_range: self.out_of_range.clone(),
        }
    }
}

/// Asks `strategy` for architectures of `space` with budgets until `limits` are met and scores each
/// network once per budget.
///
/// The loop is bounded: it ends after `limits.patience` proposals in a row that are known already,
/// and if the strategy has none.
///
/// # Errors
/// Whatever `evaluator` reports.
pub fn search_budgeted<E: BudgetedEvaluator>(
    space: &SearchSpace,
    strategy: &mut dyn BudgetedStrategy,
    evaluator: &mut E,
    limits: BudgetLimits,
) -> Result<BudgetedOutcome, E::Error> {
    run(space, strategy, evaluator, limits, |_, _| Ok(None))
}

/// [`search_budgeted`] among the networks whose `cost` lies in the ranges of `constraints`; others
/// are treated as in [`crate::search_within`].
///
/// # Errors
/// Whatever `evaluator` or `cost` reports.
pub fn search_budgeted_within<E: BudgetedEvaluator>(
    space: &SearchSpace,
    strategy: &mut dyn BudgetedStrategy,
    evaluator: &mut E,
    limits: BudgetLimits,
    constraints: &Constraints,
    cost: impl FnMut(&Architecture) -> Result<Cost, E::Error>,
) -> Result<BudgetedOutcome, E::Error> {
    run(space, strategy, evaluator, limits, constraints.refusal(cost))
}

/// What became of a proposal.
enum Fate {
    Scored(usize),
    Refused(Cost),
}

/// The loop; `refuse` gives the cost of a network that is out of range.
fn run<E: BudgetedEvaluator>(
    space: &SearchSpace,
    strategy: &mut dyn BudgetedStrategy,
    evaluator: &mut E,
    limits: BudgetLimits,
    mut refuse: impl FnMut(&Architecture, &mut OutOfRange) -> Result<Option<Cost>, E::Error>,
) -> Result<BudgetedOutcome, E::Error> {
    let mut outcome = BudgetedOutcome::default();
    let mut place: HashMap<Proposal, usize> = HashMap::new();
    let mut nothing_new_in_a_row = 0;
    while outcome.spent < limits.spend && nothing_new_in_a_row < limits.patience {
        let proposals = strategy.ask(limits.ask.max(1));
        if proposals.is_empty() {
            break;
        }
        outcome.asked += proposals.len();
        let mut new = Vec::new();
        let mut fates = Vec::new();
        for proposal in &proposals {
            let network = Proposal { architecture: space.canonical(&proposal.architecture), ..*proposal };
            if let Some(&place) = place.get(&network) {
                fates.push(Fate::Scored(place));
            } else if let Some(cost) = refuse(&network.architecture, &mut outcome.out_of_range)? {
                fates.push(Fate::Refused(cost));
            } else {
                let price = evaluator.price(&network).max(1);
                if price > limits.spend - outcome.spent {
                    break;
                }
                outcome.spent += price;
                let next = outcome.scored.len() + new.len();
                place.insert(network.clone(), next);
                new.push(network);
                fates.push(Fate::Scored(next));
            }
        }
        nothing_new_in_a_row = if new.is_empty() { nothing_new_in_a_row + proposals.len() } else { 0 };
        let scored = evaluator.evaluate_at(&new)?;
        outcome.scored.extend(new.into_iter().zip(scored));
        let is_over = fates.len() < proposals.len();
        let told = proposals.into_iter().zip(fates).map(|(proposal, fate)| {
            let scored = match fate {
                Fate::Scored(place) => outcome.scored[place].1.clone().of(&proposal.architecture),
                Fate::Refused(cost) => Scored::refused(&proposal.architecture, cost),
            };
            (proposal, scored)
        });
        strategy.tell(&told.collect::<Vec<_>>());
        if is_over {
            break;
        }
    }
    Ok(outcome)
}
