//! A short test before the score: candidates that fail it cost little.

use crate::{BudgetedStrategy, Proposal, Score, Scored, SearchError, Strategy, known::in_range, state::checked_state};
use serde::{Deserialize, Serialize};
use std::collections::VecDeque;
use supernet_space::Architecture;

const NAME: &str = "filtered";

/// Any strategy behind a filter (Jozefowicz, Zaremba and Sutskever, ICML 2015: a cell must reach 90
/// % of the GRU on the first task before it is scored on all): each proposal is scored with the
/// first budget, and with the second one if its accuracy is at least `pass`. The strategy is told
/// the second score, of what fails that it is worth nothing.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(remote = "Self")]
pub struct Filtered<T> {
    strategy: T,
    budgets: (u64, u64),
    #[serde(with = "crate::exact::number")]
    pass: f64,
    /// What passed and was not asked for with the second budget yet.
    passed: VecDeque<Architecture>,
}

checked_state!(Filtered<T: Strategy>);

impl<T: Strategy> Filtered<T> {
    /// Puts a strategy behind the filter `pass`, an accuracy, with the budgets of test and score.
    ///
    /// # Errors
    /// Budgets that are zero or do not rise; a filter that is no number.
    pub fn new(strategy: T, budgets: (u64, u64), pass: f64) -> Result<Self, SearchError> {
        let filtered = Self { strategy, budgets, pass, passed: VecDeque::new() };
        filtered.check()?;
        Ok(filtered)
    }

    fn check(&self) -> Result<(), SearchError> {
        in_range(NAME, "pass", self.pass, self.pass.is_finite(), "an accuracy")?;
        let (first, second) = self.budgets;
        match 0 < first && first < second {
            true => Ok(()),
            false => Err(SearchError::Setting {
                strategy: NAME,
                setting: "budgets",
                found: format!("{first} and {second}"),
                expected: "two that rise, from 1",
            }),
        }
    }

    /// Returns the strategy behind the filter.
    pub fn strategy(&self) -> &T {
        &self.strategy
    }
}

impl<T: Strategy> BudgetedStrategy for Filtered<T> {
    fn name(&self) -> &str {
        NAME
    }

    fn ask(&mut self, count: usize) -> Vec<Proposal> {
        let passed = self.passed.drain(..count.min(self.passed.len()));
        let mut proposals: Vec<Proposal> =
            passed.map(|architecture| Proposal { architecture, budget: self.budgets.1 }).collect();
        let new = (count - proposals.len()).min(self.strategy.most_at_once());
        let with_first = |architecture| Proposal { architecture, budget: self.budgets.0 };
        proposals.extend(self.strategy.ask(new).into_iter().map(with_first));
        proposals
    }

    fn tell(&mut self, told: &[(Proposal, Scored)]) {
        for (Proposal { architecture, budget }, scored) in told {
            if *budget == self.budgets.1 {
                self.strategy.tell(&[scored.clone().of(architecture)]);
            } else if *budget == self.budgets.0 && scored.score.accuracy >= self.pass {
                self.passed.push_back(architecture.clone());
            } else if *budget == self.budgets.0 {
                let score = Score { accuracy: f64::NAN, loss: f64::NAN, images: scored.score.images };
                self.strategy.tell(&[Scored { score, ..scored.clone() }.of(architecture)]);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        PoolEvolution,
        testing::{by_paths, chain, scored},
    };

    #[test]
    fn what_passes_is_scored_in_earnest_and_what_fails_is_worth_nothing() {
        let pool = PoolEvolution::new(chain(3), 1, "pool");
        let mut filtered = Filtered::new(pool, (1, 5), 0.5).unwrap();
        let asked = filtered.ask(2);
        assert!(asked.iter().all(|proposal| proposal.budget == 1));
        let first = |place: usize, accuracy| (asked[place].clone(), scored(&asked[place].architecture, accuracy));
        filtered.tell(&[first(0, 0.9), first(1, 0.4)]);
        let before = filtered.strategy().clone();
        let next = filtered.ask(2);
        assert_eq!((next[0].budget, &next[0].architecture), (5, &asked[0].architecture));
        assert_eq!(next[1].budget, 1);
        filtered.tell(&[(next[0].clone(), scored(&next[0].architecture, 0.7))]);
        assert_ne!(*filtered.strategy(), before);
        // The one that failed never joined the pool.
        let text = serde_json::to_string(filtered.strategy()).unwrap();
        assert!(text.contains("\"0.7\"") && !text.contains("\"0.4\"") && !text.contains("\"0.9\""), "{text}");
    }

    #[test]
    fn a_search_spends_less_on_what_fails() {
        let mut filtered = Filtered::new(PoolEvolution::new(chain(6), 1, "pool"), (1, 10), 6.0).unwrap();
        let (mut tests, mut scores) = (0, 0);
        for _ in 0..200 {
            let asked = filtered.ask(4);
            tests += asked.iter().filter(|proposal| proposal.budget == 1).count();
            scores += asked.iter().filter(|proposal| proposal.budget == 10).count();
            let list: Vec<_> = asked.iter().map(|proposal| proposal.architecture.clone()).collect();
            filtered.tell(&asked.into_iter().zip(by_paths(&list)).collect::<Vec<_>>());
        }
        assert!(scores > 0 && scores < tests, "{scores} of {tests}");
    }

    #[test]
    fn budgets_that_do_not_rise_are_refused() {
        let error = Filtered::new(PoolEvolution::new(chain(2), 1, "pool"), (3, 3), 0.5).unwrap_err();
        assert_eq!(error.to_string(), "filtered, budgets: found 3 and 3, expected two that rise, from 1");
        assert!(Filtered::new(PoolEvolution::new(chain(2), 1, "pool"), (1, 2), f64::NAN).is_err());
    }
}
