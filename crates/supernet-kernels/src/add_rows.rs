//! A compact tensor summed into an accumulator: `acc[write[i]] += y[i]`.

use burn::tensor::Tensor;

use crate::{ghosts::Ghosts, reference};

/// `acc` with the ghost batches of the compact `y` added to the listed ones.
///
/// Shapes: `acc` and the result `[groups * n, c, h, w]`, `y` `[write.len() * n, c, h, w]`. The gradient of `acc` is the incoming
/// gradient.
///
/// # Panics
/// If the shapes do not fit, or `write` is not a sorted list of distinct ghost batches.
pub fn add_rows(acc: Tensor<4>, y: Tensor<4>, groups: usize, write: &[u32]) -> Tensor<4> {
    let [rows, c, h, w] = acc.dims();
    let ghosts = Ghosts::cut("add_rows", rows, groups);
    ghosts.check("add_rows", "write", write);
    assert!(
        y.dims() == [ghosts.rows(write.len()), c, h, w],
        "add_rows: {:?} cannot be added to {} ghost batches of {:?}",
        y.dims(),
        write.len(),
        acc.dims()
    );
    reference::add_rows(acc, y, groups, write)
}
