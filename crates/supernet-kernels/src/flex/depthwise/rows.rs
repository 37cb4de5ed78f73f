//! Rows that fit vectors: sums of several rows stay in registers while rows of the input pass by.
//!
//! The plane is copied once, with rows of zeros above and below. For each column of the kernel, a
//! row of the input, shifted by that column, is loaded once and multiplied into all output rows
//! that see it. A vector holds `S` rows: one where the width is a multiple of the vector's, two
//! where it is half of it; then a load starts at every row and holds the next one too.

use super::{Look, Relu, write_tap};
use crate::flex::{
    planes::{Spill, load, put, rectified, store},
    simd::Vector,
};

/// Output vectors summed at once.
const SUMS: usize = 8;

/// Numbers of copied planes that stay in the nearest cache together with as many of what is
/// written.
const NEAR: usize = 4096;

/// Whether a vector holds whole rows, or a row whole vectors, of these planes.
#[inline(always)]
pub(super) fn fits<V: Vector>(look: Look<'_>) -> bool {
    look.dilation == 1 && (look.w.is_multiple_of(V::LANES) || look.w * 2 == V::LANES)
}

/// Where the copies lie.
#[derive(Clone, Copy)]
struct Copies {
    /// From an image to the next.
    image: usize,
    /// From there to the first pixel.
    above: usize,
    /// Images at a time.
    images: usize,
}

impl Copies {
    fn new(k: usize, look: Look<'_>) -> Self {
        let (half, w) = (k / 2, look.w);
        // A block of rows may stand over the end by all but one; a load may begin `half` numbers
        // early and end as many late.
        let above = (half * w + half).next_multiple_of(16);
        let rows = look.h.next_multiple_of(2 * SUMS) + half;
        let image = (above + rows * w + half + 16).next_multiple_of(16);
        Self { image, above, images: (NEAR / (look.h * w)).clamp(2, look.images.max(2)) }
    }
}

/// Numbers of scratch.
pub(super) fn room(k: usize, look: Look<'_>) -> usize {
    let copies = Copies::new(k, look);
    copies.image * copies.images
}

/// Copies the planes of `count` images; what lies around them is zero.
#[inline(always)]
unsafe fn copy<V: Vector>(look: Look<'_>, first: usize, count: usize, copies: Copies, room: *mut f32) {
    let source = look.source;
    for t in 0..count {
        let at = source.first + (first + t) * source.stride;
        let plane = source.numbers[at..at + source.len].as_ptr();
        let mut i = 0;
        // SAFETY: the caller's: `room` is as large as `Copies` says.
        unsafe {
            let to = room.add(t * copies.image + copies.above);
            while i < source.len {
                let lanes = V::LANES.min(source.len - i);
                store(rectified(load::<V>(plane.add(i), lanes), look.relu == Relu::Seen), to.add(i), lanes);
                i += V::LANES;
            }
        }
    }
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
        room.write_bytes(0, copies.image * copies.images);
        while first < look.images {
            let count = copies.images.min(look.images - first);
            let at = first * stride;
            copy::<V>(look, first, count, copies, room);
            if look.w.is_multiple_of(V::LANES) {
                for t in 0..count {
                    let plane = room.add(t * copies.image + copies.above);
                    if let Some(dx) = dx {
                        let to = dx.add(at + t * stride).cast_const();
                        sum_rows::<V, K, 1, SUMS, 1>(look, [plane], [x.add(at + t * stride), to], stride, 1, add);
                    }
                    if dw.is_some() {
                        sum_products::<V, K, 1, SUMS>(look, plane, x.add(at + t * stride), &mut sums);
                    }
                }
            } else {
                for t in (0..count).step_by(2) {
                    let plane = room.add(t * copies.image + copies.above);
                    // With an odd number, the last has itself for company.
                    let pair = [plane, plane.add(if t + 1 < count { copies.image } else { 0 })];
                    if let Some(dx) = dx {
                        let to = dx.add(at + t * stride).cast_const();
                        let to = [x.add(at + t * stride), to];
                        sum_rows::<V, K, 2, { SUMS / 2 }, 2>(look, pair, to, stride, 2.min(count - t), add);
                    }
                    if dw.is_some() {
                        for (i, &plane) in pair.iter().enumerate().take(count - t) {
                            let from = x.add(at + (t + i) * stride);
                            sum_products::<V, K, 2, { SUMS / 2 }>(look, plane, from, &mut sums);
                        }
                    }
                }
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

/// Repeats a block for `i` from 0 to 13, a constant each time, so that arrays indexed by it stay in
/// registers.
macro_rules! for_constants {
    (|$i:ident| $body:block) => {
        for_constants!(@ $i $body 0 1 2 3 4 5 6 7 8 9 10 11 12 13)
    };
    (@ $i:ident $body:block $($n:literal)*) => {
        $({
            let $i: usize = $n;
            $body
        })*
    };
}

/// Writes, or adds if `add`, the sums over all taps of `I` images, of which `images` exist: `R`
/// vectors of `S` rows at a time.
#[inline(always)]
unsafe fn sum_rows<V: Vector, const K: usize, const S: usize, const R: usize, const I: usize>(
    look: Look<'_>,
    planes: [*mut f32; I],
    [x, y]: [*const f32; 2],
    stride: usize,
    images: usize,
    add: bool,
) {
    let y = y.cast_mut();
    let (h, w, half) = (look.h, look.w, K / 2);
    let mut column = 0;
    while column < w {
        let mut row = 0;
        while row < h {
            let mut sums = [[V::zero(); R]; I];
            for v in 0..K {
                // SAFETY: the caller's: rows of zeros and margins are there; the pattern has whole
                // vectors.
                unsafe {
                    let (pattern, _) = look.columns.of(v);
                    let mask = V::mask(pattern.add(column));
                    let mut weights = [V::zero(); K];
                    for (u, weight) in weights.iter_mut().enumerate() {
                        *weight = V::splat(*look.weights.get_unchecked(v * K + u));
                    }
                    let offset = (row * w + column + v) as isize - (half * w + half) as isize;
                    for_constants!(|i| {
                        if i < S * (R - 1) + K {
                            for n in 0..I {
                                let from = planes[n].offset(offset + (i * w) as isize);
                                let seen = V::load_where(from, mask);
                                for r in 0..R {
                                    if i >= S * r && i - S * r < K {
                                        sums[n][r] = seen.mul_add(weights[i - S * r], sums[n][r]);
                                    }
                                }
                            }
                        }
                    });
                }
            }
            let sums = Spill::<SUMS>::of(sums);
            for n in 0..images {
                for r in 0..R.min((h - row).div_ceil(S)) {
                    let at = (row + S * r) * w + column;
                    // SAFETY: the caller's.
                    unsafe {
                        let (lanes, mut sum) = (V::LANES.min(h * w - at), sums.get::<V>(n * R + r));
                        if look.relu == Relu::Other {
                            sum = sum.where_greater(load(x.add(n * stride + at), lanes), V::zero());
                        }
                        put(sum, y.add(n * stride + at), lanes, add);
                    }
                }
            }
            row += R * S;
        }
        column += V::LANES;
    }
}

/// Adds, for every tap, the products of the rows of `x` with what is seen: `R` vectors of `S` rows
/// at a time.
#[inline(always)]
unsafe fn sum_products<V: Vector, const K: usize, const S: usize, const R: usize>(
    look: Look<'_>,
    plane: *mut f32,
    x: *const f32,
    sums: &mut [[V; K]; K],
) {
    let (h, w, half) = (look.h, look.w, K / 2);
    let mut column = 0;
    while column < w {
        let mut row = 0;
        while row < h {
            let mut rows = [V::zero(); R];
            for (r, vector) in rows.iter_mut().enumerate() {
                let at = (row + S * r) * w + column;
                if at < h * w {
                    // SAFETY: the caller's.
                    *vector = unsafe { load(x.add(at), V::LANES.min(h * w - at)) };
                    *vector = rectified(*vector, look.relu == Relu::Other);
                }
            }
            for v in 0..K {
                // Two sums for each tap, so that they do not wait for each other.
                let mut even = sums[v];
                let mut odd = [V::zero(); K];
                // SAFETY: the caller's: rows of zeros and margins are there; the pattern has whole
                // vectors.
                unsafe {
                    let (pattern, _) = look.columns.of(v);
                    let mask = V::mask(pattern.add(column));
                    let offset = (row * w + column + v) as isize - (half * w + half) as isize;
                    for_constants!(|i| {
                        if i < S * (R - 1) + K {
                            let seen = V::load_where(plane.offset(offset + (i * w) as isize), mask);
                            for r in 0..R {
                                if i >= S * r && i - S * r < K {
                                    let u = i - S * r;
                                    if r % 2 == 0 {
                                        even[u] = seen.mul_add(rows[r], even[u]);
                                    } else {
                                        odd[u] = seen.mul_add(rows[r], odd[u]);
                                    }
                                }
                            }
                        }
                    });
                }
                for u in 0..K {
                    sums[v][u] = even[u].add(odd[u]);
                }
            }
            row += R * S;
        }
        column += V::LANES;
    }
}
