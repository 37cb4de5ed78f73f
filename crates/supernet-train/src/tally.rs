//! What labelled examples say of candidates: correct answers and losses, summed.

use crate::{Progress, Standing, TrainError, stage::SCORING, workers::share_with};
use burn::tensor::Tensor;
use supernet_search::{RankBy, Score, Scored};
use supernet_space::{Architecture, Cost, PathMask, SearchSpace, SpaceError};

/// What some images say of a candidate.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub(crate) struct Tally {
    pub(crate) images: usize,
    pub(crate) correct: usize,
    pub(crate) loss: f64,
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
        // Logits that are no numbers make no answer right.
        let accuracy = if self.loss.is_finite() { self.correct as f64 / total } else { f64::NAN };
        Score { accuracy, loss: self.loss / total, images: self.images }
    }
}

/// The values of a tensor of logits.
pub(crate) fn read(logits: Tensor<2>, stage: &str) -> Result<Vec<f32>, TrainError> {
    let device = |reason: String| TrainError::Device { stage: stage.into(), reason };
    let data = logits.try_into_data().map_err(|error| device(error.to_string()))?;
    data.try_to_vec().map_err(|error| device(format!("{error:?}")))
}

/// What is asked in one go: each mask on so many runs of examples.
#[derive(Clone, Copy)]
pub(crate) struct Asked<'a> {
    pub(crate) masks: &'a [PathMask],
    pub(crate) runs: usize,
    /// What the best is the best by.
    pub(crate) rank_by: RankBy,
}

/// Runs `score` on each job, `at_once` at a time (0: one per core), and adds what it says of candidates to `tallies`: in the order of the jobs,
/// so that sums of losses do not depend on who was ready first. Together they are what is `asked`.
pub(crate) fn tally<J: Send>(
    asked: Asked,
    at_once: usize,
    jobs: Vec<J>,
    progress: &mut dyn Progress,
    tallies: &mut [Tally],
    score: impl Fn(J, &mut dyn Progress) -> Result<Vec<(usize, Tally)>, TrainError> + Sync,
) -> Result<(), TrainError> {
    let Asked { masks, runs, rank_by } = asked;
    progress.begin(SCORING, (masks.len() * runs) as u64);
    // For the eye alone, in the order in which jobs are ready.
    let mut so_far = tallies.to_vec();
    let ready = &mut |said: &Vec<(usize, Tally)>, progress: &mut dyn Progress| {
        said.iter().for_each(|&(candidate, tally)| so_far[candidate].join(tally));
        Standing::so_far(rank_by, masks, &so_far).iter().for_each(|standing| progress.standing(standing));
    };
    for (candidate, tally) in share_with(SCORING, at_once, jobs, progress, score, ready)?.into_iter().flatten() {
        tallies[candidate].join(tally);
    }
    progress.end();
    Ok(())
}

/// Architectures of `space` with their scores and costs.
pub(crate) fn scored<E>(
    space: &SearchSpace,
    architectures: &[Architecture],
    score: impl FnOnce(&[PathMask]) -> Result<Vec<Score>, TrainError>,
    cost: impl Fn(&Architecture) -> Result<Cost, E>,
) -> Result<Vec<Scored>, TrainError>
where
    TrainError: From<SpaceError> + From<E>,
{
    architectures.iter().try_for_each(|architecture| space.check(architecture))?;
    let masks: Vec<PathMask> = architectures.iter().map(|architecture| architecture.mask().clone()).collect();
    let scored = |(architecture, score): (&Architecture, Score)| {
        Ok(Scored { architecture: architecture.clone(), score, cost: cost(architecture)? })
    };
    architectures.iter().zip(score(&masks)?).map(scored).collect()
}

/// Returns the candidates whose scores are numbers.
pub(crate) fn usable(scored: &[Scored]) -> Vec<&Scored> {
    scored.iter().filter(|scored| scored.score.is_number()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn logits_that_are_no_numbers_make_a_score_that_is_none() {
        let mut tally = Tally::of(&[1.0, 0.0], &[0]);
        assert!(tally.score().is_number());
        tally.join(Tally::of(&[f32::NAN, f32::NAN], &[0]));
        assert!(!tally.score().is_number() && tally.score().accuracy.is_nan());
    }

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
