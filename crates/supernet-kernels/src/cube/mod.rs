//! Kernels for every CubeCL runtime: CUDA, ROCm, Vulkan, Metal and WebGPU, from one source.
//!
//! Tensors are read and written as rows of numbers, `[rows, channels, height, width]` without gaps.
//! Which ghost batches a kernel works on is told by a table of [jobs](jobs::Jobs), [uploaded
//! once](uploads), so the number of launches of an operation is a constant: one, two for a weight's
//! gradient, three for a normalisation. Nothing is read back. What a step does to every parameter is
//! [a few launches for all of them](update).
//!
//! Every number has one unit that computes it, in an order that the shape of a ghost batch alone
//! determines; weight gradients are kept per ghost batch and added in the order of the ghost
//! batches. There are no atomic additions. So bits do not depend on which other ghost batches there
//! are.
//!
//! Units share nothing but global memory, and sums over many units take another launch: CubeCL
//! 0.11.3 compiles shared memory wrongly for Vulkan drivers without
//! `VK_KHR_workgroup_memory_explicit_layout` (the variable has a pointer's type), SwiftShader among
//! them.
//!
//! Limits are those of WebGPU: 256 units in a cube, 65 535 cubes along an axis, eight buffers
//! besides the one for scalars, or as many more as a device has where a kernel takes what there is.
//! Positions are `u32`: a tensor has fewer than 2³² numbers.

#![expect(clippy::needless_range_loop, reason = "kernels know ranges and not iterators")]

mod add_on;
mod contract;
mod contract_weight;
mod depthwise;
mod jobs;
mod mean_pool;
mod norm;
mod norm_affine;
mod phase;
mod pool;
mod sums;
mod update;
mod uploads;
mod zeros;

use std::cell::Cell;

use burn::{
    backend::{DType, TensorMetadata},
    tensor::Shape,
};
use burn_cubecl::{kernel::into_contiguous, tensor::CubeTensor};
use cubecl::prelude::*;

pub(crate) use update::{Decayed, directions, nesterov, together};
use uploads::upload;

/// Units in a cube.
const UNITS: usize = 256;

/// Shape of what a kernel works on: images in a ghost batch, channels, height, width.
#[derive(CubeLaunch, CubeType)]
pub(crate) struct Sides {
    size: usize,
    c: usize,
    h: usize,
    w: usize,
}

impl SidesLaunch {
    /// Of ghost batches of `size` images.
    fn of(size: usize, [c, h, w]: [usize; 3]) -> Self {
        Self::new(size, c, h, w)
    }
}

/// The four sides of a tensor.
fn sides(t: &CubeTensor) -> [usize; 4] {
    t.shape().dims()
}

/// The tensor with its numbers in row-major order, copied only if they are not.
fn ordered(t: CubeTensor) -> CubeTensor {
    into_contiguous(t)
}

/// The tensor if nothing else holds its numbers, else a copy.
fn owned(t: CubeTensor) -> CubeTensor {
    let t = ordered(t);
    if t.can_mut() { t } else { zeros::copy(t) }
}

/// A tensor beside `like`, in row-major order, of any content.
fn empty(like: &CubeTensor, shape: impl Into<Shape>) -> CubeTensor {
    let shape = shape.into();
    let handle = like.client.empty(shape.num_elements() * size_of::<f32>());
    CubeTensor::new_contiguous(like.client.clone(), like.device.clone(), shape, handle, DType::F32)
}

/// The gradient that a kernel writes: the sum so far, to add to, if there is one, else a new
/// tensor. Also says whether to add.
fn target(like: &CubeTensor, shape: [usize; 4], into: Option<CubeTensor>) -> (CubeTensor, bool) {
    match into {
        Some(sum) => (owned(sum), true),
        None => (empty(like, shape), false),
    }
}

/// A tensor as the numbers that a kernel is handed.
fn numbers(t: &CubeTensor) -> BufferArg {
    t.clone().into_buffer_arg()
}

thread_local! {
    static LAUNCHES: Cell<usize> = const { Cell::new(0) };
}

/// Kernels that this thread has launched: for the test that holds their number against the number
/// of ghost batches.
pub fn launches() -> usize {
    LAUNCHES.get()
}

/// A grid with at least `count` units, in cubes of [`UNITS`]: every launch takes its grid from
/// here, and is counted.
fn grid_of_units(count: usize) -> CubeCount {
    const ALONG_AN_AXIS: usize = 65_535;
    LAUNCHES.set(LAUNCHES.get() + 1);
    let cubes = count.div_ceil(UNITS);
    let x = cubes.clamp(1, ALONG_AN_AXIS);
    CubeCount::Static(x as u32, cubes.div_ceil(x) as u32, 1)
}

/// A cube of [`UNITS`].
fn cube_of_units() -> CubeDim {
    CubeDim::new_1d(UNITS as u32)
}
