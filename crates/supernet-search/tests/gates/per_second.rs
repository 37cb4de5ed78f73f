//! Expected improvement per second at equal time.

use crate::{
    bench::Macro,
    report::{Line, difference, median, seeds, spread},
};
use std::collections::HashSet;
use supernet_search::{Evaluator, Guided, RandomSearch, Scored, Strategy};

/// The regret of what is found within a time, if training takes e^z for z the deviation of a
/// network's multiply-accumulates from their mean, in standard deviations. The time is that of
/// `networks` of mean duration.
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
        let (mut spent, mut best, mut known) = (0.0, 0.0, HashSet::new());
        let (mut regret, mut table) = (f64::NAN, self.bench.table.clone());
        while spent < time && known.len() < 3_000 {
            let asked = strategy.ask(1);
            let network = self.bench.space.canonical(&asked[0]);
            let mut scored = table.evaluate(std::slice::from_ref(&network)).unwrap().remove(0);
            let seconds = self.seconds(scored.cost.macs);
            if known.insert(network) {
                spent += seconds;
            }
            if scored.score.accuracy > best && spent <= time {
                (best, regret) = (scored.score.accuracy, self.bench.regret(&scored));
            }
            // In milliseconds, as whole numbers.
            scored.cost.macs = (1e3 * seconds) as u64;
            strategy.tell(&[Scored { architecture: asked[0].clone(), ..scored }]);
        }
        regret
    }
}

/// The regrets of expected improvement, of that per second, and of random search, within the time
/// of 50 networks of mean duration.
fn at_equal_time(bench: &Macro, seeds: u64) -> [Vec<f64>; 3] {
    let macs: Vec<f64> = bench.table.rows().iter().map(|row| row.cost.macs as f64).collect();
    let mean = macs.iter().sum::<f64>() / macs.len() as f64;
    let deviation = (macs.iter().map(|macs| (macs - mean).powi(2)).sum::<f64>() / macs.len() as f64).sqrt();
    let timed = Timed { bench, mean, deviation };
    let seconds = bench.table.rows().iter().map(|row| timed.seconds(row.cost.macs));
    let time = 50.0 * seconds.sum::<f64>() / macs.len() as f64;
    let space = || bench.space.clone();
    let all = |run: &dyn Fn(u64) -> f64| (1..=seeds).map(run).collect::<Vec<f64>>();
    [
        all(&|seed| timed.regret(Guided::gp_ei(space(), seed, "gp"), time)),
        all(&|seed| timed.regret(Guided::gp_ei_per_second(space(), seed, "gp"), time)),
        all(&|seed| timed.regret(RandomSearch::new(space(), seed, "random"), time)),
    ]
}

#[test]
fn within_equal_time_ei_per_second_finds_more_than_random_search() {
    let Some(bench) = Macro::read() else { return };
    let [_, divided, random] = at_equal_time(&bench, 6);
    assert!(median(&divided) < median(&random));
}

#[test]
#[ignore = "the full gate: some minutes"]
fn within_equal_time_ei_per_second_finds_no_less_than_ei() {
    let Some(bench) = Macro::read() else { return };
    let seeds = seeds();
    let [plain, divided, random] = at_equal_time(&bench, seeds);
    let gain = difference(&random, &divided);
    let passes = median(&divided) <= median(&plain) && gain.low > 0.0;
    Line {
        system: "16 GP-EI per second",
        asked: "durations as e^cost, time of 50 mean networks: regret at most that of plain EI, below random search"
            .into(),
        found: format!(
            "{}, plain EI {}, random search {}, less than random by {gain}",
            spread(&divided),
            spread(&plain),
            spread(&random)
        ),
        seeds,
        passes,
    }
    .print();
    assert!(passes);
}
