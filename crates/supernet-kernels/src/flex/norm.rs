//! [`NormKernels`] for Flex: a unit is a channel of a ghost batch.

use burn::backend::{Flex, flex::FlexTensor};

use super::{
    Out, each, filled, gradient, jobs_of_input,
    norm_narrow::{self, Narrow, SIDE, channels_of_unit},
    numbers, ordered, owned, sides,
    simd::{Vector, simd_fn},
};
use crate::{ghosts::Lists, norm_add::NormAddKernels, norm_relu::NormKernels};

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
        Self { count: images, len: plane, stride: channels * plane }
    }

    fn numbers(&self) -> f32 {
        (self.count * self.len) as f32
    }
}

/// How the channels of ghost batches are cut into units: one, or some side by side.
#[derive(Clone, Copy)]
struct Units {
    runs: Runs,
    /// Channels of a ghost batch.
    of: usize,
    /// Channels of a unit.
    channels: usize,
}

impl Units {
    fn new(images: usize, channels: usize, plane: usize) -> Self {
        let runs = Runs::channel(images, channels, plane);
        Self { runs, of: channels, channels: channels_of_unit(channels, plane) }
    }

    fn of_ghost_batch(&self) -> usize {
        self.of / self.channels
    }

    /// The ghost batch and the first channel of a unit.
    fn place(&self, unit: usize) -> (usize, usize) {
        (unit / self.of_ghost_batch(), unit % self.of_ghost_batch() * self.channels)
    }

    /// The numbers of a unit.
    fn numbers(&self) -> usize {
        self.runs.count * self.runs.len * self.channels
    }

    /// The channels of a unit, where they stand side by side.
    fn narrow(&self) -> Option<Narrow> {
        let Runs { count, len, stride } = self.runs;
        (self.channels == SIDE).then_some(Narrow { images: count, stride, plane: len })
    }

    /// Writes the normalised channels of a unit, and to `stats` the mean and the inverse of the
    /// deviation of each.
    ///
    /// # Safety
    /// `x` and `y` have the runs, `stats` two numbers for each channel.
    unsafe fn forward(self, x: *const f32, y: *mut f32, eps: f32, relu: bool, stats: *mut f32) {
        // SAFETY: the caller's.
        unsafe {
            match self.narrow() {
                Some(at) => {
                    let found = norm_narrow::forward(x, y, at, eps, relu);
                    stats.cast::<[[f32; 2]; SIDE]>().write(found);
                }
                None => {
                    let found = forward(x, y, self.runs, eps, relu, [1.0, 0.0]);
                    stats.cast::<[f32; 2]>().write(found);
                }
            }
        }
    }

    /// Adds the normalised channels of a unit to each of `to`, and writes to `stats` the mean and
    /// the inverse of the deviation of each.
    ///
    /// # Safety
    /// `x` and all of `to` have the runs, `stats` two numbers for each channel.
    unsafe fn add_normalised(self, x: *const f32, to: impl Iterator<Item = *mut f32>, eps: f32, stats: *mut f32) {
        // SAFETY: the caller's.
        unsafe {
            match self.narrow() {
                Some(at) => {
                    let found = norm_narrow::statistics(x, at, eps);
                    to.for_each(|to| norm_narrow::add_normalised(x, to, at, found));
                    stats.cast::<[[f32; 2]; SIDE]>().write(found);
                }
                None => {
                    let found = statistics(x, self.runs, eps);
                    to.for_each(|to| add_normalised(x, to, self.runs, found));
                    stats.cast::<[f32; 2]>().write(found);
                }
            }
        }
    }

    /// Writes the gradients of the channels of a unit, or adds them if `add`; `stats` begins with
    /// theirs.
    ///
    /// # Safety
    /// `grad`, `x` and `dx` have the runs; `dx` may be `grad`.
    unsafe fn backward(self, grad: *const f32, x: *const f32, dx: *mut f32, stats: &[f32], relu: bool, add: bool) {
        // SAFETY: the caller's.
        unsafe {
            match self.narrow() {
                Some(at) => {
                    let stats = std::array::from_fn(|c| [stats[2 * c], stats[2 * c + 1]]);
                    norm_narrow::backward(grad, x, dx, at, stats, relu, add);
                }
                None => {
                    backward(grad, x, dx, self.runs, [stats[0], stats[1]], relu, [1.0, 0.0], add);
                }
            }
        }
    }
}

impl NormKernels for Flex {
    fn forward(x: FlexTensor, groups: usize, on: &[u32], eps: f32, relu: bool) -> (FlexTensor, FlexTensor) {
        let x = ordered(x);
        let [rows, c, h, w] = sides(&x);
        let (size, plane) = (rows / groups, h * w);
        let (units, ghost) = (Units::new(size, c, plane), size * c * plane);
        let input = numbers(&x);
        let mut stats = vec![0.0; on.len() * c * 2];
        let stats_out = Out::new(&mut stats);
        let unit = |y: Out<'_>, unit: usize| {
            let (i, channel) = units.place(unit);
            let from = &input[on[i] as usize * ghost + channel * plane..];
            let to = y.at(i * ghost + channel * plane, ghost - channel * plane);
            let stats = stats_out.at(2 * (i * c + channel), 2 * units.channels);
            // SAFETY: the runs of the channels lie inside their ghost batch, in `x` and in `y`; a
            // unit writes its own.
            unsafe {
                units.forward(from.as_ptr(), to, eps, relu, stats);
            }
        };
        // SAFETY: the units cover all channels of all listed ghost batches.
        let y = unsafe {
            filled([on.len() * size, c, h, w], |y| {
                each(on.len() * units.of_ghost_batch(), units.numbers() / 4, |u| unit(y, u));
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
        into: Option<FlexTensor>,
    ) -> FlexTensor {
        let x = ordered(x);
        let shape = sides(&x);
        let [rows, c, h, w] = shape;
        let (size, plane) = (rows / groups, h * w);
        let (units, ghost) = (Units::new(size, c, plane), size * c * plane);
        let (input, stats) = (numbers(&x), numbers(&stats));
        let unit = |grad: *const f32, dx: Out<'_>, add: bool, unit: usize| {
            let (i, channel) = units.place(unit);
            let at = on[i] as usize * ghost + channel * plane;
            // SAFETY: the runs of the channels lie inside their ghost batch, in all three; a unit
            // writes its own.
            unsafe {
                let grad = grad.add(i * ghost + channel * plane);
                let dx = dx.at(at, ghost - channel * plane);
                units.backward(grad, input[at..].as_ptr(), dx, &stats[2 * (i * c + channel)..], relu, add);
            }
        };
        let (cost, of_ghost_batch) = (units.numbers() / 3, units.of_ghost_batch());
        if on.len() == groups && into.is_none() {
            // The gradient has the shape of `dx`: written in place.
            let mut grad = owned(grad);
            let dx = Out::new(grad.storage_mut());
            let from = SharedPtr(dx.at(0, 0));
            each(groups * of_ghost_batch, cost, |u| unit(from.get(), dx, false, u));
            return grad;
        }
        let grad = ordered(grad);
        let from = numbers(&grad);
        // SAFETY: the units write the listed ghost batches.
        unsafe {
            gradient(shape, groups, on, into, |dx, add| {
                each(on.len() * of_ghost_batch, cost, |u| unit(from.as_ptr(), dx, add, u));
            })
        }
    }
}

impl NormAddKernels for Flex {
    fn forward_add(acc: FlexTensor, x: FlexTensor, groups: usize, lists: &Lists, eps: f32) -> (FlexTensor, FlexTensor) {
        let x = ordered(x);
        let mut acc = owned(acc);
        let [rows, c, h, w] = sides(&acc);
        let (size, plane) = (rows / groups, h * w);
        let (units, ghost) = (Units::new(size, c, plane), size * c * plane);
        let (jobs, on) = jobs_of_input(sides(&x)[0] / size, lists);
        let input = numbers(&x);
        let mut stats = vec![0.0; on.len() * c * 2];
        let stats_out = Out::new(&mut stats);
        let y = Out::new(acc.storage_mut());
        each(on.len() * units.of_ghost_batch(), units.numbers() / 4, |unit| {
            let (i, channel) = units.place(unit);
            let (job, at) = (&jobs[i], channel * plane);
            let from = input[job.to * ghost + at..].as_ptr();
            let stats = stats_out.at(2 * (i * c + channel), 2 * units.channels);
            let to = job.from.iter().map(|to| y.at(to * ghost + at, ghost - at));
            // SAFETY: the runs of the channels lie inside their ghost batch, in `x` and in `acc`;
            // ghost batches are written once.
            unsafe { units.add_normalised(from, to, eps, stats) }
        });
        (acc, super::tensor(stats, [on.len(), c, 2]))
    }

    fn backward_add(
        grad: FlexTensor,
        x: FlexTensor,
        stats: FlexTensor,
        size: usize,
        lists: &Lists,
        into: Option<FlexTensor>,
    ) -> FlexTensor {
        let (grad, x) = (ordered(grad), ordered(x));
        let shape = sides(&x);
        let [rows, c, h, w] = shape;
        let (groups, plane) = (rows / size, h * w);
        let (units, ghost) = (Units::new(size, c, plane), size * c * plane);
        let (jobs, on) = jobs_of_input(groups, lists);
        let (input, stats, g) = (numbers(&x), numbers(&stats), numbers(&grad));
        // SAFETY: the units write the ghost batches that are read; the runs of a channel lie inside
        // them, in all three.
        unsafe {
            gradient(shape, groups, &on, into, |dx, to_sum| {
                each(on.len() * units.of_ghost_batch(), units.numbers() / 3, |unit| {
                    let (i, channel) = units.place(unit);
                    let (job, stats) = (&jobs[i], &stats[2 * (i * c + channel)..]);
                    let at = job.to * ghost + channel * plane;
                    for (n, &from) in job.from.iter().enumerate() {
                        let g = g[from * ghost + channel * plane..].as_ptr();
                        let dx = dx.at(at, ghost - channel * plane);
                        units.backward(g, input[at..].as_ptr(), dx, stats, false, n > 0 || to_sum);
                    }
                });
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

/// `N` functions of the numbers of runs, a vector or a number at a time. Not closures: those would
/// be compiled for the baseline.
trait Terms<const N: usize> {
    unsafe fn vector<V: Vector>(&self, i: usize) -> [V; N];
    unsafe fn scalar(&self, i: usize) -> [f32; N];
}

/// Sums the terms over runs, in an order that the lengths alone determine: four runs at a time, a
/// vector of sums each.
#[inline(always)]
unsafe fn sum_runs<V: Vector, const N: usize>(runs: Runs, terms: impl Terms<N>) -> [f32; N] {
    let whole = runs.len - runs.len % V::LANES;
    let mut sums = [[V::zero(); N]; 4];
    let mut rest = [0.0; N];
    let mut run = 0;
    while run + 4 <= runs.count {
        let mut i = 0;
        while i < whole {
            for (j, sum) in sums.iter_mut().enumerate() {
                // SAFETY: the caller's.
                let v = unsafe { terms.vector::<V>((run + j) * runs.stride + i) };
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
            // SAFETY: the caller's.
            let v = unsafe { terms.vector::<V>(run * runs.stride + i) };
            for n in 0..N {
                sums[0][n] = sums[0][n].add(v[n]);
            }
            i += V::LANES;
        }
        run += 1;
    }
    if whole < runs.len {
        for run in 0..runs.count {
            for i in whole..runs.len {
                // SAFETY: the caller's.
                let v = unsafe { terms.scalar(run * runs.stride + i) };
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

/// Writes the term of every number of the runs, or adds it if `add`.
#[inline(always)]
unsafe fn map_runs<V: Vector>(runs: Runs, to: *mut f32, add: bool, terms: impl Terms<1>) {
    let whole = runs.len - runs.len % V::LANES;
    for run in 0..runs.count {
        let start = run * runs.stride;
        let mut i = start;
        // SAFETY: the caller's: `to` has the runs.
        unsafe {
            if add {
                while i < start + whole {
                    terms.vector::<V>(i)[0].add(V::load(to.add(i))).store(to.add(i));
                    i += V::LANES;
                }
            }
            while i < start + whole {
                terms.vector::<V>(i)[0].store(to.add(i));
                i += V::LANES;
            }
            while i < start + runs.len {
                let before = if add { *to.add(i) } else { 0.0 };
                to.add(i).write(before + terms.scalar(i)[0]);
                i += 1;
            }
        }
    }
}

/// The numbers.
struct Plain(*const f32);

impl Terms<1> for Plain {
    #[inline(always)]
    unsafe fn vector<V: Vector>(&self, i: usize) -> [V; 1] {
        // SAFETY: the caller's.
        unsafe { [V::load(self.0.add(i))] }
    }
    #[inline(always)]
    unsafe fn scalar(&self, i: usize) -> [f32; 1] {
        // SAFETY: the caller's.
        unsafe { [*self.0.add(i)] }
    }
}

/// The distances from a number, and their squares.
struct Distances(*const f32, f32);

impl Terms<2> for Distances {
    #[inline(always)]
    unsafe fn vector<V: Vector>(&self, i: usize) -> [V; 2] {
        // SAFETY: the caller's.
        let d = unsafe { V::load(self.0.add(i)).sub(V::splat(self.1)) };
        [d, d.mul(d)]
    }
    #[inline(always)]
    unsafe fn scalar(&self, i: usize) -> [f32; 2] {
        // SAFETY: the caller's.
        let d = unsafe { *self.0.add(i) - self.1 };
        [d, d * d]
    }
}

/// The normalised numbers times a scale plus a shift, at least `floor`. A scale of 1 and a shift of
/// 0 change no bit.
struct Normalised {
    x: *const f32,
    mean: f32,
    rstd: f32,
    affine: [f32; 2],
    floor: f32,
}

impl Terms<1> for Normalised {
    #[inline(always)]
    unsafe fn vector<V: Vector>(&self, i: usize) -> [V; 1] {
        // SAFETY: the caller's.
        let d = unsafe { V::load(self.x.add(i)).sub(V::splat(self.mean)) };
        let [scale, shift] = self.affine;
        let y = d.mul(V::splat(self.rstd)).mul_add(V::splat(scale), V::splat(shift));
        [y.max(V::splat(self.floor))]
    }
    #[inline(always)]
    unsafe fn scalar(&self, i: usize) -> [f32; 1] {
        // SAFETY: the caller's.
        let z = unsafe { (*self.x.add(i) - self.mean) * self.rstd };
        let y = z * self.affine[0] + self.affine[1];
        // Not `f32::max`, which hides what is not a number.
        [if self.floor > y { self.floor } else { y }]
    }
}

/// The incoming gradient where the result was above `floor`, and its product with the normalised
/// number.
#[derive(Clone, Copy)]
struct Moments {
    grad: *const f32,
    x: *const f32,
    mean: f32,
    rstd: f32,
    affine: [f32; 2],
    floor: f32,
}

impl Terms<2> for Moments {
    #[inline(always)]
    unsafe fn vector<V: Vector>(&self, i: usize) -> [V; 2] {
        // SAFETY: the caller's.
        unsafe {
            let z = V::load(self.x.add(i)).sub(V::splat(self.mean)).mul(V::splat(self.rstd));
            let y = z.mul_add(V::splat(self.affine[0]), V::splat(self.affine[1]));
            let g = V::load(self.grad.add(i)).where_greater(y, V::splat(self.floor));
            [g, g.mul(z)]
        }
    }
    #[inline(always)]
    unsafe fn scalar(&self, i: usize) -> [f32; 2] {
        // SAFETY: the caller's.
        unsafe {
            let z = (*self.x.add(i) - self.mean) * self.rstd;
            let g = if z * self.affine[0] + self.affine[1] > self.floor { *self.grad.add(i) } else { 0.0 };
            [g, g * z]
        }
    }
}

/// The gradient, from the means of the two moments.
struct Gradient {
    of: Moments,
    means: [f32; 2],
}

impl Terms<1> for Gradient {
    #[inline(always)]
    unsafe fn vector<V: Vector>(&self, i: usize) -> [V; 1] {
        let Moments { grad, x, mean, rstd, affine: [scale, shift], floor } = self.of;
        // SAFETY: the caller's.
        unsafe {
            let z = V::load(x.add(i)).sub(V::splat(mean)).mul(V::splat(rstd));
            let y = z.mul_add(V::splat(scale), V::splat(shift));
            let g = V::load(grad.add(i)).where_greater(y, V::splat(floor));
            let centred = g.sub(V::splat(self.means[0]));
            [z.mul_add(V::splat(-self.means[1]), centred).mul(V::splat(rstd * scale))]
        }
    }
    #[inline(always)]
    unsafe fn scalar(&self, i: usize) -> [f32; 1] {
        let Moments { x, mean, rstd, affine, .. } = self.of;
        // SAFETY: the caller's.
        unsafe {
            let z = (*x.add(i) - mean) * rstd;
            let [g, _] = self.of.scalar(i);
            [(g - self.means[0] - z * self.means[1]) * (rstd * affine[0])]
        }
    }
}

/// The mean of a channel and the inverse of its deviation.
#[inline(always)]
unsafe fn mean_and_rstd<V: Vector>(x: *const f32, runs: Runs, eps: f32) -> [f32; 2] {
    // One pass, around the mean of the first run: the variance is at least the square of that
    // mean's distance from the mean of all, divided by the number of runs, so the difference below
    // loses no more than that factor.
    let first = Runs { count: 1, ..runs };
    // SAFETY: the caller's.
    let [sum] = unsafe { sum_runs::<V, 1>(first, Plain(x)) };
    let near = sum / first.numbers();
    // SAFETY: the caller's.
    let [sum, squares] = unsafe { sum_runs::<V, 2>(runs, Distances(x, near)) };
    let (shift, square) = (sum / runs.numbers(), squares / runs.numbers());
    [near + shift, 1.0 / ((square - shift * shift).max(0.0) + eps).sqrt()]
}

simd_fn! {
    /// [`mean_and_rstd`].
    ///
    /// # Safety
    /// `x` has the runs.
    unsafe fn statistics<V>(x: *const f32, runs: Runs, eps: f32) -> [f32; 2] {
        mean_and_rstd::<V>(x, runs, eps)
    }
}

simd_fn! {
    /// Adds the normalised channel.
    ///
    /// # Safety
    /// `x` and `y` have the runs.
    unsafe fn add_normalised<V>(x: *const f32, y: *mut f32, runs: Runs, stats: [f32; 2]) {
        let [mean, rstd] = stats;
        let floor = f32::NEG_INFINITY;
        map_runs::<V>(runs, y, true, Normalised { x, mean, rstd, affine: [1.0, 0.0], floor });
    }
}

simd_fn! {
    /// Writes the normalised channel, scaled and shifted, and returns its mean and the inverse of
    /// its deviation.
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
        let [mean, rstd] = mean_and_rstd::<V>(x, runs, eps);
        let floor = if relu { 0.0 } else { f32::NEG_INFINITY };
        map_runs::<V>(runs, y, false, Normalised { x, mean, rstd, affine, floor });
        [mean, rstd]
    }
}

simd_fn! {
    /// Writes the gradient of a channel, or adds it if `add`: `scale * rstd * (g - mean(g) - z *
    /// mean(g * z))` with `z = (x - mean) * rstd` and `g` the incoming gradient, zero where the
    /// ReLU was. Returns the gradients of scale and shift, `sum(g * z)` and `sum(g)`.
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
        add: bool,
    ) -> [f32; 2] {
        let [mean, rstd] = stats;
        let floor = if relu { 0.0 } else { f32::NEG_INFINITY };
        let of = Moments { grad, x, mean, rstd, affine, floor };
        let [sum, product] = sum_runs::<V, 2>(runs, of);
        let means = [sum / runs.numbers(), product / runs.numbers()];
        map_runs::<V>(runs, dx, add, Gradient { of, means });
        [product, sum]
    }
}
