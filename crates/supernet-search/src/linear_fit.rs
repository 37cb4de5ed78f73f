//! A linear model of accuracy in the options that an architecture takes.

use crate::{Ridge, Surrogate};
use serde::{Deserialize, Serialize};
use supernet_space::{Encoding, PathMask, SearchSpace};

/// accuracy ≈ w₀ + Σ w_o over the options o that a mask has on, fitted by least squares with a
/// small ridge: what some trained architectures say without any supernet, the company of a ranking
/// on a space whose truth is known. It is [`Ridge`] over [`Encoding::one_hot`].
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct LinearFit {
    encoding: Encoding,
    intercept: f64,
    /// A weight for each option of each choice.
    weights: Vec<f64>,
}

impl LinearFit {
    /// Fits masks of `space` and their accuracies: the least Σ (error)² + `ridge` · Σ w_o². With
    /// `ridge` above 0 it is unique whatever the masks. An accuracy that is no finite number makes
    /// every prediction NaN.
    ///
    /// # Panics
    /// Without a mask, or if `ridge` is not above 0.
    pub fn new(space: &SearchSpace, rows: &[(&PathMask, f64)], ridge: f64) -> Self {
        let encoding = Encoding::one_hot(space);
        let inputs: Vec<Vec<f64>> = rows.iter().map(|(mask, _)| encoding.encode(mask)).collect();
        let targets: Vec<f64> = rows.iter().map(|&(_, accuracy)| accuracy).collect();
        let mut model = Ridge::with_penalty(ridge).expect("a ridge above 0");
        if targets.iter().any(|target| !target.is_finite()) {
            return Self { weights: vec![f64::NAN; encoding.columns()], intercept: f64::NAN, encoding };
        }
        model.fit(&inputs, &targets).expect("at least one mask");
        let weights = model.weights().expect("a fitted model").to_vec();
        let intercept = model.predict(&[vec![0.0; encoding.columns()]])[0].mean;
        Self { encoding, intercept, weights }
    }

    /// Predicts the accuracy of a mask of the same space.
    pub fn predict(&self, mask: &PathMask) -> f64 {
        let row = self.encoding.encode(mask);
        self.intercept + row.iter().zip(&self.weights).map(|(x, w)| x * w).sum::<f64>()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use supernet_space::{NasBenchMacro, draws};

    #[test]
    fn what_is_additive_is_learnt_from_fifty_rows() {
        let bench = NasBenchMacro::new();
        let truth = |mask: &PathMask| -> f64 {
            let each = bench.options(mask).unwrap().into_iter().enumerate();
            0.5 + each.map(|(layer, option)| 0.01 * ((layer + 1) * option) as f64).sum::<f64>()
        };
        let rng = &mut draws(1, "fit", 0);
        let masks: Vec<PathMask> = (0..150).map(|_| bench.space().sample(rng).mask().clone()).collect();
        let rows: Vec<(&PathMask, f64)> = masks[..50].iter().map(|mask| (mask, truth(mask))).collect();
        let fit = LinearFit::new(bench.space(), &rows, 1e-6);
        for mask in &masks[50..] {
            assert!((fit.predict(mask) - truth(mask)).abs() < 1e-5, "{mask}");
        }
    }

    #[test]
    fn an_accuracy_that_is_no_number_is_predicted_as_none() {
        let bench = NasBenchMacro::new();
        let mask = bench.parse("01200000").unwrap().mask().clone();
        assert!(LinearFit::new(bench.space(), &[(&mask, f64::NAN), (&mask, 0.5)], 1.0).predict(&mask).is_nan());
    }

    #[test]
    fn one_row_is_predicted_by_itself() {
        let bench = NasBenchMacro::new();
        let architecture = bench.parse("01200000").unwrap();
        let fit = LinearFit::new(bench.space(), &[(architecture.mask(), 0.7)], 1.0);
        assert!((fit.predict(architecture.mask()) - 0.7).abs() < 1e-9);
    }
}
