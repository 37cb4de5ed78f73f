//! [`AddKernels`] for Flex: a unit is a ghost batch.

use burn::backend::{Flex, flex::FlexTensor};

use super::{Job, Out, each, gradient, jobs_of_input, numbers, ordered, owned, sides, simd::simd_fn};
use crate::{add_on::AddKernels, ghosts::Lists};

impl AddKernels for Flex {
    fn forward_add(acc: FlexTensor, x: FlexTensor, groups: usize, lists: &Lists) -> FlexTensor {
        let x = ordered(x);
        let mut acc = owned(acc);
        let from = numbers(&x);
        let y: &mut [f32] = acc.storage_mut();
        let ghost = y.len() / groups;
        let y = Out::new(y);
        each(lists.write.len(), ghost / 8, |i| {
            let (read, write) = (lists.read[i] as usize, lists.write[i] as usize);
            let x = &from[read * ghost..(read + 1) * ghost];
            // SAFETY: both are a ghost batch long; a unit writes its own.
            unsafe { add(y.at(write * ghost, ghost), x.as_ptr(), ghost) };
        });
        acc
    }

    fn backward(
        grad: FlexTensor,
        size: usize,
        groups_of_x: usize,
        lists: &Lists,
        into: Option<FlexTensor>,
    ) -> FlexTensor {
        let [rows, c, h, w] = sides(&grad);
        let (jobs, listed) = jobs_of_input(groups_of_x, lists);
        let as_it_is = |job: &Job| job.from == [job.to];
        let same = rows == groups_of_x * size && jobs.len() == groups_of_x;
        if same && into.is_none() && jobs.iter().all(as_it_is) {
            return grad;
        }
        let grad = ordered(grad);
        let from = numbers(&grad);
        let (ghost, shape) = (size * c * h * w, [groups_of_x * size, c, h, w]);
        // SAFETY: the units write the ghost batches that are read.
        unsafe {
            gradient(shape, groups_of_x, &listed, into, |dx, to_sum| {
                each(jobs.len(), ghost / 8, |i| {
                    let to = dx.at(jobs[i].to * ghost, ghost);
                    for (n, &g) in jobs[i].from.iter().enumerate() {
                        let from = from[g * ghost..(g + 1) * ghost].as_ptr();
                        if n > 0 || to_sum {
                            add(to, from, ghost);
                        } else {
                            to.copy_from_nonoverlapping(from, ghost);
                        }
                    }
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
