//! 1x1 convolution, and its sum into an accumulator.
//!
//! ```text
//! y[i, o, p] = sum over c of  weight[o, c] * x[i, c, p]
//! ```
//!
//! A concat of inputs followed by a 1x1 is a sum of 1x1s over the inputs that are on; with
//! [`pointwise_add`] neither the concat nor the zeros of dropped inputs exist.

use burn::{backend::Dispatch, tensor::Tensor};

use crate::{
    backend::has_kernels,
    contract::{ContractOps, contract_add, rectified_on_a_card},
    reference,
};

/// 1x1 convolution.
///
/// Shapes: `x` `[rows, c_in, h, w]`, `weight` `[c_out, c_in, 1, 1]`, the result `[rows, c_out, h,
/// w]`.
///
/// # Panics
/// If the weight does not fit.
pub fn pointwise(x: Tensor<4>, weight: Tensor<4>) -> Tensor<4> {
    pointwise_of(x, weight, false)
}

/// As [`pointwise`], of max(0, `x`) if `relu`.
///
/// # Panics
/// As [`pointwise`].
pub fn pointwise_of(x: Tensor<4>, weight: Tensor<4>, relu: bool) -> Tensor<4> {
    check_weight("pointwise", &x, &weight);
    if x.dims()[0] == 0 || !has_kernels([&x, &weight]) {
        return reference::pointwise_of(x, weight, relu);
    }
    let (x, relu) = rectified_on_a_card(x, relu);
    let (x, weight) = (x.into_dispatch(), weight.into_dispatch());
    Tensor::from_dispatch(<Dispatch as ContractOps>::contract(x, weight, relu, 1, vec![0]))
}

/// `acc` with the 1x1 convolution of ghost batch `read[i]` of `x` added to ghost batch `write[i]`,
/// for every `i`.
///
/// Shapes: `acc` and the result `[groups * n, c_out, h, w]`, `x` `[m * n, c_in, h, w]` with any
/// `m`, `weight` `[c_out, c_in, 1, 1]`. `acc` is changed in place when nothing else holds it.
/// `read` may name a ghost batch several times. The gradient of `acc` is the incoming gradient, not
/// a copy; that of ghost batches of `x` that are not read is exactly zero.
///
/// # Panics
/// If the rows cannot be cut into `groups` ghost batches, the lists differ in length, `write` is
/// not a sorted list of distinct ghost batches, `read` names one that does not exist, or a shape
/// does not fit.
pub fn pointwise_add(
    acc: Tensor<4>,
    x: Tensor<4>,
    weight: Tensor<4>,
    groups: usize,
    read: &[u32],
    write: &[u32],
) -> Tensor<4> {
    check_weight("pointwise_add", &x, &weight);
    contract_add("pointwise_add", acc, x, weight, false, groups, read, write)
}

fn check_weight(op: &str, x: &Tensor<4>, weight: &Tensor<4>) {
    let c_in = x.dims()[1];
    let shape = weight.dims();
    assert!(shape[1..] == [c_in, 1, 1], "{op}: the weight must be [c_out, {c_in}, 1, 1], found {shape:?}");
}
