//! [`AddKernels`] for Flex: a unit is a ghost batch.

use burn::backend::{Flex, flex::FlexTensor};

use super::{Out, each, filled, numbers, ordered, owned, sides, simd::simd_fn, zero_others};
use crate::add_on::AddKernels;

impl AddKernels for Flex {
    fn forward_add(acc: FlexTensor, x: FlexTensor, groups: usize, on: &[u32]) -> FlexTensor {
        let x = ordered(x);
        let mut acc = owned(acc);
        let from = numbers(&x);
        let ghost = from.len() / groups;
        let y = Out::new(acc.storage_mut());
        each(on.len(), ghost / 8, |i| {
            let at = on[i] as usize * ghost;
            let x = &from[at..at + ghost];
            // SAFETY: both are a ghost batch long; a unit writes its own.
            unsafe { add(y.at(at, ghost), x.as_ptr(), ghost) };
        });
        acc
    }

    fn backward(grad: FlexTensor, groups: usize, on: &[u32]) -> FlexTensor {
        if on.len() == groups {
            return grad;
        }
        let grad = ordered(grad);
        let from = numbers(&grad);
        let ghost = from.len() / groups;
        // SAFETY: the units write the listed ghost batches, and the others are set to zero.
        unsafe {
            filled(sides(&grad), |dx| {
                zero_others(dx, ghost, groups, on);
                each(on.len(), ghost / 8, |i| {
                    let at = on[i] as usize * ghost;
                    dx.at(at, ghost)
                        .copy_from_nonoverlapping(from[at..at + ghost].as_ptr(), ghost);
                });
            })
        }
    }
}

simd_fn! {
    /// `y += x`.
    ///
    /// # Safety
    /// Both have `len` numbers.
    pub(super) unsafe fn add<V>(y: *mut f32, x: *const f32, len: usize) {
        let mut i = 0;
        while i + V::LANES <= len {
            V::load(y.add(i)).add(V::load(x.add(i))).store(y.add(i));
            i += V::LANES;
        }
        while i < len {
            *y.add(i) += *x.add(i);
            i += 1;
        }
    }
}
