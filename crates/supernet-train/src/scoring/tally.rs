//! Correct answers and losses of candidates on labelled examples, summed.

use crate::TrainError;
use burn::tensor::Tensor;
use supernet_search::Score;

/// Correct answers and summed loss of a candidate on some images.
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

    /// Adds those of other images.
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
