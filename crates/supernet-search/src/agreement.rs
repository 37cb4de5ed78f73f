//! How well one ranking agrees with another.

use std::cmp::Ordering;

/// Kendall's tau-b: concordant minus discordant pairs over the geometric mean of the pairs that are
/// not tied in `x` and in `y`; −1 to 1. `None` if either is constant, holds what is no number, or
/// fewer than two values. Time n·log n (Knight, 1966): discordant pairs are the exchanges of a
/// merge sort.
///
/// # Panics
/// If the lengths differ.
pub fn kendall(x: &[f64], y: &[f64]) -> Option<f64> {
    check(x, y)?;
    let mut pairs: Vec<(f64, f64)> = x.iter().copied().zip(y.iter().copied()).collect();
    pairs.sort_by(|a, b| order(a.0, b.0).then(order(a.1, b.1)));
    let tied_x = tied_pairs(pairs.chunk_by(|a, b| a.0 == b.0).map(<[_]>::len));
    let tied_both = tied_pairs(pairs.chunk_by(|a, b| a == b).map(<[_]>::len));
    let mut by_y: Vec<f64> = pairs.into_iter().map(|(_, y)| y).collect();
    let discordant = sort_and_count(&mut by_y);
    let tied_y = tied_pairs(by_y.chunk_by(|a, b| a == b).map(<[_]>::len));
    let all = tied_pairs([x.len()].into_iter());
    let balance = (all + tied_both) as i128 - (tied_x + tied_y + 2 * discordant) as i128;
    // One root: that of a square is exact, so full agreement is 1.
    let scale = ((all - tied_x) as f64 * (all - tied_y) as f64).sqrt();
    (scale > 0.0).then(|| balance as f64 / scale)
}

/// Spearman's rho: Pearson's correlation of the ranks, tied values sharing their mean rank. `None`
/// as in [`kendall`].
///
/// # Panics
/// If the lengths differ.
pub fn spearman(x: &[f64], y: &[f64]) -> Option<f64> {
    check(x, y)?;
    let (x, y) = (ranks(x), ranks(y));
    let mean = (x.len() + 1) as f64 / 2.0;
    let product = |a: &[f64], b: &[f64]| -> f64 { a.iter().zip(b).map(|(a, b)| (a - mean) * (b - mean)).sum() };
    let scale = (product(&x, &x) * product(&y, &y)).sqrt();
    (scale > 0.0).then(|| product(&x, &y) / scale)
}

/// Of the best `count` by `predicted`, the share that is among the best `count` by `truth`; greater
/// is better. Where values tie across the border, each of them counts by its chance to be in: the
/// expectation over all orders of the tied. `None` as in [`kendall`], but constants are allowed, or
/// if `count` is zero or above the number of values.
///
/// # Panics
/// If the lengths differ.
pub fn precision_at(predicted: &[f64], truth: &[f64], count: usize) -> Option<f64> {
    check(predicted, truth)?;
    if count == 0 || count > truth.len() {
        return None;
    }
    let (a, b) = (membership(predicted, count), membership(truth, count));
    Some(a.iter().zip(&b).map(|(a, b)| a * b).sum::<f64>() / count as f64)
}

/// The place by `truth`, from 1, of the truly best among the best `count` by `predicted`: what
/// retraining so many would find. Values of `predicted` that tie across the border are all in only
/// as far as there is room, the truly worse first, so that ties help no one. `None` as in
/// [`precision_at`].
///
/// # Panics
/// If the lengths differ.
pub fn best_place_among(predicted: &[f64], truth: &[f64], count: usize) -> Option<usize> {
    check(predicted, truth)?;
    if count == 0 || count > truth.len() {
        return None;
    }
    let mut places: Vec<usize> = (0..truth.len()).collect();
    places.sort_by(|&a, &b| order(predicted[b], predicted[a]).then(order(truth[a], truth[b])));
    let best = places[..count].iter().map(|&i| truth[i]).fold(f64::NEG_INFINITY, f64::max);
    Some(1 + truth.iter().filter(|&&value| value > best).count())
}

/// Computes Pearson's correlation. `None` as in [`kendall`].
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

/// Computes Kendall's tau-b where the pair (i, j) weighs `weights[i] · weights[j]`: Σ w_i w_j
/// sgn(x_i − x_j) sgn(y_i − y_j) over the geometric mean of the weights of the pairs that are not
/// tied in `x` and in `y`. With the weights of a stratified sample (members of the stratum over
/// those drawn) it estimates the tau-b of the whole population. `None` as in [`kendall`]. Time n².
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
            let (a, b) = (sign(x[i], x[j]), sign(y[i], y[j]));
            balance += weight * a * b;
            untied_x += weight * a.abs();
            untied_y += weight * b.abs();
        }
    }
    let scale = f64::sqrt(untied_x * untied_y);
    (scale > 0.0).then(|| (balance / scale).clamp(-1.0, 1.0))
}

/// Computes the correlation of x and y without the part that z explains: (r_xy − r_xz r_yz) / √((1
/// − r_xz²)(1 − r_yz²)), for Pearson's, Spearman's or Kendall's coefficient. `None` where z
/// explains all of x or y.
pub fn partial(xy: f64, xz: f64, yz: f64) -> Option<f64> {
    let scale = ((1.0 - xz * xz) * (1.0 - yz * yz)).sqrt();
    (scale > 0.0).then(|| ((xy - xz * yz) / scale).clamp(-1.0, 1.0))
}

fn check(x: &[f64], y: &[f64]) -> Option<()> {
    assert_eq!(x.len(), y.len(), "two rankings of the same things");
    (x.len() > 1 && x.iter().chain(y).all(|value| !value.is_nan())).then_some(())
}

/// By value: both zeros are one. There is no NaN here.
fn order(a: f64, b: f64) -> Ordering {
    a.partial_cmp(&b).unwrap_or(Ordering::Equal)
}

/// The sign of the difference: −1, 0 or 1.
fn sign(a: f64, b: f64) -> f64 {
    order(a, b) as i8 as f64
}

/// Pairs within groups of the given sizes.
fn tied_pairs(groups: impl Iterator<Item = usize>) -> u128 {
    groups.map(|size| (size as u128) * (size as u128 - 1) / 2).sum()
}

/// Sorts; gives the number of pairs that stood in the wrong order.
fn sort_and_count(values: &mut [f64]) -> u128 {
    if values.len() < 2 {
        return 0;
    }
    let middle = values.len() / 2;
    let (left, right) = values.split_at_mut(middle);
    let mut exchanges = sort_and_count(left) + sort_and_count(right);
    let (mut i, mut j) = (0, 0);
    let mut merged = Vec::with_capacity(left.len() + right.len());
    while i < left.len() && j < right.len() {
        if right[j] < left[i] {
            exchanges += (left.len() - i) as u128;
            merged.push(right[j]);
            j += 1;
        } else {
            merged.push(left[i]);
            i += 1;
        }
    }
    merged.extend_from_slice(&left[i..]);
    merged.extend_from_slice(&right[j..]);
    values.copy_from_slice(&merged);
    exchanges
}

/// Ranks from 1, ties sharing their mean rank.
pub(crate) fn ranks(values: &[f64]) -> Vec<f64> {
    let mut places: Vec<usize> = (0..values.len()).collect();
    places.sort_by(|&a, &b| order(values[a], values[b]));
    let mut ranks = vec![0.0; values.len()];
    let mut below = 0;
    for tied in places.chunk_by(|&a, &b| values[a] == values[b]) {
        tied.iter().for_each(|&i| ranks[i] = below as f64 + (tied.len() as f64 + 1.0) / 2.0);
        below += tied.len();
    }
    ranks
}

/// The chance of each value to be among the greatest `count`, ties broken at random.
fn membership(values: &[f64], count: usize) -> Vec<f64> {
    let mut sorted = values.to_vec();
    sorted.sort_by(|a, b| order(*b, *a));
    let border = sorted[count - 1];
    let above = sorted.iter().filter(|&&value| value > border).count();
    let tied = sorted.iter().filter(|&&value| value == border).count();
    let chance = |value: f64| match order(value, border) {
        Ordering::Greater => 1.0,
        Ordering::Equal => (count - above) as f64 / tied as f64,
        Ordering::Less => 0.0,
    };
    values.iter().map(|&value| chance(value)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    /// Kendall's tau-b by its definition, pair by pair.
    fn pair_by_pair(x: &[f64], y: &[f64]) -> Option<f64> {
        let (mut balance, mut untied_x, mut untied_y) = (0i64, 0i64, 0i64);
        for i in 0..x.len() {
            for j in 0..i {
                let (a, b) = (order(x[i], x[j]) as i64, order(y[i], y[j]) as i64);
                balance += a * b;
                untied_x += a * a;
                untied_y += b * b;
            }
        }
        let scale = (untied_x as f64 * untied_y as f64).sqrt();
        (x.len() > 1 && scale > 0.0).then(|| balance as f64 / scale)
    }

    fn values(n: usize, levels: i32) -> impl Strategy<Value = Vec<(f64, f64)>> {
        prop::collection::vec(((0..levels).prop_map(f64::from), (0..levels).prop_map(f64::from)), 0..n)
    }

    proptest! {
        #[test]
        fn the_fast_tau_is_the_definitions(pairs in values(60, 8)) {
            let (x, y): (Vec<f64>, Vec<f64>) = pairs.into_iter().unzip();
            prop_assert_eq!(kendall(&x, &y), pair_by_pair(&x, &y));
        }

        #[test]
        fn without_ties_precision_is_the_share_of_the_common(order in Just((0..20).collect::<Vec<i32>>()).prop_shuffle(), count in 1usize..=20) {
            let truth: Vec<f64> = (0..20).map(f64::from).collect();
            let predicted: Vec<f64> = order.iter().copied().map(f64::from).collect();
            let top = |values: &[f64]| (0..20).filter(|&i| values[i] >= (20 - count) as f64).collect::<Vec<_>>();
            let common = top(&predicted).iter().filter(|i| top(&truth).contains(i)).count();
            prop_assert!((precision_at(&predicted, &truth, count).unwrap() - common as f64 / count as f64).abs() < 1e-12);
            let best = top(&predicted).into_iter().max().unwrap();
            prop_assert_eq!(best_place_among(&predicted, &truth, count), Some(20 - best));
        }
    }

    #[test]
    fn a_tie_across_the_border_counts_by_chance() {
        // One of the three tied is in, and only the first of them is truly among the best two.
        let precision = precision_at(&[9.0, 5.0, 5.0, 5.0], &[4.0, 3.0, 2.0, 1.0], 2).unwrap();
        assert!((precision - (1.0 + 1.0 / 3.0) / 2.0).abs() < 1e-15);
        // A constant prediction knows nothing: count over n.
        assert_eq!(precision_at(&[1.0; 4], &[4.0, 3.0, 2.0, 1.0], 1), Some(0.25));
        assert_eq!(best_place_among(&[1.0; 4], &[4.0, 3.0, 2.0, 1.0], 2), Some(3));
    }

    #[test]
    fn what_is_no_number_and_what_is_constant_has_no_correlation() {
        assert_eq!(kendall(&[1.0, 1.0], &[1.0, 2.0]), None);
        assert_eq!(spearman(&[1.0, 1.0], &[1.0, 2.0]), None);
        assert_eq!(kendall(&[1.0, f64::NAN], &[1.0, 2.0]), None);
        assert_eq!(precision_at(&[1.0, f64::NAN], &[1.0, 2.0], 1), None);
        assert_eq!(precision_at(&[1.0, 2.0], &[1.0, 2.0], 3), None);
        assert_eq!(kendall(&[1.0], &[1.0]), None);
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
    fn what_is_constant_or_no_number_has_no_pearson_correlation() {
        assert_eq!(pearson(&[1.0, 1.0], &[1.0, 2.0]), None);
        assert_eq!(pearson(&[1.0], &[1.0]), None);
        assert_eq!(pearson(&[1.0, f64::NAN], &[1.0, 2.0]), None);
    }
}
