//! What shows that the searches by surrogate work: on tables of trained networks, against numbers and against random search of the same run.
//!
//! Fast versions run with all tests, where `SUPERNET_DATA` names a folder that holds the tables. The full ones take some minutes of a core:
//!
//! ```text
//! SUPERNET_DATA=... cargo test --release -p supernet-search --test surrogate_gates -- --ignored --nocapture
//! ```

use rand::seq::SliceRandom;
use std::path::Path;
use supernet_search::{
    Bootstrap, Dngo, Ensemble, Estimate, Evaluator, Gp, Guided, Progressive, RandomSearch, Ridge, Score, Scored,
    SearchError, SearchLimits, Strategy, Surrogate, Table, Tpe, kendall, search,
};
use supernet_space::{Architecture, Choice, Cost, Encoding, NasBench201, NasBenchMacro, SearchSpace, draws};

/// The file `name` of the folder that `SUPERNET_DATA` names; says so and gives nothing where there is none.
fn data(name: &str) -> Option<Vec<u8>> {
    let Some(data) = std::env::var_os("SUPERNET_DATA") else {
        println!("skipped: SUPERNET_DATA names no folder that holds nas-bench/{name}");
        return None;
    };
    let path = Path::new(&data).join("nas-bench").join(name);
    Some(std::fs::read(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display())))
}

fn quartiles(mut values: Vec<f64>) -> [f64; 3] {
    values.sort_by(f64::total_cmp);
    [0.25, 0.5, 0.75].map(|share| {
        let place = share * (values.len() - 1) as f64;
        let (below, above) = (values[place.floor() as usize], values[place.ceil() as usize]);
        below + (above - below) * place.fract()
    })
}

/// By how much the median of `a` is above that of `b`, with its 95 % interval.
fn difference(a: &[f64], b: &[f64]) -> Estimate {
    let strata: Vec<usize> = a.iter().map(|_| 0).chain(b.iter().map(|_| 1)).collect();
    let median = |drawn: &[usize], of_a: bool| {
        let some = drawn.iter().filter(|&&i| (i < a.len()) == of_a);
        quartiles(some.map(|&i| if of_a { a[i] } else { b[i - a.len()] }).collect())[1]
    };
    let statistic = |drawn: &[usize]| Some(median(drawn, true) - median(drawn, false));
    Bootstrap { seed: 1, resamples: 2_000 }.estimate("gates", &strata, statistic).unwrap()
}

/// NAS-Bench-Macro: a search sees the first training; regret is that of the mean of three, in points.
struct Macro {
    space: SearchSpace,
    table: Table,
    best: f64,
}

impl Macro {
    fn read() -> Option<Self> {
        let csv = data("nasbench_macro_cifar10.csv")?;
        let space = NasBenchMacro::new().space().clone();
        let table = Table::nas_bench_macro("macro.csv", &csv[..], &["acc1"]).unwrap().complete(&space).unwrap();
        let best = table.rows().iter().filter_map(|row| row.test).fold(0.0, f64::max);
        Some(Self { space, table, best })
    }

    /// The regret after 1, 2, … networks, and how many there were before the search ended.
    fn regrets(&self, mut strategy: impl Strategy, queries: usize) -> Vec<f64> {
        let limits = SearchLimits { candidates: queries, ask: 1, patience: 2_000 };
        let outcome = search(&self.space, &mut strategy, &mut self.table.clone(), limits).unwrap();
        let mut best: Option<&Scored> = None;
        let regret = |scored: &Scored| 100.0 * (self.best - self.table.reported(&scored.architecture).unwrap());
        let mut regrets = Vec::new();
        for scored in &outcome.scored {
            best = best.filter(|best| scored.score.better_first(&best.score).is_ge()).or(Some(scored));
            regrets.push(regret(best.unwrap()));
        }
        regrets.resize(queries, *regrets.last().unwrap());
        regrets
    }

    /// Holds the median regret of seeds 1 to `seeds` after so many networks against the most it may be, and against random search.
    fn gate<S: Strategy>(&self, name: &str, seeds: u64, gates: &[(usize, f64)], make: impl Fn(SearchSpace, u64) -> S) {
        let queries = gates.iter().map(|&(query, _)| query).max().unwrap();
        let all = |run: &dyn Fn(u64) -> Vec<f64>| (1..=seeds).map(run).collect::<Vec<_>>();
        let started = std::time::Instant::now();
        let trials = all(&|seed| self.regrets(make(self.space.clone(), seed), queries));
        let took = started.elapsed().as_secs_f64() * 1e3 / (seeds as usize * queries) as f64;
        let random = all(&|seed| self.regrets(RandomSearch::new(self.space.clone(), seed, "random"), queries));
        for &(query, most) in gates {
            let at = |trials: &[Vec<f64>]| trials.iter().map(|trial| trial[query - 1]).collect::<Vec<_>>();
            let [low, median, high] = quartiles(at(&trials));
            let gain = difference(&at(&random), &at(&trials));
            println!(
                "{name}, {seeds} seeds, at {query}: {median:.3} [{low:.3}, {high:.3}], below random by {gain}; {took:.1} ms a network"
            );
            assert!(median <= most, "{name} at {query}: {median:.3}, at most {most}");
            assert!(gain.low > 0.0, "{name} at {query}: below random by {gain}");
        }
    }
}

#[test]
fn gp_ei_is_far_ahead_of_random_search_after_50_networks() {
    let Some(bench) = Macro::read() else { return };
    bench.gate("gp, ei", 8, &[(50, 0.20)], |space, seed| Guided::gp_ei(space, seed, "gp"));
}

#[test]
#[ignore = "some minutes"]
fn gp_ei_in_full() {
    let Some(bench) = Macro::read() else { return };
    bench.gate("gp, ei", 50, &[(50, 0.10), (100, 0.02)], |space, seed| Guided::gp_ei(space, seed, "gp"));
}

/// The regret of what is found within a time, if training takes e^z for z the deviation of a network's multiply-accumulates from their mean, in
/// standard deviations. The time is that of `networks` of mean duration.
struct Timed<'a> {
    bench: &'a Macro,
    mean: f64,
    deviation: f64,
}

impl Timed<'_> {
    fn seconds(&self, macs: u64) -> f64 {
        ((macs as f64 - self.mean) / self.deviation).exp()
    }

    fn regret(&self, mut strategy: impl Strategy, time: f64) -> f64 {
        let (mut spent, mut best, mut known) = (0.0, 0.0, std::collections::HashMap::new());
        let (mut truth, mut table) = (0.0, self.bench.table.clone());
        while spent < time && known.len() < 3_000 {
            let asked = strategy.ask(1);
            let network = self.bench.space.canonical(&asked[0]);
            let mut scored = table.evaluate(std::slice::from_ref(&network)).unwrap().remove(0);
            let seconds = self.seconds(scored.cost.macs);
            if known.insert(network.clone(), ()).is_none() {
                spent += seconds;
            }
            if scored.score.accuracy > best && spent <= time {
                (best, truth) = (scored.score.accuracy, self.bench.table.reported(&network).unwrap());
            }
            // In milliseconds, as whole numbers.
            scored.cost.macs = (1e3 * seconds) as u64;
            strategy.tell(&[Scored { architecture: asked[0].clone(), ..scored }]);
        }
        100.0 * (self.bench.best - truth)
    }
}

fn per_second(seeds: u64, in_full: bool) {
    let Some(bench) = Macro::read() else { return };
    let macs: Vec<f64> = bench.table.rows().iter().map(|row| row.cost.macs as f64).collect();
    let mean = macs.iter().sum::<f64>() / macs.len() as f64;
    let deviation = (macs.iter().map(|macs| (macs - mean).powi(2)).sum::<f64>() / macs.len() as f64).sqrt();
    let timed = Timed { bench: &bench, mean, deviation };
    let time =
        50.0 * bench.table.rows().iter().map(|row| timed.seconds(row.cost.macs)).sum::<f64>() / macs.len() as f64;
    let space = || bench.space.clone();
    let all = |run: &dyn Fn(u64) -> f64| (1..=seeds).map(run).collect::<Vec<f64>>();
    let plain = all(&|seed| timed.regret(Guided::gp_ei(space(), seed, "gp"), time));
    let divided = all(&|seed| timed.regret(Guided::gp_ei_per_second(space(), seed, "gp"), time));
    let random = all(&|seed| timed.regret(RandomSearch::new(space(), seed, "random"), time));
    let gain = difference(&random, &divided);
    let [of_plain, of_divided, of_random] = [plain, divided, random].map(quartiles);
    println!("ei {of_plain:.3?}, ei per second {of_divided:.3?}, random {of_random:.3?}, which is worse by {gain}");
    assert!(of_divided[1] < of_random[1]);
    assert!(!in_full || (of_divided[1] <= of_plain[1] && gain.low > 0.0));
}

#[test]
fn within_equal_time_ei_per_second_finds_more_than_random_search() {
    per_second(6, false);
}

#[test]
#[ignore = "some minutes"]
fn ei_per_second_in_full() {
    per_second(50, true);
}

#[test]
fn dngo_is_far_ahead_of_random_search_after_50_networks() {
    let Some(bench) = Macro::read() else { return };
    bench.gate("dngo, ei", 5, &[(50, 0.24)], |space, seed| Guided::dngo(space, seed, "dngo"));
}

#[test]
#[ignore = "some minutes"]
fn dngo_in_full() {
    let Some(bench) = Macro::read() else { return };
    bench.gate("dngo, ei", 50, &[(50, 0.12), (100, 0.02)], |space, seed| Guided::dngo(space, seed, "dngo"));
}

/// PNAS's first growth: how many networks it looks at, and the regret of the best of them.
fn pnas(bench: &Macro, seeds: u64, most: f64) {
    let first_growth = |seed| {
        let mut strategy = Progressive::pnas(bench.space.clone(), seed, "pnas");
        let (mut told, mut table): (Vec<Scored>, _) = (Vec::new(), bench.table.clone());
        while strategy.foresight().count() < 7 {
            let asked: Vec<Architecture> = strategy.ask(1).iter().map(|one| bench.space.canonical(one)).collect();
            if strategy.foresight().count() == 7 {
                break;
            }
            told.extend(table.evaluate(&asked).unwrap());
            strategy.tell(&told[told.len() - 1..]);
        }
        told.sort_by(|a, b| a.score.better_first(&b.score));
        let regret = 100.0 * (bench.best - bench.table.reported(&told[0].architecture).unwrap());
        (told.len(), regret, strategy.foresight().flatten().collect::<Vec<_>>())
    };
    let trials: Vec<_> = (1..=seeds).map(first_growth).collect();
    let networks = trials.iter().map(|(n, _, _)| *n).max().unwrap();
    let [low, median, high] = quartiles(trials.iter().map(|(_, regret, _)| *regret).collect());
    let ahead = |step: usize| quartiles(trials.iter().filter_map(|(_, _, tau)| tau.get(step).copied()).collect())[1];
    println!("pnas, {seeds} seeds: {median:.3} [{low:.3}, {high:.3}] after at most {networks} networks");
    println!("  tau before training: {:.2?}", (0..6).map(ahead).collect::<Vec<_>>());
    let random = |seed| bench.regrets(RandomSearch::new(bench.space.clone(), seed, "random"), networks)[networks - 1];
    let random: Vec<f64> = (1..=seeds).map(random).collect();
    let gain = difference(&random, &trials.iter().map(|(_, regret, _)| *regret).collect::<Vec<_>>());
    println!("  below random search of as many by {gain}");
    assert!(networks <= 84 && median <= most && gain.low > 0.0, "{networks} networks, {median:.3}, {gain}");
}

#[test]
fn pnas_grows_to_a_good_network_within_84() {
    let Some(bench) = Macro::read() else { return };
    pnas(&bench, 8, 0.20);
}

#[test]
#[ignore = "some minutes"]
fn pnas_in_full() {
    let Some(bench) = Macro::read() else { return };
    pnas(&bench, 50, 0.10);
}

/// The median of Kendall's tau, over draws of 100 cells that a surrogate is fitted to, of its means with the accuracies of the other 400.
fn tau(make: impl Fn(&Encoding, u64) -> Box<dyn Surrogate>, draws_: u64) -> f64 {
    let Some(csv) = data("nasbench201_sample.csv") else { return f64::NAN };
    let space = NasBench201::new().space().clone();
    let table = Table::nas_bench_201("sample.csv", &csv[..], "c100_valid_200", "c100_test_200").unwrap();
    let encoding = Encoding::one_hot(&space);
    let of_draw = |draw: u64| {
        let mut rows: Vec<_> = table.rows().iter().collect();
        rows.shuffle(&mut draws(draw, "cells", 0));
        let inputs: Vec<Vec<f64>> =
            rows.iter().map(|row| encoding.encode(&space.canonical(&row.architecture))).collect();
        let accuracies: Vec<f64> = rows.iter().map(|row| row.validation[0]).collect();
        let mut model = make(&encoding, draw);
        model.fit(&inputs[..100], &supernet_search::surrogate_targets(&accuracies[..100])).unwrap();
        let means: Vec<f64> = model.predict(&inputs[100..]).iter().map(|normal| normal.mean).collect();
        kendall(&means, &accuracies[100..]).unwrap()
    };
    let [low, median, high] = quartiles((1..=draws_).map(of_draw).collect());
    println!("  tau {median:.3} [{low:.3}, {high:.3}] over {draws_} draws");
    median
}

fn taus(draws_: u64, share: f64) {
    if data("nasbench201_sample.csv").is_none() {
        return;
    }
    type Make = fn(&Encoding, u64) -> Box<dyn Surrogate>;
    let gates: [(&str, f64, Make); 4] = [
        ("gp", 0.45, |encoding, _| Box::new(Gp::new(encoding.blocks().to_vec()))),
        ("dngo", 0.40, |_, seed| Box::new(Dngo::new(seed))),
        ("ensemble", 0.48, |_, seed| Box::new(Ensemble::new(seed))),
        ("ridge", 0.45, |_, _| Box::new(Ridge::new())),
    ];
    for (name, least, make) in gates {
        println!("{name}, 100 cells of NAS-Bench-201, 400 others");
        let found = tau(make, draws_);
        assert!(found >= share * least, "{name}: {found:.3}, at least {}", share * least);
    }
}

#[test]
fn surrogates_rank_unseen_cells() {
    taus(4, 0.9);
}

#[test]
#[ignore = "a minute"]
fn surrogates_rank_unseen_cells_in_full() {
    taus(50, 1.0);
}

/// Eight branches, each with six choices of its own, of four options; the effects of branches and options are normal.
struct Tree {
    effects: Vec<f64>,
    branch: Vec<f64>,
}

impl Tree {
    const BRANCHES: usize = 8;
    const PRIVATE: usize = 6;

    fn new(seed: u64) -> Self {
        use rand::RngExt;
        let mut rng = draws(seed, "tree", 0);
        // Twelve uniform numbers make a normal one.
        let mut normal = |_| (0..12).map(|_| rng.random::<f64>()).sum::<f64>() - 6.0;
        let branch = (0..Self::BRANCHES).map(&mut normal).collect();
        Self { branch, effects: (0..Self::BRANCHES * Self::PRIVATE * 4).map(&mut normal).collect() }
    }

    /// With the choices of a branch under its option, or all of them always active.
    fn space(is_conditional: bool) -> SearchSpace {
        let names: Vec<String> = (0..Self::BRANCHES).map(|branch| branch.to_string()).collect();
        let mut choices = vec![Choice::one_of("branch", names.clone()).unwrap()];
        for branch in &names {
            for i in 0..Self::PRIVATE {
                let choice = Choice::one_of(format!("{branch}/{i}"), ["a", "b", "c", "d"]).unwrap();
                choices.push(if is_conditional { choice.under("branch", [branch]) } else { choice });
            }
        }
        SearchSpace::new("tree", choices).unwrap()
    }

    fn value(&self, architecture: &Architecture) -> f64 {
        let branch = architecture.bits(0).trailing_zeros() as usize;
        let of_choice = |i: usize| {
            let choice = branch * Self::PRIVATE + i;
            self.effects[4 * choice + architecture.bits(1 + choice).trailing_zeros() as usize]
        };
        self.branch[branch] + (0..Self::PRIVATE).map(of_choice).sum::<f64>()
    }

    fn best(&self) -> f64 {
        let of_branch = |branch: usize| {
            let best =
                |choice: usize| self.effects[4 * choice..4 * choice + 4].iter().copied().fold(f64::MIN, f64::max);
            self.branch[branch] + (0..Self::PRIVATE).map(|i| best(branch * Self::PRIVATE + i)).sum::<f64>()
        };
        (0..Self::BRANCHES).map(of_branch).fold(f64::MIN, f64::max)
    }

    /// The deviation of values of uniform draws.
    fn deviation(&self) -> f64 {
        let space = Self::space(true);
        let mut rng = draws(1, "deviation", 0);
        let values: Vec<f64> = (0..2_000).map(|_| self.value(&space.sample(&mut rng))).collect();
        let mean = values.iter().sum::<f64>() / 2_000.0;
        (values.iter().map(|value| (value - mean).powi(2)).sum::<f64>() / 2_000.0).sqrt()
    }
}

impl Evaluator for Tree {
    type Error = SearchError;

    fn evaluate(&mut self, list: &[Architecture]) -> Result<Vec<Scored>, SearchError> {
        let scored = |one: &Architecture| Scored {
            architecture: one.clone(),
            score: Score { accuracy: self.value(one), loss: f64::NAN, images: 0 },
            cost: Cost::default(),
        };
        Ok(list.iter().map(scored).collect())
    }
}

/// How far the best of 50 is from the best of all, in deviations of the space.
fn tree_regret(seed: u64, is_conditional: bool, make: impl Fn(SearchSpace) -> Box<dyn Strategy>) -> f64 {
    let (mut tree, space) = (Tree::new(seed), Tree::space(is_conditional));
    let limits = SearchLimits { candidates: 50, ask: 1, patience: 2_000 };
    let outcome = search(&space, &mut *make(space.clone()), &mut tree, limits).unwrap();
    (tree.best() - outcome.ranked()[0].score.accuracy) / tree.deviation()
}

fn trees(seeds: u64, most: f64, must_gain: bool) {
    let run = |name: &str, is_conditional, make: &dyn Fn(SearchSpace, u64) -> Box<dyn Strategy>| {
        let all: Vec<f64> =
            (1..=seeds).map(|seed| tree_regret(seed, is_conditional, |space| make(space, seed))).collect();
        let [low, median, high] = quartiles(all.clone());
        let mean = all.iter().sum::<f64>() / all.len() as f64;
        println!("{name}, {seeds} trees: median {median:.2} [{low:.2}, {high:.2}], mean {mean:.2} deviations");
        all
    };
    let tpe = |space, seed| -> Box<dyn Strategy> { Box::new(Tpe::new(space, seed, "tpe")) };
    let conditional = run("tpe, conditional", true, &tpe);
    let flat = run("tpe, all active", false, &tpe);
    run("random", true, &|space, seed| Box::new(RandomSearch::new(space, seed, "random")));
    run("gp, ei, conditional", true, &|space, seed| Box::new(Guided::gp_ei(space, seed, "gp")));
    let gain = difference(&flat, &conditional);
    println!("  conditions are worth {gain}");
    assert!(quartiles(conditional)[1] <= most);
    assert!(!must_gain || gain.low > 0.0, "{gain}");
}

#[test]
fn tpe_on_a_tree_comes_near_its_best_within_50() {
    trees(8, 1.4, false);
}

#[test]
#[ignore = "a minute"]
fn tpe_on_a_tree_in_full() {
    trees(40, 0.7, true);
}
