//! Kernels for Flex, Burn's CPU backend.
//!
//! Work is cut into units that write parts of their own (a channel of a ghost batch, an image); a
//! unit runs on one thread from beginning to end and its arithmetic does not depend on which other
//! units there are. Sums across units (weight gradients) are kept per ghost batch and added in the
//! order of the ghost batches. So bits depend neither on threads nor on company.

#![allow(
    clippy::needless_range_loop,
    reason = "an index runs over several arrays at once, and is a constant once the loop is unrolled"
)]

mod add_on;
mod block;
mod channels_add;
mod contract;
mod depthwise;
mod mean_pool;
mod norm;
mod norm_affine;
mod norm_narrow;
mod phase;
mod planes;
mod pool;
mod recycled;
mod relu;
#[cfg(all(test, any(supernet_asan, supernet_tsan)))]
mod seeded_faults;
pub mod simd;
mod zeros;

use std::{cell::RefCell, marker::PhantomData};

use burn::{
    backend::{
        Bytes, DType,
        flex::{FlexTensor, Layout},
    },
    tensor::Shape,
};
use rayon::prelude::*;

use crate::ghosts::Lists;

/// The four sides of a tensor.
pub(crate) fn sides(t: &FlexTensor) -> [usize; 4] {
    let shape = t.layout().shape();
    [shape[0], shape[1], shape[2], shape[3]]
}

/// The tensor with its numbers in row-major order, copied only if they are not.
pub(crate) fn ordered(t: FlexTensor) -> FlexTensor {
    if t.layout().contiguous_offsets().is_some() { t } else { t.to_contiguous() }
}

/// The numbers of an [`ordered`] tensor.
pub(crate) fn numbers(t: &FlexTensor) -> &[f32] {
    t.as_slice().expect("an ordered tensor of f32")
}

/// The tensor if nothing else holds its numbers and they are the whole storage, else a copy.
pub(crate) fn owned(t: FlexTensor) -> FlexTensor {
    let t = ordered(t);
    let whole = size_of_val(numbers(&t)) == t.bytes().len();
    if t.is_unique() && whole {
        return t;
    }
    let from = numbers(&t);
    // SAFETY: as many numbers are copied.
    let bytes = unsafe { recycled::filled(from.len(), |to| to.copy_from_nonoverlapping(from.as_ptr(), from.len())) };
    FlexTensor::new(bytes, Layout::contiguous(t.layout().shape().clone()), DType::F32)
}

/// A tensor of these numbers.
pub(crate) fn tensor(numbers: Vec<f32>, shape: impl Into<Shape>) -> FlexTensor {
    let layout = Layout::contiguous(shape.into());
    FlexTensor::new(Bytes::from_elems(numbers), layout, DType::F32)
}

/// Memory that units write from several threads, each a part of its own.
#[derive(Clone, Copy)]
pub(crate) struct Out<'a> {
    start: *mut f32,
    len: usize,
    memory: PhantomData<&'a mut [f32]>,
}

// SAFETY: only a pointer; those who write through it promise to write disjoint parts (see
// `Out::at`).
unsafe impl Send for Out<'_> {}
// SAFETY: as above.
unsafe impl Sync for Out<'_> {}

impl<'a> Out<'a> {
    pub fn new(numbers: &'a mut [f32]) -> Self {
        Self { start: numbers.as_mut_ptr(), len: numbers.len(), memory: PhantomData }
    }

    /// A pointer to number `i`, with `len` numbers behind it. Units that run at the same time must
    /// not touch the same ones.
    pub fn at(&self, i: usize, len: usize) -> *mut f32 {
        assert!(i + len <= self.len, "a unit writes {i} + {len} of {}", self.len);
        self.start.wrapping_add(i)
    }
}

/// A tensor whose numbers `fill` writes.
///
/// # Safety
/// `fill` writes every one.
pub(crate) unsafe fn filled(shape: [usize; 4], fill: impl FnOnce(Out<'_>)) -> FlexTensor {
    let len = shape.iter().product();
    // SAFETY: `fill` writes every number.
    let bytes = unsafe { recycled::filled(len, |start| fill(Out { start, len, memory: PhantomData })) };
    FlexTensor::new(bytes, Layout::contiguous(shape.into()), DType::F32)
}

/// Runs `unit(0)`, `unit(1)`, … `unit(units - 1)`, on several threads if there is work for them.
/// `cost` is the work of a unit, in vector operations or so.
pub(crate) fn each(units: usize, cost: usize, unit: impl Fn(usize) + Sync + Send) {
    const ENOUGH: usize = 4096;
    if units < 2 || units * cost < 2 * ENOUGH || rayon::current_num_threads() == 1 {
        (0..units).for_each(unit);
    } else {
        let least = (ENOUGH / cost.max(1)).clamp(1, units.div_ceil(2));
        (0..units).into_par_iter().with_min_len(least).for_each(unit);
    }
}

/// A cache line.
#[derive(Clone, Copy)]
#[repr(align(64))]
struct Line {
    _numbers: [f32; 16],
}

thread_local! {
    static SCRATCH: RefCell<Vec<Line>> = const { RefCell::new(Vec::new()) };
}

/// Runs `f` with `len` numbers of memory of this thread, aligned to a cache line, of any content.
pub(crate) fn scratch<R>(len: usize, f: impl FnOnce(*mut f32) -> R) -> R {
    SCRATCH.with_borrow_mut(|lines| {
        let need = len.div_ceil(16);
        if lines.len() < need {
            lines.resize(need, Line { _numbers: [0.0; 16] });
        }
        f(lines.as_mut_ptr().cast())
    })
}

/// A gradient of the shape given, of which `write` writes the listed ghost batches, or adds to
/// them: all of a new tensor, the others zero, or into the sum so far. `write` is told whether to
/// add.
///
/// # Safety
/// `write` writes every number of the listed ghost batches.
unsafe fn gradient(
    shape: [usize; 4],
    groups: usize,
    on: &[u32],
    into: Option<FlexTensor>,
    write: impl FnOnce(Out<'_>, bool),
) -> FlexTensor {
    if let Some(sum) = into {
        let mut sum = owned(sum);
        write(Out::new(sum.storage_mut()), true);
        return sum;
    }
    let size = shape.iter().product::<usize>() / groups;
    // SAFETY: what `write` does not write is set to zero.
    unsafe {
        filled(shape, |out| {
            let mut listed = on.iter().peekable();
            let others: Vec<usize> = (0..groups).filter(|&g| listed.next_if(|&&o| o as usize == g).is_none()).collect();
            each(others.len(), size / 32, |i| {
                out.at(others[i] * size, size).write_bytes(0, size);
            });
            write(out, false);
        })
    }
}

/// `len` numbers that `fill` writes.
///
/// # Safety
/// `fill` writes every one.
unsafe fn written(len: usize, fill: impl FnOnce(Out<'_>)) -> Vec<f32> {
    // SAFETY: the caller's.
    unsafe { recycled::written(len, |start| fill(Out { start, len, memory: PhantomData })) }
}

/// Adds the partial sums of the ghost batches, `len` numbers each, in their order.
pub(crate) fn add_in_order(parts: &[f32], len: usize) -> Vec<f32> {
    let (first, rest) = parts.split_at(len);
    let mut sum = first.to_vec();
    for part in rest.chunks_exact(len) {
        for (s, p) in sum.iter_mut().zip(part) {
            *s += p;
        }
    }
    sum
}

/// A ghost batch that is written, and those that are summed into it.
struct Job {
    to: usize,
    from: Vec<usize>,
}

/// For the gradient of an input: every ghost batch that is read gets the sum of those it was
/// written to, in the order of the lists. Returns the jobs and the sorted list of what they write.
fn jobs_of_input(groups_of_x: usize, lists: &Lists) -> (Vec<Job>, Vec<u32>) {
    let mut jobs: Vec<Job> = (0..groups_of_x).map(|to| Job { to, from: Vec::new() }).collect();
    for (&read, &write) in lists.read.iter().zip(&lists.write) {
        jobs[read as usize].from.push(write as usize);
    }
    jobs.retain(|job| !job.from.is_empty());
    let listed = jobs.iter().map(|job| job.to as u32).collect();
    (jobs, listed)
}
