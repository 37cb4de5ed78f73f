//! Searching with budgets: cheap looks at many, dear ones at few.

use crate::{Evaluator, Outcome, Scored};
use serde::{Deserialize, Serialize};
use std::collections::{BTreeMap, HashMap};
use supernet_space::{Architecture, SearchSpace};

/// A candidate with what may be spent on its score, in the evaluator's unit: training steps, validation images, trainings.
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

    /// Scores `proposals`, in order. A score depends on its architecture and budget alone.
    ///
    /// # Errors
    /// As [`Evaluator::evaluate`], or a budget that the evaluator does not have.
    fn evaluate_at(&mut self, proposals: &[Proposal]) -> Result<Vec<Scored>, Self::Error>;
}

/// One evaluator for each budget, made by a function: stand-alone training of that many steps, a supernet on that many images.
pub struct PerBudget<F>(pub F);

impl<E: Evaluator, F: FnMut(u64) -> Result<E, E::Error>> BudgetedEvaluator for PerBudget<F> {
    type Error = E::Error;

    fn evaluate_at(&mut self, proposals: &[Proposal]) -> Result<Vec<Scored>, E::Error> {
        let mut by_budget: BTreeMap<u64, Vec<usize>> = BTreeMap::new();
        for (i, proposal) in proposals.iter().enumerate() {
            by_budget.entry(proposal.budget).or_default().push(i);
        }
        let mut scored: Vec<Option<Scored>> = vec![None; proposals.len()];
        for (budget, places) in by_budget {
            let list: Vec<Architecture> = places.iter().map(|&i| proposals[i].architecture.clone()).collect();
            for (&i, result) in places.iter().zip((self.0)(budget)?.evaluate(&list)?) {
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

    /// At most `count` proposals: fewer where the next step needs scores that were not told, at least one where all were.
    fn ask(&mut self, count: usize) -> Vec<Proposal>;

    /// The scores of proposals, each with its architecture and budget as proposed, in any order. What was not asked for is ignored.
    fn tell(&mut self, told: &[(Proposal, Scored)]);
}

/// How long to search with budgets.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct BudgetLimits {
    /// Sum of the budgets of all networks scored, each score paid in full: no score goes on from a cheaper one. The proposals asked for last are
    /// scored as far as the sum allows.
    pub spend: u64,
    /// Proposals to ask for at a time.
    pub ask: usize,
    /// Proposals in a row that may be known already before the search ends.
    pub patience: usize,
}

/// What a search with budgets found.
#[derive(Clone, Debug, PartialEq)]
pub struct BudgetedOutcome {
    /// Every pair of network and budget, in the order in which it was scored.
    pub scored: Vec<(Proposal, Scored)>,
    /// Proposals asked for.
    pub asked: usize,
    /// Sum of the budgets of all scored.
    pub spent: u64,
}

impl BudgetedOutcome {
    /// The networks scored with the greatest budget of all, as an outcome of their own.
    pub fn at_the_greatest_budget(&self) -> Outcome {
        let greatest = self.scored.iter().map(|(proposal, _)| proposal.budget).max();
        let scored = self.scored.iter().filter(|(proposal, _)| Some(proposal.budget) == greatest);
        Outcome { scored: scored.map(|(_, scored)| scored.clone()).collect(), asked: self.asked, ..Outcome::default() }
    }
}

/// Asks `strategy` for architectures of `space` with budgets until `limits` are met and scores each network once per budget.
///
/// The loop is bounded: it ends after `limits.patience` proposals in a row that are known already, and if the strategy has none.
///
/// # Errors
/// Whatever `evaluator` reports.
pub fn search_budgeted<E: BudgetedEvaluator>(
    space: &SearchSpace,
    strategy: &mut dyn BudgetedStrategy,
    evaluator: &mut E,
    limits: BudgetLimits,
) -> Result<BudgetedOutcome, E::Error> {
    let mut outcome = BudgetedOutcome { scored: Vec::new(), asked: 0, spent: 0 };
    let mut place: HashMap<Proposal, usize> = HashMap::new();
    let mut known_in_a_row = 0;
    while outcome.spent < limits.spend && known_in_a_row < limits.patience {
        let proposals = strategy.ask(limits.ask.max(1));
        if proposals.is_empty() {
            break;
        }
        outcome.asked += proposals.len();
        let canonical = |p: &Proposal| Proposal { architecture: space.canonical(&p.architecture), budget: p.budget };
        let mut new = Vec::new();
        let mut affordable = 0;
        for proposal in proposals.iter().map(canonical) {
            if !place.contains_key(&proposal) {
                let price = proposal.budget.max(1);
                if price > limits.spend - outcome.spent {
                    break;
                }
                outcome.spent += price;
                place.insert(proposal.clone(), outcome.scored.len() + new.len());
                new.push(proposal);
            }
            affordable += 1;
        }
        known_in_a_row = if new.is_empty() { known_in_a_row + proposals.len() } else { 0 };
        let scored = evaluator.evaluate_at(&new)?;
        outcome.scored.extend(new.into_iter().zip(scored));
        let told = proposals[..affordable].iter().map(|proposal| {
            let (_, scored) = &outcome.scored[place[&canonical(proposal)]];
            (proposal.clone(), Scored { architecture: proposal.architecture.clone(), ..scored.clone() })
        });
        strategy.tell(&told.collect::<Vec<_>>());
        if affordable < proposals.len() {
            break;
        }
    }
    Ok(outcome)
}
