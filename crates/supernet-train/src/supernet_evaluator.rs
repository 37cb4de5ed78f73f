//! Scores any list of architectures with a supernet's weights, many per launch.

use crate::{Display, Scoring, TrainError, workers::share};
use burn::tensor::{Device, Tensor, TensorData};
use supernet_data::{Images, Normalisation};
use supernet_nn::{Call, Execution, Network, Paths};
use supernet_search::{Evaluator, Score, Scored};
use supernet_space::{Architecture, NetworkShape, PathMask};

/// Accuracy and mean loss on validation images under each candidate's own batch statistics (PAPER, *Scoring and selection*).
///
/// Images are taken in fixed order, in runs of `score_batch`, each run normalised by its own statistics; a score depends on weights,
/// mask, images and `score_batch` and on nothing else, not on which candidates share a launch.
pub struct SupernetEvaluator<'a> {
    supernet: &'a Network,
    stand_alone: NetworkShape,
    runs: Vec<Run>,
    candidates_per_launch: usize,
    at_once: usize,
    execution: Execution,
    device: Device,
    display: &'a mut dyn Display,
}

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
        let Scoring { score_batch, candidates_per_launch, at_once, .. } = scoring;
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
        let candidates_per_launch = candidates_per_launch.max(1);
        let execution = Execution::default();
        Ok(Self { supernet, stand_alone, runs, candidates_per_launch, at_once, execution, device, display })
    }

    /// The same with the operations of `execution`; kernels unless said otherwise.
    pub fn with_execution(self, execution: Execution) -> Self {
        Self { execution, ..self }
    }

    /// The scores of any masks, architectures or not.
    ///
    /// # Errors
    /// A mask of another space, or a device that fails.
    pub fn score(&mut self, masks: &[PathMask]) -> Result<Vec<Score>, TrainError> {
        self.display.begin("scoring", masks.len() as u64);
        let launches = masks.chunks(self.candidates_per_launch).collect();
        let Self { supernet, runs, execution, .. } = self;
        let scores = share("scoring", self.at_once, launches, &mut *self.display, |launch: &[PathMask], display| {
            let scores = score_launch(supernet, runs, *execution, launch)?;
            display.advance(launch.len() as u64);
            Ok(scores)
        })?;
        self.display.end();
        Ok(scores.concat())
    }

    /// The device that scores.
    pub fn device(&self) -> &Device {
        &self.device
    }
}

/// The scores of candidates that share every launch.
fn score_launch(
    supernet: &Network,
    runs: &[Run],
    execution: Execution,
    masks: &[PathMask],
) -> Result<Vec<Score>, TrainError> {
    let call = Call { execution, ..Call::default() };
    let paths = Paths::new(supernet.space(), masks.to_vec())?;
    let mut tallies = vec![Tally::default(); masks.len()];
    for run in runs {
        let repeated = run.images.clone().repeat(&[masks.len(), 1, 1, 1]);
        let logits = read(supernet.forward_with(repeated, &paths, &call)?, "scoring")?;
        let per_candidate = logits.len() / masks.len();
        for (tally, logits) in tallies.iter_mut().zip(logits.chunks(per_candidate)) {
            tally.add(logits, &run.labels);
        }
    }
    let images = runs.iter().map(|run| run.labels.len()).sum();
    Ok(tallies.iter().map(|tally| tally.score(images)).collect())
}

impl Evaluator for SupernetEvaluator<'_> {
    type Error = TrainError;

    fn evaluate(&mut self, architectures: &[Architecture]) -> Result<Vec<Scored>, TrainError> {
        let cells = self.supernet.space().clone();
        architectures.iter().try_for_each(|architecture| cells.space().check(architecture))?;
        let masks: Vec<PathMask> = architectures.iter().map(|architecture| architecture.mask().clone()).collect();
        let scores = self.score(&masks)?;
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

/// Correct answers and summed loss of a candidate so far.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Tally {
    correct: usize,
    loss: f64,
}

impl Tally {
    /// Adds the images whose logits stand row by row in `logits`.
    pub(crate) fn add(&mut self, logits: &[f32], labels: &[usize]) {
        let classes = logits.len() / labels.len();
        for (row, &label) in logits.chunks(classes).zip(labels) {
            let best = (1..classes).fold(0, |best, i| if row[i] > row[best] { i } else { best });
            self.correct += usize::from(best == label);
            let top = f64::from(row[best]);
            let sum: f64 = row.iter().map(|&logit| (f64::from(logit) - top).exp()).sum();
            self.loss += sum.ln() + top - f64::from(row[label]);
        }
    }

    /// Total correct over total, total loss over total.
    pub(crate) fn score(&self, images: usize) -> Score {
        Score { accuracy: self.correct as f64 / images as f64, loss: self.loss / images as f64 }
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
        let mut tally = Tally::default();
        tally.add(&[0.0, 0.0, 2.0, 0.0], &[1, 0]);
        let score = tally.score(2);
        let expected = (2.0f64.ln() + (1.0 + (-2.0f64).exp()).ln()) / 2.0;
        assert_eq!(score.accuracy, 0.5);
        assert!((score.loss - expected).abs() < 1e-12);
    }
}
