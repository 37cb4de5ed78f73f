//! [`PoolKernels`] for Flex: a unit is an image.
//!
//! Both pools are separable: first along the rows, into a plane with a row of padding above and below, then across the rows. The
//! first maximum of a window, row by row, is the first row that has the maximum and in it the first column, so its place is found
//! separably too; the gradient then looks back from every input pixel at the nine windows that hold it.

use burn::backend::{Flex, flex::FlexTensor};

use super::{
    Out, each, gradient, jobs_of_input, numbers, ordered, owned,
    planes::{Columns, Source, for_vectors, load, shifted, store},
    scratch, sides,
    simd::{Vector, simd_fn},
};
use crate::{ghosts::Lists, pool::PoolKernels, pool_kind::Pool};

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
    fn forward_add(acc: FlexTensor, x: FlexTensor, kind: Pool, groups: usize, lists: &Lists) -> FlexTensor {
        let x = ordered(x);
        let mut acc = owned(acc);
        let [rows, c, h, w] = sides(&acc);
        let (size, plane) = (rows / groups, Plane { h, w });
        let y = Out::new(acc.storage_mut());
        images(lists.write.len() * size, c, plane, |unit, columns, room| {
            let image = |list: &[u32]| list[unit / size] as usize * size + unit % size;
            let x = image_of(numbers(&x), image(&lists.read), c, plane);
            let y = y.at(image(&lists.write) * c * plane.len(), c * plane.len());
            // SAFETY: the unit's images, and room as large as `Plane` says.
            unsafe {
                match kind {
                    Pool::Max => maximum(x, y, c, plane, columns, room),
                    Pool::Average => average(x, y, c, plane, columns, true, room),
                }
            }
        });
        acc
    }

    fn backward(
        grad: FlexTensor,
        x: FlexTensor,
        kind: Pool,
        size: usize,
        lists: &Lists,
        into: Option<FlexTensor>,
    ) -> FlexTensor {
        let (grad, x) = (ordered(grad), ordered(x));
        let [rows, c, h, w] = sides(&x);
        let (groups, plane) = (rows / size, Plane { h, w });
        let (jobs, listed) = jobs_of_input(groups, lists);
        let write = |dx: Out<'_>, to_sum: bool| {
            images(jobs.len() * size, c, plane, |unit, columns, room| {
                let (job, place) = (&jobs[unit / size], unit % size);
                let dx = dx.at((job.to * size + place) * c * plane.len(), c * plane.len());
                let x = || image_of(numbers(&x), job.to * size + place, c, plane);
                for (n, &from) in job.from.iter().enumerate() {
                    let g = image_of(numbers(&grad), from * size + place, c, plane);
                    let add = n > 0 || to_sum;
                    // SAFETY: the unit's images, and room as large as `Plane` says.
                    unsafe {
                        match kind {
                            Pool::Max => maximum_gradient(g, x(), dx, c, plane, columns, add, room),
                            // The average is its own transpose.
                            Pool::Average => average(g, dx, c, plane, columns, add, room),
                        }
                    }
                }
            });
        };
        // SAFETY: the units write the ghost batches that are read.
        unsafe { gradient([rows, c, h, w], groups, &listed, into, write) }
    }
}

/// Image `image` of a tensor.
fn image_of(numbers: &[f32], image: usize, c: usize, plane: Plane) -> Source<'_> {
    Source { numbers, first: image * c * plane.len(), stride: plane.len(), len: plane.len() }
}

/// Runs `unit` for each of `count` images of `c` planes.
fn images(count: usize, c: usize, plane: Plane, unit: impl Fn(usize, &Columns, *mut f32) + Sync + Send) {
    let columns = Columns::new(3, plane.w);
    each(count, c * plane.len() / 4, |u| scratch(plane.total(), |room| unit(u, &columns, room)));
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
    /// Adds the maxima of `c` planes.
    ///
    /// # Safety
    /// `x` and `y` have the planes, `room` as many numbers as [`Plane::total`].
    unsafe fn maximum<V>(x: Source<'_>, y: *mut f32, c: usize, plane: Plane, columns: &Columns, room: *mut f32) {
        let (len, w) = (plane.len(), plane.w);
        let (across, edge) = (room.add(w), room.add(6 * plane.room()));
        let lowest = V::splat(f32::NEG_INFINITY);
        fill(room, w, f32::NEG_INFINITY);
        for channel in 0..c {
            let from = x.plane(channel, 1, edge);
            for_vectors!(V, len, columns.of(0).1, |i, lanes, p| {
                let [a, b, c] = neighbours(from, i, lanes, p, columns, lowest);
                a.max(b).max(c).store(across.add(i));
            });
            fill(across.add(len), w, f32::NEG_INFINITY);
            let to = y.add(channel * len);
            for_vectors!(V, len, 0, |i, lanes, _| {
                let (b, a, c) = (across.add(i), room.add(i), across.add(i + w));
                let max = V::load(a).max(V::load(b)).max(V::load(c));
                store(load::<V>(to.add(i), lanes).add(max), to.add(i), lanes);
            });
        }
    }
}

simd_fn! {
    /// Writes, or adds if `add`, the averages of `c` planes.
    ///
    /// # Safety
    /// As [`maximum`].
    unsafe fn average<V>(
        x: Source<'_>,
        y: *mut f32,
        c: usize,
        plane: Plane,
        columns: &Columns,
        add: bool,
        room: *mut f32,
    ) {
        let (len, w) = (plane.len(), plane.w);
        let (across, edge) = (room.add(w), room.add(6 * plane.room()));
        let ninth = V::splat(1.0 / 9.0);
        room.write_bytes(0, w);
        for channel in 0..c {
            let from = x.plane(channel, 1, edge);
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
            let to = y.add(channel * len);
            for_vectors!(V, len, 0, |i, lanes, _| {
                let sum = V::load(room.add(i)).add(V::load(across.add(i))).add(V::load(across.add(i + w)));
                let mean = sum.mul(ninth);
                let mean = if add { load::<V>(to.add(i), lanes).add(mean) } else { mean };
                store(mean, to.add(i), lanes);
            });
        }
    }
}

simd_fn! {
    /// Writes, or adds if `add`, the gradient of the maxima of `c` planes.
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
        add: bool,
        room: *mut f32,
    ) {
        let (len, w) = (plane.len(), plane.w);
        // Along the rows: the maximum and its column (0, 1, 2); both with a row of padding above.
        let (highest, column) = (room, room.add(plane.room()));
        // The place of the first maximum of every window, row by row; only windows inside the image count.
        let place = room.add(2 * plane.room() + w + 1);
        // The gradient shifted by each column, zero where that column does not exist, and above and below.
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
            let from = g.plane(channel, 1, edge);
            for v in 0..3 {
                shifted::<V>(from, len, 1 - v as isize, columns.of(2 - v), shifts.add(v * plane.room() + w));
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
                        // The window whose tap (u, v) is this pixel: its gradient, and the place of its maximum.
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
