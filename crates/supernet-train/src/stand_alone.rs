//! Trains an architecture from scratch and tests it.

use crate::{
    Display, Fixed, Loader, SeededWeights, StandAloneTraining, TrainError, Training,
    supernet_evaluator::{Tally, read},
    workers::share,
};
use burn::{
    module::Module,
    tensor::{Device, Tensor, TensorData},
};
use supernet_data::{Images, Normalisation};
use supernet_nn::{Call, Execution, Network, NetworkConfig, Notes, Paths, Statistics, Weights};
use supernet_search::{Evaluator, Score, Scored};
use supernet_space::{Architecture, PathMask};

/// Trains networks of one architecture each, by the recipe of PAPER, *stand-alone training*: ordinary affine batch normalisation, SGD
/// with Nesterov momentum, cosine, L2 on all weights. For inference the statistics are the plain average over
/// `calibration_batches` training batches at the final weights.
pub struct StandAlone<'a> {
    /// The networks' sizes.
    pub config: &'a NetworkConfig,
    /// The recipe.
    pub training: &'a StandAloneTraining,
    /// Images to train on.
    pub images: &'a Images,
    /// How pixels become numbers.
    pub normalisation: &'a Normalisation,
    /// Seed of weights, order and augmentation.
    pub seed: u64,
    /// How the networks run.
    pub execution: Execution,
    /// Where to train.
    pub device: &'a Device,
}

impl StandAlone<'_> {
    /// Steps of one training run.
    ///
    /// # Errors
    /// More images in a batch than there are.
    pub fn steps(&self) -> Result<u64, TrainError> {
        Ok(self.loader()?.steps_per_epoch() * self.training.epochs as u64)
    }

    fn loader(&self) -> Result<Loader<'_>, TrainError> {
        let StandAloneTraining { augmentation, batch, .. } = *self.training;
        Loader::new(self.images, self.normalisation, augmentation, batch, self.seed)
    }

    /// The trained network of `mask` (an architecture's, or all on), calibrated for inference.
    ///
    /// # Errors
    /// A mask of another space, a loss that is no number, the user's stop.
    pub fn train(&self, mask: &PathMask, display: &mut dyn Display) -> Result<Network, TrainError> {
        self.train_from(mask, &mut SeededWeights::new(self.seed), display)
    }

    /// [`StandAlone::train`] from other initial weights: a supernet's, for a fine-tune.
    ///
    /// # Errors
    /// As [`StandAlone::train`], or what `weights` refuses.
    pub fn train_from(
        &self,
        mask: &PathMask,
        weights: &mut dyn Weights,
        display: &mut dyn Display,
    ) -> Result<Network, TrainError> {
        let device = self.device.clone().autodiff();
        let network = self.config.stand_alone(mask, weights, &device)?;
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
        let network = training.run(network, &loader, &device, display)?;
        self.calibrate(network.valid(), mask, &loader)
    }

    /// [`StandAlone::train`] for each mask, `at_once` at a time (0: as many as there are cores).
    ///
    /// # Errors
    /// As [`StandAlone::train`].
    pub fn train_all(
        &self,
        masks: Vec<&PathMask>,
        at_once: usize,
        display: &mut dyn Display,
    ) -> Result<Vec<Network>, TrainError> {
        display.begin(STAGE, masks.len() as u64 * self.steps()?);
        // The longest first, so that no core is left with a long one at the end.
        let mut order: Vec<usize> = (0..masks.len()).collect();
        order.sort_by_key(|&i| std::cmp::Reverse(masks[i].paths_on()));
        let jobs = order.iter().map(|&i| masks[i]).collect();
        let networks = share(STAGE, at_once, jobs, display, |mask, display| self.train(mask, display))?;
        display.end();
        let mut networks: Vec<(usize, Network)> = order.into_iter().zip(networks).collect();
        networks.sort_by_key(|(place, _)| *place);
        Ok(networks.into_iter().map(|(_, network)| network).collect())
    }

    fn calibrate(&self, network: Network, mask: &PathMask, loader: &Loader) -> Result<Network, TrainError> {
        let notes = Notes::default();
        let call = Call { statistics: Statistics::Note(&notes), execution: self.execution };
        let paths = Paths::new(network.space(), vec![mask.clone()])?;
        for step in 0..self.training.calibration_batches as u64 {
            network.forward_with(loader.step(step, &self.device.clone().inner()).images, &paths, &call)?;
        }
        Ok(network.calibrate(&notes))
    }
}

/// The stage's name, for progress and errors.
const STAGE: &str = "stand-alone training";

/// Images per launch at inference, where nothing depends on it.
const INFERENCE_BATCH: usize = 500;

/// Accuracy and mean loss of a calibrated network on `images`, with its stored statistics.
///
/// # Errors
/// Images of another size, or a device that fails.
pub fn test(
    network: &Network,
    mask: &PathMask,
    images: &Images,
    normalisation: &Normalisation,
    device: &Device,
) -> Result<Score, TrainError> {
    let device = device.clone().inner();
    let call = Call { statistics: Statistics::Stored, ..Call::default() };
    let paths = Paths::new(network.space(), vec![mask.clone()])?;
    let mut tally = Tally::default();
    let all: Vec<usize> = (0..images.len()).collect();
    for indices in all.chunks(INFERENCE_BATCH) {
        let batch = images.batch(indices, normalisation);
        let x = Tensor::from_data(TensorData::new(batch.images, batch.shape), &device);
        let logits = read(network.forward_with(x, &paths, &call)?, "testing")?;
        let labels: Vec<usize> = indices.iter().map(|&i| images.label(i)).collect();
        tally.join(Tally::of(&logits, &labels));
    }
    Ok(tally.score())
}

/// Scores architectures by training each from scratch: the evaluator that a supernet replaces.
pub struct StandAloneEvaluator<'a> {
    /// How to train.
    pub stand_alone: StandAlone<'a>,
    /// What to score on.
    pub images: &'a Images,
    /// Networks that are trained at the same time; 0 for as many as there are cores.
    pub at_once: usize,
    /// Where to show progress.
    pub display: &'a mut dyn Display,
}

impl Evaluator for StandAloneEvaluator<'_> {
    type Error = TrainError;

    fn evaluate(&mut self, architectures: &[Architecture]) -> Result<Vec<Scored>, TrainError> {
        let Self { stand_alone, images, at_once, display } = self;
        let StandAlone { config, normalisation, device, .. } = *stand_alone;
        architectures.iter().try_for_each(|architecture| config.cells.space().check(architecture))?;
        let networks = stand_alone.train_all(architectures.iter().map(|a| a.mask()).collect(), *at_once, *display)?;
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
