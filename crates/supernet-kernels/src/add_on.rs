//! The identity, summed into an accumulator: `acc[on] += x[on]`.

use burn::tensor::Tensor;

use crate::{
    ghosts::{Ghosts, check_same},
    reference,
};

/// `acc` with `x` added to the listed ghost batches.
///
/// Shapes: `acc`, `x` and the result `[groups * n, c, h, w]`. `acc` is changed in place when nothing else holds it. The gradient of
/// `acc` is the incoming gradient, not a copy; that of ghost batches of `x` that are not listed is exactly zero.
///
/// # Panics
/// If the shapes differ, the rows cannot be cut into `groups` ghost batches, or `on` is not a sorted list of distinct ones.
pub fn add_on(acc: Tensor<4>, x: Tensor<4>, groups: usize, on: &[u32]) -> Tensor<4> {
    check_same("add_on", acc.dims(), x.dims());
    Ghosts::cut("add_on", x.dims()[0], groups).check("add_on", "on", on);
    reference::add_on(acc, x, groups, on)
}
