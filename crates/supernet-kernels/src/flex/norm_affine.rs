//! [`NormAffineKernels`] for Flex: a unit is a channel of a ghost batch.

use burn::backend::{Flex, flex::FlexTensor};

use super::{
    Out, add_in_order, each, filled,
    norm::{Runs, SharedPtr, backward, forward},
    numbers, ordered, owned, sides,
};
use crate::norm_affine_relu::NormAffineKernels;

impl NormAffineKernels for Flex {
    fn forward(
        x: FlexTensor,
        scale: FlexTensor,
        shift: FlexTensor,
        groups: usize,
        eps: f32,
    ) -> (FlexTensor, FlexTensor) {
        let (x, scale, shift) = (ordered(x), ordered(scale), ordered(shift));
        let [rows, c, h, w] = sides(&x);
        let (size, plane) = (rows / groups, h * w);
        let (runs, ghost) = (Runs::channel(size, c, plane), size * c * plane);
        let (input, scale, shift) = (numbers(&x), numbers(&scale), numbers(&shift));
        let mut stats = vec![0.0; groups * c * 2];
        let stats_out = Out::new(&mut stats);
        let unit = |y: Out<'_>, unit: usize| {
            let (g, channel) = (unit / c, unit % c);
            let at = g * ghost + channel * plane;
            let affine = [scale[channel], shift[channel]];
            // SAFETY: the runs of a channel lie inside its ghost batch, in `x` and in `y`; a unit
            // writes its own.
            unsafe {
                let to = y.at(at, ghost - channel * plane);
                let [mean, rstd] = forward(input[at..].as_ptr(), to, runs, eps, true, affine);
                let stat = stats_out.at(2 * unit, 2);
                stat.write(mean);
                stat.add(1).write(rstd);
            }
        };
        // SAFETY: the units cover all channels of all ghost batches.
        let y = unsafe {
            filled([rows, c, h, w], |y| {
                each(groups * c, size * plane / 4, |u| unit(y, u));
            })
        };
        (y, super::tensor(stats, [groups, c, 2]))
    }

    fn backward(
        grad: FlexTensor,
        x: FlexTensor,
        scale: FlexTensor,
        shift: FlexTensor,
        stats: FlexTensor,
        groups: usize,
    ) -> [FlexTensor; 3] {
        let (x, scale, shift) = (ordered(x), ordered(scale), ordered(shift));
        let [rows, c, h, w] = sides(&x);
        let (size, plane) = (rows / groups, h * w);
        let (runs, ghost) = (Runs::channel(size, c, plane), size * c * plane);
        let (input, stats) = (numbers(&x), numbers(&stats));
        let (scale, shift) = (numbers(&scale), numbers(&shift));
        // For each ghost batch the gradients of the scales, then those of the shifts.
        let mut parts = vec![0.0; groups * 2 * c];
        let parts_out = Out::new(&mut parts);
        // The gradient has the shape of `dx`: written in place.
        let mut grad = owned(grad);
        let dx = Out::new(grad.storage_mut());
        let from = SharedPtr(dx.at(0, 0));
        each(groups * c, size * plane / 3, |unit| {
            let (g, channel) = (unit / c, unit % c);
            let at = g * ghost + channel * plane;
            // SAFETY: the runs of a channel lie inside its ghost batch, in all three; a unit writes
            // its own.
            unsafe {
                let [dscale, dshift] = backward(
                    from.get().add(at),
                    input[at..].as_ptr(),
                    dx.at(at, ghost - channel * plane),
                    runs,
                    [stats[2 * unit], stats[2 * unit + 1]],
                    true,
                    [scale[channel], shift[channel]],
                    false,
                );
                parts_out.at(g * 2 * c + channel, 1).write(dscale);
                parts_out.at(g * 2 * c + c + channel, 1).write(dshift);
            }
        });
        let mut dscale = add_in_order(&parts, 2 * c);
        let dshift = dscale.split_off(c);
        [grad, super::tensor(dscale, [c]), super::tensor(dshift, [c])]
    }
}
