//! The product of rows with a matrix: what a classifier is.
//!
//! ```text
//! y[i, o] = sum over c of  x[i, c] * weight[c, o]
//! ```

use burn::tensor::{DType, Tensor};

use crate::{backend::is_cube, pointwise, reference};

/// Rows times a matrix.
///
/// Shapes: `x` `[rows, c_in]`, `weight` `[c_in, c_out]`, the result `[rows, c_out]`. On CubeCL
/// devices a row's bits do not depend on how many others there are, which Burn's tilings do not
/// promise; elsewhere it is Burn's product.
///
/// # Panics
/// If the shapes do not fit.
pub fn linear(x: Tensor<2>, weight: Tensor<2>) -> Tensor<2> {
    let ([rows, c], [c_in, c_out]) = (x.dims(), weight.dims());
    assert!(c == c_in, "linear: rows of {c} numbers, the weight has {c_in} by {c_out}");
    if rows == 0 || x.dtype() != DType::F32 || weight.dtype() != DType::F32 || !is_cube(&x.device()) {
        return reference::linear(x, weight);
    }
    // A row is an image of one pixel.
    let weight = weight.transpose().reshape([c_out, c_in, 1, 1]);
    pointwise(x.reshape([rows, c_in, 1, 1]), weight).reshape([rows, c_out])
}
