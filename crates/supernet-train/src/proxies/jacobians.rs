//! How much the derivatives of a network by different images have to do with each other.

use nalgebra::DMatrix;

/// Added to each eigenvalue, so that none is zero.
const LEAST: f64 = 1e-5;

/// −Σ(ln(v + 1e-5) + 1/(v + 1e-5)) over the eigenvalues v of the correlations between the rows of
/// `jacobians`, `rows` derivatives by an image each (Mellor et al. 2020, first version). No number
/// where a row is constant, as of a network that is cut off.
pub(super) fn uncorrelated(jacobians: &[f64], rows: usize) -> f64 {
    let length = jacobians.len() / rows.max(1);
    if length == 0 {
        return f64::NAN;
    }
    let centred: Vec<Vec<f64>> = jacobians.chunks(length).map(centred).collect();
    let lengths: Vec<f64> = centred.iter().map(|row| product(row, row).sqrt()).collect();
    if lengths.iter().any(|&length| !(length > 0.0 && length.is_finite())) {
        return f64::NAN;
    }
    let correlation = |i: usize, j: usize| product(&centred[i], &centred[j]) / (lengths[i] * lengths[j]);
    let mut matrix = DMatrix::identity(rows, rows);
    for i in 0..rows {
        for j in 0..i {
            let value = correlation(i, j);
            (matrix[(i, j)], matrix[(j, i)]) = (value, value);
        }
    }
    // An eigenvalue of zero may come out below it.
    let of = |value: &f64| (value.max(0.0) + LEAST).ln() + 1.0 / (value.max(0.0) + LEAST);
    -matrix.symmetric_eigenvalues().iter().map(of).sum::<f64>()
}

fn centred(row: &[f64]) -> Vec<f64> {
    let mean = row.iter().sum::<f64>() / row.len() as f64;
    row.iter().map(|value| value - mean).collect()
}

fn product(a: &[f64], b: &[f64]) -> f64 {
    a.iter().zip(b).map(|(a, b)| a * b).sum()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rows_that_have_nothing_in_common_give_most_and_equal_ones_least() {
        // Correlations 0: eigenvalues 1, 1.
        let apart = uncorrelated(&[1.0, -1.0, 1.0, -1.0, 1.0, 1.0, -1.0, -1.0], 2);
        assert!((apart + 2.0 * (1.00001f64.ln() + 1.0 / 1.00001)).abs() < 1e-9, "{apart}");
        // Correlation 1/2: eigenvalues 1/2, 3/2.
        let near = uncorrelated(&[1.0, -1.0, 0.0, 1.0, 0.0, -1.0], 2);
        let expected: f64 = [0.5f64, 1.5].iter().map(|v| -(v + 1e-5).ln() - 1.0 / (v + 1e-5)).sum();
        assert!((near - expected).abs() < 1e-9, "{near}");
        let equal = uncorrelated(&[1.0, 2.0, 3.0, 2.0, 4.0, 6.0], 2);
        assert!(equal < near && near < apart && (equal + 1e5).abs() < 100.0, "{equal}");
        assert!(uncorrelated(&[1.0, 1.0, 1.0, 2.0], 2).is_nan() && uncorrelated(&[], 2).is_nan());
    }
}
