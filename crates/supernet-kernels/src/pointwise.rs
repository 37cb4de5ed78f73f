//! 1x1 convolution, and its sum into an accumulator.
//!
//! ```text
//! y[i, o, p] = sum over c of  weight[o, c] * x[i, c, p]
//! ```
//!
//! A concat of inputs followed by a 1x1 is a sum of 1x1s over the inputs that are on; with [`pointwise_add`] neither the concat
//! nor the zeros of dropped inputs exist.

use burn::{backend::Dispatch, tensor::Tensor};

use crate::{
    backend::has_kernels,
    contract::{ContractOps, Lists},
    ghosts::Ghosts,
    reference,
};

/// 1x1 convolution.
///
/// Shapes: `x` `[rows, c_in, h, w]`, `weight` `[c_out, c_in, 1, 1]`, the result `[rows, c_out, h, w]`.
///
/// # Panics
/// If the weight does not fit.
pub fn pointwise(x: Tensor<4>, weight: Tensor<4>) -> Tensor<4> {
    check_weight("pointwise", &x, &weight);
    if x.dims()[0] == 0 || !has_kernels([&x, &weight]) {
        return reference::pointwise(x, weight);
    }
    Tensor::from_dispatch(<Dispatch as ContractOps>::contract(
        x.into_dispatch(),
        weight.into_dispatch(),
        1,
        vec![0],
    ))
}

/// `acc` with the 1x1 convolution of ghost batch `read[i]` of `x` added to ghost batch `write[i]`, for every `i`.
///
/// Shapes: `acc` and the result `[groups * n, c_out, h, w]`, `x` `[m * n, c_in, h, w]` with any `m`, `weight` `[c_out, c_in, 1, 1]`.
/// `acc` is changed in place when nothing else holds it. `read` may name a ghost batch several times. The gradient of `acc` is the
/// incoming gradient, not a copy; that of ghost batches of `x` that are not read is exactly zero.
///
/// # Panics
/// If the rows cannot be cut into `groups` ghost batches, the lists differ in length, `write` is not a sorted list of distinct
/// ghost batches, `read` names one that does not exist, or a shape does not fit.
pub fn pointwise_add(
    acc: Tensor<4>,
    x: Tensor<4>,
    weight: Tensor<4>,
    groups: usize,
    read: &[u32],
    write: &[u32],
) -> Tensor<4> {
    const OP: &str = "pointwise_add";
    check_weight(OP, &x, &weight);
    let [rows, channels, h, w] = acc.dims();
    let [rows_of_x, _, h_of_x, w_of_x] = x.dims();
    let c_out = weight.dims()[0];
    assert!(
        channels == c_out && (h, w) == (h_of_x, w_of_x),
        "{OP}: the accumulator has shape {:?}, the 1x1 gives {:?}",
        acc.dims(),
        [rows_of_x, c_out, h_of_x, w_of_x],
    );
    assert!(
        read.len() == write.len(),
        "{OP}: `read` has {} entries, `write` {}",
        read.len(),
        write.len()
    );
    let ghosts = Ghosts::cut(OP, rows, groups);
    ghosts.check(OP, "write", write);
    assert!(
        rows_of_x.is_multiple_of(ghosts.size),
        "{OP}: {rows_of_x} rows of the input cannot be cut into ghost batches of {}",
        ghosts.size
    );
    let ghosts_of_x = Ghosts {
        groups: rows_of_x / ghosts.size,
        size: ghosts.size,
    };
    ghosts_of_x.check_range(OP, "read", read);
    if write.is_empty() {
        return acc;
    }
    if !has_kernels([&acc, &x, &weight]) {
        return reference::pointwise_add(acc, x, weight, groups, read, write);
    }
    let (read, write) = (read.to_vec(), write.to_vec());
    Tensor::from_dispatch(<Dispatch as ContractOps>::contract_add(
        acc.into_dispatch(),
        x.into_dispatch(),
        weight.into_dispatch(),
        groups,
        Lists { read, write },
    ))
}

fn check_weight(op: &str, x: &Tensor<4>, weight: &Tensor<4>) {
    let c_in = x.dims()[1];
    let shape = weight.dims();
    assert!(
        shape[1..] == [c_in, 1, 1],
        "{op}: the weight must be [c_out, {c_in}, 1, 1], found {shape:?}"
    );
}
