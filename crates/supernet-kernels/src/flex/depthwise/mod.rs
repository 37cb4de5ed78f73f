//! [`DepthwiseKernels`] for Flex: a unit is a channel of a ghost batch.
//!
//! Both gradients look at the incoming gradient `g` through the kernel turned by half a turn, as the result looks at `x`:
//!
//! ```text
//! y[i] = sum over taps of weight[tap] * x[i + tap]
//! dx[i] = sum over taps of weight[-tap] * g[i + tap]        dweight[-tap] = sum over pixels of x[i] * g[i + tap]
//! ```
//!
//! so there is one job, [`Look`], done in one of three ways: planes of sixteen pixels as a matrix ([`dense`]), rows that fit
//! vectors in registers ([`rows`]), any other width by shifted copies ([`shifts`]).

mod dense;
mod rows;
mod shifts;

use burn::backend::{Flex, flex::FlexTensor};

use super::{
    Out, add_in_order, each, filled, gradient, numbers, ordered,
    planes::{Columns, Source},
    scratch, sides,
    simd::simd_fn,
};
use crate::depthwise::DepthwiseKernels;

/// Weights of a channel, column by column of the kernel.
type Taps = [f32; 49];

/// Planes of one channel of a ghost batch, looked at through a kernel.
#[derive(Clone, Copy)]
struct Look<'a> {
    /// The planes looked at; all other planes of a unit have the same stride.
    source: Source<'a>,
    images: usize,
    h: usize,
    w: usize,
    taps: &'a Taps,
    columns: &'a Columns,
}

impl DepthwiseKernels for Flex {
    fn forward(x: FlexTensor, weight: FlexTensor, groups: usize, on: &[u32]) -> FlexTensor {
        let (x, weight) = (ordered(x), ordered(weight));
        let [rows, c, h, w] = sides(&x);
        let k = sides(&weight)[3];
        let (size, plane) = (rows / groups, h * w);
        let (input, weights) = (numbers(&x), numbers(&weight));
        let taps = |channel: usize| by_column(&weights[channel * k * k..], k, false);
        let result = [on.len() * size, c, h, w];
        if dense::fits(h, w) {
            // SAFETY: all channels of all listed ghost batches are written.
            return unsafe { filled(result, |y| dense::forward(input, y, taps, [size, c, k, w], on)) };
        }
        let columns = Columns::new(k, w);
        let unit = |y: Out<'_>, unit: usize| {
            let (i, channel) = (unit / c, unit % c);
            let look = Look {
                source: Source {
                    numbers: input,
                    first: (on[i] as usize * size * c + channel) * plane,
                    stride: c * plane,
                    len: plane,
                },
                images: size,
                h,
                w,
                taps: &taps(channel),
                columns: &columns,
            };
            let to = y.at((i * size * c + channel) * plane, (size - 1) * c * plane + plane);
            scratch(room(k, look), |room| {
                // SAFETY: planes of a channel lie `c * plane` apart in both tensors, and the room is as large as needed.
                unsafe {
                    match k {
                        3 => gradients::<3>(look, to, Some(to), None, false, room),
                        5 => gradients::<5>(look, to, Some(to), None, false, room),
                        7 => gradients::<7>(look, to, Some(to), None, false, room),
                        _ => unreachable!("kernels of 3, 5 and 7"),
                    }
                }
            });
        };
        // SAFETY: the units cover all channels of all listed ghost batches.
        unsafe {
            filled(result, |y| {
                each(on.len() * c, size * plane * k * k / 16, |u| unit(y, u));
            })
        }
    }

    fn backward(
        grad: FlexTensor,
        x: FlexTensor,
        weight: FlexTensor,
        groups: usize,
        on: &[u32],
        [need_dx, need_dw]: [bool; 2],
        into: Option<FlexTensor>,
    ) -> [Option<FlexTensor>; 2] {
        let (grad, x, weight) = (ordered(grad), ordered(x), ordered(weight));
        let shape = sides(&x);
        let [rows, c, h, w] = shape;
        let k = sides(&weight)[3];
        let (size, plane) = (rows / groups, h * w);
        let (input, weights, incoming) = (numbers(&x), numbers(&weight), numbers(&grad));
        let taps = |channel: usize| by_column(&weights[channel * k * k..], k, true);
        if dense::fits(h, w) {
            let mut dw = vec![0.0; if need_dw { c * k * k } else { 0 }];
            let dw_out = need_dw.then(|| Out::new(&mut dw));
            let run = |dx: Option<Out<'_>>, add| {
                let sides = [size, c, k, w];
                dense::backward(incoming, input, dx, dw_out, taps, sides, on, add);
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
        let columns = Columns::new(k, w);
        let mut parts = vec![0.0; if need_dw { on.len() * c * k * k } else { 0 }];
        let parts_out = Out::new(&mut parts);
        let unit = |dx: Option<Out<'_>>, add: bool, unit: usize| {
            let (i, channel) = (unit / c, unit % c);
            let plane_at = |ghost: usize| (ghost * size * c + channel) * plane;
            let look = Look {
                source: Source { numbers: incoming, first: plane_at(i), stride: c * plane, len: plane },
                images: size,
                h,
                w,
                taps: &taps(channel),
                columns: &columns,
            };
            let at = plane_at(on[i] as usize);
            let span = (size - 1) * c * plane + plane;
            let to = dx.map(|dx| dx.at(at, span));
            let from = input[at..at + span].as_ptr();
            let part = need_dw.then(|| parts_out.at(unit * k * k, k * k));
            scratch(room(k, look), |room| {
                // SAFETY: as in `forward`; `part` has `k * k` numbers.
                unsafe {
                    match k {
                        3 => gradients::<3>(look, from, to, part, add, room),
                        5 => gradients::<5>(look, from, to, part, add, room),
                        7 => gradients::<7>(look, from, to, part, add, room),
                        _ => unreachable!("kernels of 3, 5 and 7"),
                    }
                }
            });
        };
        let cost = size * plane * k * k / 8;
        let dx = if need_dx {
            // SAFETY: the units write the listed ghost batches.
            Some(unsafe {
                gradient(shape, groups, on, into, |dx, add| {
                    each(on.len() * c, cost, |u| unit(Some(dx), add, u));
                })
            })
        } else {
            each(on.len() * c, cost, |u| unit(None, false, u));
            None
        };
        let dw = need_dw.then(|| super::tensor(add_in_order(&parts, c * k * k), [c, 1, k, k]));
        [dx, dw]
    }
}

/// The weights of a channel, column by column, turned by half a turn if `turned`.
fn by_column(weights: &[f32], k: usize, turned: bool) -> Taps {
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
    /// Writes what is seen to `dx`, or adds it if `add`, and writes to `dw` the products of what is seen with `x`, summed over all
    /// pixels.
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

/// Writes the sums of a tap in column `v` and row `u` of the turned kernel where it stands in the weights.
#[inline(always)]
unsafe fn write_tap(dw: *mut f32, k: usize, v: usize, u: usize, sum: f32) {
    // SAFETY: the caller's.
    unsafe { dw.add(k * k - 1 - (u * k + v)).write(sum) };
}
