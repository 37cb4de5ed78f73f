//! Searches by gradient: a vector of logits for each choice, learnt from gradients at gates.

use super::{Companion, Validation};
use crate::{Moment, PathSampler, TrainError};
use rand::Rng;
use serde::{Deserialize, Serialize};
use supernet_search::{Controller, FromController, GateRule, GateSearch, Strategy};
use supernet_space::{PathMask, SearchSpace, draws};

/// How logits learn.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct GateLearning {
    /// Step size of Adam. Default 0.02; above 0. Published searches have 0.0003 to 0.001, for tens
    /// of thousands of updates: so many as a short search has would move nothing.
    pub rate: f64,
    /// Weight decay of the logits, which pulls probabilities together. Default 0.001; at least 0.
    pub decay: f64,
}

impl Default for GateLearning {
    fn default() -> Self {
        Self { rate: 0.02, decay: 1e-3 }
    }
}

impl GateLearning {
    /// Checks both numbers of the companion `of`.
    ///
    /// # Errors
    /// The first that is out of range.
    pub(crate) fn check(&self, [rate, decay]: [&'static str; 2]) -> Result<(), TrainError> {
        if !(self.rate > 0.0 && self.rate.is_finite()) {
            return Err(TrainError::config(rate, self.rate, "above 0"));
        }
        if !(self.decay >= 0.0 && self.decay.is_finite()) {
            return Err(TrainError::config(decay, self.decay, "at least 0"));
        }
        Ok(())
    }
}

/// How [`Gates`] learn by the straight-through Gumbel estimator (GDAS).
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct GdasSettings {
    /// The temperature at the first step, from which it falls evenly. Default 10, as published;
    /// above 0.
    pub first_temperature: f64,
    /// The temperature at the last step. Default 0.1, as published; above 0.
    pub last_temperature: f64,
    /// How logits learn.
    #[serde(default)]
    pub learning: GateLearning,
}

impl Default for GdasSettings {
    fn default() -> Self {
        Self { first_temperature: 10.0, last_temperature: 0.1, learning: GateLearning::default() }
    }
}

impl GdasSettings {
    /// Checks every number.
    ///
    /// # Errors
    /// The first that is out of range.
    pub(crate) fn check(&self) -> Result<(), TrainError> {
        for (field, found) in [
            ("companion.gdas.first_temperature", self.first_temperature),
            ("companion.gdas.last_temperature", self.last_temperature),
        ] {
            if !(found > 0.0 && found.is_finite()) {
                return Err(TrainError::config(field, found, "above 0"));
            }
        }
        self.learning.check(["companion.gdas.learning.rate", "companion.gdas.learning.decay"])
    }
}

/// How gates are drawn, as far as it changes over a training.
#[derive(Clone, Copy, Debug)]
enum Rule {
    Gumbel {
        first: f64,
        last: f64,
    },
    Binary,
    /// Of all options; `ahead` lets the weights go a step before the gradient is taken.
    Mixture {
        ahead: bool,
    },
}

impl Rule {
    fn at(self, Moment { step, steps }: Moment) -> GateRule {
        match self {
            Self::Gumbel { first, last } => {
                let done = step as f64 / steps.saturating_sub(1).max(1) as f64;
                GateRule::Gumbel { temperature: first + (last - first) * done }
            }
            Self::Binary => GateRule::Binary,
            Self::Mixture { .. } => GateRule::Mixture,
        }
    }
}

/// A vector of logits for each choice, trained together with the shared weights: an update
/// multiplies what options give by gates, and goes down the gradient of the loss of validation
/// examples at these ([`GateSearch`]). Weights are taken as they are, or a step ahead.
///
/// The weights are trained on architectures that are drawn from the logits, one for each ghost
/// batch; those of a mixture on all options at once.
pub struct Gates {
    search: GateSearch,
    rule: Rule,
    learning: GateLearning,
    name: &'static str,
    seed: u64,
}

impl Gates {
    /// The search of GDAS (Dong and Yang, CVPR 2019): each ghost batch of an update takes what is
    /// largest after Gumbel noise, and only what is taken is computed; the gradient goes back as if
    /// its gate were its probability at a falling temperature.
    pub fn gdas(space: &SearchSpace, settings: GdasSettings, seed: u64) -> Self {
        let GdasSettings { first_temperature: first, last_temperature: last, learning } = settings;
        Self::new("gdas", space, Rule::Gumbel { first, last }, learning, seed)
    }

    /// The search of ProxylessNAS (Cai, Zhu and Han, ICLR 2019): each ghost batch of an update
    /// computes two different options of a choice, of which one is let through; the gradient at
    /// both gates goes back to the logits of these two.
    pub fn proxyless_nas(space: &SearchSpace, learning: GateLearning, seed: u64) -> Self {
        Self::new("proxyless-nas", space, Rule::Binary, learning, seed)
    }

    /// The search of DARTS (Liu, Simonyan and Yang, ICLR 2019) to the first order: weights and
    /// logits are trained on the mixture of all options, each times its probability. It takes the
    /// time and the memory of the whole network.
    pub fn darts(space: &SearchSpace, learning: GateLearning, seed: u64) -> Self {
        Self::new("darts", space, Rule::Mixture { ahead: false }, learning, seed)
    }

    /// The same to the second order: the loss is that after one step of the weights, which depends
    /// on the logits too. An update takes some four times as long as one of [`Gates::darts`].
    pub fn darts_second_order(space: &SearchSpace, learning: GateLearning, seed: u64) -> Self {
        Self::new("darts-second-order", space, Rule::Mixture { ahead: true }, learning, seed)
    }

    fn new(name: &'static str, space: &SearchSpace, rule: Rule, learning: GateLearning, seed: u64) -> Self {
        Self { search: GateSearch::new(space.clone()), rule, learning, name, seed }
    }
}

/// Draws from the logits, or the mixture of all options.
impl PathSampler for Gates {
    fn draw(&self, space: &SearchSpace, _at: Moment, _ghost: usize, mut rng: &mut dyn Rng) -> PathMask {
        match self.rule {
            Rule::Mixture { .. } => space.all_on(),
            Rule::Gumbel { .. } | Rule::Binary => self.search.logits().sample(&mut rng).mask().clone(),
        }
    }

    fn gates(&self, _space: &SearchSpace, _at: Moment) -> Option<Vec<f64>> {
        matches!(self.rule, Rule::Mixture { .. }).then(|| self.search.logits().probabilities().concat())
    }
}

impl Companion for Gates {
    fn sampler(&self) -> &dyn PathSampler {
        self
    }

    fn update(&mut self, at: Moment, validation: &mut dyn Validation) -> Result<(), TrainError> {
        let draw = |ghost| {
            let rng = &mut draws(self.seed, &format!("companion/gates/{ghost}"), at.step);
            self.search.draw(self.rule.at(at), rng)
        };
        let drawn: Vec<_> = (0..validation.ghosts()).map(draw).collect();
        let masks = drawn.iter().map(|gated| gated.mask.clone()).collect();
        let gates: Vec<Vec<f64>> = drawn.iter().map(|gated| gated.gates.clone()).collect();
        let gradients = match self.rule {
            Rule::Mixture { ahead: true } => validation.gate_gradients_ahead(masks, &gates)?,
            _ => validation.gate_gradients(masks, &gates)?,
        };
        let GateLearning { rate, decay } = self.learning;
        self.search.learn(&drawn.into_iter().zip(gradients).collect::<Vec<_>>(), rate, decay);
        Ok(())
    }

    fn state(&self) -> String {
        serde_json::to_string(&self.search).expect("plain data")
    }

    fn restore(&mut self, state: &str) -> Result<(), String> {
        let search: GateSearch = serde_json::from_str(state).map_err(|error| error.to_string())?;
        if search.logits().space() != self.search.logits().space() {
            return Err("logits of another space".into());
        }
        self.search = search;
        Ok(())
    }

    /// The likeliest architecture first, then draws from the logits.
    fn strategy(&self, seed: u64) -> Box<dyn Strategy> {
        let logits = self.search.logits();
        let strategy = FromController::new(self.name, logits.clone(), seed, "candidates");
        Box::new(strategy.with_first(logits.likeliest()))
    }

    fn probabilities(&self, _at: Moment) -> Vec<Vec<f64>> {
        self.search.logits().probabilities()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use supernet_search::Score;
    use supernet_space::NasBenchMacro;

    /// One of each kind.
    fn all(space: &SearchSpace) -> Vec<Gates> {
        vec![
            Gates::gdas(space, GdasSettings::default(), 1),
            Gates::proxyless_nas(space, GateLearning::default(), 1),
            Gates::darts(space, GateLearning::default(), 1),
            Gates::darts_second_order(space, GateLearning::default(), 1),
        ]
    }

    /// Loses by every option but the last.
    struct LastOption;

    impl Validation for LastOption {
        fn scores(&mut self, _masks: &[PathMask]) -> Result<Vec<Score>, TrainError> {
            unreachable!("gates ask for gradients")
        }

        fn ghosts(&self) -> usize {
            4
        }

        fn gate_gradients(&mut self, masks: Vec<PathMask>, gates: &[Vec<f64>]) -> Result<Vec<Vec<f64>>, TrainError> {
            assert_eq!((masks.len(), gates.len(), gates[0].len()), (4, 4, 24));
            Ok(vec![[0.1, 0.1, -0.1].repeat(8); 4])
        }

        fn gate_gradients_ahead(
            &mut self,
            masks: Vec<PathMask>,
            gates: &[Vec<f64>],
        ) -> Result<Vec<Vec<f64>>, TrainError> {
            self.gate_gradients(masks, gates)
        }
    }

    #[test]
    fn the_temperature_falls_evenly_from_the_first_step_to_the_last() {
        let rule = Rule::Gumbel { first: 10.0, last: 0.1 };
        let at = |step| match rule.at(Moment { step, steps: 100 }) {
            GateRule::Gumbel { temperature } => temperature,
            other => panic!("{other:?}"),
        };
        assert!(at(0) == 10.0 && (at(99) - 0.1).abs() < 1e-12 && (at(33) - 6.7).abs() < 1e-12);
    }

    #[test]
    fn what_lowers_the_loss_is_preferred_and_proposed_first() {
        let bench = NasBenchMacro::new();
        let mut gates = Gates::gdas(bench.space(), GdasSettings::default(), 1);
        for mut gates in all(bench.space()) {
            for step in 0..300 {
                gates.update(Moment { step, steps: 300 }, &mut LastOption).unwrap();
            }
            let at = Moment { step: 299, steps: 300 };
            assert!(gates.probabilities(at).iter().all(|choice| choice[2] > 0.8), "{:?}", gates.probabilities(at));
            let best = bench.space().architecture(|_| 0b100);
            assert_eq!(gates.strategy(1).ask(1), [best], "{}", gates.name);
        }
        gates.update(Moment { step: 0, steps: 300 }, &mut LastOption).unwrap();
        let mut other = Gates::gdas(bench.space(), GdasSettings::default(), 1);
        other.restore(&gates.state()).unwrap();
        assert_eq!(other.state(), gates.state());
        let mut another = Gates::gdas(supernet_space::NasBench201::new().space(), GdasSettings::default(), 1);
        assert_eq!(another.restore(&gates.state()).unwrap_err(), "logits of another space");
    }

    #[test]
    fn a_mixture_trains_everything_at_its_probability_and_the_others_what_they_draw() {
        let bench = NasBenchMacro::new();
        let at = Moment { step: 3, steps: 10 };
        for gates in all(bench.space()) {
            let is_mixture = gates.name.starts_with("darts");
            let masks = gates.masks(bench.space(), at, 3, 1);
            assert_eq!(masks.iter().all(|mask| *mask == bench.space().all_on()), is_mixture, "{}", gates.name);
            let expected = is_mixture.then(|| vec![1.0 / 3.0; 24]);
            let close =
                |found: &Vec<f64>, expected: &Vec<f64>| found.iter().zip(expected).all(|(a, b)| (a - b).abs() < 1e-12);
            match (PathSampler::gates(&gates, bench.space(), at), expected) {
                (Some(found), Some(expected)) => assert!(found.len() == 24 && close(&found, &expected)),
                (found, expected) => assert_eq!(found, expected),
            }
        }
    }

    #[test]
    fn numbers_out_of_range_are_refused_with_place_found_and_expected() {
        let refused = |settings: GdasSettings| settings.check().unwrap_err().to_string();
        let settings = GdasSettings::default();
        assert_eq!(
            refused(GdasSettings { last_temperature: 0.0, ..settings }),
            "companion.gdas.last_temperature: found 0, expected above 0"
        );
        let learning = GateLearning { rate: f64::INFINITY, ..GateLearning::default() };
        assert_eq!(
            refused(GdasSettings { learning, ..settings }),
            "companion.gdas.learning.rate: found inf, expected above 0"
        );
    }
}
