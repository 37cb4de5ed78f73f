//! How well rankings agree with the accuracies of networks trained from scratch, with intervals.

use serde::{Deserialize, Serialize};
use supernet_search::{
    Bootstrap, Estimate, Ranking, best_place_among, kendall, partial, pearson, precision_at, ranking::pick, spearman,
    weighted_kendall,
};

/// Three coefficients with their intervals; `None` where a list is constant.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Correlations {
    /// Pearson's r.
    pub pearson: Option<Estimate>,
    /// Spearman's rho.
    pub spearman: Option<Estimate>,
    /// Kendall's tau-b.
    pub kendall: Option<Estimate>,
}

/// What the k best by a ranking are worth; means over its lists.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct Top {
    /// k.
    pub k: usize,
    /// Share of them that are among the k best from scratch.
    pub precision: f64,
    /// Place from scratch (1 is the best) of the best of them.
    pub best_rank: f64,
}

/// How well a ranking agrees with the accuracies from scratch.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Agreement {
    /// What ranks.
    pub ranking: String,
    /// Networks.
    pub n: usize,
    /// Lists that the statistics are means of.
    pub lists: usize,
    /// With the accuracies.
    pub plain: Correlations,
    /// With the accuracies, what the parameter count says of both taken out; absent for the
    /// parameter count itself.
    pub partial: Option<Correlations>,
    /// Kendall's tau-b with pair weights w_i·w_j, an estimate for all candidates; of a stratified
    /// sample alone.
    pub reweighted: Option<Estimate>,
    /// Its best.
    pub top: Vec<Top>,
}

/// The networks that rankings are held against.
pub(crate) struct Networks<'a> {
    /// Accuracies from scratch.
    pub truth: &'a [f64],
    /// Parameter counts.
    pub parameters: &'a [f64],
    /// Stratum of each.
    pub strata: &'a [usize],
    /// Weight of each, where they were drawn unevenly.
    pub weights: Option<&'a [f64]>,
    /// How intervals are made.
    pub bootstrap: Bootstrap,
    /// Name of the resamples.
    pub name: &'a str,
    /// Sizes of the top that is looked at.
    pub top: &'a [usize],
}

type Coefficient = fn(&[f64], &[f64]) -> Option<f64>;

impl Networks<'_> {
    /// How well `ranking` agrees.
    pub fn agreement(&self, ranking: &Ranking) -> Agreement {
        let each = |of: &dyn Fn(Coefficient) -> Option<Estimate>| Correlations {
            pearson: of(pearson),
            spearman: of(spearman),
            kendall: of(kendall),
        };
        let is_size = ranking.lists.iter().all(|list| list == self.parameters);
        Agreement {
            ranking: ranking.name.clone(),
            n: self.truth.len(),
            lists: ranking.lists.len(),
            plain: each(&|coefficient| {
                self.estimate(ranking, |list, drawn| coefficient(&pick(list, drawn), &pick(self.truth, drawn)))
            }),
            partial: (!is_size).then(|| each(&|c| self.estimate(ranking, |list, drawn| self.partial(c, list, drawn)))),
            reweighted: self.weights.and_then(|weights| {
                self.estimate(ranking, |list, drawn| {
                    weighted_kendall(&pick(list, drawn), &pick(self.truth, drawn), &pick(weights, drawn))
                })
            }),
            top: self.top.iter().filter_map(|&k| self.top(ranking, k)).collect(),
        }
    }

    /// The mean over the lists of a ranking of a statistic of (list, places drawn), with its
    /// interval.
    pub fn estimate(&self, ranking: &Ranking, statistic: impl Fn(&[f64], &[usize]) -> Option<f64>) -> Option<Estimate> {
        ranking.estimate(self.bootstrap, self.name, self.strata, statistic)
    }

    fn partial(&self, coefficient: Coefficient, list: &[f64], drawn: &[usize]) -> Option<f64> {
        let [x, y, z] = [list, self.truth, self.parameters].map(|values| pick(values, drawn));
        partial(coefficient(&x, &y)?, coefficient(&x, &z)?, coefficient(&y, &z)?)
    }

    fn top(&self, ranking: &Ranking, k: usize) -> Option<Top> {
        let precision = ranking.mean(|list| precision_at(list, self.truth, k))?;
        let best_rank = ranking.mean(|list| best_place_among(list, self.truth, k).map(|rank| rank as f64))?;
        Some(Top { k, precision, best_rank })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_ranking_that_is_right_agrees_fully_and_one_that_is_half_right_on_average_not_at_all() {
        let truth: Vec<f64> = (0..20).map(f64::from).collect();
        let parameters: Vec<f64> = (0..20).map(|i| f64::from(i * 7 % 20)).collect();
        let networks = Networks {
            truth: &truth,
            parameters: &parameters,
            strata: &[0; 20],
            weights: Some(&[2.0; 20]),
            bootstrap: Bootstrap { seed: 1, resamples: 200 },
            name: "test",
            top: &[1, 5, 30],
        };
        let down = truth.iter().map(|value| -value).collect();
        let right = networks.agreement(&Ranking { name: "right".into(), lists: vec![truth.clone()] });
        let kendall = right.plain.kendall.unwrap();
        assert_eq!((kendall.value, kendall.low, kendall.high), (1.0, 1.0, 1.0));
        assert_eq!(right.reweighted.unwrap().value, 1.0);
        assert_eq!(right.top, [1, 5].map(|k| Top { k, precision: 1.0, best_rank: 1.0 }));
        let both = networks.agreement(&Ranking { name: "both".into(), lists: vec![truth.clone(), down] });
        assert!(both.plain.kendall.unwrap().value.abs() < 1e-12 && both.lists == 2);
        assert_eq!(both.top[0], Top { k: 1, precision: 0.5, best_rank: 10.5 });
        let size = networks.agreement(&Ranking { name: "size".into(), lists: vec![parameters.clone()] });
        assert_eq!(size.partial, None);
    }
}
