//! A proxy as an evaluator.

use super::Untrained;
use crate::{Progress, TrainError};
use supernet_nn::Layer;
use supernet_search::{Evaluator, Score, Scored, trust::Proxy};
use supernet_space::{Architecture, PathMask};

/// Scores architectures by a proxy of their untrained networks, for strategies and comparisons. The
/// proxy's value stands where others have an accuracy, and there is no loss, as of a table: the
/// order counts.
pub struct ByProxy<'a, M, const D: usize = 4> {
    /// What counts.
    pub proxy: Proxy,
    /// The networks on their batch.
    pub untrained: &'a Untrained<M, D>,
    /// Who looks on.
    pub progress: &'a mut dyn Progress,
}

impl<M: Layer<D, 2>, const D: usize> Evaluator for ByProxy<'_, M, D> {
    type Error = TrainError;

    fn evaluate(&mut self, architectures: &[Architecture]) -> Result<Vec<Scored>, TrainError> {
        let Self { proxy, untrained, .. } = *self;
        let definition = untrained.definition();
        architectures.iter().try_for_each(|architecture| definition.space().check(architecture))?;
        let masks: Vec<PathMask> = architectures.iter().map(|architecture| architecture.mask().clone()).collect();
        let values = untrained.all(&masks, &mut *self.progress)?;
        let place = Proxy::ALL.iter().position(|one| *one == proxy).expect("one of all");
        let scored = |(architecture, values): (&Architecture, [f64; Proxy::ALL.len()])| {
            let accuracy = if values[place].is_finite() { values[place] } else { f64::NAN };
            let score = Score { accuracy, loss: f64::NAN, images: untrained.examples() };
            Ok(Scored { architecture: architecture.clone(), score, cost: definition.cost(architecture)? })
        };
        architectures.iter().zip(values).map(scored).collect()
    }
}
