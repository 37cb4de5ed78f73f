//! Covariance of a Gaussian process, and how likely its hyperparameters are.

use crate::{
    SearchError, exact,
    known::{at_least, in_range},
    vectors::{add_scaled, matern_all},
};
use nalgebra::{Cholesky, DMatrix, DVector};
use serde::{Deserialize, Serialize};
use std::ops::Range;

/// What the covariance of a [`crate::Gp`] depends on; targets are scaled to variance 1.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Hyperparameters {
    /// The length l_b of each block.
    #[serde(with = "exact::list")]
    pub lengths: Vec<f64>,
    /// The variance σ² of the Matérn part.
    #[serde(with = "exact::number")]
    pub amplitude: f64,
    /// The variance τ² of the linear part.
    #[serde(with = "exact::number")]
    pub linear: f64,
    /// The variance of a measurement.
    #[serde(with = "exact::number")]
    pub noise: f64,
}

/// Mean and deviation of the logarithms of σ², τ² and noise under their priors, and the deviation
/// of a length's.
const AMPLITUDE: (f64, f64) = (0.0, 1.0);
const LINEAR: (f64, f64) = (-0.7, 1.5);
const NOISE: (f64, f64) = (-4.6, 1.5);
const LENGTH_DEVIATION: f64 = 1.0;
/// No noise at all makes covariances of equal rows singular.
const LEAST_NOISE: f64 = 1e-6;

impl Hyperparameters {
    /// The medians of the priors: lengths √(blocks / 2), at which rows that differ in half of the
    /// blocks are at r = 1.
    pub(crate) fn median(blocks: usize) -> Self {
        let lengths = vec![Self::median_length(blocks).exp(); blocks];
        Self { lengths, amplitude: AMPLITUDE.0.exp(), linear: LINEAR.0.exp(), noise: NOISE.0.exp() }
    }

    fn median_length(blocks: usize) -> f64 {
        0.5 * (0.5 * blocks.max(2) as f64).ln()
    }

    pub(crate) fn check(&self, strategy: &'static str, blocks: usize) -> Result<(), SearchError> {
        let lengths = self.lengths.len();
        if lengths != blocks {
            let expected = "one for each block";
            return Err(SearchError::Setting { strategy, setting: "lengths", found: lengths.to_string(), expected });
        }
        at_least(strategy, "blocks", blocks, 1, "at least 1")?;
        let positive = |setting, value: f64| {
            in_range(strategy, setting, value, value > 0.0 && value.is_finite(), "a positive number")
        };
        self.lengths.iter().try_for_each(|&length| positive("length", length).map(drop))?;
        positive("amplitude", self.amplitude)?;
        positive("linear", self.linear)?;
        positive("noise", self.noise).map(drop)
    }

    /// Logarithms of the lengths, σ², τ² and noise, in this order.
    pub(crate) fn logs(&self) -> Vec<f64> {
        self.lengths.iter().chain([&self.amplitude, &self.linear, &self.noise]).map(|value| value.ln()).collect()
    }

    pub(crate) fn from_logs(logs: &[f64]) -> Self {
        let (lengths, last) = logs.split_at(logs.len() - 3);
        Self {
            lengths: lengths.iter().map(|log| log.exp()).collect(),
            amplitude: last[0].exp(),
            linear: last[1].exp(),
            noise: last[2].exp().max(LEAST_NOISE),
        }
    }

    /// The covariance of the process at two rows, without noise.
    pub(crate) fn covariance(&self, blocks: &[Range<usize>], a: &[f64], b: &[f64]) -> f64 {
        let square: f64 = blocks
            .iter()
            .zip(&self.lengths)
            .map(|(block, length)| distance(&a[block.clone()], &b[block.clone()]) / (length * length))
            .sum();
        self.amplitude * matern(square).0 + self.linear * product(blocks, a, b)
    }

    /// The logarithm of the priors' density but for a constant, and its gradient in the logarithms.
    fn log_prior(logs: &[f64]) -> (f64, Vec<f64>) {
        let blocks = logs.len() - 3;
        let prior = |i: usize| match i.checked_sub(blocks) {
            None => (Self::median_length(blocks), LENGTH_DEVIATION),
            Some(0) => AMPLITUDE,
            Some(1) => LINEAR,
            Some(_) => NOISE,
        };
        let off = |i: usize| (logs[i] - prior(i).0) / prior(i).1;
        let value = (0..logs.len()).map(|i| -0.5 * off(i).powi(2)).sum();
        (value, (0..logs.len()).map(|i| -off(i) / prior(i).1).collect())
    }
}

/// Rows whose covariances with another row are computed all at once, column by column.
#[derive(Clone, Debug)]
pub(crate) struct Table {
    rows: usize,
    /// Each column that is in a block: which it is, and 1/l² of its block.
    columns: Vec<(usize, f64)>,
    /// The values of all rows, column after column.
    values: Vec<f64>,
    /// |x|² of each row, columns weighed by 1/l².
    squares: Vec<f64>,
    /// What products are multiplied with: τ²/B.
    linear: f64,
    amplitude: f64,
}

impl Table {
    /// The table of some rows.
    pub(crate) fn new(hyperparameters: &Hyperparameters, blocks: &[Range<usize>], rows: &[Vec<f64>]) -> Self {
        let Hyperparameters { lengths, amplitude, linear, .. } = hyperparameters;
        let of_block =
            |(block, length): (&Range<usize>, &f64)| block.clone().map(|c| (c, 1.0 / (length * length))).collect();
        let columns: Vec<(usize, f64)> = blocks.iter().zip(lengths).flat_map::<Vec<_>, _>(of_block).collect();
        let values = columns.iter().flat_map(|&(c, _)| rows.iter().map(move |row| row[c])).collect();
        let square = |row: &Vec<f64>| columns.iter().map(|&(c, weight)| weight * row[c] * row[c]).sum();
        let squares = rows.iter().map(square).collect();
        let linear = linear / blocks.len().max(1) as f64;
        Self { rows: rows.len(), columns, values, squares, linear, amplitude: *amplitude }
    }

    /// Returns the number of rows.
    pub(crate) fn rows(&self) -> usize {
        self.rows
    }

    /// Computes [`Hyperparameters::covariance`] of `row` with each row of the table. r² is |a|²/2 +
    /// |b|²/2 − a·b, columns weighed; columns in which `row` is 0 cost nothing.
    pub(crate) fn covariances(&self, row: &[f64], out: &mut [f64]) {
        let square: f64 = self.columns.iter().map(|&(c, weight)| weight * row[c] * row[c]).sum();
        let mut products = vec![0.0; self.rows];
        out.iter_mut().zip(&self.squares).for_each(|(out, other)| *out = 0.5 * (square + other));
        for (&(c, weight), values) in self.columns.iter().zip(self.values.chunks_exact(self.rows.max(1))) {
            if row[c] != 0.0 {
                add_scaled(out, -weight * row[c], values);
                add_scaled(&mut products, row[c], values);
            }
        }
        // Where rows are equal rounding may leave less than nothing.
        out.iter_mut().for_each(|square| *square = square.max(0.0));
        matern_all(out);
        out.iter_mut().zip(&products).for_each(|(out, product)| *out = self.amplitude * *out + self.linear * product);
    }
}

/// |a − b|² / 2: for one-hot rows 1 where they differ.
fn distance(a: &[f64], b: &[f64]) -> f64 {
    0.5 * a.iter().zip(b).map(|(a, b)| (a - b).powi(2)).sum::<f64>()
}

/// The mean over blocks of a_b·b_b: for one-hot rows the share of blocks in which they agree.
fn product(blocks: &[Range<usize>], a: &[f64], b: &[f64]) -> f64 {
    let of_block =
        |block: &Range<usize>| a[block.clone()].iter().zip(&b[block.clone()]).map(|(a, b)| a * b).sum::<f64>();
    blocks.iter().map(of_block).sum::<f64>() / blocks.len().max(1) as f64
}

/// The Matérn correlation of smoothness 5/2 at r² and what its derivative in the logarithm of l_b
/// has to be multiplied with, which is the block's share of r²: (1 + √5·r + 5r²/3)·e^(−√5·r) and
/// (5/3)·(1 + √5·r)·e^(−√5·r).
fn matern(square: f64) -> (f64, f64) {
    let r = (5.0 * square).sqrt();
    let decay = (-r).exp();
    ((1.0 + r + 5.0 / 3.0 * square) * decay, 5.0 / 3.0 * (1.0 + r) * decay)
}

/// The inverse of a lower triangle, column by column below the diagonal: a third of the work of
/// solving for an identity.
fn lower_inverse(lower: &DMatrix<f64>) -> DMatrix<f64> {
    let n = lower.nrows();
    let mut inverse = DMatrix::zeros(n, n);
    for j in 0..n {
        let column = &mut inverse.as_mut_slice()[j * n..(j + 1) * n];
        column[j] = 1.0;
        for k in j..n {
            let of_lower = &lower.as_slice()[k * n..(k + 1) * n];
            column[k] /= of_lower[k];
            let scale = column[k];
            column[k + 1..].iter_mut().zip(&of_lower[k + 1..]).for_each(|(x, l)| *x -= scale * l);
        }
    }
    inverse
}

/// The distances of some rows, pair by pair and block by block.
pub(crate) struct Distances {
    rows: usize,
    blocks: usize,
    /// Of row i and row j < i: `blocks` numbers, pairs in the order (1, 0), (2, 0), (2, 1), …
    of_pairs: Vec<f64>,
    /// The products of the same pairs, and of each row with itself.
    products: Vec<f64>,
    squares: Vec<f64>,
}

impl Distances {
    pub(crate) fn new(blocks: &[Range<usize>], rows: &[&Vec<f64>]) -> Self {
        let (mut of_pairs, mut products) = (Vec::new(), Vec::new());
        for (i, a) in rows.iter().enumerate() {
            for b in &rows[..i] {
                of_pairs.extend(blocks.iter().map(|block| distance(&a[block.clone()], &b[block.clone()])));
                products.push(product(blocks, a, b));
            }
        }
        let squares = rows.iter().map(|row| product(blocks, row, row)).collect();
        Self { rows: rows.len(), blocks: blocks.len(), of_pairs, products, squares }
    }

    fn pairs(&self) -> impl Iterator<Item = ((usize, usize), &[f64])> {
        let pairs = (1..self.rows).flat_map(|i| (0..i).map(move |j| (i, j)));
        // Rows without a block have no chunk, and no distance.
        pairs.zip(self.of_pairs.chunks_exact(self.blocks.max(1)))
    }

    /// The logarithm of marginal likelihood times prior but for a constant, and its gradient, at
    /// the logarithms of lengths, σ², τ² and noise; `None` where the covariance has no factor.
    ///
    /// With α = C⁻¹y: −½·yᵀα − ½·log det C, and ½·Σ_ij (α_i·α_j − C⁻¹_ij)·∂C_ij (Rasmussen and
    /// Williams, 2006, equation 5.9).
    pub(crate) fn log_posterior(&self, logs: &[f64], y: &DVector<f64>) -> Option<(f64, Vec<f64>)> {
        let Hyperparameters { lengths, amplitude, linear, noise } = Hyperparameters::from_logs(logs);
        let inverse_squares: Vec<f64> = lengths.iter().map(|length| 1.0 / (length * length)).collect();
        let square = |of_blocks: &[f64]| of_blocks.iter().zip(&inverse_squares).map(|(d, w)| d * w).sum::<f64>();
        let mut covariance = DMatrix::zeros(self.rows, self.rows);
        (0..self.rows).for_each(|i| covariance[(i, i)] = amplitude + linear * self.squares[i] + noise);
        let mut correlations = Vec::with_capacity(self.products.len());
        for (((i, j), of_blocks), product) in self.pairs().zip(&self.products) {
            let (correlation, slope) = matern(square(of_blocks));
            covariance[(i, j)] = amplitude * correlation + linear * product;
            covariance[(j, i)] = covariance[(i, j)];
            correlations.push((correlation, slope));
        }
        let factor = Cholesky::new(covariance)?;
        let weights = factor.solve(y);
        let half_log_determinant: f64 = factor.l_dirty().diagonal().iter().map(|value| value.ln()).sum();
        let inverse_factor = lower_inverse(factor.l_dirty());
        let (log_prior, mut gradient) = Hyperparameters::log_prior(logs);
        let value = log_prior - 0.5 * y.dot(&weights) - half_log_determinant;

        // C⁻¹ = L⁻ᵀL⁻¹, whose columns begin with as many zeros as their place says.
        let inverse = |i: usize, j: usize| {
            let from = i.max(j);
            inverse_factor
                .view((from, i), (self.rows - from, 1))
                .dot(&inverse_factor.view((from, j), (self.rows - from, 1)))
        };
        let [of_amplitude, of_linear, of_noise] = [0, 1, 2].map(|place| self.blocks + place);
        for ((((i, j), of_blocks), product), (correlation, slope)) in self.pairs().zip(&self.products).zip(correlations)
        {
            // Both halves of the symmetric matrix at once.
            let pull = weights[i] * weights[j] - inverse(i, j);
            gradient[of_amplitude] += pull * amplitude * correlation;
            gradient[of_linear] += pull * linear * product;
            let pull = pull * amplitude * slope;
            for (block, distance) in of_blocks.iter().enumerate() {
                gradient[block] += pull * distance * inverse_squares[block];
            }
        }
        for i in 0..self.rows {
            let pull = 0.5 * (weights[i] * weights[i] - inverse(i, i));
            gradient[of_amplitude] += pull * amplitude;
            gradient[of_linear] += pull * linear * self.squares[i];
            // Below the least noise its logarithm changes nothing.
            gradient[of_noise] += if noise > LEAST_NOISE { pull * noise } else { 0.0 };
        }
        Some((value, gradient))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use rand::RngExt;
    use supernet_space::draws;

    #[test]
    fn the_gradient_of_the_likelihood_is_that_of_differences() {
        let mut rng = draws(2, "kernel", 0);
        let rows: Vec<Vec<f64>> = (0..12).map(|_| (0..5).map(|_| rng.random::<f64>()).collect()).collect();
        let y = DVector::from_fn(12, |_, _| rng.random::<f64>() - 0.5);
        let blocks = [0..2, 2..3, 3..5];
        let distances = Distances::new(&blocks, &rows.iter().collect::<Vec<_>>());
        let logs = [0.1, -0.4, 0.7, 0.3, -0.2, -2.0];
        let (_, gradient) = distances.log_posterior(&logs, &y).unwrap();
        for i in 0..logs.len() {
            let at = |shift: f64| {
                let mut logs = logs;
                logs[i] += shift;
                distances.log_posterior(&logs, &y).unwrap().0
            };
            let difference = (at(1e-5) - at(-1e-5)) / 2e-5;
            // Rounding of values near 10 over the step: 1e-10.
            assert!((gradient[i] - difference).abs() < 1e-8, "{i}: {} and {difference}", gradient[i]);
        }
    }

    #[test]
    fn the_covariance_of_pairs_is_that_of_rows() {
        let rows = [vec![1.0, 0.0, 0.5], vec![0.0, 1.0, 2.0]];
        let hyperparameters = Hyperparameters { lengths: vec![0.7, 1.5], amplitude: 2.0, linear: 0.4, noise: 0.1 };
        // r² = 1/0.49 + 1.125/2.25, by hand.
        let r = (5.0f64 * (1.0 / 0.49 + 0.5)).sqrt();
        // No block but the last has a product: 0.5 · 2, over two blocks.
        let expected = 2.0 * (1.0 + r + r * r / 3.0) * (-r).exp() + 0.4 * 0.5;
        assert!((hyperparameters.covariance(&[0..2, 2..3], &rows[0], &rows[1]) - expected).abs() < 1e-12);
    }

    #[test]
    fn covariances_of_a_table_are_those_of_its_rows_one_by_one() {
        let mut rng = draws(4, "kernel", 0);
        let rows: Vec<Vec<f64>> = (0..9).map(|_| (0..6).map(|_| rng.random::<f64>().round()).collect()).collect();
        let blocks = [0..2, 2..3, 4..6];
        let hyperparameters = Hyperparameters { lengths: vec![0.7, 1.5, 0.2], amplitude: 2.0, linear: 0.4, noise: 0.1 };
        let table = Table::new(&hyperparameters, &blocks, &rows[..8]);
        let mut found = vec![0.0; 8];
        for row in &rows {
            table.covariances(row, &mut found);
            for (found, other) in found.iter().zip(&rows) {
                // Where rows are equal r² is off by the rounding of terms of 25.
                assert!((found - hyperparameters.covariance(&blocks, row, other)).abs() < 1e-12);
            }
        }
    }
}
