//! The kernels against the reference path, both in f32, on the networks and masks of the comparison
//! with the PyTorch peer: gradients of the first step. (Single operations are compared in
//! `supernet-kernels`; 200 steps of training by `benches/agreement.rs`.)

use burn::tensor::{DType, Tensor};
use rand::RngExt;
use std::collections::BTreeMap;
use supernet::train::SeededWeights;
use supernet_nn::{Call, Execution, NetworkConfig, NormKind};
use supernet_space::{CellSpace, ConvOrder, NetworkShape, PathMask, StemKind, draws};
use supernet_tests::{Parameter, backward, cross_entropy, data, device, labels, paths};

/// ‖kernels − reference‖ / ‖reference‖ of a parameter's gradient.
///
/// Rounding alone makes less than 1e-5. A ReLU or a maximum whose kink lies between the two
/// roundings makes 1e-4 to 1e-1 at once, on either side as far from f64, and a step of full size
/// has millions of them. Ghost batches do not touch each other, so each is compared by itself, and
/// small enough that most of them meet no such kink.
const TOLERANCE: f64 = 1e-4;

/// Images of a ghost batch.
const IMAGES: usize = 4;

/// Ghost batches that are compared.
const GHOSTS: usize = 8;

/// The first masks of the training draws of a file in `benches/peer`.
fn masks(file: &str) -> Vec<PathMask> {
    #[derive(serde::Deserialize)]
    struct File {
        train: Vec<Vec<PathMask>>,
    }
    let path = format!("{}/../benches/peer/{file}", env!("CARGO_MANIFEST_DIR"));
    let text = std::fs::read_to_string(&path).unwrap_or_else(|error| panic!("{path}: {error}"));
    let file: File = serde_json::from_str(&text).unwrap_or_else(|error| panic!("{path}: {error}"));
    file.train.into_iter().flatten().take(GHOSTS).collect()
}

/// The parameters with their gradients of the first step of a ghost batch.
fn first_step(shape: NetworkShape, ghost: u64, mask: &PathMask, execution: Execution) -> BTreeMap<String, Parameter> {
    let device = device().autodiff();
    let cells = CellSpace::new(3, 4).unwrap();
    let paths = paths(&cells, std::slice::from_ref(mask));
    let config = NetworkConfig { cells, shape, norm: NormKind::Ghost };
    let network = config.supernet(&mut SeededWeights::new(1), &device).unwrap();
    let rng = &mut draws(1, "images of a ghost batch", ghost);
    let size = [IMAGES, shape.channels, shape.side, shape.side];
    let pixels = (0..size.iter().product()).map(|_| 4.0 * rng.random::<f64>() - 2.0).collect();
    let images = Tensor::from_data(data(pixels, &size, DType::F32), (&device, DType::F32));
    let call = Call { execution, ..Call::default() };
    let logits = network.forward_with(images, &paths, &call).unwrap();
    backward(cross_entropy(logits, labels(IMAGES, shape.classes, &device)), &network)
}

fn norm(x: impl Iterator<Item = f64>) -> f64 {
    x.map(|x| x * x).sum::<f64>().sqrt()
}

/// The largest relative difference of a parameter's gradient; both paths must give the same
/// parameters one.
fn difference(found: &BTreeMap<String, Parameter>, expected: &BTreeMap<String, Parameter>) -> f64 {
    let mut most = 0.0f64;
    for (name, expected) in expected {
        let gradients = (found[name].gradient.as_deref(), expected.gradient.as_deref());
        let (found, expected) = match gradients {
            (Some(found), Some(expected)) => (found, expected),
            (None, None) => continue,
            _ => panic!("{name}: one path has a gradient, the other none"),
        };
        let size = norm(expected.iter().copied());
        let apart = norm(found.iter().zip(expected).map(|(a, b)| a - b));
        assert!(size > 0.0 || apart == 0.0, "{name}: a gradient by kernels alone");
        if size > 0.0 {
            most = most.max(apart / size);
        }
    }
    most
}

fn assert_first_steps_agree(filters: usize, side: usize, stem: StemKind, file: &str) {
    let shape = NetworkShape { filters, side, channels: 3, classes: 10, order: ConvOrder::default(), stem };
    let of_ghost = |(ghost, mask): (usize, &PathMask)| {
        let [kernels, reference] = [Execution::Kernels, Execution::PlainBurn]
            .map(|execution| first_step(shape, ghost as u64, mask, execution));
        difference(&kernels, &reference)
    };
    let differences: Vec<f64> = masks(file).iter().enumerate().map(of_ghost).collect();
    let agree = differences.iter().filter(|&&difference| difference <= TOLERANCE).count();
    assert!(2 * agree > GHOSTS, "{agree} of {GHOSTS} ghost batches agree: {differences:?}");
    assert!(differences.iter().all(|&difference| difference < 0.2), "more than a kink: {differences:?}");
}

#[test]
fn gradients_of_the_first_step_agree_at_8_filters_and_16x16() {
    assert_first_steps_agree(8, 16, StemKind::Plain, "m8.json");
}

#[test]
fn gradients_of_the_first_step_agree_at_16_filters_and_32x32() {
    assert_first_steps_agree(16, 32, StemKind::Plain, "m4.json");
}

#[test]
fn gradients_of_the_first_step_agree_behind_the_stem_of_imagenet_at_64x64() {
    assert_first_steps_agree(8, 64, StemKind::ImageNet, "m8.json");
}
