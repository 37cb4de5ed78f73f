//! Trains an architecture of a space of one's own from scratch, and tests it.

use super::{Examples, OwnLoader};
use crate::{
    Batches, Display, Fixed, SeededWeights, StandAloneTraining, TrainError, Training,
    supernet_evaluator::{Tally, read},
    workers::share,
};
use burn::{
    module::Module,
    tensor::{Device, Tensor},
};
use supernet_nn::{
    Call, Execution, MaskedNetwork, Notes, Statistics,
    own::{Definition, Layer, OwnNetwork},
};
use supernet_search::Score;
use supernet_space::PathMask;

/// Trains networks of one architecture each, by the recipe of [`crate::StandAlone`].
pub struct OwnStandAlone<'a, M, const D: usize> {
    /// The networks.
    pub definition: &'a Definition<M, D>,
    /// The recipe.
    pub training: &'a StandAloneTraining,
    /// What to train on.
    pub examples: &'a dyn Examples<D>,
    /// Seed of weights, order and augmentation.
    pub seed: u64,
    /// How the networks run.
    pub execution: Execution,
    /// Where to train.
    pub device: &'a Device,
}

/// The stage's name, for progress and errors.
const STAGE: &str = "stand-alone training";

impl<M: Layer<D, 2>, const D: usize> OwnStandAlone<'_, M, D> {
    /// Steps of one training run.
    ///
    /// # Errors
    /// More examples in a batch than there are.
    pub fn steps(&self) -> Result<u64, TrainError> {
        Ok(self.loader()?.steps_per_epoch() * self.training.epochs as u64)
    }

    fn loader(&self) -> Result<OwnLoader<'_, D>, TrainError> {
        OwnLoader::new(self.examples, self.training.batch, self.seed)
    }

    /// The trained network of `mask` (an architecture's, or all on), calibrated for inference.
    ///
    /// # Errors
    /// A mask of another space, a loss that is no number, the user's stop.
    pub fn train(&self, mask: &PathMask, display: &mut dyn Display) -> Result<OwnNetwork<M, D>, TrainError> {
        let device = self.device.clone().autodiff();
        let network = self.definition.stand_alone(mask, &mut SeededWeights::new(self.seed), &device)?;
        let training = Training {
            stage: STAGE,
            seed: self.seed,
            steps: self.steps()?,
            ghosts: 1,
            sgd: self.training.sgd,
            sampler: &Fixed(mask.clone()),
            execution: self.execution,
        };
        let loader = self.loader()?;
        let network = training.run(network, &loader, &device, display)?.valid();
        let notes = Notes::default();
        let call = Call { statistics: Statistics::Note(&notes), execution: self.execution };
        let paths = network.paths(vec![mask.clone()], None)?;
        for step in 0..self.training.calibration_batches as u64 {
            let (input, _) = loader.labelled(step, &self.device.clone().inner());
            network.forward_used(input, &paths, &call)?;
        }
        Ok(network.calibrate(&notes))
    }

    /// [`OwnStandAlone::train`] for each mask, `at_once` at a time (0: as many as there are cores).
    ///
    /// # Errors
    /// As [`OwnStandAlone::train`].
    pub fn train_all(
        &self,
        masks: Vec<&PathMask>,
        at_once: usize,
        display: &mut dyn Display,
    ) -> Result<Vec<OwnNetwork<M, D>>, TrainError> {
        display.begin(STAGE, masks.len() as u64 * self.steps()?);
        let networks = share(STAGE, at_once, masks, display, |mask, display| self.train(mask, display))?;
        display.end();
        Ok(networks)
    }
}

/// Examples per launch at inference, where nothing depends on it.
const INFERENCE_BATCH: usize = 500;

/// Accuracy and mean loss of a calibrated network on `examples`, with its stored statistics.
///
/// # Errors
/// Examples of another shape, or a device that fails.
pub fn test_own<M: Layer<D, 2>, const D: usize>(
    network: &OwnNetwork<M, D>,
    mask: &PathMask,
    examples: &dyn Examples<D>,
    device: &Device,
) -> Result<Score, TrainError> {
    let device = device.clone().inner();
    let call = Call { statistics: Statistics::Stored, ..Call::default() };
    let paths = network.paths(vec![mask.clone()], None)?;
    let mut tally = Tally::default();
    let all: Vec<usize> = (0..examples.len()).collect();
    for indices in all.chunks(INFERENCE_BATCH) {
        let input = Tensor::from_data(examples.batch(indices), &device);
        let logits = read(network.forward_used(input, &paths, &call)?.0, "testing")?;
        let labels: Vec<usize> = indices.iter().map(|&i| examples.label(i)).collect();
        tally.join(Tally::of(&logits, &labels));
    }
    Ok(tally.score())
}
