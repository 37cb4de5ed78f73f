//! The order of an epoch.

use rand::Rng;
use rand::seq::SliceRandom;

/// Draws an order of the numbers below `n` from `rng`: the images of one epoch.
///
/// A shuffle by Fisher and Yates, every order equally likely. Hand in a generator that is a
/// function of seed and epoch, and the order is one too, whatever ran before.
pub fn epoch_order(n: usize, rng: &mut impl Rng) -> Vec<usize> {
    let mut order: Vec<usize> = (0..n).collect();
    order.shuffle(rng);
    order
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::rng;

    #[test]
    fn every_index_occurs_once() {
        let mut order = epoch_order(1000, &mut rng(1));
        assert!(!order.is_sorted());
        order.sort_unstable();
        assert!(order.into_iter().eq(0..1000));
        assert!(epoch_order(0, &mut rng(1)).is_empty());
    }

    #[test]
    fn the_order_is_a_function_of_the_generator() {
        assert_eq!(epoch_order(100, &mut rng(1)), epoch_order(100, &mut rng(1)));
        assert_ne!(epoch_order(100, &mut rng(1)), epoch_order(100, &mut rng(2)));
    }

    #[test]
    fn all_orders_of_four_are_equally_likely() {
        let mut counts = std::collections::BTreeMap::new();
        let mut rng = rng(3);
        for _ in 0..24_000 {
            *counts.entry(epoch_order(4, &mut rng)).or_insert(0u32) += 1;
        }
        let chi_square: f64 = counts.values().map(|&count| (f64::from(count) - 1000.0).powi(2) / 1000.0).sum();
        // 23 degrees of freedom: above 49.7 in one of a thousand seeds.
        assert!(counts.len() == 24 && chi_square < 49.7, "{chi_square}");
    }
}
