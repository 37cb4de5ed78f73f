//! Batch normalisation with a scale and a shift, then ReLU: what stand-alone networks read.
//!
//! ```text
//! y = max(0, (x − m) / sqrt(v + eps) · scale + shift)
//! ```
//!
//! with mean m and biased variance v of each ghost batch and channel.

use burn::tensor::Tensor;

use crate::{ghosts::Ghosts, reference};

/// `relu(norm(x) · scale + shift)` by the statistics of each ghost batch.
///
/// Shapes: `x` and the result `[groups * n, c, h, w]`, `scale` and `shift` `[c]`.
///
/// # Panics
/// If the rows cannot be cut into `groups` ghost batches, or `scale` or `shift` has not one number per channel.
pub fn norm_affine_relu(x: Tensor<4>, scale: Tensor<1>, shift: Tensor<1>, groups: usize, eps: f64) -> Tensor<4> {
    let [rows, c, _, _] = x.dims();
    Ghosts::cut("norm_affine_relu", rows, groups);
    assert!(
        scale.dims() == [c] && shift.dims() == [c],
        "norm_affine_relu: scale {:?} and shift {:?} for {c} channels",
        scale.dims(),
        shift.dims()
    );
    reference::norm_affine_relu(x, scale, shift, groups, eps)
}
