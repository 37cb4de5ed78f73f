//! Networks trained with programs, kept in a directory.

use super::program::Program;
use crate::{
    Examples, Progress, Saving, SearchData, SeededWeights, StandAlone, StandAloneTraining, TrainError,
    stage::STAND_ALONE_TRAINING, store::Stages, test, workers::share,
};
use burn::{module::Module, tensor::Device};
use std::path::Path;
use supernet_nn::{Definition, Execution, Layer, Network};
use supernet_search::Score;
use supernet_space::{Cost, PathMask};

/// How networks are trained with programs: on which examples, under which seed.
pub(super) struct Trainer<'a, M, E, const D: usize> {
    pub(super) definition: &'a Definition<M, D>,
    pub(super) data: &'a SearchData<E>,
    pub(super) mask: &'a PathMask,
    pub(super) training: StandAloneTraining,
    pub(super) seed: u64,
    pub(super) execution: Execution,
    pub(super) device: &'a Device,
    /// Trainings at the same time; 0 for as many as there are cores.
    pub(super) at_once: usize,
}

/// A network that was trained with a program.
pub(super) struct Trained<M: Module, const D: usize> {
    pub(super) network: Network<M, D>,
    pub(super) cost: Cost,
    /// On the validation examples.
    pub(super) score: Score,
}

impl<M: Layer<D, 2>, E: Examples<D>, const D: usize> Trainer<'_, M, E, D> {
    /// The networks of `programs`, kept in `folder`: what was stopped goes on there. None of a
    /// program with which the loss is no number.
    ///
    /// # Errors
    /// Files that cannot be read or written, what a training refuses, the user's stop.
    pub(super) fn all(
        &self,
        programs: &[Program],
        folder: &Path,
        progress: &mut dyn Progress,
    ) -> Result<Vec<Option<Trained<M, D>>>, TrainError> {
        let stages = Stages::open(folder, Saving::default())?;
        let jobs = programs.iter().copied().enumerate().collect();
        progress.begin(STAND_ALONE_TRAINING, self.steps()? * programs.len() as u64);
        let trained =
            share(STAND_ALONE_TRAINING, self.at_once, jobs, progress, |(place, program), progress| {
                match self.one((&stages, place), &program, progress) {
                    Ok(trained) => Ok(Some(trained)),
                    Err(TrainError::Diverged { .. }) => Ok(None),
                    Err(error) => Err(error),
                }
            })?;
        progress.end();
        Ok(trained)
    }

    fn steps(&self) -> Result<u64, TrainError> {
        self.trainer(self.definition, &self.training).steps()
    }

    fn trainer<'t>(
        &'t self,
        definition: &'t Definition<M, D>,
        training: &'t StandAloneTraining,
    ) -> StandAlone<'t, M, D> {
        let Self { data, seed, execution, device, .. } = *self;
        StandAlone { definition, training, examples: &data.train, seed, execution, device }
    }

    fn one(
        &self,
        (stages, place): (&Stages, usize),
        program: &Program,
        progress: &mut dyn Progress,
    ) -> Result<Trained<M, D>, TrainError> {
        let (definition, training) = program.of(self.definition, self.training);
        let (trainer, device) = (self.trainer(&definition, &training), self.device);
        let weights = || SeededWeights::new(self.seed);
        let network = stages.network(
            (place, self.mask),
            STAND_ALONE_TRAINING,
            || Ok(definition.stand_alone(self.mask, &mut weights(), &device.clone().inner())?),
            |keeper| trainer.train_kept(self.mask, &mut weights(), Some(keeper), progress),
        )?;
        let score = test(&network, self.mask, &self.data.validation, device)?;
        Ok(Trained { network, cost: definition.cost(self.mask)?, score })
    }
}
