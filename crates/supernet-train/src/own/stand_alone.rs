//! Trains an architecture of a space of one's own from scratch, and tests it.

use super::{Examples, OwnLoader};
use crate::{
    Hooks, Keeper, Progress, SeededWeights, StandAloneTraining, TrainError,
    stage::STAND_ALONE_TRAINING,
    stand_alone::{Recipe, test_on, train_all},
    store::Stages,
};
use burn::tensor::{Device, Tensor};
use supernet_nn::{
    Execution, Statistics,
    own::{Definition, Layer, OwnNetwork},
};
use supernet_search::Score;
use supernet_space::PathMask;

/// Trains networks of one architecture each, by the recipe of [`crate::StandAlone`].
pub struct OwnStandAlone<'a, M, const D: usize> {
    /// The networks.
    pub definition: &'a Definition<M, D>,
    /// The recipe.
    pub training: &'a StandAloneTraining,
    /// The examples to train on.
    pub examples: &'a dyn Examples<D>,
    /// Seed of weights, order and augmentation.
    pub seed: u64,
    /// How the networks run.
    pub execution: Execution,
    /// Where to train.
    pub device: &'a Device,
}

impl<M: Layer<D, 2>, const D: usize> OwnStandAlone<'_, M, D> {
    /// Steps of one training run.
    ///
    /// # Errors
    /// More examples in a batch than there are.
    pub fn steps(&self) -> Result<u64, TrainError> {
        Ok(self.loader()?.steps_per_epoch() * self.training.epochs as u64)
    }

    fn loader(&self) -> Result<OwnLoader<'_, D>, TrainError> {
        OwnLoader::new(self.examples, self.training.batch, self.seed)
    }

    /// The trained network of `mask` (an architecture's, or all on), calibrated for inference.
    ///
    /// # Errors
    /// A mask of another space, a loss that is no number, the user's stop.
    pub fn train(&self, mask: &PathMask, progress: &mut dyn Progress) -> Result<OwnNetwork<M, D>, TrainError> {
        self.train_kept(mask, None, progress)
    }

    /// [`OwnStandAlone::train`], whose state `keeper` keeps.
    fn train_kept(
        &self,
        mask: &PathMask,
        keeper: Option<&mut Keeper>,
        progress: &mut dyn Progress,
    ) -> Result<OwnNetwork<M, D>, TrainError> {
        let network = self.network(mask, &self.device.clone().autodiff())?;
        let recipe =
            Recipe { training: self.training, seed: self.seed, execution: self.execution, device: self.device };
        let hooks = Hooks { after: &mut |_, _, _| Ok(()), plain_l2: false, keeper };
        recipe.train(network, mask, &self.loader()?, self.steps()?, hooks, progress)
    }

    /// The network of `mask` with the weights of its seed.
    fn network(&self, mask: &PathMask, device: &Device) -> Result<OwnNetwork<M, D>, TrainError> {
        Ok(self.definition.stand_alone(mask, &mut SeededWeights::new(self.seed), device)?)
    }

    /// [`OwnStandAlone::train_all`] for different masks, whose networks are left in `stages`, or read back.
    pub(super) fn train_in(
        &self,
        stages: Option<&Stages>,
        masks: Vec<&PathMask>,
        at_once: usize,
        progress: &mut dyn Progress,
    ) -> Result<Vec<OwnNetwork<M, D>>, TrainError> {
        let Some(stages) = stages else { return self.train_all(masks, at_once, progress) };
        train_all(masks, self.steps()?, at_once, progress, |place, mask, progress| {
            stages.network(
                (place, mask),
                STAND_ALONE_TRAINING,
                || self.network(mask, &self.device.clone().inner()),
                |keeper| self.train_kept(mask, Some(keeper), progress),
            )
        })
    }

    /// [`OwnStandAlone::train`] for each mask, `at_once` at a time (0: as many as there are cores).
    ///
    /// # Errors
    /// As [`OwnStandAlone::train`].
    pub fn train_all(
        &self,
        masks: Vec<&PathMask>,
        at_once: usize,
        progress: &mut dyn Progress,
    ) -> Result<Vec<OwnNetwork<M, D>>, TrainError> {
        train_all(masks, self.steps()?, at_once, progress, |_, mask, progress| self.train(mask, progress))
    }
}

/// Accuracy and mean loss of a calibrated network on `examples`, with its stored statistics.
///
/// # Errors
/// Examples of another shape, or a device that fails.
pub fn test_own<M: Layer<D, 2>, const D: usize>(
    network: &OwnNetwork<M, D>,
    mask: &PathMask,
    examples: &dyn Examples<D>,
    device: &Device,
) -> Result<Score, TrainError> {
    let device = device.clone().inner();
    let batch = |indices: &[usize]| Tensor::from_data(examples.batch(indices), &device);
    test_on(network, mask, Statistics::Stored, examples.len(), batch, |i| examples.label(i))
}
