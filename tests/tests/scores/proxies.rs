//! Proxies of untrained networks, against formulas in 64 bits.

use burn::{
    module::Module,
    nn::{Linear, LinearConfig},
};
use std::collections::HashMap;
use supernet::{
    own::{Build, Definition, Identity, Layer, OneOf, Rows},
    prelude::*,
    search::{Evaluator, trust::Proxy},
    space::PathMask,
    train::{ByProxy, Samples, SeededWeights, Untrained},
};
use supernet_nn::{Execution, NamedWeights};
use supernet_tests::device;

const IN: usize = 5;
const CLASSES: usize = 3;

/// A linear map, then max(0, ·).
#[derive(Module, Debug)]
struct Dense {
    linear: Linear,
}

impl Layer<2, 2> for Dense {
    fn forward(&self, x: Rows<2>) -> Rows<2> {
        x.through(&self.linear).relu()
    }
}

#[derive(Module, Debug)]
enum Op {
    Identity(Identity),
    Dense(Dense),
}

impl Layer<2, 2> for Op {
    fn forward(&self, x: Rows<2>) -> Rows<2> {
        match self {
            Self::Identity(identity) => x.through(identity),
            Self::Dense(dense) => x.through(dense),
        }
    }
}

/// Up to two layers and a linear map to the classes.
#[derive(Module, Debug)]
struct Net {
    layers: Vec<OneOf<Op>>,
    head: Linear,
}

impl Layer<2, 2> for Net {
    fn forward(&self, x: Rows<2>) -> Rows<2> {
        x.through(&self.layers).through(&self.head)
    }
}

fn linear(b: &Build, to: usize) -> Linear {
    LinearConfig::new(IN, to).with_bias(false).init(b.device())
}

fn net(b: &Build) -> Net {
    let layer = |i: usize| {
        let dense = Op::Dense(Dense { linear: linear(b, IN) });
        OneOf::new(b, format!("layer{i}"), [("identity", Op::Identity(Identity {})), ("dense", dense)])
    };
    Net { layers: (0..2).map(layer).collect(), head: linear(b, CLASSES) }
}

fn definition() -> Definition<Net, 2> {
    Definition::new("dense", &[IN], &device(), net).unwrap()
}

/// Made-up examples.
fn examples(count: usize) -> Samples<2> {
    let value = |i: usize| ((i * 37 + 11) % 23) as f32 / 11.0 - 1.0;
    Samples::new(&[IN], (0..count * IN).map(value).collect(), (0..count).map(|i| i % CLASSES).collect()).unwrap()
}

fn mask(text: &str) -> PathMask {
    definition().space().parse(text).unwrap()
}

/// The weights of a network by name, rows of inputs: w[from][to].
fn weights(mask: &PathMask, seed: u64) -> HashMap<String, Vec<Vec<f64>>> {
    let network = definition().stand_alone(mask, &mut SeededWeights::new(seed), &device()).unwrap();
    let rows = |data: &burn::tensor::TensorData| {
        let values: Vec<f64> = data.iter::<f64>().collect();
        values.chunks(data.shape()[1]).map(<[f64]>::to_vec).collect()
    };
    NamedWeights::of(network.module()).0.iter().map(|(name, data)| (name.clone(), rows(data))).collect()
}

fn of(name: &str, weights: &HashMap<String, Vec<Vec<f64>>>) -> Vec<Vec<f64>> {
    let found: Vec<&Vec<Vec<f64>>> =
        weights.iter().filter(|(known, _)| known.contains(name)).map(|(_, rows)| rows).collect();
    assert_eq!(found.len(), 1, "{name} in {:?}", weights.keys());
    found[0].clone()
}

fn inputs(samples: &Samples<2>) -> Vec<Vec<f64>> {
    use supernet::train::Examples;
    let all: Vec<usize> = (0..samples.len()).collect();
    let values: Vec<f64> = samples.batch(&all).iter::<f64>().collect();
    values.chunks(IN).map(<[f64]>::to_vec).collect()
}

/// x · w.
fn times(x: &[f64], w: &[Vec<f64>]) -> Vec<f64> {
    (0..w[0].len()).map(|to| x.iter().zip(w).map(|(x, row)| x * row[to]).sum()).collect()
}

fn values(mask: &PathMask, count: usize, seed: u64) -> HashMap<&'static str, f64> {
    let untrained = Untrained::new(&definition(), &examples(count), count, seed, Execution::default(), &device());
    let values = untrained.values(mask).unwrap();
    Proxy::ALL.iter().map(|proxy| proxy.name()).zip(values).collect()
}

fn assert_near(found: f64, expected: f64) {
    assert!((found - expected).abs() <= 2e-4 * expected.abs().max(1.0), "found {found}, expected {expected}");
}

#[test]
fn gradients_of_the_loss_are_those_of_the_formula() {
    let (mask, samples) = (mask("10/10"), examples(6));
    let head = of("head", &weights(&mask, 3));
    // ∂L/∂W = xᵀ(softmax − one-hot)/n.
    let mut gradient = vec![vec![0.0; CLASSES]; IN];
    for (i, x) in inputs(&samples).iter().enumerate() {
        let logits = times(x, &head);
        let sum: f64 = logits.iter().map(|logit| logit.exp()).sum();
        for (to, logit) in logits.iter().enumerate() {
            let error = logit.exp() / sum - if to == i % CLASSES { 1.0 } else { 0.0 };
            x.iter().zip(&mut gradient).for_each(|(x, row)| row[to] += x * error / 6.0);
        }
    }
    let pairs = || gradient.iter().flatten().zip(head.iter().flatten());
    let found = values(&mask, 6, 3);
    assert_near(found["grad_norm"], pairs().map(|(g, _)| g * g).sum::<f64>().sqrt());
    assert_near(found["snip"], pairs().map(|(g, w)| (g * w).abs()).sum());
}

#[test]
fn the_flow_of_a_chain_is_its_output_times_its_layers() {
    for (text, layers) in [("10/10", 1.0), ("01/10", 2.0), ("01/01", 3.0)] {
        let mask = mask(text);
        let weights = weights(&mask, 4);
        let mut x = vec![1.0; IN];
        let magnitudes = |name: &str| -> Vec<Vec<f64>> {
            of(name, &weights).iter().map(|row| row.iter().map(|w| w.abs()).collect()).collect()
        };
        for name in ["layers.0", "layers.1"].into_iter().filter(|name| weights.keys().any(|known| known.contains(name)))
        {
            x = times(&x, &magnitudes(name));
        }
        let output: f64 = times(&x, &magnitudes("head")).iter().sum();
        assert_near(values(&mask, 6, 4)["synflow"], (layers * output).ln());
    }
}

#[test]
fn derivatives_by_images_are_those_of_the_formula() {
    // Linear: all images have the derivatives of the others, so that one eigenvalue is 6, the rest
    // 0.
    let of_eigenvalue = |v: f64| (v + 1e-5).ln() + 1.0 / (v + 1e-5);
    let linear = -of_eigenvalue(6.0) - 5.0 * of_eigenvalue(0.0);
    assert_near(values(&mask("10/10"), 6, 5)["jacob_cov"], linear);

    // One layer, two images: ∂ΣL/∂x = W₁ · (alive ⊙ Σ_c W₂). Weights under which the images have
    // different parts of the layer alive.
    let mask = mask("01/10");
    let correlation = |seed: u64| {
        let weights = weights(&mask, seed);
        let (first, head) = (of("layers.0", &weights), of("head", &weights));
        let derivatives = |x: &Vec<f64>| -> Vec<f64> {
            let alive = times(x, &first).into_iter().map(|hidden| hidden > 0.0);
            let through: Vec<f64> =
                alive.zip(&head).map(|(alive, row)| if alive { row.iter().sum() } else { 0.0 }).collect();
            first.iter().map(|row| row.iter().zip(&through).map(|(w, t)| w * t).sum()).collect()
        };
        let rows: Vec<Vec<f64>> = inputs(&examples(2)).iter().map(derivatives).collect();
        supernet::search::pearson(&rows[0], &rows[1]).unwrap_or(1.0)
    };
    let found = (1..50).map(|seed| (seed, correlation(seed))).filter(|(_, correlation)| correlation.abs() < 0.9);
    let found: Vec<(u64, f64)> = found.take(2).collect();
    assert_eq!(found.len(), 2);
    for (seed, correlation) in found {
        let expected = -of_eigenvalue(1.0 + correlation) - of_eigenvalue(1.0 - correlation);
        assert_near(values(&mask, 2, seed)["jacob_cov"], expected);
    }
}

#[test]
fn they_rank_as_an_evaluator_and_depend_on_nothing_but_seed_and_batch() {
    let definition = definition();
    let untrained = Untrained::new(&definition, &examples(9), 6, 1, Execution::default(), &device());
    assert_eq!(untrained.examples(), 6);
    let architectures: Vec<Architecture> =
        ["10/10", "01/10", "01/01"].map(|text| definition.space().parse_architecture(text).unwrap()).to_vec();
    let (progress, untrained) = (&mut Silent, &untrained);
    let scored = ByProxy { proxy: Proxy::Synflow, untrained, progress }.evaluate(&architectures).unwrap();
    let alone: Vec<f64> = architectures.iter().map(|one| untrained.values(one.mask()).unwrap()[1]).collect();
    assert_eq!(scored.iter().map(|one| one.score.accuracy).collect::<Vec<_>>(), alone);
    assert!(scored.iter().all(|one| one.score.loss.is_nan() && one.score.images == 6));
    assert_eq!(scored[0].cost.parameters, (IN * CLASSES) as u64);
    assert_eq!(Untrained::new(&definition, &examples(9), 100, 1, Execution::default(), &device()).examples(), 9);
}
