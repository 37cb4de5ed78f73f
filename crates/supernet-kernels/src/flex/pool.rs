//! [`PoolKernels`] for Flex: a unit is an image.
//!
//! Both pools are separable: first along the rows, into a plane with a row of padding above and
//! below, then across the rows. The first maximum of a window, row by row, is the first row that
//! has the maximum and in it the first column, so its place is found separably too; the gradient
//! then looks back from every input pixel at the nine windows that hold it.
//!
//! With a stride, the plane of all windows is computed in scratch and the windows that there are
//! are taken from it; a gradient is spread over such a plane first, zeros between.

use burn::backend::{Flex, flex::FlexTensor};

use super::{
    Out, each, gradient, jobs_of_input, numbers, ordered, owned,
    planes::{Columns, Source, for_vectors, load, put, shifted, store},
    scratch, sides,
    simd::{Vector, simd_fn},
};
use crate::{
    ghosts::Lists,
    pool::PoolKernels,
    pool_kind::{Pool, Window},
};

/// A plane in scratch, a row of padding above and below.
#[derive(Clone, Copy)]
struct Plane {
    h: usize,
    w: usize,
}

impl Plane {
    fn len(&self) -> usize {
        self.h * self.w
    }

    /// Numbers with padding, one more on both sides, and a vector over the end.
    fn room(&self) -> usize {
        (self.len() + 2 * self.w + 2).next_multiple_of(16) + 16
    }

    /// Numbers for all planes of a unit and a copy of one plane at the edge of the tensor.
    fn total(&self) -> usize {
        6 * self.room() + self.len() + 2
    }
}

impl PoolKernels for Flex {
    fn forward_add(acc: FlexTensor, x: FlexTensor, window: Window, groups: usize, lists: &Lists) -> FlexTensor {
        let x = ordered(x);
        let mut acc = owned(acc);
        let ([rows, c, h, w], [_, _, h_of_x, w_of_x]) = (sides(&acc), sides(&x));
        let (size, plane, len) = (rows / groups, Plane { h: h_of_x, w: w_of_x }, h * w);
        let shares = shares(window.kind, plane);
        let y = Out::new(acc.storage_mut());
        images(lists.write.len() * size, c, plane, |unit, columns, room| {
            let image = |list: &[u32]| list[unit / size] as usize * size + unit % size;
            let x = image_of(numbers(&x), image(&lists.read), c, plane.len());
            let y = y.at(image(&lists.write) * c * len, c * len);
            // SAFETY: the unit's images, and room as large as `Plane` says.
            unsafe {
                match window.kind {
                    Pool::Max => maximum(x, y, c, plane, columns, window.stride, room),
                    _ => average(x, y, c, plane, columns, [1, window.stride], [None, Some(&shares)], true, room),
                }
            }
        });
        acc
    }

    fn backward(
        grad: FlexTensor,
        x: FlexTensor,
        window: Window,
        size: usize,
        lists: &Lists,
        into: Option<FlexTensor>,
    ) -> FlexTensor {
        let (grad, x) = (ordered(grad), ordered(x));
        let ([rows, c, h, w], [_, _, h_of_g, w_of_g]) = (sides(&x), sides(&grad));
        let (groups, plane) = (rows / size, Plane { h, w });
        let (jobs, listed) = jobs_of_input(groups, lists);
        let shares = shares(window.kind, plane);
        // A sum over the window is its own transpose, and so is the average where all windows count
        // the same.
        let scales: [Option<&[f32]>; 2] =
            if window.kind == Pool::Average { [None, Some(&shares)] } else { [Some(&shares), None] };
        let write = |dx: Out<'_>, to_sum: bool| {
            images(jobs.len() * size, c, plane, |unit, columns, room| {
                let (job, place) = (&jobs[unit / size], unit % size);
                let dx = dx.at((job.to * size + place) * c * plane.len(), c * plane.len());
                let x = || image_of(numbers(&x), job.to * size + place, c, plane.len());
                for (n, &from) in job.from.iter().enumerate() {
                    let g = image_of(numbers(&grad), from * size + place, c, h_of_g * w_of_g);
                    let add = n > 0 || to_sum;
                    // SAFETY: the unit's images, and room as large as `Plane` says.
                    unsafe {
                        match window.kind {
                            Pool::Max => maximum_gradient(g, x(), dx, c, plane, columns, window.stride, add, room),
                            _ => average(g, dx, c, plane, columns, [window.stride, 1], scales, add, room),
                        }
                    }
                }
            });
        };
        // SAFETY: the units write the ghost batches that are read.
        unsafe { gradient([rows, c, h, w], groups, &listed, into, write) }
    }
}

/// What each number of a window's sum counts in its average, for the window around every pixel.
fn shares(kind: Pool, Plane { h, w }: Plane) -> Vec<f32> {
    let inside = |at: usize, side: usize| 1 + usize::from(at > 0) + usize::from(at + 1 < side);
    let share = |i: usize| match kind {
        Pool::AverageInside => 1.0 / (inside(i / w, h) * inside(i % w, w)) as f32,
        Pool::Max | Pool::Average => 1.0 / 9.0,
    };
    (0..h * w).map(share).collect()
}

/// Image `image` of a tensor of planes of `len` numbers.
fn image_of(numbers: &[f32], image: usize, c: usize, len: usize) -> Source<'_> {
    Source { numbers, first: image * c * len, stride: len, len }
}

/// Runs `unit` for each of `count` images of `c` planes.
fn images(count: usize, c: usize, plane: Plane, unit: impl Fn(usize, &Columns, *mut f32) + Sync + Send) {
    let columns = Columns::new(3, plane.w);
    each(count, c * plane.len(), |u| scratch(plane.total(), |room| unit(u, &columns, room)));
}

/// A pointer to plane `channel` of `from` with a number to read before and after it; with a stride
/// or with scales, to a plane in `room` over which its numbers, times their scales, are spread.
///
/// # Safety
/// `room` has two numbers more than the plane.
#[inline(always)]
unsafe fn spread<V: Vector>(
    from: Source<'_>,
    channel: usize,
    plane: Plane,
    stride: usize,
    scales: Option<&[f32]>,
    room: *mut f32,
) -> *const f32 {
    // SAFETY of all below: the caller's; a plane of `h` by `w` has a number of `from` for every
    // `stride`-th row and column.
    if stride == 1 && scales.is_none() {
        return unsafe { from.plane(channel, 1, room) };
    }
    let numbers = &from.numbers[from.first + channel * from.stride..][..from.len];
    if let (1, Some(scales)) = (stride, scales) {
        return unsafe { scaled::<V>(numbers, scales, room) };
    }
    let to = unsafe {
        room.write_bytes(0, plane.len() + 2);
        room.add(1)
    };
    let across = plane.w.div_ceil(stride);
    for (a, row) in numbers.chunks_exact(across).enumerate() {
        let at = a * stride * plane.w;
        for (b, &number) in row.iter().enumerate() {
            let at = at + b * stride;
            let scale = if let Some(scales) = scales { scales[at] } else { 1.0 };
            unsafe { to.add(at).write(number * scale) };
        }
    }
    to
}

/// A pointer to the numbers of a plane times their scales, with a zero before and after them, in
/// `room`.
///
/// # Safety
/// `room` has two numbers more than the plane.
#[inline(always)]
unsafe fn scaled<V: Vector>(numbers: &[f32], scales: &[f32], room: *mut f32) -> *const f32 {
    let (len, from, scales) = (numbers.len(), numbers.as_ptr(), scales[..numbers.len()].as_ptr());
    // SAFETY: the caller's.
    unsafe {
        let to = room.add(1);
        room.write(0.0);
        for_vectors!(V, len, 0, |i, lanes, _| {
            store(load::<V>(from.add(i), lanes).mul(load(scales.add(i), lanes)), to.add(i), lanes);
        });
        to.add(len).write(0.0);
        to
    }
}

/// Adds every `stride`-th number of every `stride`-th row of `from` to `to`, row by row.
///
/// # Safety
/// `from` has the plane, `to` as many numbers as it has of those.
#[inline(always)]
unsafe fn add_every(from: *const f32, to: *mut f32, plane: Plane, stride: usize) {
    let mut to = to;
    for a in (0..plane.h).step_by(stride) {
        for b in (0..plane.w).step_by(stride) {
            // SAFETY: the caller's.
            unsafe {
                *to += *from.add(a * plane.w + b);
                to = to.add(1);
            }
        }
    }
}

/// A mask and what stands where it has no bits, for the columns to the left and to the right.
#[inline(always)]
unsafe fn neighbours<V: Vector>(
    plane: *const f32,
    i: usize,
    lanes: usize,
    p: usize,
    columns: &Columns,
    outside: V,
) -> [V; 3] {
    // SAFETY: the caller's: one number before and after the plane; the pattern has whole vectors.
    unsafe {
        let left: V = load(plane.add(i).wrapping_sub(1), lanes);
        let right: V = load(plane.add(i + 1), lanes);
        let (there_l, there_r) = (V::load(columns.of(0).0.add(p)), V::load(columns.of(2).0.add(p)));
        let one = V::splat(1.0);
        [
            left.and(there_l).or(outside.where_equal(there_l.and(one), V::zero())),
            load(plane.add(i), lanes),
            right.and(there_r).or(outside.where_equal(there_r.and(one), V::zero())),
        ]
    }
}

/// Fills `room` with `value`, so that what is not written later is padding.
#[inline(always)]
unsafe fn fill(room: *mut f32, len: usize, value: f32) {
    for i in 0..len {
        // SAFETY: the caller's.
        unsafe { room.add(i).write(value) };
    }
}

simd_fn! {
    /// Adds the maxima of `c` planes, those of the windows that are `stride` apart.
    ///
    /// # Safety
    /// `x` and `y` have the planes, `room` as many numbers as [`Plane::total`].
    unsafe fn maximum<V>(
        x: Source<'_>,
        y: *mut f32,
        c: usize,
        plane: Plane,
        columns: &Columns,
        stride: usize,
        room: *mut f32,
    ) {
        let (len, w) = (plane.len(), plane.w);
        let of_y = plane.h.div_ceil(stride) * w.div_ceil(stride);
        let (across, all, edge) = (room.add(w), room.add(plane.room()), room.add(6 * plane.room()));
        let lowest = V::splat(f32::NEG_INFINITY);
        fill(room, w, f32::NEG_INFINITY);
        for channel in 0..c {
            let from = x.plane(channel, 1, edge);
            for_vectors!(V, len, columns.of(0).1, |i, lanes, p| {
                let [a, b, c] = neighbours(from, i, lanes, p, columns, lowest);
                a.max(b).max(c).store(across.add(i));
            });
            fill(across.add(len), w, f32::NEG_INFINITY);
            let to = y.add(channel * of_y);
            for_vectors!(V, len, 0, |i, lanes, _| {
                let (b, a, c) = (across.add(i), room.add(i), across.add(i + w));
                let max = V::load(a).max(V::load(b)).max(V::load(c));
                put(max, if stride == 1 { to.add(i) } else { all.add(i) }, lanes, stride == 1);
            });
            if stride > 1 {
                add_every(all, to, plane, stride);
            }
        }
    }
}

simd_fn! {
    /// Writes, or adds if `add`, the sums over the windows of `c` planes, times the scales of
    /// `before` on their way in and those of `after` on their way out. With a stride `x` has every
    /// `strides[0]`-th pixel of the plane, `y` every `strides[1]`-th window; the latter are added.
    ///
    /// # Safety
    /// As [`maximum`].
    unsafe fn average<V>(
        x: Source<'_>,
        y: *mut f32,
        c: usize,
        plane: Plane,
        columns: &Columns,
        strides: [usize; 2],
        scales: [Option<&[f32]>; 2],
        add: bool,
        room: *mut f32,
    ) {
        let (len, w) = (plane.len(), plane.w);
        let of_y = plane.h.div_ceil(strides[1]) * w.div_ceil(strides[1]);
        let (across, all, edge) = (room.add(w), room.add(plane.room()), room.add(6 * plane.room()));
        let is_whole = strides[1] == 1;
        room.write_bytes(0, w);
        for channel in 0..c {
            let from = spread::<V>(x, channel, plane, strides[0], scales[0], edge);
            for_vectors!(V, len, columns.of(0).1, |i, lanes, p| {
                let left: V = load(from.add(i).wrapping_sub(1), lanes);
                let right: V = load(from.add(i + 1), lanes);
                let (left, right) = (
                    left.and(V::load(columns.of(0).0.add(p))),
                    right.and(V::load(columns.of(2).0.add(p))),
                );
                left.add(load(from.add(i), lanes)).add(right).store(across.add(i));
            });
            across.add(len).write_bytes(0, w);
            let to = y.add(channel * of_y);
            for_vectors!(V, len, 0, |i, lanes, _| {
                let sum = V::load(room.add(i)).add(V::load(across.add(i))).add(V::load(across.add(i + w)));
                let mean = if let Some(after) = scales[1] { sum.mul(load(after.as_ptr().add(i), lanes)) } else { sum };
                put(mean, if is_whole { to.add(i) } else { all.add(i) }, lanes, add && is_whole);
            });
            if !is_whole {
                add_every(all, to, plane, strides[1]);
            }
        }
    }
}

simd_fn! {
    /// Writes, or adds if `add`, the gradient of the maxima of `c` planes, of windows that are
    /// `stride` apart.
    ///
    /// # Safety
    /// As [`maximum`]; `g` and `dx` have the planes too.
    unsafe fn maximum_gradient<V>(
        g: Source<'_>,
        x: Source<'_>,
        dx: *mut f32,
        c: usize,
        plane: Plane,
        columns: &Columns,
        stride: usize,
        add: bool,
        room: *mut f32,
    ) {
        let (len, w) = (plane.len(), plane.w);
        // Along the rows: the maximum and its column (0, 1, 2); both with a row of padding above.
        let (highest, column) = (room, room.add(plane.room()));
        // The place of the first maximum of every window, row by row; only windows inside the image
        // count.
        let place = room.add(2 * plane.room() + w + 1);
        // The gradient shifted by each column, zero where that column does not exist, and above and
        // below.
        let shifts = room.add(3 * plane.room());
        let edge = room.add(6 * plane.room());
        let lowest = V::splat(f32::NEG_INFINITY);
        let mut digits = [V::zero(); 9];
        for (t, digit) in digits.iter_mut().enumerate() {
            *digit = V::splat(t as f32);
        }
        fill(highest, w, f32::NEG_INFINITY);
        column.write_bytes(0, plane.room());
        shifts.write_bytes(0, 3 * plane.room());
        for channel in 0..c {
            let from = x.plane(channel, 1, edge);
            for_vectors!(V, len, columns.of(0).1, |i, lanes, p| {
                let [a, b, c] = neighbours(from, i, lanes, p, columns, lowest);
                let ab = a.max(b);
                let at = digits[1].or_else(digits[0], b, a);
                digits[2].or_else(at, c, ab).store(column.add(w + i));
                ab.max(c).store(highest.add(w + i));
            });
            fill(highest.add(w + len), w, f32::NEG_INFINITY);
            let from = spread::<V>(g, channel, plane, stride, None, edge);
            for v in 0..3 {
                shifted::<V>(from, len, 1 - v as isize, columns.of(2 - v), false, shifts.add(v * plane.room() + w));
            }
            for_vectors!(V, len, 0, |i, _, _| {
                let (above, below) = (i, i + 2 * w);
                let (a, at) = (V::load(highest.add(above)), V::load(column.add(above)));
                let (b, at_b) = (V::load(highest.add(i + w)), V::load(column.add(i + w)));
                let (c, at_c) = (V::load(highest.add(below)), V::load(column.add(below)));
                let ab = a.max(b);
                let at = at_b.add(digits[3]).or_else(at, b, a);
                let at = at_c.add(digits[6]).or_else(at, c, ab);
                at.store(place.add(i));
            });
            let to = dx.add(channel * len);
            for_vectors!(V, len, 0, |i, lanes, _| {
                let mut sum = if add { load(to.add(i), lanes) } else { V::zero() };
                for u in 0..3 {
                    for v in 0..3 {
                        // The window whose tap (u, v) is this pixel: its gradient, and the place of
                        // its maximum.
                        let at = (i + 2 * w).wrapping_sub(u * w);
                        let gradient = V::load(shifts.add(v * plane.room() + at));
                        let place = V::load(place.wrapping_add(at).wrapping_sub(w + v).wrapping_add(1));
                        sum = sum.add(gradient.where_equal(place, digits[3 * u + v]));
                    }
                }
                store(sum, to.add(i), lanes);
            });
        }
    }
}
