//! Gradients against central differences, in f64, along random directions: of a normalisation, of
//! one choice block, of a cell, of a network and of its images.

use burn::tensor::{DType, Device, Tensor};
use rand::RngExt;
use std::collections::BTreeMap;
use supernet_nn::{EPSILON, NetworkConfig, PaperNetwork, Paths};
use supernet_space::{CellSpace, draws};
use supernet_tests::{
    Formula, PLAIN, backward, config, cross_entropy, data, device_of, images, labels, orders_and_norms, paths,
    random_masks, replaced, values, with_order,
};

/// Half the distances of the two points of a central difference. Rounding adds some 1e-16 / step; a
/// ReLU or a maximum whose kink lies between both points, which smaller steps make less likely,
/// adds its share of the derivative. A right derivative agrees at one of the steps, a wrong one at
/// none.
const STEPS: [f64; 3] = [1e-6, 1e-7, 1e-8];

/// Relative to the derivative.
const TOLERANCE: f64 = 1e-6;

/// Numbers between −1 and 1, a stream for each name.
fn direction(count: usize, name: &str) -> Vec<f64> {
    let rng = &mut draws(17, name, 0);
    (0..count).map(|_| 2.0 * rng.random::<f64>() - 1.0).collect()
}

fn moved(x: &[f64], direction: &[f64], step: f64) -> Vec<f64> {
    x.iter().zip(direction).map(|(x, d)| x + step * d).collect()
}

fn dot(a: &[f64], b: &[f64]) -> f64 {
    a.iter().zip(b).map(|(a, b)| a * b).sum()
}

/// Asserts that `derivative` is that of `f`, a function of the distance along a direction.
fn assert_derivative(what: &str, derivative: f64, f: impl Fn(f64) -> f64) {
    let differences = STEPS.map(|step| (f(step) - f(-step)) / (2.0 * step));
    // Where a derivative is small beside the terms that make it up, rounding counts as for one of a
    // tenth.
    let agrees = |expected: &f64| (derivative - expected).abs() <= TOLERANCE * expected.abs().max(0.1);
    assert!(differences.iter().any(agrees), "{what}: {derivative} by backward, {differences:?} by differences");
}

/// An operation of `supernet-kernels` on tensors of given shapes: f(inputs) = Σ weights ·
/// operation(inputs).
fn assert_operation(what: &str, shapes: &[&[usize]], operation: impl Fn(&[Tensor<4>]) -> Tensor<4>) {
    let device = device_of(DType::F64).autodiff();
    let tensor = |x: &[f64], shape: &[usize]| {
        let four: Vec<usize> = shape.iter().copied().chain(std::iter::repeat(1)).take(4).collect();
        Tensor::<4>::from_data(data(x.to_vec(), &four, DType::F64), (&device, DType::F64))
    };
    let sizes: Vec<usize> = shapes.iter().map(|shape| shape.iter().product()).collect();
    let points: Vec<Vec<f64>> = (0..shapes.len()).map(|i| direction(sizes[i], &format!("{what} {i}"))).collect();
    let along: Vec<Vec<f64>> = (0..shapes.len()).map(|i| direction(sizes[i], &format!("{what} along {i}"))).collect();
    let sum = |inputs: &[Tensor<4>]| {
        let y = operation(inputs);
        let weights = direction(y.shape().num_elements(), "weights of the sum");
        let weights = tensor(&weights, &y.dims());
        (y * weights).sum()
    };
    let tracked: Vec<Tensor<4>> = (0..shapes.len()).map(|i| tensor(&points[i], shapes[i]).require_grad()).collect();
    let gradients = sum(&tracked).backward();
    for i in 0..shapes.len() {
        let gradient = values(tracked[i].grad(&gradients).expect("a gradient"));
        assert_derivative(&format!("{what}, input {i}"), dot(&gradient, &along[i]), |step| {
            let inputs: Vec<Tensor<4>> = (0..shapes.len())
                .map(|j| tensor(&moved(&points[j], &along[j], if j == i { step } else { 0.0 }), shapes[j]))
                .collect();
            values(sum(&inputs))[0]
        });
    }
}

#[test]
fn normalisation_has_the_gradient_of_its_differences() {
    let x: &[usize] = &[6, 3, 4, 4];
    for groups in [1, 2, 3, 6] {
        assert_operation("norm", &[x], |t| supernet_kernels::norm(t[0].clone(), groups, EPSILON));
        assert_operation("norm, ReLU", &[x], |t| supernet_kernels::norm_relu(t[0].clone(), groups, EPSILON));
        assert_operation("norm, scale, shift, ReLU", &[x, &[3], &[3]], |t| {
            let vector = |i: usize| t[i].clone().reshape([3]);
            supernet_kernels::norm_affine_relu(t[0].clone(), vector(1), vector(2), groups, EPSILON)
        });
    }
    assert_operation("norm of ghost batches 0 and 2", &[x], |t| {
        supernet_kernels::norm_relu_on(t[0].clone(), 3, &[0, 2], EPSILON)
    });
}

/// A network at a point, and the loss of images and paths.
struct Point {
    config: NetworkConfig,
    network: PaperNetwork,
    paths: Paths,
    device: Device,
}

impl Point {
    fn new(config: NetworkConfig, r: f64, seed: u64) -> Self {
        let device = device_of(DType::F64).autodiff();
        let network = config.supernet(&mut Formula(DType::F64), &device).unwrap();
        let paths = paths(&config.cells, &random_masks(&config.cells, 3, r, seed));
        Self { config, network, paths, device }
    }

    fn images(&self) -> Tensor<4> {
        images(4 * self.paths.ghosts(), &self.config.shape, DType::F64, &self.device)
    }

    fn loss(&self, network: &PaperNetwork, images: Tensor<4>) -> Tensor<1> {
        let [count, ..] = images.dims();
        let logits = network.forward_with(images, &self.paths, &PLAIN).unwrap();
        cross_entropy(logits, labels(count, self.config.shape.classes, &self.device))
    }

    /// Checks the derivative along a random direction in the parameters that `part` names.
    fn check(&self, what: &str, part: impl Fn(&str) -> bool) {
        let parameters = backward(self.loss(&self.network, self.images()), &self.network);
        let along: BTreeMap<&String, Vec<f64>> = parameters
            .iter()
            .filter(|(name, _)| part(name))
            .map(|(name, parameter)| (name, direction(parameter.value.len(), name)))
            .collect();
        assert!(along.keys().any(|name| parameters[*name].moves()), "{what}: a part that does something");
        let entry = |name: &&String| parameters[*name].gradient.as_ref();
        let derivative = along.iter().filter_map(|(name, along)| Some(dot(entry(name)?, along))).sum();
        assert_derivative(what, derivative, |step| {
            let there = replaced(self.network.clone(), |name, numbers| match along.get(&name.to_owned()) {
                Some(along) => moved(&numbers, along, step),
                None => numbers,
            });
            values(self.loss(&there, self.images()))[0]
        });
    }
}

#[test]
fn a_choice_block_has_the_gradient_of_its_differences_in_every_order_and_normalisation() {
    for (i, (order, norm)) in orders_and_norms().into_iter().enumerate() {
        let cells = CellSpace::new(3, 2).unwrap();
        let config = with_order(&config(cells), order, norm);
        let mut point = Point::new(config, 0.1, 0);
        // All operations, then each by itself.
        let all = point.config.cells.space().all_on();
        point.paths = paths(&point.config.cells, &[all.clone(), all.clone()]);
        point.check(&format!("block, {order:?}, {norm:?}"), |name| name.contains("cells.1.blocks.0."));
        for operation in 0..7 {
            let one = all.with(1, 1 << operation);
            point.paths = paths(&point.config.cells, &[all.clone(), one.clone(), one.with(0, 1 + i as u64 % 3)]);
            let what = format!("block with operation {operation}, {order:?}, {norm:?}");
            point.check(&what, |name| name.contains("cells.1.blocks.0."));
        }
    }
}

#[test]
fn a_cell_has_the_gradient_of_its_differences() {
    for (seed, (order, norm)) in orders_and_norms().into_iter().enumerate() {
        let point = Point::new(with_order(&config(CellSpace::new(3, 3).unwrap()), order, norm), 0.1, seed as u64);
        for cell in 0..3 {
            let prefix = format!("cells.{cell}.");
            point.check(&format!("cell {cell}, {order:?}, {norm:?}"), |name| name.starts_with(&prefix));
        }
    }
}

#[test]
fn a_network_has_the_gradient_of_its_differences() {
    for (seed, (order, norm)) in orders_and_norms().into_iter().enumerate() {
        let cells = CellSpace::new(4, 3).unwrap();
        let point = Point::new(with_order(&config(cells.mask_per_cell()), order, norm), 0.2, 10 + seed as u64);
        let what = format!("network, {order:?}, {norm:?}");
        point.check(&what, |_| true);
        for part in ["stem1.", "stem2.", "head", "classifier."] {
            point.check(&format!("{part} of {what}"), |name| name.starts_with(part));
        }
    }
}

#[test]
fn images_have_the_gradient_of_their_differences() {
    for (seed, (order, norm)) in orders_and_norms().into_iter().enumerate() {
        let point = Point::new(with_order(&config(CellSpace::new(3, 2).unwrap()), order, norm), 0.1, 20 + seed as u64);
        let images = point.images().require_grad();
        let gradients = point.loss(&point.network, images.clone()).backward();
        let gradient = values(images.grad(&gradients).expect("a gradient"));
        let along = direction(gradient.len(), "images");
        assert_derivative(&format!("images, {order:?}, {norm:?}"), dot(&gradient, &along), |step| {
            let there = moved(&values(images.clone()), &along, step);
            let there = data(there, &images.dims(), DType::F64);
            values(point.loss(&point.network, Tensor::from_data(there, (&point.device, DType::F64))))[0]
        });
    }
}
