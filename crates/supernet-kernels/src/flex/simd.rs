//! Vectors of `f32` whose width is chosen when the program runs.
//!
//! A kernel is written once over `Vector` with `simd_fn!`, which compiles it for AVX-512 and AVX2 with FMA (x86-64), for NEON (AArch64), and
//! for the baseline of the target, and calls the widest that the machine has.

use std::sync::atomic::{AtomicU8, Ordering};

/// A vector of `LANES` numbers.
///
/// The methods of the x86 types must only run in functions compiled for their instructions, which [`simd_fn!`] sees to; pointers
/// must be valid for `LANES` (or `n`) numbers and need no alignment.
pub(crate) trait Vector: Copy {
    /// Numbers in a vector.
    const LANES: usize;
    /// True if the machine has 32 registers of this width, not 16.
    const WIDE_FILE: bool;
    /// Which lanes a masked load reads.
    type Mask: Copy;

    /// The lanes whose numbers in the pattern have a bit set.
    unsafe fn mask(pattern: *const f32) -> Self::Mask;
    /// The lanes of the mask, the others zero; all must be readable.
    unsafe fn load_where(from: *const f32, mask: Self::Mask) -> Self;
    fn splat(value: f32) -> Self;
    unsafe fn load(from: *const f32) -> Self;
    unsafe fn store(self, to: *mut f32);
    /// The first `n` lanes, the others zero.
    unsafe fn load_part(from: *const f32, n: usize) -> Self;
    unsafe fn store_part(self, to: *mut f32, n: usize);
    fn add(self, other: Self) -> Self;
    fn sub(self, other: Self) -> Self;
    fn mul(self, other: Self) -> Self;
    /// `self * factor + term`.
    fn mul_add(self, factor: Self, term: Self) -> Self;
    /// The greater; `self` where either is not a number.
    fn max(self, other: Self) -> Self;
    /// Bitwise and.
    fn and(self, mask: Self) -> Self;
    /// Bitwise or.
    fn or(self, other: Self) -> Self;
    /// `self` where `a > b`, zero elsewhere.
    fn where_greater(self, a: Self, b: Self) -> Self;
    /// `self` where `a == b`, zero elsewhere.
    fn where_equal(self, a: Self, b: Self) -> Self;
    /// `self` where `a > b`, `other` elsewhere.
    fn or_else(self, other: Self, a: Self, b: Self) -> Self;
    /// Sum of the lanes, in a fixed order.
    fn sum(self) -> f32;
    /// Sums of the lanes of sixteen vectors, in a fixed order.
    #[inline(always)]
    fn sums(vectors: &[Self; 16]) -> [f32; 16] {
        let mut sums = [0.0; 16];
        for (sum, vector) in sums.iter_mut().zip(vectors) {
            *sum = vector.sum();
        }
        sums
    }

    fn zero() -> Self {
        Self::splat(0.0)
    }
}

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

#[cfg(target_arch = "aarch64")]
pub(crate) use arm::Neon;

#[cfg(target_arch = "aarch64")]
mod arm {
    // SAFETY of every block below: as for the x86 types.
    use super::Vector;
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
}

#[cfg(target_arch = "x86_64")]
pub(crate) use x86::{Avx2, Avx512};

#[cfg(target_arch = "x86_64")]
mod x86 {
    // SAFETY of every block below: the types are only named in functions compiled for their instructions (see `simd_fn!`), and
    // what a pointer must be valid for is the caller's to see to.
    use super::Vector;
    use std::arch::x86_64::*;

    /// Eight numbers, AVX2 and FMA.
    #[derive(Clone, Copy)]
    pub(crate) struct Avx2(__m256);

    /// Mask of the first `n` of eight lanes.
    #[inline(always)]
    unsafe fn first(n: usize) -> __m256i {
        const TABLE: [i32; 16] = [-1, -1, -1, -1, -1, -1, -1, -1, 0, 0, 0, 0, 0, 0, 0, 0];
        unsafe { _mm256_loadu_si256(TABLE.as_ptr().add(8 - n).cast()) }
    }

    impl Vector for Avx2 {
        const LANES: usize = 8;
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
            Self(unsafe { _mm256_set1_ps(value) })
        }
        #[inline(always)]
        unsafe fn load(from: *const f32) -> Self {
            Self(unsafe { _mm256_loadu_ps(from) })
        }
        #[inline(always)]
        unsafe fn store(self, to: *mut f32) {
            unsafe { _mm256_storeu_ps(to, self.0) }
        }
        #[inline(always)]
        unsafe fn load_part(from: *const f32, n: usize) -> Self {
            Self(unsafe { _mm256_maskload_ps(from, first(n)) })
        }
        #[inline(always)]
        unsafe fn store_part(self, to: *mut f32, n: usize) {
            unsafe { _mm256_maskstore_ps(to, first(n), self.0) }
        }
        #[inline(always)]
        fn add(self, other: Self) -> Self {
            Self(unsafe { _mm256_add_ps(self.0, other.0) })
        }
        #[inline(always)]
        fn sub(self, other: Self) -> Self {
            Self(unsafe { _mm256_sub_ps(self.0, other.0) })
        }
        #[inline(always)]
        fn mul(self, other: Self) -> Self {
            Self(unsafe { _mm256_mul_ps(self.0, other.0) })
        }
        #[inline(always)]
        fn mul_add(self, factor: Self, term: Self) -> Self {
            Self(unsafe { _mm256_fmadd_ps(self.0, factor.0, term.0) })
        }
        #[inline(always)]
        fn max(self, other: Self) -> Self {
            Self(unsafe { _mm256_max_ps(other.0, self.0) })
        }
        #[inline(always)]
        fn and(self, mask: Self) -> Self {
            Self(unsafe { _mm256_and_ps(self.0, mask.0) })
        }
        #[inline(always)]
        fn or(self, other: Self) -> Self {
            Self(unsafe { _mm256_or_ps(self.0, other.0) })
        }
        #[inline(always)]
        fn where_greater(self, a: Self, b: Self) -> Self {
            Self(unsafe { _mm256_and_ps(self.0, _mm256_cmp_ps::<_CMP_GT_OQ>(a.0, b.0)) })
        }
        #[inline(always)]
        fn where_equal(self, a: Self, b: Self) -> Self {
            Self(unsafe { _mm256_and_ps(self.0, _mm256_cmp_ps::<_CMP_EQ_OQ>(a.0, b.0)) })
        }
        #[inline(always)]
        fn or_else(self, other: Self, a: Self, b: Self) -> Self {
            Self(unsafe { _mm256_blendv_ps(other.0, self.0, _mm256_cmp_ps::<_CMP_GT_OQ>(a.0, b.0)) })
        }
        #[inline(always)]
        fn sum(self) -> f32 {
            unsafe {
                let v = _mm_add_ps(_mm256_castps256_ps128(self.0), _mm256_extractf128_ps::<1>(self.0));
                let v = _mm_add_ps(v, _mm_movehl_ps(v, v));
                _mm_cvtss_f32(_mm_add_ss(v, _mm_shuffle_ps::<1>(v, v)))
            }
        }
    }

    /// Sixteen numbers, AVX-512.
    #[derive(Clone, Copy)]
    pub(crate) struct Avx512(__m512);

    /// Mask of the first `n` of sixteen lanes.
    #[inline(always)]
    fn mask(n: usize) -> __mmask16 {
        ((1u32 << n) - 1) as __mmask16
    }

    impl Vector for Avx512 {
        const LANES: usize = 16;
        const WIDE_FILE: bool = true;
        type Mask = __mmask16;

        #[inline(always)]
        unsafe fn mask(pattern: *const f32) -> __mmask16 {
            unsafe { _mm512_movepi32_mask(_mm512_loadu_si512(pattern.cast())) }
        }
        #[inline(always)]
        unsafe fn load_where(from: *const f32, mask: __mmask16) -> Self {
            Self(unsafe { _mm512_maskz_loadu_ps(mask, from) })
        }
        #[inline(always)]
        fn splat(value: f32) -> Self {
            Self(unsafe { _mm512_set1_ps(value) })
        }
        #[inline(always)]
        unsafe fn load(from: *const f32) -> Self {
            Self(unsafe { _mm512_loadu_ps(from) })
        }
        #[inline(always)]
        unsafe fn store(self, to: *mut f32) {
            unsafe { _mm512_storeu_ps(to, self.0) }
        }
        #[inline(always)]
        unsafe fn load_part(from: *const f32, n: usize) -> Self {
            Self(unsafe { _mm512_maskz_loadu_ps(mask(n), from) })
        }
        #[inline(always)]
        unsafe fn store_part(self, to: *mut f32, n: usize) {
            unsafe { _mm512_mask_storeu_ps(to, mask(n), self.0) }
        }
        #[inline(always)]
        fn add(self, other: Self) -> Self {
            Self(unsafe { _mm512_add_ps(self.0, other.0) })
        }
        #[inline(always)]
        fn sub(self, other: Self) -> Self {
            Self(unsafe { _mm512_sub_ps(self.0, other.0) })
        }
        #[inline(always)]
        fn mul(self, other: Self) -> Self {
            Self(unsafe { _mm512_mul_ps(self.0, other.0) })
        }
        #[inline(always)]
        fn mul_add(self, factor: Self, term: Self) -> Self {
            Self(unsafe { _mm512_fmadd_ps(self.0, factor.0, term.0) })
        }
        #[inline(always)]
        fn max(self, other: Self) -> Self {
            Self(unsafe { _mm512_max_ps(other.0, self.0) })
        }
        #[inline(always)]
        fn and(self, mask: Self) -> Self {
            Self(unsafe { _mm512_and_ps(self.0, mask.0) })
        }
        #[inline(always)]
        fn or(self, other: Self) -> Self {
            Self(unsafe { _mm512_or_ps(self.0, other.0) })
        }
        #[inline(always)]
        fn where_greater(self, a: Self, b: Self) -> Self {
            Self(unsafe { _mm512_maskz_mov_ps(_mm512_cmp_ps_mask::<_CMP_GT_OQ>(a.0, b.0), self.0) })
        }
        #[inline(always)]
        fn where_equal(self, a: Self, b: Self) -> Self {
            Self(unsafe { _mm512_maskz_mov_ps(_mm512_cmp_ps_mask::<_CMP_EQ_OQ>(a.0, b.0), self.0) })
        }
        #[inline(always)]
        fn or_else(self, other: Self, a: Self, b: Self) -> Self {
            Self(unsafe { _mm512_mask_mov_ps(other.0, _mm512_cmp_ps_mask::<_CMP_GT_OQ>(a.0, b.0), self.0) })
        }
        /// Pairs of vectors are folded into one four times, each half as long: forty-five instructions for sixteen sums.
        #[inline(always)]
        fn sums(vectors: &[Self; 16]) -> [f32; 16] {
            unsafe {
                // In each quarter of a vector: a + a', b + b', ...
                let mut pairs = [Self::zero().0; 8];
                for (i, pair) in pairs.iter_mut().enumerate() {
                    let (a, b) = (vectors[2 * i].0, vectors[2 * i + 1].0);
                    *pair = _mm512_add_ps(_mm512_unpacklo_ps(a, b), _mm512_unpackhi_ps(a, b));
                }
                // In each quarter: one number of each of four vectors.
                let mut fours = [Self::zero().0; 4];
                for (i, four) in fours.iter_mut().enumerate() {
                    let a = _mm512_castps_pd(pairs[2 * i]);
                    let b = _mm512_castps_pd(pairs[2 * i + 1]);
                    *four = _mm512_add_ps(
                        _mm512_castpd_ps(_mm512_unpacklo_pd(a, b)),
                        _mm512_castpd_ps(_mm512_unpackhi_pd(a, b)),
                    );
                }
                // Quarters are added: two of each of eight vectors, then one of each of sixteen.
                let mut eights = [Self::zero().0; 2];
                for (i, eight) in eights.iter_mut().enumerate() {
                    let (a, b) = (fours[2 * i], fours[2 * i + 1]);
                    *eight = _mm512_add_ps(
                        _mm512_shuffle_f32x4::<0b10_00_10_00>(a, b),
                        _mm512_shuffle_f32x4::<0b11_01_11_01>(a, b),
                    );
                }
                let [a, b] = eights;
                let all = _mm512_add_ps(
                    _mm512_shuffle_f32x4::<0b10_00_10_00>(a, b),
                    _mm512_shuffle_f32x4::<0b11_01_11_01>(a, b),
                );
                let mut sums = [0.0; 16];
                _mm512_storeu_ps(sums.as_mut_ptr(), all);
                sums
            }
        }
        #[inline(always)]
        fn sum(self) -> f32 {
            unsafe { Avx2(_mm256_add_ps(_mm512_castps512_ps256(self.0), _mm512_extractf32x8_ps::<1>(self.0))).sum() }
        }
    }
}

/// Instruction sets with kernels of their own, narrowest first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
#[repr(u8)]
pub enum Level {
    /// The baseline of the target.
    Portable = 1,
    /// NEON (AArch64).
    Neon = 2,
    /// AVX2 and FMA (x86-64).
    Avx2 = 3,
    /// AVX-512 F, VL, BW and DQ (x86-64).
    Avx512 = 4,
}

static LEVEL: AtomicU8 = AtomicU8::new(0);

/// The widest instruction set that the machine has, unless `limit` says less.
#[inline]
pub(crate) fn level() -> Level {
    match LEVEL.load(Ordering::Relaxed) {
        1 => Level::Portable,
        2 => Level::Neon,
        3 => Level::Avx2,
        4 => Level::Avx512,
        _ => limit(Level::Avx512),
    }
}

/// Uses no instruction set wider than `level`, in the whole process: for tests and measurements. Returns what is used.
pub fn limit(level: Level) -> Level {
    let found = available().filter(|&found| found <= level).max().unwrap_or(Level::Portable);
    LEVEL.store(found as u8, Ordering::Relaxed);
    found
}

/// What the machine has besides the baseline.
#[cfg(target_arch = "x86_64")]
fn available() -> impl Iterator<Item = Level> {
    let avx2 = is_x86_feature_detected!("avx2") && is_x86_feature_detected!("fma");
    let avx512 = avx2
        && is_x86_feature_detected!("avx512f")
        && is_x86_feature_detected!("avx512vl")
        && is_x86_feature_detected!("avx512bw")
        && is_x86_feature_detected!("avx512dq");
    avx2.then_some(Level::Avx2).into_iter().chain(avx512.then_some(Level::Avx512))
}

/// What the machine has besides the baseline.
#[cfg(target_arch = "aarch64")]
fn available() -> impl Iterator<Item = Level> {
    std::arch::is_aarch64_feature_detected!("neon").then_some(Level::Neon).into_iter()
}

/// What the machine has besides the baseline.
#[cfg(not(any(target_arch = "x86_64", target_arch = "aarch64")))]
fn available() -> impl Iterator<Item = Level> {
    std::iter::empty()
}

/// Defines a function over a [`Vector`] type `V`, and the call that chooses `V` by the machine.
macro_rules! simd_fn {
    (
        $(#[$meta:meta])*
        $vis:vis unsafe fn $name:ident<V $(, const $C:ident: $CT:ty)*>($($arg:ident: $ty:ty),* $(,)?) $(-> $ret:ty)?
        $body:block
    ) => {
        $(#[$meta])*
        #[allow(clippy::too_many_arguments)]
        $vis unsafe fn $name<$(const $C: $CT),*>($($arg: $ty),*) $(-> $ret)? {
            #[inline(always)]
            #[allow(clippy::too_many_arguments)]
            unsafe fn body<V: $crate::flex::simd::Vector, $(const $C: $CT),*>($($arg: $ty),*) $(-> $ret)? {
                // SAFETY: the caller's, as the name's documentation says.
                unsafe { $body }
            }

            #[cfg(target_arch = "x86_64")]
            #[target_feature(enable = "avx512f,avx512vl,avx512bw,avx512dq,avx2,fma")]
            #[allow(clippy::too_many_arguments)]
            unsafe fn avx512<$(const $C: $CT),*>($($arg: $ty),*) $(-> $ret)? {
                // SAFETY: as above; this function is compiled for the instructions of the type.
                unsafe { body::<$crate::flex::simd::Avx512, $($C),*>($($arg),*) }
            }

            #[cfg(target_arch = "x86_64")]
            #[target_feature(enable = "avx2,fma")]
            #[allow(clippy::too_many_arguments)]
            unsafe fn avx2<$(const $C: $CT),*>($($arg: $ty),*) $(-> $ret)? {
                // SAFETY: as above; this function is compiled for the instructions of the type.
                unsafe { body::<$crate::flex::simd::Avx2, $($C),*>($($arg),*) }
            }

            #[cfg(target_arch = "aarch64")]
            #[target_feature(enable = "neon")]
            #[allow(clippy::too_many_arguments)]
            unsafe fn neon<$(const $C: $CT),*>($($arg: $ty),*) $(-> $ret)? {
                // SAFETY: as above; this function is compiled for the instructions of the type.
                unsafe { body::<$crate::flex::simd::Neon, $($C),*>($($arg),*) }
            }

            // SAFETY: the machine has the instructions, as `level` found out; the rest is the caller's.
            unsafe {
                match $crate::flex::simd::level() {
                    #[cfg(target_arch = "x86_64")]
                    $crate::flex::simd::Level::Avx512 => avx512::<$($C),*>($($arg),*),
                    #[cfg(target_arch = "x86_64")]
                    $crate::flex::simd::Level::Avx2 => avx2::<$($C),*>($($arg),*),
                    #[cfg(target_arch = "aarch64")]
                    $crate::flex::simd::Level::Neon => neon::<$($C),*>($($arg),*),
                    _ => body::<$crate::flex::simd::Portable, $($C),*>($($arg),*),
                }
            }
        }
    };
}
pub(crate) use simd_fn;
