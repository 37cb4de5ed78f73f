//! One-shot accuracy of a fixed sample of candidates while their supernet is trained, for whoever wants to see it.

use crate::{Progress, Scoring, SearchConfig, Silent, SupernetEvaluator, TrainError};
use burn::{module::Module, tensor::Device};
use supernet_data::{Images, Normalisation, Split};
use supernet_nn::Network;
use supernet_space::{NetworkShape, PathMask, draws};

/// Candidates of the sample.
const CANDIDATES: usize = 8;

/// Validation images that they are scored on, at most.
const IMAGES: usize = 500;

/// Times that they are scored in a training, about; fewer in a short one.
const TIMES: u64 = 20;

/// Images that are scored for one that is trained on, all candidates together. A step goes through many paths, forward and backward, and a
/// candidate through few, forward: this is about a fiftieth of the time.
const SHARE: f64 = 0.3;

/// A fixed sample of candidates and what scores them. It shares no draw with the training and only reads weights, so that a training
/// ends with the same bits whether somebody looks or not.
pub(crate) struct FixedSample<'a> {
    masks: Vec<PathMask>,
    /// Steps between two looks.
    every: u64,
    images: Images,
    shape: NetworkShape,
    scoring: Scoring,
    config: &'a SearchConfig,
    normalisation: &'a Normalisation,
    device: &'a Device,
}

impl<'a> FixedSample<'a> {
    /// The sample of a search: candidates drawn uniformly, and the first validation images.
    ///
    /// # Errors
    /// A configuration that does not fit the images.
    pub(crate) fn new(
        config: &'a SearchConfig,
        split: &Split,
        normalisation: &'a Normalisation,
        device: &'a Device,
    ) -> Result<Self, TrainError> {
        let networks = config.stand_alone(split.validation.shape(), split.validation.classes().len())?;
        let mut rng = draws(config.seed, "dashboard sample", 0);
        let masks = (0..CANDIDATES).map(|_| networks.cells.space().sample(&mut rng).mask().clone()).collect();
        let (steps, batch) = (config.supernet.steps, config.supernet.batch);
        let allowed = (SHARE * steps as f64 * batch as f64 / CANDIDATES as f64) as usize;
        let most = split.validation.len().min(IMAGES);
        let score_batch = config.scoring.score_batch.min(most).max(1);
        let count = (allowed / TIMES as usize).clamp(score_batch.min(most), most) / score_batch * score_batch;
        let times = (allowed as u64 / count.max(1) as u64).clamp(2, TIMES);
        let images = split.validation.subset(&(0..count).collect::<Vec<_>>())?;
        let scoring = Scoring { score_batch, halving: None, ..config.scoring };
        let every = (steps / times).max(1);
        Ok(Self { masks, every, images, shape: networks.shape, scoring, config, normalisation, device })
    }

    /// Shows the scores after `done` steps of the training of `supernet`, if it is time and `progress` wants them.
    ///
    /// # Errors
    /// A device that fails.
    pub(crate) fn show(&self, done: u64, supernet: &Network, progress: &mut dyn Progress) -> Result<(), TrainError> {
        let is_time = done == self.config.supernet.steps || done.is_multiple_of(self.every);
        if !is_time || self.images.len() == 0 || !progress.wants_sample() {
            return Ok(());
        }
        let Self { images, shape, scoring, normalisation, device, .. } = self;
        let (supernet, silent) = (supernet.valid(), &mut Silent);
        let mut evaluator = SupernetEvaluator::new(&supernet, *shape, images, normalisation, *scoring, device, silent)?
            .with_execution(self.config.execution);
        progress.sample(done, &evaluator.score(&self.masks)?);
        Ok(())
    }
}
