//! Average over windows that do not overlap: what brings a cell's inputs to its resolution.
//!
//! ```text
//! y[i, c, a, b] = mean over u, v < factor of  x[i, c, a * factor + u, b * factor + v]
//! ```

use burn::tensor::Tensor;

use crate::reference;

/// Average over `factor x factor` windows with stride `factor`.
///
/// Shapes: `x` `[rows, c, h, w]`, the result `[rows, c, h / factor, w / factor]`.
///
/// # Panics
/// If `factor` does not divide the height and the width.
pub fn mean_pool(x: Tensor<4>, factor: usize) -> Tensor<4> {
    let [_, _, h, w] = x.dims();
    assert!(
        factor > 0 && h.is_multiple_of(factor) && w.is_multiple_of(factor),
        "mean_pool: {factor} does not divide the image sides {h} and {w}"
    );
    if factor == 1 {
        return x;
    }
    reference::mean_pool(x, factor)
}
