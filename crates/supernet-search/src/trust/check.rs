//! A ranking held against a few networks trained from scratch, beside what counting says of them.

use super::{counted::Counted, proxy::Proxy};
use crate::{Bootstrap, Estimate, SearchError, calibration::out_of_fold, kendall, ranking::pick};
use serde::{Deserialize, Serialize};

/// What ranks the checked networks without any supernet.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Counting {
    /// What is counted.
    pub count: String,
    /// Kendall's tau-b with the accuracies from scratch.
    pub kendall: Estimate,
    /// Kendall's tau-b of the scores minus this one, on the same resamples.
    pub behind: Option<Estimate>,
}

/// How scores and counts rank networks that were trained from scratch.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Check {
    /// Networks.
    pub networks: usize,
    /// Kendall's tau-b of the scores with the accuracies; none where all scores or all accuracies
    /// are equal, or those of most resamples.
    pub score: Option<Estimate>,
    /// Costs and structure counts, each where it varies; then all of them together, fitted to the
    /// other networks ([`FITTED`]).
    pub counting: Vec<Counting>,
}

/// The name of all counts together: a ridge on them, which predicts each network from the others.
pub const FITTED: &str = "all counts, fitted out of fold";

/// Fewer networks than these fit no counts: a correlation below 0 is that of the fit with itself.
const FEW: usize = 10;

/// Counts that can be expected to rank: more is better.
const EXPECTED: [&str; 4] = ["parameters", "multiply-accumulates", "operations with weights", "depth"];

/// Computes [`Check`] of the scores (the higher the better) of some networks and their accuracies
/// from scratch; intervals are over the networks.
///
/// # Errors
/// Fewer than three networks; an accuracy that is no finite number.
///
/// # Panics
/// If there is not a score and a row of counts for each accuracy.
pub fn check(
    scores: &[f64],
    counted: &Counted,
    accuracies: &[f64],
    bootstrap: Bootstrap,
) -> Result<Check, SearchError> {
    let strata = vec![0; accuracies.len()];
    let tau = |list: &[f64], drawn: &[usize]| kendall(&pick(list, drawn), &pick(accuracies, drawn));
    let estimate = |statistic: &dyn Fn(&[usize]) -> Option<f64>| bootstrap.estimate("check", &strata, statistic);
    let counting = |count: &str, list: &[f64]| {
        Some(Counting {
            count: count.into(),
            kendall: estimate(&|drawn| tau(list, drawn))?,
            behind: estimate(&|drawn| Some(tau(scores, drawn)? - tau(list, drawn)?)),
        })
    };
    let features = counted.features();
    let mut found: Vec<Counting> = counted.columns().filter_map(|(name, list)| counting(name, list)).collect();
    if features.first().is_some_and(|row| !row.is_empty()) {
        let fitted = counting(FITTED, &out_of_fold(&features, accuracies, bootstrap.seed)?);
        // Where few are left to predict one by, the mean of the others is all that they tell, which
        // falls as its own value rises.
        found.extend(fitted.filter(|one| accuracies.len() >= FEW || one.kendall.value > 0.0));
    }
    Ok(Check { networks: accuracies.len(), score: estimate(&|drawn| tau(scores, drawn)), counting: found })
}

impl Check {
    /// Returns the best of what counting can be expected to do: parameters, multiply-accumulates,
    /// operations with weights, depth, proxies, and all of them fitted. Counts of which fewer may
    /// be better are shown and not taken.
    pub fn best_counting(&self) -> Option<&Counting> {
        let is_proxy = |count: &str| Proxy::ALL.iter().any(|proxy| proxy.name() == count);
        let is_expected = |count: &str| count == FITTED || EXPECTED.contains(&count) || is_proxy(count);
        let expected = self.counting.iter().filter(|one| is_expected(&one.count));
        expected.max_by(|a, b| a.kendall.value.total_cmp(&b.kendall.value))
    }
}
