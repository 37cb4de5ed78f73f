//! Scores smoothed to what each option adds on average.

use crate::{LinearFit, Score, Scored};
use std::collections::HashMap;
use supernet_space::{Architecture, PathMask, SearchSpace};

/// Scores replaced by the main effects of the options in them: accuracy and loss are fitted by w₀ +
/// Σ w_o over the options o that an architecture takes ([`LinearFit`]), and each network gets the
/// mean of the fit over its descriptions in the list.
///
/// A supernet that is trained for little time tells good networks apart by differences smaller than
/// the noise of their shared weights; an option's effect is a mean over all networks of the list
/// that take it. Nothing but the scores enters. What is lost are interactions of options.
pub fn main_effects(space: &SearchSpace, scored: &[Scored]) -> Vec<Scored> {
    /// Far below what a list of some hundred architectures says, and enough to make the fit unique.
    const RIDGE: f64 = 1e-3;
    if scored.is_empty() {
        return Vec::new();
    }
    let fitted = |value: fn(&Score) -> f64| {
        let rows: Vec<(&PathMask, f64)> =
            scored.iter().map(|one| (one.architecture.mask(), value(&one.score))).collect();
        let fit = LinearFit::new(space, &rows, RIDGE);
        let mut sums: HashMap<Architecture, (f64, f64)> = HashMap::new();
        for one in scored {
            let sum = sums.entry(space.canonical(&one.architecture)).or_default();
            *sum = (sum.0 + fit.predict(one.architecture.mask()), sum.1 + 1.0);
        }
        sums
    };
    let (accuracies, losses) = (fitted(|score| score.accuracy), fitted(|score| score.loss));
    let smoothed = |one: &Scored| {
        let network = space.canonical(&one.architecture);
        let mean = |sums: &HashMap<Architecture, (f64, f64)>| sums[&network].0 / sums[&network].1;
        let score = Score { accuracy: mean(&accuracies), loss: mean(&losses), ..one.score };
        Scored { score, ..one.clone() }
    };
    scored.iter().map(smoothed).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::kendall;
    use rand::RngExt;
    use supernet_space::{Cost, NasBenchMacro, draws};

    #[test]
    fn noise_goes_and_effects_stay_and_equal_networks_keep_equal_scores() {
        let bench = NasBenchMacro::new();
        let all = bench.space().architectures(6_561).unwrap();
        let effect = |one: &Architecture| -> f64 { bench.options(one).unwrap().iter().map(|&o| o as f64).sum() };
        let noise = |one: &Architecture| {
            let name = bench.text(&bench.space().canonical(one)).unwrap();
            4.0 * draws(1, &name, 0).random::<f64>()
        };
        let scored: Vec<Scored> = all
            .iter()
            .map(|one| Scored {
                architecture: one.clone(),
                score: Score { accuracy: effect(one) + noise(one), loss: -effect(one) - noise(one), images: 10 },
                cost: Cost::default(),
            })
            .collect();
        let smoothed = main_effects(bench.space(), &scored);
        let truth: Vec<f64> = all.iter().map(effect).collect();
        let tau = |list: &[Scored], value: fn(&Score) -> f64| {
            kendall(&list.iter().map(|one| value(&one.score)).collect::<Vec<_>>(), &truth).unwrap()
        };
        assert!(tau(&scored, |score| score.accuracy) < 0.8);
        assert!(tau(&smoothed, |score| score.accuracy) > 0.9 && tau(&smoothed, |score| -score.loss) > 0.9);
        let mut of_network: HashMap<Architecture, f64> = HashMap::new();
        for one in &smoothed {
            let loss = *of_network.entry(bench.space().canonical(&one.architecture)).or_insert(one.score.loss);
            assert_eq!(loss, one.score.loss);
        }
        assert_eq!(main_effects(bench.space(), &[]), []);
    }
}
