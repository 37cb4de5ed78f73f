//! Dense 3x3 convolution of stride 2: what halves height and width in a stem.
//!
//! ```text
//! y[i, o, a, b] = sum over c, u, v of  weight[o, c, u, v] * x[i, c, 2 * a + u - 1, 2 * b + v - 1]      (0 outside the image)
//! ```
//!
//! The four phases of an image, its pixels of even or odd rows and columns, are images of half the
//! side. A tap of the kernel meets one of them, so `y` is the sum of a convolution of each, by the
//! kernels that exist:
//!
//! | rows, columns | taps (u, v) | kernel |
//! |---|---|---|
//! | even, even | (1, 1) | 1x1 |
//! | even, odd | (1, 0), (1, 2) | 1x3, its last column zero |
//! | odd, even | (0, 1), (2, 1) | 3x1, its last row zero |
//! | odd, odd | (0, 0), (0, 2), (2, 0), (2, 2) | 3x3, its last row and column zero |

use burn::tensor::Tensor;

use crate::{backend::has_kernels, conv_add_of, conv_of, ghosts::Ghosts, phase::phase, reference};

/// Dense 3x3 convolution, stride 2, zero padding 1, of the listed ghost batches.
///
/// Shapes: `x` `[groups * n, c_in, h, w]` of even `h` and `w`, `weight` `[c_out, c_in, 3, 3]`, the
/// result `[on.len() * n, c_out, h / 2, w / 2]`. The gradient of ghost batches that are not listed
/// is exactly zero.
///
/// # Panics
/// If the rows cannot be cut into `groups` ghost batches, `on` is not a sorted list of distinct
/// ones, a side is odd, or the weight does not fit.
pub fn conv_stride2(x: Tensor<4>, weight: Tensor<4>, groups: usize, on: &[u32]) -> Tensor<4> {
    conv_stride2_of(x, weight, false, groups, on)
}

/// As [`conv_stride2`], of max(0, `x`) if `relu`.
///
/// # Panics
/// As [`conv_stride2`].
pub fn conv_stride2_of(x: Tensor<4>, weight: Tensor<4>, relu: bool, groups: usize, on: &[u32]) -> Tensor<4> {
    let [rows, c, h, w] = x.dims();
    Ghosts::cut("conv_stride2", rows, groups).check("conv_stride2", "on", on);
    assert!(h % 2 == 0 && w % 2 == 0, "conv_stride2: the image sides {h} and {w} must be even");
    let shape = weight.dims();
    assert!(shape[1..] == [c, 3, 3], "conv_stride2: the weight must be [c_out, {c}, 3, 3], found {shape:?}");
    if on.is_empty() || !has_kernels([&x, &weight]) {
        return reference::conv_stride2_of(x, weight, relu, groups, on);
    }
    let all: Vec<u32> = (0..on.len() as u32).collect();
    let mut y = conv_of(phase(x.clone(), 0, 0), taps(&weight, 0, 0), relu, groups, on);
    for (row, column) in [(0, 1), (1, 0), (1, 1)] {
        let of_phase = phase(x.clone(), row, column);
        y = conv_add_of(y, of_phase, taps(&weight, row, column), relu, on.len(), on, &all);
    }
    y
}

/// The taps that meet a phase, zeros where a kernel of an odd size has more.
fn taps(weight: &Tensor<4>, row: usize, column: usize) -> Tensor<4> {
    let along = |weight: Tensor<4>, dim: usize, odd: usize| {
        let tap = |i| weight.clone().narrow(dim, i, 1);
        if odd == 1 { Tensor::cat(vec![tap(0), tap(2), tap(1).zeros_like()], dim) } else { tap(1) }
    };
    along(along(weight.clone(), 2, row), 3, column)
}
