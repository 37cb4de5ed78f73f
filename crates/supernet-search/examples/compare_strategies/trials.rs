//! One search under one seed.

use supernet_search::{
    BudgetLimits, BudgetedStrategy, HillClimbing, Hyperband, Nsga2, Objective, RandomSearch, RegularisedEvolution,
    Reinforce, Scored, SearchError, SearchLimits, Strategy, SuccessiveHalving, Table, TournamentEvolution, Tpe, search,
    search_budgeted,
};
use supernet_space::{Architecture, NasBenchMacro, SearchSpace};

/// NAS-Bench-Macro as two tables: what one training says, and the first of three or all three of them.
pub struct Benchmark {
    space: SearchSpace,
    one: Table,
    three: Table,
}

/// The strategies compared, random search first, each with its default settings.
pub const STRATEGIES: [&str; 10] = [
    "random",
    "regularised evolution",
    "tournament evolution",
    "nsga-ii (accuracy, macs)",
    "hill climbing",
    "reinforce, factorised",
    "reinforce, lstm",
    "tpe",
    "successive halving",
    "hyperband",
];

impl Benchmark {
    pub fn read(file: &str, csv: &[u8]) -> Result<Self, SearchError> {
        let space = NasBenchMacro::new().space().clone();
        let table = |validation: &[&str]| Table::nas_bench_macro(file, csv, validation)?.complete(&space);
        Ok(Self { one: table(&["acc1"])?, three: table(&["acc1", "acc2", "acc3"])?, space })
    }

    /// The mean accuracy of three trainings, which no search sees, in per cent.
    fn truth(&self, architecture: &Architecture) -> Result<f64, SearchError> {
        let row = self.one.row(architecture)?;
        Ok(100.0 * row.test.expect("the table was read with a test column"))
    }

    /// How far the truly best network is above `truth`, in points.
    fn regret(&self, truth: f64) -> f64 {
        let all = self.one.rows().iter().map(|row| 100.0 * row.test.unwrap_or(f64::NAN));
        all.fold(f64::NEG_INFINITY, f64::max) - truth
    }

    /// The regret of the best network by what the search saw, after 1, 2, … `queries` trainings looked up.
    pub fn run(&self, strategy: &str, seed: u64, queries: usize) -> Result<Vec<f64>, SearchError> {
        match strategy {
            "successive halving" => {
                let mut strategy = SuccessiveHalving::new(self.space.clone(), 81, (1, 3), 3, seed, strategy)?;
                self.budgeted(&mut strategy, queries)
            }
            "hyperband" => self.budgeted(&mut Hyperband::new(self.space.clone(), (1, 3), 3, seed, strategy)?, queries),
            _ => self.plain(&mut *self.strategy(strategy, seed)?, queries),
        }
    }

    fn strategy(&self, name: &str, seed: u64) -> Result<Box<dyn Strategy>, SearchError> {
        let space = self.space.clone();
        Ok(match name {
            "random" => Box::new(RandomSearch::new(space, seed, name)),
            "regularised evolution" => Box::new(RegularisedEvolution::new(space, seed, name)),
            "tournament evolution" => Box::new(TournamentEvolution::new(space, seed, name)),
            "nsga-ii (accuracy, macs)" => {
                Box::new(Nsga2::new(space, &[Objective::Accuracy, Objective::Macs], seed, name)?)
            }
            "hill climbing" => Box::new(HillClimbing::new(space, seed, name)),
            "reinforce, factorised" => Box::new(Reinforce::factorised(space, seed, name)),
            "reinforce, lstm" => Box::new(Reinforce::lstm(space, seed, name)),
            "tpe" => Box::new(Tpe::new(space, seed, name)),
            _ => unreachable!("a strategy of the list"),
        })
    }

    fn plain(&self, strategy: &mut dyn Strategy, queries: usize) -> Result<Vec<f64>, SearchError> {
        let limits = SearchLimits { candidates: queries, ask: 1, patience: 2_000 };
        let outcome = search(&self.space, strategy, &mut self.one.clone(), limits)?;
        let mut regrets = Vec::with_capacity(queries);
        let mut best: Option<&Scored> = None;
        for scored in &outcome.scored {
            if best.is_none_or(|best| scored.score.better_first(&best.score).is_lt()) {
                best = Some(scored);
            }
            regrets.push(self.regret(self.truth(&best.unwrap_or(scored).architecture)?));
        }
        Ok(extended(regrets, queries))
    }

    /// The best among those with the greatest budget so far; a score costs its budget.
    fn budgeted(&self, strategy: &mut dyn BudgetedStrategy, queries: usize) -> Result<Vec<f64>, SearchError> {
        let limits = BudgetLimits { spend: queries as u64, ask: 1, patience: 2_000 };
        let outcome = search_budgeted(&self.space, strategy, &mut self.three.clone(), limits)?;
        let mut regrets = Vec::with_capacity(queries);
        let mut best: Option<&(_, Scored)> = None;
        for pair in &outcome.scored {
            let (proposal, scored) = pair;
            // While a score is being paid for, what was the best still is.
            let before = regrets.last().copied().unwrap_or(f64::NAN);
            regrets.extend((1..proposal.budget).map(|_| before));
            let is_better = |(known, best): &(supernet_search::Proposal, Scored)| {
                known.budget.cmp(&proposal.budget).then(scored.score.better_first(&best.score)).is_lt()
            };
            if best.is_none_or(is_better) {
                best = Some(pair);
            }
            let (_, best) = best.unwrap_or(pair);
            regrets.push(self.regret(self.truth(&best.architecture)?));
        }
        Ok(extended(regrets, queries))
    }
}

/// A search that ended early keeps what it found.
fn extended(mut regrets: Vec<f64>, queries: usize) -> Vec<f64> {
    let last = regrets.last().copied().unwrap_or(f64::NAN);
    regrets.resize(queries, last);
    regrets
}
