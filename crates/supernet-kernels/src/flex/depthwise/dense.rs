//! Planes of sixteen pixels: the kernel as a matrix from pixels to pixels.
//!
//! Almost every pixel of a 4x4 plane sees every other, so a row of sixteen outputs per input pixel
//! wastes little, needs no padding and costs the same for every kernel.

use super::{Weights, write_tap};
use crate::flex::{
    Out, each,
    planes::{Spill, put, rectified},
    simd::simd_fn,
};

/// Pixels of a plane.
const PIXELS: usize = 16;

/// Images whose sums stay in registers together.
const IMAGES: usize = 8;

pub(super) fn fits(h: usize, w: usize) -> bool {
    h * w == PIXELS
}

/// For every pair of pixels, `[from][to]`, the tap through which `to` sees `from`, by columns of
/// the kernel; [`NONE`] if it does not.
pub(super) struct Pairs([[u8; PIXELS]; PIXELS]);

/// Behind the last tap of the largest kernel.
const NONE: u8 = 49;

impl Pairs {
    pub fn new(k: usize, w: usize) -> Self {
        let half = k / 2;
        let mut pairs = [[NONE; PIXELS]; PIXELS];
        for (from, row) in pairs.iter_mut().enumerate() {
            for (to, tap) in row.iter_mut().enumerate() {
                let v = (from % w + half).wrapping_sub(to % w);
                let u = (from / w + half).wrapping_sub(to / w);
                if v < k && u < k {
                    *tap = (v * k + u) as u8;
                }
            }
        }
        Self(pairs)
    }

    /// `[from][to]`: the weight with which pixel `to` sees pixel `from`.
    fn matrix(&self, taps: &Weights) -> Matrix {
        let mut padded = [0.0; 256];
        padded[..49].copy_from_slice(taps);
        self.0.map(|row| row.map(|tap| padded[usize::from(tap)]))
    }

    /// The sums of a matrix over the pairs of every tap.
    fn sums(&self, matrix: &Matrix) -> Weights {
        let mut sums = [0.0; 256];
        for (row, taps) in matrix.iter().zip(&self.0) {
            for (product, &tap) in row.iter().zip(taps) {
                sums[usize::from(tap)] += product;
            }
        }
        std::array::from_fn(|tap| sums[tap])
    }
}

type Matrix = [[f32; PIXELS]; PIXELS];

/// Planes of a channel of a ghost batch: `images` of them, `stride` apart.
#[derive(Clone, Copy)]
struct Planes {
    images: usize,
    stride: usize,
}

simd_fn! {
    /// `y = x * matrix` for every plane, or `y += x * matrix` if `add`; of max(0, x) if `relu`, and
    /// only where `mask` is positive, if that is not null.
    ///
    /// # Safety
    /// `x`, `y` and `mask` have the planes.
    unsafe fn convolve<V>(
        matrix: &Matrix,
        x: *const f32,
        y: *mut f32,
        planes: Planes,
        add: bool,
        relu: bool,
        mask: *const f32,
    ) {
        let last = (planes.images - 1) * planes.stride;
        let mut image = 0;
        while image < planes.images {
            let mut lane = 0;
            let mut from = [x; IMAGES];
            for (t, from) in from.iter_mut().enumerate() {
                // An image that does not exist repeats the last.
                *from = x.add(((image + t) * planes.stride).min(last));
            }
            while lane < PIXELS {
                let mut sums = [V::zero(); IMAGES];
                for (pixel, row) in matrix.iter().enumerate() {
                    let row = V::load(row.as_ptr().add(lane));
                    for t in 0..IMAGES {
                        let seen = rectified(V::splat(*from[t].add(pixel)), relu);
                        sums[t] = seen.mul_add(row, sums[t]);
                    }
                }
                let sums = Spill::<IMAGES>::of([sums]);
                for t in 0..IMAGES.min(planes.images - image) {
                    let (at, mut sum) = ((image + t) * planes.stride + lane, sums.get::<V>(t));
                    if !mask.is_null() {
                        sum = sum.where_greater(V::load(mask.add(at)), V::zero());
                    }
                    put(sum, y.add(at), V::LANES, add);
                }
                lane += V::LANES;
            }
            image += IMAGES;
        }
    }
}

simd_fn! {
    /// Adds to `total[from][to]` pixel `from` of `seen` times pixel `to` of `x`, or of max(0, x) if
    /// `relu`, summed over the planes.
    ///
    /// # Safety
    /// `seen` and `x` have the planes.
    unsafe fn add_products<V>(total: &mut Matrix, seen: *const f32, x: *const f32, planes: Planes, relu: bool) {
        // Eight rows at a time.
        for (half, total) in total.chunks_exact_mut(8).enumerate() {
            let mut lane = 0;
            while lane < PIXELS {
                let mut sums = [V::zero(); 8];
                for t in 0..planes.images {
                    let row = rectified(V::load(x.add(t * planes.stride + lane)), relu);
                    let seen = seen.add(t * planes.stride + half * 8);
                    for i in 0..8 {
                        sums[i] = V::splat(*seen.add(i)).mul_add(row, sums[i]);
                    }
                }
                for i in 0..8 {
                    let to = total[i].as_mut_ptr().add(lane);
                    V::load(to).add(sums[i]).store(to);
                }
                lane += V::LANES;
            }
        }
    }
}

/// The result for the listed ghost batches of `x`, `[ghosts, size, c, 16]`. A unit is a channel.
pub(super) fn forward(
    x: &[f32],
    y: Out<'_>,
    taps: impl Fn(usize) -> Weights + Sync + Send,
    [size, c, k, w]: [usize; 4],
    on: &[u32],
    relu: bool,
) {
    let pairs = Pairs::new(k, w);
    let (ghost, planes) = (size * c * PIXELS, Planes { images: size, stride: c * PIXELS });
    each(c, on.len() * size * PIXELS, |channel| {
        let matrix = pairs.matrix(&taps(channel));
        let (first, span) = (channel * PIXELS, ghost - (c - 1) * PIXELS);
        for (i, &g) in on.iter().enumerate() {
            let at = g as usize * ghost + first;
            let x = x[at..at + span].as_ptr();
            // SAFETY: planes of a channel lie `c * 16` apart in both tensors; a unit writes its
            // own.
            unsafe { convolve(&matrix, x, y.at(i * ghost + first, span), planes, false, relu, std::ptr::null()) };
        }
    });
}

/// Both gradients, from `grad` of the listed ghost batches; `dx` like `x`, added to if `add`, `dw`
/// row by row.
#[expect(clippy::too_many_arguments, reason = "those of `DepthwiseKernels::backward`, resolved")]
pub(super) fn backward(
    grad: &[f32],
    x: &[f32],
    dx: Option<Out<'_>>,
    dw: Option<Out<'_>>,
    taps: impl Fn(usize) -> Weights + Sync + Send,
    [size, c, k, w]: [usize; 4],
    on: &[u32],
    add: bool,
    relu: bool,
) {
    let pairs = Pairs::new(k, w);
    let (ghost, planes) = (size * c * PIXELS, Planes { images: size, stride: c * PIXELS });
    each(c, 2 * on.len() * size * PIXELS, |channel| {
        let matrix = pairs.matrix(&taps(channel));
        let (first, span) = (channel * PIXELS, ghost - (c - 1) * PIXELS);
        let mut total = [[0.0; PIXELS]; PIXELS];
        for (i, &g) in on.iter().enumerate() {
            let (from, at) = (i * ghost + first, g as usize * ghost + first);
            let grad = grad[from..from + span].as_ptr();
            let x = x[at..at + span].as_ptr();
            // SAFETY: planes of a channel lie `c * 16` apart in all three; a unit writes its own.
            unsafe {
                if let Some(dx) = dx {
                    let mask = if relu { x } else { std::ptr::null() };
                    convolve(&matrix, grad, dx.at(at, span), planes, add, false, mask);
                }
                if dw.is_some() {
                    add_products(&mut total, grad, x, planes, relu);
                }
            }
        }
        if let Some(dw) = dw {
            let sums = pairs.sums(&total);
            let dw = dw.at(channel * k * k, k * k);
            for v in 0..k {
                for u in 0..k {
                    // SAFETY: `dw` has the weights of the channel.
                    unsafe { write_tap(dw, k, v, u, sums[v * k + u]) };
                }
            }
        }
    });
}
