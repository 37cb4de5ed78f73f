//! How well one ranking agrees with another.

pub use supernet_search::{best_place_among, kendall, precision_at, spearman};

use std::cmp::Ordering;

/// Pearson's correlation. `None` as in [`kendall`].
///
/// # Panics
/// If the lengths differ.
pub fn pearson(x: &[f64], y: &[f64]) -> Option<f64> {
    check(x, y)?;
    let mean = |values: &[f64]| values.iter().sum::<f64>() / values.len() as f64;
    let (mx, my) = (mean(x), mean(y));
    let product = |f: &dyn Fn(f64, f64) -> f64| x.iter().zip(y).map(|(&x, &y)| f(x - mx, y - my)).sum::<f64>();
    let (xx, yy) = (product(&|x, _| x * x), product(&|_, y| y * y));
    (xx > 0.0 && yy > 0.0).then(|| product(&|x, y| x * y) / (xx * yy).sqrt())
}

/// Kendall's tau-b where the pair (i, j) weighs `weights[i] · weights[j]`: Σ w_i w_j sgn(x_i − x_j) sgn(y_i − y_j) over the geometric
/// mean of the weights of the pairs that are not tied in `x` and in `y`. With the weights of a stratified sample (members of the
/// stratum over those drawn) it estimates the tau-b of the whole population. `None` as in [`kendall`]. Time n².
///
/// # Panics
/// If the lengths differ.
pub fn weighted_kendall(x: &[f64], y: &[f64], weights: &[f64]) -> Option<f64> {
    check(x, y)?;
    assert_eq!(x.len(), weights.len(), "a weight for each value");
    let (mut balance, mut untied_x, mut untied_y) = (0.0, 0.0, 0.0);
    for i in 0..x.len() {
        for j in 0..i {
            let weight = weights[i] * weights[j];
            let (a, b) = (order(x[i], x[j]) as f64, order(y[i], y[j]) as f64);
            balance += weight * a * b;
            untied_x += weight * a.abs();
            untied_y += weight * b.abs();
        }
    }
    let scale = f64::sqrt(untied_x * untied_y);
    (scale > 0.0).then(|| (balance / scale).clamp(-1.0, 1.0))
}

/// The correlation of x and y with what z says of both taken out: (r_xy − r_xz r_yz) / √((1 − r_xz²)(1 − r_yz²)), for Pearson's,
/// Spearman's or Kendall's coefficient. `None` where z says all of x or y.
pub fn partial(xy: f64, xz: f64, yz: f64) -> Option<f64> {
    let scale = ((1.0 - xz * xz) * (1.0 - yz * yz)).sqrt();
    (scale > 0.0).then(|| ((xy - xz * yz) / scale).clamp(-1.0, 1.0))
}

fn check(x: &[f64], y: &[f64]) -> Option<()> {
    assert_eq!(x.len(), y.len(), "two rankings of the same things");
    (x.len() > 1 && x.iter().chain(y).all(|value| !value.is_nan())).then_some(())
}

/// −1, 0 or 1.
fn order(a: f64, b: f64) -> i64 {
    match a.partial_cmp(&b) {
        Some(Ordering::Less) => -1,
        Some(Ordering::Greater) => 1,
        _ => 0,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn equal_weights_change_nothing_and_a_weight_of_zero_leaves_a_value_out() {
        let (x, y) = ([1.0, 4.0, 2.0, 2.0, 9.0], [2.0, 1.0, 3.0, 3.0, 4.0]);
        let close = |a: Option<f64>, b: Option<f64>| assert!((a.unwrap() - b.unwrap()).abs() < 1e-12, "{a:?} {b:?}");
        close(weighted_kendall(&x, &y, &[3.0; 5]), kendall(&x, &y));
        close(
            weighted_kendall(&x, &y, &[1.0, 0.0, 1.0, 1.0, 1.0]),
            kendall(&[1.0, 2.0, 2.0, 9.0], &[2.0, 3.0, 3.0, 4.0]),
        );
        assert_eq!(weighted_kendall(&[1.0, 1.0], &[1.0, 2.0], &[1.0, 1.0]), None);
    }

    #[test]
    fn a_partial_correlation_takes_out_what_the_third_explains() {
        // x and y agree only as far as both agree with z.
        assert!(partial(0.25, 0.5, 0.5).unwrap().abs() < 1e-15);
        assert_eq!(partial(0.5, 0.0, 0.0), Some(0.5));
        assert_eq!(partial(0.5, 1.0, 0.5), None);
    }

    #[test]
    fn constant_values_and_values_that_are_no_numbers_have_no_correlation() {
        assert_eq!(pearson(&[1.0, 1.0], &[1.0, 2.0]), None);
        assert_eq!(pearson(&[1.0], &[1.0]), None);
        assert_eq!(pearson(&[1.0, f64::NAN], &[1.0, 2.0]), None);
    }
}
