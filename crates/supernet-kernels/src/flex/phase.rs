//! [`PhaseKernels`] for Flex: a unit is an image.

use burn::backend::{Flex, flex::FlexTensor};

use super::{each, filled, gradient, numbers, ordered, sides, simd::simd_fn};
use crate::phase::PhaseKernels;

impl PhaseKernels for Flex {
    fn forward(x: FlexTensor, row: usize, column: usize) -> FlexTensor {
        let x = ordered(x);
        let [rows, c, h, w] = sides(&x);
        let (h, w) = (h / 2, w / 2);
        let out = c * h * w;
        let from = numbers(&x);
        // SAFETY: the units cover all images, and the lines all numbers of an image.
        unsafe {
            filled([rows, c, h, w], |y| {
                each(rows, out / 4, |i| {
                    let x = &from[4 * i * out..4 * (i + 1) * out];
                    gather(x[row * 2 * w + column..].as_ptr(), y.at(i * out, out), c * h, w);
                });
            })
        }
    }

    fn backward(grad: FlexTensor, row: usize, column: usize, into: Option<FlexTensor>) -> FlexTensor {
        let grad = ordered(grad);
        let [rows, c, h, w] = sides(&grad);
        let out = c * h * w;
        let from = numbers(&grad);
        // SAFETY: the units cover all images, which are one ghost batch here; without a sum, all
        // numbers are set to zero first.
        unsafe {
            gradient([rows, c, 2 * h, 2 * w], 1, &[0], into, |dx, add| {
                each(rows, out / 4, |i| {
                    let (g, dx) = (&from[i * out..(i + 1) * out], dx.at(4 * i * out, 4 * out));
                    if !add {
                        dx.write_bytes(0, 4 * out);
                    }
                    scatter(g.as_ptr(), dx.add(row * 2 * w + column), c * h, w);
                });
            })
        }
    }
}

simd_fn! {
    /// Copies every second number of every second of `2 * lines` lines, each of `2 * w` numbers.
    ///
    /// # Safety
    /// `x` has the numbers, `y` room for a quarter of them.
    unsafe fn gather<V>(x: *const f32, y: *mut f32, lines: usize, w: usize) {
        for line in 0..lines {
            let (x, y) = (x.add(4 * line * w), y.add(line * w));
            for b in 0..w {
                y.add(b).write(*x.add(2 * b));
            }
        }
    }
}

simd_fn! {
    /// Adds each number of `lines` lines of `w` to where [`gather`] reads it.
    ///
    /// # Safety
    /// As [`gather`], `dx` being what is read there.
    unsafe fn scatter<V>(g: *const f32, dx: *mut f32, lines: usize, w: usize) {
        for line in 0..lines {
            let (g, dx) = (g.add(line * w), dx.add(4 * line * w));
            for b in 0..w {
                *dx.add(2 * b) += *g.add(b);
            }
        }
    }
}
