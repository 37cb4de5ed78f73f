//! The reference against finite differences, in double precision.

mod common;

use burn::tensor::{DType, Tensor};
use common::{Case, cases, device_of, numbers, random, run, tensor, values};

/// Central differences with step `h` err by h² times a third derivative and by rounding over h:
/// 1e-5 leaves about 1e-9.
const STEP: f64 = 1e-5;
const TOLERANCE: f64 = 1e-6;

fn loss(case: &Case, inputs: &[Vec<f64>]) -> f64 {
    let mut rest = inputs
        .iter()
        .zip(&case.inputs)
        .map(|(numbers, &shape)| tensor(numbers, shape, &device_of(DType::F64), DType::F64));
    let y: Tensor<4> = (case.reference)(&mut || rest.next().unwrap(), case.groups, &case.on);
    let weights = random(y.dims(), 99, &device_of(DType::F64), DType::F64);
    values(&y).iter().zip(values(&weights)).map(|(y, w)| y * w).sum()
}

#[test]
fn gradients_of_the_reference_are_slopes() {
    for case in cases() {
        // Small ones are enough, and quick.
        let total: usize = case.inputs.iter().map(|s| s.iter().product::<usize>()).sum();
        if total > 600 {
            continue;
        }
        let gradients = run(case.reference, &case, DType::F64).gradients;
        let inputs: Vec<Vec<f64>> =
            case.inputs.iter().enumerate().map(|(i, shape)| numbers(shape.iter().product(), i as u64 + 1)).collect();
        for (input, gradient) in gradients.iter().enumerate() {
            // Every seventh number, so that all places of a row and a kernel have their turn.
            for at in (0..gradient.len()).step_by(7) {
                let moved = |step: f64| {
                    let mut inputs = inputs.clone();
                    inputs[input][at] += step;
                    loss(&case, &inputs)
                };
                let slope = (moved(STEP) - moved(-STEP)) / (2.0 * STEP);
                let error = (slope - gradient[at]).abs();
                assert!(
                    error <= TOLERANCE * slope.abs().max(1.0),
                    "{}, input {input} at {at}: slope {slope}, gradient {}",
                    case.name,
                    gradient[at]
                );
            }
        }
    }
}
