//! On a graphics card, an operation launches as many kernels for many ghost batches as for two.
#![cfg(feature = "cubecl")]

#[macro_use]
mod common;

use burn::tensor::{DType, Tensor};
use common::{Op, device, random};
use supernet_kernels::{Decayed, Pool, directions, launches, nesterov, together};

/// An operation: the number of inputs that are whole batches, the shapes of the weights, and its
/// launches forward and backward.
struct Operation {
    name: &'static str,
    batches: usize,
    weights: Vec<[usize; 4]>,
    run: Op,
    launches: [usize; 2],
}

/// A weight's gradient takes two launches, a normalisation three. An accumulator is one of the
/// inputs here, which something else holds, so that it is copied, by one more.
fn operations() -> Vec<Operation> {
    let operation = |name, batches, weights: &[[usize; 4]], launches, (run, _): (Op, Op)| Operation {
        name,
        batches,
        weights: weights.to_vec(),
        run,
        launches,
    };
    let w = |kh, kw| [[3, 3, kh, kw]];
    vec![
        operation("norm_relu_on", 1, &[], [3, 3], both!(|x, groups, on| ops::norm_relu_on(x(), groups, on, 1e-5))),
        operation("norm", 1, &[], [3, 3], both!(|x, groups, _on| ops::norm(x(), groups, 1e-5))),
        operation("depthwise", 1, &[[3, 1, 5, 5]], [1, 3], both!(|x, groups, on| ops::depthwise(x(), x(), groups, on))),
        operation("conv", 1, &w(1, 7), [1, 3], both!(|x, groups, on| ops::conv(x(), x(), groups, on))),
        operation("pointwise", 1, &w(1, 1), [1, 3], both!(|x, _groups, _on| ops::pointwise(x(), x()))),
        operation(
            "pointwise_add",
            2,
            &w(1, 1),
            [2, 3],
            both!(|x, groups, on| ops::pointwise_add(x(), x(), x(), groups, on, on)),
        ),
        operation("maximum", 2, &[], [2, 1], both!(|x, groups, on| ops::pool_add(x(), x(), Pool::Max, groups, on))),
        operation("average", 2, &[], [2, 1], both!(|x, groups, on| ops::pool_add(x(), x(), Pool::Average, groups, on))),
        operation("add_on", 2, &[], [2, 1], both!(|x, groups, on| ops::add_on(x(), x(), groups, on))),
        operation("mean_pool", 1, &[], [1, 1], both!(|x, _groups, _on| ops::mean_pool(x(), 2))),
    ]
}

/// Kernels launched forward and backward, with every second ghost batch listed.
fn count(operation: &Operation, groups: usize) -> [usize; 2] {
    let device = device().autodiff();
    let shapes = vec![[groups * 2, 3, 6, 6]; operation.batches].into_iter().chain(operation.weights.iter().copied());
    let inputs: Vec<Tensor<4>> =
        shapes.enumerate().map(|(i, shape)| random(shape, i as u64, &device, DType::F32).require_grad()).collect();
    let on: Vec<u32> = (0..groups as u32).step_by(2).collect();
    let mut rest = inputs.iter().cloned();
    let before = launches();
    let y = (operation.run)(&mut || rest.next().unwrap(), groups, &on);
    let forward = launches() - before;
    let loss = y.sum();
    let before = launches();
    loss.backward();
    [forward, launches() - before]
}

/// Zeros as parameters.
fn parameters(count: usize) -> Vec<Tensor<1>> {
    (0..count).map(|_| Tensor::zeros([10], &device())).collect()
}

/// A launch takes as many parameters as the device has buffers for, up to 64; on those with the
/// eight of WebGPU alone four, two or one.
#[test]
fn parameters_share_launches() {
    if device() == burn::tensor::Device::flex() {
        println!("not run on {:?}: it launches nothing", device());
        return;
    }
    let launched = |count: usize| {
        let given = parameters(count);
        let before = launches();
        let decayed = |gradient| Decayed { gradient, weight: Tensor::zeros([10], &device()), decay: 0.1 };
        let directions = directions(given.into_iter().map(decayed).collect(), 1.0);
        let clipped = launches() - before;
        let before = launches();
        together(|| directions.into_iter().map(|d| nesterov(d.clone(), d, None, 0.9, 0.1)).collect::<Vec<_>>());
        // Each first has its velocity made, and is copied: its direction holds it as well.
        [clipped, launches() - before - 2 * count]
    };
    let [clipped, moved] = launched(256);
    assert!(clipped <= 256 / 4 + 256 / 2 + 2 && moved <= 256 / 2, "{clipped} and {moved} launches for 256 parameters");
    println!("{clipped} and {moved} launches for 256 parameters");
}

#[test]
fn launches_do_not_grow_with_ghost_batches() {
    if device() == burn::tensor::Device::flex() {
        println!("not run on {:?}: it launches nothing", device());
        return;
    }
    for operation in operations() {
        for groups in [2, 8, 64] {
            let found = count(&operation, groups);
            assert_eq!(found, operation.launches, "{}, {groups} ghost batches", operation.name);
        }
    }
}
