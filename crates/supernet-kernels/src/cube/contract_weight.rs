//! The gradient of a contraction's weight: a unit is a block of it, over the images of a piece of a
//! ghost batch.

use burn_cubecl::tensor::CubeTensor;
use cubecl::prelude::*;

use super::{Sides, SidesLaunch, cube_of_units, empty, grid_of_units, numbers, sides, sums, upload};
use crate::ghosts::Lists;

/// Output channels of a block, and numbers of each: pairs of input channel and tap.
const BLOCK: usize = 4;

/// The sum over each piece, then their sum in order.
pub(super) fn gradient(
    grad: &CubeTensor,
    x: &CubeTensor,
    weight: [usize; 4],
    size: usize,
    lists: &Lists,
) -> CubeTensor {
    let [_, c_from, h, w] = sides(x);
    let [c_to, _, kh, kw] = weight;
    let depth = c_from * kh * kw;
    let (images, pieces) = sums::pieces(size, h * w);
    let ghosts = lists.read.len();
    let parts = empty(x, [ghosts * pieces, c_to * depth]);
    let count = ghosts * pieces * c_to.div_ceil(BLOCK) * depth.div_ceil(BLOCK);
    let lists = [lists.read.as_slice(), &lists.write].concat();
    // SAFETY: lists name ghost batches that exist; what lies outside an image or the weight is
    // neither read nor written; a unit without a block does nothing.
    unsafe {
        pieces_kernel::launch_unchecked(
            &x.client,
            grid_of_units(count),
            cube_of_units(),
            numbers(grad),
            numbers(x),
            numbers(&parts),
            upload(x, &lists),
            count,
            SidesLaunch::of(size, [c_from, h, w]),
            c_to,
            ghosts,
            images,
            pieces,
            kh,
            kw,
        );
    }
    sums::in_order(&parts, 0, ghosts, pieces, weight)
}

#[cube(launch_unchecked)]
fn pieces_kernel(
    grad: &[f32],
    x: &[f32],
    parts: &mut [f32],
    lists: &[u32],
    count: usize,
    sides: &Sides,
    c_to: usize,
    ghosts: usize,
    images: usize,
    pieces: usize,
    #[comptime] kh: usize,
    #[comptime] kw: usize,
) {
    if ABSOLUTE_POS >= count {
        terminate!();
    }
    let taps = comptime!(kh * kw);
    let plane = sides.h * sides.w;
    let depth = sides.c * taps;
    let across = depth.div_ceil(BLOCK);
    let down = c_to.div_ceil(BLOCK);
    let first_d = ABSOLUTE_POS % across * BLOCK;
    let first_o = ABSOLUTE_POS / across % down * BLOCK;
    let part = ABSOLUTE_POS / (across * down);
    let ghost = part / pieces;
    let first = part % pieces * images;
    let read = lists[ghost] as usize * sides.size;
    let write = lists[ghosts + ghost] as usize * sides.size;

    let mut sums = Array::<f32>::new(comptime!(BLOCK * BLOCK));
    let mut values = Array::<f32>::new(BLOCK);
    let mut of_o = Array::<usize>::new(BLOCK);
    let mut of_channel = Array::<usize>::new(BLOCK);
    let mut down_by = Array::<usize>::new(BLOCK);
    let mut right_by = Array::<usize>::new(BLOCK);
    #[unroll]
    for i in 0..BLOCK {
        // What there is not is the last again, and not written.
        let d = clamp_max(first_d + i, depth - 1);
        of_o[i] = clamp_max(first_o + i, c_to - 1) * plane;
        of_channel[i] = d / taps * plane;
        down_by[i] = d % taps / kw;
        right_by[i] = d % taps % kw;
        #[unroll]
        for j in 0..BLOCK {
            sums[comptime!(BLOCK * i + j)] = f32::new(0.0);
        }
    }
    for image in first..clamp_max(first + images, sides.size) {
        let of_x = (read + image) * sides.c * plane;
        let mut of_grad = (write + image) * c_to * plane;
        for row in 0..sides.h {
            for column in 0..sides.w {
                #[unroll]
                for j in 0..BLOCK {
                    // The border is added first: numbers have no sign.
                    let a = row + down_by[j];
                    let b = column + right_by[j];
                    let mut value = f32::new(0.0);
                    if a >= kh / 2 && a < sides.h + kh / 2 && b >= kw / 2 && b < sides.w + kw / 2 {
                        value = x[of_x + of_channel[j] + (a - kh / 2) * sides.w + b - kw / 2];
                    }
                    values[j] = value;
                }
                #[unroll]
                for i in 0..BLOCK {
                    let factor = grad[of_grad + of_o[i]];
                    #[unroll]
                    for j in 0..BLOCK {
                        sums[comptime!(BLOCK * i + j)] += factor * values[j];
                    }
                }
                of_grad += 1;
            }
        }
    }
    #[unroll]
    for i in 0..BLOCK {
        #[unroll]
        for j in 0..BLOCK {
            let o = first_o + i;
            let d = first_d + j;
            if o < c_to && d < depth {
                parts[(part * c_to + o) * depth + d] = sums[comptime!(BLOCK * i + j)];
            }
        }
    }
}
