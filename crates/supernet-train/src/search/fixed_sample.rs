//! One-shot accuracy of a fixed sample of candidates while their supernet is trained, for whoever
//! wants to see it.

use super::Search;
use crate::{Examples, Progress, Scoring, Silent, TrainError, examples::Part};
use burn::module::Module;
use supernet_nn::{Layer, Network};
use supernet_space::{PathMask, draws};

/// Candidates of the sample.
const CANDIDATES: usize = 8;

/// Validation examples that they are scored on, at most.
const EXAMPLES: usize = 500;

/// Times that they are scored in a training, about; fewer in a short one.
const TIMES: u64 = 20;

/// Examples that are scored for one that is trained on, all candidates together. A step goes
/// through many paths, forward and backward, and a candidate through few, forward: this is about a
/// fiftieth of the time.
const SHARE: f64 = 0.3;

/// A fixed sample of candidates and what scores them. It shares no draw with the training and only
/// reads weights, so that a training ends with the same bits whether somebody looks or not.
pub(super) struct FixedSample<'a, M: Module, E, const D: usize> {
    search: &'a Search<'a, M, E, D>,
    masks: Vec<PathMask>,
    /// Steps between two looks.
    every: u64,
    /// Validation examples that are scored, the first ones.
    count: usize,
    scoring: Scoring,
}

impl<'a, M: Layer<D, 2>, E: Examples<D>, const D: usize> FixedSample<'a, M, E, D> {
    /// The sample of a search: candidates drawn uniformly, and the first validation examples.
    pub(super) fn new(search: &'a Search<'_, M, E, D>) -> Self {
        let config = search.config();
        let mut rng = draws(config.seed, "dashboard sample", 0);
        let masks = (0..CANDIDATES).map(|_| search.space().sample(&mut rng).mask().clone()).collect();
        let (steps, batch) = (config.supernet.steps, config.supernet.batch);
        let allowed = (SHARE * steps as f64 * batch as f64 / CANDIDATES as f64) as usize;
        let most = search.data().validation.len().min(EXAMPLES);
        let score_batch = config.scoring.score_batch.min(most).max(1);
        let count = (allowed / TIMES as usize).clamp(score_batch.min(most), most) / score_batch * score_batch;
        let times = (allowed as u64 / count.max(1) as u64).clamp(2, TIMES);
        let scoring = Scoring { score_batch, halving: None, ..config.scoring };
        Self { search, masks, every: (steps / times).max(1), count, scoring }
    }

    /// Shows the scores after `done` steps of the training of `supernet`, if it is time and
    /// `progress` wants them.
    ///
    /// # Errors
    /// A device that fails.
    pub(super) fn show(
        &self,
        done: u64,
        supernet: &Network<M, D>,
        progress: &mut dyn Progress,
    ) -> Result<(), TrainError> {
        let Self { search, count, scoring, .. } = *self;
        let is_time = done == search.config().supernet.steps || done.is_multiple_of(self.every);
        if !is_time || count == 0 || !progress.wants_sample() {
            return Ok(());
        }
        let examples = &Part { examples: &search.data().validation, first: 0, count };
        let (supernet, silent) = (supernet.valid(), &mut Silent);
        let mut evaluator = search.evaluator(&supernet, examples, scoring, silent)?;
        progress.sample(done, &evaluator.score(&self.masks)?);
        Ok(())
    }
}
