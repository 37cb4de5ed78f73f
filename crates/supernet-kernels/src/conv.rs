//! Dense convolution of the listed ghost batches: stride 1, same padding, any odd kernel (1x7, 7x1,
//! 3x3).
//!
//! ```text
//! y[i, o, a, b] = sum over c, u, v of  weight[o, c, u, v] * x[i, c, a + u - kh/2, b + v - kw/2]      (0 outside the image)
//! ```

use burn::{backend::Dispatch, tensor::Tensor};

use crate::{
    backend::has_kernels,
    contract::{ContractOps, contract_add, rectified_on_a_card},
    ghosts::Ghosts,
    reference,
};

/// Dense convolution, stride 1, zero padding `[kh / 2, kw / 2]`, of the listed ghost batches.
///
/// Shapes: `x` `[groups * n, c_in, h, w]`, `weight` `[c_out, c_in, kh, kw]` with odd `kh` and `kw`,
/// the result `[on.len() * n, c_out, h, w]`. The gradient of ghost batches that are not listed is
/// exactly zero.
///
/// # Panics
/// If the rows cannot be cut into `groups` ghost batches, `on` is not a sorted list of distinct
/// ones, or the weight does not fit.
pub fn conv(x: Tensor<4>, weight: Tensor<4>, groups: usize, on: &[u32]) -> Tensor<4> {
    conv_of(x, weight, false, groups, on)
}

/// As [`conv`], of max(0, `x`) if `relu`, which is computed on the way (on CubeCL devices before).
///
/// # Panics
/// As [`conv`].
pub fn conv_of(x: Tensor<4>, weight: Tensor<4>, relu: bool, groups: usize, on: &[u32]) -> Tensor<4> {
    let [rows, c, _, _] = x.dims();
    Ghosts::cut("conv", rows, groups).check("conv", "on", on);
    check_weight("conv", c, &weight);
    if on.is_empty() || !has_kernels([&x, &weight]) {
        return reference::conv_of(x, weight, relu, groups, on);
    }
    let (x, relu) = rectified_on_a_card(x, relu);
    Tensor::from_dispatch(<Dispatch as ContractOps>::contract(
        x.into_dispatch(),
        weight.into_dispatch(),
        relu,
        groups,
        on.to_vec(),
    ))
}

/// `acc` with the convolution of ghost batch `read[i]` of `x` added to ghost batch `write[i]`, for
/// every `i`.
///
/// Shapes: `acc` and the result `[groups * n, c_out, h, w]`, `x` `[m * n, c_in, h, w]` with any
/// `m`, `weight` `[c_out, c_in, kh, kw]`; otherwise as [`pointwise_add`](crate::pointwise_add).
///
/// # Panics
/// As [`conv`] and [`pointwise_add`](crate::pointwise_add).
pub fn conv_add(
    acc: Tensor<4>,
    x: Tensor<4>,
    weight: Tensor<4>,
    groups: usize,
    read: &[u32],
    write: &[u32],
) -> Tensor<4> {
    conv_add_of(acc, x, weight, false, groups, read, write)
}

/// As [`conv_add`], of max(0, `x`) if `relu`.
///
/// # Panics
/// As [`conv_add`].
pub fn conv_add_of(
    acc: Tensor<4>,
    x: Tensor<4>,
    weight: Tensor<4>,
    relu: bool,
    groups: usize,
    read: &[u32],
    write: &[u32],
) -> Tensor<4> {
    check_weight("conv_add", x.dims()[1], &weight);
    contract_add("conv_add", acc, x, weight, relu, groups, read, write)
}

fn check_weight(op: &str, c_in: usize, weight: &Tensor<4>) {
    let shape = weight.dims();
    assert!(
        shape[1] == c_in && shape[2] % 2 == 1 && shape[3] % 2 == 1,
        "{op}: the weight must be [c_out, {c_in}, kh, kw] with odd kh and kw, found {shape:?}"
    );
}
