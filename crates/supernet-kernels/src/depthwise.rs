//! Depthwise convolution of the listed ghost batches: each channel with a `k x k` kernel of its own, stride 1, same padding.
//!
//! ```text
//! y[i, c, a, b] = sum over u, v of  weight[c, 0, u, v] * x[i, c, a + u - k/2, b + v - k/2]      (0 outside the image)
//! ```

use burn::tensor::Tensor;

use crate::{ghosts::Ghosts, reference};

/// Depthwise convolution, stride 1, zero padding `k / 2`, of the listed ghost batches.
///
/// Shapes: `x` `[groups * n, c, h, w]`, `weight` `[c, 1, k, k]` with odd `k`, the result `[on.len() * n, c, h, w]`.
/// The gradient of ghost batches that are not listed is exactly zero.
///
/// # Panics
/// If the rows cannot be cut into `groups` ghost batches, `on` is not a sorted list of distinct ones, or the weight does not fit.
pub fn depthwise(x: Tensor<4>, weight: Tensor<4>, groups: usize, on: &[u32]) -> Tensor<4> {
    let [rows, c, _, _] = x.dims();
    Ghosts::cut("depthwise", rows, groups).check("depthwise", "on", on);
    let shape = weight.dims();
    assert!(
        shape[0] == c && shape[1] == 1 && shape[2] == shape[3] && shape[2] % 2 == 1,
        "depthwise: the weight must be [{c}, 1, k, k] with odd k, found {shape:?}"
    );
    reference::depthwise(x, weight, groups, on)
}
