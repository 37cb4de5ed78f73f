//! A linear model of accuracy in the options that an architecture takes.

use serde::{Deserialize, Serialize};
use supernet_space::{PathMask, SearchSpace};

/// accuracy ≈ w₀ + Σ w_o over the options o that a mask has on, fitted by least squares with a small ridge: what some trained
/// architectures say without any supernet, the company of a ranking on a space whose truth is known.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct LinearFit {
    /// Options of each choice.
    options: Vec<usize>,
    /// w₀, then a weight for each option of each choice.
    weights: Vec<f64>,
}

impl LinearFit {
    /// The fit to masks of `space` and their accuracies: the least Σ (error)² + `ridge` · Σ w_o². With `ridge` above 0 it is unique
    /// whatever the masks.
    ///
    /// # Panics
    /// Without a mask, or if `ridge` is not above 0.
    pub fn new(space: &SearchSpace, rows: &[(&PathMask, f64)], ridge: f64) -> Self {
        assert!(!rows.is_empty() && ridge > 0.0, "at least one mask, a ridge above 0");
        let options: Vec<usize> = space.choices().iter().map(|choice| choice.options().len()).collect();
        let features: Vec<Vec<f64>> = rows.iter().map(|(mask, _)| features(&options, mask)).collect();
        let n = features[0].len();
        // Normal equations, the right side as their last column.
        let mut system = vec![vec![0.0; n + 1]; n];
        for (x, &(_, y)) in features.iter().zip(rows) {
            for i in 0..n {
                (0..n).for_each(|j| system[i][j] += x[i] * x[j]);
                system[i][n] += x[i] * y;
            }
        }
        (1..n).for_each(|i| system[i][i] += ridge);
        Self { options, weights: solved(system) }
    }

    /// What the model says of a mask of the same space.
    pub fn predict(&self, mask: &PathMask) -> f64 {
        features(&self.options, mask).iter().zip(&self.weights).map(|(x, w)| x * w).sum()
    }
}

/// 1, then for each option 1 if it is on.
fn features(options: &[usize], mask: &PathMask) -> Vec<f64> {
    let options = options.iter().enumerate().flat_map(|(choice, &count)| {
        let bits = mask.bits(choice);
        (0..count).map(move |option| (bits >> option & 1) as f64)
    });
    std::iter::once(1.0).chain(options).collect()
}

/// Gaussian elimination of a symmetric positive system, whose pivots need no exchange.
fn solved(mut system: Vec<Vec<f64>>) -> Vec<f64> {
    let n = system.len();
    for pivot in 0..n {
        let row = system[pivot].clone();
        for (i, other) in system.iter_mut().enumerate() {
            if i != pivot {
                let factor = other[pivot] / row[pivot];
                (pivot..=n).for_each(|j| other[j] -= factor * row[j]);
            }
        }
    }
    (0..n).map(|i| system[i][n] / system[i][i]).collect()
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
    fn one_row_is_predicted_by_itself() {
        let bench = NasBenchMacro::new();
        let architecture = bench.parse("01200000").unwrap();
        let fit = LinearFit::new(bench.space(), &[(architecture.mask(), 0.7)], 1.0);
        assert!((fit.predict(architecture.mask()) - 0.7).abs() < 1e-9);
    }
}
