//! Bayesian linear regression, whose two precisions are those of most evidence.

use crate::Normal;
use nalgebra::{DMatrix, DVector, SymmetricEigen};

/// y = Φw + noise with w ~ N(0, α⁻¹) and noise ~ N(0, β⁻¹) (Bishop, 2006, sections 3.3 and 3.5).
///
/// A = αI + βΦᵀΦ has the eigenvectors of ΦᵀΦ, so evidence, mean and variance of any α and β come
/// from one decomposition; determinants are sums of logarithms and never overflow.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct BayesianLinear {
    rows: usize,
    /// |y|².
    square: f64,
    /// ΦᵀΦ and Φᵀy.
    products: DMatrix<f64>,
    moments: DVector<f64>,
    axes: DMatrix<f64>,
    /// Eigenvalues of ΦᵀΦ.
    values: DVector<f64>,
    /// Φᵀy along the axes.
    along: DVector<f64>,
    pub(crate) alpha: f64,
    pub(crate) beta: f64,
}

impl BayesianLinear {
    /// The regression of y on Φ, given as its transpose (a column for each row), with α and β of a
    /// logarithmic grid (1e-3 to 1e3, 1 to 1e5) that have the most evidence.
    pub(crate) fn new(features: &DMatrix<f64>, y: &DVector<f64>) -> Self {
        let mut model = Self::with_precisions(features, y, 1.0, 1.0);
        let grid = |from: f64, to: f64, n: u32| {
            (0..n).map(move |i| (from + (to - from) * f64::from(i) / f64::from(n - 1)).exp())
        };
        let precisions = grid(1e-3f64.ln(), 1e3f64.ln(), 13)
            .flat_map(|alpha| grid(1f64.ln(), 1e5f64.ln(), 11).map(move |beta| (alpha, beta)));
        let evidence = |&(alpha, beta): &(f64, f64)| model.evidence(alpha, beta);
        let best = precisions.max_by(|a, b| evidence(a).total_cmp(&evidence(b))).expect("a grid");
        (model.alpha, model.beta) = best;
        model
    }

    /// The same with given precisions.
    pub(crate) fn with_precisions(features: &DMatrix<f64>, y: &DVector<f64>, alpha: f64, beta: f64) -> Self {
        let (products, moments) = (features * features.transpose(), features * y);
        Self::of_sums((y.len(), y.norm_squared()), products, moments, (alpha, beta))
    }

    /// The same with more rows and the precisions as they are.
    pub(crate) fn with_more(&self, features: &DMatrix<f64>, y: &DVector<f64>) -> Self {
        let (products, moments) = (&self.products + features * features.transpose(), &self.moments + features * y);
        let sums = (self.rows + y.len(), self.square + y.norm_squared());
        Self::of_sums(sums, products, moments, (self.alpha, self.beta))
    }

    fn of_sums(
        (rows, square): (usize, f64),
        products: DMatrix<f64>,
        moments: DVector<f64>,
        (alpha, beta): (f64, f64),
    ) -> Self {
        let SymmetricEigen { eigenvectors: axes, eigenvalues } = SymmetricEigen::new(products.clone());
        let along = axes.tr_mul(&moments);
        let values = eigenvalues.map(|value| value.max(0.0));
        Self { rows, square, products, moments, axes, values, along, alpha, beta }
    }

    /// The logarithm of the density of y under α and β.
    pub(crate) fn evidence(&self, alpha: f64, beta: f64) -> f64 {
        let (mut error, mut norm, mut log_determinant) = (self.square, 0.0, 0.0);
        for (value, along) in self.values.iter().zip(&self.along) {
            let precision = alpha + beta * value;
            let mean = beta * along / precision;
            error += mean * (value * mean - 2.0 * along);
            norm += mean * mean;
            log_determinant += precision.ln();
        }
        let (n, columns) = (self.rows as f64, self.values.len() as f64);
        0.5 * (columns * alpha.ln() + n * (beta / std::f64::consts::TAU).ln()
            - beta * error.max(0.0)
            - alpha * norm
            - log_determinant)
    }

    /// The prediction for each column of `features`, without noise.
    pub(crate) fn predict(&self, features: &DMatrix<f64>) -> Vec<Normal> {
        let along = self.axes.transpose() * features;
        let of_row = |column: nalgebra::DVectorView<f64>| {
            let (mut mean, mut variance) = (0.0, 0.0);
            for ((x, value), target) in column.iter().zip(&self.values).zip(&self.along) {
                let precision = self.alpha + self.beta * value;
                mean += x * self.beta * target / precision;
                variance += x * x / precision;
            }
            Normal { mean, variance }
        };
        along.column_iter().map(of_row).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use nalgebra::Cholesky;
    use rand::{Rng, RngExt};
    use supernet_space::draws;

    fn uniform(rows: usize, columns: usize, rng: &mut impl Rng) -> DMatrix<f64> {
        DMatrix::from_fn(rows, columns, |_, _| rng.random::<f64>() - 0.5)
    }

    /// Five features of 30 rows, as columns, and their targets.
    fn data() -> (DMatrix<f64>, DVector<f64>) {
        let mut rng = draws(1, "bayes", 0);
        let features = uniform(5, 30, &mut rng);
        let noise = 0.1 * uniform(30, 1, &mut rng).column(0);
        let y = features.tr_mul(&DVector::from_vec(vec![1.0, -2.0, 0.5, 0.0, 3.0])) + noise;
        (features, y)
    }

    #[test]
    fn it_is_the_gaussian_process_of_a_linear_kernel() {
        let (features, y) = data();
        let (alpha, beta) = (0.7, 40.0);
        let model = BayesianLinear::with_precisions(&features, &y, alpha, beta);
        let covariance = features.tr_mul(&features) / alpha + DMatrix::identity(30, 30) / beta;
        let inverse = covariance.try_inverse().unwrap();
        let unseen = uniform(5, 10, &mut draws(2, "bayes", 0));
        for (x, normal) in unseen.column_iter().zip(model.predict(&unseen)) {
            let cross = features.tr_mul(&x) / alpha;
            let mean = (cross.transpose() * &inverse * &y)[0];
            let variance = x.norm_squared() / alpha - (cross.transpose() * &inverse * &cross)[0];
            assert!((normal.mean - mean).abs() < 1e-8, "{normal:?} {mean}");
            assert!((normal.variance - variance).abs() < 1e-8, "{normal:?} {variance}");
        }
    }

    #[test]
    fn rows_that_come_later_count_as_those_from_the_first() {
        let (features, y) = data();
        let part = |from: usize, n: usize| (features.columns(from, n).into_owned(), y.rows(from, n).into_owned());
        let ((first, first_y), (later, later_y)) = (part(0, 18), part(18, 12));
        let grown = BayesianLinear::with_precisions(&first, &first_y, 0.7, 40.0).with_more(&later, &later_y);
        let whole = BayesianLinear::with_precisions(&features, &y, 0.7, 40.0);
        for (one, other) in grown.predict(&features).iter().zip(whole.predict(&features)) {
            assert!((one.mean - other.mean).abs() < 1e-12 && (one.variance - other.variance).abs() < 1e-12);
        }
        assert!((grown.evidence(2.0, 3.0) - whole.evidence(2.0, 3.0)).abs() < 1e-10);
    }

    #[test]
    fn evidence_is_the_density_of_the_targets() {
        let (features, y) = data();
        let model = BayesianLinear::new(&features, &y);
        for (alpha, beta) in [(0.1, 3.0), (2.0, 400.0)] {
            let covariance = features.tr_mul(&features) / alpha + DMatrix::identity(30, 30) / beta;
            let factor = Cholesky::new(covariance).unwrap();
            let log_determinant: f64 = 2.0 * factor.l().diagonal().iter().map(|value| value.ln()).sum::<f64>();
            let expected = -0.5 * (y.dot(&factor.solve(&y)) + log_determinant + 30.0 * std::f64::consts::TAU.ln());
            assert!((model.evidence(alpha, beta) - expected).abs() < 1e-8);
        }
    }

    #[test]
    fn evidence_of_many_rows_is_finite_and_finds_the_noise() {
        let mut rng = draws(3, "bayes", 0);
        let features = uniform(50, 4_000, &mut rng);
        let weights = uniform(50, 1, &mut rng);
        // Uniform in ±0.05: a variance of 0.01 / 12, a precision of 1,200.
        let y = (features.tr_mul(&weights) + 0.1 * uniform(4_000, 1, &mut rng)).column(0).into_owned();
        let model = BayesianLinear::new(&features, &y);
        assert!(model.evidence(model.alpha, model.beta).is_finite());
        assert!((500.0..3_000.0).contains(&model.beta), "{}", model.beta);
    }
}
