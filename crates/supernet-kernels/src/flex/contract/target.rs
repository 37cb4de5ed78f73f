//! Where a contraction writes.

use crate::flex::{
    planes::{load, put},
    simd::Vector,
};

/// Where a unit writes: the numbers of its images, and those of the mask.
#[derive(Clone, Copy)]
pub(super) struct Target {
    pub(super) y: *mut f32,
    /// Null where there is no mask.
    pub(super) mask: *const f32,
    pub(super) add: bool,
}

impl Target {
    /// The target `numbers` further on.
    #[inline(always)]
    pub(super) fn after(self, numbers: usize) -> Self {
        let mask = if self.mask.is_null() { self.mask } else { self.mask.wrapping_add(numbers) };
        Self { y: self.y.wrapping_add(numbers), mask, ..self }
    }

    /// Stores `lanes` numbers.
    #[inline(always)]
    pub(super) unsafe fn put<V: Vector>(self, v: V, lanes: usize) {
        // SAFETY: the caller's.
        unsafe {
            let v = if self.mask.is_null() { v } else { v.where_greater(load(self.mask, lanes), V::zero()) };
            put(v, self.y, lanes, self.add);
        }
    }
}
