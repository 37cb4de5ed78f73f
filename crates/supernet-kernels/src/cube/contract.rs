//! [`ContractKernels`]: a unit is a pixel of some output channels.
//!
//! What a unit reads of the input serves all its channels, and what it reads of the weight serves
//! its neighbours at other pixels. The gradient of the input is the same sum with the weight turned
//! by half a circle, its two channels exchanged.

use burn_cubecl::{CubeBackend, tensor::CubeTensor};
use cubecl::prelude::*;

use super::{
    Sides, SidesLaunch, contract_weight, cube_of_units, empty, grid_of_units, jobs::Jobs, numbers, ordered, owned,
    sides, target, upload,
};
use crate::{contract::ContractKernels, ghosts::Lists};

impl ContractKernels for CubeBackend {
    fn forward(x: CubeTensor, weight: CubeTensor, _: bool, groups: usize, on: &[u32]) -> CubeTensor {
        let (x, weight) = (ordered(x), ordered(weight));
        let [rows, _, h, w] = sides(&x);
        let size = rows / groups;
        let y = empty(&x, [on.len() * size, sides(&weight)[0], h, w]);
        let jobs = Jobs::of_result(&Lists::compact(on.to_vec()));
        contract(&x, &weight, &y, size, &jobs, Way { turned: false, add: false });
        y
    }

    fn forward_add(
        acc: CubeTensor,
        x: CubeTensor,
        weight: CubeTensor,
        _: bool,
        groups: usize,
        lists: &Lists,
    ) -> CubeTensor {
        let (acc, x, weight) = (owned(acc), ordered(x), ordered(weight));
        let size = sides(&acc)[0] / groups;
        contract(&x, &weight, &acc, size, &Jobs::of_result(lists), Way { turned: false, add: true });
        acc
    }

    fn backward_input(
        grad: CubeTensor,
        _: Option<CubeTensor>,
        weight: CubeTensor,
        size: usize,
        groups_of_x: usize,
        lists: &Lists,
        into: Option<CubeTensor>,
    ) -> CubeTensor {
        let (grad, weight) = (ordered(grad), ordered(weight));
        let [_, _, h, w] = sides(&grad);
        let (dx, add) = target(&grad, [groups_of_x * size, sides(&weight)[1], h, w], into);
        let jobs = Jobs::of_input(groups_of_x, lists, add);
        contract(&grad, &weight, &dx, size, &jobs, Way { turned: true, add });
        dx
    }

    fn backward_weight(
        grad: CubeTensor,
        x: CubeTensor,
        _: bool,
        weight: [usize; 4],
        size: usize,
        lists: &Lists,
    ) -> CubeTensor {
        contract_weight::gradient(&ordered(grad), &ordered(x), weight, size, lists)
    }
}

/// What a contraction is for.
#[derive(Clone, Copy)]
struct Way {
    /// With the turned weight: the gradient of the input.
    turned: bool,
    /// Adds to what is there.
    add: bool,
}

/// Output channels of a unit, by the number that there are.
fn channels_of_unit(c_to: usize) -> usize {
    match c_to {
        0..=2 => c_to,
        3..=4 => 4,
        _ => 8,
    }
}

/// Runs the jobs.
fn contract(x: &CubeTensor, weight: &CubeTensor, y: &CubeTensor, size: usize, jobs: &Jobs, way: Way) {
    let [_, c_from, h, w] = sides(x);
    let c_to = sides(y)[1];
    let [_, _, kh, kw] = sides(weight);
    let channels = channels_of_unit(c_to);
    let count = jobs.count * c_to.div_ceil(channels) * size * h * w;
    // SAFETY: jobs name ghost batches that exist; taps outside the image and channels that there
    // are not are neither read nor written; a unit without a pixel does nothing.
    unsafe {
        contract_kernel::launch_unchecked(
            &x.client,
            grid_of_units(count),
            cube_of_units(),
            numbers(x),
            numbers(weight),
            numbers(y),
            upload(x, &jobs.table),
            count,
            SidesLaunch::of(size, [c_from, h, w]),
            c_to,
            kh,
            kw,
            channels,
            way.turned,
            way.add,
        );
    }
}

#[cube(launch_unchecked)]
fn contract_kernel(
    x: &[f32],
    weight: &[f32],
    y: &mut [f32],
    jobs: &[u32],
    count: usize,
    sides: &Sides,
    c_to: usize,
    #[comptime] kh: usize,
    #[comptime] kw: usize,
    #[comptime] channels: usize,
    #[comptime] turned: bool,
    #[comptime] add: bool,
) {
    if ABSOLUTE_POS >= count {
        terminate!();
    }
    let plane = sides.h * sides.w;
    let blocks = c_to.div_ceil(channels);
    let pixel = ABSOLUTE_POS % plane;
    let image = ABSOLUTE_POS / plane % sides.size;
    let first = ABSOLUTE_POS / (plane * sides.size) % blocks * channels;
    let job = ABSOLUTE_POS / (plane * sides.size * blocks);
    let row = pixel / sides.w;
    let column = pixel % sides.w;

    // In the weight: from an output channel to the next, and from an input channel to the next.
    let taps = comptime!(kh * kw);
    let along_o = if turned { taps.runtime() } else { sides.c * taps };
    let along_channel = if turned { c_to * taps } else { taps.runtime() };
    let mut sums = Array::<f32>::new(channels);
    let mut of_o = Array::<usize>::new(channels);
    #[unroll]
    for i in 0..channels {
        sums[i] = f32::new(0.0);
        // A channel that there is not is the last again, and not written.
        of_o[i] = clamp_max(first + i, c_to - 1) * along_o;
    }
    for source in jobs[3 * job + 1] as usize..jobs[3 * job + 2] as usize {
        let from = (jobs[source] as usize * sides.size + image) * sides.c * plane;
        for tap in 0..taps {
            // The border is added first: numbers have no sign.
            let a = row + tap / kw;
            let b = column + tap % kw;
            if a >= kh / 2 && a < sides.h + kh / 2 && b >= kw / 2 && b < sides.w + kw / 2 {
                let mut at = from + (a - kh / 2) * sides.w + b - kw / 2;
                let mut of_weight = if turned { taps - 1 - tap } else { tap };
                for _ in 0..sides.c {
                    let value = x[at];
                    #[unroll]
                    for i in 0..channels {
                        sums[i] += weight[of_o[i] + of_weight] * value;
                    }
                    at += plane;
                    of_weight += along_channel;
                }
            }
        }
    }
    let to = (jobs[3 * job] as usize * sides.size + image) * c_to;
    #[unroll]
    for i in 0..channels {
        let o = first + i;
        if o < c_to {
            let at = (to + o) * plane + pixel;
            let mut value = sums[i];
            if add {
                value += y[at];
            }
            y[at] = value;
        }
    }
}
