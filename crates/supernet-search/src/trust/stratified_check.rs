//! Which networks a check trains from scratch.

use rand::RngExt;
use supernet_space::draws;

/// Draws `count` places of `scores`, one uniformly from each of as many runs of equal length of the
/// ranking, the lowest scores first: a sample that stands for all architectures as a random one
/// does, with its range certain. All places where there are no more than `count`.
///
/// What a ranking agrees with on such a sample is an estimate for all architectures; samples from
/// intervals of equal *width* of the scores would reach further than the architectures do and
/// flatter every ranking.
pub fn to_check(scores: &[f64], count: usize, seed: u64) -> Vec<usize> {
    let n = scores.len();
    let mut order: Vec<usize> = (0..n).collect();
    order.sort_by(|&a, &b| scores[a].total_cmp(&scores[b]).then(a.cmp(&b)));
    if count >= n {
        return order;
    }
    let mut rng = draws(seed, "check", 0);
    (0..count).map(|i| order[rng.random_range(i * n / count..(i + 1) * n / count)]).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_part_of_the_ranking_gives_one_network_and_the_seed_says_which() {
        let scores: Vec<f64> = (0..500).map(|i| f64::from(i * 7 % 500)).collect();
        let drawn = to_check(&scores, 20, 1);
        for (i, &place) in drawn.iter().enumerate() {
            assert!((25 * i..25 * (i + 1)).contains(&(scores[place] as usize)));
        }
        assert_eq!(drawn, to_check(&scores, 20, 1));
        assert_ne!(drawn, to_check(&scores, 20, 2));
        assert_eq!(to_check(&[3.0, 1.0, 2.0], 20, 1), [1, 2, 0]);
    }
}
