//! What of an architecture a score follows.

use super::counted::Counted;
use crate::{Bootstrap, Estimate, kendall, ranking::pick};
use serde::{Deserialize, Serialize};

/// How far scores follow something that can be counted without running anything.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Follows {
    /// What is counted.
    pub count: String,
    /// Kendall's tau-b of the scores with it.
    pub kendall: Estimate,
}

/// Computes Kendall's tau-b of scores (the higher the better) with each column, with bootstrap
/// intervals over the architectures. Columns of which there is no coefficient are left out.
///
/// # Panics
/// If there is not a score for each row.
pub fn follows(scores: &[f64], counted: &Counted, bootstrap: Bootstrap) -> Vec<Follows> {
    let strata = vec![0; scores.len()];
    let one = |(count, column): (&str, &[f64])| {
        let statistic = |drawn: &[usize]| kendall(&pick(scores, drawn), &pick(column, drawn));
        let kendall = bootstrap.estimate("follows", &strata, statistic)?;
        Some(Follows { count: count.into(), kendall })
    };
    counted.columns().filter_map(one).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use supernet_space::{Architecture, Cost, NasBench201, NasBench201Shape, draws};

    #[test]
    fn a_score_that_is_the_number_of_weightless_operations_follows_it_and_shuns_parameters() {
        let bench = NasBench201::new();
        let some: Vec<Architecture> = (0..60).map(|i| bench.space().sample(&mut draws(1, "follows", i))).collect();
        let cost = |a: &Architecture| bench.cost(&NasBench201Shape::default(), a).unwrap();
        let rows: Vec<(&Architecture, Cost)> = some.iter().map(|a| (a, cost(a))).collect();
        let counted = Counted::of(bench.space(), &rows);
        let scores = counted.column("operations without weights").unwrap().to_vec();
        let found = follows(&scores, &counted, Bootstrap { seed: 1, resamples: 200 });
        let of = |name: &str| found.iter().find(|follows| follows.count == name).unwrap().kendall;
        assert_eq!(of("operations without weights").value, 1.0);
        assert!(of("parameters").high < 0.0);
    }
}
