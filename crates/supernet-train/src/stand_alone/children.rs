//! Training from scratch where an architecture says more than a mask: children of searches by
//! programs.

use super::{
    first_steps::{FirstSteps, Watched},
    settings::StandAloneTraining,
    test::test,
    trainer::StandAlone,
};
use crate::{Examples, Progress, TrainError, stage::STAND_ALONE_TRAINING, workers::share};
use burn::tensor::Device;
use supernet_nn::{Definition, Execution, Layer};
use supernet_search::{Evaluator, Score, Scored};
use supernet_space::{Architecture, PathMask};

/// What is trained for an architecture: a network of a definition, by a recipe.
pub struct Child<M, const D: usize = 4> {
    /// The networks that it is one of.
    pub definition: Definition<M, D>,
    /// Which of them it is.
    pub mask: PathMask,
    /// Its recipe.
    pub training: StandAloneTraining,
}

/// Makes the child of an architecture.
pub type MakeChild<'a, M, const D: usize> = dyn Fn(&Architecture) -> Result<Child<M, D>, TrainError> + Sync + 'a;

/// Scores architectures by training for each the child that it stands for: a network with its
/// activation function, a network by its update rule. A child whose loss is no number, or too high
/// after the first steps, is given up: its score is no number, and that of no image.
pub struct ChildEvaluator<'a, M, const D: usize = 4> {
    /// What an architecture stands for.
    pub child: &'a MakeChild<'a, M, D>,
    /// Examples to train on.
    pub train: &'a dyn Examples<D>,
    /// Examples to score on.
    pub validation: &'a dyn Examples<D>,
    /// Seed of weights, order and augmentation.
    pub seed: u64,
    /// Which trainings are given up.
    pub first_steps: FirstSteps,
    /// How the networks run.
    pub execution: Execution,
    /// Where to train.
    pub device: &'a Device,
    /// Children that are trained at the same time; 0 for as many as there are cores.
    pub at_once: usize,
    /// Where to show progress.
    pub progress: &'a mut dyn Progress,
}

impl<M: Layer<D, 2>, const D: usize> Evaluator for ChildEvaluator<'_, M, D> {
    type Error = TrainError;

    fn evaluate(&mut self, architectures: &[Architecture]) -> Result<Vec<Scored>, TrainError> {
        let Self { child, train, validation, seed, first_steps, execution, device, at_once, ref mut progress } = *self;
        let trial = Trial { child, train, validation, seed, first_steps, execution, device };
        progress.begin(STAND_ALONE_TRAINING, architectures.len() as u64);
        let jobs = architectures.iter().collect();
        let scored =
            share(STAND_ALONE_TRAINING, at_once, jobs, &mut **progress, |one, progress| trial.of(one, progress))?;
        progress.end();
        Ok(scored)
    }
}

/// What the children that are trained at the same time share.
struct Trial<'a, M, const D: usize> {
    child: &'a MakeChild<'a, M, D>,
    train: &'a dyn Examples<D>,
    validation: &'a dyn Examples<D>,
    seed: u64,
    first_steps: FirstSteps,
    execution: Execution,
    device: &'a Device,
}

impl<M: Layer<D, 2>, const D: usize> Trial<'_, M, D> {
    /// Trains and scores the child of an architecture.
    fn of(&self, architecture: &Architecture, progress: &mut dyn Progress) -> Result<Scored, TrainError> {
        let Child { definition, mask, training } = (self.child)(architecture)?;
        let Self { train, seed, execution, device, first_steps: FirstSteps { steps, most }, .. } = *self;
        let stand_alone =
            StandAlone { definition: &definition, training: &training, examples: train, seed, execution, device };
        let most = most * (definition.classes() as f64).ln();
        let mut watched = Watched { progress, steps, most, exploded: false };
        let score = match stand_alone.train(&mask, &mut watched) {
            Ok(network) => test(&network, &mask, self.validation, device)?,
            Err(TrainError::Diverged { .. }) => FAILED,
            Err(TrainError::Stopped { .. }) if watched.exploded => FAILED,
            Err(error) => return Err(error),
        };
        Ok(Scored { architecture: architecture.clone(), score, cost: definition.cost(&mask)? })
    }
}

/// The score of what cannot be trained.
const FAILED: Score = Score { accuracy: f64::NAN, loss: f64::NAN, images: 0 };
