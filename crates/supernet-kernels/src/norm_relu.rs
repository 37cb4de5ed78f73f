//! Normalisation by the statistics of each ghost batch, with and without ReLU.
//!
//! For ghost batch `g` and channel `c`, over the `n * h * w` values `x` of that channel in that ghost batch,
//!
//! ```text
//! m = mean(x)    v = mean((x - m)²)    y = max(0, (x - m) / sqrt(v + eps))
//! ```
//!
//! without scale and shift, on which the architectures of one supernet disagree most.

use burn::tensor::Tensor;

use crate::{ghosts::Ghosts, reference};

/// `relu(norm(x))` by the statistics of each ghost batch.
///
/// Shapes: `x` and the result `[groups * n, c, h, w]`.
///
/// # Panics
/// If the rows cannot be cut into `groups` ghost batches.
pub fn norm_relu(x: Tensor<4>, groups: usize, eps: f64) -> Tensor<4> {
    Ghosts::cut("norm_relu", x.dims()[0], groups);
    reference::norm_relu(x, groups, eps)
}

/// Normalisation by the statistics of each ghost batch, without ReLU.
///
/// Shapes: `x` and the result `[groups * n, c, h, w]`.
///
/// # Panics
/// If the rows cannot be cut into `groups` ghost batches.
pub fn norm(x: Tensor<4>, groups: usize, eps: f64) -> Tensor<4> {
    Ghosts::cut("norm", x.dims()[0], groups);
    reference::norm(x, groups, eps)
}

/// `relu(norm(x))` of the listed ghost batches only; the gradient of the others is exactly zero.
///
/// Shapes: `x` `[groups * n, c, h, w]`, the result `[on.len() * n, c, h, w]`.
///
/// # Panics
/// If the rows cannot be cut into `groups` ghost batches, or `on` is not a sorted list of distinct ones.
pub fn norm_relu_on(x: Tensor<4>, groups: usize, on: &[u32], eps: f64) -> Tensor<4> {
    Ghosts::cut("norm_relu_on", x.dims()[0], groups).check("norm_relu_on", "on", on);
    reference::norm_relu_on(x, groups, on, eps)
}
