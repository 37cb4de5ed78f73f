//! The companion of a search's supernet.

use super::{Search, minibatch::Minibatch};
use crate::{Accompanied, Companion, Examples, Moment, TrainError, Updates, training::EpochOrder};
use rand::Rng;
use supernet_nn::{Layer, Network};
use supernet_space::draws;

impl<M: Layer<D, 2>, E: Examples<D>, const D: usize> Search<'_, M, E, D> {
    /// When the supernet's companion learns; `None` where it has none.
    pub(super) fn updates(&self) -> Option<Updates> {
        let own = self.parts().companion.as_ref().map(|(updates, _)| *updates);
        own.or(self.config().companion.map(|companion| companion.updates))
    }

    /// The supernet's companion as it is at the start; `None` where it has none.
    ///
    /// # Errors
    /// A setting out of range.
    pub(super) fn companion(&self) -> Result<Option<Box<dyn Companion>>, TrainError> {
        let (space, seed) = (self.space(), self.config().seed);
        match (&self.parts().companion, self.config().companion) {
            (Some((_, make)), _) => Ok(Some(make(space, seed))),
            (None, Some(settings)) => Ok(Some(settings.companion(space, seed)?)),
            (None, None) => Ok(None),
        }
    }

    /// The same on its way through the training: an update reads a minibatch of validation
    /// examples, of which each is read once in an epoch.
    ///
    /// # Errors
    /// As [`Search::companion`].
    pub(super) fn accompanied(&self) -> Result<Option<Accompanied<'_, Network<M, D>>>, TrainError> {
        let (Some(companion), Some(updates)) = (self.companion()?, self.updates()) else { return Ok(None) };
        let seed = draws(self.config().seed, "companion/minibatches", 0).next_u64();
        let order = EpochOrder::new(self.data().validation.len(), updates.examples, seed, "validation examples")?;
        let learn = move |companion: &mut dyn Companion, network: &Network<M, D>, (number, at): (u64, Moment)| {
            let (places, device) = (order.indices(number), self.device().clone().autodiff());
            let mut minibatch = Minibatch { search: self, network, places, number, at, device };
            companion.update(at, &mut minibatch)
        };
        Ok(Some(Accompanied::new(companion, updates, Box::new(learn))))
    }
}
