//! [`ChannelsKernels`] for Flex: a unit is an image.

use burn::backend::{Flex, flex::FlexTensor};

use super::{add_on::add, each, gradient, jobs_of_input, numbers, ordered, owned, sides};
use crate::{channels_add::ChannelsKernels, ghosts::Lists};

impl ChannelsKernels for Flex {
    fn forward_add(acc: FlexTensor, x: FlexTensor, first: usize, groups: usize, lists: &Lists) -> FlexTensor {
        let x = ordered(x);
        let mut acc = owned(acc);
        let ([rows, all, h, w], [_, c, ..]) = (sides(&acc), sides(&x));
        let (size, plane) = (rows / groups, h * w);
        let (image, from) = (c * plane, numbers(&x));
        let y = super::Out::new(acc.storage_mut());
        each(lists.write.len() * size, image / 8, |unit| {
            let of = |list: &[u32]| list[unit / size] as usize * size + unit % size;
            let x = &from[of(&lists.read) * image..][..image];
            // SAFETY: a unit writes channels of an image of its own.
            unsafe { add(y.at((of(&lists.write) * all + first) * plane, image), x.as_ptr(), image) };
        });
        acc
    }

    fn backward(
        grad: FlexTensor,
        shape: [usize; 4],
        first: usize,
        size: usize,
        lists: &Lists,
        into: Option<FlexTensor>,
    ) -> FlexTensor {
        let grad = ordered(grad);
        let ([_, all, h, w], [rows, c, ..]) = (sides(&grad), shape);
        let (groups, plane) = (rows / size, h * w);
        let (image, from) = (c * plane, numbers(&grad));
        let (jobs, listed) = jobs_of_input(groups, lists);
        // SAFETY: the units write the images of the ghost batches that are read.
        unsafe {
            gradient(shape, groups, &listed, into, |dx, to_sum| {
                each(jobs.len() * size, image / 8, |unit| {
                    let (job, place) = (&jobs[unit / size], unit % size);
                    let to = dx.at((job.to * size + place) * image, image);
                    for (n, &write) in job.from.iter().enumerate() {
                        let from = from[((write * size + place) * all + first) * plane..][..image].as_ptr();
                        if n > 0 || to_sum {
                            add(to, from, image);
                        } else {
                            to.copy_from_nonoverlapping(from, image);
                        }
                    }
                });
            })
        }
    }
}
