//! A ranking, perhaps by several scorings of the same architectures.

use crate::{Bootstrap, Estimate};

/// A ranking of some networks: scores, the higher the better. With several lists (one for each
/// supernet) its statistics are the means over the lists.
#[derive(Clone, Debug, PartialEq)]
pub struct Ranking {
    /// What ranks.
    pub name: String,
    /// A score for each network, list by list.
    pub lists: Vec<Vec<f64>>,
}

impl Ranking {
    /// The mean of a statistic over the lists; `None` where one of them has none.
    pub fn mean(&self, statistic: impl Fn(&[f64]) -> Option<f64>) -> Option<f64> {
        mean(self.lists.iter().map(|list| statistic(list)))
    }

    /// The mean over the lists of a statistic of (list, places drawn), with its interval over
    /// resamples called `name` of networks whose strata are `strata`.
    pub fn estimate(
        &self,
        bootstrap: Bootstrap,
        name: &str,
        strata: &[usize],
        statistic: impl Fn(&[f64], &[usize]) -> Option<f64>,
    ) -> Option<Estimate> {
        bootstrap.estimate(name, strata, |drawn| self.mean(|list| statistic(list, drawn)))
    }
}

/// The values at some places.
pub fn pick(values: &[f64], places: &[usize]) -> Vec<f64> {
    places.iter().map(|&place| values[place]).collect()
}

/// The mean of values that are all there.
pub fn mean(values: impl Iterator<Item = Option<f64>>) -> Option<f64> {
    let values: Vec<f64> = values.collect::<Option<_>>()?;
    (!values.is_empty()).then(|| values.iter().sum::<f64>() / values.len() as f64)
}
