//! Strides: a few images at a time, whole planes of results in scratch, of which every `stride`-th
//! row and column is kept; and whole planes over which the gradients of those are spread.

use super::{Look, Sizes, room, seen};
use crate::flex::{planes::Source, scratch};

/// Numbers of the planes in scratch, which stay near.
const NEAR: usize = 16384;

/// Runs `f` for runs of the images of `look`: with the first image and their number, memory for
/// their whole planes, and the room that [`seen`] needs.
///
/// # Safety
/// None of its own.
unsafe fn runs(of: Sizes, look: Look<'_>, f: impl Fn(usize, usize, *mut f32, *mut f32)) {
    let plane = of.planes()[0];
    let some = (NEAR / plane).clamp(1, look.images);
    let planes = (some * plane).next_multiple_of(16) + 16;
    scratch(planes + room(of.k, Look { images: some, ..look }), |memory| {
        for first in (0..look.images).step_by(some) {
            f(first, some.min(look.images - first), memory, memory.wrapping_add(planes));
        }
    });
}

/// Writes what is seen of the planes of `look` to `y`, every `stride`-th row and column.
///
/// # Safety
/// `y` has the planes of the result, `c` apart.
pub(super) unsafe fn forward(of: Sizes, look: Look<'_>, y: *mut f32) {
    let ([plane, plane_of_y], s) = (of.planes(), of.taps.stride);
    let run = |first: usize, images: usize, whole: *mut f32, room: *mut f32| {
        let source = Source { first: look.source.first + first * look.source.stride, ..look.source };
        let some = Look { source, stride: plane, images, ..look };
        // SAFETY: the planes lie in `whole`, one after the other; `y` is the caller's.
        unsafe {
            seen(of.k, some, whole, Some(whole), None, false, room);
            for t in 0..images {
                let (from, mut to) = (whole.add(t * plane), y.add((first + t) * of.c * plane_of_y));
                for a in (0..of.h).step_by(s) {
                    for b in (0..of.w).step_by(s) {
                        to.write(*from.add(a * of.w + b));
                        to = to.add(1);
                    }
                }
            }
        }
    };
    // SAFETY: as said.
    unsafe { runs(of, look, run) }
}

/// Writes the gradients, or adds them if `add`; `look` is at the gradient of the result.
///
/// # Safety
/// `x` and `dx` have the planes of the input, `look.stride` apart, `dw` the `k * k` numbers of a
/// sum that is zero so far.
pub(super) unsafe fn backward(
    of: Sizes,
    look: Look<'_>,
    x: *const f32,
    dx: Option<*mut f32>,
    dw: Option<*mut f32>,
    add: bool,
) {
    let (plane, s) = (of.planes()[0], of.taps.stride);
    let across = of.taps.sides([of.h, of.w])[1];
    let run = |first: usize, images: usize, whole: *mut f32, room: *mut f32| {
        // SAFETY: the planes lie in `whole`, one after the other; the rest is the caller's.
        unsafe {
            whole.write_bytes(0, images * plane);
            for t in 0..images {
                let at = look.source.first + (first + t) * look.source.stride;
                let gradient = &look.source.numbers[at..at + look.source.len];
                for (a, row) in gradient.chunks_exact(across).enumerate() {
                    for (b, &number) in row.iter().enumerate() {
                        whole.add(t * plane + a * s * of.w + b * s).write(number);
                    }
                }
            }
            let numbers = std::slice::from_raw_parts(whole, images * plane);
            let source = Source { numbers, first: 0, stride: plane, len: plane };
            let mut part = [0.0; 49];
            let to = dx.map(|dx| dx.add(first * look.stride));
            let sums = dw.map(|_| part.as_mut_ptr());
            seen(of.k, Look { source, images, ..look }, x.add(first * look.stride), to, sums, add, room);
            if let Some(dw) = dw {
                for (i, part) in part[..of.k * of.k].iter().enumerate() {
                    *dw.add(i) += part;
                }
            }
        }
    };
    // SAFETY: as said.
    unsafe { runs(of, look, run) }
}
