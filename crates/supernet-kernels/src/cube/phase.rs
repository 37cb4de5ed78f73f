//! [`PhaseKernels`]: a unit is a number of the result, or of the input's gradient.

use burn_cubecl::{CubeBackend, tensor::CubeTensor};
use cubecl::prelude::*;

use super::{cube_of_units, empty, grid_of_units, numbers, ordered, sides, target};
use crate::phase::PhaseKernels;

impl PhaseKernels for CubeBackend {
    fn forward(x: CubeTensor, row: usize, column: usize) -> CubeTensor {
        let x = ordered(x);
        let [rows, c, h, w] = sides(&x);
        let (h, w) = (h / 2, w / 2);
        let y = empty(&x, [rows, c, h, w]);
        let count = rows * c * h * w;
        // SAFETY: the sides of `x` are even, so every pixel lies inside; a unit without a number
        // does nothing.
        unsafe {
            pick_kernel::launch_unchecked(
                &x.client,
                grid_of_units(count),
                cube_of_units(),
                numbers(&x),
                numbers(&y),
                count,
                w,
                row,
                column,
            );
        }
        y
    }

    fn backward(grad: CubeTensor, row: usize, column: usize, into: Option<CubeTensor>) -> CubeTensor {
        let grad = ordered(grad);
        let [rows, c, h, w] = sides(&grad);
        let shape = [rows, c, 2 * h, 2 * w];
        let (dx, add) = target(&grad, shape, into);
        let count = shape.iter().product();
        // SAFETY: as above.
        unsafe {
            place_kernel::launch_unchecked(
                &grad.client,
                grid_of_units(count),
                cube_of_units(),
                numbers(&grad),
                numbers(&dx),
                count,
                w,
                row,
                column,
                add,
            );
        }
        dx
    }
}

/// The pixels of the phase; `w` is the width of the result.
#[cube(launch_unchecked)]
fn pick_kernel(x: &[f32], y: &mut [f32], count: usize, w: usize, #[comptime] row: usize, #[comptime] column: usize) {
    if ABSOLUTE_POS >= count {
        terminate!();
    }
    // Lines of all planes, one after the other: two of `x` for each of `y`.
    let line = ABSOLUTE_POS / w;
    y[ABSOLUTE_POS] = x[(2 * line + row) * 2 * w + 2 * (ABSOLUTE_POS % w) + column];
}

/// The gradient for each number of the phase, none for the others; `w` is the width of the
/// gradient.
#[cube(launch_unchecked)]
fn place_kernel(
    grad: &[f32],
    dx: &mut [f32],
    count: usize,
    w: usize,
    #[comptime] row: usize,
    #[comptime] column: usize,
    #[comptime] add: bool,
) {
    if ABSOLUTE_POS >= count {
        terminate!();
    }
    let across = ABSOLUTE_POS % (2 * w);
    let line = ABSOLUTE_POS / (2 * w);
    let mut value = f32::new(0.0);
    if line % 2 == row && across % 2 == column {
        value = grad[line / 2 * w + across / 2];
    }
    if add {
        value += dx[ABSOLUTE_POS];
    }
    dx[ABSOLUTE_POS] = value;
}
