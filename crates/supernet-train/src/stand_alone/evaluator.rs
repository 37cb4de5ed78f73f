//! Stand-alone training as an evaluator.

use super::{test::test, trainer::StandAlone};
use crate::{Examples, Progress, TrainError};
use supernet_nn::Layer;
use supernet_search::{Evaluator, Scored};
use supernet_space::Architecture;

/// Scores architectures by training each from scratch: the evaluator that a supernet replaces.
pub struct StandAloneEvaluator<'a, M, const D: usize = 4> {
    /// How to train.
    pub stand_alone: StandAlone<'a, M, D>,
    /// The examples to score on.
    pub examples: &'a dyn Examples<D>,
    /// Networks that are trained at the same time; 0 for as many as there are cores.
    pub at_once: usize,
    /// Where to show progress.
    pub progress: &'a mut dyn Progress,
}

impl<M: Layer<D, 2>, const D: usize> Evaluator for StandAloneEvaluator<'_, M, D> {
    type Error = TrainError;

    fn evaluate(&mut self, architectures: &[Architecture]) -> Result<Vec<Scored>, TrainError> {
        let Self { stand_alone, examples, at_once, progress } = self;
        let StandAlone { definition, device, .. } = *stand_alone;
        architectures.iter().try_for_each(|architecture| definition.space().check(architecture))?;
        let networks = stand_alone.train_all(architectures.iter().map(|a| a.mask()).collect(), *at_once, *progress)?;
        architectures
            .iter()
            .zip(networks)
            .map(|(architecture, network)| {
                let score = test(&network, architecture, *examples, device)?;
                let cost = definition.cost(architecture)?;
                Ok(Scored { architecture: architecture.clone(), score, cost })
            })
            .collect()
    }
}
