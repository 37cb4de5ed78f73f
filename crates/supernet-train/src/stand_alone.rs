//! Trains an architecture from scratch and tests it.

use crate::{
    Batches, Fixed, Hooks, Keeper, Loader, Progress, SeededWeights, StandAloneTraining, TrainError, Training,
    run::Stages,
    stage::{STAND_ALONE_TRAINING, TESTING},
    tally::{Tally, read},
    workers::share,
};
use burn::tensor::{Device, Tensor, TensorData};
use supernet_data::{Images, Normalisation};
use supernet_nn::{Call, Execution, MaskedNetwork, Network, NetworkConfig, Notes, Statistics, Weights};
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
    pub fn train(&self, mask: &PathMask, progress: &mut dyn Progress) -> Result<Network, TrainError> {
        self.train_from(mask, &mut SeededWeights::new(self.seed), progress)
    }

    /// [`StandAlone::train`] from other initial weights: a supernet's, for a fine-tune.
    ///
    /// # Errors
    /// As [`StandAlone::train`], or what `weights` refuses.
    pub fn train_from(
        &self,
        mask: &PathMask,
        weights: &mut dyn Weights,
        progress: &mut dyn Progress,
    ) -> Result<Network, TrainError> {
        self.train_kept(mask, weights, None, progress)
    }

    /// [`StandAlone::train_from`], whose state `keeper` keeps.
    pub(crate) fn train_kept(
        &self,
        mask: &PathMask,
        weights: &mut dyn Weights,
        keeper: Option<&mut Keeper>,
        progress: &mut dyn Progress,
    ) -> Result<Network, TrainError> {
        let network = self.config.stand_alone(mask, weights, &self.device.clone().autodiff())?;
        self.recipe().train(network, mask, &self.loader()?, self.steps()?, keeper, progress)
    }

    /// [`StandAlone::train_all`] for different masks, whose networks are left in `stages`, or read back.
    pub(crate) fn train_in(
        &self,
        stages: Option<&Stages>,
        masks: Vec<&PathMask>,
        at_once: usize,
        progress: &mut dyn Progress,
    ) -> Result<Vec<Network>, TrainError> {
        let Some(stages) = stages else { return self.train_all(masks, at_once, progress) };
        let weights = || SeededWeights::new(self.seed);
        train_all(masks, self.steps()?, at_once, progress, |place, mask, progress| {
            stages.network(
                (place, mask),
                STAND_ALONE_TRAINING,
                || Ok(self.config.stand_alone(mask, &mut weights(), &self.device.clone().inner())?),
                |keeper| self.train_kept(mask, &mut weights(), Some(keeper), progress),
            )
        })
    }

    fn recipe(&self) -> Recipe<'_> {
        Recipe { training: self.training, seed: self.seed, execution: self.execution, device: self.device }
    }

    /// [`StandAlone::train`] for each mask, `at_once` at a time (0: as many as there are cores).
    ///
    /// # Errors
    /// As [`StandAlone::train`].
    pub fn train_all(
        &self,
        masks: Vec<&PathMask>,
        at_once: usize,
        progress: &mut dyn Progress,
    ) -> Result<Vec<Network>, TrainError> {
        train_all(masks, self.steps()?, at_once, progress, |_, mask, progress| self.train(mask, progress))
    }
}

/// How any network is trained from scratch.
pub(crate) struct Recipe<'a> {
    pub(crate) training: &'a StandAloneTraining,
    pub(crate) seed: u64,
    pub(crate) execution: Execution,
    pub(crate) device: &'a Device,
}

impl Recipe<'_> {
    /// `network` trained on `loader` under one mask, then calibrated for inference.
    pub(crate) fn train<N: MaskedNetwork>(
        &self,
        network: N,
        mask: &PathMask,
        loader: &impl Batches<Input = N::Input>,
        steps: u64,
        keeper: Option<&mut Keeper>,
        progress: &mut dyn Progress,
    ) -> Result<N, TrainError> {
        let training = Training {
            stage: STAND_ALONE_TRAINING,
            seed: self.seed,
            steps,
            ghosts: 1,
            micro_batches: 1,
            sgd: self.training.sgd,
            sampler: &Fixed(mask.clone()),
            execution: self.execution,
        };
        let hooks = Hooks { after: &mut |_, _, _| Ok(()), plain_l2: false, keeper };
        let network = training.run_with(network, loader, &self.device.clone().autodiff(), hooks, progress)?.valid();
        let notes = Notes::default();
        let call = Call { statistics: Statistics::Note(&notes), execution: self.execution };
        let paths = network.paths(vec![mask.clone()], None)?;
        for step in 0..self.training.calibration_batches as u64 {
            let (input, _) = loader.labelled(step, &self.device.clone().inner());
            network.logits(input, &paths, &call)?;
        }
        Ok(network.calibrated(&notes))
    }
}

/// `train` for each mask and its place, which takes so many steps, `at_once` at a time (0: one per core); the networks in the order of the masks.
pub(crate) fn train_all<N: Send>(
    masks: Vec<&PathMask>,
    steps: u64,
    at_once: usize,
    progress: &mut dyn Progress,
    train: impl Fn(usize, &PathMask, &mut dyn Progress) -> Result<N, TrainError> + Sync,
) -> Result<Vec<N>, TrainError> {
    progress.begin(STAND_ALONE_TRAINING, masks.len() as u64 * steps);
    // The longest first, so that no core is left with a long one at the end.
    let mut order: Vec<usize> = (0..masks.len()).collect();
    order.sort_by_key(|&i| std::cmp::Reverse(masks[i].paths_on()));
    let networks = share(STAND_ALONE_TRAINING, at_once, order.clone(), progress, |place, progress| {
        train(place, masks[place], progress)
    })?;
    progress.end();
    let mut networks: Vec<(usize, N)> = order.into_iter().zip(networks).collect();
    networks.sort_by_key(|(place, _)| *place);
    Ok(networks.into_iter().map(|(_, network)| network).collect())
}

/// Accuracy and mean loss of a calibrated network on `count` examples, with its stored statistics; `batch` gives the examples at some
/// indices, `label` the class of one.
pub(crate) fn test_on<N: MaskedNetwork>(
    network: &N,
    mask: &PathMask,
    count: usize,
    batch: impl Fn(&[usize]) -> N::Input,
    label: impl Fn(usize) -> usize,
) -> Result<Score, TrainError> {
    let call = Call { statistics: Statistics::Stored, ..Call::default() };
    let paths = network.paths(vec![mask.clone()], None)?;
    let mut tally = Tally::default();
    let all: Vec<usize> = (0..count).collect();
    for indices in all.chunks(INFERENCE_BATCH) {
        let logits = read(network.logits(batch(indices), &paths, &call)?, TESTING)?;
        let labels: Vec<usize> = indices.iter().map(|&i| label(i)).collect();
        tally.join(Tally::of(&logits, &labels));
    }
    Ok(tally.score())
}

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
    let batch = |indices: &[usize]| {
        let batch = images.batch(indices, normalisation);
        Tensor::from_data(TensorData::new(batch.images, batch.shape), &device)
    };
    test_on(network, mask, images.len(), batch, |i| images.label(i))
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
