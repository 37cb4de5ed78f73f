//! What smoothing, calibration and verdicts make of scores that are stored in this repository, held
//! against the truth beside them.

use std::collections::HashMap;
use supernet_search::{
    Bootstrap,
    calibration::calibrated,
    kendall,
    smoothing::{Smoother, choose_smoother},
    trust::{Counted, Evidence, Trust, check, to_check, verdict},
};
use supernet_space::{Architecture, CellSpace, Cost, NasBenchMacro, NasBenchMacroShape};

/// NAS-Bench-Macro: all descriptions, the published accuracy of their networks, losses of three
/// supernets, and whether they guided choices.
struct Macro {
    bench: NasBenchMacro,
    all: Vec<Architecture>,
    truth: Vec<f64>,
    scores: [Vec<f64>; 3],
    guide: Vec<bool>,
}

fn stored() -> Macro {
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/../../docs/nas-bench-macro/networks.csv");
    let text = std::fs::read_to_string(path).expect("the stored scores");
    let bench = NasBenchMacro::new();
    let rows: HashMap<Architecture, Vec<f64>> = text
        .lines()
        .skip(1)
        .map(|line| {
            let (network, numbers) = line.split_once(',').unwrap();
            (bench.parse(network).unwrap(), numbers.split(',').map(|number| number.parse().unwrap()).collect())
        })
        .collect();
    let all = bench.space().architectures(6_561).unwrap();
    let column = |j: usize| all.iter().map(|one| rows[&bench.space().canonical(one)][j]).collect::<Vec<f64>>();
    let loss = |j: usize| column(j).into_iter().map(|loss| -loss).collect::<Vec<f64>>();
    let scores = [loss(2), loss(4), loss(6)];
    Macro { truth: column(0), guide: column(1).into_iter().map(|guide| guide == 1.0).collect(), scores, all, bench }
}

impl Macro {
    fn tau(&self, scores: &[f64]) -> f64 {
        let kept: Vec<usize> = (0..self.all.len()).filter(|&i| !self.guide[i]).collect();
        let pick = |list: &[f64]| kept.iter().map(|&i| list[i]).collect::<Vec<f64>>();
        kendall(&pick(scores), &pick(&self.truth)).unwrap()
    }
}

/// Kendall with the published accuracy, mean over the three supernets.
fn mean_tau(data: &Macro, smoothed: impl Fn(&[f64]) -> Vec<f64>) -> f64 {
    data.scores.iter().map(|scores| data.tau(&smoothed(scores))).sum::<f64>() / 3.0
}

#[test]
fn the_kernel_ranks_nas_bench_macro_better_than_main_effects_and_these_better_than_the_loss() {
    let data = stored();
    let all: Vec<&Architecture> = data.all.iter().collect();
    let mean = |smoother: Smoother| mean_tau(&data, |scores| smoother.smooth(data.bench.space(), &all, scores));
    // As in docs/nas-bench-macro; two digits more than the bounds.
    let loss = mean_tau(&data, <[f64]>::to_vec);
    assert!((loss - 0.7966).abs() < 5e-4, "{loss}");
    let effects = mean(Smoother::MainEffects);
    assert!((effects - 0.8443).abs() < 5e-4, "{effects}");
    let kernel = mean(Smoother::Kernel(0.4));
    assert!((kernel - 0.8608).abs() < 5e-4, "{kernel}");
    for weight in [0.2, 0.6] {
        assert!(mean(Smoother::Kernel(weight)) > 0.854);
    }
    assert_eq!(Smoother::usual(data.bench.space(), all.len()), Some(Smoother::Kernel(0.4)));
}

#[test]
fn three_supernets_averaged_and_smoothed_rank_better_than_one() {
    let data = stored();
    let all: Vec<&Architecture> = data.all.iter().collect();
    let averaged: Vec<f64> =
        (0..all.len()).map(|i| data.scores.iter().map(|list| list[i]).sum::<f64>() / 3.0).collect();
    let tau = data.tau(&Smoother::Kernel(0.4).smooth(data.bench.space(), &all, &averaged));
    assert!(tau > 0.87, "{tau}");
}

#[test]
fn with_five_hundred_scored_main_effects_and_a_process_rank_best_and_every_smoother_better_than_the_loss() {
    let data = stored();
    let some: Vec<usize> = (0..data.all.len()).step_by(13).collect();
    let architectures: Vec<&Architecture> = some.iter().map(|&i| &data.all[i]).collect();
    let mean = |smoother: Option<Smoother>| {
        let of = |scores: &Vec<f64>| {
            let pick = |list: &[f64]| some.iter().map(|&i| list[i]).collect::<Vec<f64>>();
            let scores = pick(scores);
            let smoothed = smoother.map_or(scores.clone(), |s| s.smooth(data.bench.space(), &architectures, &scores));
            kendall(&smoothed, &pick(&data.truth)).unwrap()
        };
        data.scores.iter().map(of).sum::<f64>() / 3.0
    };
    let [loss, effects, process, kernel] =
        [None, Some(Smoother::MainEffects), Some(Smoother::MainEffectsAndProcess), Some(Smoother::Kernel(0.4))]
            .map(mean);
    assert!(process > kernel && kernel > effects && effects > loss + 0.04, "{loss} {effects} {process} {kernel}");
    assert_eq!(Smoother::usual(data.bench.space(), some.len()), Some(Smoother::MainEffectsAndProcess));
}

#[test]
fn fifty_known_networks_choose_a_smoother_that_is_as_good_on_the_others() {
    let data = stored();
    let all: Vec<&Architecture> = data.all.iter().collect();
    let known: Vec<(usize, f64)> =
        (0..all.len()).filter(|&i| data.guide[i]).step_by(20).map(|i| (i, data.truth[i])).collect();
    assert!((45..60).contains(&known.len()), "{}", known.len());
    let smoothers = [Smoother::Kernel(0.4), Smoother::MainEffectsAndProcess, Smoother::MainEffects];
    for scores in &data.scores {
        let chosen = choose_smoother(data.bench.space(), &all, scores, &known, &smoothers);
        let smoothed = chosen.smoother.expect("a smoother").smooth(data.bench.space(), &all, scores);
        assert!(data.tau(&smoothed) > data.tau(scores) + 0.04, "{chosen:?}");
    }
}

/// The networks of the correlation study that were drawn at random: architecture, cost, one-shot
/// accuracies of three supernets, accuracy from scratch.
fn correlation() -> Vec<(Architecture, Cost, [f64; 3], f64)> {
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/../../docs/correlation/networks.csv");
    let text = std::fs::read_to_string(path).expect("the stored scores");
    let cells = CellSpace::new(3, 4).unwrap();
    let row = |line: &str| {
        let fields: Vec<&str> = line.split(',').collect();
        let number = |i: usize| fields[i].parse::<f64>().unwrap();
        let cost = Cost { parameters: number(14) as u64, macs: number(15) as u64 };
        let architecture = cells.space().parse_architecture(fields[3]).unwrap();
        (architecture, cost, [number(4), number(6), number(8)], number(10))
    };
    text.lines().skip(1).filter(|line| line.starts_with("natural,")).map(row).collect()
}

const BOOTSTRAP: Bootstrap = Bootstrap { seed: 1, resamples: 500 };

#[test]
fn the_ramp_on_the_papers_space_is_not_trusted_and_calibration_says_whether_it_beats_counts() {
    let rows = correlation();
    let counted: Vec<(&Architecture, Cost)> = rows.iter().map(|(a, cost, _, _)| (a, *cost)).collect();
    let counted = Counted::of(CellSpace::new(3, 4).unwrap().space(), &counted);
    let truth: Vec<f64> = rows.iter().map(|row| row.3).collect();
    let scores: Vec<f64> = rows.iter().map(|row| row.2.iter().sum::<f64>() / 3.0).collect();
    let found = check(&scores, &counted, &truth, BOOTSTRAP).unwrap();
    let parameters = found.counting.iter().find(|one| one.count == "parameters").unwrap();
    // As docs/correlation has it: .28.
    assert!((parameters.kendall.value - 0.28).abs() < 0.005, "{parameters:?}");
    let judged = verdict(Evidence { check: Some(found), ..Evidence::default() });
    assert_eq!(judged.trust, Trust::NotTrusted, "{judged}");

    let known: Vec<(usize, f64)> = truth.iter().copied().enumerate().collect();
    let calibrated = calibrated(&[scores], &counted, &known, BOOTSTRAP).unwrap();
    assert_eq!(calibrated.predictions.len(), 30);
    let [with, without] = [calibrated.out_of_fold.kendall, calibrated.out_of_fold.counts_alone].map(Option::unwrap);
    assert!(with.value > 0.25 && without.value > 0.25, "{with} {without}");
    // Thirty rows cannot tell whether the ramp's scores add to counting.
    let gain = calibrated.out_of_fold.gain.unwrap();
    assert!(gain.low < 0.0 && 0.0 < gain.high, "{gain}");
}

#[test]
fn the_check_of_twenty_networks_is_right_about_good_and_bad_rankings_of_nas_bench_macro() {
    let data = stored();
    let networks: Vec<usize> =
        (0..data.all.len()).filter(|&i| data.bench.space().canonical(&data.all[i]) == data.all[i]).collect();
    let pick = |list: &[f64], places: &[usize]| places.iter().map(|&i| list[i]).collect::<Vec<f64>>();
    let cost = |i: usize| data.bench.cost(&NasBenchMacroShape::default(), &data.all[i]).unwrap();
    let trust = |scores: &[f64], seed: u64| {
        let drawn: Vec<usize> = to_check(&pick(scores, &networks), 20, seed).into_iter().map(|i| networks[i]).collect();
        let rows: Vec<(&Architecture, Cost)> = drawn.iter().map(|&i| (&data.all[i], cost(i))).collect();
        let counted = Counted::of(data.bench.space(), &rows);
        let found = check(&pick(scores, &drawn), &counted, &pick(&data.truth, &drawn), BOOTSTRAP).unwrap();
        verdict(Evidence { check: Some(found), ..Evidence::default() }).trust
    };
    let all: Vec<&Architecture> = data.all.iter().collect();
    let good = Smoother::Kernel(0.4).smooth(data.bench.space(), &all, &data.scores[0]);
    let bad: Vec<f64> =
        data.all.iter().map(|one| -(data.bench.options(one).unwrap().iter().sum::<usize>() as f64)).collect();
    let noise: Vec<f64> = (0..data.all.len()).map(|i| (i as f64 * 78.233).sin()).collect();
    let bad_ones = [&bad, &noise].into_iter().flat_map(|scores| (1..=10).map(move |seed| trust(scores, seed)));
    assert_eq!(bad_ones.filter(|trust| trust.is_bad()).count(), 20);
    let good_ones = (1..=10).map(|seed| trust(&good, seed));
    assert!(good_ones.filter(|trust| !trust.is_bad()).count() >= 9);
}
