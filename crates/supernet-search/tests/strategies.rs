//! What holds for every strategy: proposals are architectures, a stored state goes on exactly,
//! order and parts of telling do not matter for validity, constraints hold, and a table is an
//! evaluator like any other.

mod processor_time;
mod yardstick;

use processor_time::now;
use rand::{RngExt, seq::SliceRandom};
use serde::{Serialize, de::DeserializeOwned};
use supernet_search::{
    Acquisition, BudgetLimits, BudgetedStrategy, CoEvolution, Constraints, Dngo, EditPolicy, Evaluator, Factorised,
    Filtered, GeneticAlgorithm, Growth, Guided, HierarchicalEvolution, HillClimbing, Hyperband, Neat, Nsga2, Objective,
    PairTournament, PerBudget, Perturb, PoolEvolution, Ppo, Progressive, Proposal, QLearning, RandomSearch,
    RegularisedEvolution, Reinforce, Ridge, Score, Scored, SearchError, SearchLimits, Strategy, SuccessiveHalving,
    Table, TournamentEvolution, Tpe, search, search_budgeted, search_budgeted_within, search_within,
};
use supernet_space::{
    Architecture, CellSpace, Choice, Cost, EnasMacro, GeneticStages, NasBench201, NasBenchMacro, NasBenchMacroShape,
    SearchSpace, draws,
};
use yardstick::yards;

/// Applies a generic function to each strategy over a space.
macro_rules! each_strategy {
    ($check:ident($space:expr $(, $argument:expr)*)) => {{
        let space: SearchSpace = $space;
        let space = &space;
        let objectives = [Objective::Accuracy, Objective::Parameters];
        $check(RandomSearch::new(space.clone(), 1, "random"), space $(, $argument)*);
        let evolution = RegularisedEvolution::new(space.clone(), 1, "regularised").with_population(20, 5).unwrap();
        $check(evolution, space $(, $argument)*);
        let evolution = TournamentEvolution::new(space.clone(), 1, "tournament").with_population(20, 3).unwrap();
        $check(evolution, space $(, $argument)*);
        let nsga2 = Nsga2::new(space.clone(), &objectives, 1, "nsga").unwrap().with_population(20, 0.9).unwrap();
        $check(nsga2, space $(, $argument)*);
        $check(HillClimbing::new(space.clone(), 1, "climb"), space $(, $argument)*);
        $check(Reinforce::factorised(space.clone(), 1, "factorised"), space $(, $argument)*);
        $check(Reinforce::lstm(space.clone(), 1, "lstm"), space $(, $argument)*);
        $check(Reinforce::nas_rl(space.clone(), 1, "nas-rl"), space $(, $argument)*);
        $check(Ppo::factorised(space.clone(), 1, "ppo"), space $(, $argument)*);
        $check(Ppo::lstm(space.clone(), 1, "ppo"), space $(, $argument)*);
        $check(QLearning::new(space.clone(), 1, "q"), space $(, $argument)*);
        $check(GeneticAlgorithm::new(space.clone(), 1, "genes"), space $(, $argument)*);
        $check(HierarchicalEvolution::new(space.clone(), 1, "hierarchical"), space $(, $argument)*);
        $check(PairTournament::new(space.clone(), 1, "pairs"), space $(, $argument)*);
        let perturb = Perturb::new(space.clone(), 1, "perturb").with_networks(70).unwrap();
        $check(perturb, space $(, $argument)*);
        $check(PoolEvolution::new(space.clone(), 1, "pool"), space $(, $argument)*);
        $check(Neat::new(space.clone(), 1, "neat").unwrap(), space $(, $argument)*);
        $check(Tpe::new(space.clone(), 1, "tpe"), space $(, $argument)*);
        // Few rows and few or quick models: fits are what takes its time.
        $check(Guided::gp_ei(space.clone(), 1, "gp").with_rows(40).unwrap(), space $(, $argument)*);
        let per_second = Guided::gp_ei_per_second(space.clone(), 1, "per second").with_rows(30).unwrap();
        $check(per_second, space $(, $argument)*);
        let network = Dngo::new(1).with_networks(1).unwrap();
        let dngo = Guided::new(space.clone(), network, Acquisition::ExpectedImprovement, 1, "dngo");
        $check(dngo.with_rows(60).unwrap(), space $(, $argument)*);
        let growth = Growth::in_order(space);
        $check(Progressive::new(space.clone(), growth, Ridge::new(), 1, "pnas").unwrap(), space $(, $argument)*);
    }};
}

/// Applies a generic function to each strategy that needs a space of a certain form: layers of one
/// option each, or graphs.
macro_rules! each_formed {
    ($check:ident($($argument:expr),*)) => {{
        let space = NasBenchMacro::new().space().clone();
        let space = &space;
        $check(EditPolicy::new(space.clone(), 1, "edits").unwrap(), space $(, $argument)*);
        let stages = [0..2, 2..5, 5..8].map(Iterator::collect).into();
        let evolution = CoEvolution::new(space.clone(), 1, "co").and_then(|co| co.with_stages(stages)).unwrap();
        $check(evolution, space $(, $argument)*);
        let stages = GeneticStages::published().space().clone();
        $check(Neat::new(stages.clone(), 1, "neat").unwrap(), &stages $(, $argument)*);
        let layers = EnasMacro::new(4).unwrap().space().clone();
        $check(Neat::new(layers.clone(), 1, "neat").unwrap(), &layers $(, $argument)*);
    }};
}

/// Applies a generic function to each strategy that has budgets.
macro_rules! each_budgeted {
    ($check:ident($space:expr)) => {{
        let space: SearchSpace = $space;
        let space = &space;
        $check(SuccessiveHalving::new(space.clone(), 27, (1, 9), 3, 1, "halving").unwrap(), space);
        $check(Hyperband::new(space.clone(), (1, 9), 3, 1, "hyperband").unwrap(), space);
        let pool = PoolEvolution::new(space.clone(), 1, "pool").with_pool(20, 3).unwrap();
        $check(Filtered::new(pool, (1, 9), 0.5).unwrap(), space);
    }};
}

/// A score by formula: rugged, with one value in fifty that is no number.
fn score(architecture: &Architecture) -> Scored {
    let mut value = 0.0;
    let mut hash = 1u64;
    for (i, bit) in architecture.to_string().bytes().enumerate() {
        value += f64::from(bit - b'/') * ((i as f64 + 1.0) * 0.37).sin();
        hash = (hash ^ u64::from(bit)).wrapping_mul(0x0100_0000_01b3);
    }
    let accuracy = if hash % 50 == 7 { f64::NAN } else { 0.5 + 0.1 * value.sin() + (hash % 97) as f64 * 1e-4 };
    let cost = Cost { parameters: 1_000 * u64::from(architecture.paths_on()) + hash % 100, macs: hash % 1_000 };
    Scored { architecture: architecture.clone(), score: Score { accuracy, loss: f64::NAN, images: 0 }, cost }
}

struct ByFormula;

impl Evaluator for ByFormula {
    type Error = SearchError;

    fn evaluate(&mut self, architectures: &[Architecture]) -> Result<Vec<Scored>, SearchError> {
        Ok(architectures.iter().map(score).collect())
    }
}

/// A convolution with a kernel and a norm, the norm with a momentum, and layers that only some
/// depths have.
fn nested() -> SearchSpace {
    let one_of = |name: String, options: &[&str]| Choice::one_of(name, options.iter().copied()).unwrap();
    let depths = ["1", "2", "3", "4"];
    let layer = |i: usize| {
        let op = one_of(format!("{i}/op"), &["conv", "pool", "skip"]);
        let kernel = one_of(format!("{i}/kernel"), &["3", "5", "7"]).under(format!("{i}/op"), ["conv"]);
        let norm = one_of(format!("{i}/norm"), &["none", "batch"]).under(format!("{i}/op"), ["conv"]);
        let momentum = one_of(format!("{i}/momentum"), &["low", "high"]).under(format!("{i}/norm"), ["batch"]);
        let is_there = |choice: Choice| if i == 0 { choice } else { choice.under("depth", depths[i..].to_vec()) };
        [is_there(op), kernel, norm, momentum]
    };
    let choices = std::iter::once(one_of("depth".into(), &depths)).chain((0..4).flat_map(layer));
    SearchSpace::new("nested", choices).unwrap()
}

/// The same kind of space with every choice before those that its conditions look at.
fn upside_down() -> SearchSpace {
    let one_of = |name: &str, options: &[&str]| Choice::one_of(name, options.iter().copied()).unwrap();
    let choices = [
        one_of("width", &["16", "32", "64"]),
        one_of("momentum", &["low", "high"]).under("norm", ["batch"]),
        Choice::new("inputs", ["a", "b", "c"], 1..=2).unwrap().under("op", ["conv", "pool"]),
        one_of("norm", &["none", "batch"]).under("op", ["conv"]),
        one_of("op", &["conv", "pool", "skip"]),
    ];
    SearchSpace::new("upside down", choices).unwrap()
}

fn cells() -> SearchSpace {
    CellSpace::new(3, 2).unwrap().space().clone()
}

fn stored<S: Serialize + DeserializeOwned>(strategy: &S) -> S {
    serde_json::from_str(&serde_json::to_string(strategy).unwrap()).unwrap()
}

#[test]
fn a_stored_strategy_goes_on_exactly() {
    fn check<S: Strategy + Serialize + DeserializeOwned>(mut strategy: S, space: &SearchSpace) {
        let mut rng = draws(11, strategy.name(), 0);
        let stop = rng.random_range(0..200);
        let mut resumed: Option<S> = None;
        for round in 0..200 {
            if round == stop {
                resumed = Some(stored(&strategy));
            }
            // Batches of any size; some scores in another order, some later, some never.
            let count = rng.random_range(1..8);
            let asked = strategy.ask(count);
            assert_eq!(asked.len(), count);
            asked.iter().for_each(|architecture| space.check(architecture).unwrap());
            let mut told: Vec<Scored> = asked.iter().map(score).collect();
            told.shuffle(&mut rng);
            told.truncate(rng.random_range(0..=2 * count));
            if let Some(resumed) = &mut resumed {
                assert_eq!(resumed.ask(count), asked, "{} after {stop}, round {round}", strategy.name());
                resumed.tell(&told);
            }
            strategy.tell(&told);
        }
        let resumed = resumed.unwrap();
        assert_eq!(serde_json::to_string(&resumed).unwrap(), serde_json::to_string(&strategy).unwrap());
    }
    each_strategy!(check(cells()));
    each_strategy!(check(NasBenchMacro::new().space().clone()));
    each_strategy!(check(nested()));
    each_strategy!(check(upside_down()));
    each_formed!(check());
}

#[test]
fn a_stored_strategy_with_budgets_goes_on_exactly() {
    fn check<S: BudgetedStrategy + Serialize + DeserializeOwned>(mut strategy: S, space: &SearchSpace) {
        let mut rng = draws(12, strategy.name(), 0);
        let stop = rng.random_range(0..200);
        let mut resumed: Option<S> = None;
        let mut outstanding: Vec<(Proposal, Scored)> = Vec::new();
        for round in 0..200 {
            if round == stop {
                resumed = Some(stored(&strategy));
            }
            let count = rng.random_range(1..8);
            let asked = strategy.ask(count);
            assert!(asked.len() <= count && (!asked.is_empty() || !outstanding.is_empty()));
            asked.iter().for_each(|proposal| space.check(&proposal.architecture).unwrap());
            outstanding.extend(asked.iter().map(|proposal| (proposal.clone(), score(&proposal.architecture))));
            outstanding.shuffle(&mut rng);
            let told = outstanding.split_off(outstanding.len() - outstanding.len().min(rng.random_range(1..8)));
            if let Some(resumed) = &mut resumed {
                assert_eq!(resumed.ask(count), asked, "{} after {stop}, round {round}", strategy.name());
                resumed.tell(&told);
            }
            strategy.tell(&told);
        }
        assert_eq!(serde_json::to_string(&resumed.unwrap()).unwrap(), serde_json::to_string(&strategy).unwrap());
    }
    each_budgeted!(check(cells()));
    each_budgeted!(check(NasBenchMacro::new().space().clone()));
}

#[test]
fn a_state_that_does_not_fit_its_space_is_refused_and_none_makes_a_strategy_panic() {
    fn check<S: Strategy + Serialize + DeserializeOwned>(mut strategy: S, space: &SearchSpace) {
        for _ in 0..6 {
            let told: Vec<Scored> = strategy.ask(15).iter().map(score).collect();
            strategy.tell(&told);
        }
        strategy.tell(&strategy_leftover(space));
        let text = serde_json::to_string(&strategy).unwrap();
        // Numbers, signs and entries of the stored state changed one at a time.
        let mut rng = draws(13, strategy.name(), 0);
        let changes = [("1", "0"), ("0", "1"), ("2", "9"), (",", ""), ("\"", ""), ("/", ":"), ("5", "55")];
        let mut read = 0;
        for _ in 0..300 {
            let (from, to) = changes[rng.random_range(0..changes.len())];
            let places: Vec<usize> = text.match_indices(from).map(|(place, _)| place).collect();
            let Some(&place) = places.get(rng.random_range(0..places.len().max(1))) else { continue };
            let changed = format!("{}{to}{}", &text[..place], &text[place + from.len()..]);
            if let Ok(mut strategy) = serde_json::from_str::<S>(&changed) {
                read += 1;
                for _ in 0..3 {
                    let told: Vec<Scored> = strategy.ask(12).iter().map(score).collect();
                    strategy.tell(&told);
                }
            }
        }
        println!("{:<24} {read} of 300 changed states could be read", strategy.name());
    }
    /// Scores that wait for a batch to be full.
    fn strategy_leftover(space: &SearchSpace) -> Vec<Scored> {
        (0..3).map(|i| score(&space.sample(&mut draws(14, "leftover", i)))).collect()
    }
    each_strategy!(check(cells()));
    each_formed!(check());

    let evolution = RegularisedEvolution::new(cells(), 1, "regularised");
    let none = serde_json::to_string(&evolution).unwrap().replace("\"population\":100", "\"population\":0");
    let error = serde_json::from_str::<RegularisedEvolution>(&none).unwrap_err();
    assert!(error.to_string().contains("regularised evolution, population: found 0, expected at least 1"), "{error}");
    let reinforce = Reinforce::factorised(NasBenchMacro::new().space().clone(), 1, "factorised");
    let short = serde_json::to_string(&reinforce).unwrap().replacen("\"theta\":[\"0\",", "\"theta\":[", 1);
    let error = serde_json::from_str::<Reinforce<Factorised>>(&short).unwrap_err();
    assert!(error.to_string().contains("factorised controller, theta: found 23 entries, expected 24"), "{error}");
}

/// What a hundred thousand proposals may take.
const MOST_YARDS: f64 = 100.0;

#[test]
fn a_hundred_thousand_proposals_take_seconds_and_no_memory() {
    fn check<S: Strategy + Serialize>(mut strategy: S, _: &SearchSpace) {
        let started = now();
        let told: Vec<Scored> = strategy.ask(200).iter().map(score).collect();
        strategy.tell(&told);
        let before = serde_json::to_string(&strategy).unwrap().len();
        for _ in 0..1_000 {
            assert_eq!(strategy.ask(100).len(), 100);
        }
        let after = serde_json::to_string(&strategy).unwrap().len();
        let took = yards(now() - started);
        println!("{:<24} {took:>6.1} yards, state {before} to {after} bytes", strategy.name());
        // Neighbours that a climb waits for are written once more as waited for, and a counter
        // grows by some digits.
        assert!(after <= 2 * before, "{}: {before} to {after} bytes", strategy.name());
        assert!(took < MOST_YARDS, "{}: {took}", strategy.name());
    }
    each_strategy!(check(CellSpace::new(8, 4).unwrap().space().clone()));
    each_formed!(check());
}

#[test]
fn a_hundred_thousand_proposals_with_scores_take_seconds() {
    fn check<S: BudgetedStrategy + Serialize>(mut strategy: S, _: &SearchSpace) {
        let (started, mut asked) = (now(), 0);
        while asked < 100_000 {
            let proposals = strategy.ask(100);
            asked += proposals.len();
            let told: Vec<(Proposal, Scored)> =
                proposals.into_iter().map(|p| (p.clone(), score(&p.architecture))).collect();
            strategy.tell(&told);
        }
        let size = serde_json::to_string(&strategy).unwrap().len();
        let took = yards(now() - started);
        println!("{:<24} {took:>6.1} yards, state {size} bytes", strategy.name());
        assert!(size < 20_000 && took < MOST_YARDS);
    }
    each_budgeted!(check(CellSpace::new(8, 4).unwrap().space().clone()));
}

#[test]
fn every_strategy_stays_in_the_range_of_its_constraints() {
    fn check(mut strategy: impl Strategy, space: &SearchSpace) {
        let constraints = Constraints { parameters: 6_000..=7_050, ..Constraints::default() };
        let limits = SearchLimits { candidates: 60, ask: 7, patience: 3_000 };
        let cost = |architecture: &Architecture| Ok(score(architecture).cost);
        let outcome = search_within(space, &mut strategy, &mut ByFormula, limits, &constraints, cost).unwrap();
        assert!(!outcome.scored.is_empty() && outcome.scored.iter().all(|scored| constraints.allow(&scored.cost)));
        assert!(outcome.out_of_range.proposals > 0 && outcome.out_of_range.nearest.is_some());
        // The last is hard to meet by chance alone, so a strategy may end before it found as many.
        assert!(outcome.scored.len() == 60 || outcome.asked >= 3_000, "{}", strategy.name());
    }
    each_strategy!(check(cells()));
}

#[test]
fn tpe_without_conditions_proposes_what_it_always_did() {
    let space = NasBenchMacro::new().space().clone();
    let mut tpe = Tpe::new(space, 1, "tpe");
    let mut text = String::new();
    for _ in 0..200 {
        let asked = tpe.ask(1);
        text += &asked[0].to_string();
        tpe.tell(&[score(&asked[0])]);
    }
    assert_eq!(supernet_space::fnv1a(text.as_bytes()), 8_656_919_982_088_613_059);
}

/// NAS-Bench-Macro by formula, all 6,561 lines of it.
fn table_text() -> String {
    let bench = NasBenchMacro::new();
    let mut text = String::from("arch,acc1,acc2,acc3,mean_acc\n");
    for architecture in bench.space().architectures(6_561).unwrap() {
        let canonical = bench.space().canonical(&architecture);
        let layers = bench.options(&canonical).unwrap();
        let value = 80.0 + layers.iter().zip(1..).map(|(&o, i)| o as f64 * (f64::from(i) * 0.9).sin()).sum::<f64>();
        let text_of = bench.text(&architecture).unwrap();
        text += &format!("{text_of},{},{},{},{value}\n", value - 0.5, value + 0.25, value + 0.25);
    }
    text
}

#[test]
fn every_strategy_searches_a_table_and_sees_validation_alone() {
    fn check(mut strategy: impl Strategy, space: &SearchSpace, table: &Table) {
        let limits = SearchLimits { candidates: 200, ask: 10, patience: 5_000 };
        let mut table = table.clone();
        let outcome = search(space, &mut strategy, &mut table, limits).unwrap();
        let best = outcome.ranked()[0];
        let row = table.row(&best.architecture).unwrap();
        assert_eq!(best.score.accuracy, row.validation[0]);
        assert!((row.test.unwrap() - best.score.accuracy - 0.005).abs() < 1e-12);
        let mean = table.rows().iter().map(|row| row.validation[0]).sum::<f64>() / table.rows().len() as f64;
        assert!(best.score.accuracy > mean + 0.02, "{}: {}", strategy.name(), best.score.accuracy);
    }
    let bench = NasBenchMacro::new();
    let table = Table::nas_bench_macro("formula.csv", table_text().as_bytes(), &["acc1"]).unwrap();
    let table = table.complete(bench.space()).unwrap();
    each_strategy!(check(bench.space().clone(), &table));
}

#[test]
fn budgets_on_a_table_are_trainings_and_what_is_spent_is_their_sum() {
    let bench = NasBenchMacro::new();
    let mut table = Table::nas_bench_macro("formula.csv", table_text().as_bytes(), &["acc1", "acc2", "acc3"]).unwrap();
    let mut strategy = Hyperband::new(bench.space().clone(), (1, 3), 3, 1, "hyperband").unwrap();
    let limits = BudgetLimits { spend: 100, ask: 10, patience: 1_000 };
    let outcome = search_budgeted(bench.space(), &mut strategy, &mut table, limits).unwrap();
    assert_eq!(outcome.spent, outcome.scored.iter().map(|(proposal, _)| proposal.budget).sum::<u64>());
    assert!((98..=100).contains(&outcome.spent));
    let best = outcome.at_the_greatest_budget();
    let row = table.row(&best.ranked()[0].architecture).unwrap();
    assert!((best.ranked()[0].score.accuracy - row.test.unwrap()).abs() < 1e-12);
}

#[test]
fn an_evaluator_for_each_budget_scores_in_order() {
    struct Times(u64);
    impl Evaluator for Times {
        type Error = SearchError;
        fn evaluate(&mut self, list: &[Architecture]) -> Result<Vec<Scored>, SearchError> {
            let scale = |a| Scored { cost: Cost { parameters: self.0, macs: 0 }, ..score(a) };
            Ok(list.iter().map(scale).collect())
        }
    }
    let space = cells();
    let mut strategy = SuccessiveHalving::new(space.clone(), 9, (1, 4), 2, 1, "halving").unwrap();
    let limits = BudgetLimits { spend: 33, ask: 4, patience: 100 };
    let mut evaluator = PerBudget(|budget, list: &[Architecture]| Times(budget).evaluate(list));
    let outcome = search_budgeted(&space, &mut strategy, &mut evaluator, limits).unwrap();
    assert!(outcome.scored.iter().all(|(proposal, scored)| {
        scored.cost.parameters == proposal.budget && scored.architecture == proposal.architecture
    }));
    assert!(outcome.scored.iter().any(|(proposal, _)| proposal.budget == 4));
}

#[test]
fn every_strategy_with_budgets_stays_in_the_range_of_its_constraints() {
    fn check(mut strategy: impl BudgetedStrategy, space: &SearchSpace) {
        let constraints = Constraints { parameters: 6_000..=7_050, ..Constraints::default() };
        let limits = BudgetLimits { spend: 300, ask: 5, patience: 3_000 };
        let cost = |architecture: &Architecture| Ok(score(architecture).cost);
        let mut evaluator = PerBudget(|_, list: &[Architecture]| ByFormula.evaluate(list));
        let outcome = search_budgeted_within(space, &mut strategy, &mut evaluator, limits, &constraints, cost).unwrap();
        assert!(outcome.scored.iter().all(|(_, scored)| constraints.allow(&scored.cost)));
        assert!(outcome.spent > 290 && outcome.out_of_range.proposals > 0);
    }
    each_budgeted!(check(cells()));
}

#[test]
fn the_published_table_holds_the_whole_space_and_its_costs() {
    let Some(data) = std::env::var_os("SUPERNET_DATA") else {
        println!("skipped: SUPERNET_DATA names no folder that holds nas-bench/nasbench_macro_cifar10.csv");
        return;
    };
    let path = std::path::Path::new(&data).join("nas-bench/nasbench_macro_cifar10.csv");
    let file = std::fs::File::open(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
    let bench = NasBenchMacro::new();
    let table = Table::nas_bench_macro(path.display().to_string(), file, &["acc1", "acc2", "acc3"]).unwrap();
    let table = table.complete(bench.space()).unwrap();
    for row in table.rows() {
        let mean = row.validation.iter().sum::<f64>() / 3.0;
        // The table's mean has four decimals of a per cent.
        assert!((mean - row.test.unwrap()).abs() < 1e-6);
        assert_eq!(row.cost, bench.cost(&NasBenchMacroShape::default(), &row.architecture).unwrap());
    }
}

#[test]
fn a_sample_of_a_space_is_a_table_that_says_what_it_lacks() {
    let Some(data) = std::env::var_os("SUPERNET_DATA") else {
        println!("skipped: SUPERNET_DATA names no folder that holds nas-bench/nasbench201_sample.csv");
        return;
    };
    let path = std::path::Path::new(&data).join("nas-bench/nasbench201_sample.csv");
    let file = std::fs::File::open(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
    let bench = NasBench201::new();
    let mut table = Table::nas_bench_201("sample.csv", file, "c100_valid_200", "c100_test_200").unwrap();
    let rows = table.rows().to_vec();
    assert_eq!(rows.len(), 500);
    let list: Vec<Architecture> = rows.iter().map(|row| row.architecture.clone()).collect();
    let scored = table.evaluate(&list).unwrap();
    assert!(scored.iter().zip(&rows).all(|(scored, row)| scored.score.accuracy == row.validation[0]));
    assert_eq!(
        table.complete(bench.space()).unwrap_err().to_string(),
        "sample.csv: found 500 architectures, expected all 15625 of space `nas-bench-201`"
    );
}
