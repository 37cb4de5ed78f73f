//! MorphNet: widths by a penalty on what channels cost (Gordon et al., CVPR 2018).

use super::{
    alive::Scales,
    channel_costs::{Penalty, with_penalty},
    within::{Resource, Widths, widths_within},
};
use crate::{
    Hooks, Keeper, Progress, Saving, SeededWeights, StandAlone, TrainError, stage::STAND_ALONE_TRAINING, store::Stages,
};
use burn::optim::GradientsParams;
use serde::{Deserialize, Serialize};
use std::path::Path;
use supernet_nn::{Layer, Network};
use supernet_space::{Cost, PathMask};

/// How widths are found.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct MorphNetSettings {
    /// What is limited. Default: multiply-accumulates.
    pub resource: Resource,
    /// The most of it that a network may take; at least 1.
    pub most: u64,
    /// λ of the penalty, as a share of what the whole network costs. Default 1; at least 0. Where
    /// no width shrinks it is taken ten times as large, up to three times.
    pub strength: f64,
    /// A channel is dead at this scale or below. Default 0.01; at least 0.
    pub threshold: f64,
    /// How often a network is shrunk and widened again, the next from the widths of the one before.
    /// Default 1; at least 1.
    pub rounds: usize,
}

impl MorphNetSettings {
    /// Takes at most `most` of a resource; the default of every other field.
    pub fn within(resource: Resource, most: u64) -> Self {
        Self { resource, most, strength: 1.0, threshold: 0.01, rounds: 1 }
    }

    /// # Errors
    /// The first number that is out of range.
    pub fn check(&self) -> Result<(), TrainError> {
        let refuse = |field, found: String, expected| Err(TrainError::config(field, found, expected));
        match *self {
            Self { most: 0, .. } => refuse("most", "0".into(), "at least 1"),
            Self { rounds: 0, .. } => refuse("rounds", "0".into(), "at least 1"),
            Self { strength, .. } if !(0.0..f64::INFINITY).contains(&strength) => {
                refuse("strength", strength.to_string(), "a number of at least 0")
            }
            Self { threshold, .. } if !(0.0..f64::INFINITY).contains(&threshold) => {
                refuse("threshold", threshold.to_string(), "a number of at least 0")
            }
            _ => Ok(()),
        }
    }
}

/// What shrinking has left, made as wide as may be.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Shrunk {
    /// The architecture, to be trained from scratch.
    pub mask: PathMask,
    /// What it costs.
    pub cost: Cost,
    /// For each width the share of its channels that were alive, in the last round.
    pub alive: Vec<(String, f64)>,
    /// λ that made a width shrink, in the last round.
    pub strength: f64,
    /// Steps of all trainings.
    pub steps: u64,
}

/// Finds widths within a limit: a network of the widest is trained with a penalty on the scales of
/// its channels, by what each channel costs; dead channels are dropped, and all widths multiplied by
/// what the limit allows. Other choices stay as they are.
///
/// The learning rate should be constant, and normalisations need scales, which those of stand-alone
/// networks have. The architecture that is found is trained from scratch, as any other.
pub struct MorphNet<'a, M, const D: usize = 4> {
    /// How networks are trained while they shrink.
    pub stand_alone: StandAlone<'a, M, D>,
    /// How widths are found.
    pub settings: MorphNetSettings,
}

impl<M: Layer<D, 2>, const D: usize> MorphNet<'_, M, D> {
    /// Shrinks and widens the network of `from`.
    ///
    /// # Errors
    /// Settings out of range, a space without widths, least widths that take more than the limit,
    /// and what a training refuses.
    pub fn run(&self, from: &PathMask, progress: &mut dyn Progress) -> Result<Shrunk, TrainError> {
        self.rounds(&mut Trainings { kept: None, begun: 0 }, from, progress)
    }

    /// [`MorphNet::run`], whose trainings are kept in `folder`: what was stopped goes on there, and
    /// ends as if it had not been, on a processor bit for bit. Whoever calls it sees to it that it
    /// is a folder of these settings.
    ///
    /// # Errors
    /// As [`MorphNet::run`]; files that cannot be read or written.
    pub(super) fn run_in(
        &self,
        folder: &Path,
        from: &PathMask,
        progress: &mut dyn Progress,
    ) -> Result<Shrunk, TrainError> {
        let stages = Stages::open(folder, Saving::default())?;
        self.rounds(&mut Trainings { kept: Some(&stages), begun: 0 }, from, progress)
    }

    /// Returns the widest widths of `from` times the largest factor with which they are within the
    /// limit: what the found ones are to be held against.
    ///
    /// # Errors
    /// As [`MorphNet::run`].
    pub fn one_factor(&self, from: &PathMask) -> Result<PathMask, TrainError> {
        self.settings.check()?;
        let StandAlone { definition, device, .. } = self.stand_alone;
        let network = definition.stand_alone(from, &mut self.weights(), device)?;
        let widest = |scales: Scales| {
            let width = Widths::of(definition.space(), &scales.choice)?;
            let value = width.options[width.widest(from)];
            Ok((scales.choice, value))
        };
        let values = Scales::of(network.module())?.into_iter().map(widest).collect::<Result<Vec<_>, TrainError>>()?;
        self.within(from, &values)
    }

    fn rounds(
        &self,
        trainings: &mut Trainings,
        from: &PathMask,
        progress: &mut dyn Progress,
    ) -> Result<Shrunk, TrainError> {
        // Refuses, before anything is trained, what cannot be.
        self.one_factor(from)?;
        let mut shrunk = self.round(trainings, from, progress)?;
        for _ in 1..self.settings.rounds {
            let next = self.round(trainings, &shrunk.mask, progress)?;
            shrunk = Shrunk { steps: shrunk.steps + next.steps, ..next };
        }
        Ok(shrunk)
    }

    /// The widest network of some proportions within the limit.
    fn within(&self, from: &PathMask, values: &[(String, f64)]) -> Result<PathMask, TrainError> {
        let MorphNetSettings { resource, most, .. } = self.settings;
        let mask = widths_within(self.stand_alone.definition, from, values, (resource, most))?;
        mask.ok_or_else(|| TrainError::config("most", most, "as much as the network of the least widths takes"))
    }

    fn round(
        &self,
        trainings: &mut Trainings,
        from: &PathMask,
        progress: &mut dyn Progress,
    ) -> Result<Shrunk, TrainError> {
        let definition = self.stand_alone.definition;
        let MorphNetSettings { threshold, mut strength, .. } = self.settings;
        let mut steps = 0;
        let scales = loop {
            let scales = Scales::of(self.trained(trainings, (from, strength), progress)?.module())?;
            steps += self.stand_alone.steps()?;
            let shrank = scales.iter().any(|scales| scales.alive(threshold) < 1.0);
            if shrank || strength == 0.0 || strength >= self.settings.strength * 1000.0 {
                break scales;
            }
            progress.warn(&format!("no width shrank at a strength of {strength}: ten times that"));
            strength *= 10.0;
        };
        let alive: Vec<(String, f64)> =
            scales.iter().map(|scales| (scales.choice.clone(), scales.alive(threshold))).collect();
        let mut values = Vec::new();
        for (name, alive) in &alive {
            let width = Widths::of(definition.space(), name)?;
            values.push((name.clone(), alive * width.options[width.widest(from)]));
        }
        let mask = self.within(from, &values)?;
        Ok(Shrunk { cost: definition.cost(&mask)?, mask, alive, strength, steps })
    }

    /// The network of a mask, trained with the penalty.
    fn trained(
        &self,
        trainings: &mut Trainings,
        (mask, strength): (&PathMask, f64),
        progress: &mut dyn Progress,
    ) -> Result<Network<M, D>, TrainError> {
        let MorphNetSettings { resource, threshold, .. } = self.settings;
        let definition = self.stand_alone.definition;
        let penalty = Penalty { definition, mask, resource, strength, threshold };
        let add = |network: &Network<M, D>, gradients: GradientsParams| {
            let coefficients =
                penalty.coefficients(network.module()).expect("a network whose widths were found before");
            with_penalty(network, gradients, &coefficients)
        };
        let add = (strength > 0.0).then_some(&add as &crate::Penalty<_>);
        let mut train = |keeper: Option<&mut Keeper>| {
            let hooks = Hooks { penalty: add, keeper, ..Hooks::default() };
            self.stand_alone.train_with(mask, &mut self.weights(), hooks, progress)
        };
        let place = trainings.begun;
        trainings.begun += 1;
        let Some(stages) = trainings.kept else { return train(None) };
        let build =
            || Ok(definition.stand_alone(mask, &mut self.weights(), &self.stand_alone.device.clone().inner())?);
        stages.network((place, mask), STAND_ALONE_TRAINING, build, |keeper| train(Some(keeper)))
    }

    fn weights(&self) -> SeededWeights {
        SeededWeights::new(self.stand_alone.seed)
    }
}

/// The trainings of a run: where they are kept, if they are, and how many have begun.
struct Trainings<'s> {
    kept: Option<&'s Stages>,
    begun: usize,
}
