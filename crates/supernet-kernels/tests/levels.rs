//! Every instruction set that the machine has agrees with the reference. One test, since the set is
//! the process's.
#![cfg(feature = "flex")]

mod common;

use burn::tensor::DType;
use common::{cases, difference, is_flex, run};
use supernet_kernels::simd::{Level, limit};

#[test]
fn every_instruction_set_agrees_with_the_reference() {
    if !is_flex("instruction sets are the processor's") {
        return;
    }
    let expected: Vec<_> = cases().iter().map(|case| run(case.reference, case, DType::F64)).collect();
    for level in [Level::Portable, Level::Neon, Level::Avx2, Level::Avx512] {
        let used = limit(level);
        for (case, expected) in cases().iter().zip(&expected) {
            let found = run(case.kernel, case, DType::F32);
            let d = difference(&found.y, &expected.y);
            assert!(d <= 1e-5, "{used:?}, {}: forward differs by {d:e}", case.name);
            for (i, (f, e)) in found.gradients.iter().zip(&expected.gradients).enumerate() {
                let d = difference(f, e);
                assert!(d <= 1e-4, "{used:?}, {}: gradient of input {i} differs by {d:e}", case.name);
            }
        }
    }
}
