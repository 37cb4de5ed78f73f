//! Sums over the images of a weight's gradient: first over pieces of a ghost batch, a unit for each
//! number and piece, then over the pieces in order.

use burn::tensor::Shape;
use burn_cubecl::tensor::CubeTensor;
use cubecl::prelude::*;

use super::{cube_of_units, empty, grid_of_units, numbers};

/// Pixels that a piece has at least, if its ghost batch has them.
const ENOUGH: usize = 256;

/// Images of a piece, and pieces of a ghost batch: by the shape of a ghost batch alone.
pub(super) fn pieces(size: usize, plane: usize) -> (usize, usize) {
    let images = ENOUGH.div_ceil(plane).min(size);
    (images, size.div_ceil(images))
}

/// Adds up partial sums `[ghosts * pieces, len]`, which begin at number `first`: the pieces of a
/// ghost batch in order, then the ghost batches in order.
pub(super) fn in_order(
    parts: &CubeTensor,
    first: usize,
    ghosts: usize,
    pieces: usize,
    shape: impl Into<Shape>,
) -> CubeTensor {
    let sum = empty(parts, shape);
    let len = sum.meta.num_elements();
    // SAFETY: a unit without a number does nothing.
    unsafe {
        in_order_kernel::launch_unchecked(
            &parts.client,
            grid_of_units(len),
            cube_of_units(),
            numbers(parts),
            numbers(&sum),
            len,
            first,
            ghosts,
            pieces,
        );
    }
    sum
}

#[cube(launch_unchecked)]
fn in_order_kernel(parts: &[f32], sum: &mut [f32], len: usize, first: usize, ghosts: usize, pieces: usize) {
    if ABSOLUTE_POS >= len {
        terminate!();
    }
    let mut total = f32::new(0.0);
    for ghost in 0..ghosts {
        let mut of_ghost = f32::new(0.0);
        for piece in 0..pieces {
            of_ghost += parts[first + (ghost * pieces + piece) * len + ABSOLUTE_POS];
        }
        total += of_ghost;
    }
    sum[ABSOLUTE_POS] = total;
}
