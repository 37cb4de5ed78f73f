//! A small space, scores by formula and a clock, for tests.

#[path = "../tests/processor_time/mod.rs"]
pub(crate) mod processor_time;
#[path = "../tests/yardstick/mod.rs"]
pub(crate) mod yardstick;

use crate::{Controller, Score, Scored};
use supernet_space::{Architecture, Choice, Cost, SearchSpace, draws};

/// Layers of three options each.
pub(crate) fn chain(layers: usize) -> SearchSpace {
    let layer = |i| Choice::one_of(format!("layer{i}"), ["skip", "conv3", "conv5"]).unwrap();
    SearchSpace::new("chain", (0..layers).map(layer)).unwrap()
}

/// An architecture with an accuracy; loss and cost unknown.
pub(crate) fn scored(architecture: &Architecture, accuracy: f64) -> Scored {
    let score = Score { accuracy, loss: f64::NAN, images: 0 };
    Scored { architecture: architecture.clone(), score, cost: Cost::default() }
}

/// The sum of the option numbers as accuracy.
pub(crate) fn by_paths(architectures: &[Architecture]) -> Vec<Scored> {
    let value = |a: &Architecture| {
        (0..).zip(a.to_string().split('/')).map(|(i, _): (usize, _)| a.bits(i).trailing_zeros()).sum::<u32>()
    };
    architectures.iter().map(|a| scored(a, f64::from(value(a)))).collect()
}

/// Subset choices of every kind: free, bounded on both sides, fixed, exactly one.
pub(crate) fn mixed() -> SearchSpace {
    let choice = |name: &str, options: usize, bounds| {
        Choice::new(name, (0..options).map(|option| option.to_string()), bounds).unwrap()
    };
    let choices =
        [choice("free", 3, 0..=3), choice("some", 4, 1..=2), choice("all", 2, 2..=2), choice("one", 3, 1..=1)];
    SearchSpace::new("mixed", choices).unwrap()
}

/// An operation of which one option has choices of its own, one of them with a choice below it.
pub(crate) fn nested() -> SearchSpace {
    let one_of = |name: &str, options: &[&str]| Choice::one_of(name, options.iter().copied()).unwrap();
    let choices = [
        one_of("op", &["conv", "pool", "skip"]),
        one_of("kernel", &["3", "5", "7"]).under("op", ["conv"]),
        one_of("norm", &["none", "batch"]).under("op", ["conv"]),
        one_of("momentum", &["low", "high"]).under("norm", ["batch"]),
        one_of("width", &["16", "32"]),
    ];
    SearchSpace::new("nested", choices).unwrap()
}

/// The same kind of space with every choice before those that its conditions look at.
pub(crate) fn upside_down() -> SearchSpace {
    let one_of = |name: &str, options: &[&str]| Choice::one_of(name, options.iter().copied()).unwrap();
    let choices = [
        one_of("width", &["16", "32"]),
        one_of("momentum", &["low", "high"]).under("norm", ["batch"]),
        one_of("norm", &["none", "batch"]).under("op", ["conv"]),
        one_of("op", &["conv", "pool", "skip"]),
    ];
    SearchSpace::new("upside down", choices).unwrap()
}

/// Draws of a controller against its probabilities, by chi-square.
pub(crate) fn assert_draws_follow(controller: &impl Controller) {
    let all = controller.space().architectures(10_000).unwrap();
    let (n, mut rng) = (20_000, draws(4, "draws of a controller", 0));
    let mut seen = vec![0.0; all.len()];
    for _ in 0..n {
        let drawn = controller.sample(&mut rng);
        seen[all.iter().position(|one| *one == drawn).expect("an architecture of the space")] += 1.0;
    }
    let of_one = |(one, seen): (&Architecture, &f64)| {
        let expected = controller.log_probability(one).exp() * f64::from(n);
        (seen - expected).powi(2) / expected
    };
    let (chi2, degrees) = (all.iter().zip(&seen).map(of_one).sum::<f64>(), all.len() as f64 - 1.0);
    // Mean k and variance 2k: five deviations above the mean.
    assert!(chi2 < degrees + 5.0 * (2.0 * degrees).sqrt(), "chi-square {chi2} at {degrees} degrees of freedom");
}

/// The gradient of the log probability of some architectures against central differences.
pub(crate) fn assert_gradient(controller: &mut impl Controller) {
    // Central differences of a smooth function of values near 1 in f64: rounding 1e-16 / 1e-5,
    // curvature 1e-10.
    let (step, tolerance) = (1e-5, 1e-9);
    for draw in 0..5 {
        let architecture = controller.space().sample(&mut draws(9, "gradient", draw));
        let mut gradient = vec![0.0; controller.parameters().len()];
        controller.add_gradient(&architecture, 1.5, &mut gradient);
        for (i, gradient) in gradient.iter().enumerate() {
            let mut at = |shift: f64| {
                controller.parameters_mut()[i] += shift;
                let value = controller.log_probability(&architecture);
                controller.parameters_mut()[i] -= shift;
                value
            };
            let difference = 1.5 * (at(step) - at(-step)) / (2.0 * step);
            assert!((gradient - difference).abs() < tolerance, "parameter {i}: {gradient} and {difference}");
        }
    }
}

/// The probabilities of all architectures against one.
pub(crate) fn assert_sums_to_one(controller: &impl Controller) {
    let all = controller.space().architectures(10_000).unwrap();
    let sum: f64 = all.iter().map(|architecture| controller.log_probability(architecture).exp()).sum();
    assert!((sum - 1.0).abs() < 1e-12, "{sum}");
}
