//! [`DepthwiseKernels`]: a unit is a number of the result, or of a piece of the weight's gradient.

use burn_cubecl::{CubeBackend, tensor::CubeTensor};
use cubecl::prelude::*;

use super::{
    Sides, SidesLaunch, cube_of_units, empty, grid_of_units, jobs::Jobs, numbers, ordered, sides, sums, target, upload,
};
use crate::{depthwise::DepthwiseKernels, ghosts::Lists, taps::Taps};

impl DepthwiseKernels for CubeBackend {
    fn forward(x: CubeTensor, weight: CubeTensor, _: Taps, groups: usize, on: &[u32]) -> CubeTensor {
        let (x, weight) = (ordered(x), ordered(weight));
        let [rows, c, h, w] = sides(&x);
        let size = rows / groups;
        let y = empty(&x, [on.len() * size, c, h, w]);
        let jobs = Jobs::of_result(&Lists::compact(on.to_vec()));
        convolve(&x, &weight, &y, size, &jobs, Way::Forward);
        y
    }

    fn backward(
        grad: CubeTensor,
        (x, weight): (CubeTensor, CubeTensor),
        _: Taps,
        groups: usize,
        on: &[u32],
        [need_x, need_weight]: [bool; 2],
        into: Option<CubeTensor>,
    ) -> [Option<CubeTensor>; 2] {
        let (grad, x, weight) = (ordered(grad), ordered(x), ordered(weight));
        let shape = sides(&x);
        let size = shape[0] / groups;
        let dx = need_x.then(|| {
            let (dx, add) = target(&grad, shape, into);
            let jobs = Jobs::of_input(groups, &Lists::compact(on.to_vec()), add);
            convolve(&grad, &weight, &dx, size, &jobs, Way::Backward { add });
            dx
        });
        let dw = need_weight.then(|| gradient_of_weight(&grad, &x, sides(&weight), size, on));
        [dx, dw]
    }
}

/// What a convolution is for.
#[derive(Clone, Copy)]
enum Way {
    Forward,
    /// With the kernel turned by half a circle: the gradient of the input, added to what is there
    /// if `add`.
    Backward {
        add: bool,
    },
}

/// Runs the jobs.
fn convolve(x: &CubeTensor, weight: &CubeTensor, y: &CubeTensor, size: usize, jobs: &Jobs, way: Way) {
    let [_, c, h, w] = sides(x);
    let count = jobs.count * size * c * h * w;
    let (turned, add) = match way {
        Way::Forward => (false, false),
        Way::Backward { add } => (true, add),
    };
    // SAFETY: jobs name ghost batches that exist, taps outside the image are not read; a unit
    // without a number does nothing.
    unsafe {
        convolve_kernel::launch_unchecked(
            &x.client,
            grid_of_units(count),
            cube_of_units(),
            numbers(x),
            numbers(weight),
            numbers(y),
            upload(x, &jobs.table),
            count,
            SidesLaunch::of(size, [c, h, w]),
            sides(weight)[3],
            turned,
            add,
        );
    }
}

#[cube(launch_unchecked)]
fn convolve_kernel(
    x: &[f32],
    weight: &[f32],
    y: &mut [f32],
    jobs: &[u32],
    count: usize,
    sides: &Sides,
    #[comptime] k: usize,
    #[comptime] turned: bool,
    #[comptime] add: bool,
) {
    if ABSOLUTE_POS >= count {
        terminate!();
    }
    let column = ABSOLUTE_POS % sides.w;
    let row = ABSOLUTE_POS / sides.w % sides.h;
    let plane = ABSOLUTE_POS / (sides.w * sides.h);
    let channel = plane % sides.c;
    // Planes of a ghost batch.
    let planes = sides.size * sides.c;
    let job = plane / planes;
    let len = sides.h * sides.w;
    let mut sum = f32::new(0.0);
    for source in jobs[3 * job + 1] as usize..jobs[3 * job + 2] as usize {
        let from = (jobs[source] as usize * planes + plane % planes) * len;
        for u in 0..k {
            // The border is added first: numbers have no sign.
            let a = row + u;
            if a >= k / 2 && a < sides.h + k / 2 {
                #[unroll]
                for v in 0..k {
                    let b = column + v;
                    if b >= k / 2 && b < sides.w + k / 2 {
                        let tap = if turned { (k - 1 - u) * k + (k - 1 - v) } else { u * k + v };
                        sum += weight[channel * k * k + tap] * x[from + (a - k / 2) * sides.w + b - k / 2];
                    }
                }
            }
        }
    }
    let to = (jobs[3 * job] as usize * planes + plane % planes) * len + row * sides.w + column;
    if add {
        sum += y[to];
    }
    y[to] = sum;
}

/// The sum over each piece of a ghost batch, then their sum in order.
fn gradient_of_weight(grad: &CubeTensor, x: &CubeTensor, weight: [usize; 4], size: usize, on: &[u32]) -> CubeTensor {
    let [_, c, h, w] = sides(x);
    let k = weight[3];
    let (images, pieces) = sums::pieces(size, h * w);
    let parts = empty(x, [on.len() * pieces, c, k, k]);
    let count = on.len() * pieces * c * k * k;
    // SAFETY: the list names ghost batches that exist, taps outside the image are not read; a unit
    // without a number does nothing.
    unsafe {
        weight_kernel::launch_unchecked(
            &x.client,
            grid_of_units(count),
            cube_of_units(),
            numbers(grad),
            numbers(x),
            numbers(&parts),
            upload(x, on),
            count,
            SidesLaunch::of(size, [c, h, w]),
            images,
            pieces,
            k,
        );
    }
    sums::in_order(&parts, 0, on.len(), pieces, weight)
}

/// A unit is a tap of a channel, over the images of a piece.
#[cube(launch_unchecked)]
fn weight_kernel(
    grad: &[f32],
    x: &[f32],
    parts: &mut [f32],
    on: &[u32],
    count: usize,
    sides: &Sides,
    images: usize,
    pieces: usize,
    #[comptime] k: usize,
) {
    if ABSOLUTE_POS >= count {
        terminate!();
    }
    let taps = comptime!(k * k);
    let u = ABSOLUTE_POS % taps / k;
    let v = ABSOLUTE_POS % k;
    let channel = ABSOLUTE_POS / taps % sides.c;
    let part = ABSOLUTE_POS / (taps * sides.c);
    let i = part / pieces;
    let first = part % pieces * images;
    // Where the tap lies inside the image: the border is added first, since numbers have no sign.
    let top = k / 2 - clamp_max(u, k / 2);
    let left = k / 2 - clamp_max(v, k / 2);
    let bottom = clamp_max(sides.h + k / 2 - clamp_max(u, sides.h + k / 2), sides.h);
    let right = clamp_max(sides.w + k / 2 - clamp_max(v, sides.w + k / 2), sides.w);
    let mut sum = f32::new(0.0);
    for image in first..clamp_max(first + images, sides.size) {
        let of_grad = ((i * sides.size + image) * sides.c + channel) * sides.h;
        let of_x = ((on[i] as usize * sides.size + image) * sides.c + channel) * sides.h;
        for a in top..bottom {
            let row_of_grad = (of_grad + a) * sides.w;
            let row_of_x = (of_x + a + u - k / 2) * sides.w + v - k / 2;
            for b in left..right {
                sum += grad[row_of_grad + b] * x[row_of_x + b];
            }
        }
    }
    parts[ABSOLUTE_POS] = sum;
}
