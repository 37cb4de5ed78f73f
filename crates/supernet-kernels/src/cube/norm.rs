//! [`NormKernels`], in three launches: sums over stripes of each channel of a ghost batch, a unit
//! for each; then over the stripes; then the result, a unit for each number. The kernels serve
//! [`norm_affine`](super::norm_affine) too.

use burn_cubecl::{CubeBackend, tensor::CubeTensor};
use cubecl::prelude::*;

use super::{
    Sides, SidesLaunch, cube_of_units, empty, grid_of_units, jobs::Jobs, numbers, ordered, sides, target, upload,
};
use crate::{ghosts::Lists, norm_relu::NormKernels};

impl NormKernels for CubeBackend {
    fn forward(x: CubeTensor, groups: usize, on: &[u32], eps: f32, relu: bool) -> (CubeTensor, CubeTensor) {
        forward(x, None, groups, on, eps, relu)
    }

    fn backward(
        grad: CubeTensor,
        x: CubeTensor,
        stats: CubeTensor,
        groups: usize,
        on: &[u32],
        relu: bool,
        into: Option<CubeTensor>,
    ) -> CubeTensor {
        backward(grad, x, stats, groups, on, relu, into).0
    }
}

/// A scale and a shift per channel.
pub(super) type Affine = (CubeTensor, CubeTensor);

/// Stripes of the `count` numbers of a channel of a ghost batch: stripe `s` of `S` is numbers `s`,
/// `s + S`, `s + 2S`, ...
fn stripes(count: usize) -> usize {
    count.min(64)
}

/// The normalised ghost batches of the list, compact, and what the backward pass wants to know:
/// mean, inverse deviation, scale and shift of each channel, `[on.len(), c, 4]`.
pub(super) fn forward(
    x: CubeTensor,
    affine: Option<&Affine>,
    groups: usize,
    on: &[u32],
    eps: f32,
    relu: bool,
) -> (CubeTensor, CubeTensor) {
    let x = ordered(x);
    let [rows, c, h, w] = sides(&x);
    let size = rows / groups;
    let (channels, stripes) = (on.len() * c, stripes(size * h * w));
    let (y, stats) = (empty(&x, [on.len() * size, c, h, w]), empty(&x, [on.len(), c, 4]));
    let parts = empty(&x, [channels, stripes, 2]);
    let of = || SidesLaunch::of(size, [c, h, w]);
    // SAFETY: the list names ghost batches that exist; a unit without a stripe, a channel or a
    // number does nothing.
    unsafe {
        moments_kernel::launch_unchecked(
            &x.client,
            grid_of_units(channels * stripes),
            cube_of_units(),
            numbers(&x),
            numbers(&parts),
            upload(&x, on),
            channels * stripes,
            of(),
            stripes,
        );
        statistics_kernel::launch_unchecked(
            &x.client,
            grid_of_units(channels),
            cube_of_units(),
            numbers(&parts),
            affine.map(|(scale, _)| numbers(scale)).into(),
            affine.map(|(_, shift)| numbers(shift)).into(),
            numbers(&stats),
            channels,
            c,
            size * h * w,
            eps,
            stripes,
        );
        result_kernel::launch_unchecked(
            &x.client,
            grid_of_units(channels * size * h * w),
            cube_of_units(),
            numbers(&x),
            numbers(&stats),
            numbers(&y),
            upload(&x, on),
            channels * size * h * w,
            of(),
            relu,
        );
    }
    (y, stats)
}

/// The gradient of the input, and `[2, on.len(), c]` numbers: the gradients of the scale for each
/// ghost batch, then those of the shift.
pub(super) fn backward(
    grad: CubeTensor,
    x: CubeTensor,
    stats: CubeTensor,
    groups: usize,
    on: &[u32],
    relu: bool,
    into: Option<CubeTensor>,
) -> (CubeTensor, CubeTensor) {
    let (grad, x) = (ordered(grad), ordered(x));
    let shape = sides(&x);
    let [rows, c, h, w] = shape;
    let size = rows / groups;
    let (channels, stripes) = (on.len() * c, stripes(size * h * w));
    let (dx, add) = target(&x, shape, into);
    let (parts, totals) = (empty(&x, [channels, stripes, 2]), empty(&x, [2, on.len(), c]));
    let jobs = Jobs::of_input(groups, &Lists::compact(on.to_vec()), add);
    let of = || SidesLaunch::of(size, [c, h, w]);
    // SAFETY: as above.
    unsafe {
        products_kernel::launch_unchecked(
            &x.client,
            grid_of_units(channels * stripes),
            cube_of_units(),
            numbers(&grad),
            numbers(&x),
            numbers(&stats),
            numbers(&parts),
            upload(&x, on),
            channels * stripes,
            of(),
            stripes,
            relu,
        );
        totals_kernel::launch_unchecked(
            &x.client,
            grid_of_units(channels),
            cube_of_units(),
            numbers(&parts),
            numbers(&totals),
            channels,
            stripes,
        );
        input_kernel::launch_unchecked(
            &x.client,
            grid_of_units(jobs.count * size * c * h * w),
            cube_of_units(),
            numbers(&grad),
            numbers(&x),
            numbers(&stats),
            numbers(&totals),
            numbers(&dx),
            upload(&x, &jobs.table),
            jobs.count * size * c * h * w,
            channels,
            of(),
            relu,
            add,
        );
    }
    (dx, totals)
}

/// Where number `i` of a channel stands in its ghost batch, from the channel's first.
#[cube]
fn place(i: usize, sides: &Sides) -> usize {
    let plane = sides.h * sides.w;
    i / plane * (sides.c * plane) + i % plane
}

/// Where the first number of a channel of a ghost batch stands.
#[cube]
fn first(ghost: usize, channel: usize, sides: &Sides) -> usize {
    (ghost * sides.size * sides.c + channel) * sides.h * sides.w
}

/// The number of a channel, or what stands for it where there is none.
#[expect(
    clippy::let_and_return,
    reason = "the attribute that chooses when the kernel is compiled stands on a statement"
)]
#[cube]
fn of_channel(numbers: &ComptimeOption<&[f32]>, channel: usize, #[comptime] otherwise: f32) -> f32 {
    #[comptime]
    let value = match numbers {
        ComptimeOption::Some(numbers) => numbers[channel],
        ComptimeOption::None => f32::new(otherwise),
    };
    value
}

/// The mean of each stripe, and the sum of its squared distances from it.
#[cube(launch_unchecked)]
fn moments_kernel(x: &[f32], parts: &mut [f32], on: &[u32], units: usize, sides: &Sides, stripes: usize) {
    if ABSOLUTE_POS >= units {
        terminate!();
    }
    let stripe = ABSOLUTE_POS % stripes;
    let channel = ABSOLUTE_POS / stripes;
    let from = first(on[channel / sides.c] as usize, channel % sides.c, sides);
    let count = sides.size * sides.h * sides.w;
    let mut sum = f32::new(0.0);
    let mut i = stripe;
    while i < count {
        sum += x[from + place(i, sides)];
        i += stripes;
    }
    let mean = sum / f32::cast_from((count - stripe).div_ceil(stripes));
    let mut squares = f32::new(0.0);
    let mut i = stripe;
    while i < count {
        let centred = x[from + place(i, sides)] - mean;
        squares += centred * centred;
        i += stripes;
    }
    parts[2 * ABSOLUTE_POS] = mean;
    parts[2 * ABSOLUTE_POS + 1] = squares;
}

/// Mean and inverse deviation of each channel from those of its stripes: distances are from means
/// near by, so that they are accurate far from zero too.
#[cube(launch_unchecked)]
fn statistics_kernel(
    parts: &[f32],
    scale: ComptimeOption<&[f32]>,
    shift: ComptimeOption<&[f32]>,
    stats: &mut [f32],
    channels: usize,
    c: usize,
    count: usize,
    eps: f32,
    stripes: usize,
) {
    if ABSOLUTE_POS >= channels {
        terminate!();
    }
    let parts_of_channel = 2 * ABSOLUTE_POS * stripes;
    let mut sum = f32::new(0.0);
    for stripe in 0..stripes {
        sum += parts[parts_of_channel + 2 * stripe] * f32::cast_from((count - stripe).div_ceil(stripes));
    }
    let mean = sum / f32::cast_from(count);
    let mut squares = f32::new(0.0);
    for stripe in 0..stripes {
        let apart = parts[parts_of_channel + 2 * stripe] - mean;
        squares += parts[parts_of_channel + 2 * stripe + 1]
            + apart * apart * f32::cast_from((count - stripe).div_ceil(stripes));
    }
    let variance = squares / f32::cast_from(count);
    stats[4 * ABSOLUTE_POS] = mean;
    stats[4 * ABSOLUTE_POS + 1] = f32::new(1.0) / (variance + eps).sqrt();
    stats[4 * ABSOLUTE_POS + 2] = of_channel(&scale, ABSOLUTE_POS % c, 1.0);
    stats[4 * ABSOLUTE_POS + 3] = of_channel(&shift, ABSOLUTE_POS % c, 0.0);
}

/// `(x − mean) · rstd · scale + shift`, and its positive part if `relu`.
#[cube(launch_unchecked)]
fn result_kernel(
    x: &[f32],
    stats: &[f32],
    y: &mut [f32],
    on: &[u32],
    units: usize,
    sides: &Sides,
    #[comptime] relu: bool,
) {
    if ABSOLUTE_POS >= units {
        terminate!();
    }
    let ghost = sides.size * sides.c * sides.h * sides.w;
    let job = ABSOLUTE_POS / ghost;
    let channel = ABSOLUTE_POS / (sides.h * sides.w) % sides.c;
    let stat = 4 * (job * sides.c + channel);
    let normed = (x[on[job] as usize * ghost + ABSOLUTE_POS % ghost] - stats[stat]) * stats[stat + 1];
    let value = normed * stats[stat + 2] + stats[stat + 3];
    // What is not a number stays so.
    y[ABSOLUTE_POS] = if relu { select(value < f32::new(0.0), f32::new(0.0), value) } else { value };
}

/// With `x̂ = (x − mean) · rstd` and `g` the gradient where the result is positive: `x̂`, and `g`.
/// The channel's statistics begin at `stat`.
#[cube]
fn normed_and_gradient(x: f32, grad: f32, stats: &[f32], stat: usize, #[comptime] relu: bool) -> (f32, f32) {
    let normed = (x - stats[stat]) * stats[stat + 1];
    let g = if relu {
        select(normed * stats[stat + 2] + stats[stat + 3] > f32::new(0.0), grad, f32::new(0.0))
    } else {
        grad
    };
    (normed, g)
}

/// The sums of `g · x̂` and `g` over each stripe.
#[cube(launch_unchecked)]
fn products_kernel(
    grad: &[f32],
    x: &[f32],
    stats: &[f32],
    parts: &mut [f32],
    on: &[u32],
    units: usize,
    sides: &Sides,
    stripes: usize,
    #[comptime] relu: bool,
) {
    if ABSOLUTE_POS >= units {
        terminate!();
    }
    let at = ABSOLUTE_POS / stripes;
    let job = at / sides.c;
    let channel = at % sides.c;
    let from = first(on[job] as usize, channel, sides);
    let of_grad = first(job, channel, sides);
    let count = sides.size * sides.h * sides.w;
    let mut products = f32::new(0.0);
    let mut sum = f32::new(0.0);
    let mut i = ABSOLUTE_POS % stripes;
    while i < count {
        let place = place(i, sides);
        let (normed, g) = normed_and_gradient(x[from + place], grad[of_grad + place], stats, 4 * at, relu);
        products += g * normed;
        sum += g;
        i += stripes;
    }
    parts[2 * ABSOLUTE_POS] = products;
    parts[2 * ABSOLUTE_POS + 1] = sum;
}

/// The sums of all stripes of each channel, in order: those of `g · x̂`, then those of `g`.
#[cube(launch_unchecked)]
fn totals_kernel(parts: &[f32], totals: &mut [f32], channels: usize, stripes: usize) {
    if ABSOLUTE_POS >= channels {
        terminate!();
    }
    let mut products = f32::new(0.0);
    let mut sum = f32::new(0.0);
    for stripe in 0..stripes {
        products += parts[2 * (ABSOLUTE_POS * stripes + stripe)];
        sum += parts[2 * (ABSOLUTE_POS * stripes + stripe) + 1];
    }
    totals[ABSOLUTE_POS] = products;
    totals[channels + ABSOLUTE_POS] = sum;
}

/// `rstd · scale · (g − mean(g) − x̂ · mean(g · x̂))`; zero for a job that reads nothing.
#[cube(launch_unchecked)]
fn input_kernel(
    grad: &[f32],
    x: &[f32],
    stats: &[f32],
    totals: &[f32],
    dx: &mut [f32],
    jobs: &[u32],
    units: usize,
    channels: usize,
    sides: &Sides,
    #[comptime] relu: bool,
    #[comptime] add: bool,
) {
    if ABSOLUTE_POS >= units {
        terminate!();
    }
    let ghost = sides.size * sides.c * sides.h * sides.w;
    let job = ABSOLUTE_POS / ghost;
    let place = ABSOLUTE_POS % ghost;
    let channel = ABSOLUTE_POS / (sides.h * sides.w) % sides.c;
    let to = jobs[3 * job] as usize * ghost + place;
    let count = f32::cast_from(sides.size * sides.h * sides.w);
    let mut value = f32::new(0.0);
    for source in jobs[3 * job + 1] as usize..jobs[3 * job + 2] as usize {
        let i = jobs[source] as usize;
        let at = i * sides.c + channel;
        let (normed, g) = normed_and_gradient(x[to], grad[i * ghost + place], stats, 4 * at, relu);
        let centred = g - totals[channels + at] / count - normed * totals[at] / count;
        value += stats[4 * at + 1] * stats[4 * at + 2] * centred;
    }
    if add {
        value += dx[to];
    }
    dx[to] = value;
}
