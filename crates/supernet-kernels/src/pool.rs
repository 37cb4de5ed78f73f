//! 3x3 pools with stride 1 and padding 1, summed into an accumulator.
//!
//! ```text
//! maximum   y[a, b] = max over the 3x3 window of x inside the image
//! average   y[a, b] = sum over the 3x3 window of x / 9            (0 outside the image: padding counts)
//! ```

use burn::tensor::Tensor;

use crate::{
    ghosts::{Ghosts, check_same},
    reference,
};

/// Which pool.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Pool {
    /// The maximum; its gradient goes to the first maximum of the window, row by row.
    Max,
    /// The average, padding counted.
    Average,
}

/// `acc` with the 3x3 pool of `x` (stride 1, padding 1) added to the listed ghost batches.
///
/// Shapes: `acc`, `x` and the result `[groups * n, c, h, w]`. `acc` is changed in place when nothing else holds it. The gradient of
/// `acc` is the incoming gradient, not a copy; that of ghost batches of `x` that are not listed is exactly zero.
///
/// # Panics
/// If the shapes differ, the rows cannot be cut into `groups` ghost batches, or `on` is not a sorted list of distinct ones.
pub fn pool_add(acc: Tensor<4>, x: Tensor<4>, kind: Pool, groups: usize, on: &[u32]) -> Tensor<4> {
    check_same("pool_add", acc.dims(), x.dims());
    Ghosts::cut("pool_add", x.dims()[0], groups).check("pool_add", "on", on);
    reference::pool_add(acc, x, kind, groups, on)
}
