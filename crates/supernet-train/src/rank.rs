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

/// Share of the k best by `score` that are among the k best by `truth`: those than which fewer than k are better. Equal scores are
/// taken in the order of the list. `None` if `k` is 0 or above the number of values.
///
/// # Panics
/// If the lengths differ.
pub fn precision_at(score: &[f64], truth: &[f64], k: usize) -> Option<f64> {
    let top = top(score, truth, k)?;
    let hits = top.iter().filter(|&&i| better(truth, i) < k).count();
    Some(hits as f64 / k as f64)
}

/// The place by `truth` (1 is the best) of the best among the k best by `score`. `None` as in [`precision_at`].
///
/// # Panics
/// If the lengths differ.
pub fn best_in_top(score: &[f64], truth: &[f64], k: usize) -> Option<usize> {
    top(score, truth, k)?.into_iter().map(|i| 1 + better(truth, i)).min()
}

/// The k best by `score`.
fn top(score: &[f64], truth: &[f64], k: usize) -> Option<Vec<usize>> {
    assert_eq!(score.len(), truth.len(), "two rankings of the same things");
    let mut order: Vec<usize> = (0..score.len()).collect();
    order.sort_by(|&a, &b| score[b].total_cmp(&score[a]));
    order.truncate(k);
    (k > 0 && order.len() == k).then_some(order)
}

/// How many values are above that of i.
fn better(values: &[f64], i: usize) -> usize {
    values.iter().filter(|&&value| value > values[i]).count()
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
    fn precision_and_best_rank_are_those_of_a_hand_count() {
        let (score, truth) = ([9.0, 8.0, 7.0, 6.0], [0.2, 0.9, 0.5, 0.8]);
        // The two best by score are 0.2 (fourth) and 0.9 (first); the two best by truth are 0.9 and 0.8.
        assert_eq!((precision_at(&score, &truth, 2), best_in_top(&score, &truth, 2)), (Some(0.5), Some(1)));
        assert_eq!((precision_at(&score, &truth, 1), best_in_top(&score, &truth, 1)), (Some(0.0), Some(4)));
        assert_eq!((precision_at(&score, &truth, 4), precision_at(&score, &truth, 5)), (Some(1.0), None));
        // Two that share the first place are both among the best one.
        assert_eq!(precision_at(&[1.0, 2.0], &[5.0, 5.0], 1), Some(1.0));
    }

    #[test]
    fn constant_values_and_values_that_are_no_numbers_have_no_correlation() {
        assert_eq!(kendall(&[1.0, 1.0], &[1.0, 2.0]), None);
        assert_eq!(spearman(&[1.0, 1.0], &[1.0, 2.0]), None);
        assert_eq!(pearson(&[1.0], &[1.0]), None);
        assert_eq!(kendall(&[1.0, f64::NAN], &[1.0, 2.0]), None);
    }
}
