//! Vectors of x86-64.

// SAFETY of every block below: the types are only named in functions compiled for their
// instructions (see `simd_fn!`), and what a pointer must be valid for is the caller's to see to.
use super::vector::Vector;
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
    /// Pairs of vectors are folded into one four times, each half as long: forty-five instructions
    /// for sixteen sums.
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
            let all =
                _mm512_add_ps(_mm512_shuffle_f32x4::<0b10_00_10_00>(a, b), _mm512_shuffle_f32x4::<0b11_01_11_01>(a, b));
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
