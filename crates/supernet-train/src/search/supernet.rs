//! Trains the supernet of a search.

use super::{FixedSample, Search};
use crate::{Examples, Hooks, PathSampler, Progress, SeededWeights, TrainError, Training};
use burn::{module::Module, tensor::Device};
use supernet_nn::{Layer, Network};

impl<M: Layer<D, 2>, E: Examples<D>, const D: usize> Search<'_, M, E, D> {
    /// Trains the supernet with masks from `sampler` and with hooks, in as many parts of a step as
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
        let (loader, device) = (self.loader()?, self.device().clone().autodiff());
        let training = self.training(sampler);
        Ok(training.run_with(self.new_supernet(&device)?, &loader, &device, hooks, progress)?.valid())
    }

    /// [`Search::train_with`] with the search's own sampler, in as many parts of a step as fit in
    /// memory.
    pub(super) fn train_fitting(
        &self,
        hooks: Hooks<Network<M, D>>,
        progress: &mut dyn Progress,
    ) -> Result<Network<M, D>, TrainError> {
        self.with_own_sampler(|sampler| {
            let (loader, device) = (self.loader()?, self.device().clone().autodiff());
            let (mut training, supernet) = (self.training(sampler), self.new_supernet(&device)?);
            training.fit(&supernet, &loader, &device, hooks.keeper.as_deref())?;
            Ok(training.run_with(supernet, &loader, &device, hooks, progress)?.valid())
        })
    }

    /// In how many parts a step of the supernet's training fits in memory.
    ///
    /// # Errors
    /// A network that cannot be built, or a device that fails.
    pub(super) fn micro_batches_that_fit(&self) -> Result<usize, TrainError> {
        self.with_own_sampler(|sampler| {
            let (loader, device) = (self.loader()?, self.device().clone().autodiff());
            let mut training = self.training(sampler);
            training.fit(&self.new_supernet(&device)?, &loader, &device, None)?;
            Ok(training.micro_batches)
        })
    }

    /// What shows a fixed sample of candidates while the supernet is trained.
    pub(super) fn sample(&self) -> FixedSample<'_, M, E, D> {
        FixedSample::new(self)
    }

    /// A supernet with the weights of its seed.
    pub(super) fn new_supernet(&self, device: &Device) -> Result<Network<M, D>, TrainError> {
        Ok(self.networks().supernet.supernet(&mut SeededWeights::new(self.config().seed), device)?)
    }

    /// Calls `run` with the program's own sampler, or with that of the configuration.
    pub(super) fn with_own_sampler<R>(&self, run: impl FnOnce(&dyn PathSampler) -> R) -> R {
        match &self.parts().sampler {
            Some(sampler) => run(&**sampler),
            None => run(&*self.config().paths.sampler()),
        }
    }

    fn training<'t>(&'t self, sampler: &'t dyn PathSampler) -> Training<'t> {
        let config = self.config();
        config.supernet.training(config.seed, sampler, config.execution, self.crew().workers())
    }
}
