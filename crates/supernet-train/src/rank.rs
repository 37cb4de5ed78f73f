//! How well one ranking agrees with another.

use std::cmp::Ordering;

/// Kendall's tau-b: (concordant − discordant) pairs over the geometric mean of the pairs that are not tied in `x` and in `y`. In −1 … 1;
/// `None` if either is constant, has a value that is no number, or fewer than two values. Time n².
///
/// # Panics
/// If the lengths differ.
pub fn kendall(x: &[f64], y: &[f64]) -> Option<f64> {
    check(x, y)?;
    let (mut balance, mut untied_x, mut untied_y) = (0i64, 0u64, 0u64);
    for i in 0..x.len() {
        for j in 0..i {
            let (a, b) = (order(x[i], x[j]), order(y[i], y[j]));
            balance += a * b;
            untied_x += a.unsigned_abs();
            untied_y += b.unsigned_abs();
        }
    }
    // One root: that of a square is exact, so full agreement is 1.
    let scale = (untied_x as f64 * untied_y as f64).sqrt();
    (scale > 0.0).then(|| balance as f64 / scale)
}

/// Spearman's rho: Pearson's correlation of the ranks, tied values sharing their mean rank. `None` as in [`kendall`].
///
/// # Panics
/// If the lengths differ.
pub fn spearman(x: &[f64], y: &[f64]) -> Option<f64> {
    check(x, y)?;
    pearson(&ranks(x), &ranks(y))
}

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

/// Ranks from 1, ties sharing their mean rank.
fn ranks(values: &[f64]) -> Vec<f64> {
    let mut order: Vec<usize> = (0..values.len()).collect();
    order.sort_by(|&a, &b| values[a].total_cmp(&values[b]));
    let mut ranks = vec![0.0; values.len()];
    for tied in order.chunk_by(|&a, &b| values[a] == values[b]) {
        let below = values.iter().filter(|&&value| value < values[tied[0]]).count();
        tied.iter().for_each(|&i| ranks[i] = below as f64 + (tied.len() as f64 + 1.0) / 2.0);
    }
    ranks
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_same_order_agrees_fully_and_the_reverse_disagrees_fully() {
        let (up, down) = ([1.0, 2.0, 5.0], [3.0, 2.0, -1.0]);
        assert_eq!(kendall(&up, &up), Some(1.0));
        assert_eq!(kendall(&up, &down), Some(-1.0));
        assert_eq!(spearman(&up, &down), Some(-1.0));
    }

    #[test]
    fn constant_values_and_values_that_are_no_numbers_have_no_correlation() {
        assert_eq!(kendall(&[1.0, 1.0], &[1.0, 2.0]), None);
        assert_eq!(spearman(&[1.0, 1.0], &[1.0, 2.0]), None);
        assert_eq!(pearson(&[1.0], &[1.0]), None);
        assert_eq!(kendall(&[1.0, f64::NAN], &[1.0, 2.0]), None);
    }
}
