//! Medians and quartiles over seeds.

use crate::trials::{Benchmark, Contender, STRATEGIES, Trial};
use rayon::prelude::*;
use std::fmt::Write;
use supernet_search::{Bootstrap, Estimate, SearchError};

/// The regret of one strategy after 1, 2, … queries, over all seeds, in points.
pub struct Curve {
    pub strategy: &'static str,
    /// As far as it was run.
    pub points: Vec<Quartiles>,
    /// Median over seeds of what a proposal took.
    pub milliseconds: f64,
    /// The regrets of each seed.
    pub trials: Vec<Vec<f64>>,
}

/// Quartiles of some values.
#[derive(Clone, Copy)]
pub struct Quartiles {
    pub low: f64,
    pub median: f64,
    pub high: f64,
}

impl Quartiles {
    /// By linear interpolation between order statistics.
    fn of(mut values: Vec<f64>) -> Self {
        values.sort_by(f64::total_cmp);
        let at = |share: f64| {
            let place = share * (values.len() - 1) as f64;
            let (below, above) = (values[place.floor() as usize], values[place.ceil() as usize]);
            below + (above - below) * place.fract()
        };
        Self { low: at(0.25), median: at(0.5), high: at(0.75) }
    }
}

/// The strategies `only`, or all, under seeds 1 to `seeds`; random search first.
pub fn all(bench: &Benchmark, only: &[String], seeds: u64, queries: usize) -> Result<Vec<Curve>, SearchError> {
    let wanted = |strategy: &Contender| {
        strategy.name == STRATEGIES[0].name || only.is_empty() || only.iter().any(|name| name == strategy.name)
    };
    let curve = |strategy: Contender| {
        let trials = (1..=seeds).into_par_iter().map(|seed| bench.run(&strategy, seed, queries));
        let trials = trials.collect::<Result<Vec<Trial>, _>>()?;
        let at = |query: usize| Quartiles::of(trials.iter().map(|trial| trial.regrets[query]).collect());
        let points = (0..trials[0].regrets.len()).map(at).collect();
        let milliseconds = Quartiles::of(trials.iter().map(|trial| trial.milliseconds).collect()).median;
        eprintln!("{}: {milliseconds:.3} ms a proposal", strategy.name);
        Ok(Curve {
            strategy: strategy.name,
            points,
            milliseconds,
            trials: trials.into_iter().map(|trial| trial.regrets).collect(),
        })
    };
    STRATEGIES.into_iter().filter(wanted).filter(|strategy| bench.has(strategy)).map(curve).collect()
}

/// Numbers of queries that stand in the files: 1, 2, 5, 10, …
fn milestones(queries: usize) -> Vec<usize> {
    let decades = (0..).map(|power| 10usize.pow(power)).take_while(|&decade| decade <= queries);
    decades.flat_map(|decade| [decade, 2 * decade, 5 * decade]).filter(|&query| query <= queries).collect()
}

/// One line per strategy and milestone.
pub fn csv(curves: &[Curve], seeds: u64) -> String {
    let mut text = String::from("strategy,queries,seeds,regret_25,regret_median,regret_75\n");
    for curve in curves {
        for query in milestones(curve.points.len()) {
            let Quartiles { low, median, high } = curve.points[query - 1];
            writeln!(text, "\"{}\",{query},{seeds},{low:.4},{median:.4},{high:.4}", curve.strategy).expect("a string");
        }
    }
    text
}

/// The same as a table, from 20 queries on; empty where a strategy was not run as far.
pub fn markdown(curves: &[Curve], queries: usize) -> String {
    let columns: Vec<usize> = milestones(queries).into_iter().filter(|&query| query >= 20).collect();
    let mut text = String::from("| strategy |");
    columns.iter().for_each(|query| write!(text, " {query} |").expect("a string"));
    text += " ms a proposal |\n|---|";
    text += &"---|".repeat(columns.len() + 1);
    for curve in curves {
        write!(text, "\n| {} |", curve.strategy).expect("a string");
        for query in &columns {
            match curve.points.get(query - 1) {
                Some(Quartiles { low, median, high }) => write!(text, " {median:.2} [{low:.2}, {high:.2}] |"),
                None => write!(text, " |"),
            }
            .expect("a string");
        }
        write!(text, " {:.3} |", curve.milliseconds).expect("a string");
    }
    text
}

/// By how much the median regret is below that of random search after each of these numbers of
/// queries, with its 95 % interval over the seeds.
pub fn against_random(curves: &[Curve], queries: usize) -> String {
    let Some((random, others)) = curves.split_first() else { return String::new() };
    let columns: Vec<usize> = milestones(queries).into_iter().filter(|&query| (20..=500).contains(&query)).collect();
    let mut text = String::from("| strategy |");
    columns.iter().for_each(|query| write!(text, " {query} |").expect("a string"));
    text += "\n|---|";
    text += &"---|".repeat(columns.len());
    for curve in others {
        write!(text, "\n| {} |", curve.strategy).expect("a string");
        for query in &columns {
            match gain(random, curve, query - 1) {
                Some(gain) => write!(text, " {gain} |").expect("a string"),
                None => text += " |",
            }
        }
    }
    text
}

/// Seeds of both are drawn again, each on their own.
fn gain(random: &Curve, curve: &Curve, query: usize) -> Option<Estimate> {
    curve.points.get(query)?;
    let seeds = random.trials.len();
    let strata: Vec<usize> = (0..2 * seeds).map(|i| i / seeds).collect();
    let median = |curve: &Curve, places: &mut dyn Iterator<Item = usize>| {
        Quartiles::of(places.map(|place| curve.trials[place % seeds][query]).collect()).median
    };
    let statistic = |drawn: &[usize]| {
        let of_random = median(random, &mut drawn.iter().copied().filter(|&i| i < seeds));
        Some(of_random - median(curve, &mut drawn.iter().copied().filter(|&i| i >= seeds)))
    };
    Bootstrap { seed: 1, resamples: 2_000 }.estimate("compare_strategies", &strata, statistic)
}
