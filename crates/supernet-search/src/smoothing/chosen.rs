//! Which smoother: chosen by some networks that are known.

use super::smoother::Smoother;
use crate::kendall;
use serde::{Deserialize, Serialize};
use supernet_space::{Architecture, SearchSpace};

/// A smoother that was tried.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct Trial {
    /// The smoother; none leaves the scores as they are.
    pub smoother: Option<Smoother>,
    /// Kendall's tau-b of the smoothed scores with the known accuracies; none where either is
    /// constant.
    pub kendall: Option<f64>,
}

/// The smoother that was chosen, and all that were tried.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Chosen {
    /// The best; none if the scores as they are were best.
    pub smoother: Option<Smoother>,
    /// All, in the order in which they were tried; of equal ones the first was taken.
    pub trials: Vec<Trial>,
}

/// Chooses among the scores as they are and some smoothers by Kendall's tau-b with the accuracies
/// of known networks, (place, accuracy) each; of equals the first. What is reported afterwards is
/// to be of other networks.
///
/// How well smoothed scores predict scores that were left out is no way to choose: what they have
/// in common with the scores of alike networks are the errors of shared weights too. On
/// NAS-Bench-Macro that takes a process that learns its noise, which ranks at .81, before the
/// kernel's .86.
///
/// # Panics
/// If there is not a finite score for each architecture, or a place is none of theirs.
pub fn choose_smoother(
    space: &SearchSpace,
    architectures: &[&Architecture],
    scores: &[f64],
    known: &[(usize, f64)],
    smoothers: &[Smoother],
) -> Chosen {
    let truth: Vec<f64> = known.iter().map(|(_, accuracy)| *accuracy).collect();
    let tau = |list: &[f64]| kendall(&known.iter().map(|(place, _)| list[*place]).collect::<Vec<f64>>(), &truth);
    let of = |&smoother: &Smoother| {
        let kendall = tau(&smoother.smooth(space, architectures, scores));
        Trial { smoother: Some(smoother), kendall }
    };
    let trials: Vec<Trial> =
        [Trial { smoother: None, kendall: tau(scores) }].into_iter().chain(smoothers.iter().map(of)).collect();
    let best = trials.iter().fold(trials[0], |best, &trial| if trial.kendall > best.kendall { trial } else { best });
    Chosen { smoother: best.smoother, trials }
}

#[cfg(test)]
mod tests {
    use super::*;
    use rand::RngExt;
    use supernet_space::{NasBenchMacro, draws};

    const SOME: [Smoother; 2] = [Smoother::Kernel(0.4), Smoother::MainEffects];

    fn drawn(bench: &NasBenchMacro) -> Vec<Architecture> {
        bench.space().architectures(6_561).unwrap().into_iter().step_by(30).collect()
    }

    #[test]
    fn scores_that_are_the_accuracies_are_left_as_they_are() {
        let bench = NasBenchMacro::new();
        let drawn = drawn(&bench);
        let architectures: Vec<&Architecture> = drawn.iter().collect();
        let scores: Vec<f64> = (0..drawn.len()).map(|i| draws(3, "truth", i as u64).random::<f64>()).collect();
        let known: Vec<(usize, f64)> = (0..40).map(|i| (i, scores[i])).collect();
        let chosen = choose_smoother(bench.space(), &architectures, &scores, &known, &SOME);
        assert_eq!((chosen.smoother, chosen.trials[0].kendall), (None, Some(1.0)));
    }

    #[test]
    fn sums_over_options_under_noise_call_for_main_effects() {
        let bench = NasBenchMacro::new();
        let drawn = drawn(&bench);
        let architectures: Vec<&Architecture> = drawn.iter().collect();
        let truth = |i: usize| bench.options(&drawn[i]).unwrap().iter().sum::<usize>() as f64;
        let scores: Vec<f64> =
            (0..drawn.len()).map(|i| truth(i) + 8.0 * draws(4, "noise", i as u64).random::<f64>()).collect();
        let known: Vec<(usize, f64)> = (0..60).map(|i| (i, truth(i))).collect();
        let chosen = choose_smoother(bench.space(), &architectures, &scores, &known, &SOME);
        assert_eq!(chosen.smoother, Some(Smoother::MainEffects), "{chosen:?}");
    }

    #[test]
    fn without_known_networks_the_scores_stay() {
        let bench = NasBenchMacro::new();
        let drawn = drawn(&bench);
        let architectures: Vec<&Architecture> = drawn.iter().collect();
        let chosen = choose_smoother(bench.space(), &architectures, &vec![1.0; drawn.len()], &[], &SOME);
        assert_eq!((chosen.smoother, chosen.trials.len()), (None, 3));
    }
}
