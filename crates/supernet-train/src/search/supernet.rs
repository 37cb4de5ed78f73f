//! Trains the supernets of a search.

use super::{FixedSample, Search};
use crate::{
    Examples, Hooks, Loader, PathSampler, Progress, SeededWeights, SupernetTraining, TrainError, Training,
    stage::SUPERNET_TRAINING, training::Pinned,
};
use burn::{module::Module, tensor::Device};
use rand::Rng;
use std::borrow::Cow;
use supernet_nn::{Layer, NamedWeights, Network};
use supernet_space::draws;

impl<M: Layer<D, 2>, E: Examples<D>, const D: usize> Search<'_, M, E, D> {
    /// Trains a supernet with masks from `sampler` and with hooks, in as many parts of a step as
    /// are asked for.
    ///
    /// # Errors
    /// A loss that is no number, the user's stop, or whatever a hook reports.
    pub fn train_with(
        &self,
        sampler: &dyn PathSampler,
        hooks: Hooks<Network<M, D>>,
        progress: &mut dyn Progress,
    ) -> Result<Network<M, D>, TrainError> {
        let (loader, device) = (self.loader(0)?, self.device().clone().autodiff());
        let training = self.training(0, sampler);
        Ok(training.run_with(self.new_supernet(0, &device)?, &loader, &device, hooks, progress)?.valid())
    }

    /// Trains the supernet at `place` of all with the search's own sampler, in as many parts of a
    /// step as fit in memory; one that goes on from the first starts with the weights of `first`.
    pub(super) fn train_fitting(
        &self,
        (place, first): (usize, Option<&Network<M, D>>),
        hooks: Hooks<Network<M, D>>,
        progress: &mut dyn Progress,
    ) -> Result<Network<M, D>, TrainError> {
        self.with_own_sampler(|sampler| {
            let (loader, device) = (self.loader(place)?, self.device().clone().autodiff());
            let branch = self.branch(place);
            let pinned = branch.map(|(choice, option)| Pinned { sampler, choice, option });
            let sampler = pinned.as_ref().map_or(sampler, |pinned| pinned as &dyn PathSampler);
            let supernet = match first.filter(|_| branch.is_some()) {
                Some(first) => self.networks().supernet.supernet(&mut NamedWeights::of(first), &device)?,
                None => self.new_supernet(place, &device)?,
            };
            let mut training = self.training(place, sampler);
            let stage = self.supernet_stage(place);
            training.stage = &stage;
            let keeper = hooks.keeper.as_deref();
            training.micro_batches = self.with_usual_sampler(|sampler| {
                let mut training = Training { sampler, ..training };
                training.fit(&supernet, &loader, &device, keeper)?;
                Ok(training.micro_batches)
            })?;
            Ok(training.run_with(supernet, &loader, &device, hooks, progress)?.valid())
        })
    }

    /// In how many parts a step of the supernet's training fits in memory.
    ///
    /// # Errors
    /// A network that cannot be built, or a device that fails.
    pub(super) fn micro_batches_that_fit(&self) -> Result<usize, TrainError> {
        self.with_usual_sampler(|sampler| {
            let (loader, device) = (self.loader(0)?, self.device().clone().autodiff());
            let mut training = self.training(0, sampler);
            training.fit(&self.new_supernet(0, &device)?, &loader, &device, None)?;
            Ok(training.micro_batches)
        })
    }

    /// What shows a fixed sample of candidates while the supernet is trained.
    pub(super) fn sample(&self) -> FixedSample<'_, M, E, D> {
        FixedSample::new(self)
    }

    /// The supernet at `place` with the weights of its seed.
    pub(super) fn new_supernet(&self, place: usize, device: &Device) -> Result<Network<M, D>, TrainError> {
        Ok(self.networks().supernet.supernet(&mut SeededWeights::new(self.supernet_seed(place)), device)?)
    }

    /// The batches that the supernet at `place` is trained on.
    pub(super) fn loader(&self, place: usize) -> Result<Loader<'_, D>, TrainError> {
        let SupernetTraining { augmentation, batch, .. } = self.config().supernet;
        Loader::new(&self.data().train, augmentation, batch, self.supernet_seed(place))
    }

    /// Returns how many supernets are trained: those that scores are means over, or the first and
    /// its branches where it is split.
    pub fn supernet_count(&self) -> usize {
        let SupernetTraining { supernets, split, .. } = self.config().supernet;
        split.map_or(supernets, |choice| 1 + self.options_of(choice))
    }

    fn options_of(&self, choice: usize) -> usize {
        self.space().choices()[choice].options().len()
    }

    /// Choice and option of the supernet at `place`, where that goes on from the first one.
    fn branch(&self, place: usize) -> Option<(usize, usize)> {
        Some((self.config().supernet.split?, place.checked_sub(1)?))
    }

    /// What the training of the supernet at `place` is called.
    pub(super) fn supernet_stage(&self, place: usize) -> Cow<'static, str> {
        match place {
            0 => SUPERNET_TRAINING.into(),
            _ => format!("{SUPERNET_TRAINING} {} of {}", place + 1, self.supernet_count()).into(),
        }
    }

    /// The seed of the weights, batches and paths of the supernet at `place`; the search's own of
    /// the first.
    fn supernet_seed(&self, place: usize) -> u64 {
        let seed = self.config().seed;
        if place == 0 { seed } else { draws(seed, "supernets", place as u64).next_u64() }
    }

    /// Calls `run` with the program's own sampler, or with that of the configuration.
    fn with_own_sampler<R>(&self, run: impl FnOnce(&dyn PathSampler) -> R) -> R {
        match &self.parts().sampler {
            Some(sampler) => run(&**sampler),
            None => run(&*self.config().paths.sampler()),
        }
    }

    /// Calls `run` with who draws most masks of the training: a companion as it is at the start, or
    /// else the search's own sampler.
    pub(super) fn with_usual_sampler<R>(
        &self,
        run: impl FnOnce(&dyn PathSampler) -> Result<R, TrainError>,
    ) -> Result<R, TrainError> {
        match self.companion()? {
            Some(companion) => run(companion.sampler()),
            None => self.with_own_sampler(run),
        }
    }

    fn training<'t>(&'t self, place: usize, sampler: &'t dyn PathSampler) -> Training<'t> {
        let config = self.config();
        let mut supernet = config.supernet;
        if let Some(choice) = supernet.split {
            let [first, each] = supernet.split_steps(self.options_of(choice));
            supernet.steps = if place == 0 { first } else { each };
        }
        supernet.training(self.supernet_seed(place), sampler, config.execution, self.crew().workers())
    }
}
