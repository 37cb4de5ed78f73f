//! [`PoolKernels`]: a unit is a number.

use burn_cubecl::{CubeBackend, tensor::CubeTensor};
use cubecl::prelude::*;

use super::{cube_of_units, grid_of_units, jobs::Jobs, numbers, ordered, owned, sides, target, upload};
use crate::{
    ghosts::Lists,
    pool::PoolKernels,
    pool_kind::{Pool, Window},
};

impl PoolKernels for CubeBackend {
    fn forward_add(acc: CubeTensor, x: CubeTensor, window: Window, groups: usize, lists: &Lists) -> CubeTensor {
        let (acc, x) = (owned(acc), ordered(x));
        let size = sides(&acc)[0] / groups;
        let jobs = Jobs::of_result(lists);
        match window.kind {
            Pool::Max => maximum(&x, &acc, size, &jobs),
            Pool::Average => average(&x, &acc, size, &jobs, true),
            Pool::AverageInside => unreachable!("runs as Burn's operations"),
        }
        acc
    }

    fn backward(
        grad: CubeTensor,
        x: CubeTensor,
        window: Window,
        size: usize,
        lists: &Lists,
        into: Option<CubeTensor>,
    ) -> CubeTensor {
        let grad = ordered(grad);
        let (dx, add) = target(&grad, sides(&x), into);
        let jobs = Jobs::of_input(sides(&x)[0] / size, lists, add);
        match window.kind {
            Pool::Max => maximum_gradient(&grad, &ordered(x), &dx, size, &jobs, add),
            // The average is its own transpose.
            Pool::Average => average(&grad, &dx, size, &jobs, add),
            Pool::AverageInside => unreachable!("runs as Burn's operations"),
        }
        dx
    }
}

/// Numbers of all jobs, and of a ghost batch.
fn counts(x: &CubeTensor, size: usize, jobs: &Jobs) -> (usize, usize) {
    let ghost = sides(x)[1..].iter().product::<usize>() * size;
    (jobs.count * ghost, ghost)
}

fn maximum(x: &CubeTensor, y: &CubeTensor, size: usize, jobs: &Jobs) {
    let [_, _, h, w] = sides(x);
    let (count, ghost) = counts(x, size, jobs);
    // SAFETY: jobs name ghost batches that exist, windows are cut to the image; a unit without a
    // number does nothing.
    unsafe {
        maximum_kernel::launch_unchecked(
            &x.client,
            grid_of_units(count),
            cube_of_units(),
            numbers(x),
            numbers(y),
            upload(x, &jobs.table),
            count,
            ghost,
            h,
            w,
        );
    }
}

fn average(x: &CubeTensor, y: &CubeTensor, size: usize, jobs: &Jobs, add: bool) {
    let [_, _, h, w] = sides(x);
    let (count, ghost) = counts(x, size, jobs);
    // SAFETY: as above.
    unsafe {
        average_kernel::launch_unchecked(
            &x.client,
            grid_of_units(count),
            cube_of_units(),
            numbers(x),
            numbers(y),
            upload(x, &jobs.table),
            count,
            ghost,
            h,
            w,
            add,
        );
    }
}

fn maximum_gradient(grad: &CubeTensor, x: &CubeTensor, dx: &CubeTensor, size: usize, jobs: &Jobs, add: bool) {
    let [_, _, h, w] = sides(x);
    let (count, ghost) = counts(x, size, jobs);
    // SAFETY: as above.
    unsafe {
        maximum_gradient_kernel::launch_unchecked(
            &x.client,
            grid_of_units(count),
            cube_of_units(),
            numbers(grad),
            numbers(x),
            numbers(dx),
            upload(x, &jobs.table),
            count,
            ghost,
            h,
            w,
            add,
        );
    }
}

/// The first row or column of the window around `at`, and the one after its last, cut to `side`.
#[cube]
fn window(at: usize, side: usize) -> (usize, usize) {
    (at - clamp_max(at, 1), clamp_max(at + 2, side))
}

/// Adds the maximum of each window. A window is never empty, so that it starts with its own middle.
#[cube(launch_unchecked)]
fn maximum_kernel(x: &[f32], y: &mut [f32], jobs: &[u32], count: usize, ghost: usize, h: usize, w: usize) {
    if ABSOLUTE_POS >= count {
        terminate!();
    }
    let job = ABSOLUTE_POS / ghost;
    let place = ABSOLUTE_POS % ghost;
    let (top, bottom) = window(place / w % h, h);
    let (left, right) = window(place % w, w);
    let plane = jobs[jobs[3 * job + 1] as usize] as usize * ghost + place / (h * w) * (h * w);
    let mut maximum = x[plane + place % (h * w)];
    for a in top..bottom {
        for b in left..right {
            maximum = max(maximum, x[plane + a * w + b]);
        }
    }
    let to = jobs[3 * job] as usize * ghost + place;
    y[to] += maximum;
}

/// A ninth of the sum of each window; zero for a job that reads nothing.
#[cube(launch_unchecked)]
fn average_kernel(
    x: &[f32],
    y: &mut [f32],
    jobs: &[u32],
    count: usize,
    ghost: usize,
    h: usize,
    w: usize,
    #[comptime] add: bool,
) {
    if ABSOLUTE_POS >= count {
        terminate!();
    }
    let job = ABSOLUTE_POS / ghost;
    let place = ABSOLUTE_POS % ghost;
    let (top, bottom) = window(place / w % h, h);
    let (left, right) = window(place % w, w);
    let mut sum = f32::new(0.0);
    for source in jobs[3 * job + 1] as usize..jobs[3 * job + 2] as usize {
        let plane = jobs[source] as usize * ghost + place / (h * w) * (h * w);
        for a in top..bottom {
            for b in left..right {
                sum += x[plane + a * w + b];
            }
        }
    }
    let to = jobs[3 * job] as usize * ghost + place;
    let mut mean = sum * f32::new(1.0 / 9.0);
    if add {
        mean += y[to];
    }
    y[to] = mean;
}

/// The sum of the gradients of those windows of which this pixel is the first maximum, row by row:
/// greater than what stands before it, and not less than what stands behind it.
#[cube(launch_unchecked)]
fn maximum_gradient_kernel(
    grad: &[f32],
    x: &[f32],
    dx: &mut [f32],
    jobs: &[u32],
    count: usize,
    ghost: usize,
    h: usize,
    w: usize,
    #[comptime] add: bool,
) {
    if ABSOLUTE_POS >= count {
        terminate!();
    }
    let job = ABSOLUTE_POS / ghost;
    let place = ABSOLUTE_POS % ghost;
    let pixel = place % (h * w);
    let (top, bottom) = window(place / w % h, h);
    let (left, right) = window(place % w, w);
    let mut sum = f32::new(0.0);
    let plane = place / (h * w) * (h * w);
    let input = jobs[3 * job] as usize * ghost + plane;
    let own = x[input + pixel];
    for row in top..bottom {
        for column in left..right {
            let (first_row, last_row) = window(row, h);
            let (first_column, last_column) = window(column, w);
            let mut is_first = true;
            for a in first_row..last_row {
                for b in first_column..last_column {
                    let other = a * w + b;
                    let value = x[input + other];
                    if value > own || (other < pixel && value == own) {
                        is_first = false;
                    }
                }
            }
            // Which window is first is the same for all that was made from this input.
            if is_first {
                for source in jobs[3 * job + 1] as usize..jobs[3 * job + 2] as usize {
                    sum += grad[jobs[source] as usize * ghost + plane + row * w + column];
                }
            }
        }
    }
    let to = jobs[3 * job] as usize * ghost + place;
    if add {
        sum += dx[to];
    }
    dx[to] = sum;
}
