//! REINFORCE: make what scored above the baseline more likely.

use crate::{
    Controller, Factorised, Lstm, Scored, SearchError, Strategy,
    adam::Adam,
    exact,
    known::{Known, Proposals, at_least, in_range},
    state::{check_count, check_known, checked_state},
};
use serde::{Deserialize, Serialize};
use supernet_space::{Architecture, SearchSpace};

const NAME: &str = "reinforce";

/// REINFORCE (Williams, 1992) as Zoph and Le (ICLR 2017) and Pham et al. (ICML 2018) search with it: proposals are draws from
/// a controller π; after every `batch` scores R(a) it takes one step of Adam up
/// ```text
/// 1/batch Σ_a (R(a) − β·log π(a) − baseline) ∇ log π(a)
/// ```
/// −β·log π(a) is the entropy term (Williams and Peng, 1991: its mean is β times the entropy); the baseline is the moving
/// average of what it is taken from, R(a) − β·log π(a), and starts as the mean of the first batch. R is the accuracy; a score
/// that is no number counts as the least reward so far.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(remote = "Self")]
pub struct Reinforce<C> {
    controller: C,
    proposals: Proposals,
    settings: ReinforceSettings,
    adam: Adam,
    baseline: Option<exact::Exact>,
    least_reward: Option<exact::Exact>,
    told: Vec<Known>,
}

checked_state!(Reinforce<C: Controller>);

/// How REINFORCE learns.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct ReinforceSettings {
    /// Step size of Adam.
    #[serde(with = "exact::number")]
    pub rate: f64,
    /// Scores per step.
    pub batch: usize,
    /// Weight β of the entropy.
    #[serde(with = "exact::number")]
    pub entropy: f64,
    /// What the baseline keeps of itself per batch, 0 to below 1.
    #[serde(with = "exact::number")]
    pub decay: f64,
}

impl Default for ReinforceSettings {
    /// For searches of some hundred scores: rate 0.05, batches of 10, entropy 1e-4 (Pham et al.), decay 0.9.
    fn default() -> Self {
        Self { rate: 0.05, batch: 10, entropy: 1e-4, decay: 0.9 }
    }
}

impl ReinforceSettings {
    fn check(self) -> Result<Self, SearchError> {
        let rate = in_range(NAME, "rate", self.rate, self.rate > 0.0 && self.rate.is_finite(), "above 0")?;
        let batch = at_least(NAME, "batch", self.batch, 1, "at least 1")?;
        let holds = self.entropy >= 0.0 && self.entropy.is_finite();
        let entropy = in_range(NAME, "entropy", self.entropy, holds, "at least 0")?;
        let decay = in_range(NAME, "decay", self.decay, (0.0..1.0).contains(&self.decay), "0 <= decay < 1")?;
        Ok(Self { rate, batch, entropy, decay })
    }
}

impl Reinforce<Factorised> {
    /// With a distribution of its own for each choice of `space`, draws from stream `stream` under `seed`.
    pub fn factorised(space: SearchSpace, seed: u64, stream: impl Into<String>) -> Self {
        Self::with_controller(Factorised::new(space), seed, stream)
    }
}

impl Reinforce<Lstm> {
    /// With an LSTM of 32 units, weights drawn from stream `stream`/init, and a rate of 0.01.
    pub fn lstm(space: SearchSpace, seed: u64, stream: impl Into<String>) -> Self {
        let stream = stream.into();
        let controller = Lstm::new(space, 32, seed, &format!("{stream}/init"));
        let settings = ReinforceSettings { rate: 0.01, ..ReinforceSettings::default() };
        Self { settings, ..Self::with_controller(controller, seed, stream) }
    }
}

impl<C: Controller> Reinforce<C> {
    /// With any controller, draws from stream `stream` under `seed`.
    pub fn with_controller(controller: C, seed: u64, stream: impl Into<String>) -> Self {
        Self {
            adam: Adam::new(controller.parameters().len()),
            controller,
            proposals: Proposals::new(seed, stream),
            settings: ReinforceSettings::default(),
            baseline: None,
            least_reward: None,
            told: Vec::new(),
        }
    }

    /// With other settings.
    ///
    /// # Errors
    /// A number out of range.
    pub fn with_settings(self, settings: ReinforceSettings) -> Result<Self, SearchError> {
        Ok(Self { settings: settings.check()?, ..self })
    }

    fn check(&self) -> Result<(), SearchError> {
        self.settings.check()?;
        check_count(NAME, "moments of adam", self.adam.len(), self.controller.parameters().len())?;
        check_known(self.controller.space(), &self.told)
    }

    /// The controller.
    pub fn controller(&self) -> &C {
        &self.controller
    }

    fn reward(&mut self, known: &Known) -> f64 {
        let accuracy = known.score().accuracy;
        let least = self.least_reward.map_or(f64::INFINITY, |least| least.0);
        if accuracy.is_finite() {
            self.least_reward = Some(exact::Exact(least.min(accuracy)));
            return accuracy;
        }
        if least.is_finite() { least } else { 0.0 }
    }

    fn learn(&mut self) {
        // Sums do not depend on the order in which scores came in.
        let mut told = std::mem::take(&mut self.told);
        told.sort_by(|a, b| a.architecture.cmp(&b.architecture).then_with(|| a.better_first(b)));
        let returns: Vec<f64> = told
            .iter()
            .map(|known| {
                let surprise = -self.controller.log_probability(&known.architecture);
                self.reward(known) + self.settings.entropy * surprise
            })
            .collect();
        let mean = returns.iter().sum::<f64>() / returns.len() as f64;
        let baseline = self.baseline.map_or(mean, |baseline| baseline.0);
        let mut gradient = vec![0.0; self.controller.parameters().len()];
        for (known, value) in told.iter().zip(&returns) {
            let weight = -(value - baseline) / returns.len() as f64;
            self.controller.add_gradient(&known.architecture, weight, &mut gradient);
        }
        self.adam.step(self.controller.parameters_mut(), &gradient, self.settings.rate);
        let decay = self.settings.decay;
        self.baseline = Some(exact::Exact(decay * baseline + (1.0 - decay) * mean));
    }
}

impl<C: Controller> Strategy for Reinforce<C> {
    fn name(&self) -> &str {
        self.controller.name()
    }

    fn most_at_once(&self) -> usize {
        self.settings.batch
    }

    fn ask(&mut self, count: usize) -> Vec<Architecture> {
        (0..count).map(|_| self.controller.sample(&mut self.proposals.draw())).collect()
    }

    fn tell(&mut self, scored: &[Scored]) {
        for scored in scored {
            self.told.push(scored.into());
            if self.told.len() >= self.settings.batch {
                self.learn();
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::{by_paths, chain};

    fn share_of_the_best<C: Controller>(mut strategy: Reinforce<C>, batches: usize) -> f64 {
        for _ in 0..batches {
            let asked = strategy.ask(10);
            strategy.tell(&by_paths(&asked));
        }
        let best = by_paths(&strategy.ask(200)).iter().filter(|scored| scored.score.accuracy >= 7.0).count();
        best as f64 / 200.0
    }

    #[test]
    fn both_controllers_come_to_prefer_what_scores_well() {
        // Of uniform draws 1 in 16 takes the last option at least three times out of four and the second at worst once.
        let uniform = share_of_the_best(Reinforce::factorised(chain(4), 1, "reinforce"), 0);
        assert!(uniform < 0.15, "{uniform}");
        let factorised = share_of_the_best(Reinforce::factorised(chain(4), 1, "reinforce"), 200);
        assert!(factorised > 0.8, "{factorised}");
        let lstm = share_of_the_best(Reinforce::lstm(chain(4), 1, "reinforce"), 200);
        assert!(lstm > 0.8, "{lstm}");
    }

    #[test]
    fn entropy_keeps_the_controller_from_settling() {
        let log_probability = |entropy| {
            let settings = ReinforceSettings { entropy, ..Default::default() };
            let mut strategy = Reinforce::factorised(chain(4), 1, "reinforce").with_settings(settings).unwrap();
            for _ in 0..200 {
                let asked = strategy.ask(10);
                strategy.tell(&by_paths(&asked));
            }
            let best = strategy.ask(1);
            strategy.controller().log_probability(&best[0])
        };
        assert!(log_probability(0.0) > -0.5);
        assert!(log_probability(10.0) < -2.0);
    }

    #[test]
    fn a_batch_teaches_the_same_in_any_order_and_a_score_that_is_no_number_as_little_as_the_worst() {
        let (mut one, mut other) =
            (Reinforce::factorised(chain(4), 1, "reinforce"), Reinforce::factorised(chain(4), 1, "reinforce"));
        for round in 0..3 {
            let mut told = by_paths(&one.ask(10));
            other.ask(10);
            told[round].score.accuracy = f64::NAN;
            one.tell(&told);
            told.reverse();
            other.tell(&told);
        }
        assert!(one.controller().parameters().iter().all(|theta| theta.is_finite()));
        assert_eq!(one, other);
    }

    #[test]
    fn settings_out_of_range_are_refused() {
        let refuse = |settings| Reinforce::factorised(chain(2), 1, "reinforce").with_settings(settings).unwrap_err();
        let settings = ReinforceSettings::default();
        assert_eq!(
            refuse(ReinforceSettings { decay: 1.0, ..settings }).to_string(),
            "reinforce, decay: found 1, expected 0 <= decay < 1"
        );
        refuse(ReinforceSettings { rate: f64::NAN, ..settings });
        refuse(ReinforceSettings { batch: 0, ..settings });
        refuse(ReinforceSettings { entropy: -1.0, ..settings });
    }
}
