//! A network in training on a minibatch of validation examples.

use super::{
    Search,
    gate_gradient::{AtGates, Batch, Gated},
};
use crate::{
    Examples, Moment, Scoring, Silent, TrainError, Validation, examples::Selected, stage::SUPERNET_TRAINING,
    training::EpochOrder,
};
use burn::{
    module::Module,
    tensor::{Device, Int, Tensor, TensorData},
};
use rand::Rng;
use supernet_nn::{Layer, Network};
use supernet_search::Score;
use supernet_space::{PathMask, draws};

/// A network in training on the validation examples at `places`, in the update of this number.
pub(super) struct Minibatch<'a, M: Module, E, const D: usize> {
    pub(super) search: &'a Search<'a, M, E, D>,
    pub(super) network: &'a Network<M, D>,
    pub(super) places: Vec<usize>,
    pub(super) number: u64,
    /// After which step.
    pub(super) at: Moment,
    /// Where gradients are computed.
    pub(super) device: Device,
}

impl<M: Layer<D, 2>, E: Examples<D>, const D: usize> Validation for Minibatch<'_, M, E, D> {
    fn scores(&mut self, masks: &[PathMask]) -> Result<Vec<Score>, TrainError> {
        let Self { search, network, places, .. } = self;
        let examples = Selected { examples: &search.data().validation, places: places.clone() };
        // All examples are one run, so that their statistics are those of the minibatch.
        let scoring = Scoring { score_batch: places.len(), halving: None, ..search.config().scoring };
        let (network, silent) = (network.valid(), &mut Silent);
        search.evaluator(&network, &examples, scoring, silent)?.score(masks)
    }

    fn ghosts(&self) -> usize {
        let (examples, of_ghost) = (self.places.len(), self.search.config().supernet.ghost_batch);
        (1..=(examples / of_ghost).max(1)).rev().find(|ghosts| examples.is_multiple_of(*ghosts)).unwrap_or(1)
    }

    fn gate_gradients(&mut self, masks: Vec<PathMask>, gates: &[Vec<f64>]) -> Result<Vec<Vec<f64>>, TrainError> {
        self.finite(self.gated(&masks, gates)?.at(self.network, self.validation())?)
    }

    fn gate_gradients_ahead(&mut self, masks: Vec<PathMask>, gates: &[Vec<f64>]) -> Result<Vec<Vec<f64>>, TrainError> {
        let gated = self.gated(&masks, gates)?;
        let train = &self.search.data().train;
        let seed = draws(self.search.config().seed, "companion/training minibatches", 0).next_u64();
        let places = EpochOrder::new(train.len(), self.places.len(), seed, "examples")?.indices(self.number);
        let rate = self.search.config().supernet.sgd.rate_at(self.at);
        self.finite(gated.ahead(self.network, || self.batch(train, &places), self.validation(), rate)?)
    }
}

impl<M: Layer<D, 2>, E: Examples<D>, const D: usize> Minibatch<'_, M, E, D> {
    /// Masks and gates of ghost batches.
    ///
    /// # Errors
    /// Ghost batches that do not divide the minibatch.
    fn gated<'g>(&'g self, masks: &'g [PathMask], gates: &'g [Vec<f64>]) -> Result<Gated<'g>, TrainError> {
        let ghosts = gates.len();
        if ghosts == 0 || !self.places.len().is_multiple_of(ghosts) {
            let expected = format!("a divisor of {} validation examples", self.places.len());
            return Err(TrainError::config("companion.updates.examples, ghost batches", ghosts, expected));
        }
        let execution = self.search.config().execution;
        Ok(Gated { masks, gates, execution, device: &self.device })
    }

    fn validation(&self) -> Batch<Network<M, D>> {
        self.batch(&self.search.data().validation, &self.places)
    }

    /// Examples at some places, on the device.
    fn batch(&self, examples: &E, places: &[usize]) -> Batch<Network<M, D>> {
        let labels: Vec<i64> = places.iter().map(|&place| examples.label(place) as i64).collect();
        let labels = Tensor::<1, Int>::from_data(TensorData::new(labels, [places.len()]), &self.device);
        (Tensor::<D>::from_data(examples.batch(places), &self.device), labels)
    }

    /// The gradient of a loss that is a number.
    ///
    /// # Errors
    /// A loss that is none.
    fn finite(&self, AtGates { loss, gradient }: AtGates) -> Result<Vec<Vec<f64>>, TrainError> {
        if loss.is_finite() {
            return Ok(gradient);
        }
        Err(TrainError::Diverged { stage: SUPERNET_TRAINING.into(), step: self.at.step, loss })
    }
}
