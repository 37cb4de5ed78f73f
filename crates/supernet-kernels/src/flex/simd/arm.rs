//! Vectors of 64-bit ARM.

// SAFETY of every block below: as for the x86 types.
use super::vector::Vector;
use std::arch::aarch64::*;

/// Eight numbers in two registers, NEON.
#[derive(Clone, Copy)]
pub(crate) struct Neon([float32x4_t; 2]);

impl Neon {
    #[inline(always)]
    fn zip(self, other: Self, f: impl Fn(float32x4_t, float32x4_t) -> float32x4_t) -> Self {
        Self([f(self.0[0], other.0[0]), f(self.0[1], other.0[1])])
    }

    /// `self` where the bits of `mask` are set, `other` elsewhere.
    #[inline(always)]
    fn choose(self, other: Self, mask: [uint32x4_t; 2]) -> Self {
        let half = |i: usize| unsafe { vbslq_f32(mask[i], self.0[i], other.0[i]) };
        Self([half(0), half(1)])
    }

    #[inline(always)]
    fn greater(self, other: Self) -> [uint32x4_t; 2] {
        unsafe { [vcgtq_f32(self.0[0], other.0[0]), vcgtq_f32(self.0[1], other.0[1])] }
    }
}

impl Vector for Neon {
    const LANES: usize = 8;
    // Thirty-two registers, of which a vector takes two.
    const WIDE_FILE: bool = false;
    type Mask = Self;

    #[inline(always)]
    unsafe fn mask(pattern: *const f32) -> Self {
        unsafe { Self::load(pattern) }
    }
    #[inline(always)]
    unsafe fn load_where(from: *const f32, mask: Self) -> Self {
        unsafe { Self::load(from).and(mask) }
    }
    #[inline(always)]
    fn splat(value: f32) -> Self {
        Self([unsafe { vdupq_n_f32(value) }; 2])
    }
    #[inline(always)]
    unsafe fn load(from: *const f32) -> Self {
        Self(unsafe { [vld1q_f32(from), vld1q_f32(from.add(4))] })
    }
    #[inline(always)]
    unsafe fn store(self, to: *mut f32) {
        unsafe {
            vst1q_f32(to, self.0[0]);
            vst1q_f32(to.add(4), self.0[1]);
        }
    }
    #[inline(always)]
    unsafe fn load_part(from: *const f32, n: usize) -> Self {
        let mut lanes = [0.0; 8];
        unsafe {
            lanes.as_mut_ptr().copy_from_nonoverlapping(from, n);
            Self::load(lanes.as_ptr())
        }
    }
    #[inline(always)]
    unsafe fn store_part(self, to: *mut f32, n: usize) {
        let mut lanes = [0.0; 8];
        unsafe {
            self.store(lanes.as_mut_ptr());
            to.copy_from_nonoverlapping(lanes.as_ptr(), n);
        }
    }
    #[inline(always)]
    fn add(self, other: Self) -> Self {
        self.zip(other, |a, b| unsafe { vaddq_f32(a, b) })
    }
    #[inline(always)]
    fn sub(self, other: Self) -> Self {
        self.zip(other, |a, b| unsafe { vsubq_f32(a, b) })
    }
    #[inline(always)]
    fn mul(self, other: Self) -> Self {
        self.zip(other, |a, b| unsafe { vmulq_f32(a, b) })
    }
    #[inline(always)]
    fn mul_add(self, factor: Self, term: Self) -> Self {
        let half = |i: usize| unsafe { vfmaq_f32(term.0[i], self.0[i], factor.0[i]) };
        Self([half(0), half(1)])
    }
    #[inline(always)]
    fn max(self, other: Self) -> Self {
        // Not the instruction for maxima, which gives what is not a number.
        other.choose(self, other.greater(self))
    }
    #[inline(always)]
    fn and(self, mask: Self) -> Self {
        self.zip(mask, |a, b| unsafe {
            vreinterpretq_f32_u32(vandq_u32(vreinterpretq_u32_f32(a), vreinterpretq_u32_f32(b)))
        })
    }
    #[inline(always)]
    fn or(self, other: Self) -> Self {
        self.zip(other, |a, b| unsafe {
            vreinterpretq_f32_u32(vorrq_u32(vreinterpretq_u32_f32(a), vreinterpretq_u32_f32(b)))
        })
    }
    #[inline(always)]
    fn where_greater(self, a: Self, b: Self) -> Self {
        self.choose(Self::zero(), a.greater(b))
    }
    #[inline(always)]
    fn where_equal(self, a: Self, b: Self) -> Self {
        let equal = |i: usize| unsafe { vceqq_f32(a.0[i], b.0[i]) };
        self.choose(Self::zero(), [equal(0), equal(1)])
    }
    #[inline(always)]
    fn or_else(self, other: Self, a: Self, b: Self) -> Self {
        self.choose(other, a.greater(b))
    }
    #[inline(always)]
    fn sum(self) -> f32 {
        let mut lanes = [0.0; 4];
        unsafe { vst1q_f32(lanes.as_mut_ptr(), vaddq_f32(self.0[0], self.0[1])) };
        (lanes[0] + lanes[2]) + (lanes[1] + lanes[3])
    }
}
