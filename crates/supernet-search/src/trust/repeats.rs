//! Whether scores repeat: by other images, another checkpoint, another supernet.

use super::counted::{Counted, standardised};
use crate::{Bootstrap, Estimate, Ridge, SearchError, Surrogate, agreement::ranks, kendall, ranking::pick, spearman};
use serde::{Deserialize, Serialize};

/// How well two scorings of the same architectures agree.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Repeats {
    /// Whose scorings they are: *two halves of the validation images*, *two checkpoints*, *two
    /// supernets*.
    pub of: String,
    /// Architectures.
    pub n: usize,
    /// Kendall's tau-b.
    pub kendall: Estimate,
    /// Spearman's rho.
    pub spearman: Estimate,
    /// Kendall's tau-b of what is left of both when what can be counted is taken out of each, by
    /// ridge regression of their ranks on the counts' ranks: what the scores say beyond counting.
    /// None where nothing varies.
    pub beyond_counts: Option<Estimate>,
}

/// Computes how well two scorings agree, with bootstrap intervals over the architectures. None
/// where one of them is constant.
///
/// # Errors
/// Scores that are no numbers.
///
/// # Panics
/// If the lengths differ.
pub fn repeats(
    of: &str,
    scorings: [&[f64]; 2],
    counted: &Counted,
    bootstrap: Bootstrap,
) -> Result<Option<Repeats>, SearchError> {
    let n = scorings[0].len();
    let strata = vec![0; n];
    let between = |[a, b]: [&[f64]; 2], coefficient: fn(&[f64], &[f64]) -> Option<f64>| {
        bootstrap.estimate("repeats", &strata, |drawn| coefficient(&pick(a, drawn), &pick(b, drawn)))
    };
    let (Some(kendall_of), Some(spearman_of)) = (between(scorings, kendall), between(scorings, spearman)) else {
        return Ok(None);
    };
    let columns: Vec<Vec<f64>> = counted.columns().map(|(_, column)| standardised(&ranks(column))).collect();
    let beyond_counts = if columns.is_empty() {
        None
    } else {
        let rows: Vec<Vec<f64>> = (0..n).map(|i| columns.iter().map(|column| column[i]).collect()).collect();
        let left = [left_of(scorings[0], &rows)?, left_of(scorings[1], &rows)?];
        between([&left[0], &left[1]], kendall)
    };
    Ok(Some(Repeats { of: of.into(), n, kendall: kendall_of, spearman: spearman_of, beyond_counts }))
}

/// What ridge regression on the rows leaves of the ranks of scores.
fn left_of(scores: &[f64], rows: &[Vec<f64>]) -> Result<Vec<f64>, SearchError> {
    let targets = standardised(&ranks(scores));
    let mut ridge = Ridge::new();
    ridge.fit(rows, &targets)?;
    Ok(ridge.predict(rows).iter().zip(targets).map(|(fit, target)| target - fit.mean).collect())
}
