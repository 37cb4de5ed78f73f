//! The gates of one choice for a batch of examples, and the way back from them to its logits.

use crate::{GateRule, subset_distribution::SubsetDistribution};
use rand::{Rng, RngExt};

/// What is on of a choice, the gate of each of its options, and how they came about.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct GateDraw {
    pub(crate) bits: u64,
    pub(crate) gates: Vec<f64>,
    origin: Origin,
}

/// How gates came about.
#[derive(Clone, Debug, PartialEq)]
enum Origin {
    /// From noise on the logits.
    Gumbel { noise: Vec<f64>, temperature: f64 },
    /// From two subsets, the first of which is active; no other was found where both are the same.
    Binary { subsets: [u64; 2] },
    /// From the probabilities.
    Mixture,
}

impl GateDraw {
    /// Draws the gates of a choice by a rule.
    pub(crate) fn new(of: &SubsetDistribution<&[f64]>, rule: GateRule, rng: &mut impl Rng) -> Self {
        match rule {
            GateRule::Gumbel { temperature } => Self::gumbel(of, temperature, rng),
            GateRule::Binary => Self::binary(of, rng),
            GateRule::Mixture => {
                let gates = of.inclusion();
                Self { bits: u64::MAX >> (u64::BITS as usize - gates.len()), gates, origin: Origin::Mixture }
            }
        }
    }

    fn gumbel(of: &SubsetDistribution<&[f64]>, temperature: f64, rng: &mut impl Rng) -> Self {
        let mut uniform = || rng.random::<f64>().max(f64::MIN_POSITIVE);
        let is_one = of.bounds() == (1, 1);
        let mut draw = || match (is_one, uniform()) {
            (true, u) => -(-u.ln()).ln(),
            (false, u) => u.ln() - (-u).ln_1p(),
        };
        let noise: Vec<f64> = of.theta().iter().map(|_| draw()).collect();
        let bits = perturbed(of, &noise, 1.0).mode();
        Self { bits, gates: vec![1.0; noise.len()], origin: Origin::Gumbel { noise, temperature } }
    }

    fn binary(of: &SubsetDistribution<&[f64]>, rng: &mut impl Rng) -> Self {
        /// Draws until another subset is found.
        const TRIES: usize = 1_000;
        let active = of.sample(rng);
        let other = (0..TRIES).map(|_| of.sample(rng)).find(|&other| other != active).unwrap_or(active);
        let gates = (0..of.theta().len()).map(|option| f64::from((active >> option & 1) as u32)).collect();
        Self { bits: active | other, gates, origin: Origin::Binary { subsets: [active, other] } }
    }

    /// Whether two different subsets are compared.
    pub(crate) fn is_of_two(&self) -> bool {
        matches!(self.origin, Origin::Binary { subsets: [active, other] } if active != other)
    }

    /// The gradient at the logits of the choice, whose distribution is `of`, from that at its
    /// gates. Only what is on has a gradient.
    pub(crate) fn back(&self, of: &SubsetDistribution<&[f64]>, at_gates: &[f64]) -> Vec<f64> {
        let is_on = |option: usize| self.bits >> option & 1 == 1;
        let at_gates: Vec<f64> =
            at_gates.iter().enumerate().map(|(option, &value)| if is_on(option) { value } else { 0.0 }).collect();
        match &self.origin {
            Origin::Mixture => of.inclusion_gradient(&at_gates),
            Origin::Gumbel { noise, temperature } => {
                let gradient = perturbed(of, noise, *temperature).inclusion_gradient(&at_gates);
                gradient.iter().map(|value| value / temperature).collect()
            }
            Origin::Binary { subsets: [active, other] } => {
                let taken = |bits: u64, option: usize| f64::from((bits >> option & 1) as u32);
                let sum = |of: &[f64], bits: u64| -> f64 { (0..of.len()).map(|i| of[i] * taken(bits, i)).sum() };
                let share = 1.0 / (1.0 + (sum(of.theta(), *other) - sum(of.theta(), *active)).exp());
                let weight = share * (1.0 - share) * (sum(&at_gates, *active) - sum(&at_gates, *other));
                (0..at_gates.len()).map(|i| weight * (taken(*active, i) - taken(*other, i))).collect()
            }
        }
    }
}

/// The distribution of (θ + noise)/temperature.
fn perturbed(of: &SubsetDistribution<&[f64]>, noise: &[f64], temperature: f64) -> SubsetDistribution<Vec<f64>> {
    let theta = of.theta().iter().zip(noise).map(|(theta, noise)| (theta + noise) / temperature).collect();
    let (min, max) = of.bounds();
    SubsetDistribution::new(theta, min, max)
}

#[cfg(test)]
mod tests {
    use super::*;
    use supernet_space::draws;

    const THETA: [f64; 4] = [0.3, -1.2, 0.9, 0.0];
    const AT_GATES: [f64; 4] = [0.7, -0.2, 0.4, -1.3];
    const BOUNDS: [(usize, usize); 4] = [(1, 1), (0, 4), (1, 2), (4, 4)];

    fn drawn(bounds: (usize, usize), rule: GateRule, step: u64) -> GateDraw {
        GateDraw::new(&SubsetDistribution::new(&THETA[..], bounds.0, bounds.1), rule, &mut draws(1, "gates", step))
    }

    /// What a rule takes for the loss as a function of the logits, its draw as it is.
    fn loss(draw: &GateDraw, theta: &[f64], (min, max): (usize, usize)) -> f64 {
        let of = SubsetDistribution::new(theta, min, max);
        let sum = |gates: &[f64]| -> f64 {
            (0..4).filter(|option| draw.bits >> option & 1 == 1).map(|option| gates[option] * AT_GATES[option]).sum()
        };
        match &draw.origin {
            Origin::Mixture => sum(&of.inclusion()),
            Origin::Gumbel { noise, temperature } => sum(&perturbed(&of, noise, *temperature).inclusion()),
            Origin::Binary { subsets } => {
                let weights = subsets.map(|bits| of.log_probability(bits).exp());
                let losses = subsets.map(|bits| sum(&[0, 1, 2, 3].map(|option| (bits >> option & 1) as f64)));
                (weights[0] * losses[0] + weights[1] * losses[1]) / (weights[0] + weights[1])
            }
        }
    }

    #[test]
    fn the_way_back_is_that_of_differences_for_every_rule_and_kind_of_choice() {
        for rule in [GateRule::Gumbel { temperature: 0.7 }, GateRule::Binary, GateRule::Mixture] {
            for (bounds, step) in BOUNDS.into_iter().flat_map(|bounds| (0..6).map(move |step| (bounds, step))) {
                let draw = drawn(bounds, rule, step);
                let back = draw.back(&SubsetDistribution::new(&THETA[..], bounds.0, bounds.1), &AT_GATES);
                for (i, gradient) in back.iter().enumerate() {
                    let at = |shift: f64| {
                        let mut theta = THETA;
                        theta[i] += shift;
                        loss(&draw, &theta, bounds)
                    };
                    // Rounding 1e-16 / 1e-5, curvature 1e-10.
                    let difference = (at(1e-5) - at(-1e-5)) / 2e-5;
                    assert!((gradient - difference).abs() < 1e-8, "{rule:?} {bounds:?} {i}: {gradient} {difference}");
                }
            }
        }
    }

    #[test]
    fn what_gumbel_noise_makes_largest_follows_the_softmax() {
        let of = SubsetDistribution::new(&THETA[..], 1, 1);
        let (n, mut rng, mut seen) = (40_000, draws(2, "gumbel", 0), [0.0; 4]);
        for _ in 0..n {
            let draw = GateDraw::new(&of, GateRule::Gumbel { temperature: 1.0 }, &mut rng);
            seen[draw.bits.trailing_zeros() as usize] += 1.0 / f64::from(n);
        }
        // Standard errors of at most 0.0025.
        seen.iter().zip(of.inclusion()).for_each(|(seen, expected)| assert!((seen - expected).abs() < 0.012));
    }

    #[test]
    fn two_subsets_are_on_of_which_one_is_active_and_a_mixture_has_all() {
        for step in 0..20 {
            let draw = drawn((1, 1), GateRule::Binary, step);
            assert_eq!((draw.bits.count_ones(), draw.gates.iter().sum::<f64>()), (2, 1.0));
            let Origin::Binary { subsets: [active, _] } = draw.origin else { panic!("binary") };
            assert_eq!(draw.gates[active.trailing_zeros() as usize], 1.0);
            assert_eq!(drawn((1, 1), GateRule::Gumbel { temperature: 1.0 }, step).bits.count_ones(), 1);
        }
        let mixture = drawn((1, 1), GateRule::Mixture, 0);
        assert!(mixture.bits == 0b1111 && (mixture.gates.iter().sum::<f64>() - 1.0).abs() < 1e-12);
        // A choice without a choice learns nothing.
        let only = drawn((4, 4), GateRule::Binary, 0);
        let of = SubsetDistribution::new(&THETA[..], 4, 4);
        assert!(only.bits == 0b1111 && only.back(&of, &AT_GATES).iter().all(|value| *value == 0.0));
    }
}
