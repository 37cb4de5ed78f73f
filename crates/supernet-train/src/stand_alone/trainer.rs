//! Trains an architecture from scratch.

use super::recipe::{Recipe, train_all};
use crate::{
    Examples, Hooks, Keeper, Loader, Progress, SeededWeights, StandAloneTraining, TrainError,
    stage::STAND_ALONE_TRAINING, store::Stages,
};
use burn::tensor::Device;
use supernet_nn::{Definition, Execution, Layer, Network, Weights};
use supernet_space::PathMask;

/// Trains networks of one architecture each, by the recipe of PAPER, *stand-alone training*:
/// ordinary affine batch normalisation, SGD with Nesterov momentum, cosine, L2 on all weights. For
/// inference the statistics are the plain average over `calibration_batches` training batches at
/// the final weights.
pub struct StandAlone<'a, M, const D: usize = 4> {
    /// The networks.
    pub definition: &'a Definition<M, D>,
    /// The recipe.
    pub training: &'a StandAloneTraining,
    /// Examples to train on.
    pub examples: &'a dyn Examples<D>,
    /// Seed of weights, order and augmentation.
    pub seed: u64,
    /// How the networks run.
    pub execution: Execution,
    /// Where to train.
    pub device: &'a Device,
}

impl<M: Layer<D, 2>, const D: usize> StandAlone<'_, M, D> {
    /// Steps of one training run.
    ///
    /// # Errors
    /// More examples in a batch than there are.
    pub fn steps(&self) -> Result<u64, TrainError> {
        Ok(self.loader()?.steps_per_epoch() * self.training.epochs as u64)
    }

    /// The batches that a network is trained on.
    pub(crate) fn loader(&self) -> Result<Loader<'_, D>, TrainError> {
        let StandAloneTraining { augmentation, batch, .. } = *self.training;
        Loader::new(self.examples, augmentation, batch, self.seed)
    }

    /// The trained network of `mask` (an architecture's, or all on), calibrated for inference.
    ///
    /// # Errors
    /// A mask of another space, a loss that is no number, the user's stop.
    pub fn train(&self, mask: &PathMask, progress: &mut dyn Progress) -> Result<Network<M, D>, TrainError> {
        self.train_from(mask, &mut SeededWeights::new(self.seed), progress)
    }

    /// [`StandAlone::train`] from other initial weights: a supernet's, for a fine-tune.
    ///
    /// # Errors
    /// As [`StandAlone::train`], or what `weights` refuses.
    pub fn train_from(
        &self,
        mask: &PathMask,
        weights: &mut dyn Weights,
        progress: &mut dyn Progress,
    ) -> Result<Network<M, D>, TrainError> {
        self.train_kept(mask, weights, None, progress)
    }

    /// [`StandAlone::train_from`], whose state `keeper` keeps.
    pub fn train_kept(
        &self,
        mask: &PathMask,
        weights: &mut dyn Weights,
        keeper: Option<&mut Keeper>,
        progress: &mut dyn Progress,
    ) -> Result<Network<M, D>, TrainError> {
        let hooks = Hooks { after: &mut |_, _, _| Ok(()), plain_l2: false, keeper };
        self.train_with(mask, weights, hooks, progress)
    }

    /// Trains as [`StandAlone::train_from`], with what is added to the training.
    ///
    /// # Errors
    /// As [`StandAlone::train_from`], or whatever a hook reports.
    pub fn train_with(
        &self,
        mask: &PathMask,
        weights: &mut dyn Weights,
        hooks: Hooks<Network<M, D>>,
        progress: &mut dyn Progress,
    ) -> Result<Network<M, D>, TrainError> {
        let network = self.definition.stand_alone(mask, weights, &self.device.clone().autodiff())?;
        self.recipe().train(network, mask, &self.loader()?, self.steps()?, hooks, progress)
    }

    /// [`StandAlone::train_all`] for different masks, whose networks are left in `stages`, or read
    /// back.
    pub(crate) fn train_in(
        &self,
        stages: Option<&Stages>,
        masks: Vec<&PathMask>,
        at_once: usize,
        progress: &mut dyn Progress,
    ) -> Result<Vec<Network<M, D>>, TrainError> {
        let Some(stages) = stages else { return self.train_all(masks, at_once, progress) };
        let weights = || SeededWeights::new(self.seed);
        train_all(masks, self.steps()?, at_once, progress, |place, mask, progress| {
            stages.network(
                (place, mask),
                STAND_ALONE_TRAINING,
                || Ok(self.definition.stand_alone(mask, &mut weights(), &self.device.clone().inner())?),
                |keeper| self.train_kept(mask, &mut weights(), Some(keeper), progress),
            )
        })
    }

    fn recipe(&self) -> Recipe<'_> {
        Recipe { training: self.training, seed: self.seed, execution: self.execution, device: self.device }
    }

    /// [`StandAlone::train`] for each mask, `at_once` at a time (0: as many as there are cores).
    ///
    /// # Errors
    /// As [`StandAlone::train`].
    pub fn train_all(
        &self,
        masks: Vec<&PathMask>,
        at_once: usize,
        progress: &mut dyn Progress,
    ) -> Result<Vec<Network<M, D>>, TrainError> {
        train_all(masks, self.steps()?, at_once, progress, |_, mask, progress| self.train(mask, progress))
    }
}
