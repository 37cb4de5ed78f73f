//! Stand-alone training as an evaluator.

use super::{test::test, trainer::StandAlone};
use crate::{Examples, Progress, StandAloneTraining, TrainError};
use supernet_nn::{Layer, Network};
use supernet_search::{BudgetedEvaluator, Evaluator, PerBudget, Proposal, Scored};
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

impl<M: Layer<D, 2>, const D: usize> StandAloneEvaluator<'_, M, D> {
    /// The scores of architectures after `epochs` epochs each.
    fn after(&mut self, epochs: usize, architectures: &[Architecture]) -> Result<Vec<Scored>, TrainError> {
        let StandAlone { definition, training, device, .. } = self.stand_alone;
        let training = StandAloneTraining { epochs, ..*training };
        let trainer = StandAlone { training: &training, ..self.stand_alone };
        let (examples, masks) = (self.examples, architectures.iter().map(|a| a.mask()).collect());
        architectures.iter().try_for_each(|architecture| definition.space().check(architecture))?;
        let networks = trainer.train_all(masks, self.at_once, self.progress)?;
        let scored = |(architecture, network): (&Architecture, Network<M, D>)| {
            let score = test(&network, architecture, examples, device)?;
            Ok(Scored { architecture: architecture.clone(), score, cost: definition.cost(architecture)? })
        };
        architectures.iter().zip(networks).map(scored).collect()
    }
}

impl<M: Layer<D, 2>, const D: usize> Evaluator for StandAloneEvaluator<'_, M, D> {
    type Error = TrainError;

    fn evaluate(&mut self, architectures: &[Architecture]) -> Result<Vec<Scored>, TrainError> {
        self.after(self.stand_alone.training.epochs, architectures)
    }
}

/// A budget is a number of epochs; each training begins anew.
impl<M: Layer<D, 2>, const D: usize> BudgetedEvaluator for StandAloneEvaluator<'_, M, D> {
    type Error = TrainError;

    fn evaluate_at(&mut self, proposals: &[Proposal]) -> Result<Vec<Scored>, TrainError> {
        let at = |epochs: u64, some: &[Architecture]| match usize::try_from(epochs) {
            Ok(epochs) if epochs > 0 => self.after(epochs, some),
            _ => Err(TrainError::config("budget", epochs, "at least 1 epoch")),
        };
        PerBudget(at).evaluate_at(proposals)
    }
}
