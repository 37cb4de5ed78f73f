//! How well surrogates rank cells that they have not seen.

use crate::{
    bench::data,
    report::{Line, median, seeds, spread},
};
use rand::seq::SliceRandom;
use std::time::Instant;
use supernet_search::{
    Dngo, Ensemble, Gp, Guided, Ridge, Score, Scored, Strategy, Surrogate, Table, kendall, surrogate_targets,
};
use supernet_space::{Cost, Encoding, NasBench201, NasBenchMacro, draws};

/// A surrogate of encoded cells under a seed, and the least tau that it must have.
struct Ranker {
    system: &'static str,
    name: &'static str,
    least: f64,
    make: fn(&Encoding, u64) -> Box<dyn Surrogate>,
}

const RANKERS: [Ranker; 4] = [
    Ranker {
        system: "16 GP-EI",
        name: "gaussian process",
        least: 0.45,
        make: |encoding, _| Box::new(Gp::new(encoding.blocks().to_vec())),
    },
    Ranker { system: "17 DNGO", name: "dngo", least: 0.40, make: |_, seed| Box::new(Dngo::new(seed)) },
    Ranker {
        system: "5 PNAS",
        name: "ensemble of networks",
        least: 0.48,
        make: |_, seed| Box::new(Ensemble::new(seed)),
    },
    Ranker { system: "5 PNAS", name: "ridge", least: 0.45, make: |_, _| Box::new(Ridge::new()) },
];

/// Computes Kendall's tau, for each draw of 100 cells that a surrogate is fitted to, of its means
/// with the accuracies of the other 400.
fn taus(csv: &[u8], ranker: &Ranker, targets: fn(&[f64]) -> Vec<f64>, trials: u64) -> Vec<f64> {
    let space = NasBench201::new().space().clone();
    let table = Table::nas_bench_201("sample.csv", csv, "c100_valid_200", "c100_test_200").unwrap();
    let encoding = Encoding::one_hot(&space);
    let of_draw = |draw: u64| {
        let mut rows: Vec<_> = table.rows().iter().collect();
        rows.shuffle(&mut draws(draw, "cells", 0));
        let inputs: Vec<Vec<f64>> =
            rows.iter().map(|row| encoding.encode(&space.canonical(&row.architecture))).collect();
        let accuracies: Vec<f64> = rows.iter().map(|row| row.validation[0]).collect();
        let mut model = (ranker.make)(&encoding, draw);
        model.fit(&inputs[..100], &targets(&accuracies[..100])).unwrap();
        let means: Vec<f64> = model.predict(&inputs[100..]).iter().map(|normal| normal.mean).collect();
        kendall(&means, &accuracies[100..]).unwrap()
    };
    (1..=trials).map(of_draw).collect()
}

/// Logits whose lower end is not cut off: one broken network stretches them.
fn uncut(accuracies: &[f64]) -> Vec<f64> {
    accuracies.iter().map(|accuracy| (accuracy / (1.0 - accuracy)).ln()).collect()
}

#[test]
fn surrogates_rank_unseen_cells() {
    let Some(csv) = data("nasbench201_sample.csv") else { return };
    for ranker in RANKERS {
        let found = median(&taus(&csv, &ranker, surrogate_targets, 4));
        assert!(found >= 0.9 * ranker.least, "{}: {found:.3}, at least {}", ranker.name, ranker.least);
    }
}

#[test]
fn broken_networks_ruin_targets_that_are_not_cut_off() {
    let Some(csv) = data("nasbench201_sample.csv") else { return };
    let [cut, uncut] =
        [surrogate_targets, uncut as fn(&[f64]) -> Vec<f64>].map(|rule| median(&taus(&csv, &RANKERS[3], rule, 6)));
    assert!(cut > uncut + 0.02, "{cut:.3} and {uncut:.3}");
}

#[test]
#[ignore = "the full gates: a minute"]
fn surrogates_rank_unseen_cells_in_full() {
    let Some(csv) = data("nasbench201_sample.csv") else { return };
    let (seeds, mut missed) = (seeds(), Vec::new());
    for ranker in RANKERS {
        let found = taus(&csv, &ranker, surrogate_targets, seeds);
        let passes = median(&found) >= ranker.least;
        Line {
            system: ranker.system,
            asked: format!(
                "{}: tau on 400 cells of NAS-Bench-201 after 100 others at least {:.2}",
                ranker.name, ranker.least
            ),
            found: format!(
                "{}; {} on logits that are not cut off",
                spread(&found),
                spread(&taus(&csv, &ranker, uncut, seeds))
            ),
            seeds,
            passes,
        }
        .print();
        missed.extend((!passes).then_some(ranker.name));
    }
    assert!(missed.is_empty(), "{missed:?}");
}

/// What one proposal of DNGO takes once 2,000 networks were told, in seconds.
fn seconds_of_an_ask_after_2_000() -> f64 {
    let space = NasBenchMacro::new().space().clone();
    let networks = space.architectures(6_561).unwrap();
    let score = |accuracy| Score { accuracy, loss: f64::NAN, images: 0 };
    let mut rng = draws(1, "two thousand", 0);
    let mut different: Vec<_> = networks.iter().filter(|one| space.canonical(one) == **one).collect();
    different.shuffle(&mut rng);
    let told: Vec<Scored> = different[..2_000]
        .iter()
        .map(|&one| Scored {
            architecture: one.clone(),
            score: score(0.9 + 1e-3 * (0..8).map(|layer| f64::from(one.bits(layer).trailing_zeros())).sum::<f64>()),
            cost: Cost::default(),
        })
        .collect();
    let mut strategy = Guided::dngo(space.clone(), 1, "dngo");
    strategy.tell(&told);
    let started = Instant::now();
    let asked = strategy.ask(1);
    let seconds = started.elapsed().as_secs_f64();
    assert!(told.iter().all(|scored| scored.architecture != space.canonical(&asked[0])));
    seconds
}

#[test]
#[ignore = "the full gate"]
fn an_ask_of_dngo_after_2_000_networks_takes_two_seconds_at_most() {
    let mut seconds: Vec<f64> = (0..3).map(|_| seconds_of_an_ask_after_2_000()).collect();
    seconds.sort_by(f64::total_cmp);
    let passes = seconds[1] <= 2.0;
    Line {
        system: "17 DNGO",
        asked: "dngo, 2,000 networks told: one ask at most 2 s".into(),
        found: format!("{:.2} s, the middle of three", seconds[1]),
        seeds: 1,
        passes,
    }
    .print();
    assert!(passes, "{seconds:?}");
}
