//! Ways to smooth scores.

use super::neighbours::Neighbours;
use crate::{Gp, Hyperparameters, LinearFit, Surrogate};
use rand::seq::SliceRandom;
use serde::{Deserialize, Serialize};
use std::{collections::HashMap, fmt};
use supernet_space::{Architecture, Encoding, PathMask, SearchSpace, draws};

/// How scores are smoothed over architectures.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Smoother {
    /// The mean over all architectures, each with the weight w^d, d the choices in which it differs
    /// (a Nadaraya-Watson estimate). Needs scores of a good part of a small space: on
    /// NAS-Bench-Macro 2,000 of 6,561.
    Kernel(f64),
    /// What each option adds on average ([`LinearFit`]). Interactions are lost.
    MainEffects,
    /// Main effects, and a Gaussian process ([`Gp`]) on what they leave, fitted to at most
    /// [`Smoother::MOST_FITTED`] of the scores, with a noise of [`Smoother::NOISE`] times their
    /// variance. For a few hundred scores.
    MainEffectsAndProcess,
}

/// Penalty of the main effects: far below what some hundred scores have to add, and enough to make
/// the fit unique.
const RIDGE: f64 = 1e-3;

impl Smoother {
    /// The most scores that the Gaussian process is fitted to.
    pub const MOST_FITTED: usize = 500;

    /// Noise of the Gaussian process over the variance of what it is fitted to. The errors of
    /// shared weights are no noise to a model of the scores: alike networks share them, and a
    /// process that learns its noise from scores takes them over. On NAS-Bench-Macro that ranks at
    /// .81, a noise of 1 to 10 at .84 to .85 (500 scored).
    pub const NOISE: f64 = 3.0;

    /// The least scored architectures, and the least share of all of a space, for which
    /// [`Smoother::usual`] is the kernel.
    pub const KERNEL_NEEDS: (usize, f64) = (1_000, 0.2);

    /// Returns the smoother for so many scored architectures of `space` where nothing is known to
    /// choose by: the kernel of weight 0.4 where much of the space is scored, main effects and a
    /// process for a few hundred, none for fewer scores than there are options.
    pub fn usual(space: &SearchSpace, scored: usize) -> Option<Self> {
        let (least, share) = Self::KERNEL_NEEDS;
        let options: usize = space.choices().iter().map(|choice| choice.options().len()).sum();
        let much = supernet_space::BigUint::from((scored as f64 / share) as u64);
        if scored >= least && space.size() <= much {
            return Some(Self::Kernel(0.4));
        }
        (scored > options).then_some(Self::MainEffectsAndProcess)
    }

    /// Smooths the scores of architectures of `space`, in their order. Architectures that are one
    /// network get the mean of what they get.
    ///
    /// # Panics
    /// If there is not a score for each architecture, or a score is no finite number.
    pub fn smooth(self, space: &SearchSpace, architectures: &[&Architecture], scores: &[f64]) -> Vec<f64> {
        assert_eq!(architectures.len(), scores.len(), "a score for each architecture");
        assert!(scores.iter().all(|score| score.is_finite()), "scores that are finite numbers");
        if scores.is_empty() {
            return Vec::new();
        }
        let masks: Vec<&PathMask> = architectures.iter().map(|one| one.mask()).collect();
        let smoothed = match self {
            Self::Kernel(weight) => Neighbours::new(space, &masks, weight).means(scores),
            Self::MainEffects => main_effects(space, &masks, scores),
            Self::MainEffectsAndProcess => {
                let effects = main_effects(space, &masks, scores);
                let left: Vec<f64> = scores.iter().zip(&effects).map(|(score, effect)| score - effect).collect();
                effects.iter().zip(process(space, &masks, &left)).map(|(effect, more)| effect + more).collect()
            }
        };
        of_networks(space, architectures, &smoothed)
    }
}

impl fmt::Display for Smoother {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Kernel(weight) => write!(f, "kernel {weight}^(choices that differ)"),
            Self::MainEffects => write!(f, "main effects"),
            Self::MainEffectsAndProcess => write!(f, "main effects and a Gaussian process"),
        }
    }
}

/// The mean over the descriptions of each network.
fn of_networks(space: &SearchSpace, architectures: &[&Architecture], values: &[f64]) -> Vec<f64> {
    let networks: Vec<Architecture> = architectures.iter().map(|one| space.canonical(one)).collect();
    let mut sums: HashMap<&Architecture, (f64, f64)> = HashMap::new();
    for (network, value) in networks.iter().zip(values) {
        let sum = sums.entry(network).or_default();
        *sum = (sum.0 + value, sum.1 + 1.0);
    }
    networks.iter().map(|network| sums[network].0 / sums[network].1).collect()
}

fn main_effects(space: &SearchSpace, masks: &[&PathMask], scores: &[f64]) -> Vec<f64> {
    let rows: Vec<(&PathMask, f64)> = masks.iter().copied().zip(scores.iter().copied()).collect();
    let fit = LinearFit::new(space, &rows, RIDGE);
    masks.iter().map(|mask| fit.predict(mask)).collect()
}

/// What a Gaussian process says of what main effects leave, fitted to some of it, which a stream of
/// its own draws.
fn process(space: &SearchSpace, masks: &[&PathMask], left: &[f64]) -> Vec<f64> {
    let mut some: Vec<usize> = (0..masks.len()).collect();
    if some.len() > Smoother::MOST_FITTED {
        some.shuffle(&mut draws(0, "smoothing", masks.len() as u64));
        some.truncate(Smoother::MOST_FITTED);
    }
    let encoding = Encoding::one_hot(space);
    let rows: Vec<Vec<f64>> = masks.iter().map(|mask| encoding.encode(mask)).collect();
    let fitted: Vec<Vec<f64>> = some.iter().map(|&i| rows[i].clone()).collect();
    let targets: Vec<f64> = some.iter().map(|&i| left[i]).collect();
    let given = Hyperparameters { noise: Smoother::NOISE, ..Hyperparameters::median(encoding.blocks().len()) };
    let mut process = Gp::new(encoding.blocks().to_vec()).with_hyperparameters(given).expect("a length for each block");
    process.fit(&fitted, &targets).expect("finite scores of one space");
    process.predict(&rows).into_iter().map(|normal| normal.mean).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::kendall;
    use rand::RngExt;
    use supernet_space::NasBenchMacro;

    /// All architectures with an effect of each option, one of each pair of neighbours, and noise
    /// of each network.
    fn noisy() -> (NasBenchMacro, Vec<Architecture>, Vec<f64>, Vec<f64>) {
        let bench = NasBenchMacro::new();
        let all = bench.space().architectures(6_561).unwrap();
        let truth = |one: &Architecture| -> f64 {
            let options = bench.options(&bench.space().canonical(one)).unwrap();
            let alone: usize = options.iter().sum();
            let together: usize = options.windows(2).map(|two| two[0] * two[1]).sum();
            alone as f64 + 0.5 * together as f64
        };
        let truth: Vec<f64> = all.iter().map(truth).collect();
        let noise = |one: &Architecture| {
            let name = bench.text(&bench.space().canonical(one)).unwrap();
            8.0 * draws(1, &name, 0).random::<f64>()
        };
        let scores = all.iter().zip(&truth).map(|(one, truth)| truth + noise(one)).collect();
        (bench, all, truth, scores)
    }

    #[test]
    fn every_smoother_ranks_noisy_scores_better_than_they_are_and_equal_networks_stay_equal() {
        let (bench, all, truth, scores) = noisy();
        let some: Vec<usize> = (0..all.len()).step_by(3).collect();
        let architectures: Vec<&Architecture> = some.iter().map(|&i| &all[i]).collect();
        let pick = |list: &[f64]| some.iter().map(|&i| list[i]).collect::<Vec<f64>>();
        let before = kendall(&pick(&scores), &pick(&truth)).unwrap();
        for smoother in [Smoother::Kernel(0.4), Smoother::MainEffects, Smoother::MainEffectsAndProcess] {
            let smoothed = smoother.smooth(bench.space(), &architectures, &pick(&scores));
            let after = kendall(&smoothed, &pick(&truth)).unwrap();
            assert!(after > before + 0.03, "{smoother}: {before} to {after}");
            let mut of_network = HashMap::new();
            for (one, value) in architectures.iter().zip(smoothed) {
                assert_eq!(*of_network.entry(bench.space().canonical(one)).or_insert(value), value);
            }
        }
    }

    #[test]
    fn weight_0_keeps_scores_and_weight_1_makes_them_equal() {
        let (bench, all, _, scores) = noisy();
        let networks: Vec<usize> = (0..all.len()).filter(|&i| bench.space().canonical(&all[i]) == all[i]).collect();
        let some: Vec<&Architecture> = networks[..200].iter().map(|&i| &all[i]).collect();
        let values: Vec<f64> = networks[..200].iter().map(|&i| scores[i]).collect();
        assert_eq!(Smoother::Kernel(0.0).smooth(bench.space(), &some, &values), values);
        let mean = values.iter().sum::<f64>() / 200.0;
        let flat = Smoother::Kernel(1.0).smooth(bench.space(), &some, &values);
        assert!(flat.iter().all(|value| (value - mean).abs() < 1e-12));
        assert!(Smoother::MainEffects.smooth(bench.space(), &[], &[]).is_empty());
    }
}
