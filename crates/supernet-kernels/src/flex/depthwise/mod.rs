//! [`DepthwiseKernels`] for Flex: a unit is a channel of a ghost batch.
//!
//! Both gradients look at the incoming gradient `g` through the kernel turned by half a turn, as
//! the result looks at `x`:
//!
//! ```text
//! y[i] = sum over taps of weight[tap] * x[i + tap]
//! dx[i] = sum over taps of weight[-tap] * g[i + tap]        dweight[-tap] = sum over pixels of x[i] * g[i + tap]
//! ```
//!
//! so there is one job, [`Look`], done in one of three ways: planes of sixteen pixels as a matrix
//! ([`dense`]), rows that fit vectors in registers ([`rows`]), any other width and dilations by
//! shifted copies ([`shifts`]). With a stride ([`strided`]) the job is done on whole planes in
//! scratch.

mod dense;
mod rows;
mod shifts;
mod strided;

use burn::backend::{Flex, flex::FlexTensor};

use super::{
    Out, add_in_order, each, filled, gradient, numbers, ordered,
    planes::{Columns, Source},
    scratch, sides,
    simd::simd_fn,
};
use crate::{depthwise::DepthwiseKernels, taps::Taps};

/// Weights of a channel, column by column of the kernel.
type Weights = [f32; 49];

/// Planes of one channel of a ghost batch, looked at through a kernel.
#[derive(Clone, Copy)]
struct Look<'a> {
    /// The planes looked at.
    source: Source<'a>,
    /// From a plane to the next of what else a unit reads and writes.
    stride: usize,
    images: usize,
    h: usize,
    w: usize,
    /// Pixels from a weight to the next.
    dilation: usize,
    weights: &'a Weights,
    columns: &'a Columns,
    relu: Relu,
}

/// What is read as max(0, ·).
#[derive(Clone, Copy, PartialEq)]
enum Relu {
    Nothing,
    /// The planes looked at.
    Seen,
    /// The planes they are multiplied with; what is written is zero where those are not positive.
    Other,
}

impl Relu {
    fn of(taps: Taps, other: Self) -> Self {
        if taps.relu { other } else { Self::Nothing }
    }
}

/// Sizes of one convolution.
#[derive(Clone, Copy)]
struct Sizes {
    /// Images of a ghost batch.
    size: usize,
    c: usize,
    h: usize,
    w: usize,
    k: usize,
    taps: Taps,
}

impl Sizes {
    fn of(x: &FlexTensor, weight: &FlexTensor, taps: Taps, groups: usize) -> Self {
        let [rows, c, h, w] = sides(x);
        Self { size: rows / groups, c, h, w, k: sides(weight)[3], taps }
    }

    /// Numbers of a plane of the input, and of the result.
    fn planes(&self) -> [usize; 2] {
        let [h, w] = self.taps.sides([self.h, self.w]);
        [self.h * self.w, h * w]
    }

    /// Multiply-adds of a unit, in vectors.
    fn cost(&self) -> usize {
        self.size * self.h * self.w * self.k * self.k / 16
    }
}

impl DepthwiseKernels for Flex {
    fn forward(x: FlexTensor, weight: FlexTensor, taps: Taps, groups: usize, on: &[u32]) -> FlexTensor {
        let (x, weight) = (ordered(x), ordered(weight));
        let of = Sizes::of(&x, &weight, taps, groups);
        let (Sizes { size, c, h, w, k, .. }, [plane, plane_of_y]) = (of, of.planes());
        let (input, numbers_of) = (numbers(&x), numbers(&weight));
        let weights = |channel: usize| by_column(&numbers_of[channel * k * k..], k, false);
        let [h_of_y, w_of_y] = taps.sides([h, w]);
        let result = [on.len() * size, c, h_of_y, w_of_y];
        if (taps.stride, taps.dilation) == (1, 1) && dense::fits(h, w) {
            // SAFETY: all channels of all listed ghost batches are written.
            return unsafe { filled(result, |y| dense::forward(input, y, weights, [size, c, k, w], on, taps.relu)) };
        }
        let columns = Columns::dilated(k, taps.dilation, w);
        let unit = |y: Out<'_>, unit: usize| {
            let (i, channel) = (unit / c, unit % c);
            let first = (on[i] as usize * size * c + channel) * plane;
            let source = Source { numbers: input, first, stride: c * plane, len: plane };
            let weights = &weights(channel);
            let (stride, dilation, relu) = (c * plane, taps.dilation, Relu::of(taps, Relu::Seen));
            let look = Look { source, stride, images: size, h, w, dilation, weights, columns: &columns, relu };
            let to = y.at((i * size * c + channel) * plane_of_y, (size - 1) * c * plane_of_y + plane_of_y);
            // SAFETY: planes of a channel lie `c` planes apart in both tensors.
            unsafe {
                if taps.stride == 1 {
                    scratch(room(k, look), |room| seen(k, look, to, Some(to), None, false, room));
                } else {
                    strided::forward(of, look, to);
                }
            }
        };
        // SAFETY: the units cover all channels of all listed ghost batches.
        unsafe {
            filled(result, |y| {
                each(on.len() * c, of.cost(), |u| unit(y, u));
            })
        }
    }

    fn backward(
        grad: FlexTensor,
        (x, weight): (FlexTensor, FlexTensor),
        taps: Taps,
        groups: usize,
        on: &[u32],
        [need_dx, need_dw]: [bool; 2],
        into: Option<FlexTensor>,
    ) -> [Option<FlexTensor>; 2] {
        let (grad, x, weight) = (ordered(grad), ordered(x), ordered(weight));
        let of = Sizes::of(&x, &weight, taps, groups);
        let (Sizes { size, c, h, w, k, .. }, [plane, plane_of_g]) = (of, of.planes());
        let (input, numbers_of, incoming) = (numbers(&x), numbers(&weight), numbers(&grad));
        let weights = |channel: usize| by_column(&numbers_of[channel * k * k..], k, true);
        let shape = sides(&x);
        if (taps.stride, taps.dilation) == (1, 1) && dense::fits(h, w) {
            let mut dw = vec![0.0; if need_dw { c * k * k } else { 0 }];
            let dw_out = need_dw.then(|| Out::new(&mut dw));
            let run = |dx: Option<Out<'_>>, add| {
                let sides = [size, c, k, w];
                dense::backward(incoming, input, dx, dw_out, weights, sides, on, add, taps.relu);
            };
            let dx = if need_dx {
                // SAFETY: the listed ghost batches are written.
                Some(unsafe { gradient(shape, groups, on, into, |dx, add| run(Some(dx), add)) })
            } else {
                run(None, false);
                None
            };
            return [dx, need_dw.then(|| super::tensor(dw, [c, 1, k, k]))];
        }
        let columns = Columns::dilated(k, taps.dilation, w);
        let mut parts = vec![0.0; if need_dw { on.len() * c * k * k } else { 0 }];
        let parts_out = Out::new(&mut parts);
        let unit = |dx: Option<Out<'_>>, add: bool, unit: usize| {
            let (i, channel) = (unit / c, unit % c);
            let first = (i * size * c + channel) * plane_of_g;
            let source = Source { numbers: incoming, first, stride: c * plane_of_g, len: plane_of_g };
            let weights = &weights(channel);
            let (stride, dilation, relu) = (c * plane, taps.dilation, Relu::of(taps, Relu::Other));
            let look = Look { source, stride, images: size, h, w, dilation, weights, columns: &columns, relu };
            let at = (on[i] as usize * size * c + channel) * plane;
            let span = (size - 1) * c * plane + plane;
            let to = dx.map(|dx| dx.at(at, span));
            let from = input[at..at + span].as_ptr();
            let part = need_dw.then(|| parts_out.at(unit * k * k, k * k));
            // SAFETY: as in `forward`; `part` has `k * k` numbers.
            unsafe {
                if taps.stride == 1 {
                    scratch(room(k, look), |room| seen(k, look, from, to, part, add, room));
                } else {
                    strided::backward(of, look, from, to, part, add);
                }
            }
        };
        let dx = if need_dx {
            // SAFETY: the units write the listed ghost batches.
            Some(unsafe {
                gradient(shape, groups, on, into, |dx, add| {
                    each(on.len() * c, 2 * of.cost(), |u| unit(Some(dx), add, u));
                })
            })
        } else {
            each(on.len() * c, 2 * of.cost(), |u| unit(None, false, u));
            None
        };
        let dw = need_dw.then(|| super::tensor(add_in_order(&parts, c * k * k), [c, 1, k, k]));
        [dx, dw]
    }
}

/// [`gradients`] through a kernel of `k`.
///
/// # Safety
/// As [`gradients`].
unsafe fn seen(
    k: usize,
    look: Look<'_>,
    x: *const f32,
    dx: Option<*mut f32>,
    dw: Option<*mut f32>,
    add: bool,
    room: *mut f32,
) {
    // SAFETY: the caller's.
    unsafe {
        match k {
            3 => gradients::<3>(look, x, dx, dw, add, room),
            5 => gradients::<5>(look, x, dx, dw, add, room),
            7 => gradients::<7>(look, x, dx, dw, add, room),
            _ => unreachable!("kernels of 3, 5 and 7"),
        }
    }
}

/// The weights of a channel, column by column, turned by half a turn if `turned`.
fn by_column(weights: &[f32], k: usize, turned: bool) -> Weights {
    let mut out = [0.0; 49];
    for v in 0..k {
        for u in 0..k {
            let from = u * k + v;
            out[v * k + u] = weights[if turned { k * k - 1 - from } else { from }];
        }
    }
    out
}

/// Numbers of scratch that any way needs.
fn room(k: usize, look: Look<'_>) -> usize {
    rows::room(k, look).max(shifts::room(k, look))
}

simd_fn! {
    /// Writes what is seen to `dx`, or adds it if `add`, and writes to `dw` the products of what is
    /// seen with `x`, summed over all pixels.
    ///
    /// # Safety
    /// `x` and `dx` have the planes, `dw` has `K * K` numbers, `room` as many as [`room`].
    unsafe fn gradients<V, const K: usize>(
        look: Look<'_>,
        x: *const f32,
        dx: Option<*mut f32>,
        dw: Option<*mut f32>,
        add: bool,
        room: *mut f32,
    ) {
        if rows::fits::<V>(look) {
            rows::gradients::<V, K>(look, x, dx, dw, add, room);
        } else {
            shifts::gradients::<V, K>(look, x, dx, dw, add, room);
        }
    }
}

/// Writes the sums of a tap in column `v` and row `u` of the turned kernel where it stands in the
/// weights.
#[inline(always)]
unsafe fn write_tap(dw: *mut f32, k: usize, v: usize, u: usize, sum: f32) {
    // SAFETY: the caller's.
    unsafe { dw.add(k * k - 1 - (u * k + v)).write(sum) };
}
