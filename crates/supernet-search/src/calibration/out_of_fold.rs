//! Predictions of rows by models that have not seen them.

use crate::{Ridge, SearchError, Surrogate};
use rand::seq::SliceRandom;
use supernet_space::draws;

/// Parts that rows are cut into.
const FOLDS: usize = 5;

/// Times that they are cut, each in another way.
const CUTS: u64 = 10;

/// Predicts each row by ridge regression ([`Ridge`]) on the rows of the other four of five parts;
/// the mean over ten ways to cut them, whose seeds have names. Rows are one out of themselves where
/// there are fewer than ten.
///
/// # Errors
/// As [`Surrogate::fit`]; fewer than three rows.
pub fn out_of_fold(features: &[Vec<f64>], targets: &[f64], seed: u64) -> Result<Vec<f64>, SearchError> {
    let n = targets.len();
    if n < 3 || features.len() != n {
        let found = format!("{} rows and {n} targets", features.len());
        return Err(SearchError::Fit { surrogate: "ridge", found, expected: "at least three rows, a target for each" });
    }
    let folds = if n < 2 * FOLDS { n } else { FOLDS };
    let mut sums = vec![0.0; n];
    for cut in 0..CUTS {
        let mut order: Vec<usize> = (0..n).collect();
        order.shuffle(&mut draws(seed, "out of fold", cut));
        for fold in 0..folds {
            let (out, rest): (Vec<usize>, Vec<usize>) = (0..n).partition(|&place| place % folds == fold);
            let rows = |places: &[usize]| places.iter().map(|&p| features[order[p]].clone()).collect::<Vec<_>>();
            let known: Vec<f64> = rest.iter().map(|&place| targets[order[place]]).collect();
            let mut ridge = Ridge::new();
            ridge.fit(&rows(&rest), &known)?;
            for (&place, predicted) in out.iter().zip(ridge.predict(&rows(&out))) {
                sums[order[place]] += predicted.mean / CUTS as f64;
            }
        }
    }
    Ok(sums)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::kendall;
    use rand::RngExt;

    #[test]
    fn noise_is_not_predicted_and_a_line_is() {
        let mut rng = draws(3, "rows", 0);
        let features: Vec<Vec<f64>> = (0..200).map(|_| (0..8).map(|_| rng.random::<f64>()).collect()).collect();
        let noise: Vec<f64> = (0..200).map(|_| rng.random::<f64>()).collect();
        let line: Vec<f64> = features.iter().map(|row| row[0] - 2.0 * row[3]).collect();
        let tau = |targets: &[f64]| kendall(&out_of_fold(&features, targets, 1).unwrap(), targets).unwrap();
        // The coefficient of 200 rows without relation has a standard deviation of 0.047; four of
        // them.
        assert!(tau(&noise).abs() < 0.19, "{}", tau(&noise));
        assert!(tau(&line) > 0.98);
    }

    #[test]
    fn two_rows_are_too_few() {
        let error = out_of_fold(&[vec![1.0], vec![2.0]], &[1.0, 2.0], 1).unwrap_err().to_string();
        assert!(error.contains("found 2 rows and 2 targets, expected at least three rows"), "{error}");
    }
}
