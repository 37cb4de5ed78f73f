//! Trains an architecture from scratch.

use super::recipe::{Recipe, train_all};
use crate::{
    Examples, Hooks, Keeper, Loader, Progress, SeededWeights, StandAloneTraining, TrainError,
    crew::{Alone, Crew, CrewJob},
    stage::STAND_ALONE_TRAINING,
    store::Stages,
    workers::Named,
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
        let hooks = Hooks { keeper, ..Hooks::default() };
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
        self.recipe().train(network, mask, &self.loader()?, (0, self.steps()?), hooks, progress)
    }

    /// [`StandAlone::train_all`] for different masks, whose networks are left in `stages`, or read
    /// back.
    pub(crate) fn train_in(
        &self,
        (stages, crew): (Option<&Stages>, &dyn Crew),
        masks: Vec<&PathMask>,
        at_once: usize,
        progress: &mut dyn Progress,
    ) -> Result<Vec<Network<M, D>>, TrainError> {
        let Some(stages) = stages else { return self.train_all(masks, at_once, progress) };
        let weights = || SeededWeights::new(self.seed);
        let build =
            |mask: &PathMask| Ok(self.definition.stand_alone(mask, &mut weights(), &self.device.clone().inner())?);
        let train = |place: usize, mask: &PathMask, progress: &mut dyn Progress| {
            stages.network(
                (place, mask),
                STAND_ALONE_TRAINING,
                || build(mask),
                |keeper| self.train_kept(mask, &mut weights(), Some(keeper), progress),
            )
        };
        let name = |&place: &usize| CrewJob {
            key: format!("networks/{place:03}"),
            cost: masks[place].paths_on() as f64,
            files: Some(stages.network_files(place)),
            by_first: false,
        };
        let pack = |&place: &usize, _: &Network<M, D>| stages.pack_network(place);
        let unpack = |&place: &usize, bytes: &[u8]| {
            if !stages.unpack_network(place, bytes)? {
                return Ok(None);
            }
            let trained = || TrainError::Crew {
                place: format!("networks/{place:03}"),
                found: "no weights".into(),
                expected: "those that another member sent".into(),
            };
            let mask = masks[place];
            stages.network((place, mask), STAND_ALONE_TRAINING, || build(mask), |_| Err(trained())).map(Some)
        };
        let named = Named { crew, name: &name, pack: &pack, unpack: &unpack };
        train_all(masks.clone(), self.steps()?, at_once, named, progress, train)
    }

    /// How its networks are trained.
    pub(crate) fn recipe(&self) -> Recipe<'_> {
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
        let name = |place: &usize| CrewJob { key: place.to_string(), cost: 1.0, files: None, by_first: false };
        let named = Named { crew: &Alone, name: &name, pack: &|_, _| Ok(Vec::new()), unpack: &|_, _| Ok(None) };
        train_all(masks, self.steps()?, at_once, named, progress, |_, mask, progress| self.train(mask, progress))
    }
}
