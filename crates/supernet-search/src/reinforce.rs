//! REINFORCE: make what scored above the baseline more likely.

use crate::{
    Controller, Factorised, Lstm, LstmSettings, ReinforceSettings, RewardMap, Scored, SearchError, Strategy,
    adam::Adam,
    known::Proposals,
    returns::{Lesson, Returns},
    state::{check_count, checked_state},
};
use serde::{Deserialize, Serialize};
use supernet_space::{Architecture, SearchSpace};

const NAME: &str = "reinforce";

/// REINFORCE (Williams, 1992) as Zoph and Le (ICLR 2017) and Pham et al. (ICML 2018) search with
/// it: proposals are draws from a controller π; after every `batch` scores R(a) it takes one step
/// of Adam up
/// ```text
/// 1/batch Σ_a (R(a) − β·log π(a) − baseline) ∇ log π(a)
/// ```
/// −β·log π(a) is the entropy term (Williams and Peng, 1991: its mean is β times the entropy); the
/// baseline is the moving average of what it is taken from, R(a) − β·log π(a), and starts as the
/// mean of the first batch. R is the reward of the settings, by default the accuracy; a score that
/// is no number counts as the least reward so far.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(remote = "Self")]
pub struct Reinforce<C> {
    name: String,
    controller: C,
    proposals: Proposals,
    settings: ReinforceSettings,
    adam: Adam,
    returns: Returns,
}

checked_state!(Reinforce<C: Controller>);

impl Reinforce<Factorised> {
    /// With a distribution of its own for each choice of `space`, draws from stream `stream` under
    /// `seed`.
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

    /// The search of Zoph and Le (ICLR 2017): two layers of 35 units with anchors, the cube of the
    /// accuracy as reward. Their numbers are for 12,800 networks; for some hundred the rate is 0.02
    /// instead of 6e-4. With initial weights within 0.08 the states at all anchors are so alike
    /// that all inputs of a layer come and go together (of six layers hidden in a test two thousand
    /// samples find 71 to 81 %); so they are within 0.3 here, and an entropy of 0.025 keeps the
    /// policy open (99 %).
    pub fn nas_rl(space: SearchSpace, seed: u64, stream: impl Into<String>) -> Self {
        let stream = stream.into();
        let controller =
            Lstm::of(space, LstmSettings { init: 0.3, ..LstmSettings::nas_rl() }, seed, &format!("{stream}/init"));
        let reward = RewardMap::Power(3.0);
        let settings = ReinforceSettings { rate: 0.02, entropy: 0.025, reward, ..ReinforceSettings::default() };
        Self { settings, name: "nas-rl".into(), ..Self::with_controller(controller, seed, stream) }
    }
}

impl<C: Controller> Reinforce<C> {
    /// With any controller, draws from stream `stream` under `seed`.
    pub fn with_controller(controller: C, seed: u64, stream: impl Into<String>) -> Self {
        Self {
            name: format!("{NAME}, {}", controller.name()),
            adam: Adam::new(controller.parameters().len()),
            controller,
            proposals: Proposals::new(seed, stream),
            settings: ReinforceSettings::default(),
            returns: Returns::default(),
        }
    }

    /// With other settings.
    ///
    /// # Errors
    /// A number out of range.
    pub fn with_settings(self, settings: ReinforceSettings) -> Result<Self, SearchError> {
        Ok(Self { settings: settings.check(NAME)?, ..self })
    }

    fn check(&self) -> Result<(), SearchError> {
        self.settings.check(NAME)?;
        check_count(NAME, "moments of adam", self.adam.len(), self.controller.parameters().len())?;
        self.returns.check(self.controller.space())
    }

    /// The controller.
    pub fn controller(&self) -> &C {
        &self.controller
    }

    fn learn(&mut self) {
        let lessons = self.returns.lessons(&self.settings, |a, ()| self.controller.log_probability(a));
        let mut gradient = vec![0.0; self.controller.parameters().len()];
        let weight = |lesson: &Lesson| -lesson.advantage / lessons.len() as f64;
        let weighted: Vec<_> = lessons.iter().map(|lesson| (&lesson.architecture, weight(lesson))).collect();
        self.controller.add_gradients(&weighted, &mut gradient);
        let drawn: Vec<&Architecture> = lessons.iter().map(|lesson| &lesson.architecture).collect();
        self.controller.add_own_gradient(&drawn, &mut gradient);
        self.adam.step(self.controller.parameters_mut(), &gradient, self.settings.rate);
    }
}

impl<C: Controller> Strategy for Reinforce<C> {
    fn name(&self) -> &str {
        &self.name
    }

    fn most_at_once(&self) -> usize {
        self.settings.batch
    }

    fn ask(&mut self, count: usize) -> Vec<Architecture> {
        let mut propose = |_| {
            self.controller.begin(self.proposals.asked());
            self.controller.sample(&mut self.proposals.draw())
        };
        (0..count).map(&mut propose).collect()
    }

    fn tell(&mut self, scored: &[Scored]) {
        for scored in scored {
            if self.returns.tell(scored, (), self.settings.batch) {
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
        // Of uniform draws 1 in 16 takes the last option at least three times out of four and the
        // second at worst once.
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
