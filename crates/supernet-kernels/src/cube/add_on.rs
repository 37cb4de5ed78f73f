//! [`AddKernels`]: a unit is a number.

use burn_cubecl::{CubeBackend, tensor::CubeTensor};
use cubecl::prelude::*;

use super::{cube_of_units, grid_of_units, jobs::Jobs, numbers, ordered, owned, sides, target, upload};
use crate::{add_on::AddKernels, ghosts::Lists};

impl AddKernels for CubeBackend {
    fn forward_add(acc: CubeTensor, x: CubeTensor, groups: usize, lists: &Lists) -> CubeTensor {
        let (acc, x) = (owned(acc), ordered(x));
        let ghost = sides(&acc).iter().product::<usize>() / groups;
        sum(&x, &acc, ghost, &Jobs::of_result(lists), true);
        acc
    }

    fn backward(
        grad: CubeTensor,
        size: usize,
        groups_of_x: usize,
        lists: &Lists,
        into: Option<CubeTensor>,
    ) -> CubeTensor {
        let [rows, c, h, w] = sides(&grad);
        let groups = rows / size;
        let everywhere = lists.read == lists.write && lists.read.len() == groups && groups == groups_of_x;
        if everywhere && into.is_none() {
            return grad;
        }
        let grad = ordered(grad);
        let (dx, add) = target(&grad, [groups_of_x * size, c, h, w], into);
        sum(&grad, &dx, size * c * h * w, &Jobs::of_input(groups_of_x, lists, add), add);
        dx
    }
}

/// Runs the jobs over ghost batches of `ghost` numbers.
fn sum(x: &CubeTensor, y: &CubeTensor, ghost: usize, jobs: &Jobs, add: bool) {
    let count = jobs.count * ghost;
    // SAFETY: jobs name ghost batches that exist; a unit without a number does nothing.
    unsafe {
        sum_kernel::launch_unchecked(
            &x.client,
            grid_of_units(count),
            cube_of_units(),
            numbers(x),
            numbers(y),
            upload(x, &jobs.table),
            count,
            ghost,
            add,
        );
    }
}

#[cube(launch_unchecked)]
fn sum_kernel(x: &[f32], y: &mut [f32], jobs: &[u32], count: usize, ghost: usize, #[comptime] add: bool) {
    if ABSOLUTE_POS >= count {
        terminate!();
    }
    let job = ABSOLUTE_POS / ghost;
    let place = ABSOLUTE_POS % ghost;
    let to = jobs[3 * job] as usize * ghost + place;
    let mut sum = f32::new(0.0);
    for source in jobs[3 * job + 1] as usize..jobs[3 * job + 2] as usize {
        sum += x[jobs[source] as usize * ghost + place];
    }
    if add {
        sum += y[to];
    }
    y[to] = sum;
}
