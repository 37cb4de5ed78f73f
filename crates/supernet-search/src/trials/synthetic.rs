//! Trainings by formula, for tests.

use super::{Trial, TrialEvaluator};
use crate::{Scored, testing::scored};
use std::{
    collections::{BTreeMap, BTreeSet},
    convert::Infallible,
};

/// The toy of Jaderberg et al. 2017: Q = 1.2 − θ₀² − θ₁² is sought by steps up the gradient of
/// 1.2 − h₀ θ₀² − h₁ θ₁², from (0.9, 0.9).
#[derive(Default)]
pub(super) struct Toy {
    kept: BTreeMap<u64, [f64; 2]>,
}

impl TrialEvaluator for Toy {
    type Error = Infallible;

    fn evaluate_trials(&mut self, trials: &[Trial]) -> Result<Vec<Scored>, Infallible> {
        let run = |trial: &Trial| {
            let mut theta = trial.parent.map_or([0.9; 2], |parent| self.kept[&parent]);
            for _ in 0..trial.steps {
                theta[0] -= 0.01 * 2.0 * trial.settings["h0"] * theta[0];
                theta[1] -= 0.01 * 2.0 * trial.settings["h1"] * theta[1];
            }
            self.kept.insert(trial.id, theta);
            scored(&trial.architecture, 1.2 - theta[0].powi(2) - theta[1].powi(2))
        };
        Ok(trials.iter().map(run).collect())
    }

    fn keep_only(&mut self, parents: &BTreeSet<u64>) -> Result<(), Infallible> {
        self.kept.retain(|id, _| parents.contains(id));
        Ok(())
    }
}

/// A network that has learnt for t steps scores quality · (1 − e^(−t/τ)); a child has learnt what
/// its parent had, as far as their choices agree. A learning rate of η learns η/0.1 times as fast,
/// and above 0.2 not at all.
#[derive(Default)]
pub(super) struct Lineage {
    kept: BTreeMap<u64, (String, f64)>,
}

impl Lineage {
    /// Steps after which 1 − 1/e of the quality is reached.
    pub(super) const TAU: f64 = 1_000.0;
}

impl TrialEvaluator for Lineage {
    type Error = Infallible;

    fn evaluate_trials(&mut self, trials: &[Trial]) -> Result<Vec<Scored>, Infallible> {
        let run = |trial: &Trial| {
            let text = trial.architecture.to_string();
            let choices = text.split('/').count();
            let inherited = trial.parent.map_or(0.0, |parent| {
                let (of, learnt) = &self.kept[&parent];
                let alike = of.split('/').zip(text.split('/')).filter(|(a, b)| a == b).count();
                learnt * alike as f64 / choices as f64
            });
            let rate = trial.settings["learning_rate"] / 0.1;
            let learnt = inherited + if rate > 2.0 { 0.0 } else { rate * trial.steps as f64 };
            let of_option = |place: usize| trial.architecture.bits(place).trailing_zeros();
            let quality = f64::from((0..choices).map(of_option).sum::<u32>()) / (2 * choices) as f64;
            self.kept.insert(trial.id, (text, learnt));
            scored(&trial.architecture, quality * (1.0 - (-learnt / Self::TAU).exp()))
        };
        Ok(trials.iter().map(run).collect())
    }

    fn keep_only(&mut self, parents: &BTreeSet<u64>) -> Result<(), Infallible> {
        self.kept.retain(|id, _| parents.contains(id));
        Ok(())
    }
}
