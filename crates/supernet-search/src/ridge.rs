//! Ridge regression: a linear surrogate whose penalty is chosen by leaving one row out.

use crate::{
    Normal, SearchError, Surrogate,
    known::in_range,
    surrogate::{assert_more, check_rows},
};
use nalgebra::{DMatrix, DVector, SymmetricEigen};
use serde::{Deserialize, Serialize};

const NAME: &str = "ridge";

/// y ≈ w₀ + w·x with the least Σ (error)² + λ·|w|² (Hoerl and Kennard, 1970), in closed form; w₀
/// has no penalty.
///
/// λ is given, or it is that of 25 values from 1e-4 to 1e4 with the least squared error of rows
/// left out one at a time, which the diagonal of the hat matrix gives without a second fit (Allen's
/// PRESS, 1974). A prediction's variance is that of the Bayesian model with prior w ~ N(0, σ²/λ), a
/// flat prior of w₀, and σ² the mean squared error of the rows left out (of the fit, if there is
/// one row): σ²·(1/n + xᵀ(XᵀX + λI)⁻¹x) for centred x and X. Time n·c² + c³ for n rows of c
/// columns.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Ridge {
    penalty: Option<f64>,
    #[serde(skip)]
    fitted: Option<Fitted>,
}

#[derive(Clone, Debug, PartialEq)]
struct Fitted {
    inputs: Vec<Vec<f64>>,
    targets: Vec<f64>,
    centre: Vec<f64>,
    mean: f64,
    penalty: f64,
    /// Mean squared error of rows left out.
    error: f64,
    weights: DVector<f64>,
    /// Eigenvectors of XᵀX and their values.
    axes: DMatrix<f64>,
    values: DVector<f64>,
}

impl Ridge {
    /// Returns a model that chooses its penalty.
    pub fn new() -> Self {
        Self { penalty: None, fitted: None }
    }

    /// Returns a model of penalty λ.
    ///
    /// # Errors
    /// [`SearchError::Setting`] unless 0 < λ < ∞.
    pub fn with_penalty(penalty: f64) -> Result<Self, SearchError> {
        let holds = penalty > 0.0 && penalty.is_finite();
        Ok(Self { penalty: Some(in_range(NAME, "penalty", penalty, holds, "0 < penalty")?), fitted: None })
    }

    /// Returns the penalty of the fit.
    pub fn penalty(&self) -> Option<f64> {
        self.fitted.as_ref().map(|fitted| fitted.penalty)
    }

    /// Returns the weight of each column.
    pub fn weights(&self) -> Option<&[f64]> {
        self.fitted.as_ref().map(|fitted| fitted.weights.as_slice())
    }

    /// Returns the mean squared error of the fit's rows, each predicted from all others.
    pub fn left_out_error(&self) -> Option<f64> {
        self.fitted.as_ref().map(|fitted| fitted.error)
    }

    fn solved(inputs: Vec<Vec<f64>>, targets: Vec<f64>, penalty: Option<f64>) -> Fitted {
        let (n, columns) = (inputs.len(), inputs[0].len());
        let centre: Vec<f64> = (0..columns).map(|j| inputs.iter().map(|row| row[j]).sum::<f64>() / n as f64).collect();
        let mean = targets.iter().sum::<f64>() / n as f64;
        let x = DMatrix::from_fn(n, columns, |i, j| inputs[i][j] - centre[j]);
        let y = DVector::from_fn(n, |i, _| targets[i] - mean);
        let SymmetricEigen { eigenvectors: axes, eigenvalues } = SymmetricEigen::new(x.tr_mul(&x));
        let values = eigenvalues.map(|value| value.max(0.0));
        let z = &x * &axes;
        let along = z.tr_mul(&y);
        let error = |penalty: f64| left_out_error(&z, &values, &along, &y, penalty);
        let penalty = penalty.unwrap_or_else(|| {
            let grid = (0..25).map(|step| 10f64.powf(-4.0 + f64::from(step) / 3.0));
            grid.min_by(|&a, &b| error(a).total_cmp(&error(b))).expect("25 values")
        });
        let weights = &axes * DVector::from_fn(columns, |j, _| along[j] / (values[j] + penalty));
        Fitted { error: error(penalty), inputs, targets, centre, mean, penalty, weights, axes, values }
    }
}

impl Default for Ridge {
    fn default() -> Self {
        Self::new()
    }
}

/// The mean of (e_i / (1 − h_ii))² with h_ii = 1/n + Σ_j z_ij² / (v_j + λ), for rows z in the
/// eigenvectors' axes.
fn left_out_error(
    z: &DMatrix<f64>,
    values: &DVector<f64>,
    along: &DVector<f64>,
    y: &DVector<f64>,
    penalty: f64,
) -> f64 {
    let n = z.nrows();
    let shrunk: Vec<f64> = values.iter().map(|value| 1.0 / (value + penalty)).collect();
    let squared = |i: usize| {
        let (mut fit, mut hat) = (0.0, if n > 1 { 1.0 / n as f64 } else { 0.0 });
        for (j, shrunk) in shrunk.iter().enumerate() {
            fit += z[(i, j)] * shrunk * along[j];
            hat += z[(i, j)] * shrunk * z[(i, j)];
        }
        ((y[i] - fit) / (1.0 - hat).max(f64::EPSILON)).powi(2)
    };
    (0..n).map(squared).sum::<f64>() / n as f64
}

impl Surrogate for Ridge {
    fn name(&self) -> &'static str {
        NAME
    }

    fn fit(&mut self, inputs: &[Vec<f64>], targets: &[f64]) -> Result<(), SearchError> {
        check_rows(NAME, inputs, targets)?;
        self.fitted = Some(Self::solved(inputs.to_vec(), targets.to_vec(), self.penalty));
        Ok(())
    }

    fn condition(&mut self, more: &[Vec<f64>], more_targets: &[f64]) {
        let Fitted { mut inputs, mut targets, penalty, centre, .. } = self.fitted.take().expect("a fitted model");
        assert_more(centre.len(), more, more_targets);
        inputs.extend_from_slice(more);
        targets.extend_from_slice(more_targets);
        self.fitted = Some(Self::solved(inputs, targets, Some(penalty)));
    }

    fn most_rows(&self) -> usize {
        5_000
    }

    fn predict(&self, inputs: &[Vec<f64>]) -> Vec<Normal> {
        let fitted = self.fitted.as_ref().expect("a fitted model");
        let of_row = |row: &Vec<f64>| {
            assert_eq!(row.len(), fitted.centre.len(), "a row of as many columns as were fitted");
            let x = DVector::from_fn(row.len(), |j, _| row[j] - fitted.centre[j]);
            let z = fitted.axes.tr_mul(&x);
            let spread = z.iter().zip(&fitted.values).map(|(z, value)| z * z / (value + fitted.penalty)).sum::<f64>();
            let variance = fitted.error * (1.0 / fitted.targets.len() as f64 + spread);
            Normal { mean: fitted.mean + x.dot(&fitted.weights), variance }
        };
        inputs.iter().map(of_row).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use rand::RngExt;
    use supernet_space::draws;

    /// Rows of ones and zeros with a linear target and noise.
    fn rows(n: usize, columns: usize, noise: f64) -> (Vec<Vec<f64>>, Vec<f64>) {
        let mut rng = draws(1, "ridge", 0);
        let inputs: Vec<Vec<f64>> =
            (0..n).map(|_| (0..columns).map(|_| f64::from(u8::from(rng.random::<bool>()))).collect()).collect();
        let mut target = |row: &Vec<f64>| {
            let effect = (0..columns).map(|j| row[j] * (j as f64 * 1.7).sin()).sum::<f64>();
            0.4 + effect + noise * (rng.random::<f64>() - 0.5)
        };
        let targets = inputs.iter().map(&mut target).collect();
        (inputs, targets)
    }

    #[test]
    fn the_solution_is_that_of_the_normal_equations() {
        let (inputs, targets) = rows(40, 6, 0.5);
        let mut ridge = Ridge::with_penalty(0.7).unwrap();
        ridge.fit(&inputs, &targets).unwrap();
        // With a first column of ones that has no penalty.
        let x = DMatrix::from_fn(40, 7, |i, j| if j == 0 { 1.0 } else { inputs[i][j - 1] });
        let mut a = x.transpose() * &x;
        (1..7).for_each(|j| a[(j, j)] += 0.7);
        let w = a.try_inverse().unwrap() * x.transpose() * DVector::from_vec(targets);
        for (i, normal) in ridge.predict(&inputs).into_iter().enumerate() {
            // Double precision of a system of condition below 1e4.
            assert!((normal.mean - (x.row(i) * &w)[0]).abs() < 1e-11);
        }
    }

    #[test]
    fn the_error_of_rows_left_out_is_that_of_as_many_fits() {
        let (inputs, targets) = rows(15, 4, 1.0);
        let mut ridge = Ridge::with_penalty(0.3).unwrap();
        ridge.fit(&inputs, &targets).unwrap();
        let without = |i: usize| {
            let but = |k: &usize| *k != i;
            let rest: Vec<Vec<f64>> = (0..15).filter(but).map(|k| inputs[k].clone()).collect();
            let mut other = Ridge::with_penalty(0.3).unwrap();
            other.fit(&rest, &(0..15).filter(but).map(|k| targets[k]).collect::<Vec<f64>>()).unwrap();
            (other.predict(&inputs[i..=i])[0].mean - targets[i]).powi(2)
        };
        let expected = (0..15).map(without).sum::<f64>() / 15.0;
        assert!((ridge.left_out_error().unwrap() - expected).abs() < 1e-12);
    }

    #[test]
    fn noise_calls_for_a_greater_penalty_than_a_clean_line() {
        let penalty = |noise| {
            let (inputs, targets) = rows(30, 20, noise);
            let mut ridge = Ridge::new();
            ridge.fit(&inputs, &targets).unwrap();
            ridge.penalty().unwrap()
        };
        assert!(penalty(0.0) < 1e-3);
        assert!(penalty(20.0) > 1.0);
    }

    #[test]
    fn what_is_far_from_the_rows_is_less_certain_and_a_row_added_makes_it_more_so() {
        let (inputs, targets) = rows(30, 5, 0.3);
        let mut ridge = Ridge::new();
        ridge.fit(&inputs, &targets).unwrap();
        let far = vec![4.0; 5];
        let [near, before] = [&inputs[0], &far].map(|row| ridge.predict(std::slice::from_ref(row))[0].variance);
        assert!(before > near && near > 0.0);
        let mean = ridge.predict(std::slice::from_ref(&far))[0].mean;
        ridge.condition(std::slice::from_ref(&far), &[mean]);
        assert!(ridge.predict(std::slice::from_ref(&far))[0].variance < before);
    }

    #[test]
    fn one_row_and_equal_targets_are_predicted_as_they_are() {
        let mut ridge = Ridge::new();
        ridge.fit(&[vec![1.0, 0.0]], &[0.7]).unwrap();
        assert!((ridge.predict(&[vec![0.0, 1.0]])[0].mean - 0.7).abs() < 1e-12);
        let (inputs, _) = rows(9, 3, 0.0);
        ridge.fit(&inputs, &[0.2; 9]).unwrap();
        let normal = ridge.predict(&inputs)[3];
        assert!((normal.mean - 0.2).abs() < 1e-12 && normal.variance < 1e-24);
    }

    #[test]
    fn a_penalty_of_nothing_is_refused() {
        let error = Ridge::with_penalty(0.0).unwrap_err();
        assert_eq!(error.to_string(), "ridge, penalty: found 0, expected 0 < penalty");
    }
}
