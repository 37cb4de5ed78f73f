//! Vectors for the baseline of the target.

use super::vector::Vector;

/// Eight numbers, compiled for the baseline of the target.
#[derive(Clone, Copy)]
#[repr(align(32))]
pub(crate) struct Portable([f32; 8]);

impl Portable {
    #[inline(always)]
    fn zip(self, other: Self, f: impl Fn(f32, f32) -> f32) -> Self {
        let mut out = self.0;
        for (o, &b) in out.iter_mut().zip(&other.0) {
            *o = f(*o, b);
        }
        Self(out)
    }

    #[inline(always)]
    fn keep(self, other: Self, a: Self, b: Self, test: impl Fn(f32, f32) -> bool) -> Self {
        let mut out = [0.0; 8];
        for i in 0..8 {
            let mask = (test(a.0[i], b.0[i]) as u32).wrapping_neg();
            out[i] = f32::from_bits(self.0[i].to_bits() & mask | other.0[i].to_bits() & !mask);
        }
        Self(out)
    }
}

impl Vector for Portable {
    const LANES: usize = 8;
    const WIDE_FILE: bool = cfg!(target_arch = "aarch64");
    type Mask = Self;

    #[inline(always)]
    unsafe fn mask(pattern: *const f32) -> Self {
        // SAFETY: the caller's.
        unsafe { Self::load(pattern) }
    }
    #[inline(always)]
    unsafe fn load_where(from: *const f32, mask: Self) -> Self {
        // SAFETY: the caller's.
        unsafe { Self::load(from).and(mask) }
    }
    #[inline(always)]
    fn splat(value: f32) -> Self {
        Self([value; 8])
    }
    #[inline(always)]
    unsafe fn load(from: *const f32) -> Self {
        // SAFETY: the caller's.
        Self(unsafe { from.cast::<[f32; 8]>().read_unaligned() })
    }
    #[inline(always)]
    unsafe fn store(self, to: *mut f32) {
        // SAFETY: the caller's.
        unsafe { to.cast::<[f32; 8]>().write_unaligned(self.0) }
    }
    #[inline(always)]
    unsafe fn load_part(from: *const f32, n: usize) -> Self {
        let mut out = [0.0; 8];
        for (i, o) in out.iter_mut().enumerate().take(n) {
            // SAFETY: the caller's.
            *o = unsafe { *from.add(i) };
        }
        Self(out)
    }
    #[inline(always)]
    unsafe fn store_part(self, to: *mut f32, n: usize) {
        for (i, &v) in self.0.iter().enumerate().take(n) {
            // SAFETY: the caller's.
            unsafe { *to.add(i) = v };
        }
    }
    #[inline(always)]
    fn add(self, other: Self) -> Self {
        self.zip(other, |a, b| a + b)
    }
    #[inline(always)]
    fn sub(self, other: Self) -> Self {
        self.zip(other, |a, b| a - b)
    }
    #[inline(always)]
    fn mul(self, other: Self) -> Self {
        self.zip(other, |a, b| a * b)
    }
    #[inline(always)]
    fn mul_add(self, factor: Self, term: Self) -> Self {
        let mut out = term.0;
        for i in 0..8 {
            // Without the instruction, a fused multiply-add is a call into the mathematics library.
            out[i] = if cfg!(any(target_arch = "aarch64", target_feature = "fma")) {
                self.0[i].mul_add(factor.0[i], out[i])
            } else {
                self.0[i] * factor.0[i] + out[i]
            };
        }
        Self(out)
    }
    #[inline(always)]
    fn max(self, other: Self) -> Self {
        self.zip(other, |a, b| if b > a { b } else { a })
    }
    #[inline(always)]
    fn and(self, mask: Self) -> Self {
        self.zip(mask, |a, b| f32::from_bits(a.to_bits() & b.to_bits()))
    }
    #[inline(always)]
    fn or(self, other: Self) -> Self {
        self.zip(other, |a, b| f32::from_bits(a.to_bits() | b.to_bits()))
    }
    #[inline(always)]
    fn where_greater(self, a: Self, b: Self) -> Self {
        self.keep(Self::zero(), a, b, |a, b| a > b)
    }
    #[inline(always)]
    fn where_equal(self, a: Self, b: Self) -> Self {
        self.keep(Self::zero(), a, b, |a, b| a == b)
    }
    #[inline(always)]
    fn or_else(self, other: Self, a: Self, b: Self) -> Self {
        self.keep(other, a, b, |a, b| a > b)
    }
    #[inline(always)]
    fn sum(self) -> f32 {
        let v = self.0;
        let (a, b) = ([v[0] + v[4], v[1] + v[5]], [v[2] + v[6], v[3] + v[7]]);
        (a[0] + b[0]) + (a[1] + b[1])
    }
}
