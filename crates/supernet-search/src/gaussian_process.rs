//! Gaussian process: a surrogate that knows how certain it is, for up to some hundred rows.

use crate::{
    Normal, SearchError, Surrogate,
    adam::Adam,
    kernel::{Distances, Hyperparameters, Table},
    surrogate::{Scale, assert_more, check_rows},
};
use nalgebra::{Cholesky, DMatrix, DMatrixView, DMatrixViewMut, DVector, Dyn};
use serde::{Deserialize, Serialize};
use std::ops::Range;

const NAME: &str = "gp";

/// A Gaussian process (Rasmussen and Williams, 2006, algorithm 2.1) of Matérn covariance,
/// smoothness 5/2, with a length for each *block* of columns, and a linear part: k(x, y) = σ²·(1 +
/// √5·r + 5r²/3)·exp(−√5·r) + τ²·x·y/B, r² = Σ_b |x_b − y_b|² / (2·l_b²), B the number of blocks.
/// Two one-hot blocks are at |x_b − y_b|²/2 = 0 or 1, so a length belongs to a choice and says how
/// much it matters (Snoek, Larochelle and Adams, 2012, have one for each dimension). The linear
/// part is ours: much of an accuracy is a sum over choices, which the other part alone learns from
/// more networks.
///
/// Targets are scaled to mean 0 and deviation 1. Lengths, σ², τ² and the noise's variance maximise
/// the marginal likelihood times weak log-normal priors, by at most [`Gp::STEPS`] steps of Adam on
/// their logarithms from the priors' medians, on at most [`Gp::MOST_LEARNT_FROM`] of the rows,
/// evenly spaced. The posterior is of all rows. Time n³ and memory n² for n rows: whoever has more
/// than some hundred rows chooses among them.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Gp {
    blocks: Vec<Range<usize>>,
    /// Given instead of learnt.
    given: Option<Hyperparameters>,
    #[serde(skip)]
    fitted: Option<Fitted>,
}

#[derive(Clone, Debug)]
struct Fitted {
    inputs: Vec<Vec<f64>>,
    /// Scaled.
    targets: Vec<f64>,
    scale: Scale,
    hyperparameters: Hyperparameters,
    table: Table,
    factor: Cholesky<f64, Dyn>,
    /// (K + noise)⁻¹ y.
    weights: DVector<f64>,
}

impl PartialEq for Fitted {
    fn eq(&self, other: &Self) -> bool {
        // The rest follows from these.
        (&self.inputs, &self.targets, &self.scale, &self.hyperparameters)
            == (&other.inputs, &other.targets, &other.scale, &other.hyperparameters)
    }
}

impl Gp {
    /// The most steps up the marginal likelihood; ten that gain less than a hundredth of a nat end
    /// it.
    pub const STEPS: usize = 60;

    /// The most rows that lengths, variances and noise are learnt from.
    pub const MOST_LEARNT_FROM: usize = 128;

    /// Returns a process over rows with these blocks of columns, as
    /// [`supernet_space::Encoding::blocks`] has them. Columns in no block do not count.
    pub fn new(blocks: impl IntoIterator<Item = Range<usize>>) -> Self {
        Self { blocks: blocks.into_iter().collect(), given: None, fitted: None }
    }

    /// Returns the process with these hyperparameters, none of which is learnt.
    ///
    /// # Errors
    /// [`SearchError::Setting`]: another number of lengths than blocks, or a value that is not
    /// positive and finite.
    pub fn with_hyperparameters(self, given: Hyperparameters) -> Result<Self, SearchError> {
        given.check(NAME, self.blocks.len())?;
        Ok(Self { given: Some(given), ..self })
    }

    /// Returns the hyperparameters of the fit, for scaled targets.
    pub fn hyperparameters(&self) -> Option<&Hyperparameters> {
        self.fitted.as_ref().map(|fitted| &fitted.hyperparameters)
    }

    /// Returns what each row of the fit is predicted as from all others, with the variance of a
    /// measurement (Rasmussen and Williams, 2006, equations 5.10 and 5.11; hyperparameters as
    /// fitted).
    pub fn left_out(&self) -> Option<Vec<Normal>> {
        let fitted = self.fitted.as_ref()?;
        let inverse = fitted.factor.inverse();
        let of_row = |i: usize| {
            let mean = fitted.targets[i] - fitted.weights[i] / inverse[(i, i)];
            fitted.scale.unscaled(mean, 1.0 / inverse[(i, i)])
        };
        Some((0..fitted.targets.len()).map(of_row).collect())
    }

    fn learnt(&self, inputs: &[Vec<f64>], targets: &[f64]) -> Hyperparameters {
        let stride = inputs.len().div_ceil(Self::MOST_LEARNT_FROM);
        let some: Vec<&Vec<f64>> = inputs.iter().step_by(stride).collect();
        let y = DVector::from_iterator(some.len(), targets.iter().step_by(stride).copied());
        let distances = Distances::new(&self.blocks, &some);
        let mut logs = Hyperparameters::median(self.blocks.len()).logs();
        let mut best = (f64::NEG_INFINITY, logs.clone());
        let mut adam = Adam::new(logs.len());
        let mut ten_before = f64::NEG_INFINITY;
        for step in 0..Self::STEPS {
            // A covariance that has no factor is the end of a path that went too far.
            let Some((posterior, gradient)) = distances.log_posterior(&logs, &y) else { break };
            if posterior > best.0 {
                best = (posterior, logs.clone());
            }
            if step % 10 == 9 {
                if best.0 < ten_before + 0.01 {
                    break;
                }
                ten_before = best.0;
            }
            let downhill: Vec<f64> = gradient.iter().map(|slope| -slope).collect();
            adam.step(&mut logs, &downhill, 0.1);
        }
        Hyperparameters::from_logs(&best.1)
    }

    fn posterior(
        &self,
        inputs: Vec<Vec<f64>>,
        targets: Vec<f64>,
        scale: Scale,
        hyperparameters: Hyperparameters,
    ) -> Fitted {
        let table = Table::new(&hyperparameters, &self.blocks, &inputs);
        let factor = factored(noisy(&table, &inputs, hyperparameters.noise));
        let weights = factor.solve(&DVector::from_column_slice(&targets));
        Fitted { inputs, targets, scale, hyperparameters, table, factor, weights }
    }

    /// The posterior of more rows, whose factor L grows: below it stands (L⁻¹K)ᵀ, K being the
    /// covariances of old and new rows, and beside that the factor of what is left of the new ones'
    /// own. `None` where that has none.
    fn grown(&self, fitted: &Fitted, more: &[Vec<f64>]) -> Option<Cholesky<f64, Dyn>> {
        let (n, m) = (fitted.inputs.len(), more.len());
        let mut below = across(&fitted.table, more);
        let lower = fitted.factor.l_dirty();
        solve_lower(lower.as_view(), below.as_view_mut());
        let own = noisy(&Table::new(&fitted.hyperparameters, &self.blocks, more), more, fitted.hyperparameters.noise);
        let corner = Cholesky::new(own - below.tr_mul(&below))?;
        let mut grown = DMatrix::zeros(n + m, n + m);
        grown.view_mut((0, 0), (n, n)).copy_from(lower);
        grown.view_mut((n, 0), (m, n)).tr_copy_from(&below);
        grown.view_mut((n, n), (m, m)).copy_from(corner.l_dirty());
        Some(Cholesky::pack_dirty(grown))
    }
}

/// The covariances of a table's rows, down, with others, across.
fn across(table: &Table, others: &[Vec<f64>]) -> DMatrix<f64> {
    let mut cross = DMatrix::zeros(table.rows(), others.len());
    let columns = cross.as_mut_slice().chunks_exact_mut(table.rows());
    columns.zip(others).for_each(|(column, row)| table.covariances(row, column));
    cross
}

/// The covariances of a table's rows with each other, and the noise.
fn noisy(table: &Table, rows: &[Vec<f64>], noise: f64) -> DMatrix<f64> {
    let mut covariance = across(table, rows);
    (0..rows.len()).for_each(|i| covariance[(i, i)] += noise);
    covariance
}

/// Solves L·X = B for a lower triangle L, in place: half of the rows, then what they leave of the
/// others, so that nearly all of it is products of matrices.
fn solve_lower(lower: DMatrixView<f64>, mut rows: DMatrixViewMut<f64>) {
    /// Rows that are solved one by one.
    const FEW: usize = 32;
    let n = lower.nrows();
    if n <= FEW {
        lower.solve_lower_triangular_mut(&mut rows);
        return;
    }
    let (upper, columns) = (n / 2, rows.ncols());
    let (mut first, mut second) = rows.rows_range_pair_mut(..upper, upper..);
    solve_lower(lower.view((0, 0), (upper, upper)), first.as_view_mut());
    second.gemm(-1.0, &lower.view((upper, 0), (n - upper, upper)), &first, 1.0);
    solve_lower(lower.view((upper, upper), (n - upper, n - upper)), second.view_mut((0, 0), (n - upper, columns)));
}

/// The factor of a covariance, with as little more on its diagonal as makes it one in double
/// precision.
fn factored(covariance: DMatrix<f64>) -> Cholesky<f64, Dyn> {
    let mut jitter = 0.0;
    let most = covariance.diagonal().max();
    loop {
        let mut padded = covariance.clone();
        (0..padded.nrows()).for_each(|i| padded[(i, i)] += jitter);
        if let Some(factor) = Cholesky::new(padded) {
            return factor;
        }
        jitter = if jitter == 0.0 { 1e-10 * most } else { 10.0 * jitter };
        assert!(jitter <= most, "a covariance of finite entries has a factor once its diagonal is large enough");
    }
}

impl Surrogate for Gp {
    fn name(&self) -> &'static str {
        NAME
    }

    fn fit(&mut self, inputs: &[Vec<f64>], targets: &[f64]) -> Result<(), SearchError> {
        let columns = check_rows(NAME, inputs, targets)?;
        if let Some(block) = self.blocks.iter().find(|block| block.end > columns) {
            let found = format!("rows of {columns} columns and a block of {block:?}");
            return Err(SearchError::Fit { surrogate: NAME, found, expected: "blocks within the columns" });
        }
        let scale = Scale::of(targets);
        let scaled: Vec<f64> = targets.iter().map(|&target| scale.scaled(target)).collect();
        let hyperparameters = self.given.clone().unwrap_or_else(|| self.learnt(inputs, &scaled));
        self.fitted = Some(self.posterior(inputs.to_vec(), scaled, scale, hyperparameters));
        Ok(())
    }

    fn condition(&mut self, more: &[Vec<f64>], more_targets: &[f64]) {
        let fitted = self.fitted.take().expect("a fitted model");
        assert_more(fitted.inputs[0].len(), more, more_targets);
        let grown = self.grown(&fitted, more);
        let Fitted { mut inputs, mut targets, scale, hyperparameters, .. } = fitted;
        inputs.extend_from_slice(more);
        targets.extend(more_targets.iter().map(|&target| scale.scaled(target)));
        self.fitted = Some(match grown {
            Some(factor) => {
                let table = Table::new(&hyperparameters, &self.blocks, &inputs);
                let weights = factor.solve(&DVector::from_column_slice(&targets));
                Fitted { inputs, targets, scale, hyperparameters, table, factor, weights }
            }
            None => self.posterior(inputs, targets, scale, hyperparameters),
        });
    }

    fn most_rows(&self) -> usize {
        300
    }

    fn predict(&self, inputs: &[Vec<f64>]) -> Vec<Normal> {
        let fitted = self.fitted.as_ref().expect("a fitted model");
        let columns = fitted.inputs[0].len();
        assert!(inputs.iter().all(|row| row.len() == columns), "rows of as many columns as were fitted");
        let mut cross = across(&fitted.table, inputs);
        let means = cross.tr_mul(&fitted.weights);
        solve_lower(fitted.factor.l_dirty().as_view(), cross.as_view_mut());
        let of_row = |(column, &mean): (usize, &f64)| {
            let prior = fitted.hyperparameters.covariance(&self.blocks, &inputs[column], &inputs[column]);
            let variance = prior - cross.column(column).norm_squared();
            fitted.scale.unscaled(mean, variance.max(0.0))
        };
        means.iter().enumerate().map(of_row).collect()
    }

    fn means(&self, inputs: &[Vec<f64>]) -> Vec<f64> {
        let fitted = self.fitted.as_ref().expect("a fitted model");
        let means = across(&fitted.table, inputs).tr_mul(&fitted.weights);
        means.iter().map(|&mean| fitted.scale.unscaled(mean, 0.0).mean).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{kendall, testing::chain};
    use supernet_space::{Encoding, draws};

    /// Architectures of a chain, encoded, with the sum of some choices' option numbers as target.
    fn rows(n: usize, matter: usize) -> (Encoding, Vec<Vec<f64>>, Vec<f64>) {
        let space = chain(6);
        let encoding = Encoding::one_hot(&space);
        let mut rng = draws(3, "gp", 0);
        let drawn: Vec<_> = (0..n).map(|_| space.sample(&mut rng)).collect();
        let target = |a: &supernet_space::Architecture| {
            (0..matter).map(|i| (a.bits(i).trailing_zeros() as f64 * 1.3).sin()).sum::<f64>() + 5.0
        };
        (encoding.clone(), drawn.iter().map(|a| encoding.encode(a)).collect(), drawn.iter().map(target).collect())
    }

    fn given(blocks: usize) -> Hyperparameters {
        let lengths = (0..blocks).map(|i| 0.8 + 0.3 * i as f64).collect();
        Hyperparameters { lengths, amplitude: 1.4, linear: 0.3, noise: 0.05 }
    }

    #[test]
    fn the_posterior_is_that_of_the_dense_inverse() {
        let (encoding, inputs, targets) = rows(40, 3);
        let mut gp = Gp::new(encoding.blocks().to_vec()).with_hyperparameters(given(6)).unwrap();
        gp.fit(&inputs[..30], &targets[..30]).unwrap();
        let scale = Scale::of(&targets[..30]);
        let k = |a: &Vec<f64>, b: &Vec<f64>| given(6).covariance(encoding.blocks(), a, b);
        let noisy = DMatrix::from_fn(30, 30, |i, j| k(&inputs[i], &inputs[j]) + if i == j { 0.05 } else { 0.0 });
        let inverse = noisy.try_inverse().unwrap();
        let y = DVector::from_fn(30, |i, _| scale.scaled(targets[i]));
        for (row, normal) in inputs.iter().zip(gp.predict(&inputs)) {
            let cross = DVector::from_fn(30, |i, _| k(&inputs[i], row));
            let mean = (cross.transpose() * &inverse * &y)[0];
            let variance = k(row, row) - (cross.transpose() * &inverse * &cross)[0];
            let expected = scale.unscaled(mean, variance);
            assert!((normal.mean - expected.mean).abs() < 1e-10, "{normal:?} {expected:?}");
            assert!((normal.variance - expected.variance).abs() < 1e-10, "{normal:?} {expected:?}");
        }
    }

    #[test]
    fn a_row_left_out_is_predicted_as_by_a_fit_without_it() {
        let (encoding, inputs, targets) = rows(20, 3);
        let process = || Gp::new(encoding.blocks().to_vec()).with_hyperparameters(given(6)).unwrap();
        let mut gp = process();
        gp.fit(&inputs, &targets).unwrap();
        let fitted = gp.fitted.clone().unwrap();
        for (i, left_out) in gp.left_out().unwrap().into_iter().enumerate() {
            let but = |list: &[Vec<f64>]| -> Vec<Vec<f64>> { [&list[..i], &list[i + 1..]].concat() };
            // With the scale of all rows, as the formula has it.
            let rest = [&fitted.targets[..i], &fitted.targets[i + 1..]].concat();
            let mut other = process();
            other.fitted = Some(other.posterior(but(&inputs), rest, fitted.scale, given(6)));
            let expected = other.predict(&inputs[i..=i])[0];
            assert!((left_out.mean - expected.mean).abs() < 1e-10);
            let noise = 0.05 * fitted.scale.deviation.powi(2);
            assert!((left_out.variance - expected.variance - noise).abs() < 1e-10);
        }
    }

    #[test]
    fn lengths_say_which_choices_matter_together_and_unseen_rows_are_ranked() {
        let (encoding, inputs, _) = rows(160, 0);
        // Whether the first two choices take the same: no sum over choices has it.
        let target = |row: &Vec<f64>| (0..3).map(|option| row[option] * row[3 + option]).sum::<f64>();
        let targets: Vec<f64> = inputs.iter().map(target).collect();
        let mut gp = Gp::new(encoding.blocks().to_vec());
        gp.fit(&inputs[..60], &targets[..60]).unwrap();
        let lengths = &gp.hyperparameters().unwrap().lengths;
        let least_idle = lengths[2..].iter().copied().fold(f64::INFINITY, f64::min);
        assert!(lengths[0].max(lengths[1]) < least_idle, "{lengths:?}");
        let means: Vec<f64> = gp.predict(&inputs[60..]).iter().map(|normal| normal.mean).collect();
        // With two values of the target no ranking has more than about 0.7.
        assert!(kendall(&means, &targets[60..]).unwrap() > 0.4);
    }

    #[test]
    fn a_sum_over_choices_is_learnt_from_few_rows() {
        let (encoding, inputs, targets) = rows(120, 4);
        let mut gp = Gp::new(encoding.blocks().to_vec());
        gp.fit(&inputs[..25], &targets[..25]).unwrap();
        let means: Vec<f64> = gp.predict(&inputs[25..]).iter().map(|normal| normal.mean).collect();
        assert!(kendall(&means, &targets[25..]).unwrap() > 0.8);
    }

    #[test]
    fn a_row_added_is_known_and_a_fit_is_a_function_of_its_rows() {
        let (encoding, inputs, targets) = rows(30, 3);
        let mut gp = Gp::new(encoding.blocks().to_vec());
        gp.fit(&inputs[..20], &targets[..20]).unwrap();
        let stored: Gp = serde_json::from_str(&serde_json::to_string(&gp).unwrap()).unwrap();
        let [mut again, mut warm] = [stored, gp.clone()];
        again.fit(&inputs[..20], &targets[..20]).unwrap();
        warm.fit(&inputs[..5], &targets[..5]).unwrap();
        warm.fit(&inputs[..20], &targets[..20]).unwrap();
        assert_eq!((&again, &warm), (&gp, &gp));
        let before = gp.predict(&inputs[25..26])[0];
        gp.condition(&inputs[25..26], &[before.mean]);
        let after = gp.predict(&inputs[25..26])[0];
        assert!((after.mean - before.mean).abs() < 1e-9 && after.variance < before.variance);
    }

    #[test]
    fn equal_rows_and_equal_targets_do_no_harm() {
        let (encoding, inputs, _) = rows(4, 1);
        let mut gp = Gp::new(encoding.blocks().to_vec());
        let same = vec![inputs[0].clone(); 9];
        gp.fit(&same, &[0.25; 9]).unwrap();
        let normal = gp.predict(&inputs)[2];
        assert!((normal.mean - 0.25).abs() < 1e-9 && normal.variance.is_finite());
        gp.fit(&inputs[..1], &[0.7]).unwrap();
        assert!((gp.predict(&inputs[..1])[0].mean - 0.7).abs() < 1e-9);
    }

    #[test]
    fn lengths_for_other_blocks_are_refused() {
        let error = Gp::new(std::iter::once(0..2)).with_hyperparameters(given(2)).unwrap_err();
        assert_eq!(error.to_string(), "gp, lengths: found 2, expected one for each block");
        let error = Gp::new([0..2, 2..5]).fit(&[vec![0.0; 4]], &[1.0]).unwrap_err();
        assert!(error.to_string().contains("rows of 4 columns and a block of 2..5"), "{error}");
    }
}
