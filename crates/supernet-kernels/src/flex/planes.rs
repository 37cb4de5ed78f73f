//! Image planes as flat runs of numbers, so that rows of four pixels cost no more than rows of
//! thirty-two.
//!
//! Pixel `(a, b)` of a plane is number `a * w + b`. A tap that looks `s` columns to the right reads
//! the plane shifted by `s` numbers, except that what left the row on one side must not come in on
//! the other: those columns are masked. A tap that looks `r` rows down reads `r * w` numbers
//! further on; above and below a plane there are rows of padding. Vectors therefore run along the
//! whole plane, whatever its width.

use std::mem::MaybeUninit;

use super::simd::Vector;

/// Masks of the columns that exist, for every horizontal shift of a kernel.
pub(crate) struct Columns {
    /// Length of the pattern of one shift: the least multiple of both 16 and the width.
    period: usize,
    /// All bits set where the column exists, for each shift `-(k / 2) ..= k / 2`.
    masks: Vec<f32>,
}

impl Columns {
    pub fn new(k: usize, w: usize) -> Self {
        Self::dilated(k, 1, w)
    }

    /// Those of a kernel whose columns are `dilation` pixels apart.
    pub fn dilated(k: usize, dilation: usize, w: usize) -> Self {
        let period = w / gcd(w, 16) * 16;
        let half = k as isize / 2;
        let mut masks = Vec::with_capacity(k * period);
        for shift in (-half..=half).map(|shift| shift * dilation as isize) {
            masks.extend((0..period).map(|i| {
                let column = (i % w) as isize + shift;
                let exists = (0..w as isize).contains(&column);
                f32::from_bits(if exists { u32::MAX } else { 0 })
            }));
        }
        Self { period, masks }
    }

    /// The pattern of shift number `shift` and its length.
    #[inline]
    pub fn of(&self, shift: usize) -> (*const f32, usize) {
        (self.masks[shift * self.period..].as_ptr(), self.period)
    }
}

fn gcd(a: usize, b: usize) -> usize {
    if b == 0 { a } else { gcd(b, a % b) }
}

/// Planes of a tensor: number `first + i * stride` begins plane `i`.
#[derive(Clone, Copy)]
pub(crate) struct Source<'a> {
    pub numbers: &'a [f32],
    pub first: usize,
    pub stride: usize,
    /// Numbers in a plane.
    pub len: usize,
}

impl Source<'_> {
    /// A pointer to plane `i` with at least `reach` readable numbers before and after it: into the
    /// tensor if there are, else to a copy in `room`, which has `len + 2 * reach` numbers.
    ///
    /// # Safety
    /// The plane is in the tensor, and `room` is as large as said.
    pub unsafe fn plane(&self, i: usize, reach: usize, room: *mut f32) -> *const f32 {
        let at = self.first + i * self.stride;
        if at >= reach && at + self.len + reach <= self.numbers.len() {
            return self.numbers[at..].as_ptr();
        }
        // SAFETY: `room` has the numbers, and the slice is checked.
        unsafe {
            room.write_bytes(0, self.len + 2 * reach);
            let plane = room.add(reach);
            plane.copy_from_nonoverlapping(self.numbers[at..at + self.len].as_ptr(), self.len);
            plane
        }
    }
}

/// Runs a block for the vectors of `len` numbers, with the offset, the number of lanes and the
/// position in a pattern that repeats after `period` numbers; lanes are less than a vector's for
/// the last, if the length is no multiple. A macro, since a closure would be compiled for the
/// baseline of the target.
macro_rules! for_vectors {
    ($V:ty, $len:expr, $period:expr, |$i:ident, $lanes:pat_param, $p:pat_param| $body:block) => {{
        let (len, period) = ($len, $period);
        let (mut i, mut p) = (0usize, 0usize);
        while i + <$V>::LANES <= len {
            {
                let ($i, $lanes, $p) = (i, <$V>::LANES, p);
                $body
            }
            i += <$V>::LANES;
            p += <$V>::LANES;
            if p == period {
                p = 0;
            }
        }
        if i < len {
            let ($i, $lanes, $p) = (i, len - i, p);
            $body
        }
    }};
}
pub(crate) use for_vectors;

/// Loads `lanes` numbers, the others zero.
#[inline(always)]
pub(crate) unsafe fn load<V: Vector>(from: *const f32, lanes: usize) -> V {
    // SAFETY: the caller's.
    unsafe { if lanes == V::LANES { V::load(from) } else { V::load_part(from, lanes) } }
}

/// max(0, ·) if `relu`.
#[inline(always)]
pub(crate) fn rectified<V: Vector>(v: V, relu: bool) -> V {
    if relu { v.max(V::zero()) } else { v }
}

/// Stores `lanes` numbers.
#[inline(always)]
pub(crate) unsafe fn store<V: Vector>(v: V, to: *mut f32, lanes: usize) {
    // SAFETY: the caller's.
    unsafe {
        if lanes == V::LANES {
            v.store(to);
        } else {
            v.store_part(to, lanes);
        }
    }
}

/// Stores `lanes` numbers, or adds them if `add`.
#[inline(always)]
pub(crate) unsafe fn put<V: Vector>(v: V, to: *mut f32, lanes: usize, add: bool) {
    // SAFETY: the caller's.
    unsafe {
        let v = if add { load::<V>(to, lanes).add(v) } else { v };
        store(v, to, lanes);
    }
}

/// Vectors on their way from registers to memory. Sums live in arrays that are only indexed by
/// constants, which the compiler keeps in registers; what follows in a loop of unknown length reads
/// them from here.
pub(crate) struct Spill<const N: usize>([MaybeUninit<[f32; 16]>; N]);

impl<const N: usize> Spill<N> {
    #[inline(always)]
    pub fn of<V: Vector, const P: usize, const R: usize>(sums: [[V; P]; R]) -> Self {
        assert!(P * R <= N);
        let mut spill = Self([MaybeUninit::uninit(); N]);
        for (r, row) in sums.iter().enumerate() {
            for (p, sum) in row.iter().enumerate() {
                // SAFETY: a vector has at most sixteen lanes.
                unsafe { sum.store(spill.0[r * P + p].as_mut_ptr().cast()) };
            }
        }
        spill
    }

    /// The numbers of vector `i`.
    #[inline(always)]
    pub fn of_vector(&self, i: usize) -> *const f32 {
        self.0[i].as_ptr().cast()
    }

    /// Number `i` of the vectors.
    #[inline(always)]
    pub fn get<V: Vector>(&self, i: usize) -> V {
        // SAFETY: it was stored as a whole.
        unsafe { V::load(self.0[i].as_ptr().cast()) }
    }
}

/// Writes a plane shifted by `shift` columns to `to`, zeros where the column does not exist, and up
/// to a vector's end behind it; max(0, ·) of it if `relu`.
///
/// # Safety
/// `plane` has `|shift|` readable numbers before and after it, `to` room for `len` rounded up to a
/// vector.
#[inline(always)]
pub(crate) unsafe fn shifted<V: Vector>(
    plane: *const f32,
    len: usize,
    shift: isize,
    (mask, period): (*const f32, usize),
    relu: bool,
    to: *mut f32,
) {
    // SAFETY of all below: the caller's; the pattern has whole vectors.
    let from = plane.wrapping_offset(shift);
    if period == V::LANES {
        // The width divides a vector: one mask for all.
        let mask = unsafe { V::load(mask) };
        for_vectors!(V, len, 0, |i, lanes, _| {
            unsafe { rectified(load::<V>(from.add(i), lanes).and(mask), relu).store(to.add(i)) };
        });
        return;
    }
    for_vectors!(V, len, period, |i, lanes, p| {
        unsafe {
            let v: V = load(from.add(i), lanes);
            rectified(v.and(V::load(mask.add(p))), relu).store(to.add(i));
        }
    });
}
