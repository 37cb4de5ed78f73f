//! Scores any list of architectures with a supernet's weights; what they have in common is computed once.

use crate::{
    Display, Halving, Scoring, TrainError,
    workers::{share, workers},
};
use burn::tensor::{Device, Tensor, TensorData};
use std::{
    ops::Range,
    sync::{Arc, OnceLock},
};
use supernet_data::{Images, Normalisation};
use supernet_nn::{Call, Execution, Network, NnError, Paths, SharedImages, on_processor};
use supernet_search::{Evaluator, Score, Scored};
use supernet_space::{Architecture, NetworkShape, PathMask};

/// Accuracy and mean loss on validation images under each candidate's own batch statistics (PAPER, *Scoring and selection*).
///
/// Images are taken in fixed order, in runs of `score_batch`, each run normalised by its own statistics; a score depends on weights,
/// mask, images and `score_batch` and on nothing else, not on which candidates are scored beside it.
///
/// What depends on the images alone is computed once for each run, every equal prefix of candidates once, as a tree
/// ([`Network::forward_each`]), and thousands of candidates stream through in `scoring.memory_mib` of memory.
pub struct SupernetEvaluator<'a> {
    supernet: &'a Network,
    stand_alone: NetworkShape,
    runs: Vec<Run>,
    width: usize,
    at_once: usize,
    halving: Option<Halving>,
    execution: Execution,
    device: Device,
    display: &'a mut dyn Display,
}

/// MiB of activations on their way that a processor's caches hold, about.
const IN_CACHES: usize = 16;

/// MiB on any other device, where what counts is that a launch has work enough.
const ON_A_CARD: usize = 1024;

/// One run of validation images.
struct Run {
    images: Tensor<4>,
    labels: Vec<usize>,
}

impl<'a> SupernetEvaluator<'a> {
    /// Scores by `supernet` on all of `images`. Costs are those of stand-alone networks of shape `stand_alone`.
    ///
    /// # Errors
    /// A `score_batch` that does not divide the number of images.
    pub fn new(
        supernet: &'a Network,
        stand_alone: NetworkShape,
        images: &Images,
        normalisation: &Normalisation,
        scoring: Scoring,
        device: &Device,
        display: &'a mut dyn Display,
    ) -> Result<Self, TrainError> {
        let Scoring { score_batch, memory_mib, at_once, halving, .. } = scoring;
        if score_batch == 0 || !images.len().is_multiple_of(score_batch) {
            let expected = format!("a divisor of {} validation images", images.len());
            return Err(TrainError::config("scoring.score_batch", score_batch, expected));
        }
        let device = device.clone().inner();
        let run = |first: usize| {
            let indices: Vec<usize> = (first..first + score_batch).collect();
            let batch = images.batch(&indices, normalisation);
            Run {
                images: Tensor::from_data(TensorData::new(batch.images, batch.shape), &device),
                labels: indices.iter().map(|&i| images.label(i)).collect(),
            }
        };
        let runs = (0..images.len()).step_by(score_batch).map(run).collect();
        let processor = on_processor(&device);
        let at_once = if processor { at_once } else { at_once.max(1) };
        let memory = memory_mib.unwrap_or(if processor { IN_CACHES } else { ON_A_CARD });
        let width = ((memory << 20) / supernet.bytes_in_flight(score_batch)).max(1);
        let execution = Execution::default();
        Ok(Self { supernet, stand_alone, runs, width, at_once, halving, execution, device, display })
    }

    /// The same with the operations of `execution`; kernels unless said otherwise.
    pub fn with_execution(self, execution: Execution) -> Self {
        Self { execution, ..self }
    }

    /// The scores of any masks, architectures or not, on all images.
    ///
    /// # Errors
    /// A mask of another space, or a device that fails.
    pub fn score(&mut self, masks: &[PathMask]) -> Result<Vec<Score>, TrainError> {
        let mut tallies = vec![Tally::default(); masks.len()];
        self.tally(masks, 0..self.runs.len(), &mut tallies)?;
        Ok(tallies.iter().map(Tally::score).collect())
    }

    /// The scores of masks by successive halving: only the best of each rung are scored on more images. A mask that is dropped keeps the
    /// score of the images that it has seen, whose number the score tells; the score of one that is not is that of
    /// [`SupernetEvaluator::score`].
    ///
    /// # Errors
    /// As [`SupernetEvaluator::score`].
    pub fn halve(&mut self, masks: &[PathMask], halving: Halving) -> Result<Vec<Score>, TrainError> {
        let mut tallies = vec![Tally::default(); masks.len()];
        let (mut left, mut seen) = ((0..masks.len()).collect::<Vec<_>>(), 0);
        for (rung, runs) in halving.rungs(self.runs.len()).into_iter().enumerate() {
            if rung > 0 {
                left.sort_by(|&a, &b| tallies[a].score().better_first(&tallies[b].score()).then(a.cmp(&b)));
                left.truncate(halving.kept(left.len()));
            }
            let of_left: Vec<PathMask> = left.iter().map(|&place| masks[place].clone()).collect();
            let mut so_far: Vec<Tally> = left.iter().map(|&place| tallies[place]).collect();
            self.tally(&of_left, seen..runs, &mut so_far)?;
            left.iter().zip(so_far).for_each(|(&place, tally)| tallies[place] = tally);
            seen = runs;
        }
        Ok(tallies.iter().map(Tally::score).collect())
    }

    /// Adds what the runs `runs` say of each mask.
    fn tally(&mut self, masks: &[PathMask], runs: Range<usize>, tallies: &mut [Tally]) -> Result<(), TrainError> {
        if masks.is_empty() || runs.is_empty() {
            return Ok(());
        }
        self.display.begin("scoring", (masks.len() * runs.len()) as u64);
        let Self { supernet, execution, width, .. } = *self;
        let paths = Paths::new(supernet.space(), masks.to_vec())?;
        let jobs = jobs(masks, &self.runs[runs], workers(self.at_once, usize::MAX));
        let score = |job: Job, display: &mut dyn Display| job.score(supernet, &paths, width, execution, display);
        // In the order of the runs, so that sums of losses do not depend on who was ready first.
        for (candidate, tally) in share("scoring", self.at_once, jobs, &mut *self.display, score)?.into_iter().flatten()
        {
            tallies[candidate].join(tally);
        }
        self.display.end();
        Ok(())
    }

    /// The device that scores.
    pub fn device(&self) -> &Device {
        &self.device
    }
}

/// Candidates on one run of images.
struct Job<'a> {
    run: &'a Run,
    /// Shared by the jobs on the same run; the first one computes it.
    shared: Arc<OnceLock<Result<SharedImages, NnError>>>,
    candidates: Vec<usize>,
}

/// All masks on all runs. A run is a job, so that nothing is computed twice; only where there are few runs for the workers, its
/// candidates are cut into parts that have little in common.
fn jobs<'a>(masks: &[PathMask], runs: &'a [Run], workers: usize) -> Vec<Job<'a>> {
    /// Jobs for each worker, so that none waits long for the last.
    const EACH: usize = 4;
    let parts = if runs.len() >= workers * EACH || workers == 1 { 1 } else { (workers * EACH).div_ceil(runs.len()) };
    let mut order: Vec<usize> = (0..masks.len()).collect();
    order.sort_by(|&a, &b| masks[a].cmp(&masks[b]));
    let mut jobs = Vec::new();
    for run in runs {
        let shared = Arc::default();
        for part in order.chunks(order.len().div_ceil(parts)) {
            jobs.push(Job { run, shared: Arc::clone(&shared), candidates: part.to_vec() });
        }
    }
    jobs
}

impl Job<'_> {
    fn score(
        self,
        supernet: &Network,
        paths: &Paths,
        width: usize,
        execution: Execution,
        display: &mut dyn Display,
    ) -> Result<Vec<(usize, Tally)>, TrainError> {
        let Self { run: Run { images, labels }, shared, candidates } = self;
        let call = &Call { execution, ..Call::default() };
        let shared = shared.get_or_init(|| supernet.share(images.clone(), call));
        let shared = shared.as_ref().map_err(|error| error.clone())?;
        let mut tallies = Vec::with_capacity(candidates.len());
        let mut failure = None;
        supernet.forward_each(shared, paths, &candidates, width, call, &mut |members, logits| {
            match read(logits, "scoring") {
                Err(error) => failure = Some(error),
                Ok(logits) => {
                    for (&member, logits) in members.iter().zip(logits.chunks(logits.len() / members.len())) {
                        tallies.push((member, Tally::of(logits, labels)));
                    }
                    display.advance(tallies.len() as u64);
                }
            }
            failure.is_none() && !display.should_stop()
        });
        match failure {
            Some(error) => Err(error),
            None if tallies.len() < candidates.len() => {
                Err(TrainError::Stopped { stage: "scoring".into(), step: tallies.len() as u64 })
            }
            None => Ok(tallies),
        }
    }
}

impl Evaluator for SupernetEvaluator<'_> {
    type Error = TrainError;

    fn evaluate(&mut self, architectures: &[Architecture]) -> Result<Vec<Scored>, TrainError> {
        let cells = self.supernet.space().clone();
        architectures.iter().try_for_each(|architecture| cells.space().check(architecture))?;
        let masks: Vec<PathMask> = architectures.iter().map(|architecture| architecture.mask().clone()).collect();
        let scores = match self.halving {
            Some(halving) => self.halve(&masks, halving)?,
            None => self.score(&masks)?,
        };
        architectures
            .iter()
            .zip(scores)
            .map(|(architecture, score)| {
                let cost = self.stand_alone.cost(&cells, architecture)?;
                Ok(Scored { architecture: architecture.clone(), score, cost })
            })
            .collect()
    }
}

/// What some images say of a candidate.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Tally {
    images: usize,
    correct: usize,
    loss: f64,
}

impl Tally {
    /// Of images whose logits stand row by row in `logits`.
    pub(crate) fn of(logits: &[f32], labels: &[usize]) -> Self {
        let mut tally = Self { images: labels.len(), ..Self::default() };
        let classes = logits.len() / labels.len();
        for (row, &label) in logits.chunks(classes).zip(labels) {
            let best = (1..classes).fold(0, |best, i| if row[i] > row[best] { i } else { best });
            tally.correct += usize::from(best == label);
            let top = f64::from(row[best]);
            let sum: f64 = row.iter().map(|&logit| (f64::from(logit) - top).exp()).sum();
            tally.loss += sum.ln() + top - f64::from(row[label]);
        }
        tally
    }

    /// Adds what other images say.
    pub(crate) fn join(&mut self, other: Self) {
        self.images += other.images;
        self.correct += other.correct;
        self.loss += other.loss;
    }

    /// Total correct over total, total loss over total.
    pub(crate) fn score(&self) -> Score {
        let total = self.images as f64;
        Score { accuracy: self.correct as f64 / total, loss: self.loss / total, images: self.images }
    }
}

/// The values of a tensor of logits.
pub(crate) fn read(logits: Tensor<2>, stage: &str) -> Result<Vec<f32>, TrainError> {
    let device = |reason: String| TrainError::Device { stage: stage.into(), reason };
    let data = logits.try_into_data().map_err(|error| device(error.to_string()))?;
    data.try_to_vec().map_err(|error| device(format!("{error:?}")))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn accuracy_and_loss_are_those_of_a_hand_count() {
        let mut tally = Tally::of(&[0.0, 0.0], &[1]);
        tally.join(Tally::of(&[2.0, 0.0], &[0]));
        let score = tally.score();
        let expected = (2.0f64.ln() + (1.0 + (-2.0f64).exp()).ln()) / 2.0;
        assert_eq!((score.accuracy, score.images), (0.5, 2));
        assert!((score.loss - expected).abs() < 1e-12);
    }
}
