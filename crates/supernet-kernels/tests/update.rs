//! What a step does to every parameter, on the device under test against `f64`.

mod common;

use burn::tensor::{DType, Device, Tensor, TensorData};
use common::{device, numbers};
use supernet_kernels::{Decayed, directions, nesterov, together};

/// Lengths of parameters: more than one launch takes, of one number and of many.
fn lengths() -> Vec<usize> {
    (0..71).map(|i| [1, 3, 64, 65, 257, 5000][i % 6]).collect()
}

fn tensor(seed: usize, len: usize, device: &Device, dtype: DType) -> Tensor<1> {
    Tensor::from_data(TensorData::new(numbers(len, seed as u64), [len]), (device, dtype))
}

fn values(t: &Tensor<1>) -> Vec<f64> {
    t.clone().try_into_vec_as::<f64>().unwrap()
}

/// Every third does not decay, as biases do not.
fn parameters(device: &Device, dtype: DType) -> Vec<Decayed> {
    let one = |(i, len)| Decayed {
        gradient: tensor(2 * i, len, device, dtype),
        weight: tensor(2 * i + 1, len, device, dtype),
        decay: [0.0, 5e-4, 0.25][i % 3],
    };
    lengths().into_iter().enumerate().map(one).collect()
}

fn assert_close(found: &[Tensor<1>], expected: &[Tensor<1>], what: &str) {
    assert_eq!(found.len(), expected.len(), "{what}");
    for (i, (found, expected)) in found.iter().zip(expected).enumerate() {
        let (found, expected) = (values(found), values(expected));
        assert_eq!(found.len(), expected.len(), "{what}, parameter {i}");
        for (found, expected) in found.iter().zip(expected) {
            assert!(
                (found - expected).abs() < 2e-6 * (1.0 + expected.abs()),
                "{what}, parameter {i}: {found}, {expected}"
            );
        }
    }
}

#[test]
fn directions_are_clipped_by_one_norm_and_decay() {
    // The norm is about 155: one bound is below, one above.
    for bound in [5.0, 1e3] {
        let expected = directions(parameters(&Device::flex(), DType::F64), bound);
        let found = directions(parameters(&device(), DType::F32), bound);
        assert_close(&found, &expected, &format!("bound {bound}"));
        let again = directions(parameters(&device(), DType::F32), bound);
        if device() != Device::flex() {
            assert!(found.iter().zip(&again).all(|(a, b)| values(a) == values(b)), "another order of summation");
        }
    }
    assert!(directions(Vec::new(), 1.0).is_empty());
}

#[test]
fn gradients_of_nothing_but_zeros_leave_the_decay() {
    let zero = |device: &Device| Decayed {
        gradient: Tensor::zeros([9], device),
        weight: tensor(1, 9, device, DType::F32),
        decay: 0.5,
    };
    let expected = tensor(1, 9, &Device::flex(), DType::F64).mul_scalar(0.5);
    assert_close(&directions(vec![zero(&device())], 5.0), &[expected], "zeros");
}

/// Weights and velocities after three steps of which the second leaves every other parameter out.
fn moved(device: &Device, dtype: DType, at_once: bool) -> Vec<Tensor<1>> {
    let lengths = lengths();
    let weights = lengths.iter().enumerate().map(|(i, &len)| (tensor(i, len, device, dtype), None));
    let mut state: Vec<(Tensor<1>, Option<Tensor<1>>)> = weights.collect();
    for step in 0..3 {
        let mut all = || {
            for (i, (weight, velocity)) in state.iter_mut().enumerate() {
                if step == 1 && i % 2 == 0 {
                    continue;
                }
                let direction = tensor(1000 + 100 * step + i, lengths[i], device, dtype);
                let (w, v) = nesterov(weight.clone(), direction, velocity.take(), 0.9, 0.1 / (step + 1) as f64);
                (*weight, *velocity) = (w, Some(v));
            }
        };
        if at_once { together(all) } else { all() }
    }
    state.into_iter().flat_map(|(weight, velocity)| [weight, velocity.expect("two steps at least")]).collect()
}

#[test]
fn weights_move_alone_as_together() {
    let expected = moved(&Device::flex(), DType::F64, false);
    let alone = moved(&device(), DType::F32, false);
    assert_close(&alone, &expected, "alone");
    let together = moved(&device(), DType::F32, true);
    assert!(alone.iter().zip(&together).all(|(a, b)| values(a) == values(b)), "together");
}

/// The inner call ends without a launch, and loses nothing of what the outer one was asked before.
#[test]
fn a_call_inside_another_belongs_to_it() {
    let device = device();
    let update = |seed| {
        let (weight, direction) = (tensor(seed, 8, &device, DType::F32), tensor(seed + 1, 8, &device, DType::F32));
        nesterov(weight, direction, None, 0.9, 0.1).0
    };
    let expected = [update(1), update(3), update(5)];
    let found = together(|| [update(1), together(|| update(3)), update(5)]);
    assert!(found.iter().zip(&expected).all(|(a, b)| values(a) == values(b)));
}

#[test]
fn what_else_holds_a_weight_keeps_it() {
    let device = device();
    let (weight, direction) = (tensor(1, 100, &device, DType::F32), tensor(2, 100, &device, DType::F32));
    let before = values(&weight);
    let (moved, velocity) = nesterov(weight.clone(), direction.clone(), None, 0.9, 0.1);
    assert_ne!(values(&moved), before);
    assert_eq!(values(&weight), before);
    let kept = values(&velocity);
    nesterov(moved, direction, Some(velocity.clone()), 0.9, 0.1);
    assert_eq!(values(&velocity), kept);
}

#[test]
#[should_panic(expected = "directions: a weight of shape [3], its gradient has [4]")]
fn a_weight_of_another_length_is_refused() {
    let device = device();
    let (gradient, weight) = (tensor(1, 4, &device, DType::F32), tensor(2, 3, &device, DType::F32));
    directions(vec![Decayed { gradient, weight, decay: 0.0 }], 1.0);
}

/// What a panic interrupts is forgotten, and the next update is launched at once.
#[test]
fn a_panic_ends_the_collecting() {
    let device = device();
    let update = || nesterov(tensor(1, 8, &device, DType::F32), tensor(2, 8, &device, DType::F32), None, 0.9, 0.1);
    let interrupted = std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| {
        together(|| {
            update();
            panic!("on purpose");
        })
    }));
    assert!(interrupted.is_err());
    let (weight, _) = update();
    let expected =
        nesterov(tensor(1, 8, &Device::flex(), DType::F64), tensor(2, 8, &Device::flex(), DType::F64), None, 0.9, 0.1);
    assert_close(&[weight], &[expected.0], "after a panic");
}
