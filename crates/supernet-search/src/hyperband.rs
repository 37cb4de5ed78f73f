//! Hyperband: successive halving at every trade between many candidates and much budget.

use crate::{
    BudgetedStrategy, Proposal, Rung, Scored, SearchError,
    bracket::{self, Bracket},
    known::{Proposals, at_least},
    state::checked_state,
    successive_halving::{check_budgets, check_rungs},
};
use serde::{Deserialize, Serialize};
use supernet_space::SearchSpace;

const NAME: &str = "hyperband";

/// Hyperband (Li, Jamieson, DeSalvo, Rostamizadeh and Talwalkar, JMLR 2018). With s* the greatest s
/// for which R / η^s is at least the least budget, bracket s = s*, …, 0 is successive halving of n
/// = ⌈(s* + 1) / (s + 1) · η^s⌉ uniform architectures: rung i scores ⌊n / η^i⌋ of them with a
/// budget of R / η^(s−i), rounded to whole units. After the last bracket the first comes again,
/// with other architectures.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(remote = "Self")]
pub struct Hyperband {
    space: SearchSpace,
    proposals: Proposals,
    brackets: Vec<Vec<Rung>>,
    bracket: Option<Bracket>,
}

checked_state!(Hyperband);

impl Hyperband {
    /// Budgets from `budgets.0` to R = `budgets.1`, fewer and dearer by `eta` from rung to rung (3
    /// as published), over `space`, with draws from stream `stream` under `seed`.
    ///
    /// # Errors
    /// A budget of zero, a greatest budget below the least, η below 2.
    pub fn new(
        space: SearchSpace,
        budgets: (u64, u64),
        eta: usize,
        seed: u64,
        stream: impl Into<String>,
    ) -> Result<Self, SearchError> {
        at_least(NAME, "eta", eta, 2, "at least 2")?;
        check_budgets(NAME, budgets)?;
        let brackets = brackets(budgets, eta as u64);
        Ok(Self { space, proposals: Proposals::new(seed, stream), brackets, bracket: None })
    }

    fn check(&self) -> Result<(), SearchError> {
        at_least(NAME, "brackets", self.brackets.len(), 1, "at least 1")?;
        self.brackets.iter().try_for_each(|rungs| check_rungs(NAME, rungs))?;
        self.bracket.iter().try_for_each(|bracket| bracket.check(&self.space))
    }

    /// The rungs of each bracket.
    pub fn brackets(&self) -> &[Vec<Rung>] {
        &self.brackets
    }
}

fn brackets((least, greatest): (u64, u64), eta: u64) -> Vec<Vec<Rung>> {
    // Powers of η that leave the least budget: η^0 … η^s*.
    let mut powers = vec![1u64];
    while let Some(power) = powers.last().and_then(|power| power.checked_mul(eta)).filter(|p| *p <= greatest / least) {
        powers.push(power);
    }
    let rung = |candidates: u64, power: u64| Rung {
        candidates: usize::try_from(candidates).unwrap_or(usize::MAX),
        budget: ((greatest as f64 / power as f64).round() as u64).clamp(least, greatest),
    };
    let bracket = |s: usize| {
        let n = ((powers.len() as u128 * u128::from(powers[s])).div_ceil(s as u128 + 1)).min(u64::MAX.into()) as u64;
        (0..=s).map(|i| rung(n / powers[i], powers[s - i])).collect()
    };
    (0..powers.len()).rev().map(bracket).collect()
}

impl BudgetedStrategy for Hyperband {
    fn name(&self) -> &str {
        NAME
    }

    fn ask(&mut self, count: usize) -> Vec<Proposal> {
        let start = || {
            let rungs = &self.brackets[(self.proposals.asked() % self.brackets.len() as u64) as usize];
            Bracket::start(&self.space, rungs, &mut self.proposals.draw())
        };
        bracket::ask(&mut self.bracket, count, start)
    }

    fn tell(&mut self, told: &[(Proposal, Scored)]) {
        bracket::tell(&mut self.bracket, told);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::chain;

    #[test]
    fn the_brackets_are_those_of_the_paper() {
        // R = 81, η = 3.
        let hyperband = Hyperband::new(chain(8), (1, 81), 3, 1, "hyperband").unwrap();
        let plan: Vec<Vec<(usize, u64)>> =
            hyperband.brackets().iter().map(|b| b.iter().map(|r| (r.candidates, r.budget)).collect()).collect();
        assert_eq!(
            plan,
            [
                vec![(81, 1), (27, 3), (9, 9), (3, 27), (1, 81)],
                vec![(34, 3), (11, 9), (3, 27), (1, 81)],
                vec![(15, 9), (5, 27), (1, 81)],
                vec![(8, 27), (2, 81)],
                vec![(5, 81)],
            ]
        );
    }

    #[test]
    fn one_budget_is_one_bracket_of_one_candidate() {
        let hyperband = Hyperband::new(chain(2), (5, 9), 3, 1, "hyperband").unwrap();
        assert_eq!(hyperband.brackets(), [[Rung { candidates: 1, budget: 9 }]]);
        assert!(Hyperband::new(chain(2), (0, 9), 3, 1, "hyperband").is_err());
        assert!(Hyperband::new(chain(2), (1, 9), 1, 1, "hyperband").is_err());
    }
}
