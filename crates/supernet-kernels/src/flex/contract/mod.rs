//! [`ContractKernels`] for Flex: 1x1 and dense convolutions, blocked over output channels and pixels.
//!
//! A convolution is a sum over *terms*: an input channel looked at through a tap. Eight output channels by two vectors of pixels are
//! summed at once in registers; each term costs two loads and sixteen multiply-adds. Where the kernel is more than 1x1, the planes
//! of an image are first copied into scratch with rows of zeros above and below, and columns that do not exist are masked.
//! The input's gradient is the same sum with the weights turned and transposed; a weight's gradient is a product of planes.

mod images;
mod products;
mod sides;
mod sums;

use burn::backend::{Flex, flex::FlexTensor};

use super::{Job, Out, filled, gradient, jobs_of_input, numbers, ordered, owned, sides};
use crate::{contract::ContractKernels, ghosts::Lists};
use products::weight_gradient;
use sides::{ROWS, Sides};
use sums::contract;

impl ContractKernels for Flex {
    fn forward(x: FlexTensor, weight: FlexTensor, groups: usize, on: &[u32]) -> FlexTensor {
        let (x, weight) = (ordered(x), ordered(weight));
        let (sides_of, size) = contraction(&x, &weight, groups);
        let packed = pack(numbers(&weight), sides_of, false);
        let jobs: Vec<Job> = (0..on.len()).map(|i| Job { to: i, from: vec![on[i] as usize] }).collect();
        // SAFETY: the jobs cover every ghost batch of the result.
        unsafe {
            filled([on.len() * size, sides_of.c_out, sides_of.h, sides_of.w], |y| {
                contract(numbers(&x), &packed, y, sides_of, size, &jobs, false);
            })
        }
    }

    fn forward_add(acc: FlexTensor, x: FlexTensor, weight: FlexTensor, groups: usize, lists: &Lists) -> FlexTensor {
        let (x, weight) = (ordered(x), ordered(weight));
        let mut acc = owned(acc);
        let size = sides(&acc)[0] / groups;
        let (sides_of, _) = contraction(&x, &weight, 1);
        let packed = pack(numbers(&weight), sides_of, false);
        let jobs: Vec<Job> = lists
            .read
            .iter()
            .zip(&lists.write)
            .map(|(&from, &to)| Job { to: to as usize, from: vec![from as usize] })
            .collect();
        let y = Out::new(acc.storage_mut());
        contract(numbers(&x), &packed, y, sides_of, size, &jobs, true);
        acc
    }

    fn backward_input(
        grad: FlexTensor,
        weight: FlexTensor,
        size: usize,
        groups_of_x: usize,
        lists: &Lists,
        into: Option<FlexTensor>,
    ) -> FlexTensor {
        let (grad, weight) = (ordered(grad), ordered(weight));
        let [c_out, c_in, kh, kw] = sides(&weight);
        let [_, _, h, w] = sides(&grad);
        let sides_of = Sides { c_in, c_out, kh, kw, h, w }.transposed();
        let packed = pack(numbers(&weight), sides_of, true);
        let (jobs, listed) = jobs_of_input(groups_of_x, lists);
        let shape = [groups_of_x * size, c_in, h, w];
        // SAFETY: the jobs write the ghost batches that are read.
        unsafe {
            gradient(shape, groups_of_x, &listed, into, |dx, add| {
                contract(numbers(&grad), &packed, dx, sides_of, size, &jobs, add);
            })
        }
    }

    fn backward_weight(grad: FlexTensor, x: FlexTensor, weight: [usize; 4], size: usize, lists: &Lists) -> FlexTensor {
        let (grad, x) = (ordered(grad), ordered(x));
        let [c_out, c_in, kh, kw] = weight;
        let [_, _, h, w] = sides(&x);
        let sides_of = Sides { c_in, c_out, kh, kw, h, w };
        let dw = weight_gradient(numbers(&grad), numbers(&x), sides_of, size, lists);
        super::tensor(dw, weight)
    }
}

fn contraction(x: &FlexTensor, weight: &FlexTensor, groups: usize) -> (Sides, usize) {
    let [rows, _, h, w] = sides(x);
    let [c_out, c_in, kh, kw] = sides(weight);
    (Sides { c_in, c_out, kh, kw, h, w }, rows / groups)
}

/// The weights in the order of the sum, `[block of output channels][column][input channel][row][output channel of the block]`, zero
/// where the last block has no channel. `turned`: those of the input's gradient, from the weights of the forward contraction.
fn pack(weight: &[f32], s: Sides, turned: bool) -> Vec<f32> {
    let mut packed = Vec::with_capacity(s.c_out.next_multiple_of(ROWS) * s.terms());
    for block in (0..s.c_out).step_by(ROWS) {
        for v in 0..s.kw {
            for c in 0..s.c_in {
                for u in 0..s.kh {
                    for o in block..block + ROWS {
                        packed.push(if o >= s.c_out {
                            0.0
                        } else if turned {
                            // The forward contraction has `s.c_in` output channels.
                            weight[((c * s.c_out + o) * s.kh + s.kh - 1 - u) * s.kw + s.kw - 1 - v]
                        } else {
                            weight[((o * s.c_in + c) * s.kh + u) * s.kw + v]
                        });
                    }
                }
            }
        }
    }
    packed
}
