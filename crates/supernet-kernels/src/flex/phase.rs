//! [`PhaseKernels`] for Flex: a unit is an image.

use burn::backend::{Flex, flex::FlexTensor};

use super::{each, filled, gradient, numbers, ordered, sides};
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
                    let (x, y) = (&from[4 * i * out..4 * (i + 1) * out], y.at(i * out, out));
                    for (line, pair) in x.chunks_exact(4 * w).enumerate() {
                        for (b, pixels) in pair[row * 2 * w..][..2 * w].chunks_exact(2).enumerate() {
                            y.add(line * w + b).write(pixels[column]);
                        }
                    }
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
                    for (line, g) in g.chunks_exact(w).enumerate() {
                        let dx = dx.add((2 * line + row) * 2 * w + column);
                        for (b, g) in g.iter().enumerate() {
                            *dx.add(2 * b) += g;
                        }
                    }
                });
            })
        }
    }
}
