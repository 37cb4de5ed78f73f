//! A ranking, perhaps by several scorings of the same architectures.

use crate::{Bootstrap, Estimate, agreement::ranks};

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
    /// Makes the ranking by the mean place in several others, list by list. One that has a single
    /// list, as counts have, stands beside each list of the others.
    ///
    /// # Panics
    /// If there is none, or they are of different networks.
    pub fn by_mean_place(name: impl Into<String>, others: &[&Self]) -> Self {
        let lists = others.iter().map(|other| other.lists.len()).max().expect("a ranking");
        let of_list = |place: usize| {
            let places: Vec<Vec<f64>> =
                others.iter().map(|other| ranks(&other.lists[place % other.lists.len()])).collect();
            let networks = places[0].len();
            assert!(places.iter().all(|list| list.len() == networks), "rankings of the same networks");
            (0..networks).map(|i| places.iter().map(|list| list[i]).sum::<f64>() / places.len() as f64).collect()
        };
        Self { name: name.into(), lists: (0..lists).map(of_list).collect() }
    }

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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_mean_place_is_that_of_all_lists_and_a_single_list_stands_beside_each() {
        let two = Ranking { name: "two".into(), lists: vec![vec![0.1, 0.9, 0.5], vec![9.0, 7.0, 8.0]] };
        let one = Ranking { name: "one".into(), lists: vec![vec![100.0, 100.0, 300.0]] };
        let both = Ranking::by_mean_place("both", &[&two, &one]);
        let places = |lists: [[f64; 3]; 2]| lists.map(Vec::from).to_vec();
        // Equal values share the mean of their places.
        assert_eq!(both.lists, places([[1.25, 2.25, 2.5], [2.25, 1.25, 2.5]]));
    }
}
