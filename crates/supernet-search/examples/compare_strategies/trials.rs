//! One search under one seed.

use crate::processor_time::now;
use std::collections::{HashMap, HashSet};
use supernet_search::{
    BudgetLimits, BudgetedStrategy, CoEvolution, EditPolicy, Evaluator, GeneticAlgorithm, Guided,
    HierarchicalEvolution, HillClimbing, Hyperband, Neat, Nsga2, Objective, PairTournament, Perturb, PoolEvolution,
    Ppo, Progressive, QLearning, RandomSearch, RegularisedEvolution, Reinforce, Score, Scored, SearchError,
    SearchLimits, Strategy, SuccessiveHalving, Table, TournamentEvolution, Tpe, search, search_budgeted,
};
use supernet_space::{Architecture, NasBench201, NasBenchMacro, SearchSpace};

/// A space with a table of its trained networks.
pub struct Benchmark {
    pub name: &'static str,
    space: SearchSpace,
    /// What one training says.
    one: Table,
    /// The first of three trainings or all three of them, where there are three.
    three: Option<Table>,
    /// The row that stands for each architecture, where the table holds some of the space alone.
    nearest: Option<HashMap<Architecture, Architecture>>,
    /// The choices of each stage, where their names do not say.
    stages: Option<Vec<Vec<usize>>>,
}

/// One search.
pub struct Trial {
    /// The regret of the best network by what the search saw, after 1, 2, … trainings looked up.
    pub regrets: Vec<f64>,
    /// What a proposal took, asking, looking up and telling, in milliseconds.
    pub milliseconds: f64,
}

/// A strategy with its default settings.
#[derive(Clone, Copy)]
pub struct Contender {
    /// As `--strategy` of the command calls it; those with budgets it does not know.
    pub name: &'static str,
    /// The stream that it draws from.
    stream: &'static str,
    /// Trainings after which it is stopped: what has found the best network long before and is dear
    /// need not go on.
    most: usize,
}

/// The strategies compared, random search first.
pub const STRATEGIES: [Contender; 28] = [
    Contender { name: "random", stream: "random", most: usize::MAX },
    Contender { name: "regularised-evolution", stream: "regularised evolution", most: usize::MAX },
    Contender { name: "tournament-evolution", stream: "tournament evolution", most: usize::MAX },
    Contender { name: "nsga2", stream: "nsga-ii (accuracy, macs)", most: usize::MAX },
    Contender { name: "hill-climbing", stream: "hill climbing", most: usize::MAX },
    Contender { name: "reinforce", stream: "reinforce, factorised", most: usize::MAX },
    Contender { name: "reinforce-lstm", stream: "reinforce, lstm", most: usize::MAX },
    Contender { name: "tpe", stream: "tpe", most: usize::MAX },
    Contender { name: "successive halving", stream: "successive halving", most: usize::MAX },
    Contender { name: "hyperband", stream: "hyperband", most: usize::MAX },
    Contender { name: "nas-rl", stream: "nas-rl", most: usize::MAX },
    Contender { name: "ppo", stream: "ppo, factorised", most: usize::MAX },
    Contender { name: "ppo-lstm", stream: "ppo, lstm", most: usize::MAX },
    Contender { name: "q-learning", stream: "q-learning", most: usize::MAX },
    Contender { name: "edit-policy", stream: "edit policy", most: usize::MAX },
    Contender { name: "genetic-algorithm", stream: "genetic algorithm", most: usize::MAX },
    Contender { name: "hierarchical-evolution", stream: "hierarchical evolution", most: usize::MAX },
    Contender { name: "pair-tournament", stream: "pair tournament", most: usize::MAX },
    Contender { name: "pool-evolution", stream: "pool evolution", most: usize::MAX },
    Contender { name: "perturb", stream: "perturb", most: 200 },
    Contender { name: "co-evolution", stream: "co-evolution", most: usize::MAX },
    Contender { name: "neat", stream: "neat", most: usize::MAX },
    Contender { name: "gp-ei", stream: "gp-ei", most: 200 },
    Contender { name: "gp-ei-per-second", stream: "gp-ei per second", most: 200 },
    Contender { name: "ridge-ei", stream: "ridge-ei", most: 500 },
    Contender { name: "dngo", stream: "dngo", most: 100 },
    Contender { name: "pnas", stream: "pnas", most: 200 },
    Contender { name: "progressive-gp", stream: "progressive, gp", most: 500 },
];

impl Benchmark {
    /// Reads NAS-Bench-Macro.
    pub fn nas_bench_macro(file: &str, csv: &[u8]) -> Result<Self, SearchError> {
        let space = NasBenchMacro::new().space().clone();
        let table = |validation: &[&str]| Table::nas_bench_macro(file, csv, validation)?.complete(&space);
        let stages = [0..2, 2..5, 5..8].map(Iterator::collect).into();
        let three = Some(table(&["acc1", "acc2", "acc3"])?);
        Ok(Self { name: "NAS-Bench-Macro", one: table(&["acc1"])?, three, space, nearest: None, stages: Some(stages) })
    }

    /// Reads some rows of NAS-Bench-201 on CIFAR-100. An architecture of the space stands for the
    /// row that differs from it in the fewest edges, both in canonical form, of several the first.
    pub fn nas_bench_201(file: &str, csv: &[u8]) -> Result<Self, SearchError> {
        let space = NasBench201::new().space().clone();
        let one = Table::nas_bench_201(file, csv, "c100_valid_200", "c100_test_200")?;
        let mut rows: Vec<(Architecture, Architecture)> = Vec::new();
        for row in one.rows() {
            let canonical = space.canonical(&row.architecture);
            if rows.iter().all(|(known, _)| *known != canonical) {
                rows.push((canonical, row.architecture.clone()));
            }
        }
        let edges = space.choices().len();
        let differing =
            |a: &Architecture, b: &Architecture| (0..edges).filter(|&edge| a.bits(edge) != b.bits(edge)).count();
        let networks: HashSet<Architecture> = space.architectures(15_625)?.iter().map(|a| space.canonical(a)).collect();
        let to_nearest = |network: Architecture| {
            let (_, row) = rows.iter().min_by_key(|(row, _)| differing(row, &network)).expect("a table has rows");
            (network, row.clone())
        };
        let nearest = Some(networks.into_iter().map(to_nearest).collect());
        Ok(Self { name: "NAS-Bench-201", one, three: None, space, nearest, stages: None })
    }

    /// Whether a strategy can run on it: those with budgets need several trainings.
    pub fn has(&self, strategy: &Contender) -> bool {
        self.three.is_some() || !["successive halving", "hyperband"].contains(&strategy.name)
    }

    /// The accuracy that no search sees, in per cent.
    fn truth(&self, architecture: &Architecture) -> Result<f64, SearchError> {
        let row = self.one.row(architecture)?;
        Ok(100.0 * row.test.expect("the table was read with a test column"))
    }

    /// The greatest accuracy that no search sees, in per cent.
    pub fn best(&self) -> f64 {
        let all = self.one.rows().iter().map(|row| 100.0 * row.test.unwrap_or(f64::NAN));
        all.fold(f64::NEG_INFINITY, f64::max)
    }

    /// Runs a strategy under a seed until `queries` trainings are looked up, or as many as it is
    /// run for.
    pub fn run(&self, strategy: &Contender, seed: u64, queries: usize) -> Result<Trial, SearchError> {
        let (queries, stream) = (queries.min(strategy.most), strategy.stream);
        match strategy.name {
            "successive halving" => {
                let mut strategy = SuccessiveHalving::new(self.space.clone(), 81, (1, 3), 3, seed, stream)?;
                self.budgeted(&mut strategy, queries)
            }
            "hyperband" => self.budgeted(&mut Hyperband::new(self.space.clone(), (1, 3), 3, seed, stream)?, queries),
            _ => self.plain(&mut *self.strategy(strategy, seed)?, queries),
        }
    }

    fn strategy(
        &self,
        &Contender { name, stream, .. }: &Contender,
        seed: u64,
    ) -> Result<Box<dyn Strategy>, SearchError> {
        let space = self.space.clone();
        Ok(match name {
            "random" => Box::new(RandomSearch::new(space, seed, stream)),
            "regularised-evolution" => Box::new(RegularisedEvolution::new(space, seed, stream)),
            "tournament-evolution" => Box::new(TournamentEvolution::new(space, seed, stream)),
            "nsga2" => Box::new(Nsga2::new(space, &[Objective::Accuracy, Objective::Macs], seed, stream)?),
            "hill-climbing" => Box::new(HillClimbing::new(space, seed, stream)),
            "reinforce" => Box::new(Reinforce::factorised(space, seed, stream)),
            "reinforce-lstm" => Box::new(Reinforce::lstm(space, seed, stream)),
            "nas-rl" => Box::new(Reinforce::nas_rl(space, seed, stream)),
            "ppo" => Box::new(Ppo::factorised(space, seed, stream)),
            "ppo-lstm" => Box::new(Ppo::lstm(space, seed, stream)),
            "q-learning" => Box::new(QLearning::new(space, seed, stream)),
            "edit-policy" => Box::new(EditPolicy::new(space, seed, stream)?),
            "genetic-algorithm" => Box::new(GeneticAlgorithm::new(space, seed, stream)),
            "hierarchical-evolution" => Box::new(HierarchicalEvolution::new(space, seed, stream)),
            "pair-tournament" => Box::new(PairTournament::new(space, seed, stream)),
            "pool-evolution" => Box::new(PoolEvolution::new(space, seed, stream)),
            "perturb" => Box::new(Perturb::new(space, seed, stream).with_networks(200)?),
            "co-evolution" => {
                let co_evolution = CoEvolution::new(space, seed, stream)?;
                Box::new(match &self.stages {
                    Some(stages) => co_evolution.with_stages(stages.clone())?,
                    None => co_evolution,
                })
            }
            "neat" => Box::new(Neat::new(space, seed, stream)?),
            "tpe" => Box::new(Tpe::new(space, seed, stream)),
            "gp-ei" => Box::new(Guided::gp_ei(space, seed, stream)),
            "gp-ei-per-second" => Box::new(Guided::gp_ei_per_second(space, seed, stream)),
            "dngo" => Box::new(Guided::dngo(space, seed, stream)),
            "ridge-ei" => Box::new(Guided::ridge_ei(space, seed, stream)),
            "progressive-gp" => Box::new(Progressive::gp(space, seed, stream)),
            "pnas" => Box::new(Progressive::pnas(space, seed, stream)),
            _ => unreachable!("a strategy of the list"),
        })
    }

    fn plain(&self, strategy: &mut dyn Strategy, queries: usize) -> Result<Trial, SearchError> {
        let limits = SearchLimits { candidates: queries, ask: 1, patience: 2_000 };
        let started = now();
        let mut of_rows = OfRows { strategy, bench: self, proposals: Vec::new() };
        let outcome = search(&self.space, &mut of_rows, &mut Rows(self), limits)?;
        let milliseconds = 1e3 * (now() - started).as_secs_f64() / outcome.asked.max(1) as f64;
        let mut regrets = Vec::with_capacity(queries);
        let mut best: Option<&Scored> = None;
        for scored in &outcome.scored {
            if best.is_none_or(|best| scored.score.better_first(&best.score).is_lt()) {
                best = Some(scored);
            }
            regrets.push(self.best() - self.truth(&self.row(&best.unwrap_or(scored).architecture))?);
        }
        Ok(Trial { regrets: extended(regrets, queries), milliseconds })
    }

    /// The row that stands for an architecture.
    fn row(&self, architecture: &Architecture) -> Architecture {
        let network = self.space.canonical(architecture);
        self.nearest.as_ref().map_or_else(|| network.clone(), |nearest| nearest[&network].clone())
    }

    /// The best among those with the greatest budget so far; a score costs its budget.
    fn budgeted(&self, strategy: &mut dyn BudgetedStrategy, queries: usize) -> Result<Trial, SearchError> {
        let started = now();
        let limits = BudgetLimits { spend: queries as u64, ask: 1, patience: 2_000 };
        let outcome = {
            let mut three = self.three.clone().expect("a table of several trainings");
            search_budgeted(&self.space, strategy, &mut three, limits)?
        };
        let milliseconds = 1e3 * (now() - started).as_secs_f64() / outcome.asked.max(1) as f64;
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
            regrets.push(self.best() - self.truth(&best.architecture)?);
        }
        Ok(Trial { regrets: extended(regrets, queries), milliseconds })
    }
}

/// The table as an evaluator of all of its space.
struct Rows<'a>(&'a Benchmark);

impl Evaluator for Rows<'_> {
    type Error = SearchError;

    fn evaluate(&mut self, architectures: &[Architecture]) -> Result<Vec<Scored>, SearchError> {
        let of = |architecture: &Architecture| {
            let row = self.0.one.row(&self.0.row(architecture))?;
            let score = Score { accuracy: row.validation[0], loss: f64::NAN, images: 0 };
            Ok(Scored { architecture: architecture.clone(), score, cost: row.cost })
        };
        architectures.iter().map(of).collect()
    }
}

/// A strategy that proposes rows: what stands for one row is one network, looked up once.
struct OfRows<'a> {
    strategy: &'a mut dyn Strategy,
    bench: &'a Benchmark,
    proposals: Vec<Architecture>,
}

impl Strategy for OfRows<'_> {
    fn name(&self) -> &str {
        self.strategy.name()
    }

    fn most_at_once(&self) -> usize {
        self.strategy.most_at_once()
    }

    fn ask(&mut self, count: usize) -> Vec<Architecture> {
        self.proposals = self.strategy.ask(count);
        self.proposals.iter().map(|proposal| self.bench.row(proposal)).collect()
    }

    fn tell(&mut self, scored: &[Scored]) {
        let proposed = scored.iter().zip(self.proposals.drain(..));
        let told: Vec<Scored> =
            proposed.map(|(scored, architecture)| Scored { architecture, ..scored.clone() }).collect();
        self.strategy.tell(&told);
    }
}

/// A search that ended early keeps what it found.
fn extended(mut regrets: Vec<f64>, queries: usize) -> Vec<f64> {
    let last = regrets.last().copied().unwrap_or(f64::NAN);
    regrets.resize(queries, last);
    regrets
}
