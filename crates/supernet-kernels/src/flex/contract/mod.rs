//! [`ContractKernels`] for Flex: 1x1 and dense convolutions, blocked over output channels and
//! pixels.
//!
//! A convolution is a sum over *terms*: an input channel looked at through a tap. Eight output
//! channels by two vectors of pixels are summed at once in registers; each term costs two loads and
//! sixteen multiply-adds. Where the kernel is more than 1x1, the planes of an image are first
//! copied into scratch with rows of zeros above and below, and columns that do not exist are
//! masked. The input's gradient is the same sum with the weights turned and transposed; a weight's
//! gradient is a product of planes. A kernel of three rows takes half of the multiplications
//! ([`winograd`]).

mod images;
mod products;
mod sides;
mod sums;
mod target;
mod winograd;

use burn::backend::{Flex, flex::FlexTensor};

use super::{Job, Out, each, filled, gradient, jobs_of_input, numbers, ordered, owned, sides};
use crate::{contract::ContractKernels, ghosts::Lists};
use products::weight_gradient;
use sides::{ROWS, Sides};
use sums::{Way, contract};
use winograd::{kernel_mixes, mixed};

impl ContractKernels for Flex {
    fn forward(x: FlexTensor, weight: FlexTensor, relu: bool, groups: usize, on: &[u32]) -> FlexTensor {
        let (x, weight) = (ordered(x), ordered(weight));
        let (sides_of, size) = contraction(&x, &weight, groups);
        let packed = pack(numbers(&weight), sides_of, false);
        let jobs: Vec<Job> = (0..on.len()).map(|i| Job { to: i, from: vec![on[i] as usize] }).collect();
        // SAFETY: the jobs cover every ghost batch of the result.
        unsafe {
            filled([on.len() * size, sides_of.c_out, sides_of.h, sides_of.w], |y| {
                contract(numbers(&x), &packed, y, sides_of, size, &jobs, Way { relu, ..Way::default() });
            })
        }
    }

    fn forward_add(
        acc: FlexTensor,
        x: FlexTensor,
        weight: FlexTensor,
        relu: bool,
        groups: usize,
        lists: &Lists,
    ) -> FlexTensor {
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
        contract(numbers(&x), &packed, y, sides_of, size, &jobs, Way { add: true, relu, mask: None });
        acc
    }

    fn backward_input(
        grad: FlexTensor,
        rectified: Option<FlexTensor>,
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
        let rectified = rectified.map(ordered);
        let mask = rectified.as_ref().map(numbers);
        let (jobs, listed) = jobs_of_input(groups_of_x, lists);
        let shape = [groups_of_x * size, c_in, h, w];
        // SAFETY: the jobs write the ghost batches that are read.
        unsafe {
            gradient(shape, groups_of_x, &listed, into, |dx, add| {
                contract(numbers(&grad), &packed, dx, sides_of, size, &jobs, Way { add, relu: false, mask });
            })
        }
    }

    fn backward_weight(
        grad: FlexTensor,
        x: FlexTensor,
        relu: bool,
        weight: [usize; 4],
        size: usize,
        lists: &Lists,
    ) -> FlexTensor {
        let (grad, x) = (ordered(grad), ordered(x));
        let [c_out, c_in, kh, kw] = weight;
        let [_, _, h, w] = sides(&x);
        let sides_of = Sides { c_in, c_out, kh, kw, h, w };
        let dw = weight_gradient(numbers(&grad), numbers(&x), relu, sides_of, size, lists);
        super::tensor(dw, weight)
    }
}

fn contraction(x: &FlexTensor, weight: &FlexTensor, groups: usize) -> (Sides, usize) {
    let [rows, _, h, w] = sides(x);
    let [c_out, c_in, kh, kw] = sides(weight);
    (Sides { c_in, c_out, kh, kw, h, w }, rows / groups)
}

/// The weights in the order of the sum, `[block of output channels][column][input
/// channel][row][output channel of the block]`, zero where the last block has no channel. `turned`:
/// those of the input's gradient, from the weights of the forward contraction. Where rows are
/// mixed, the weights of each mix, one after the other.
fn pack(weight: &[f32], s: Sides, turned: bool) -> Vec<f32> {
    let (summed, mixes) = match mixed(s) {
        Some(of_mixed) => (of_mixed, kernel_mixes(turned).map(Some).to_vec()),
        None => (s, vec![None]),
    };
    let (blocks, of_block) = (s.c_out.div_ceil(ROWS), ROWS * summed.terms());
    let mut packed = vec![0.0; mixes.len() * blocks * of_block];
    let out = Out::new(&mut packed);
    each(mixes.len() * blocks, of_block, |unit| {
        let (first, to) = (unit % blocks * ROWS, out.at(unit * of_block, of_block));
        match mixes[unit / blocks] {
            Some(mix) => pack_mixed(weight, s, turned, first, to, mix),
            None => pack_block(weight, s, turned, first, to),
        }
    });
    packed
}

/// [`pack`] of the output channels from `first` on: what is written stands one after the other.
fn pack_block(weight: &[f32], s: Sides, turned: bool, first: usize, mut packed: *mut f32) {
    let kernel = s.taps();
    let (of_output, of_input) = strides(s, turned);
    let rows = ROWS.min(s.c_out - first);
    for v in 0..s.kw {
        for c in 0..s.c_in {
            for u in 0..s.kh {
                let tap = u * s.kw + v;
                let tap = if turned { kernel - 1 - tap } else { tap };
                let from = &weight[(first * of_output + c * of_input) * kernel + tap..];
                for o in 0..rows {
                    // SAFETY: the block has `ROWS` numbers for each term.
                    unsafe { packed.add(o).write(from[o * of_output * kernel]) };
                }
                packed = packed.wrapping_add(ROWS);
            }
        }
    }
}

/// [`pack_block`] of a mix of the three rows of a kernel.
fn pack_mixed(weight: &[f32], s: Sides, turned: bool, first: usize, mut packed: *mut f32, mix: [f32; 3]) {
    let kernel = s.taps();
    let (of_output, of_input) = strides(s, turned);
    let rows = ROWS.min(s.c_out - first);
    for v in 0..s.kw {
        let column = if turned { s.kw - 1 - v } else { v };
        for c in 0..s.c_in {
            let from = &weight[(first * of_output + c * of_input) * kernel..];
            for o in 0..rows {
                let of_output = &from[o * of_output * kernel..][..kernel];
                let value = (0..3).map(|u| mix[u] * of_output[u * s.kw + column]).sum();
                // SAFETY: the block has `ROWS` numbers for each term.
                unsafe { packed.add(o).write(value) };
            }
            packed = packed.wrapping_add(ROWS);
        }
    }
}

/// Kernels from those of an output channel to those of the next, and of an input channel. The
/// forward contraction has `s.c_in` output channels where it is turned.
fn strides(s: Sides, turned: bool) -> (usize, usize) {
    if turned { (1, s.c_out) } else { (s.c_in, 1) }
}
