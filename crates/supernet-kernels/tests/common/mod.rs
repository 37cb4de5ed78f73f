//! What the tests of this crate share: numbers, a table of operations and shapes, and a way to run
//! one with its gradients.
#![allow(dead_code, reason = "every test binary uses a part of it")]

use burn::tensor::{DType, Device, Tensor, TensorData};
use supernet_kernels::{Pool, Taps};

/// The device under test: `BURN_DEVICE` names it (`flex`, `vulkan`, `cuda:1`), the CPU by default.
pub fn device() -> Device {
    let name = std::env::var("BURN_DEVICE").unwrap_or_else(|_| "flex".into());
    let (backend, index) = name.split_once(':').unwrap_or((&name, "0"));
    let index: usize = index.parse().unwrap_or_else(|_| panic!("BURN_DEVICE: `{index}` is no number, found {name}"));
    let found = match backend {
        "flex" => vec![Device::flex()],
        #[cfg(feature = "wgpu")]
        "wgpu" => Device::enumerate(burn::tensor::DeviceType::Wgpu).into_vec(),
        #[cfg(feature = "vulkan")]
        "vulkan" => Device::enumerate(burn::tensor::DeviceType::Vulkan).into_vec(),
        #[cfg(feature = "metal")]
        "metal" => Device::enumerate(burn::tensor::DeviceType::Metal).into_vec(),
        #[cfg(feature = "webgpu")]
        "webgpu" => Device::enumerate(burn::tensor::DeviceType::WebGpu).into_vec(),
        #[cfg(feature = "cuda")]
        "cuda" => Device::enumerate(burn::tensor::DeviceType::Cuda).into_vec(),
        #[cfg(feature = "rocm")]
        "rocm" => Device::enumerate(burn::tensor::DeviceType::Rocm).into_vec(),
        _ => panic!("BURN_DEVICE: found {name}, expected flex or a backend whose feature is on"),
    };
    let count = found.len();
    found.into_iter().nth(index).unwrap_or_else(|| panic!("BURN_DEVICE: {name}, but there are {count} of them"))
}

/// The device under test for this type: graphics cards need not have `f64`, in which Flex says what
/// is expected.
pub fn device_of(dtype: DType) -> Device {
    if dtype == DType::F64 { Device::flex() } else { device() }
}

/// Whether the device under test is Flex; says why a test that is about Flex does not run
/// elsewhere.
pub fn is_flex(what: &str) -> bool {
    let flex = device() == Device::flex();
    if !flex {
        println!("not run on {:?}: {what}", device());
    }
    flex
}

/// Numbers in [-1, 1), the same for the same seed, exact in `f32`.
pub fn numbers(count: usize, seed: u64) -> Vec<f64> {
    let mut state = seed.wrapping_mul(0x9e37_79b9_7f4a_7c15) ^ 0x5851_f42d_4c95_7f2d;
    (0..count)
        .map(|_| {
            state = state.wrapping_mul(6364136223846793005).wrapping_add(1442695040888963407);
            let bits = (state >> 33) as f32 / (1u64 << 31) as f32;
            f64::from(2.0 * bits - 1.0)
        })
        .collect()
}

pub fn tensor(numbers: &[f64], shape: [usize; 4], device: &Device, dtype: DType) -> Tensor<4> {
    Tensor::from_data(TensorData::new(numbers.to_vec(), shape), (device, dtype))
}

pub fn random(shape: [usize; 4], seed: u64, device: &Device, dtype: DType) -> Tensor<4> {
    tensor(&numbers(shape.iter().product(), seed), shape, device, dtype)
}

pub fn values(t: &Tensor<4>) -> Vec<f64> {
    t.clone().without_autodiff().try_into_vec_as::<f64>().unwrap()
}

/// An operation: takes its inputs one after the other, the number of ghost batches and the list.
pub type Op = fn(&mut dyn FnMut() -> Tensor<4>, usize, &[u32]) -> Tensor<4>;

/// One operation on one shape: the same call of the kernel and of the reference.
pub struct Case {
    pub name: String,
    pub inputs: Vec<[usize; 4]>,
    pub groups: usize,
    pub on: Vec<u32>,
    pub kernel: Op,
    pub reference: Op,
}

/// What came out: the result and the gradients of all inputs, for a loss that weighs every number
/// of the result differently.
pub struct Outcome {
    pub shape: [usize; 4],
    pub y: Vec<f64>,
    pub gradients: Vec<Vec<f64>>,
}

pub fn run(op: Op, case: &Case, dtype: DType) -> Outcome {
    let device = device_of(dtype).autodiff();
    let inputs: Vec<Tensor<4>> = case
        .inputs
        .iter()
        .enumerate()
        .map(|(i, &shape)| random(shape, i as u64 + 1, &device, dtype).require_grad())
        .collect();
    run_on(op, inputs, case.groups, &case.on)
}

pub fn run_on(op: Op, inputs: Vec<Tensor<4>>, groups: usize, on: &[u32]) -> Outcome {
    let mut rest = inputs.iter().cloned();
    let y = op(&mut || rest.next().unwrap(), groups, on);
    let weights = random(y.dims(), 99, &device_of(y.dtype()), y.dtype());
    let gradients = (y.clone() * weights.autodiff()).sum().backward();
    Outcome {
        shape: y.dims(),
        y: values(&y),
        gradients: inputs.iter().map(|x| values(&x.grad(&gradients).expect("every input has a gradient"))).collect(),
    }
}

/// The greatest difference, relative to the greatest number expected.
pub fn difference(found: &[f64], expected: &[f64]) -> f64 {
    assert_eq!(found.len(), expected.len());
    let scale = expected.iter().fold(1e-30f64, |m, e| m.max(e.abs()));
    let worst = found
        .iter()
        .zip(expected)
        .map(|(f, e)| (f - e).abs())
        .fold(0.0, |m, d| if d > m || d.is_nan() { d } else { m });
    worst / scale
}

/// The same expression over the kernels and over the reference.
macro_rules! both {
    (|$x:ident, $groups:ident, $on:ident| $body:expr) => {{
        fn kernel(
            $x: &mut dyn FnMut() -> burn::tensor::Tensor<4>,
            $groups: usize,
            $on: &[u32],
        ) -> burn::tensor::Tensor<4> {
            #[allow(unused_imports, reason = "some expressions name everything by path")]
            use supernet_kernels as ops;
            $body
        }
        fn reference(
            $x: &mut dyn FnMut() -> burn::tensor::Tensor<4>,
            $groups: usize,
            $on: &[u32],
        ) -> burn::tensor::Tensor<4> {
            use supernet_kernels::reference as ops;
            $body
        }
        (kernel as $crate::common::Op, reference as $crate::common::Op)
    }};
}

/// A depthwise convolution of a stride, a dilation, and of a ReLU or not.
macro_rules! both_taps {
    ($stride:literal, $dilation:literal, $relu:literal) => {
        both!(|x, groups, on| {
            let taps = Taps { stride: $stride, dilation: $dilation, relu: $relu };
            ops::depthwise_taps(x(), x(), taps, groups, on)
        })
    };
}

/// A pool of a stride.
macro_rules! both_pools {
    ($kind:expr, $stride:literal) => {
        both!(|x, groups, on| ops::strided_pool_at(x(), x(), $kind, $stride, groups, on, on))
    };
}

/// `[groups, n, channels, height, width]`: what the networks use, odd sides, single images, single
/// pixels, rows of every remainder, planes smaller than a vector with channels by the eight, rows
/// by the four that are no vectors.
pub const SHAPES: [[usize; 5]; 22] = [
    [3, 2, 8, 16, 16],
    [3, 3, 16, 8, 8],
    [4, 5, 32, 4, 4],
    [2, 16, 8, 4, 4],
    [2, 2, 4, 32, 32],
    [1, 1, 3, 5, 7],
    [3, 1, 3, 5, 5],
    [2, 3, 5, 1, 9],
    [2, 2, 7, 9, 1],
    [2, 1, 1, 1, 1],
    [2, 2, 2, 2, 3],
    [2, 2, 3, 6, 20],
    [2, 1, 2, 28, 28],
    [2, 2, 3, 3, 48],
    [2, 5, 16, 2, 2],
    [3, 3, 8, 3, 3],
    [2, 7, 24, 1, 1],
    [2, 3, 8, 1, 2],
    [2, 1, 16, 16, 16],
    [2, 2, 18, 12, 20],
    [2, 1, 64, 8, 8],
    [1, 1, 61, 4, 17],
];

/// Lists of ghost batches: all, the first, the last, every second.
pub fn lists(groups: usize) -> Vec<Vec<u32>> {
    let groups = groups as u32;
    let mut lists = vec![(0..groups).collect(), vec![0], vec![groups - 1], (0..groups).step_by(2).collect::<Vec<_>>()];
    lists.sort();
    lists.dedup();
    lists
}

/// Sums what all kinds of readers make of `$t`.
macro_rules! readers {
    ($t:expr, $x:ident, $groups:ident, $on:ident) => {{
        let t = $t;
        let all: Vec<u32> = (0..$groups as u32).collect();
        let some: Vec<u32> = (0..$on.len() as u32).collect();
        let acc = supernet_kernels::zeros_like_rows(&t, t.dims()[0], t.dims()[1]);
        let acc = ops::add_on(acc, t.clone(), $groups, $on);
        let acc = ops::pool_add(acc, t.clone(), Pool::Max, $groups, $on);
        let acc = ops::pointwise_add(acc, t.clone(), $x(), $groups, $on, $on);
        let acc = ops::add_on(acc, t.clone(), $groups, &all);
        let acc = ops::pool_add(acc, t.clone(), Pool::Average, $groups, &all);
        let acc = ops::add_at(acc, ops::depthwise(t.clone(), $x(), $groups, $on), $groups, &some, $on);
        let acc = ops::add_at(acc, ops::depthwise(t.clone(), $x(), $groups, &all), $groups, &all, &all);
        let acc = ops::add_at(acc, ops::conv(t.clone(), $x(), $groups, $on), $groups, &some, $on);
        let acc = ops::add_at(acc, ops::norm_relu(t.clone(), $groups, 1e-5), $groups, &all, &all);
        let acc = ops::add_at(acc, ops::norm_relu_on(t.clone(), $groups, $on, 1e-5), $groups, &some, $on);
        acc + t
    }};
}

/// Every operation on every shape and list.
#[allow(unused_variables, reason = "operations that take no list are given one")]
pub fn cases() -> Vec<Case> {
    let mut cases = Vec::new();
    for [groups, n, c, h, w] in SHAPES {
        for on in lists(groups) {
            let mut case = |op: &str, inputs: &[[usize; 4]], (kernel, reference): (Op, Op)| {
                cases.push(Case {
                    name: format!("{op} on {groups} x {n} images of {c}x{h}x{w}, list {on:?}, inputs {inputs:?}"),
                    inputs: inputs.to_vec(),
                    groups,
                    on: on.clone(),
                    kernel,
                    reference,
                });
            };
            let whole = [groups * n, c, h, w];
            // A single number has no deviation: its normalisation is zero times a large number.
            if n * h * w > 1 {
                case("norm_relu_on", &[whole], both!(|x, groups, on| ops::norm_relu_on(x(), groups, on, 1e-5)));
            }
            for k in [1, 3, 5, 7, 9] {
                let weight = [c, 1, k, k];
                case("depthwise", &[whole, weight], both!(|x, groups, on| ops::depthwise(x(), x(), groups, on)));
            }
            for k in [3, 5, 7] {
                let weight = [c, 1, k, k];
                case("depthwise of a ReLU", &[whole, weight], both_taps!(1, 1, true));
                case("depthwise of stride 2", &[whole, weight], both_taps!(2, 1, false));
                case("depthwise of a ReLU, of stride 2", &[whole, weight], both_taps!(2, 1, true));
                case("depthwise of stride 3", &[whole, weight], both_taps!(3, 1, false));
                case("depthwise of dilation 2", &[whole, weight], both_taps!(1, 2, false));
                case("depthwise of a ReLU, of dilation 2", &[whole, weight], both_taps!(1, 2, true));
                case("depthwise of stride 2 and dilation 2", &[whole, weight], both_taps!(2, 2, false));
            }
            case("relu_on", &[whole], both!(|x, groups, on| ops::relu_on(x(), groups, on)));
            case("every second", &[whole], both!(|x, groups, on| ops::every(x(), 2)));
            if h > 1 && w > 1 {
                case("every other", &[whole], both!(|x, groups, on| ops::every_other(x())));
            }
            for weight in [[c + 5, c, 3, 3], [c + 3, c, 1, 1], [c, c, 1, 7]] {
                case(
                    "conv of a ReLU",
                    &[whole, weight],
                    both!(|x, groups, on| ops::conv_of(x(), x(), true, groups, on)),
                );
                case(
                    "conv_add of a ReLU of one ghost batch to several",
                    &[[groups * n, weight[0], h, w], [2 * n, c, h, w], weight],
                    both!(|x, groups, on| ops::conv_add_of(x(), x(), x(), true, groups, &vec![1; on.len()], on)),
                );
            }
            if n * h * w > 1 {
                case(
                    "norm_add of a compact input",
                    &[whole, [on.len() * n, c, h, w]],
                    both!(|x, groups, on| {
                        let read: Vec<u32> = (0..on.len() as u32).collect();
                        ops::norm_add(x(), x(), groups, &read, on, 1e-5)
                    }),
                );
                case(
                    "norm_add of one ghost batch to several",
                    &[whole, [2 * n, c, h, w]],
                    both!(|x, groups, on| ops::norm_add(x(), x(), groups, &vec![1; on.len()], on, 1e-5)),
                );
            }
            let beside = [groups * n, c + 3, h, w];
            case(
                "channels_add of a compact input",
                &[beside, [on.len() * n, c, h, w]],
                both!(|x, groups, on| {
                    let read: Vec<u32> = (0..on.len() as u32).collect();
                    ops::channels_add(x(), x(), 2, groups, &read, on)
                }),
            );
            case(
                "channels_add of one ghost batch to several",
                &[beside, [2 * n, c, h, w]],
                both!(|x, groups, on| ops::channels_add(x(), x(), 3, groups, &vec![1; on.len()], on)),
            );
            case(
                "maximum of stride 2",
                &[[groups * n, c, h.div_ceil(2), w.div_ceil(2)], whole],
                both_pools!(Pool::Max, 2),
            );
            case(
                "average of stride 2",
                &[[groups * n, c, h.div_ceil(2), w.div_ceil(2)], whole],
                both_pools!(Pool::Average, 2),
            );
            case("average inside", &[whole, whole], both_pools!(Pool::AverageInside, 1));
            case(
                "average inside of stride 2",
                &[[groups * n, c, h.div_ceil(2), w.div_ceil(2)], whole],
                both_pools!(Pool::AverageInside, 2),
            );
            for [c_out, kh, kw] in [[c, 1, 7], [c, 7, 1], [c + 5, 3, 3], [2, 1, 1]] {
                let weight = [c_out, c, kh, kw];
                case("conv", &[whole, weight], both!(|x, groups, on| ops::conv(x(), x(), groups, on)));
            }
            if h % 2 == 0 && w % 2 == 0 {
                let weight = [c + 5, c, 3, 3];
                case(
                    "conv_stride2 of a ReLU",
                    &[whole, weight],
                    both!(|x, groups, on| ops::conv_stride2_of(x(), x(), true, groups, on)),
                );
                case("conv_stride2", &[whole, weight], both!(|x, groups, on| ops::conv_stride2(x(), x(), groups, on)));
            }
            case("maximum", &[whole, whole], both!(|x, groups, on| ops::pool_add(x(), x(), Pool::Max, groups, on)));
            case("average", &[whole, whole], both!(|x, groups, on| ops::pool_add(x(), x(), Pool::Average, groups, on)));
            case("add_on", &[whole, whole], both!(|x, groups, on| ops::add_on(x(), x(), groups, on)));
            let acc = [groups * n, c + 1, h, w];
            let weight = [c + 1, c, 1, 1];
            case(
                "pointwise_add",
                &[acc, whole, weight],
                both!(|x, groups, on| ops::pointwise_add(x(), x(), x(), groups, on, on)),
            );
            case(
                "pointwise_add of a compact input",
                &[acc, [on.len() * n, c, h, w], weight],
                both!(|x, groups, on| {
                    let read: Vec<u32> = (0..on.len() as u32).collect();
                    ops::pointwise_add(x(), x(), x(), groups, &read, on)
                }),
            );
            case(
                "pointwise_add of one ghost batch to several",
                &[acc, [2 * n, c, h, w], weight],
                both!(|x, groups, on| ops::pointwise_add(x(), x(), x(), groups, &vec![1; on.len()], on)),
            );
            let weight = [c + 1, c, 3, 1];
            case(
                "conv_add of a compact input",
                &[acc, [on.len() * n, c, h, w], weight],
                both!(|x, groups, on| {
                    let read: Vec<u32> = (0..on.len() as u32).collect();
                    ops::conv_add(x(), x(), x(), groups, &read, on)
                }),
            );
            case(
                "add_at of a compact input",
                &[whole, [on.len() * n, c, h, w]],
                both!(|x, groups, on| {
                    let read: Vec<u32> = (0..on.len() as u32).collect();
                    ops::add_at(x(), x(), groups, &read, on)
                }),
            );
            case(
                "add_at of one ghost batch to several",
                &[whole, [2 * n, c, h, w]],
                both!(|x, groups, on| ops::add_at(x(), x(), groups, &vec![1; on.len()], on)),
            );
            for (name, ops) in [
                ("maximum", both!(|x, groups, on| ops::pool_at(x(), x(), Pool::Max, groups, &vec![1; on.len()], on))),
                (
                    "average",
                    both!(|x, groups, on| ops::pool_at(x(), x(), Pool::Average, groups, &vec![1; on.len()], on)),
                ),
            ] {
                case(&format!("{name} of one ghost batch to several"), &[whole, [2 * n, c, h, w]], ops);
            }
            // One tensor that every operation reads, made by one of ours and by one of Burn's.
            if n * h * w > 1 {
                let weights = [[c, c, 1, 1], [c, 1, 3, 3], [c, 1, 5, 5], [c, c, 1, 7]];
                let inputs = [[whole].as_slice(), &weights].concat();
                case(
                    "readers of a norm",
                    &inputs,
                    both!(|x, groups, on| {
                        let x0 = ops::norm(x(), groups, 1e-5);
                        readers!(x0, x, groups, on)
                    }),
                );
                case(
                    "readers of a sum",
                    &inputs,
                    both!(|x, groups, on| {
                        let x0 = x();
                        let x0 = x0.clone() + x0;
                        readers!(x0, x, groups, on)
                    }),
                );
            }
            if on.len() < groups {
                continue;
            }
            if n * h * w > 1 {
                case("norm_relu", &[whole], both!(|x, groups, on| ops::norm_relu(x(), groups, 1e-5)));
                case("norm", &[whole], both!(|x, groups, on| ops::norm(x(), groups, 1e-5)));
                case(
                    "norm_affine_relu",
                    &[whole, [c, 1, 1, 1], [c, 1, 1, 1]],
                    both!(|x, groups, on| {
                        let t = x();
                        let c = t.dims()[1];
                        let (scale, shift) = (x().reshape([c]), x().reshape([c]));
                        ops::norm_affine_relu(t, scale, shift, groups, 1e-5)
                    }),
                );
            }
            for c_out in [c, c + 3, 2 * c] {
                let weight = [c_out, c, 1, 1];
                case("pointwise of a ReLU", &[whole, weight], both!(|x, groups, on| ops::pointwise_of(x(), x(), true)));
                case("pointwise", &[whole, weight], both!(|x, groups, on| ops::pointwise(x(), x())));
            }
            case(
                "linear",
                &[[groups * n, c, 1, 1], [c, c + 2, 1, 1]],
                both!(|x, groups, on| {
                    let (a, b) = (x(), x());
                    let ([n, c, ..], [_, m, ..]) = (a.dims(), b.dims());
                    ops::linear(a.reshape([n, c]), b.reshape([c, m])).reshape([n, m, 1, 1])
                }),
            );
            if h % 2 == 0 && w % 2 == 0 {
                case("mean_pool by 2", &[whole], both!(|x, groups, on| ops::mean_pool(x(), 2)));
            }
            if h % 3 == 0 && w % 3 == 0 {
                case("mean_pool by 3", &[whole], both!(|x, groups, on| ops::mean_pool(x(), 3)));
            }
        }
    }
    cases
}
