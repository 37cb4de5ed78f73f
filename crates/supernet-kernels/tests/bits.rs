//! What a ghost batch gets does not depend on its company, nor on the number of threads, bit for
//! bit.

#[macro_use]
mod common;

use burn::tensor::{DType, Tensor};
use common::{Op, cases, device, is_flex, random, run, run_on, values};
use supernet_kernels::Pool;

/// Runs `f` on a pool of `threads` threads.
fn on_threads<R: Send>(threads: usize, f: impl FnOnce() -> R + Send) -> R {
    let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build().unwrap();
    pool.install(f)
}

#[test]
fn bits_do_not_depend_on_the_number_of_threads() {
    if !is_flex("threads are the processor's") {
        return;
    }
    let all = |threads| {
        on_threads(threads, || cases().iter().map(|case| run(case.kernel, case, DType::F32)).collect::<Vec<_>>())
    };
    let (one, two, three) = (all(1), all(2), all(3));
    for (i, case) in cases().iter().enumerate() {
        for other in [&two[i], &three[i]] {
            assert_eq!(one[i].y, other.y, "{}", case.name);
            assert_eq!(one[i].gradients, other.gradients, "{}", case.name);
        }
    }
}

/// Operations on one batch, by name, with the number of inputs that are whole batches (the others
/// are weights).
fn operations(c: usize) -> Vec<(&'static str, usize, Vec<[usize; 4]>, Op)> {
    vec![
        ("norm_relu_on", 1, vec![], both!(|x, groups, on| ops::norm_relu_on(x(), groups, on, 1e-5)).0),
        ("depthwise 3", 1, vec![[c, 1, 3, 3]], both!(|x, groups, on| ops::depthwise(x(), x(), groups, on)).0),
        ("depthwise 5", 1, vec![[c, 1, 5, 5]], both!(|x, groups, on| ops::depthwise(x(), x(), groups, on)).0),
        ("depthwise 7", 1, vec![[c, 1, 7, 7]], both!(|x, groups, on| ops::depthwise(x(), x(), groups, on)).0),
        ("conv 1x7", 1, vec![[c, c, 1, 7]], both!(|x, groups, on| ops::conv(x(), x(), groups, on)).0),
        ("conv 7x1", 1, vec![[c, c, 7, 1]], both!(|x, groups, on| ops::conv(x(), x(), groups, on)).0),
        ("conv_stride2", 1, vec![[c, c, 3, 3]], both!(|x, groups, on| ops::conv_stride2(x(), x(), groups, on)).0),
        (
            "pointwise_add",
            2,
            vec![[c, c, 1, 1]],
            both!(|x, groups, on| ops::pointwise_add(x(), x(), x(), groups, on, on)).0,
        ),
        ("maximum", 2, vec![], both!(|x, groups, on| ops::pool_add(x(), x(), Pool::Max, groups, on)).0),
        ("average", 2, vec![], both!(|x, groups, on| ops::pool_add(x(), x(), Pool::Average, groups, on)).0),
        ("add_on", 2, vec![], both!(|x, groups, on| ops::add_on(x(), x(), groups, on)).0),
    ]
}

#[test]
fn a_ghost_batch_gets_the_same_bits_alone_and_among_others() {
    let device = device().autodiff();
    for [n, c, h, w] in [[3, 8, 16, 16], [5, 16, 8, 8], [16, 3, 4, 4], [2, 3, 5, 7], [1, 2, 32, 32]] {
        for (name, batches, weights, op) in operations(c) {
            if name == "conv_stride2" && (h % 2 == 1 || w % 2 == 1) {
                continue;
            }
            let whole = |groups: usize, of: &dyn Fn(usize) -> u64| -> Vec<Tensor<4>> {
                let ghost =
                    |input: usize, g: usize| random([n, c, h, w], 1 + input as u64 + 10 * of(g), &device, DType::F32);
                let batch = |input| Tensor::cat((0..groups).map(|g| ghost(input, g)).collect(), 0).detach();
                let weights = weights.iter().map(|&shape| random(shape, 7, &device, DType::F32));
                (0..batches).map(batch).chain(weights).map(Tensor::require_grad).collect()
            };
            // Four ghost batches in order, the same backwards, and each alone.
            let part = |numbers: &[f64], of: usize, i: usize| -> Vec<f64> {
                let len = numbers.len() / of;
                numbers[i * len..(i + 1) * len].to_vec()
            };
            let forward = run_weighed(op, whole(4, &|g| g as u64), 4, &[0, 1, 2, 3], n);
            let backwards = run_weighed(op, whole(4, &|g| 3 - g as u64), 4, &[0, 1, 2, 3], n);
            let some = run_weighed(op, whole(4, &|g| g as u64), 4, &[1, 3], n);
            for g in 0..4 {
                let alone = run_weighed(op, whole(1, &|_| g as u64), 1, &[0], n);
                let what = format!("{name} of ghost batch {g} of {n} images {c}x{h}x{w}");
                assert_eq!(alone.y, part(&forward.y, 4, g), "{what}");
                assert_eq!(alone.y, part(&backwards.y, 4, 3 - g), "{what}, other order");
                for i in 0..batches {
                    let gradient = &alone.gradients[i];
                    assert_eq!(*gradient, part(&forward.gradients[i], 4, g), "{what}, input {i}");
                    assert_eq!(*gradient, part(&backwards.gradients[i], 4, 3 - g), "{what}, input {i}, other order");
                }
                if g % 2 == 1 {
                    let compact = batches == 1;
                    let y = if compact { part(&some.y, 2, g / 2) } else { part(&some.y, 4, g) };
                    assert_eq!(alone.y, y, "{what}, some listed");
                    for i in 0..batches {
                        assert_eq!(
                            alone.gradients[i],
                            part(&some.gradients[i], 4, g),
                            "{what}, input {i}, some listed"
                        );
                    }
                } else {
                    let of_x = part(&some.gradients[batches - 1], 4, g);
                    assert!(of_x.iter().all(|&v| v == 0.0), "{what}, not listed");
                }
            }
        }
    }
}

/// Like [`run_on`], but every ghost batch of the result is weighed alike.
fn run_weighed(op: Op, inputs: Vec<Tensor<4>>, groups: usize, on: &[u32], n: usize) -> common::Outcome {
    let mut rest = inputs.iter().cloned();
    let y = op(&mut || rest.next().unwrap(), groups, on);
    let [rows, c, h, w] = y.dims();
    let weights = random([n, c, h, w], 99, &device(), y.dtype());
    let weights = Tensor::cat(vec![weights; rows / n], 0);
    let gradients = (y.clone() * weights.autodiff()).sum().backward();
    common::Outcome {
        shape: y.dims(),
        y: values(&y),
        gradients: inputs.iter().map(|x| values(&x.grad(&gradients).unwrap())).collect(),
    }
}

#[test]
fn the_weights_gradient_adds_the_ghost_batches_in_their_order() {
    let device = device().autodiff();
    let (n, c, h, w) = (4, 8, 8, 8);
    for (name, batches, weights, op) in operations(c) {
        if weights.is_empty() {
            continue;
        }
        let inputs = |groups: usize, first: u64| -> Vec<Tensor<4>> {
            let ghost = |input: usize, g: u64| random([n, c, h, w], 1 + input as u64 + 10 * g, &device, DType::F32);
            let batch = |input| Tensor::cat((0..groups as u64).map(|g| ghost(input, first + g)).collect(), 0).detach();
            let weights = weights.iter().map(|&shape| random(shape, 7, &device, DType::F32));
            (0..batches).map(batch).chain(weights).map(Tensor::require_grad).collect()
        };
        let together = run_weighed(op, inputs(3, 0), 3, &[0, 1, 2], n).gradients.pop().unwrap();
        let parts: Vec<Vec<f64>> =
            (0..3).map(|g| run_weighed(op, inputs(1, g), 1, &[0], n).gradients.pop().unwrap()).collect();
        for (i, sum) in together.iter().enumerate() {
            let expected = (parts[0][i] as f32 + parts[1][i] as f32) + parts[2][i] as f32;
            let scale = parts.iter().map(|p| p[i].abs()).sum::<f64>().max(1.0);
            assert!((sum - f64::from(expected)).abs() <= 1e-6 * scale, "{name}: {sum} is not {expected}");
        }
    }
}

#[test]
fn the_same_call_gives_the_same_bits_twice() {
    let device = device().autodiff();
    let inputs = || vec![random([4, 3, 6, 6], 1, &device, DType::F32).require_grad()];
    let (op, _) = both!(|x, groups, on| ops::norm_relu_on(x(), groups, on, 1e-5));
    let (a, b) = (run_on(op, inputs(), 2, &[1]), run_on(op, inputs(), 2, &[1]));
    assert_eq!(a.y, b.y);
    assert_eq!(a.gradients, b.gradients);
}

#[test]
fn threads_that_stay_awake_change_no_bits() {
    if !is_flex("threads are the processor's") {
        return;
    }
    let (op, _) = both!(|x, groups, on| ops::depthwise(x(), x(), groups, on));
    let step = || {
        let device = device().autodiff();
        let x = random([64, 8, 8, 8], 1, &device, DType::F32).require_grad();
        let weight = random([8, 1, 5, 5], 2, &device, DType::F32).require_grad();
        run_on(op, vec![x, weight], 8, &[0, 2, 3, 5, 6])
    };
    let expected = step();
    for _ in 0..50 {
        for threads in [1, 2, 3] {
            let found = on_threads(threads, || supernet_kernels::awake(step));
            assert_eq!(found.y, expected.y);
            assert_eq!(found.gradients, expected.gradients);
        }
    }
}

#[test]
#[should_panic(expected = "from inside")]
fn a_panic_ends_the_waiting() {
    on_threads(3, || supernet_kernels::awake(|| panic!("from inside")));
}
