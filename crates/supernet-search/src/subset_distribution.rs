//! A distribution over the subsets that a choice accepts.

use rand::{Rng, RngExt};

/// Subsets of n options of which between `min` and `max` are taken, each with probability in
/// proportion to exp(Σ θ_i over what it takes): a conditional Bernoulli distribution (Chen,
/// Dempster and Liu, 1994). For exactly one option it is the softmax of θ.
///
/// All sums run in logarithms, so no θ overflows. With S(i, j) the logarithm of the sum over the
/// subsets of size j of options i … n − 1, S(i, j) = log(exp S(i + 1, j) + exp(θ_i + S(i + 1, j −
/// 1))). Time and memory n·max, but for [`SubsetDistribution::inclusion`] n·max².
pub(crate) struct SubsetDistribution<T> {
    theta: T,
    min: usize,
    max: usize,
    /// S(i, j) at i · (max + 1) + j.
    suffix: Vec<f64>,
    log_sum: f64,
}

impl<T: AsRef<[f64]>> SubsetDistribution<T> {
    pub(crate) fn new(of: T, min: usize, max: usize) -> Self {
        let (theta, width) = (of.as_ref(), max + 1);
        let mut suffix = vec![f64::NEG_INFINITY; (theta.len() + 1) * width];
        suffix[theta.len() * width] = 0.0;
        for i in (0..theta.len()).rev() {
            for j in 0..width {
                let without = suffix[(i + 1) * width + j];
                let with = if j == 0 { f64::NEG_INFINITY } else { theta[i] + suffix[(i + 1) * width + j - 1] };
                suffix[i * width + j] = log_add(without, with);
            }
        }
        let log_sum = suffix[min..=max].iter().copied().fold(f64::NEG_INFINITY, log_add);
        Self { theta: of, min, max, suffix, log_sum }
    }

    /// The fewest and the most options that are taken.
    pub(crate) fn bounds(&self) -> (usize, usize) {
        (self.min, self.max)
    }

    /// θ of each option.
    pub(crate) fn theta(&self) -> &[f64] {
        self.theta.as_ref()
    }

    fn suffix(&self, i: usize, j: usize) -> f64 {
        self.suffix[i * (self.max + 1) + j]
    }

    /// A draw: first the size, then option by option whether it is taken.
    pub(crate) fn sample(&self, rng: &mut impl Rng) -> u64 {
        let mut size = self.max;
        let mut rank = rng.random::<f64>();
        for j in self.min..self.max {
            let share = (self.suffix(0, j) - self.log_sum).exp();
            if rank < share {
                size = j;
                break;
            }
            rank -= share;
        }
        let mut bits = 0;
        for i in 0..self.theta().len() {
            if size == 0 {
                break;
            }
            let must = self.theta().len() - i == size;
            let taken = (self.theta()[i] + self.suffix(i + 1, size - 1) - self.suffix(i, size)).exp();
            if must || rng.random::<f64>() < taken {
                bits |= 1 << i;
                size -= 1;
            }
        }
        bits
    }

    /// The logarithm of a subset's probability.
    pub(crate) fn log_probability(&self, bits: u64) -> f64 {
        let taken = (0..self.theta().len()).filter(|i| bits >> i & 1 == 1);
        taken.map(|i| self.theta()[i]).sum::<f64>() - self.log_sum
    }

    /// The probability of each option to be taken.
    pub(crate) fn inclusion(&self) -> Vec<f64> {
        let width = self.max + 1;
        // The same sums over the options before i.
        let mut prefix = vec![f64::NEG_INFINITY; width];
        prefix[0] = 0.0;
        let mut inclusion = Vec::with_capacity(self.theta().len());
        for (i, theta) in self.theta().iter().enumerate() {
            let mut sum = 0.0;
            for (before, &log) in prefix.iter().enumerate() {
                let sizes = self.min.saturating_sub(before + 1)..self.max.saturating_sub(before);
                sum += sizes.map(|after| (log + theta + self.suffix(i + 1, after) - self.log_sum).exp()).sum::<f64>();
            }
            inclusion.push(sum);
            for j in (1..width).rev() {
                prefix[j] = log_add(prefix[j], theta + prefix[j - 1]);
            }
        }
        inclusion
    }

    /// Computes Σ_i `weights[i]` · ∂inclusion_i/∂θ_j for every j: the covariance of Σ_i weights_i
    /// [i is taken] with [j is taken]. Given j, the others are again such a distribution, of one
    /// option less.
    pub(crate) fn inclusion_gradient(&self, weights: &[f64]) -> Vec<f64> {
        let inclusion = self.inclusion();
        let mean: f64 = weights.iter().zip(&inclusion).map(|(weight, inclusion)| weight * inclusion).sum();
        let of_option = |j: usize| {
            let others: Vec<f64> = (0..weights.len()).filter(|&i| i != j).map(|i| self.theta()[i]).collect();
            let of_others = (0..weights.len()).filter(|&i| i != j).map(|i| weights[i]);
            let given = SubsetDistribution::new(others, self.min.saturating_sub(1), self.max - 1);
            let rest: f64 = of_others.zip(given.inclusion()).map(|(weight, inclusion)| weight * inclusion).sum();
            inclusion[j] * (weights[j] + rest - mean)
        };
        (0..weights.len()).map(of_option).collect()
    }

    /// Returns the most likely subset: the options of positive θ, or the largest ones where those
    /// are too few or too many; of equal ones the first.
    pub(crate) fn mode(&self) -> u64 {
        let mut order: Vec<usize> = (0..self.theta().len()).collect();
        order.sort_by(|&a, &b| self.theta()[b].total_cmp(&self.theta()[a]));
        let positive = self.theta().iter().filter(|&&theta| theta > 0.0).count();
        order[..positive.clamp(self.min, self.max)].iter().fold(0, |bits, option| bits | 1 << option)
    }

    /// The gradient of a subset's log probability: 1 for what it takes, 0 for the rest, minus the
    /// probability to be taken.
    pub(crate) fn gradient(&self, bits: u64) -> Vec<f64> {
        let taken = |i: usize| f64::from((bits >> i & 1) as u32);
        self.inclusion().iter().enumerate().map(|(i, inclusion)| taken(i) - inclusion).collect()
    }
}

/// log(exp a + exp b).
fn log_add(a: f64, b: f64) -> f64 {
    let (most, least) = if a > b { (a, b) } else { (b, a) };
    if most == f64::NEG_INFINITY { most } else { most + (least - most).exp().ln_1p() }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::BTreeMap;
    use supernet_space::draws;

    const THETA: [f64; 5] = [0.3, -1.2, 2.0, 0.0, -0.4];

    fn subsets(min: usize, max: usize) -> impl Iterator<Item = u64> {
        (0..32u64).filter(move |bits| (min..=max).contains(&(bits.count_ones() as usize)))
    }

    fn weight(theta: &[f64], bits: u64) -> f64 {
        (0..theta.len()).filter(|i| bits >> i & 1 == 1).map(|i| theta[i]).sum::<f64>().exp()
    }

    #[test]
    fn probabilities_are_those_of_enumeration() {
        for (min, max) in [(0, 5), (1, 2), (2, 4), (1, 1), (5, 5), (0, 1)] {
            let distribution = SubsetDistribution::new(&THETA, min, max);
            let sum: f64 = subsets(min, max).map(|bits| weight(&THETA, bits)).sum();
            for bits in subsets(min, max) {
                assert!((distribution.log_probability(bits).exp() - weight(&THETA, bits) / sum).abs() < 1e-14);
            }
            let inclusion = distribution.inclusion();
            for (i, inclusion) in inclusion.iter().enumerate() {
                let with = subsets(min, max).filter(|bits| bits >> i & 1 == 1);
                assert!((inclusion - with.map(|bits| weight(&THETA, bits)).sum::<f64>() / sum).abs() < 1e-14);
            }
        }
    }

    #[test]
    fn the_gradient_of_inclusion_is_that_of_differences_and_the_mode_is_the_likeliest() {
        let weights = [0.7, -0.2, 0.4, 1.3, -0.9];
        for (min, max) in [(0, 5), (1, 2), (2, 4), (1, 1), (5, 5), (0, 1)] {
            let sum = |theta: &[f64]| {
                let inclusion = SubsetDistribution::new(theta, min, max).inclusion();
                inclusion.iter().zip(&weights).map(|(inclusion, weight)| inclusion * weight).sum::<f64>()
            };
            let distribution = SubsetDistribution::new(&THETA, min, max);
            for (j, gradient) in distribution.inclusion_gradient(&weights).into_iter().enumerate() {
                let at = |shift: f64| {
                    let mut theta = THETA;
                    theta[j] += shift;
                    sum(&theta)
                };
                // Rounding 1e-16 / 1e-5, curvature 1e-10.
                assert!((gradient - (at(1e-5) - at(-1e-5)) / 2e-5).abs() < 1e-8, "{min} to {max}, option {j}");
            }
            let likeliest = |&a: &u64, &b: &u64| {
                distribution.log_probability(a).total_cmp(&distribution.log_probability(b)).then(b.cmp(&a))
            };
            let best = subsets(min, max).max_by(likeliest).unwrap();
            let (found, expected) =
                (distribution.log_probability(distribution.mode()), distribution.log_probability(best));
            assert!((found - expected).abs() < 1e-12, "{min} to {max}");
        }
    }

    #[test]
    fn draws_follow_the_probabilities() {
        let distribution = SubsetDistribution::new(&THETA, 1, 2);
        let (n, mut rng) = (50_000, draws(1, "subsets", 0));
        let mut seen: BTreeMap<u64, f64> = BTreeMap::new();
        (0..n).for_each(|_| *seen.entry(distribution.sample(&mut rng)).or_default() += 1.0);
        assert!(seen.keys().all(|bits| (1..=2).contains(&bits.count_ones())));
        let expected = |bits| distribution.log_probability(bits).exp() * f64::from(n);
        let chi2: f64 =
            subsets(1, 2).map(|bits| (seen.get(&bits).unwrap_or(&0.0) - expected(bits)).powi(2) / expected(bits)).sum();
        assert!(chi2 < 36.12, "chi-square {chi2} at 14 degrees of freedom; 36.12 is the 0.1 % point");
    }

    #[test]
    fn great_differences_do_not_overflow() {
        let theta = [900.0, -900.0, 0.0];
        let distribution = SubsetDistribution::new(&theta, 1, 2);
        assert!(distribution.log_probability(0b010).is_finite());
        assert!(distribution.gradient(0b101).iter().all(|value| value.is_finite()));
        assert_eq!(distribution.sample(&mut draws(1, "subsets", 0)) & 1, 1);
    }
}
