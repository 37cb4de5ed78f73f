//! Lines of the table of gates, and the statistics in them.

use supernet_search::{Bootstrap, Estimate};

/// What a gate asks and what was found.
pub struct Line<'a> {
    /// The system, as numbered in the table.
    pub system: &'a str,
    pub asked: String,
    pub found: String,
    pub seeds: u64,
    pub passes: bool,
}

impl Line<'_> {
    /// Prints the line; the empty one before it ends what the test runner wrote.
    pub fn print(&self) {
        let verdict = if self.passes { "yes" } else { "no" };
        println!("\n| {} | {} | {} | {} | {verdict} |", self.system, self.asked, self.found, self.seeds);
    }
}

/// Seeds of the full gates.
pub fn seeds() -> u64 {
    std::env::var("SUPERNET_SEEDS").map_or(50, |seeds| seeds.parse().expect("SUPERNET_SEEDS: a number"))
}

/// 25 %, median and 75 %, by linear interpolation between order statistics.
pub fn quartiles(mut values: Vec<f64>) -> [f64; 3] {
    values.sort_by(f64::total_cmp);
    [0.25, 0.5, 0.75].map(|share| {
        let place = share * (values.len() - 1) as f64;
        let (below, above) = (values[place.floor() as usize], values[place.ceil() as usize]);
        below + (above - below) * place.fract()
    })
}

pub fn median(values: &[f64]) -> f64 {
    quartiles(values.to_vec())[1]
}

/// By how much the median of `a` is above that of `b`, with its 95 % interval; values of both are
/// drawn again, each on their own.
pub fn difference(a: &[f64], b: &[f64]) -> Estimate {
    let strata: Vec<usize> = a.iter().map(|_| 0).chain(b.iter().map(|_| 1)).collect();
    let of = |drawn: &[usize], of_a: bool| {
        let some = drawn.iter().filter(|&&i| (i < a.len()) == of_a);
        median(&some.map(|&i| if of_a { a[i] } else { b[i - a.len()] }).collect::<Vec<_>>())
    };
    let statistic = |drawn: &[usize]| Some(of(drawn, true) - of(drawn, false));
    Bootstrap { seed: 1, resamples: 2_000 }.estimate("gates", &strata, statistic).expect("values")
}

/// Median and quartiles as text.
pub fn spread(values: &[f64]) -> String {
    let [low, median, high] = quartiles(values.to_vec());
    format!("{median:.2} [{low:.2}, {high:.2}]")
}
