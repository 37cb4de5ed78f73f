//! Time of every operation of `supernet-kernels`: its kernel, its reference of plain Burn
//! operations, and where that differs what a Burn user would write without lists (`dense`: the
//! operation on all ghost batches, times a mask of zeros and ones).
//!
//! `cargo bench --bench kernels` runs all; `-- depthwise` those whose name has it. One item is a
//! floating-point operation on the ghost batches that are on, so "Gitem/s" reads GFLOP/s;
//! `matrix_product` is the peak to hold it against. `BURN_DEVICE` chooses the device. Names hold
//! the device, `ghosts x images x channels x height x width`, and `half` where every other ghost
//! batch is on. Shapes are those of the networks that the comparison with the PyTorch peer uses.

use burn::tensor::{
    Device, Distribution, Tensor, TensorData,
    module::{avg_pool2d, conv2d, max_pool2d},
    ops::{AvgPoolOptions, ConvOptions, MaxPoolOptions},
};
use divan::{
    Bencher,
    counter::{BytesCount, ItemsCount},
};
use std::fmt;
use supernet_benches::{device, device_name};
use supernet_kernels::{Pool, awake_on, reference, zeros_like_rows};

fn main() {
    // As a training run does.
    awake_on(&device(), divan::main);
}

const SHAPES: [[usize; 5]; 6] = [
    [8, 16, 8, 16, 16],
    [8, 16, 16, 8, 8],
    [8, 16, 32, 4, 4],
    [4, 16, 16, 32, 32],
    [4, 16, 32, 16, 16],
    [4, 16, 64, 8, 8],
];

const EPSILON: f64 = 1e-5;

/// What an operation is given. Those that add get an accumulator of their own.
struct Inputs {
    x: Tensor<4>,
    weight: Tensor<4>,
    groups: usize,
    on: Vec<u32>,
}

/// Whether an operation takes a list of ghost batches.
#[derive(Clone, Copy, PartialEq)]
enum Takes {
    All,
    List,
}
use Takes::{All, List};

/// Name, shape of the weight, floating-point operations for a number of the input, lists, and the
/// operation.
type Row = (&'static str, [usize; 4], usize, Takes, fn(Inputs) -> Tensor<4>);

macro_rules! operations {
    ($ops:path, $c:expr) => {{
        use $ops as ops;
        let c = $c;
        let table: Vec<Row> = vec![
            ("norm", [1; 4], 4, All, |i| ops::norm(i.x, i.groups, EPSILON)),
            ("norm_relu", [1; 4], 5, All, |i| ops::norm_relu(i.x, i.groups, EPSILON)),
            ("norm_relu_on", [1; 4], 5, List, |i| ops::norm_relu_on(i.x, i.groups, &i.on, EPSILON)),
            ("norm_affine_relu", [c, 1, 1, 1], 7, All, |i| {
                let scale: Tensor<1> = i.weight.flatten(0, 3);
                ops::norm_affine_relu(i.x, scale.clone(), scale, i.groups, EPSILON)
            }),
            ("depthwise3", [c, 1, 3, 3], 18, List, |i| ops::depthwise(i.x, i.weight, i.groups, &i.on)),
            ("depthwise5", [c, 1, 5, 5], 50, List, |i| ops::depthwise(i.x, i.weight, i.groups, &i.on)),
            ("depthwise7", [c, 1, 7, 7], 98, List, |i| ops::depthwise(i.x, i.weight, i.groups, &i.on)),
            ("pointwise", [c, c, 1, 1], 2 * c, All, |i| ops::pointwise(i.x, i.weight)),
            ("pointwise_add", [c, c, 1, 1], 2 * c, List, |i| {
                ops::pointwise_add(accumulator(&i.x), i.x, i.weight, i.groups, &i.on, &i.on)
            }),
            ("concat3_1x1", [c, c, 1, 1], 6 * c, List, |i| {
                let add = |sum, _| ops::pointwise_add(sum, i.x.clone(), i.weight.clone(), i.groups, &i.on, &i.on);
                (0..3).fold(accumulator(&i.x), add)
            }),
            ("conv1x7", [c, c, 1, 7], 14 * c, List, |i| ops::conv(i.x, i.weight, i.groups, &i.on)),
            ("conv7x1", [c, c, 7, 1], 14 * c, List, |i| ops::conv(i.x, i.weight, i.groups, &i.on)),
            ("conv3x3", [c, c, 3, 3], 18 * c, List, |i| ops::conv(i.x, i.weight, i.groups, &i.on)),
            ("conv3x3_stride2", [c, c, 3, 3], 18 * c / 4, All, |i| {
                let all: Vec<u32> = (0..i.groups as u32).collect();
                ops::conv_stride2(i.x, i.weight, i.groups, &all)
            }),
            ("conv7x1_add", [c, c, 7, 1], 14 * c, List, |i| {
                ops::conv_add(accumulator(&i.x), i.x, i.weight, i.groups, &i.on, &i.on)
            }),
            ("maximum", [1; 4], 9, List, |i| ops::pool_add(accumulator(&i.x), i.x, Pool::Max, i.groups, &i.on)),
            ("average", [1; 4], 9, List, |i| ops::pool_add(accumulator(&i.x), i.x, Pool::Average, i.groups, &i.on)),
            ("add_on", [1; 4], 1, List, |i| ops::add_on(accumulator(&i.x), i.x, i.groups, &i.on)),
            ("add_at", [1; 4], 1, List, |i| ops::add_at(accumulator(&i.x), i.x, i.groups, &i.on, &i.on)),
            ("mean_pool", [1; 4], 1, All, |i| ops::mean_pool(i.x, 2)),
        ];
        table
    }};
}

/// The operations that take lists, without lists.
fn dense_operations(c: usize) -> Vec<Row> {
    let convolutions: [(&str, [usize; 4], usize); 6] = [
        ("depthwise3", [c, 1, 3, 3], 18),
        ("depthwise5", [c, 1, 5, 5], 50),
        ("depthwise7", [c, 1, 7, 7], 98),
        ("conv1x7", [c, c, 1, 7], 14 * c),
        ("conv7x1", [c, c, 7, 1], 14 * c),
        ("conv3x3", [c, c, 3, 3], 18 * c),
    ];
    let convolve: fn(Inputs) -> Tensor<4> = |i| masked(convolved(i.x.clone(), i.weight.clone()), &i);
    let mut table: Vec<Row> =
        convolutions.into_iter().map(|(name, weight, flops)| (name, weight, flops, List, convolve)).collect();
    table.extend::<[Row; 6]>([
        ("norm_relu_on", [1; 4], 5, List, |i| masked(reference::norm_relu(i.x.clone(), i.groups, EPSILON), &i)),
        ("pointwise_add", [c, c, 1, 1], 2 * c, List, |i| {
            accumulator(&i.x) + masked(convolved(i.x.clone(), i.weight.clone()), &i)
        }),
        ("concat3_1x1", [c, c, 1, 1], 6 * c, List, |i| {
            let inputs = (0..3).map(|_| masked(i.x.clone(), &i)).collect();
            convolved(Tensor::cat(inputs, 1), Tensor::cat(vec![i.weight; 3], 1))
        }),
        ("maximum", [1; 4], 9, List, |i| {
            let options = MaxPoolOptions::new([3, 3]).with_stride([1, 1]).with_padding([1, 1]);
            accumulator(&i.x) + masked(max_pool2d(i.x.clone(), options), &i)
        }),
        ("average", [1; 4], 9, List, |i| {
            let options = AvgPoolOptions::new([3, 3]).with_stride([1, 1]).with_padding([1, 1]);
            accumulator(&i.x) + masked(avg_pool2d(i.x.clone(), options.with_count_include_pad(true)), &i)
        }),
        ("add_on", [1; 4], 1, List, |i| accumulator(&i.x) + masked(i.x.clone(), &i)),
    ]);
    table
}

fn convolved(x: Tensor<4>, weight: Tensor<4>) -> Tensor<4> {
    let (c_in, [_, per_group, kh, kw]) = (x.dims()[1], weight.dims());
    conv2d(x, weight, None, ConvOptions::new([1, 1], [kh / 2, kw / 2], [1, 1], c_in / per_group))
}

/// `y` times the mask of the ghost batches that are on, if not all are.
fn masked(y: Tensor<4>, inputs: &Inputs) -> Tensor<4> {
    if inputs.on.len() == inputs.groups {
        return y;
    }
    let rows = y.dims()[0];
    let is_on = |row: usize| inputs.on.contains(&((row * inputs.groups / rows) as u32));
    let mask: Vec<f32> = (0..rows).map(|row| f32::from(is_on(row))).collect();
    let device = y.device().inner();
    y * Tensor::from_data(TensorData::new(mask, [rows, 1, 1, 1]), &device)
}

fn accumulator(x: &Tensor<4>) -> Tensor<4> {
    zeros_like_rows(x, x.dims()[0], x.dims()[1])
}

#[derive(Clone)]
struct Case {
    name: &'static str,
    shape: [usize; 5],
    weight: [usize; 4],
    half: bool,
    flops: usize,
    run: fn(Inputs) -> Tensor<4>,
}

impl fmt::Display for Case {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let [g, n, c, h, w] = self.shape;
        write!(f, "{} {} {g}x{n}x{c}x{h}x{w}{}", self.name, device_name(), if self.half { " half" } else { "" })
    }
}

impl Case {
    fn inputs(&self, device: &Device) -> [Tensor<4>; 2] {
        let [g, n, c, h, w] = self.shape;
        let uniform = Distribution::Uniform(-1.0, 1.0);
        [[g * n, c, h, w], self.weight].map(|shape| Tensor::random(shape, uniform, device))
    }

    fn run(&self, [x, weight]: &[Tensor<4>; 2]) -> Tensor<4> {
        let groups = self.shape[0];
        let step = if self.half { 2 } else { 1 };
        let on = (0..groups as u32).step_by(step).collect();
        (self.run)(Inputs { x: x.clone(), weight: weight.clone(), groups, on })
    }
}

fn cases(table: fn(usize) -> Vec<Row>) -> Vec<Case> {
    let mut cases = Vec::new();
    for shape in SHAPES {
        let [g, n, c, h, w] = shape;
        for (name, weight, per_number, takes, run) in table(c) {
            let flops = per_number * g * n * c * h * w;
            cases.push(Case { name, shape, weight, half: false, flops, run });
            if takes == List {
                cases.push(Case { name, shape, weight, half: true, flops: flops / 2, run });
            }
        }
    }
    cases
}

fn kernels() -> Vec<Case> {
    cases(|c| operations!(supernet_kernels, c))
}

fn references() -> Vec<Case> {
    cases(|c| operations!(supernet_kernels::reference, c))
}

fn dense() -> Vec<Case> {
    cases(dense_operations)
}

fn forward(bencher: Bencher, case: &Case) {
    let device = device();
    let inputs = case.inputs(&device);
    bencher.counter(ItemsCount::new(case.flops)).bench(|| {
        let y = case.run(&inputs);
        device.sync().expect("the device finishes");
        y
    });
}

/// Forward and backward: three times the work of the forward pass.
fn training(bencher: Bencher, case: &Case) {
    let device = device();
    let inputs = case.inputs(&device.clone().autodiff()).map(Tensor::require_grad);
    bencher.counter(ItemsCount::new(3 * case.flops)).bench(|| {
        let gradients = case.run(&inputs).backward();
        device.sync().expect("the device finishes");
        gradients
    });
}

/// The forward and the training bench of one way to run the operations.
macro_rules! way {
    ($name:ident, $cases:expr) => {
        mod $name {
            use super::*;

            #[divan::bench(args = $cases, max_time = 0.1)]
            fn forward(bencher: Bencher, case: &Case) {
                super::forward(bencher, case);
            }

            #[divan::bench(args = $cases, max_time = 0.1)]
            fn training(bencher: Bencher, case: &Case) {
                super::training(bencher, case);
            }
        }
    };
}

way!(kernel, kernels());
way!(reference_of_burn, references());
way!(dense_of_burn, dense());

/// A shape that names a case.
struct Block<const D: usize>([usize; D]);

impl<const D: usize> fmt::Display for Block<D> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {}", device_name(), self.0.map(|n| n.to_string()).join("x"))
    }
}

/// The peak of the machine as Burn's matrix product reaches it.
#[divan::bench(args = [1024, 2048].map(|n| Block([n, n, n])), max_time = 2)]
fn matrix_product(bencher: Bencher, &Block([n, k, m]): &Block<3>) {
    let device = device();
    let uniform = Distribution::Uniform(-1.0, 1.0);
    let [a, b] = [[n, k], [k, m]].map(|shape| Tensor::<2>::random(shape, uniform, &device));
    bencher.counter(ItemsCount::new(2 * n * k * m)).bench(|| {
        let y = a.clone().matmul(b.clone());
        device.sync().expect("the device finishes");
        y
    });
}

/// An accumulator of zeros: this library's, and Burn's.
mod zeros {
    use super::*;

    fn shapes() -> Vec<Block<4>> {
        SHAPES.map(|[g, n, c, h, w]| Block([g * n, c, h, w])).into()
    }

    fn bench(bencher: Bencher, shape: [usize; 4], make: impl Fn(&Tensor<4>) -> Tensor<4> + Sync) {
        let device = device();
        let like = Tensor::random(shape, Distribution::Default, &device);
        bencher.counter(BytesCount::new(4 * shape.iter().product::<usize>())).bench(|| {
            let y = make(&like);
            device.sync().expect("the device finishes");
            y
        });
    }

    #[divan::bench(args = shapes(), max_time = 0.1)]
    fn kernel(bencher: Bencher, shape: &Block<4>) {
        bench(bencher, shape.0, accumulator);
    }

    #[divan::bench(args = shapes(), max_time = 0.1)]
    fn burn(bencher: Bencher, shape: &Block<4>) {
        bench(bencher, shape.0, |like| Tensor::zeros(like.dims(), &like.device()));
    }
}
