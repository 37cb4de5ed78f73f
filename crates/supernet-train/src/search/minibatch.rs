//! A network in training on a minibatch of validation examples.

use super::Search;
use crate::{
    Examples, Scoring, Silent, TrainError, Validation, examples::Selected, scoring::read, stage::SUPERNET_TRAINING,
};
use burn::{
    module::Module,
    nn::loss::CrossEntropyLossConfig,
    tensor::{Device, Int, Tensor, TensorData},
};
use supernet_nn::{Call, Layer, MaskedNetwork, Network, NnError, awake_on};
use supernet_search::Score;
use supernet_space::PathMask;

/// A network in training on the validation examples at `places`.
pub(super) struct Minibatch<'a, M: Module, E, const D: usize> {
    pub(super) search: &'a Search<'a, M, E, D>,
    pub(super) network: &'a Network<M, D>,
    pub(super) places: Vec<usize>,
}

impl<M: Layer<D, 2>, E: Examples<D>, const D: usize> Validation for Minibatch<'_, M, E, D> {
    fn scores(&mut self, masks: &[PathMask]) -> Result<Vec<Score>, TrainError> {
        let Self { search, network, places } = self;
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
        let ghosts = gates.len();
        if ghosts == 0 || !self.places.len().is_multiple_of(ghosts) {
            let expected = format!("a divisor of {} validation examples", self.places.len());
            return Err(TrainError::config("companion.updates.examples, ghost batches", ghosts, expected));
        }
        let (loss, gradient) = self.backward(masks, gates)?;
        let stage = SUPERNET_TRAINING.into();
        let loss = f64::from(read(loss.reshape([1, 1]), SUPERNET_TRAINING)?[0]);
        if !loss.is_finite() {
            return Err(TrainError::Diverged { stage, step: 0, loss });
        }
        let each = gates[0].len();
        let values = read(gradient, SUPERNET_TRAINING)?;
        Ok(values.chunks(each).map(|values| values.iter().copied().map(f64::from).collect()).collect())
    }
}

impl<M: Layer<D, 2>, E: Examples<D>, const D: usize> Minibatch<'_, M, E, D> {
    /// The mean loss of the minibatch, and its gradient at the gates, [ghost batches, options].
    fn backward(&self, masks: Vec<PathMask>, gates: &[Vec<f64>]) -> Result<(Tensor<1>, Tensor<2>), TrainError> {
        let Self { search, network, places } = self;
        let device = search.device().clone().autodiff();
        let validation = &search.data().validation;
        let labels: Vec<i64> = places.iter().map(|&place| validation.label(place) as i64).collect();
        let labels = Tensor::<1, Int>::from_data(TensorData::new(labels, [places.len()]), &device);
        let input = Tensor::<D>::from_data(validation.batch(places), &device);
        let gates = Self::tensor(gates, &device).require_grad();
        // Nothing but the gates is learnt from these examples.
        let network = (*network).clone().no_grad();
        let paths = network.with_gates(network.paths(masks, None)?, gates.clone());
        let execution = search.config().execution;
        Ok(awake_on(&device, || -> Result<_, NnError> {
            let call = Call { execution, ..Call::default() };
            let (logits, _) = network.forward_used(input, &paths, &call)?;
            let loss = CrossEntropyLossConfig::new().init(&device).forward(logits, labels);
            // So that there is a gradient where no gate reaches the logits: zero.
            let loss = loss + gates.clone().sum().mul_scalar(0.0);
            let gradients = loss.backward();
            Ok((loss.inner(), gates.grad(&gradients).expect("gates that are tracked")))
        })?)
    }

    /// Gates as a tensor, [ghost batches, options].
    fn tensor(gates: &[Vec<f64>], device: &Device) -> Tensor<2> {
        let values: Vec<f32> = gates.iter().flatten().map(|&gate| gate as f32).collect();
        Tensor::from_data(TensorData::new(values, [gates.len(), gates[0].len()]), device)
    }
}
