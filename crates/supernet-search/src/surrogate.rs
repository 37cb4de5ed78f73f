//! Surrogate: a cheap model of scores that is fitted to what was scored and predicts what was not.

use crate::SearchError;
use serde::{Deserialize, Serialize};

/// What a surrogate predicts of one input: a normal distribution of the score's true value, without
/// the noise of a measurement.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct Normal {
    /// Its mean, in the unit of the targets.
    pub mean: f64,
    /// Its variance, at least 0.
    pub variance: f64,
}

/// A model from real vectors (as of [`supernet_space::Encoding`]) to a real target.
///
/// A fit is a function of the model's settings and of the rows alone, so a surrogate is stored as
/// its settings and fitted anew: the same rows in the same order give the same predictions, bit for
/// bit.
pub trait Surrogate {
    /// Returns a short name for tables.
    fn name(&self) -> &'static str;

    /// Fits the model to rows of one length and their targets, from scratch.
    ///
    /// # Errors
    /// [`SearchError::Fit`]: no row, another number of targets, rows of different lengths, a value
    /// that is no number.
    fn fit(&mut self, inputs: &[Vec<f64>], targets: &[f64]) -> Result<(), SearchError>;

    /// Adds rows to a fitted model, quickly: whatever is dear to learn (lengths, penalties,
    /// networks) stays as it is.
    ///
    /// # Panics
    /// If the model is not fitted, a row has another length, or a target is missing.
    fn condition(&mut self, inputs: &[Vec<f64>], targets: &[f64]);

    /// Returns the most rows that a fit takes within a second or so on one core: whoever has more
    /// chooses among them.
    fn most_rows(&self) -> usize;

    /// Predicts the target of each row.
    ///
    /// # Panics
    /// If the model is not fitted or a row has another length.
    fn predict(&self, inputs: &[Vec<f64>]) -> Vec<Normal>;

    /// Predicts the mean of each row's target alone, which some models do sooner.
    ///
    /// # Panics
    /// As [`Surrogate::predict`].
    fn means(&self, inputs: &[Vec<f64>]) -> Vec<f64> {
        self.predict(inputs).iter().map(|normal| normal.mean).collect()
    }
}

/// Checks what a model is fitted to; returns the number of columns.
///
/// # Errors
/// As [`Surrogate::fit`].
pub(crate) fn check_rows(surrogate: &'static str, inputs: &[Vec<f64>], targets: &[f64]) -> Result<usize, SearchError> {
    let refuse = |found: String, expected| Err(SearchError::Fit { surrogate, found, expected });
    let Some(first) = inputs.first() else { return refuse("no row".into(), "at least one") };
    if targets.len() != inputs.len() {
        return refuse(format!("{} rows and {} targets", inputs.len(), targets.len()), "a target for each row");
    }
    if let Some(row) = inputs.iter().position(|row| row.len() != first.len()) {
        let found = format!("{} columns in row {row}, {} in row 0", inputs[row].len(), first.len());
        return refuse(found, "rows of one length");
    }
    let numbers = |row: usize| inputs[row].iter().chain([&targets[row]]).all(|value| value.is_finite());
    match (0..inputs.len()).find(|&row| !numbers(row)) {
        Some(row) => refuse(format!("a value in row {row} that is no finite number"), "finite numbers"),
        None => Ok(first.len()),
    }
}

/// Checks what is added to a fitted model.
///
/// # Panics
/// As [`Surrogate::condition`].
pub(crate) fn assert_more(columns: usize, inputs: &[Vec<f64>], targets: &[f64]) {
    assert_eq!(inputs.len(), targets.len(), "a target for each row");
    assert!(inputs.iter().all(|row| row.len() == columns), "rows of as many columns as were fitted");
}

/// Mean and standard deviation of targets, by which they are scaled; the deviation is 1 where all
/// are equal.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Scale {
    pub(crate) mean: f64,
    pub(crate) deviation: f64,
}

impl Scale {
    pub(crate) fn of(values: &[f64]) -> Self {
        let n = values.len() as f64;
        let mean = values.iter().sum::<f64>() / n;
        let deviation = (values.iter().map(|value| (value - mean).powi(2)).sum::<f64>() / n).sqrt();
        // Below this the differences are rounding of the mean.
        let is_constant = deviation <= 1e-12 * mean.abs().max(f64::MIN_POSITIVE);
        Self { mean, deviation: if is_constant { 1.0 } else { deviation } }
    }

    pub(crate) fn scaled(&self, value: f64) -> f64 {
        (value - self.mean) / self.deviation
    }

    pub(crate) fn unscaled(&self, mean: f64, variance: f64) -> Normal {
        Normal { mean: self.mean + self.deviation * mean, variance: self.deviation.powi(2) * variance }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_cannot_be_fitted_is_named() {
        let message =
            |inputs: &[Vec<f64>], targets: &[f64]| check_rows("ridge", inputs, targets).unwrap_err().to_string();
        assert_eq!(message(&[], &[]), "surrogate ridge: found no row, expected at least one");
        assert_eq!(
            message(&[vec![1.0]], &[]),
            "surrogate ridge: found 1 rows and 0 targets, expected a target for each row"
        );
        assert_eq!(
            message(&[vec![1.0], vec![]], &[1.0, 2.0]),
            "surrogate ridge: found 0 columns in row 1, 1 in row 0, expected rows of one length"
        );
        assert!(
            message(&[vec![1.0], vec![f64::NAN]], &[1.0, 2.0]).contains("a value in row 1 that is no finite number")
        );
        assert!(message(&[vec![1.0]], &[f64::INFINITY]).contains("row 0"));
    }

    #[test]
    fn equal_targets_are_not_blown_up() {
        let scale = Scale::of(&[0.3; 7]);
        assert_eq!(scale.deviation, 1.0);
        assert!(scale.scaled(0.3).abs() < 1e-15);
    }
}
