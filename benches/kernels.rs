//! Time of every operation of `supernet-kernels`, and of the same as plain Burn operations.
//!
//! `cargo bench --bench kernels` runs all; `-- depthwise` those whose name has it. One item is a floating-point operation, so
//! "Gitem/s" reads GFLOP/s. `BURN_DEVICE` chooses the device (flex). Shapes are `ghosts x images x channels x height x width` of the
//! networks that the comparison with the PyTorch peer uses.

use std::fmt;

use burn::tensor::{Device, Distribution, Tensor};
use divan::{Bencher, counter::ItemsCount};
use supernet_kernels::{Pool, zeros_like_rows};

fn main() {
    // As a training run does.
    supernet_kernels::awake(divan::main);
}

const SHAPES: [[usize; 5]; 6] = [
    [8, 16, 8, 16, 16],
    [8, 16, 16, 8, 8],
    [8, 16, 32, 4, 4],
    [4, 16, 16, 32, 32],
    [4, 16, 32, 16, 16],
    [4, 16, 64, 8, 8],
];

fn device() -> (Device, &'static str) {
    match std::env::var("BURN_DEVICE").as_deref() {
        Err(_) | Ok("flex") => (Device::flex(), "flex"),
        Ok(other) => panic!("BURN_DEVICE: this bench knows flex, found {other}"),
    }
}

/// An operation: batch, weight, ghost batches, and all of them as a list. Those that add get an accumulator of their own.
type Op = fn(Tensor<4>, Tensor<4>, usize, &[u32]) -> Tensor<4>;

/// Name, shape of the weight, floating-point operations for a number of the result, and the operation.
type Table = Vec<(&'static str, [usize; 4], usize, Op)>;

#[derive(Clone)]
struct Case {
    name: &'static str,
    device: &'static str,
    shape: [usize; 5],
    weight: [usize; 4],
    run: Op,
    flops: usize,
}

impl fmt::Display for Case {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let [g, n, c, h, w] = self.shape;
        write!(f, "{} {} {g}x{n}x{c}x{h}x{w}", self.name, self.device)
    }
}

macro_rules! operations {
    ($ops:path, $c:expr) => {{
        use $ops as ops;
        let c = $c;
        let table: Table = vec![
            ("norm_relu", [1; 4], 5, |x, _, g, _| ops::norm_relu(x, g, 1e-5)),
            ("depthwise3", [c, 1, 3, 3], 18, |x, w, g, on| ops::depthwise(x, w, g, on)),
            ("depthwise5", [c, 1, 5, 5], 50, |x, w, g, on| ops::depthwise(x, w, g, on)),
            ("depthwise7", [c, 1, 7, 7], 98, |x, w, g, on| ops::depthwise(x, w, g, on)),
            ("pointwise", [c, c, 1, 1], 2 * c, |x, w, _, _| ops::pointwise(x, w)),
            ("pointwise_add", [c, c, 1, 1], 2 * c, |x, w, g, on| ops::pointwise_add(accumulator(&x), x, w, g, on, on)),
            ("conv1x7", [c, c, 1, 7], 14 * c, |x, w, g, on| ops::conv(x, w, g, on)),
            ("conv7x1", [c, c, 7, 1], 14 * c, |x, w, g, on| ops::conv(x, w, g, on)),
            ("conv3x3", [c, c, 3, 3], 18 * c, |x, w, g, on| ops::conv(x, w, g, on)),
            ("maximum", [1; 4], 9, |x, _, g, on| ops::pool_add(accumulator(&x), x, Pool::Max, g, on)),
            ("average", [1; 4], 9, |x, _, g, on| ops::pool_add(accumulator(&x), x, Pool::Average, g, on)),
            ("add_on", [1; 4], 1, |x, _, g, on| ops::add_on(accumulator(&x), x, g, on)),
            ("mean_pool", [1; 4], 1, |x, _, _, _| ops::mean_pool(x, 2)),
        ];
        table
    }};
}

fn accumulator(x: &Tensor<4>) -> Tensor<4> {
    zeros_like_rows(x, x.dims()[0], x.dims()[1])
}

fn cases(table: fn(usize) -> Table) -> Vec<Case> {
    let (_, device) = device();
    SHAPES
        .into_iter()
        .flat_map(|shape| {
            let [g, n, c, h, w] = shape;
            table(c).into_iter().map(move |(name, weight, per_number, run)| Case {
                name,
                device,
                shape,
                weight,
                run,
                flops: per_number * g * n * c * h * w,
            })
        })
        .collect()
}

fn kernels() -> Vec<Case> {
    cases(|c| operations!(supernet_kernels, c))
}

fn plain_burn() -> Vec<Case> {
    cases(|c| operations!(supernet_kernels::reference, c))
}

fn inputs(case: &Case, device: &Device) -> [Tensor<4>; 2] {
    let [g, n, c, h, w] = case.shape;
    let uniform = Distribution::Uniform(-1.0, 1.0);
    [[g * n, c, h, w], case.weight].map(|shape| Tensor::random(shape, uniform, device))
}

fn forward(bencher: Bencher, case: &Case) {
    let (device, _) = device();
    let [x, weight] = inputs(case, &device);
    let groups = case.shape[0];
    let on: Vec<u32> = (0..groups as u32).collect();
    bencher.counter(ItemsCount::new(case.flops)).bench(|| {
        let y = (case.run)(x.clone(), weight.clone(), groups, &on);
        device.sync().expect("the device finishes");
        y
    });
}

/// Forward and backward: three times the work of the forward pass.
fn training(bencher: Bencher, case: &Case) {
    let (device, _) = device();
    let [x, weight] = inputs(case, &device.clone().autodiff()).map(Tensor::require_grad);
    let groups = case.shape[0];
    let on: Vec<u32> = (0..groups as u32).collect();
    bencher.counter(ItemsCount::new(3 * case.flops)).bench(|| {
        let y = (case.run)(x.clone(), weight.clone(), groups, &on);
        let gradients = y.backward();
        device.sync().expect("the device finishes");
        gradients
    });
}

mod kernel {
    use super::*;

    #[divan::bench(args = kernels(), max_time = 0.3)]
    fn forward(bencher: Bencher, case: &Case) {
        super::forward(bencher, case);
    }

    #[divan::bench(args = kernels(), max_time = 0.3)]
    fn training(bencher: Bencher, case: &Case) {
        super::training(bencher, case);
    }
}

mod reference {
    use super::*;

    #[divan::bench(args = plain_burn(), max_time = 0.3)]
    fn forward(bencher: Bencher, case: &Case) {
        super::forward(bencher, case);
    }

    #[divan::bench(args = plain_burn(), max_time = 0.3)]
    fn training(bencher: Bencher, case: &Case) {
        super::training(bencher, case);
    }
}
