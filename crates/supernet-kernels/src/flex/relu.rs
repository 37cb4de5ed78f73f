//! [`ReluKernels`] for Flex: a unit is a run of numbers of a ghost batch.

use burn::backend::{Flex, flex::FlexTensor};

use super::{
    each, filled, gradient, numbers, ordered, owned,
    planes::{load, put},
    sides,
    simd::simd_fn,
};
use crate::relu::ReluKernels;

/// Numbers of a unit.
const RUN: usize = 16384;

/// Runs `unit` for runs of the listed ghost batches of `ghost` numbers: with the place in the list,
/// where the run begins, and its length.
fn runs(on: &[u32], ghost: usize, unit: impl Fn(usize, usize, usize) + Sync + Send) {
    let count = ghost.div_ceil(RUN);
    each(on.len() * count, RUN.min(ghost) / 8, |u| {
        let (i, first) = (u / count, u % count * RUN);
        unit(i, first, RUN.min(ghost - first));
    });
}

impl ReluKernels for Flex {
    fn forward(x: FlexTensor, groups: usize, on: &[u32]) -> FlexTensor {
        let x = ordered(x);
        let [rows, c, h, w] = sides(&x);
        let (size, from) = (rows / groups, numbers(&x));
        let ghost = size * c * h * w;
        // SAFETY: the runs cover all listed ghost batches.
        unsafe {
            filled([on.len() * size, c, h, w], |y| {
                runs(on, ghost, |i, first, len| {
                    let x = &from[on[i] as usize * ghost + first..][..len];
                    rectify(x.as_ptr(), y.at(i * ghost + first, len), len);
                });
            })
        }
    }

    fn backward(grad: FlexTensor, x: FlexTensor, groups: usize, on: &[u32], into: Option<FlexTensor>) -> FlexTensor {
        let x = ordered(x);
        let shape = sides(&x);
        let from = numbers(&x);
        let ghost = from.len() / groups;
        if on.len() == groups && into.is_none() {
            // The gradient has the shape of `dx`: written in place.
            let mut grad = owned(grad);
            let dx = super::Out::new(grad.storage_mut());
            runs(on, ghost, |i, first, len| {
                let at = i * ghost + first;
                // SAFETY: a unit reads and writes its own run.
                unsafe { mask(dx.at(at, len), from[at..at + len].as_ptr(), dx.at(at, len), len, false) };
            });
            return grad;
        }
        let grad = ordered(grad);
        let g = numbers(&grad);
        // SAFETY: the runs cover all listed ghost batches.
        unsafe {
            gradient(shape, groups, on, into, |dx, add| {
                runs(on, ghost, |i, first, len| {
                    let at = on[i] as usize * ghost + first;
                    let g = &g[i * ghost + first..][..len];
                    mask(g.as_ptr(), from[at..at + len].as_ptr(), dx.at(at, len), len, add);
                });
            })
        }
    }
}

simd_fn! {
    /// `y = max(0, x)`.
    ///
    /// # Safety
    /// Both have `len` numbers.
    unsafe fn rectify<V>(x: *const f32, y: *mut f32, len: usize) {
        let mut i = 0;
        while i < len {
            let lanes = V::LANES.min(len - i);
            // What is not a number stays.
            put(load::<V>(x.add(i), lanes).max(V::zero()), y.add(i), lanes, false);
            i += V::LANES;
        }
    }
}

simd_fn! {
    /// Writes `g` where `x` is positive, zero elsewhere, to `dx`, or adds it if `add`.
    ///
    /// # Safety
    /// All have `len` numbers; `dx` may be `g`.
    unsafe fn mask<V>(g: *const f32, x: *const f32, dx: *mut f32, len: usize, add: bool) {
        let mut i = 0;
        while i < len {
            let lanes = V::LANES.min(len - i);
            let passed = load::<V>(g.add(i), lanes).where_greater(load(x.add(i), lanes), V::zero());
            put(passed, dx.add(i), lanes, add);
            i += V::LANES;
        }
    }
}
