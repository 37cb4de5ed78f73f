//! What a kernel needs of a vector of `f32`.

/// A vector of `LANES` numbers.
///
/// The methods of the x86 types must only run in functions compiled for their instructions, which
/// `simd_fn!` sees to; pointers must be valid for `LANES` (or `n`) numbers and need no alignment.
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
