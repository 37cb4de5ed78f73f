//! [`MeanPoolKernels`] for Flex: a unit is an image.

use burn::backend::{Flex, flex::FlexTensor};

use super::{
    each, filled, gradient, numbers, ordered,
    planes::{load, store},
    scratch, sides,
    simd::simd_fn,
};
use crate::mean_pool::MeanPoolKernels;

impl MeanPoolKernels for Flex {
    fn forward(x: FlexTensor, factor: usize) -> FlexTensor {
        let x = ordered(x);
        let [rows, c, h, w] = sides(&x);
        let (h, w) = (h / factor, w / factor);
        let (out, image) = (c * h * w, c * h * w * factor * factor);
        let from = numbers(&x);
        // SAFETY: the units cover all images.
        unsafe {
            filled([rows, c, h, w], |y| {
                each(rows, image / 8, |i| {
                    let x = &from[i * image..(i + 1) * image];
                    let y = y.at(i * out, out);
                    scratch(w * factor, |room| {
                        means(x.as_ptr(), y, c * h, w, factor, room);
                    });
                });
            })
        }
    }

    fn backward(grad: FlexTensor, factor: usize, into: Option<FlexTensor>) -> FlexTensor {
        let grad = ordered(grad);
        let [rows, c, h, w] = sides(&grad);
        let (out, image) = (c * h * w, c * h * w * factor * factor);
        let from = numbers(&grad);
        // SAFETY: the units cover all images, which are one ghost batch here.
        unsafe {
            gradient([rows, c, h * factor, w * factor], 1, &[0], into, |dx, add| {
                each(rows, image / 8, |i| {
                    let g = &from[i * out..(i + 1) * out];
                    let dx = dx.at(i * image, image);
                    scratch(w * factor, |room| {
                        spread(g.as_ptr(), dx, c * h, w, factor, add, room);
                    });
                });
            })
        }
    }
}

simd_fn! {
    /// `lines` rows of `w` means, each over `factor` rows of `w * factor` numbers.
    ///
    /// # Safety
    /// `x` and `y` have the rows, `room` one row of `x`.
    unsafe fn means<V>(x: *const f32, y: *mut f32, lines: usize, w: usize, factor: usize, room: *mut f32) {
        let (wide, scale) = (w * factor, 1.0 / (factor * factor) as f32);
        for line in 0..lines {
            let x = x.add(line * factor * wide);
            let y = y.add(line * w);
            if factor == 2 {
                for i in 0..w {
                    let (above, below) = (x.add(2 * i), x.add(wide + 2 * i));
                    *y.add(i) = ((*above + *below) + (*above.add(1) + *below.add(1))) * scale;
                }
                continue;
            }
            let mut i = 0;
            while i < wide {
                let lanes = V::LANES.min(wide - i);
                let mut sum: V = load(x.add(i), lanes);
                for row in 1..factor {
                    sum = sum.add(load(x.add(row * wide + i), lanes));
                }
                store(sum, room.add(i), lanes);
                i += V::LANES;
            }
            for i in 0..w {
                let mut sum = 0.0;
                for j in 0..factor {
                    sum += *room.add(i * factor + j);
                }
                *y.add(i) = sum * scale;
            }
        }
    }
}

simd_fn! {
    /// Spreads `lines` rows of `w` gradients over their windows, or adds them if `add`.
    ///
    /// # Safety
    /// `g` and `dx` have the rows, `room` one row of `dx`.
    unsafe fn spread<V>(
        g: *const f32,
        dx: *mut f32,
        lines: usize,
        w: usize,
        factor: usize,
        add: bool,
        room: *mut f32,
    ) {
        let (wide, scale) = (w * factor, 1.0 / (factor * factor) as f32);
        for line in 0..lines {
            let g = g.add(line * w);
            if factor == 2 {
                for i in 0..w {
                    let v = *g.add(i) * scale;
                    *room.add(2 * i) = v;
                    *room.add(2 * i + 1) = v;
                }
            } else {
                for i in 0..w {
                    let v = *g.add(i) * scale;
                    for j in 0..factor {
                        *room.add(i * factor + j) = v;
                    }
                }
            }
            for row in 0..factor {
                let to = dx.add((line * factor + row) * wide);
                let mut i = 0;
                while i < wide {
                    let lanes = V::LANES.min(wide - i);
                    let mut v: V = load(room.add(i), lanes);
                    if add {
                        v = v.add(load(to.add(i), lanes));
                    }
                    store(v, to.add(i), lanes);
                    i += V::LANES;
                }
            }
        }
    }
}
