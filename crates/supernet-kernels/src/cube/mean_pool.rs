//! [`MeanPoolKernels`]: a unit is a number of the result, or of the input's gradient.

use burn_cubecl::{CubeBackend, tensor::CubeTensor};
use cubecl::prelude::*;

use super::{cube_of_units, empty, grid_of_units, numbers, ordered, sides, target};
use crate::mean_pool::MeanPoolKernels;

impl MeanPoolKernels for CubeBackend {
    fn forward(x: CubeTensor, factor: usize) -> CubeTensor {
        let x = ordered(x);
        let [rows, c, h, w] = sides(&x);
        let (h, w) = (h / factor, w / factor);
        let y = empty(&x, [rows, c, h, w]);
        let count = rows * c * h * w;
        // SAFETY: windows lie inside `x`; a unit without a number does nothing.
        unsafe {
            means_kernel::launch_unchecked(
                &x.client,
                grid_of_units(count),
                cube_of_units(),
                numbers(&x),
                numbers(&y),
                count,
                h,
                w,
                factor,
            );
        }
        y
    }

    fn backward(grad: CubeTensor, factor: usize, into: Option<CubeTensor>) -> CubeTensor {
        let grad = ordered(grad);
        let [rows, c, h, w] = sides(&grad);
        let shape = [rows, c, h * factor, w * factor];
        let (dx, add) = target(&grad, shape, into);
        let count = shape.iter().product();
        // SAFETY: as above.
        unsafe {
            spread_kernel::launch_unchecked(
                &grad.client,
                grid_of_units(count),
                cube_of_units(),
                numbers(&grad),
                numbers(&dx),
                count,
                h,
                w,
                factor,
                add,
            );
        }
        dx
    }
}

/// The mean of each window; `h` and `w` are the sides of the result.
#[cube(launch_unchecked)]
fn means_kernel(x: &[f32], y: &mut [f32], count: usize, h: usize, w: usize, #[comptime] factor: usize) {
    if ABSOLUTE_POS >= count {
        terminate!();
    }
    let column = ABSOLUTE_POS % w;
    let row = ABSOLUTE_POS / w % h;
    let plane = ABSOLUTE_POS / (h * w);
    let wide = w * factor;
    let first = (plane * h + row) * factor * wide + column * factor;
    let mut sum = f32::new(0.0);
    for u in 0..factor {
        #[unroll]
        for v in 0..factor {
            sum += x[first + u * wide + v];
        }
    }
    y[ABSOLUTE_POS] = sum / f32::cast_from(factor * factor);
}

/// A share of its window's gradient for each number; `h` and `w` are the sides of the gradient.
#[cube(launch_unchecked)]
fn spread_kernel(
    grad: &[f32],
    dx: &mut [f32],
    count: usize,
    h: usize,
    w: usize,
    #[comptime] factor: usize,
    #[comptime] add: bool,
) {
    if ABSOLUTE_POS >= count {
        terminate!();
    }
    let wide = w * factor;
    let column = ABSOLUTE_POS % wide / factor;
    let row = ABSOLUTE_POS / wide % (h * factor) / factor;
    let plane = ABSOLUTE_POS / (wide * h * factor);
    let mut share = grad[(plane * h + row) * w + column] / f32::cast_from(factor * factor);
    if add {
        share += dx[ABSOLUTE_POS];
    }
    dx[ABSOLUTE_POS] = share;
}
