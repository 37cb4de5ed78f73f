//! Every operation against its reference in double precision, forward and all gradients, over a table of shapes and lists.

mod common;

use burn::tensor::DType;
use common::{cases, difference, run};

/// Sums of some thousand products in single precision; gradients of a normalisation cancel, so they get a decimal less.
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
            assert!(
                d <= GRADIENT,
                "{}: gradient of input {i} differs by {d:e}",
                case.name
            );
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
