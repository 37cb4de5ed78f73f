//! Bootstrap intervals: how far a statistic of some networks moves when other networks had been
//! drawn.

use rand::RngExt;
use serde::{Deserialize, Serialize};
use std::fmt;
use supernet_space::draws;

/// A statistic with its 95 % interval.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct Estimate {
    /// Of the sample itself.
    pub value: f64,
    /// The 2.5th percentile over the resamples.
    pub low: f64,
    /// The 97.5th percentile over the resamples.
    pub high: f64,
}

impl fmt::Display for Estimate {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:.2} [{:.2}, {:.2}]", self.value, self.low, self.high)
    }
}

/// The percentile bootstrap (Efron and Tibshirani, 1993): the sample is drawn again with
/// replacement, within each stratum, and the statistic taken of each resample. Resample i is a
/// function of (seed, name, i), so statistics of one name see the same resamples and their
/// differences are paired.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Bootstrap {
    /// Seed of the resamples.
    pub seed: u64,
    /// Their number.
    pub resamples: usize,
}

impl Bootstrap {
    /// The estimate of `statistic`, a function of the places drawn, over items whose strata are
    /// `strata`. `None` where the sample itself or more than half of the resamples have no value.
    pub fn estimate(
        &self,
        name: &str,
        strata: &[usize],
        statistic: impl Fn(&[usize]) -> Option<f64>,
    ) -> Option<Estimate> {
        let all: Vec<usize> = (0..strata.len()).collect();
        let value = statistic(&all)?;
        let members = by_stratum(strata);
        let mut values: Vec<f64> =
            (0..self.resamples as u64).filter_map(|i| statistic(&self.resample(name, &members, i))).collect();
        if values.len() * 2 < self.resamples || values.is_empty() {
            return None;
        }
        values.sort_by(f64::total_cmp);
        Some(Estimate { value, low: percentile(&values, 0.025), high: percentile(&values, 0.975) })
    }

    fn resample(&self, name: &str, members: &[Vec<usize>], i: u64) -> Vec<usize> {
        let mut rng = draws(self.seed, &format!("bootstrap/{name}"), i);
        let mut drawn = Vec::new();
        for stratum in members {
            drawn.extend(stratum.iter().map(|_| stratum[rng.random_range(0..stratum.len())]));
        }
        drawn
    }
}

/// The items of each stratum. One that is alone in its stratum could only be drawn again as it is,
/// so it joins its neighbour's.
fn by_stratum(strata: &[usize]) -> Vec<Vec<usize>> {
    let count = strata.iter().max().map_or(0, |last| last + 1);
    let mut members = vec![Vec::new(); count];
    strata.iter().enumerate().for_each(|(i, &stratum)| members[stratum].push(i));
    let mut joined: Vec<Vec<usize>> = Vec::new();
    for stratum in members.into_iter().filter(|stratum| !stratum.is_empty()) {
        match joined.last_mut() {
            Some(below) if below.len() < 2 || stratum.len() < 2 => below.extend(stratum),
            _ => joined.push(stratum),
        }
    }
    joined
}

/// The value below which a share of the sorted values lies, interpolated linearly.
fn percentile(sorted: &[f64], share: f64) -> f64 {
    let place = share * (sorted.len() - 1) as f64;
    let (below, part) = (place as usize, place.fract());
    let above = (below + 1).min(sorted.len() - 1);
    sorted[below] + part * (sorted[above] - sorted[below])
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::kendall;

    fn mean(values: &[f64]) -> impl Fn(&[usize]) -> Option<f64> {
        |drawn| Some(drawn.iter().map(|&i| values[i]).sum::<f64>() / drawn.len() as f64)
    }

    #[test]
    fn the_interval_of_a_mean_is_about_two_standard_errors_to_each_side() {
        let values: Vec<f64> = (0..100).map(f64::from).collect();
        let bootstrap = Bootstrap { seed: 1, resamples: 4_000 };
        let Estimate { value, low, high } = bootstrap.estimate("mean", &[0; 100], mean(&values)).unwrap();
        // Standard deviation 28.87, standard error 2.887; percentiles of 4,000 resamples are good
        // to about 4 % of it.
        assert_eq!(value, 49.5);
        assert!((value - low - 1.96 * 2.887).abs() < 0.4 && (high - value - 1.96 * 2.887).abs() < 0.4, "{low} {high}");
    }

    #[test]
    fn strata_keep_their_sizes() {
        let strata = [0, 1, 0, 1, 1];
        let bootstrap = Bootstrap { seed: 1, resamples: 100 };
        let of_the_first = |drawn: &[usize]| Some(drawn.iter().filter(|&&i| strata[i] == 0).count() as f64);
        let estimate = bootstrap.estimate("strata", &strata, of_the_first).unwrap();
        assert_eq!(estimate, Estimate { value: 2.0, low: 2.0, high: 2.0 });
    }

    #[test]
    fn whoever_is_alone_in_a_stratum_joins_the_neighbours() {
        assert_eq!(by_stratum(&[0, 2, 2, 3, 5, 5]), [vec![0, 1, 2, 3], vec![4, 5]]);
        assert_eq!(by_stratum(&[1, 1, 4]), [[0, 1, 2]]);
        assert_eq!(by_stratum(&[0]), [[0]]);
    }

    #[test]
    fn an_interval_is_a_function_of_seed_and_name_and_undefined_statistics_have_none() {
        let values: Vec<f64> = (0..20).map(|i| f64::from(i).sin()).collect();
        let of = |seed, name| Bootstrap { seed, resamples: 50 }.estimate(name, &[0; 20], mean(&values));
        assert_eq!(of(1, "a"), of(1, "a"));
        assert_ne!(of(1, "a"), of(2, "a"));
        assert_ne!(of(1, "a"), of(1, "b"));
        assert_eq!(Bootstrap { seed: 1, resamples: 50 }.estimate("none", &[0; 3], |_| None), None);
        assert_eq!(percentile(&[1.0, 2.0, 4.0], 0.75), 3.0);
    }

    #[test]
    fn the_interval_holds_the_value_and_narrows_with_more_pairs() {
        let pairs = |n: u64| -> (Vec<f64>, Vec<f64>) {
            let mut rng = draws(5, "pairs", n);
            (0..n).map(|_| (rng.random::<f64>(), rng.random::<f64>())).map(|(x, noise)| (x, x + noise)).unzip()
        };
        let interval = |n| {
            let (x, y) = pairs(n);
            let pick = |values: &[f64], drawn: &[usize]| -> Vec<f64> { drawn.iter().map(|&i| values[i]).collect() };
            let tau = |drawn: &[usize]| kendall(&pick(&x, drawn), &pick(&y, drawn));
            Bootstrap { seed: 1, resamples: 500 }.estimate("pairs", &vec![0; x.len()], tau).unwrap()
        };
        let (few, many) = (interval(30), interval(1_000));
        assert!(few.low < few.value && few.value < few.high);
        assert!(many.high - many.low < 0.3 * (few.high - few.low));
        assert_eq!(few, interval(30));
        // Of x and x + noise of the same width tau is 1/2.
        assert!(many.low < 0.5 && 0.5 < many.high, "{many:?}");
    }
}
