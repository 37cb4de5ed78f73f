//! ENAS: a controller that is trained together with the weights that its networks share.

use super::{Companion, Validation};
use crate::{Moment, PathSampler, TrainError, checks::at_least_one};
use rand::Rng;
use serde::{Deserialize, Serialize};
use supernet_search::{
    Controller, FromController, Lstm, LstmSettings, Reinforce, ReinforceSettings, RewardMap, Scored, SkipRate, Strategy,
};
use supernet_space::{Cost, PathMask, SearchSpace, draws};

/// How [`Enas`] learns. Defaults are those of the authors' code for whole networks.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct EnasSettings {
    /// Networks that are drawn and scored for an update. Default 20; at least 2.
    pub samples: usize,
    /// Units of the controller's LSTM. Default 64; at least 1.
    pub hidden: usize,
    /// C of the logits C·tanh(θ/T), which bounds how sure the controller can become. Default 1.5;
    /// above 0.
    pub tanh_constant: f64,
    /// T of the same: greater values make draws more even. Default 1; above 0.
    pub temperature: f64,
    /// Step size of Adam. Default 0.001; above 0.
    pub rate: f64,
    /// Weight of the controller's entropy in the reward. Default 0.0001; at least 0.
    pub entropy: f64,
    /// What the baseline keeps of itself per update. Default 0.99; 0 to below 1.
    pub decay: f64,
    /// How probable inputs from earlier nodes are held to be where a choice may take any number of
    /// them, as in whole networks, and the weight of that; none: they are free. Default a rate of
    /// 0.4 (above 0 and below 1) with weight 0.8 (at least 0).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub skip_rate: Option<SkipRate>,
}

impl Default for EnasSettings {
    fn default() -> Self {
        let (tanh_constant, temperature, skip_rate) = (1.5, 1.0, Some(SkipRate::default()));
        Self { samples: 20, hidden: 64, tanh_constant, temperature, rate: 1e-3, entropy: 1e-4, decay: 0.99, skip_rate }
    }
}

impl EnasSettings {
    /// Checks every number.
    ///
    /// # Errors
    /// The first number that is out of range.
    pub(crate) fn check(&self) -> Result<(), TrainError> {
        let Self { samples, hidden, tanh_constant, temperature, rate, entropy, decay, skip_rate } = *self;
        if samples < 2 {
            return Err(TrainError::config("companion.enas.samples", samples, "at least 2"));
        }
        at_least_one("companion.enas.hidden", hidden)?;
        let is_positive = |value: f64| value > 0.0 && value.is_finite();
        for (field, found, holds, expected) in [
            ("companion.enas.tanh_constant", tanh_constant, is_positive(tanh_constant), "above 0"),
            ("companion.enas.temperature", temperature, is_positive(temperature), "above 0"),
            ("companion.enas.rate", rate, is_positive(rate), "above 0"),
            ("companion.enas.entropy", entropy, entropy >= 0.0 && entropy.is_finite(), "at least 0"),
            ("companion.enas.decay", decay, (0.0..1.0).contains(&decay), "0 to below 1"),
        ] {
            if !holds {
                return Err(TrainError::config(field, found, expected));
            }
        }
        let Some(SkipRate { rate, weight }) = skip_rate else { return Ok(()) };
        if !(rate > 0.0 && rate < 1.0) {
            return Err(TrainError::config("companion.enas.skip_rate.rate", rate, "above 0 and below 1"));
        }
        if !(weight >= 0.0 && weight.is_finite()) {
            return Err(TrainError::config("companion.enas.skip_rate.weight", weight, "at least 0"));
        }
        Ok(())
    }
}

/// Efficient neural architecture search (Pham, Guan, Zoph, Le and Dean, ICML 2018): an LSTM draws
/// an architecture for each ghost batch of a training step, and learns by REINFORCE. An update
/// draws some architectures, of which each is rewarded with its accuracy on one minibatch of
/// validation examples under the shared weights, and takes one step of Adam
/// ([`Reinforce`] with an anchored [`Lstm`], for whole networks as the paper's).
///
/// Here a training step trains as many of the controller's networks as it has ghost batches; the
/// paper trains one.
pub struct Enas {
    reinforce: Reinforce<Lstm>,
    settings: EnasSettings,
    seed: u64,
}

impl Enas {
    /// A controller over `space` whose weights and draws are functions of `seed`.
    ///
    /// # Errors
    /// A setting out of range.
    pub fn new(space: &SearchSpace, settings: EnasSettings, seed: u64) -> Result<Self, TrainError> {
        settings.check()?;
        let EnasSettings { samples, hidden, tanh_constant, temperature, rate, entropy, decay, skip_rate } = settings;
        let lstm = LstmSettings { hidden, tanh_constant, temperature, skip_rate, ..LstmSettings::enas() };
        let controller = Lstm::with_settings(space.clone(), lstm, seed, "companion/init")?;
        let learning = ReinforceSettings { rate, batch: samples, entropy, decay, reward: RewardMap::Accuracy };
        let reinforce = Reinforce::with_controller(controller, seed, "companion").with_settings(learning)?;
        Ok(Self { reinforce, settings, seed })
    }

    /// The controller as it is.
    pub fn controller(&self) -> &Lstm {
        self.reinforce.controller()
    }
}

/// Draws from the controller.
impl PathSampler for Enas {
    fn draw(&self, _space: &SearchSpace, _at: Moment, _ghost: usize, mut rng: &mut dyn Rng) -> PathMask {
        self.controller().sample(&mut rng).mask().clone()
    }
}

impl Companion for Enas {
    fn sampler(&self) -> &dyn PathSampler {
        self
    }

    fn update(&mut self, _at: Moment, validation: &mut dyn Validation) -> Result<(), TrainError> {
        let asked = self.reinforce.ask(self.settings.samples);
        let masks: Vec<PathMask> = asked.iter().map(|architecture| architecture.mask().clone()).collect();
        let scores = validation.scores(&masks)?;
        let scored = |(architecture, score)| Scored { architecture, score, cost: Cost::default() };
        let told: Vec<Scored> = asked.into_iter().zip(scores).map(scored).collect();
        self.reinforce.tell(&told);
        Ok(())
    }

    fn state(&self) -> String {
        serde_json::to_string(&self.reinforce).expect("plain data")
    }

    fn restore(&mut self, state: &str) -> Result<(), String> {
        let reinforce: Reinforce<Lstm> = serde_json::from_str(state).map_err(|error| error.to_string())?;
        if reinforce.controller().space() != self.controller().space() {
            return Err("a controller over another space".into());
        }
        self.reinforce = reinforce;
        Ok(())
    }

    fn strategy(&self, seed: u64) -> Box<dyn Strategy> {
        Box::new(FromController::new("enas", self.controller().clone(), seed, "candidates"))
    }

    /// Shares of some draws.
    fn probabilities(&self, at: Moment) -> Vec<Vec<f64>> {
        const DRAWS: usize = 100;
        let mut rng = draws(self.seed, "companion/probabilities", at.step);
        let drawn: Vec<_> = (0..DRAWS).map(|_| self.controller().sample(&mut rng)).collect();
        let share = |choice: usize, option: usize| {
            drawn.iter().filter(|architecture| architecture.is_on(choice, option)).count() as f64 / DRAWS as f64
        };
        let choices = self.controller().space().choices().iter().enumerate();
        choices.map(|(c, choice)| (0..choice.options().len()).map(|o| share(c, o)).collect()).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use supernet_search::Score;
    use supernet_space::NasBenchMacro;

    /// Rewards the last option of every layer.
    struct LastOption;

    impl Validation for LastOption {
        fn scores(&mut self, masks: &[PathMask]) -> Result<Vec<Score>, TrainError> {
            let last = |mask: &PathMask| (0..8).filter(|&choice| mask.bits(choice) == 0b100).count() as f64 / 8.0;
            Ok(masks.iter().map(|mask| Score { accuracy: last(mask), loss: 0.0, images: 1 }).collect())
        }

        fn ghosts(&self) -> usize {
            1
        }

        fn gate_gradients(&mut self, _masks: Vec<PathMask>, _gates: &[Vec<f64>]) -> Result<Vec<Vec<f64>>, TrainError> {
            unreachable!("rewards need no gradient of the network")
        }

        fn gate_gradients_ahead(&mut self, _: Vec<PathMask>, _: &[Vec<f64>]) -> Result<Vec<Vec<f64>>, TrainError> {
            unreachable!("rewards need no gradient of the network")
        }
    }

    fn share_of_last(enas: &Enas, at: Moment) -> f64 {
        enas.probabilities(at).iter().map(|choice| choice[2]).sum::<f64>() / 8.0
    }

    #[test]
    fn the_controller_comes_to_prefer_what_is_rewarded_and_goes_on_from_its_state_bit_for_bit() {
        let bench = NasBenchMacro::new();
        let settings = EnasSettings { hidden: 16, tanh_constant: 5.0, rate: 0.01, ..EnasSettings::default() };
        let new = || Enas::new(bench.space(), settings, 1).unwrap();
        let (mut enas, at) = (new(), Moment { step: 0, steps: 100 });
        assert!((share_of_last(&enas, at) - 1.0 / 3.0).abs() < 0.1);
        let mut resumed = new();
        for update in 0..60 {
            enas.update(at, &mut LastOption).unwrap();
            if update == 30 {
                resumed.restore(&enas.state()).unwrap();
            } else if update > 30 {
                resumed.update(at, &mut LastOption).unwrap();
            }
        }
        assert_eq!(resumed.state(), enas.state());
        assert!(share_of_last(&enas, at) > 0.8, "{}", share_of_last(&enas, at));
        let proposed = enas.strategy(1).ask(20);
        let last = proposed.iter().map(|one| (0..8).filter(|&choice| one.is_on(choice, 2)).count()).sum::<usize>();
        assert!(last > 120, "{last} of 160");
    }

    #[test]
    fn masks_are_draws_from_the_controller_and_a_function_of_seed_step_and_ghost_batch() {
        let bench = NasBenchMacro::new();
        let enas = Enas::new(bench.space(), EnasSettings::default(), 1).unwrap();
        let at = Moment { step: 3, steps: 10 };
        let masks = enas.sampler().masks(bench.space(), at, 8, 5);
        assert_eq!(masks, enas.sampler().masks(bench.space(), at, 8, 5));
        masks.into_iter().for_each(|mask| drop(bench.space().accept(mask).unwrap()));
    }

    #[test]
    fn a_state_of_another_space_is_refused() {
        let [mut one, other] = [NasBenchMacro::new().space(), supernet_space::NasBench201::new().space()]
            .map(|space| Enas::new(space, EnasSettings::default(), 1).unwrap());
        assert_eq!(one.restore(&other.state()).unwrap_err(), "a controller over another space");
        assert!(one.restore("{}").is_err());
    }

    #[test]
    fn settings_out_of_range_are_refused_with_place_found_and_expected() {
        let refused = |settings: EnasSettings| settings.check().unwrap_err().to_string();
        let settings = EnasSettings::default();
        assert_eq!(
            refused(EnasSettings { samples: 1, ..settings }),
            "companion.enas.samples: found 1, expected at least 2"
        );
        assert_eq!(
            refused(EnasSettings { decay: 1.0, ..settings }),
            "companion.enas.decay: found 1, expected 0 to below 1"
        );
        assert_eq!(
            refused(EnasSettings { tanh_constant: f64::NAN, ..settings }),
            "companion.enas.tanh_constant: found NaN, expected above 0"
        );
        let skip_rate = Some(SkipRate { rate: 0.0, weight: 0.8 });
        assert_eq!(
            refused(EnasSettings { skip_rate, ..settings }),
            "companion.enas.skip_rate.rate: found 0, expected above 0 and below 1"
        );
    }
}
