//! Successive halving: score many cheaply, keep the best part, score it more dearly, and again.

use crate::{
    BudgetedStrategy, Proposal, Rung, Scored, SearchError,
    bracket::{self, Bracket},
    known::{Proposals, at_least},
    state::checked_state,
};
use serde::{Deserialize, Serialize};
use supernet_space::SearchSpace;

const NAME: &str = "successive halving";

/// Successive halving (Jamieson and Talwalkar, AISTATS 2016): `candidates` uniform architectures
/// are scored with the least budget, the best 1/η of them with η times that, and so on up to the
/// greatest budget or until one is left. Then it starts anew with other architectures.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(remote = "Self")]
pub struct SuccessiveHalving {
    space: SearchSpace,
    proposals: Proposals,
    rungs: Vec<Rung>,
    bracket: Option<Bracket>,
}

checked_state!(SuccessiveHalving);

impl SuccessiveHalving {
    /// From `candidates` architectures of `budgets.0` each to the best with at most `budgets.1`,
    /// fewer and dearer by `eta` from rung to rung, over `space`, with draws from stream `stream`
    /// under `seed`.
    ///
    /// # Errors
    /// No candidate, a budget of zero, a greatest budget below the least, η below 2.
    pub fn new(
        space: SearchSpace,
        candidates: usize,
        budgets: (u64, u64),
        eta: usize,
        seed: u64,
        stream: impl Into<String>,
    ) -> Result<Self, SearchError> {
        at_least(NAME, "candidates", candidates, 1, "at least 1")?;
        at_least(NAME, "eta", eta, 2, "at least 2")?;
        check_budgets(NAME, budgets)?;
        let mut rungs = vec![Rung { candidates, budget: budgets.0 }];
        while let Some(Rung { candidates, budget }) = rungs.last().copied() {
            let next = budget.checked_mul(eta as u64).filter(|&budget| budget <= budgets.1);
            match next {
                Some(budget) if candidates / eta > 0 => rungs.push(Rung { candidates: candidates / eta, budget }),
                _ => break,
            }
        }
        Ok(Self { space, proposals: Proposals::new(seed, stream), rungs, bracket: None })
    }

    fn check(&self) -> Result<(), SearchError> {
        check_rungs(NAME, &self.rungs)?;
        self.bracket.iter().try_for_each(|bracket| bracket.check(&self.space))
    }

    /// The rungs, cheapest first.
    pub fn rungs(&self) -> &[Rung] {
        &self.rungs
    }
}

/// Whether there are rungs of at least one candidate.
pub(crate) fn check_rungs(strategy: &'static str, rungs: &[Rung]) -> Result<(), SearchError> {
    let least = rungs.iter().map(|rung| rung.candidates).min().unwrap_or(0);
    at_least(strategy, "candidates of a rung", least, 1, "at least 1").map(drop)
}

/// The budgets, if they are a range of positive numbers.
pub(crate) fn check_budgets(strategy: &'static str, budgets: (u64, u64)) -> Result<(), SearchError> {
    match budgets.0 >= 1 && budgets.0 <= budgets.1 {
        true => Ok(()),
        false => Err(SearchError::Setting {
            strategy,
            setting: "budgets",
            found: format!("{} to {}", budgets.0, budgets.1),
            expected: "1 <= least <= greatest",
        }),
    }
}

impl BudgetedStrategy for SuccessiveHalving {
    fn name(&self) -> &str {
        NAME
    }

    fn ask(&mut self, count: usize) -> Vec<Proposal> {
        let start = || Bracket::start(&self.space, &self.rungs, &mut self.proposals.draw());
        bracket::ask(&mut self.bracket, count, start)
    }

    fn tell(&mut self, told: &[(Proposal, Scored)]) {
        bracket::tell(&mut self.bracket, told);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::{by_paths, chain};

    #[test]
    fn the_best_part_of_each_rung_goes_up_with_a_greater_budget() {
        let mut strategy = SuccessiveHalving::new(chain(6), 27, (1, 9), 3, 1, "halving").unwrap();
        assert_eq!(
            strategy.rungs().iter().map(|rung| (rung.candidates, rung.budget)).collect::<Vec<_>>(),
            [(27, 1), (9, 3), (3, 9)]
        );
        let mut before: Option<Vec<Scored>> = None;
        for (candidates, budget) in [(27, 1), (9, 3), (3, 9)] {
            let asked = strategy.ask(100);
            assert_eq!(asked.len(), candidates);
            assert!(asked.iter().all(|proposal| proposal.budget == budget));
            assert!(strategy.ask(1).is_empty(), "waits for scores");
            let scored = by_paths(&asked.iter().map(|p| p.architecture.clone()).collect::<Vec<_>>());
            if let Some(before) = before {
                let mut accuracies: Vec<f64> = before.iter().map(|s| s.score.accuracy).collect();
                accuracies.sort_by(|a, b| b.total_cmp(a));
                assert!(scored.iter().zip(accuracies).all(|(s, accuracy)| s.score.accuracy == accuracy));
            }
            let mut told: Vec<(Proposal, Scored)> = asked.into_iter().zip(scored.clone()).collect();
            told.reverse();
            strategy.tell(&told);
            before = Some(scored);
        }
        assert_eq!(strategy.ask(100).len(), 27, "starts anew");
    }

    #[test]
    fn settings_out_of_range_are_refused() {
        let new = |candidates, budgets, eta| SuccessiveHalving::new(chain(2), candidates, budgets, eta, 1, "halving");
        assert_eq!(
            new(9, (4, 2), 3).unwrap_err().to_string(),
            "successive halving, budgets: found 4 to 2, expected 1 <= least <= greatest"
        );
        assert!(new(0, (1, 2), 3).is_err() && new(9, (0, 2), 3).is_err() && new(9, (1, 2), 1).is_err());
        assert_eq!(new(9, (1, u64::MAX), 3).unwrap().rungs().len(), 3);
    }
}
