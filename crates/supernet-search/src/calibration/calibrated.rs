//! Scores calibrated by what is known of some networks.

use super::out_of_fold::out_of_fold as predicted_out_of_fold;
use crate::{
    Bootstrap, Estimate, Ridge, SearchError, Surrogate, kendall, ranking::pick, trust::Counted, trust::standardised,
};
use serde::{Deserialize, Serialize};

/// A ranking of candidates that was fitted to the accuracies of some of them.
#[derive(Clone, Debug, PartialEq)]
pub struct Calibrated {
    /// The predicted accuracy of each candidate.
    pub predictions: Vec<f64>,
    /// How well it ranks rows that it has not seen.
    pub out_of_fold: OutOfFold,
}

/// How well a calibrated ranking agrees with the known accuracies, each row predicted by models
/// that have not seen it.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct OutOfFold {
    /// Known rows.
    pub rows: usize,
    /// Kendall's tau-b of the predictions.
    pub kendall: Option<Estimate>,
    /// The same of a fit on costs and structure counts without any score: what calibration has to
    /// beat.
    pub counts_alone: Option<Estimate>,
    /// The first minus the second, on the same resamples.
    pub gain: Option<Estimate>,
}

/// Fits accuracies by ridge regression on [scores, logarithms of the costs, structure counts],
/// every column at mean 0 and deviation 1 over all candidates, and predicts all candidates (after
/// DELE, which fits a supernet's ranking by some 25 true rows). `scores` are lists of scores of all
/// candidates, one for each supernet or other evaluator; `known` are places of candidates with
/// their accuracies from scratch.
///
/// # Errors
/// Fewer than three known rows; a value that is no number.
///
/// # Panics
/// If lists are of different lengths, or a place is none of theirs.
pub fn calibrated(
    scores: &[Vec<f64>],
    counted: &Counted,
    known: &[(usize, f64)],
    bootstrap: Bootstrap,
) -> Result<Calibrated, SearchError> {
    let counts = counted.features();
    let scores: Vec<Vec<f64>> = scores.iter().map(|list| standardised(list)).collect();
    let with_scores =
        |(i, row): (usize, &Vec<f64>)| scores.iter().map(|list| list[i]).chain(row.iter().copied()).collect();
    let all: Vec<Vec<f64>> = counts.iter().enumerate().map(with_scores).collect();
    let (places, truth): (Vec<usize>, Vec<f64>) = known.iter().copied().unzip();
    let rows = |from: &[Vec<f64>]| places.iter().map(|&place| from[place].clone()).collect::<Vec<_>>();
    let left_out = predicted_out_of_fold(&rows(&all), &truth, bootstrap.seed)?;
    let left_out_counts = predicted_out_of_fold(&rows(&counts), &truth, bootstrap.seed)?;
    let tau = |list: &[f64], drawn: &[usize]| kendall(&pick(list, drawn), &pick(&truth, drawn));
    let strata = vec![0; truth.len()];
    let estimate = |statistic: &dyn Fn(&[usize]) -> Option<f64>| bootstrap.estimate("calibrated", &strata, statistic);
    let mut ridge = Ridge::new();
    ridge.fit(&rows(&all), &truth)?;
    Ok(Calibrated {
        predictions: ridge.predict(&all).into_iter().map(|normal| normal.mean).collect(),
        out_of_fold: OutOfFold {
            rows: truth.len(),
            kendall: estimate(&|drawn| tau(&left_out, drawn)),
            counts_alone: estimate(&|drawn| tau(&left_out_counts, drawn)),
            gain: estimate(&|drawn| Some(tau(&left_out, drawn)? - tau(&left_out_counts, drawn)?)),
        },
    })
}
