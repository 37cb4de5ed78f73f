//! Every operation against its reference in double precision, forward and all gradients, over a
//! table of shapes and lists.

#[macro_use]
mod common;

use burn::tensor::DType;
use common::{cases, difference, run};

/// Sums of some thousand products in single precision; gradients of a normalisation cancel, so they
/// get a decimal less.
const FORWARD: f64 = 1e-5;
const GRADIENT: f64 = 1e-4;

#[test]
fn kernels_agree_with_the_reference() {
    for case in cases() {
        let found = run(case.kernel, &case, DType::F32);
        let expected = run(case.reference, &case, DType::F64);
        assert_eq!(found.shape, expected.shape, "{}", case.name);
        let d = difference(&found.y, &expected.y);
        assert!(d <= FORWARD, "{}: forward differs by {d:e}", case.name);
        for (i, (f, e)) in found.gradients.iter().zip(&expected.gradients).enumerate() {
            let d = difference(f, e);
            assert!(d <= GRADIENT, "{}: gradient of input {i} differs by {d:e}", case.name);
        }
    }
}

#[test]
fn other_types_fall_back_to_the_reference() {
    for case in cases() {
        let found = run(case.kernel, &case, DType::F64);
        let expected = run(case.reference, &case, DType::F64);
        assert_eq!(found.y, expected.y, "{}", case.name);
        assert_eq!(found.gradients, expected.gradients, "{}", case.name);
    }
}

#[test]
fn statistics_stay_accurate_far_from_zero_and_with_an_image_unlike_the_others() {
    let (n, c, h, w) = (16, 3, 8, 8);
    let (kernel, reference) = both!(|x, groups, _on| ops::norm_relu(x(), groups, 1e-5));
    for outlier in 0..n {
        let mut numbers = common::numbers(n * c * h * w, 1);
        for (i, v) in numbers.iter_mut().enumerate() {
            let far = if i / (c * h * w) == outlier { 40.0 } else { 8.0 };
            *v = f64::from((*v + far) as f32);
        }
        let x = |dtype| {
            let device = common::device_of(dtype).autodiff();
            common::tensor(&numbers, [n, c, h, w], &device, dtype).require_grad()
        };
        let found = common::run_on(kernel, vec![x(DType::F32)], 1, &[0]);
        let expected = common::run_on(reference, vec![x(DType::F64)], 1, &[0]);
        let d = difference(&found.y, &expected.y);
        assert!(d <= FORWARD, "image {outlier}: forward differs by {d:e}");
        let d = difference(&found.gradients[0], &expected.gradients[0]);
        assert!(d <= GRADIENT, "image {outlier}: gradient differs by {d:e}");
    }
}
