//! [`AddRowsKernels`] for Flex: a unit is a ghost batch.

use burn::backend::{Flex, flex::FlexTensor};

use super::{Out, add_on::add, each, filled, numbers, ordered, owned, sides};
use crate::add_rows::AddRowsKernels;

impl AddRowsKernels for Flex {
    fn forward(acc: FlexTensor, y: FlexTensor, groups: usize, write: &[u32]) -> FlexTensor {
        let y = ordered(y);
        let mut acc = owned(acc);
        let from = numbers(&y);
        let ghost = from.len() / write.len();
        debug_assert_eq!(numbers(&acc).len(), groups * ghost);
        let to = Out::new(acc.storage_mut());
        each(write.len(), ghost / 8, |i| {
            let y = &from[i * ghost..(i + 1) * ghost];
            // SAFETY: both are a ghost batch long; a unit writes its own.
            unsafe { add(to.at(write[i] as usize * ghost, ghost), y.as_ptr(), ghost) };
        });
        acc
    }

    fn backward(grad: FlexTensor, groups: usize, write: &[u32]) -> FlexTensor {
        if write.len() == groups {
            return grad;
        }
        let grad = ordered(grad);
        let from = numbers(&grad);
        let [rows, c, h, w] = sides(&grad);
        let ghost = from.len() / groups;
        // SAFETY: the units write every listed ghost batch, which is all there is.
        unsafe {
            filled([rows / groups * write.len(), c, h, w], |dy| {
                each(write.len(), ghost / 8, |i| {
                    let at = write[i] as usize * ghost;
                    dy.at(i * ghost, ghost).copy_from_nonoverlapping(from[at..at + ghost].as_ptr(), ghost);
                });
            })
        }
    }
}
