//! [`DepthwiseKernels`] for Flex: a unit is a channel of a ghost batch.
//!
//! For a few images at a time, the plane is written `k` times, shifted by each horizontal tap and padded by rows of zeros above and
//! below. Every tap is then a load from one of these copies; eight vectors of pixels are summed at once in registers. The same
//! copies, of the incoming gradient, give both gradients:
//!
//! ```text
//! dx[i] = sum over taps of  weight[-tap] * g[i + tap]           dw[-tap] = sum over pixels of  x[i] * g[i + tap]
//! ```

use burn::backend::{Flex, flex::FlexTensor};

use super::{
    Out, add_in_order, each, filled, numbers, ordered,
    planes::{Columns, Source, Spill, load, shifted, store},
    scratch, sides,
    simd::{Vector, simd_fn},
    zero_others,
};
use crate::depthwise::DepthwiseKernels;

/// Vectors of pixels summed at once.
const BLOCK: usize = 8;

/// Where the shifted copies of the planes of some images lie.
#[derive(Clone, Copy)]
struct Copies {
    /// Numbers of a plane, and of a row.
    len: usize,
    w: usize,
    /// From an image to the next, rows of padding included.
    image: usize,
    /// From a shift to the next.
    shift: usize,
    /// Images at a time.
    images: usize,
}

impl Copies {
    fn new(k: usize, h: usize, w: usize, images: usize) -> Self {
        let len = h * w;
        // Eight vectors of sixteen, in as few images as have them.
        let images = (BLOCK * 16).div_ceil(len).min(images);
        let image = (len + (k - 1) * w).next_multiple_of(16);
        Self {
            len,
            w,
            image,
            shift: image * images,
            images,
        }
    }

    /// Numbers of all copies, a vector over the end, and the room for a plane at the edge of the tensor.
    fn total(&self, k: usize) -> usize {
        k * self.shift + 16 + self.len + 2 * k
    }
}

impl DepthwiseKernels for Flex {
    fn forward(x: FlexTensor, weight: FlexTensor, groups: usize, on: &[u32]) -> FlexTensor {
        let (x, weight) = (ordered(x), ordered(weight));
        let [rows, c, h, w] = sides(&x);
        let k = sides(&weight)[3];
        let (size, plane) = (rows / groups, h * w);
        let columns = Columns::new(k, w);
        let copies = Copies::new(k, h, w, size);
        let (input, weights) = (numbers(&x), numbers(&weight));
        let unit = |y: Out<'_>, unit: usize| {
            let (i, channel) = (unit / c, unit % c);
            let source = Source {
                numbers: input,
                first: (on[i] as usize * size * c + channel) * plane,
                stride: c * plane,
                len: plane,
            };
            let taps = by_column(&weights[channel * k * k..], k, false);
            let to = y.at(
                (i * size * c + channel) * plane,
                (size - 1) * c * plane + plane,
            );
            scratch(copies.total(k), |room| {
                // SAFETY: planes of a channel lie `c * plane` apart in both tensors, the room is as large as `Copies` says.
                unsafe {
                    match k {
                        3 => convolve::<3>(source, to, &taps, size, copies, &columns, room),
                        5 => convolve::<5>(source, to, &taps, size, copies, &columns, room),
                        7 => convolve::<7>(source, to, &taps, size, copies, &columns, room),
                        _ => unreachable!("kernels of 3, 5 and 7"),
                    }
                }
            });
        };
        // SAFETY: the units cover all channels of all listed ghost batches.
        unsafe {
            filled([on.len() * size, c, h, w], |y| {
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
    ) -> [Option<FlexTensor>; 2] {
        let (grad, x, weight) = (ordered(grad), ordered(x), ordered(weight));
        let shape = sides(&x);
        let [rows, c, h, w] = shape;
        let k = sides(&weight)[3];
        let (size, plane) = (rows / groups, h * w);
        let columns = Columns::new(k, w);
        let copies = Copies::new(k, h, w, size);
        let (input, weights, incoming) = (numbers(&x), numbers(&weight), numbers(&grad));
        let mut parts = vec![0.0; if need_dw { on.len() * c * k * k } else { 0 }];
        let parts_out = Out::new(&mut parts);
        let unit = |dx: Option<Out<'_>>, unit: usize| {
            let (i, channel) = (unit / c, unit % c);
            let plane_at = |ghost: usize| (ghost * size * c + channel) * plane;
            let source = Source {
                numbers: incoming,
                first: plane_at(i),
                stride: c * plane,
                len: plane,
            };
            let at = plane_at(on[i] as usize);
            let span = (size - 1) * c * plane + plane;
            let taps = by_column(&weights[channel * k * k..], k, true);
            let to = dx.map(|dx| dx.at(at, span));
            let from = input[at..at + span].as_ptr();
            let part = need_dw.then(|| parts_out.at(unit * k * k, k * k));
            scratch(copies.total(k), |room| {
                // SAFETY: as in `forward`; `dw` has `k * k` numbers.
                unsafe {
                    match k {
                        3 => gradients::<3>(
                            source, from, to, part, &taps, size, copies, &columns, room,
                        ),
                        5 => gradients::<5>(
                            source, from, to, part, &taps, size, copies, &columns, room,
                        ),
                        7 => gradients::<7>(
                            source, from, to, part, &taps, size, copies, &columns, room,
                        ),
                        _ => unreachable!("kernels of 3, 5 and 7"),
                    }
                }
            });
        };
        let cost = size * plane * k * k / 8;
        let dx = if need_dx {
            // SAFETY: the units write the listed ghost batches, and the others are set to zero.
            Some(unsafe {
                filled(shape, |dx| {
                    zero_others(dx, size * c * plane, groups, on);
                    each(on.len() * c, cost, |u| unit(Some(dx), u));
                })
            })
        } else {
            each(on.len() * c, cost, |u| unit(None, u));
            None
        };
        let dw = need_dw.then(|| super::tensor(add_in_order(&parts, c * k * k), [c, 1, k, k]));
        [dx, dw]
    }
}

/// The weights of a channel, column by column, turned by half a turn if `turned`.
fn by_column(weights: &[f32], k: usize, turned: bool) -> [f32; 49] {
    let mut out = [0.0; 49];
    for v in 0..k {
        for u in 0..k {
            let from = u * k + v;
            out[v * k + u] = weights[if turned { k * k - 1 - from } else { from }];
        }
    }
    out
}

/// Writes the shifted copies of `count` images from image `first` on; the rows of padding are there.
#[inline(always)]
unsafe fn write_copies<V: Vector, const K: usize>(
    source: Source<'_>,
    first: usize,
    count: usize,
    copies: Copies,
    columns: &Columns,
    room: *mut f32,
) {
    let half = K / 2;
    // SAFETY: the caller's.
    unsafe {
        let edge = room.add(K * copies.shift + 16);
        for t in 0..count {
            let plane = source.plane(first + t, half, edge);
            for v in 0..K {
                let to = room.add(v * copies.shift + t * copies.image + half * copies.w);
                shifted::<V>(
                    plane,
                    copies.len,
                    v as isize - half as isize,
                    columns.of(v),
                    to,
                );
            }
        }
    }
}

/// Writes the sums over all taps for `count` images whose copies are in `room`.
#[inline(always)]
unsafe fn sum_taps<V: Vector, const K: usize>(
    room: *const f32,
    y: *mut f32,
    stride: usize,
    taps: &[f32; 49],
    count: usize,
    copies: Copies,
) {
    let per_image = copies.len.div_ceil(V::LANES);
    let total = per_image * count;
    let mut q = 0;
    let (mut image, mut vector) = (0, 0);
    while q < total {
        let mut from = [0usize; BLOCK];
        let mut to = [0usize; BLOCK];
        let mut lanes = [0usize; BLOCK];
        let used = BLOCK.min(total - q);
        for b in 0..BLOCK {
            if b < used {
                from[b] = image * copies.image + vector * V::LANES;
                to[b] = image * stride + vector * V::LANES;
                lanes[b] = V::LANES.min(copies.len - vector * V::LANES);
                vector += 1;
                if vector == per_image {
                    (image, vector) = (image + 1, 0);
                }
            }
        }
        let mut sums = [V::zero(); BLOCK];
        for v in 0..K {
            for u in 0..K {
                // SAFETY: the caller's: the copies have the rows of padding and a vector over the end.
                unsafe {
                    let base = room.add(v * copies.shift + u * copies.w);
                    let weight = V::splat(*taps.get_unchecked(v * K + u));
                    for b in 0..BLOCK {
                        sums[b] = V::load(base.add(from[b])).mul_add(weight, sums[b]);
                    }
                }
            }
        }
        let sums = Spill::<BLOCK>::of([sums]);
        for b in 0..used {
            // SAFETY: the caller's.
            unsafe { store(sums.get::<V>(b), y.add(to[b]), lanes[b]) };
        }
        q += used;
    }
}

simd_fn! {
    /// Convolves one channel of `size` images.
    ///
    /// # Safety
    /// `source` has the planes, `y` the same planes with the same stride, and `room` the numbers that `copies` needs.
    unsafe fn convolve<V, const K: usize>(
        source: Source<'_>,
        y: *mut f32,
        taps: &[f32; 49],
        size: usize,
        copies: Copies,
        columns: &Columns,
        room: *mut f32,
    ) {
        room.write_bytes(0, K * copies.shift + 16);
        let mut first = 0;
        while first < size {
            let count = copies.images.min(size - first);
            write_copies::<V, K>(source, first, count, copies, columns, room);
            sum_taps::<V, K>(room, y.add(first * source.stride), source.stride, taps, count, copies);
            first += count;
        }
    }
}

simd_fn! {
    /// Both gradients of one channel of `size` images, from the incoming gradient `source`.
    ///
    /// # Safety
    /// As [`convolve`]; `x` and `dx` have the planes with the stride of `source`, `dw` has `K * K` numbers.
    unsafe fn gradients<V, const K: usize>(
        source: Source<'_>,
        x: *const f32,
        dx: Option<*mut f32>,
        dw: Option<*mut f32>,
        taps: &[f32; 49],
        size: usize,
        copies: Copies,
        columns: &Columns,
        room: *mut f32,
    ) {
        room.write_bytes(0, K * copies.shift + 16);
        let mut sums = [[V::zero(); K]; K];
        let mut first = 0;
        while first < size {
            let count = copies.images.min(size - first);
            let at = first * source.stride;
            write_copies::<V, K>(source, first, count, copies, columns, room);
            if let Some(dx) = dx {
                sum_taps::<V, K>(room, dx.add(at), source.stride, taps, count, copies);
            }
            if dw.is_some() {
                sum_pixels::<V, K>(room, x.add(at), source.stride, &mut sums, count, copies);
            }
            first += count;
        }
        if let Some(dw) = dw {
            for v in 0..K {
                for u in 0..K {
                    // Turned by half a turn, and row by row again.
                    dw.add(K * K - 1 - (u * K + v)).write(sums[v][u].sum());
                }
            }
        }
    }
}

/// Adds, for every tap, the products of `x` with the copies in `room`, `sums[column][row]`.
#[inline(always)]
unsafe fn sum_pixels<V: Vector, const K: usize>(
    room: *const f32,
    x: *const f32,
    stride: usize,
    sums: &mut [[V; K]; K],
    count: usize,
    copies: Copies,
) {
    if K == 3 {
        // Nine sums at once: three would wait for each other.
        let mut s = *sums;
        for t in 0..count {
            let mut i = 0;
            while i < copies.len {
                // SAFETY: the caller's.
                unsafe {
                    let pixel: V = load(x.add(t * stride + i), V::LANES.min(copies.len - i));
                    let base = room.add(t * copies.image + i);
                    for (v, column) in s.iter_mut().enumerate() {
                        for (u, sum) in column.iter_mut().enumerate() {
                            let g = V::load(base.add(v * copies.shift + u * copies.w));
                            *sum = g.mul_add(pixel, *sum);
                        }
                    }
                }
                i += V::LANES;
            }
        }
        *sums = s;
        return;
    }
    for (v, column) in sums.iter_mut().enumerate() {
        let mut s = *column;
        for t in 0..count {
            let mut i = 0;
            while i < copies.len {
                // SAFETY: the caller's.
                unsafe {
                    let pixel: V = load(x.add(t * stride + i), V::LANES.min(copies.len - i));
                    let base = room.add(v * copies.shift + t * copies.image + i);
                    for (u, sum) in s.iter_mut().enumerate() {
                        *sum = V::load(base.add(u * copies.w)).mul_add(pixel, *sum);
                    }
                }
                i += V::LANES;
            }
        }
        *column = s;
    }
}
