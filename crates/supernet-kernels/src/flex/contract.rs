//! [`ContractKernels`] for Flex: 1x1 and dense convolutions, blocked over output channels and pixels.
//!
//! A convolution is a sum over *terms*: an input channel looked at through a tap. Eight output channels by two vectors of pixels are
//! summed at once in registers; each term costs two loads and sixteen multiply-adds. Where the kernel is more than 1x1, the planes
//! of an image are first copied into scratch with rows of zeros above and below, and columns that do not exist are masked.
//! The input's gradient is the same sum with the weights turned and transposed; a weight's gradient is a product of planes.

use burn::backend::{Flex, flex::FlexTensor};

use super::{
    Job, Out, add_in_order, each, filled, gradient, jobs_of_input, numbers, ordered, owned,
    planes::{Columns, Source, Spill, load, put, store},
    scratch, sides,
    simd::{Vector, simd_fn},
};
use crate::{contract::ContractKernels, ghosts::Lists};

/// Output channels in a block.
const ROWS: usize = 8;

/// Sides of one contraction.
#[derive(Clone, Copy)]
struct Sides {
    c_in: usize,
    c_out: usize,
    kh: usize,
    kw: usize,
    h: usize,
    w: usize,
}

impl Sides {
    fn plane(&self) -> usize {
        self.h * self.w
    }

    /// Taps of a kernel.
    fn taps(&self) -> usize {
        self.kh * self.kw
    }

    /// Terms of a sum.
    fn terms(&self) -> usize {
        self.c_in * self.taps()
    }

    /// The contraction that gives the input's gradient.
    fn transposed(self) -> Self {
        Self {
            c_in: self.c_out,
            c_out: self.c_in,
            ..self
        }
    }

    /// From a channel to the next in scratch: rows of padding above and below.
    fn channel(&self) -> usize {
        (self.plane() + (self.kh - 1) * self.w).next_multiple_of(16)
    }

    /// Numbers before the first channel in scratch, for taps that look to the left.
    fn margin(&self) -> usize {
        (self.kw / 2).next_multiple_of(16)
    }

    /// Numbers in scratch for `images` images.
    fn room(&self, images: usize) -> usize {
        images * self.c_in * self.channel() + 2 * self.margin() + 16
    }
}

impl ContractKernels for Flex {
    fn forward(x: FlexTensor, weight: FlexTensor, groups: usize, on: &[u32]) -> FlexTensor {
        let (x, weight) = (ordered(x), ordered(weight));
        let (sides_of, size) = contraction(&x, &weight, groups);
        let packed = pack(numbers(&weight), sides_of, false);
        let jobs: Vec<Job> = (0..on.len())
            .map(|i| Job {
                to: i,
                from: vec![on[i] as usize],
            })
            .collect();
        // SAFETY: the jobs cover every ghost batch of the result.
        unsafe {
            filled(
                [on.len() * size, sides_of.c_out, sides_of.h, sides_of.w],
                |y| {
                    contract(numbers(&x), &packed, y, sides_of, size, &jobs, false);
                },
            )
        }
    }

    fn forward_add(
        acc: FlexTensor,
        x: FlexTensor,
        weight: FlexTensor,
        groups: usize,
        lists: &Lists,
    ) -> FlexTensor {
        let (x, weight) = (ordered(x), ordered(weight));
        let mut acc = owned(acc);
        let size = sides(&acc)[0] / groups;
        let (sides_of, _) = contraction(&x, &weight, 1);
        let packed = pack(numbers(&weight), sides_of, false);
        let jobs: Vec<Job> = lists
            .read
            .iter()
            .zip(&lists.write)
            .map(|(&from, &to)| Job {
                to: to as usize,
                from: vec![from as usize],
            })
            .collect();
        let y = Out::new(acc.storage_mut());
        contract(numbers(&x), &packed, y, sides_of, size, &jobs, true);
        acc
    }

    fn backward_input(
        grad: FlexTensor,
        weight: FlexTensor,
        size: usize,
        groups_of_x: usize,
        lists: &Lists,
        into: Option<FlexTensor>,
    ) -> FlexTensor {
        let (grad, weight) = (ordered(grad), ordered(weight));
        let [c_out, c_in, kh, kw] = sides(&weight);
        let [_, _, h, w] = sides(&grad);
        let sides_of = Sides {
            c_in,
            c_out,
            kh,
            kw,
            h,
            w,
        }
        .transposed();
        let packed = pack(numbers(&weight), sides_of, true);
        let (jobs, listed) = jobs_of_input(groups_of_x, lists);
        let shape = [groups_of_x * size, c_in, h, w];
        // SAFETY: the jobs write the ghost batches that are read.
        unsafe {
            gradient(shape, groups_of_x, &listed, into, |dx, add| {
                contract(numbers(&grad), &packed, dx, sides_of, size, &jobs, add);
            })
        }
    }

    fn backward_weight(
        grad: FlexTensor,
        x: FlexTensor,
        weight: [usize; 4],
        size: usize,
        lists: &Lists,
    ) -> FlexTensor {
        let (grad, x) = (ordered(grad), ordered(x));
        let [c_out, c_in, kh, kw] = weight;
        let [_, _, h, w] = sides(&x);
        let sides_of = Sides {
            c_in,
            c_out,
            kh,
            kw,
            h,
            w,
        };
        let dw = weight_gradient(numbers(&grad), numbers(&x), sides_of, size, lists);
        super::tensor(dw, weight)
    }
}

fn contraction(x: &FlexTensor, weight: &FlexTensor, groups: usize) -> (Sides, usize) {
    let [rows, _, h, w] = sides(x);
    let [c_out, c_in, kh, kw] = sides(weight);
    (
        Sides {
            c_in,
            c_out,
            kh,
            kw,
            h,
            w,
        },
        rows / groups,
    )
}

/// The weights in the order of the sum, `[block of output channels][column][input channel][row][output channel of the block]`, zero
/// where the last block has no channel. `turned`: those of the input's gradient, from the weights of the forward contraction.
fn pack(weight: &[f32], s: Sides, turned: bool) -> Vec<f32> {
    let mut packed = Vec::with_capacity(s.c_out.next_multiple_of(ROWS) * s.terms());
    for block in (0..s.c_out).step_by(ROWS) {
        for v in 0..s.kw {
            for c in 0..s.c_in {
                for u in 0..s.kh {
                    for o in block..block + ROWS {
                        packed.push(if o >= s.c_out {
                            0.0
                        } else if turned {
                            // The forward contraction has `s.c_in` output channels.
                            weight[((c * s.c_out + o) * s.kh + s.kh - 1 - u) * s.kw + s.kw - 1 - v]
                        } else {
                            weight[((o * s.c_in + c) * s.kh + u) * s.kw + v]
                        });
                    }
                }
            }
        }
    }
    packed
}

/// Runs the jobs: `y[to] = sum of contractions of x[from]`, or adds them to `y[to]` if `add`.
fn contract(x: &[f32], packed: &[f32], y: Out<'_>, s: Sides, size: usize, jobs: &[Job], add: bool) {
    let plane = s.plane();
    let columns = (s.kw > 1).then(|| Columns::new(s.kw, s.w));
    // At least two vectors of sixteen at a time.
    let images = 32usize.div_ceil(plane).min(size);
    let per_image = plane * s.terms() * s.c_out / 16;
    // A unit is a run of images of a ghost batch.
    let run = (16384 / per_image.max(1))
        .next_multiple_of(images)
        .clamp(images, size.next_multiple_of(images));
    let runs = size.div_ceil(run);
    // 1x1 on whole vectors reads the tensor itself.
    let direct = s.taps() == 1 && plane.is_multiple_of(16);
    each(jobs.len() * runs, run * per_image, |unit| {
        let (job, first) = (&jobs[unit / runs], unit % runs * run);
        let count = run.min(size - first);
        let to = y.at(
            (job.to * size + first) * s.c_out * plane,
            count * s.c_out * plane,
        );
        scratch(if direct { 0 } else { s.room(images) }, |room| {
            for (i, &from) in job.from.iter().enumerate() {
                let source = Source {
                    numbers: x,
                    first: (from * size + first) * s.c_in * plane,
                    stride: s.c_in * plane,
                    len: s.c_in * plane,
                };
                // SAFETY: the images are in `x`, their outputs in `y`, and the room is as large as `Sides` says.
                unsafe {
                    match &columns {
                        Some(columns) => run_images::<true>(
                            source,
                            count,
                            images,
                            direct,
                            packed,
                            Some(columns),
                            to,
                            s,
                            add || i > 0,
                            room,
                        ),
                        None => run_images::<false>(
                            source,
                            count,
                            images,
                            direct,
                            packed,
                            None,
                            to,
                            s,
                            add || i > 0,
                            room,
                        ),
                    }
                }
            }
        });
    });
}

simd_fn! {
    /// Contracts `count` images, a few at a time.
    ///
    /// # Safety
    /// `source` has the images, `y` room for their outputs, `room` the numbers that `Sides` says (unless `direct`).
    unsafe fn run_images<V, const MASKED: bool>(
        source: Source<'_>,
        count: usize,
        images: usize,
        direct: bool,
        packed: &[f32],
        columns: Option<&Columns>,
        y: *mut f32,
        s: Sides,
        add: bool,
        room: *mut f32,
    ) {
        let mut first = 0;
        if !direct {
            room.write_bytes(0, s.room(images));
        }
        while first < count {
            let some = images.min(count - first);
            let at = Images {
                start: if direct {
                    source.numbers[source.first + first * source.stride..].as_ptr()
                } else {
                    stage::<V>(source, first, some, s, room)
                },
                count: some,
                stride: if direct { source.stride } else { s.c_in * s.channel() },
                channel: if direct { s.plane() } else { s.channel() },
            };
            let to = y.add(first * s.c_out * s.plane());
            for block in 0..s.c_out.div_ceil(ROWS) {
                let weights = packed[block * ROWS * s.terms()..].as_ptr();
                let rows = ROWS.min(s.c_out - block * ROWS);
                let to = to.add(block * ROWS * s.plane());
                if V::WIDE_FILE {
                    block_of_channels::<V, 8, 2, MASKED>(at, weights, columns, to, rows, s, add);
                } else {
                    block_of_channels::<V, 4, 2, MASKED>(at, weights, columns, to, rows.min(4), s, add);
                    if rows > 4 {
                        block_of_channels::<V, 4, 2, MASKED>(
                            at, weights.add(4), columns, to.add(4 * s.plane()), rows - 4, s, add,
                        );
                    }
                }
            }
            first += some;
        }
    }
}

/// Images whose planes are read: the tensor itself, or scratch.
#[derive(Clone, Copy)]
struct Images {
    /// The first number of the first channel, its padding included.
    start: *const f32,
    count: usize,
    stride: usize,
    channel: usize,
}

/// Copies the planes of `count` images into `room`, where the padding is zero already, and returns where they begin.
#[inline(always)]
unsafe fn stage<V: Vector>(
    source: Source<'_>,
    first: usize,
    count: usize,
    s: Sides,
    room: *mut f32,
) -> *const f32 {
    let plane = s.plane();
    // SAFETY: the caller's.
    unsafe {
        let start = room.add(s.margin());
        for t in 0..count {
            let from = source.numbers[source.first + (first + t) * source.stride..].as_ptr();
            for c in 0..s.c_in {
                let to = start.add((t * s.c_in + c) * s.channel() + s.kh / 2 * s.w);
                let from = from.add(c * plane);
                let mut i = 0;
                while i < plane {
                    let lanes = V::LANES.min(plane - i);
                    store(load::<V>(from.add(i), lanes), to.add(i), lanes);
                    i += V::LANES;
                }
            }
        }
        start
    }
}

/// `R` output channels of some images, `P` vectors of pixels at a time. `rows` of the channels exist.
#[inline(always)]
unsafe fn block_of_channels<V: Vector, const R: usize, const P: usize, const MASKED: bool>(
    at: Images,
    weights: *const f32,
    columns: Option<&Columns>,
    y: *mut f32,
    rows: usize,
    s: Sides,
    add: bool,
) {
    let plane = s.plane();
    let per_image = plane.div_ceil(V::LANES);
    let total = per_image * at.count;
    let (mut image, mut vector, mut q) = (0, 0, 0);
    while q < total {
        let (mut from, mut to, mut lanes, mut pixel) = ([0; P], [0; P], [0; P], [0; P]);
        let used = P.min(total - q);
        for b in 0..used {
            pixel[b] = vector * V::LANES;
            from[b] = image * at.stride + pixel[b];
            to[b] = image * s.c_out * plane + pixel[b];
            lanes[b] = V::LANES.min(plane - pixel[b]);
            vector += 1;
            if vector == per_image {
                (image, vector) = (image + 1, 0);
            }
        }
        let mut sums = [[V::zero(); P]; R];
        let mut w = weights;
        for v in 0..s.kw {
            let mut masks = [V::zero(); P];
            if let (true, Some(columns)) = (MASKED, columns) {
                let (mask, period) = columns.of(v);
                for b in 0..P {
                    // SAFETY: the pattern has whole vectors.
                    masks[b] = unsafe { V::load(mask.add(pixel[b] % period)) };
                }
            }
            for c in 0..s.c_in {
                let channel = at
                    .start
                    .wrapping_add(c * at.channel + v)
                    .wrapping_sub(s.kw / 2);
                for u in 0..s.kh {
                    // SAFETY: the caller's: pixels, padding and margins are there, and the weights of the block.
                    unsafe {
                        let row = channel.wrapping_add(u * s.w);
                        let mut pixels = [V::zero(); P];
                        for b in 0..P {
                            let p = V::load(row.wrapping_add(from[b]));
                            pixels[b] = if MASKED { p.and(masks[b]) } else { p };
                        }
                        for r in 0..R {
                            let weight = V::splat(*w.add(r));
                            for b in 0..P {
                                sums[r][b] = pixels[b].mul_add(weight, sums[r][b]);
                            }
                        }
                        w = w.add(ROWS);
                    }
                }
            }
        }
        let sums = Spill::<16>::of(sums);
        for r in 0..rows {
            for b in 0..used {
                // SAFETY: the caller's.
                unsafe {
                    let y = y.add(r * plane + to[b]);
                    put(sums.get::<V>(r * P + b), y, lanes[b], add);
                }
            }
        }
        q += used;
    }
}

/// Terms in a block of a weight gradient.
const TERMS: usize = 4;

/// The gradient of the weights: per pair of ghost batches a partial sum, added in the order of the lists.
fn weight_gradient(grad: &[f32], x: &[f32], s: Sides, size: usize, lists: &Lists) -> Vec<f32> {
    let plane = s.plane();
    let columns = Columns::new(s.kw, s.w);
    // Images of a partial sum: their planes stay in the nearest cache. Depends on shapes alone.
    let images = (1024 / plane).clamp(1, size.min(16));
    let parts_of_ghost = size.div_ceil(images);
    let channels = 2 * ROWS;
    let blocks = s.c_out.div_ceil(channels);
    let pairs: Vec<_> = lists.read.iter().zip(&lists.write).collect();
    let len = s.c_out * s.terms();
    let mut parts = vec![0.0; pairs.len() * parts_of_ghost * len];
    let out = Out::new(&mut parts);
    let direct = s.taps() == 1 && plane.is_multiple_of(16);
    let cost = images * plane * s.terms() * channels.min(s.c_out) / 16;
    each(pairs.len() * parts_of_ghost * blocks, cost, |unit| {
        let (part, block) = (unit / blocks, unit % blocks);
        let (pair, first) = (part / parts_of_ghost, part % parts_of_ghost * images);
        let count = images.min(size - first);
        let (&read, &write) = pairs[pair];
        let source = Source {
            numbers: x,
            first: (read as usize * size + first) * s.c_in * plane,
            stride: s.c_in * plane,
            len: s.c_in * plane,
        };
        let from = block * channels;
        let rows = channels.min(s.c_out - from);
        let g = &grad[((write as usize * size + first) * s.c_out + from) * plane..];
        let dw = out.at(part * len + from * s.terms(), rows * s.terms());
        scratch(if direct { 0 } else { s.room(count) }, |room| {
            // SAFETY: the images are in `x` and `grad`; a unit writes rows of its own.
            unsafe {
                if s.kw > 1 {
                    products::<true>(
                        source,
                        count,
                        direct,
                        g.as_ptr(),
                        rows,
                        &columns,
                        dw,
                        s,
                        room,
                    );
                } else {
                    products::<false>(
                        source,
                        count,
                        direct,
                        g.as_ptr(),
                        rows,
                        &columns,
                        dw,
                        s,
                        room,
                    );
                }
            }
        });
    });
    add_in_order(&parts, len)
}

simd_fn! {
    /// `dw[o][term] = sum over the pixels of count images of g[o] * x[term]` for `rows` output channels.
    ///
    /// # Safety
    /// As [`run_images`]; `g` has the images with `c_out` channels each, `dw` room for `rows` rows.
    unsafe fn products<V, const MASKED: bool>(
        source: Source<'_>,
        count: usize,
        direct: bool,
        g: *const f32,
        rows: usize,
        columns: &Columns,
        dw: *mut f32,
        s: Sides,
        room: *mut f32,
    ) {
        let at = if direct {
            Images {
                start: source.numbers[source.first..].as_ptr(),
                count,
                stride: source.stride,
                channel: s.plane(),
            }
        } else {
            room.write_bytes(0, s.room(count));
            Images {
                start: stage::<V>(source, 0, count, s, room),
                count,
                stride: s.c_in * s.channel(),
                channel: s.channel(),
            }
        };
        let terms = s.terms();
        let mut o = 0;
        while o < rows {
            let mut term = 0;
            while term < terms {
                let some = TERMS.min(terms - term);
                let to = dw.add(o * terms + term);
                let g = g.add(o * s.plane());
                if V::WIDE_FILE {
                    product_block::<V, 4, MASKED>(at, g, (rows - o).min(4), term, some, columns, to, s);
                } else {
                    product_block::<V, 2, MASKED>(at, g, (rows - o).min(2), term, some, columns, to, s);
                }
                term += some;
            }
            o += if V::WIDE_FILE { 4 } else { 2 };
        }
    }
}

/// `R` output channels by `TERMS` terms, of which `rows` and `some` exist.
#[inline(always)]
#[allow(clippy::too_many_arguments)]
unsafe fn product_block<V: Vector, const R: usize, const MASKED: bool>(
    at: Images,
    g: *const f32,
    rows: usize,
    term: usize,
    some: usize,
    columns: &Columns,
    dw: *mut f32,
    s: Sides,
) {
    let plane = s.plane();
    let taps = s.taps();
    let mut from = [at.start; TERMS];
    let mut masks = [columns.of(0); TERMS];
    for (j, (from, mask)) in from.iter_mut().zip(&mut masks).enumerate() {
        // A term that does not exist repeats the last.
        let term = term + j.min(some - 1);
        let (c, u, v) = (term / taps, term % taps / s.kw, term % s.kw);
        *from = at
            .start
            .wrapping_add(c * at.channel + u * s.w + v)
            .wrapping_sub(s.kw / 2);
        *mask = columns.of(v);
    }
    let mut of = [0; R];
    for (r, of) in of.iter_mut().enumerate() {
        *of = r.min(rows - 1) * plane;
    }
    let mut sums = [[V::zero(); TERMS]; R];
    let whole = plane - plane % V::LANES;
    for t in 0..at.count {
        let (mut i, mut p) = (0, 0);
        let g = g.wrapping_add(t * s.c_out * plane);
        let of_x = t * at.stride;
        while i < whole {
            // SAFETY: the caller's.
            unsafe {
                let mut outs = [V::zero(); R];
                for r in 0..R {
                    outs[r] = V::load(g.add(i + of[r]));
                }
                for j in 0..TERMS {
                    let mut x = V::load(from[j].wrapping_add(of_x + i));
                    if MASKED {
                        x = x.and(V::load(masks[j].0.add(p)));
                    }
                    for r in 0..R {
                        sums[r][j] = outs[r].mul_add(x, sums[r][j]);
                    }
                }
            }
            i += V::LANES;
            p += V::LANES;
            if p == masks[0].1 {
                p = 0;
            }
        }
        if i < plane {
            // SAFETY: the caller's; what lies behind the plane is multiplied by zero.
            unsafe {
                let mut outs = [V::zero(); R];
                for r in 0..R {
                    outs[r] = V::load_part(g.add(i + of[r]), plane - i);
                }
                for j in 0..TERMS {
                    let mut x = V::load(from[j].wrapping_add(of_x + i));
                    if MASKED {
                        x = x.and(V::load(masks[j].0.add(p)));
                    }
                    for r in 0..R {
                        sums[r][j] = outs[r].mul_add(x, sums[r][j]);
                    }
                }
            }
        }
    }
    let sums = Spill::<16>::of(sums);
    for r in 0..rows {
        for j in 0..some {
            // SAFETY: the caller's.
            unsafe {
                dw.add(r * s.terms() + j)
                    .write(sums.get::<V>(r * TERMS + j).sum())
            };
        }
    }
}
