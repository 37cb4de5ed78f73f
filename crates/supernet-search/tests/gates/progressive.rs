//! PNAS's first growth on NAS-Bench-Macro.

use crate::{
    bench::Macro,
    report::{Line, difference, median, seeds, spread},
};
use supernet_search::{Ensemble, Evaluator, Growth, Progressive, Scored, Strategy};
use supernet_space::Architecture;

/// What a first growth came to.
struct First {
    networks: usize,
    regret: f64,
    /// Tau of what was predicted of each step's networks with their scores.
    foresight: Vec<f64>,
}

fn first_growth(bench: &Macro, mut strategy: Progressive<Ensemble>) -> First {
    let steps = bench.space.choices().len() - 1;
    let (mut told, mut table): (Vec<Scored>, _) = (Vec::new(), bench.table.clone());
    while strategy.foresight().count() < steps {
        let asked: Vec<Architecture> = strategy.ask(1).iter().map(|one| bench.space.canonical(one)).collect();
        if strategy.foresight().count() == steps {
            break;
        }
        told.extend(table.evaluate(&asked).unwrap());
        strategy.tell(&told[told.len() - 1..]);
    }
    told.sort_by(|a, b| a.score.better_first(&b.score));
    First { networks: told.len(), regret: bench.regret(&told[0]), foresight: strategy.foresight().flatten().collect() }
}

fn pnas(bench: &Macro, seed: u64) -> First {
    first_growth(bench, Progressive::pnas(bench.space.clone(), seed, "pnas"))
}

/// The same with the last layer opened first.
fn backwards(bench: &Macro, seed: u64) -> First {
    let in_order = Growth::in_order(&bench.space);
    let steps = in_order.steps().iter().rev().cloned().collect();
    let growth = Growth::new(&bench.space, steps, in_order.closed().clone()).unwrap();
    first_growth(bench, Progressive::new(bench.space.clone(), growth, Ensemble::new(seed), seed, "pnas").unwrap())
}

fn regrets(trials: &[First]) -> Vec<f64> {
    trials.iter().map(|first| first.regret).collect()
}

#[test]
fn pnas_grows_to_a_good_network_within_84() {
    let Some(bench) = Macro::read() else { return };
    let trials: Vec<First> = (1..=8).map(|seed| pnas(&bench, seed)).collect();
    assert!(trials.iter().all(|first| first.networks <= 84));
    assert!(median(&regrets(&trials)) <= 0.20);
}

#[test]
#[ignore = "the full gates: some minutes"]
fn pnas_in_full() {
    let Some(bench) = Macro::read() else { return };
    let seeds = seeds();
    let trials: Vec<First> = (1..=seeds).map(|seed| pnas(&bench, seed)).collect();
    let most = trials.iter().map(|first| first.networks).max().unwrap();
    let random: Vec<f64> = (1..=seeds).map(|seed| bench.regrets(&mut bench.random(seed), most)[most - 1]).collect();
    let found = regrets(&trials);
    let gain = difference(&random, &found);
    let ahead =
        |step: usize| median(&trials.iter().filter_map(|one| one.foresight.get(step).copied()).collect::<Vec<_>>());
    let ahead: Vec<String> = (0..6).map(|step| format!("{:.2}", ahead(step))).collect();
    let passes = most <= 84 && median(&found) <= 0.10 && gain.low > 0.0;
    Line {
        system: "5 PNAS",
        asked: "pnas, layers opened first to last, 12 kept: ends after at most 84 networks with a regret of at most .10, below random search".into(),
        found: format!(
            "{most}, {}, random search {}, less by {gain}; tau one layer ahead, before training, {}",
            spread(&found),
            spread(&random),
            ahead.join(", ")
        ),
        seeds,
        passes,
    }
    .print();
    let turned: Vec<f64> = regrets(&(1..=seeds).map(|seed| backwards(&bench, seed)).collect::<Vec<_>>());
    let loss = difference(&turned, &found);
    let order_matters = loss.low > 0.0;
    Line {
        system: "5 PNAS",
        asked: "the same with layers opened last to first is worse".into(),
        found: format!("{}, more by {loss}", spread(&turned)),
        seeds,
        passes: order_matters,
    }
    .print();
    assert!(passes && order_matters);
}
