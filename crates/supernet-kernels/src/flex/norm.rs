//! [`NormKernels`] for Flex: a unit is a channel of a ghost batch.

use burn::backend::{Flex, flex::FlexTensor};

use super::{
    Out, each, filled, numbers, ordered, owned, sides,
    simd::{Vector, simd_fn},
    zero_others,
};
use crate::norm_relu::NormKernels;

/// A channel of a ghost batch: `count` runs of `len` numbers, `stride` apart.
#[derive(Clone, Copy)]
pub(super) struct Runs {
    count: usize,
    len: usize,
    stride: usize,
}

impl Runs {
    /// Of one channel of `images` images.
    pub(super) fn channel(images: usize, channels: usize, plane: usize) -> Self {
        Self {
            count: images,
            len: plane,
            stride: channels * plane,
        }
    }

    fn numbers(&self) -> f32 {
        (self.count * self.len) as f32
    }
}

impl NormKernels for Flex {
    fn forward(
        x: FlexTensor,
        groups: usize,
        on: &[u32],
        eps: f32,
        relu: bool,
    ) -> (FlexTensor, FlexTensor) {
        let x = ordered(x);
        let [rows, c, h, w] = sides(&x);
        let (size, plane) = (rows / groups, h * w);
        let (runs, ghost) = (Runs::channel(size, c, plane), size * c * plane);
        let input = numbers(&x);
        let mut stats = vec![0.0; on.len() * c * 2];
        let stats_out = Out::new(&mut stats);
        let unit = |y: Out<'_>, unit: usize| {
            let (i, channel) = (unit / c, unit % c);
            let from = &input[on[i] as usize * ghost + channel * plane..];
            let to = y.at(i * ghost + channel * plane, ghost - channel * plane);
            // SAFETY: the runs of a channel lie inside its ghost batch, in `x` and in `y`; a unit writes its own.
            unsafe {
                let [mean, rstd] = forward(from.as_ptr(), to, runs, eps, relu, [1.0, 0.0]);
                let stat = stats_out.at(2 * unit, 2);
                stat.write(mean);
                stat.add(1).write(rstd);
            }
        };
        // SAFETY: the units cover all channels of all listed ghost batches.
        let y = unsafe {
            filled([on.len() * size, c, h, w], |y| {
                each(on.len() * c, size * plane / 4, |u| unit(y, u));
            })
        };
        (y, super::tensor(stats, [on.len(), c, 2]))
    }

    fn backward(
        grad: FlexTensor,
        x: FlexTensor,
        stats: FlexTensor,
        groups: usize,
        on: &[u32],
        relu: bool,
    ) -> FlexTensor {
        let x = ordered(x);
        let shape = sides(&x);
        let [rows, c, h, w] = shape;
        let (size, plane) = (rows / groups, h * w);
        let (runs, ghost) = (Runs::channel(size, c, plane), size * c * plane);
        let (input, stats) = (numbers(&x), numbers(&stats));
        let unit = |grad: *const f32, dx: Out<'_>, unit: usize| {
            let (i, channel) = (unit / c, unit % c);
            let at = on[i] as usize * ghost + channel * plane;
            // SAFETY: the runs of a channel lie inside its ghost batch, in all three; a unit writes its own.
            unsafe {
                backward(
                    grad.add(i * ghost + channel * plane),
                    input[at..].as_ptr(),
                    dx.at(at, ghost - channel * plane),
                    runs,
                    [stats[2 * unit], stats[2 * unit + 1]],
                    relu,
                    [1.0, 0.0],
                );
            }
        };
        let cost = size * plane / 3;
        if on.len() == groups {
            // The gradient has the shape of `dx`: written in place.
            let mut grad = owned(grad);
            let dx = Out::new(grad.storage_mut());
            let from = SharedPtr(dx.at(0, 0));
            each(groups * c, cost, |u| unit(from.get(), dx, u));
            return grad;
        }
        let grad = ordered(grad);
        let from = numbers(&grad);
        // SAFETY: the units write the listed ghost batches, and the others are set to zero.
        unsafe {
            filled(shape, |dx| {
                zero_others(dx, ghost, groups, on);
                each(on.len() * c, cost, |u| unit(from.as_ptr(), dx, u));
            })
        }
    }
}

/// A pointer for reading what the same unit overwrites later.
pub(super) struct SharedPtr(pub(super) *const f32);
// SAFETY: units read and write parts of their own.
unsafe impl Sync for SharedPtr {}
// SAFETY: as above.
unsafe impl Send for SharedPtr {}
impl SharedPtr {
    pub(super) fn get(&self) -> *const f32 {
        self.0
    }
}

/// Sums `f(number)` over runs, in an order that the lengths alone determine: four runs at a time, a vector of sums each.
#[inline(always)]
unsafe fn sum_runs<V: Vector, const N: usize>(
    runs: Runs,
    vector: impl Fn(usize) -> [V; N],
    scalar: impl Fn(usize) -> [f32; N],
) -> [f32; N] {
    let whole = runs.len - runs.len % V::LANES;
    let mut sums = [[V::zero(); N]; 4];
    let mut rest = [0.0; N];
    let mut run = 0;
    while run + 4 <= runs.count {
        let mut i = 0;
        while i < whole {
            for (j, sum) in sums.iter_mut().enumerate() {
                let v = vector((run + j) * runs.stride + i);
                for n in 0..N {
                    sum[n] = sum[n].add(v[n]);
                }
            }
            i += V::LANES;
        }
        run += 4;
    }
    while run < runs.count {
        let mut i = 0;
        while i < whole {
            let v = vector(run * runs.stride + i);
            for n in 0..N {
                sums[(i / V::LANES) % 4][n] = sums[(i / V::LANES) % 4][n].add(v[n]);
            }
            i += V::LANES;
        }
        run += 1;
    }
    if whole < runs.len {
        for run in 0..runs.count {
            for i in whole..runs.len {
                let v = scalar(run * runs.stride + i);
                for n in 0..N {
                    rest[n] += v[n];
                }
            }
        }
    }
    let mut out = [0.0; N];
    for n in 0..N {
        let pairs = (sums[0][n].add(sums[1][n])).add(sums[2][n].add(sums[3][n]));
        out[n] = pairs.sum() + rest[n];
    }
    out
}

/// Writes `f(number)` for every number of the runs.
#[inline(always)]
unsafe fn map_runs<V: Vector>(
    runs: Runs,
    to: *mut f32,
    vector: impl Fn(usize) -> V,
    scalar: impl Fn(usize) -> f32,
) {
    let whole = runs.len - runs.len % V::LANES;
    for run in 0..runs.count {
        let start = run * runs.stride;
        let mut i = start;
        while i < start + whole {
            // SAFETY: the caller's: `to` has the runs.
            unsafe { vector(i).store(to.add(i)) };
            i += V::LANES;
        }
        for i in start + whole..start + runs.len {
            // SAFETY: as above.
            unsafe { *to.add(i) = scalar(i) };
        }
    }
}

simd_fn! {
    /// Writes the normalised channel, `z * scale + shift`, and returns its mean and the inverse of its deviation. A scale of 1 and a
    /// shift of 0 change no bit.
    ///
    /// # Safety
    /// `x` and `y` have the runs.
    pub(super) unsafe fn forward<V>(
        x: *const f32,
        y: *mut f32,
        runs: Runs,
        eps: f32,
        relu: bool,
        affine: [f32; 2],
    ) -> [f32; 2] {
        let [scale, shift] = affine;
        let (s, t) = (V::splat(scale), V::splat(shift));
        let [sum] = sum_runs::<V, 1>(runs, |i| [V::load(x.add(i))], |i| [*x.add(i)]);
        let mean = sum / runs.numbers();
        let m = V::splat(mean);
        let [squares] = sum_runs::<V, 1>(
            runs,
            |i| {
                let d = V::load(x.add(i)).sub(m);
                [d.mul(d)]
            },
            |i| {
                let d = *x.add(i) - mean;
                [d * d]
            },
        );
        let rstd = 1.0 / (squares / runs.numbers() + eps).sqrt();
        let r = V::splat(rstd);
        let floor = if relu { 0.0 } else { f32::NEG_INFINITY };
        let f = V::splat(floor);
        map_runs(
            runs,
            y,
            |i| V::load(x.add(i)).sub(m).mul(r).mul_add(s, t).max(f),
            |i| {
                let y = (*x.add(i) - mean) * rstd * scale + shift;
                if floor > y { floor } else { y }
            },
        );
        [mean, rstd]
    }
}

simd_fn! {
    /// Writes the gradient of a channel: `scale * rstd * (g - mean(g) - z * mean(g * z))` with `z = (x - mean) * rstd` and `g` the
    /// incoming gradient, zero where the ReLU was. Returns the gradients of scale and shift, `sum(g * z)` and `sum(g)`.
    ///
    /// # Safety
    /// `grad`, `x` and `dx` have the runs; `dx` may be `grad`.
    pub(super) unsafe fn backward<V>(
        grad: *const f32,
        x: *const f32,
        dx: *mut f32,
        runs: Runs,
        stats: [f32; 2],
        relu: bool,
        affine: [f32; 2],
    ) -> [f32; 2] {
        let [mean, rstd] = stats;
        let [scale, shift] = affine;
        let (s, t) = (V::splat(scale), V::splat(shift));
        let (m, r, floor) = (V::splat(mean), V::splat(rstd), if relu { 0.0 } else { f32::NEG_INFINITY });
        let f = V::splat(floor);
        let vector = |i: usize| {
            let z = V::load(x.add(i)).sub(m).mul(r);
            (V::load(grad.add(i)).where_greater(z.mul_add(s, t), f), z)
        };
        let scalar = |i: usize| {
            let z = (*x.add(i) - mean) * rstd;
            (if z * scale + shift > floor { *grad.add(i) } else { 0.0 }, z)
        };
        let [sum, product] = sum_runs::<V, 2>(
            runs,
            |i| {
                let (g, z) = vector(i);
                [g, g.mul(z)]
            },
            |i| {
                let (g, z) = scalar(i);
                [g, g * z]
            },
        );
        let (a, b) = (sum / runs.numbers(), product / runs.numbers());
        let (va, vb) = (V::splat(-a), V::splat(-b));
        let factor = rstd * scale;
        let q = V::splat(factor);
        map_runs(
            runs,
            dx,
            |i| {
                let (g, z) = vector(i);
                z.mul_add(vb, g.add(va)).mul(q)
            },
            |i| {
                let (g, z) = scalar(i);
                (g - a - z * b) * factor
            },
        );
        [product, sum]
    }
}
