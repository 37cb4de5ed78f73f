//! A network in training on a minibatch of validation examples.

use super::Search;
use crate::{Examples, Scoring, Silent, TrainError, Validation, examples::Selected};
use burn::module::Module;
use supernet_nn::{Layer, Network};
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
}
