//! Medians and quartiles over seeds.

use crate::trials::{Benchmark, STRATEGIES};
use rayon::prelude::*;
use std::fmt::Write;
use supernet_search::SearchError;

/// The regret of one strategy after 1, 2, … queries, over all seeds, in points.
pub struct Curve {
    pub strategy: &'static str,
    pub points: Vec<Quartiles>,
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

/// All strategies under seeds 1 to `seeds`.
pub fn all(bench: &Benchmark, seeds: u64, queries: usize) -> Result<Vec<Curve>, SearchError> {
    let curve = |strategy: &'static str| {
        let trials = (1..=seeds).into_par_iter().map(|seed| bench.run(strategy, seed, queries));
        let trials = trials.collect::<Result<Vec<Vec<f64>>, _>>()?;
        let at = |query: usize| Quartiles::of(trials.iter().map(|trial| trial[query]).collect());
        Ok(Curve { strategy, points: (0..queries).map(at).collect() })
    };
    STRATEGIES.into_iter().map(curve).collect()
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

/// The same as a table, from 20 queries on.
pub fn markdown(curves: &[Curve], queries: usize) -> String {
    let columns: Vec<usize> = milestones(queries).into_iter().filter(|&query| query >= 20).collect();
    let mut text = String::from("| strategy |");
    columns.iter().for_each(|query| write!(text, " {query} |").expect("a string"));
    text += "\n|---|";
    text += &"---|".repeat(columns.len());
    for curve in curves {
        write!(text, "\n| {} |", curve.strategy).expect("a string");
        for query in &columns {
            let Quartiles { low, median, high } = curve.points[query - 1];
            write!(text, " {median:.2} [{low:.2}, {high:.2}] |").expect("a string");
        }
    }
    text
}
