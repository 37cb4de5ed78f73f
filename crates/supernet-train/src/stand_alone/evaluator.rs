//! Stand-alone training as an evaluator.

use super::{test::test, trainer::StandAlone};
use crate::{Progress, TrainError};
use supernet_data::Images;
use supernet_search::{Evaluator, Scored};
use supernet_space::Architecture;

/// Scores architectures by training each from scratch: the evaluator that a supernet replaces.
pub struct StandAloneEvaluator<'a> {
    /// How to train.
    pub stand_alone: StandAlone<'a>,
    /// The images to score on.
    pub images: &'a Images,
    /// Networks that are trained at the same time; 0 for as many as there are cores.
    pub at_once: usize,
    /// Where to show progress.
    pub progress: &'a mut dyn Progress,
}

impl Evaluator for StandAloneEvaluator<'_> {
    type Error = TrainError;

    fn evaluate(&mut self, architectures: &[Architecture]) -> Result<Vec<Scored>, TrainError> {
        let Self { stand_alone, images, at_once, progress } = self;
        let StandAlone { config, normalisation, device, .. } = *stand_alone;
        architectures.iter().try_for_each(|architecture| config.cells.space().check(architecture))?;
        let networks = stand_alone.train_all(architectures.iter().map(|a| a.mask()).collect(), *at_once, *progress)?;
        architectures
            .iter()
            .zip(networks)
            .map(|(architecture, network)| {
                let score = test(&network, architecture, images, normalisation, device)?;
                let cost = config.shape.cost(&config.cells, architecture)?;
                Ok(Scored { architecture: architecture.clone(), score, cost })
            })
            .collect()
    }
}
