//! Proximal policy optimisation: several steps on one batch, none too far from where it was drawn.

use crate::{
    Controller, Factorised, Lstm, ReinforceSettings, Scored, SearchError, Strategy,
    adam::Adam,
    exact,
    known::{Proposals, at_least, in_range},
    returns::{Lesson, Returns},
    state::{check_count, checked_state},
};
use serde::{Deserialize, Serialize};
use supernet_space::{Architecture, SearchSpace};

const NAME: &str = "ppo";

/// PPO (Schulman et al., 2017) as Zoph, Vasudevan, Shlens and Le (CVPR 2018) search for NASNet with
/// it: proposals are draws from a controller π; after every `batch` scores R(a) it takes `passes`
/// steps of Adam up
/// ```text
/// 1/batch Σ_a min(r·A, clip(r, 1 − clip, 1 + clip)·A),   r = π(a)/π_old(a),   A = R(a) − β·log π_old(a) − baseline
/// ```
/// π_old being the controller when the batch is full. Return, baseline and entropy are those of
/// [`crate::Reinforce`].
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(remote = "Self")]
pub struct Ppo<C> {
    name: String,
    controller: C,
    proposals: Proposals,
    settings: PpoSettings,
    adam: Adam,
    returns: Returns,
}

checked_state!(Ppo<C: Controller>);

/// How PPO learns.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct PpoSettings {
    /// Rate, batch, entropy, baseline and reward.
    pub learning: ReinforceSettings,
    /// How far the ratio of probabilities may leave 1 before a member of the batch stops to matter,
    /// between 0 and 1.
    #[serde(with = "exact::number")]
    pub clip: f64,
    /// Steps on each batch.
    pub passes: usize,
}

impl Default for PpoSettings {
    /// For searches of some hundred scores: rate 0.05, batches of 10; entropy 1e-5 and decay 0.95
    /// (Zoph et al.); a clip of 0.2 and 4 passes.
    fn default() -> Self {
        let learning = ReinforceSettings { entropy: 1e-5, decay: 0.95, ..ReinforceSettings::default() };
        Self { learning, clip: 0.2, passes: 4 }
    }
}

impl PpoSettings {
    fn check(self) -> Result<Self, SearchError> {
        self.learning.check(NAME)?;
        in_range(NAME, "clip", self.clip, self.clip > 0.0 && self.clip < 1.0, "0 < clip < 1")?;
        at_least(NAME, "passes", self.passes, 1, "at least 1")?;
        Ok(self)
    }
}

impl Ppo<Factorised> {
    /// With a distribution of its own for each choice of `space`, draws from stream `stream` under
    /// `seed`.
    pub fn factorised(space: SearchSpace, seed: u64, stream: impl Into<String>) -> Self {
        Self::with_controller(Factorised::new(space), seed, stream)
    }
}

impl Ppo<Lstm> {
    /// With an LSTM of 32 units (100 as published: [`crate::LstmSettings::nas_net`]), weights drawn
    /// from stream `stream`/init, and a rate of 0.005.
    pub fn lstm(space: SearchSpace, seed: u64, stream: impl Into<String>) -> Self {
        let stream = stream.into();
        let controller = Lstm::new(space, 32, seed, &format!("{stream}/init"));
        let mut ppo = Self::with_controller(controller, seed, stream);
        ppo.settings.learning.rate = 0.005;
        ppo
    }
}

impl<C: Controller> Ppo<C> {
    /// With any controller, draws from stream `stream` under `seed`.
    pub fn with_controller(controller: C, seed: u64, stream: impl Into<String>) -> Self {
        Self {
            name: format!("{NAME}, {}", controller.name()),
            adam: Adam::new(controller.parameters().len()),
            controller,
            proposals: Proposals::new(seed, stream),
            settings: PpoSettings::default(),
            returns: Returns::default(),
        }
    }

    /// With other settings.
    ///
    /// # Errors
    /// A number out of range.
    pub fn with_settings(self, settings: PpoSettings) -> Result<Self, SearchError> {
        Ok(Self { settings: settings.check()?, ..self })
    }

    fn check(&self) -> Result<(), SearchError> {
        self.settings.check()?;
        check_count(NAME, "moments of adam", self.adam.len(), self.controller.parameters().len())?;
        self.returns.check(self.controller.space())
    }

    /// The controller.
    pub fn controller(&self) -> &C {
        &self.controller
    }

    fn learn(&mut self) {
        let lessons = self.returns.lessons(&self.settings.learning, |a, ()| self.controller.log_probability(a));
        for _ in 0..self.settings.passes {
            let mut gradient = vec![0.0; self.controller.parameters().len()];
            let weight = |lesson: &Lesson| {
                let log_probability = self.controller.log_probability(&lesson.architecture);
                -self.slope(lesson, log_probability) / lessons.len() as f64
            };
            let weighted = lessons.iter().map(|lesson| (&lesson.architecture, weight(lesson)));
            let weighted: Vec<_> = weighted.filter(|&(_, weight)| weight != 0.0).collect();
            self.controller.add_gradients(&weighted, &mut gradient);
            let drawn: Vec<&Architecture> = lessons.iter().map(|lesson| &lesson.architecture).collect();
            self.controller.add_own_gradient(&drawn, &mut gradient);
            self.adam.step(self.controller.parameters_mut(), &gradient, self.settings.learning.rate);
        }
    }

    /// Computes the slope of min(r·A, clip(r)·A) in log π: r·A, and 0 where the clip is the less.
    fn slope(&self, lesson: &Lesson, log_probability: f64) -> f64 {
        let (ratio, clip) = ((log_probability - lesson.log_probability).exp(), self.settings.clip);
        let far = if lesson.advantage > 0.0 { ratio > 1.0 + clip } else { ratio < 1.0 - clip };
        if far { 0.0 } else { ratio * lesson.advantage }
    }
}

impl<C: Controller> Strategy for Ppo<C> {
    fn name(&self) -> &str {
        &self.name
    }

    fn most_at_once(&self) -> usize {
        self.settings.learning.batch
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
            if self.returns.tell(scored, (), self.settings.learning.batch) {
                self.learn();
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        Reinforce,
        testing::{by_paths, chain},
    };

    fn settings(passes: usize, clip: f64) -> PpoSettings {
        PpoSettings { passes, clip, ..PpoSettings::default() }
    }

    #[test]
    fn one_pass_is_reinforce() {
        let learning = PpoSettings::default().learning;
        let mut ppo = Ppo::factorised(chain(4), 1, "policy").with_settings(settings(1, 0.2)).unwrap();
        let mut reinforce = Reinforce::factorised(chain(4), 1, "policy").with_settings(learning).unwrap();
        for _ in 0..20 {
            let asked = ppo.ask(10);
            assert_eq!(asked, reinforce.ask(10));
            ppo.tell(&by_paths(&asked));
            reinforce.tell(&by_paths(&asked));
        }
        assert_eq!(ppo.controller(), reinforce.controller());
    }

    #[test]
    fn more_passes_learn_more_from_a_batch_and_the_clip_bounds_how_much() {
        let after_a_batch = |settings| {
            let mut ppo = Ppo::factorised(chain(4), 1, "policy").with_settings(settings).unwrap();
            let asked = ppo.ask(10);
            let told = by_paths(&asked);
            let best = told.iter().min_by(|a, b| a.score.better_first(&b.score)).unwrap().architecture.clone();
            let before = ppo.controller().log_probability(&best);
            ppo.tell(&told);
            (ppo.controller().log_probability(&best) - before).exp()
        };
        let once = after_a_batch(settings(1, 0.2));
        assert!(once > 1.0);
        assert!(after_a_batch(settings(4, 0.2)) > once);
        let (tight, loose) = (after_a_batch(settings(100, 0.1)), after_a_batch(settings(100, 0.9)));
        assert!(tight < loose, "{tight} and {loose}");
    }

    #[test]
    fn both_controllers_come_to_prefer_what_scores_well() {
        fn best_share<C: Controller>(mut ppo: Ppo<C>) -> f64 {
            for _ in 0..80 {
                let asked = ppo.ask(10);
                ppo.tell(&by_paths(&asked));
            }
            let best = by_paths(&ppo.ask(200)).iter().filter(|scored| scored.score.accuracy >= 7.0).count();
            best as f64 / 200.0
        }
        assert!(best_share(Ppo::factorised(chain(4), 1, "policy")) > 0.8);
        assert!(best_share(Ppo::lstm(chain(4), 1, "policy")) > 0.8);
    }

    #[test]
    fn settings_out_of_range_are_refused() {
        let refuse = |settings| Ppo::factorised(chain(2), 1, "policy").with_settings(settings).unwrap_err().to_string();
        assert_eq!(refuse(settings(0, 0.2)), "ppo, passes: found 0, expected at least 1");
        assert_eq!(refuse(settings(4, 1.0)), "ppo, clip: found 1, expected 0 < clip < 1");
        refuse(settings(4, f64::NAN));
    }
}
