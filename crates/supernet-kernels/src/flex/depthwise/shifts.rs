//! Any width: the plane is written `K` times, shifted by each column of the kernel.
//!
//! Rows of zeros lie above and below each copy, so that every tap is a load from one of them; eight
//! vectors of pixels are summed at once in registers.

use super::{Look, Relu, Weights, write_tap};
use crate::flex::{
    planes::{Spill, load, put, rectified, shifted},
    simd::Vector,
};

/// Vectors of pixels summed at once.
const BLOCK: usize = 8;

/// Where the shifted copies of the planes of some images lie.
#[derive(Clone, Copy)]
struct Copies {
    /// Numbers of a plane, and of a row.
    len: usize,
    w: usize,
    /// From an image to the next, rows of padding included.
    image: usize,
    /// From a shift to the next.
    shift: usize,
    /// Images at a time.
    images: usize,
    /// Pixels from a tap to the next.
    dilation: usize,
}

impl Copies {
    fn new(k: usize, look: Look<'_>) -> Self {
        let (w, len, images) = (look.w, look.h * look.w, look.images);
        // Eight vectors of sixteen, in as few images as have them.
        let images = (BLOCK * 16).div_ceil(len).min(images);
        let image = (len + (k - 1) * look.dilation * w).next_multiple_of(16);
        Self { len, w, image, shift: image * images, images, dilation: look.dilation }
    }

    /// Numbers of all copies, a vector over the end, and the room for a plane at the edge of the
    /// tensor.
    fn total(&self, k: usize) -> usize {
        k * self.shift + 16 + self.len + 2 * k * self.dilation
    }

    /// From a row of the kernel to the next.
    #[inline(always)]
    fn row(&self) -> usize {
        self.dilation * self.w
    }
}

/// Writes the shifted copies of `count` images from image `first` on; the rows of padding are
/// there.
#[inline(always)]
unsafe fn write_copies<V: Vector, const K: usize>(
    look: Look<'_>,
    first: usize,
    count: usize,
    copies: Copies,
    room: *mut f32,
) {
    let half = K / 2 * copies.dilation;
    // SAFETY: the caller's.
    unsafe {
        let edge = room.add(K * copies.shift + 16);
        for t in 0..count {
            let plane = look.source.plane(first + t, half, edge);
            for v in 0..K {
                let to = room.add(v * copies.shift + t * copies.image + half * copies.w);
                let shift = (v * copies.dilation) as isize - half as isize;
                shifted::<V>(plane, copies.len, shift, look.columns.of(v), look.relu == Relu::Seen, to);
            }
        }
    }
}

/// Where sums are written, and the numbers beside them: zero counts where one is not positive. Null
/// where all count.
#[derive(Clone, Copy)]
struct To {
    start: *mut f32,
    mask: *const f32,
    /// From an image to the next.
    stride: usize,
    /// Adds to what is there.
    add: bool,
}

/// Sums over the taps of a kernel, for images whose copies are in `room`.
#[derive(Clone, Copy)]
struct Sums<'a> {
    room: *const f32,
    taps: &'a Weights,
    /// From a pixel to what its taps read.
    offsets: [usize; 49],
    copies: Copies,
    to: To,
}

impl<'a> Sums<'a> {
    #[inline(always)]
    fn new<const K: usize>(room: *const f32, taps: &'a Weights, copies: Copies, to: To) -> Self {
        let mut offsets = [0; 49];
        for (tap, offset) in offsets.iter_mut().enumerate().take(K * K) {
            *offset = tap / K * copies.shift + tap % K * copies.row();
        }
        Self { room, taps, offsets, copies, to }
    }

    /// Writes the sums of `count` images: eight vectors of an image, then four of two images, then
    /// one of eight, so that eight sums never wait for each other.
    ///
    /// # Safety
    /// The copies have the rows of padding and a vector over the end.
    #[inline(always)]
    unsafe fn write<V: Vector, const K: usize>(&self, count: usize) {
        let per_image = self.copies.len.div_ceil(V::LANES);
        let mut vector = 0;
        // SAFETY: the caller's.
        unsafe {
            while vector + 8 <= per_image {
                for t in 0..count {
                    self.block::<V, K, 1, 8>(t, 1, vector);
                }
                vector += 8;
            }
            while vector + 4 <= per_image {
                for t in (0..count).step_by(2) {
                    self.block::<V, K, 2, 4>(t, 2.min(count - t), vector);
                }
                vector += 4;
            }
            while vector < per_image {
                for t in (0..count).step_by(8) {
                    self.block::<V, K, 8, 1>(t, 8.min(count - t), vector);
                }
                vector += 1;
            }
        }
    }

    /// The sums of `J` vectors, from vector `vector` on, of `I` images from image `image` on, of
    /// which `images` exist.
    #[inline(always)]
    unsafe fn block<V: Vector, const K: usize, const I: usize, const J: usize>(
        &self,
        image: usize,
        images: usize,
        vector: usize,
    ) {
        let mut from = [self.room; I];
        for (i, from) in from.iter_mut().enumerate() {
            // An image that does not exist repeats the last.
            let image = image + i.min(images - 1);
            *from = self.room.wrapping_add(image * self.copies.image + vector * V::LANES);
        }
        let mut sums = [[V::zero(); J]; I];
        for tap in 0..K * K {
            // SAFETY: the caller's.
            unsafe {
                let weight = V::splat(*self.taps.get_unchecked(tap));
                let offset = *self.offsets.get_unchecked(tap);
                for i in 0..I {
                    let from = from[i].add(offset);
                    for j in 0..J {
                        sums[i][j] = V::load(from.add(j * V::LANES)).mul_add(weight, sums[i][j]);
                    }
                }
            }
        }
        let sums = Spill::<BLOCK>::of(sums);
        for i in 0..images {
            for j in 0..J {
                let pixel = (vector + j) * V::LANES;
                // SAFETY: the caller's.
                unsafe { self.put(sums.get::<V>(i * J + j), image + i, pixel, V::LANES.min(self.copies.len - pixel)) };
            }
        }
    }

    /// Writes `lanes` sums from pixel `pixel` of an image on.
    #[inline(always)]
    unsafe fn put<V: Vector>(&self, mut sum: V, image: usize, pixel: usize, lanes: usize) {
        let To { start, mask, stride, add } = self.to;
        let at = image * stride + pixel;
        // SAFETY: the caller's.
        unsafe {
            if !mask.is_null() {
                sum = sum.where_greater(load(mask.add(at), lanes), V::zero());
            }
            put(sum, start.add(at), lanes, add);
        }
    }
}

/// Numbers of scratch.
pub(super) fn room(k: usize, look: Look<'_>) -> usize {
    Copies::new(k, look).total(k)
}

/// See [`gradients`](super::gradients).
#[inline(always)]
pub(super) unsafe fn gradients<V: Vector, const K: usize>(
    look: Look<'_>,
    x: *const f32,
    dx: Option<*mut f32>,
    dw: Option<*mut f32>,
    add: bool,
    room: *mut f32,
) {
    let copies = Copies::new(K, look);
    let stride = look.stride;
    let mut sums = [[V::zero(); K]; K];
    let mut first = 0;
    // SAFETY: the caller's.
    unsafe {
        room.write_bytes(0, K * copies.shift + 16);
        while first < look.images {
            let count = copies.images.min(look.images - first);
            let at = first * stride;
            write_copies::<V, K>(look, first, count, copies, room);
            if let Some(dx) = dx {
                let mask = if look.relu == Relu::Other { x.add(at) } else { std::ptr::null() };
                let to = To { start: dx.add(at), mask, stride, add };
                Sums::new::<K>(room, look.weights, copies, to).write::<V, K>(count);
            }
            if dw.is_some() {
                let relu = look.relu == Relu::Other;
                sum_pixels::<V, K>(room, x.add(at), relu, stride, &mut sums, count, copies);
            }
            first += count;
        }
        if let Some(dw) = dw {
            for (v, column) in sums.iter().enumerate() {
                for (u, sum) in column.iter().enumerate() {
                    write_tap(dw, K, v, u, sum.sum());
                }
            }
        }
    }
}

/// Adds, for every tap, the products of `x` with the copies in `room`, `sums[column][row]`.
#[inline(always)]
unsafe fn sum_pixels<V: Vector, const K: usize>(
    room: *const f32,
    x: *const f32,
    relu: bool,
    stride: usize,
    sums: &mut [[V; K]; K],
    count: usize,
    copies: Copies,
) {
    if K == 3 {
        // Nine sums at once: three would wait for each other.
        let mut s = *sums;
        for t in 0..count {
            let mut i = 0;
            while i < copies.len {
                // SAFETY: the caller's.
                unsafe {
                    let pixel: V = load(x.add(t * stride + i), V::LANES.min(copies.len - i));
                    let pixel = rectified(pixel, relu);
                    let base = room.add(t * copies.image + i);
                    for (v, column) in s.iter_mut().enumerate() {
                        for (u, sum) in column.iter_mut().enumerate() {
                            let g = V::load(base.add(v * copies.shift + u * copies.row()));
                            *sum = g.mul_add(pixel, *sum);
                        }
                    }
                }
                i += V::LANES;
            }
        }
        *sums = s;
        return;
    }
    for (v, column) in sums.iter_mut().enumerate() {
        let mut s = *column;
        for t in 0..count {
            let mut i = 0;
            while i < copies.len {
                // SAFETY: the caller's.
                unsafe {
                    let pixel: V = load(x.add(t * stride + i), V::LANES.min(copies.len - i));
                    let pixel = rectified(pixel, relu);
                    let base = room.add(v * copies.shift + t * copies.image + i);
                    for (u, sum) in s.iter_mut().enumerate() {
                        *sum = V::load(base.add(u * copies.row())).mul_add(pixel, *sum);
                    }
                }
                i += V::LANES;
            }
        }
        *column = s;
    }
}
