//! [`ZerosKernels`], and copies: a unit is a number.

use burn::tensor::Shape;
use burn_cubecl::{CubeBackend, tensor::CubeTensor};
use cubecl::prelude::*;

use super::{cube_of_units, empty, grid_of_units, numbers};
use crate::zeros::ZerosKernels;

impl ZerosKernels for CubeBackend {
    fn filled(x: &CubeTensor, shape: [usize; 4]) -> CubeTensor {
        zeros(x, shape.into())
    }
}

/// Zeros of the shape of `x`.
pub(super) fn like(x: &CubeTensor) -> CubeTensor {
    zeros(x, x.meta.shape().clone())
}

fn zeros(x: &CubeTensor, shape: Shape) -> CubeTensor {
    let y = empty(x, shape);
    let count = y.meta.num_elements();
    // SAFETY: every unit writes the number of its place, if there is one.
    unsafe {
        zeros_kernel::launch_unchecked(&x.client, grid_of_units(count), cube_of_units(), numbers(&y), count);
    }
    y
}

/// A copy of an ordered tensor.
pub(super) fn copy(x: CubeTensor) -> CubeTensor {
    let y = empty(&x, x.meta.shape().clone());
    let count = x.meta.num_elements();
    // SAFETY: as above.
    unsafe {
        copy_kernel::launch_unchecked(
            &x.client,
            grid_of_units(count),
            cube_of_units(),
            numbers(&x),
            numbers(&y),
            count,
        );
    }
    y
}

#[cube(launch_unchecked)]
fn zeros_kernel(y: &mut [f32], count: usize) {
    if ABSOLUTE_POS < count {
        y[ABSOLUTE_POS] = f32::new(0.0);
    }
}

#[cube(launch_unchecked)]
fn copy_kernel(x: &[f32], y: &mut [f32], count: usize) {
    if ABSOLUTE_POS < count {
        y[ABSOLUTE_POS] = x[ABSOLUTE_POS];
    }
}
