//! Sums over terms: eight output channels by two vectors of pixels at once in registers.

use super::{
    images::{Images, stage},
    sides::{ROWS, Sides},
};
use crate::flex::{
    Job, Out, each,
    planes::{Columns, Source, Spill, put},
    scratch,
    simd::{Vector, simd_fn},
};

/// What all units of a contraction share.
struct Plan<'a> {
    s: Sides,
    packed: &'a [f32],
    columns: Columns,
    /// Images at a time.
    images: usize,
    /// Whether the tensor itself is read: a 1x1 on whole vectors.
    direct: bool,
}

/// Runs the jobs: `y[to] = sum of contractions of x[from]`, or adds them to `y[to]` if `add`.
pub(super) fn contract(x: &[f32], packed: &[f32], y: Out<'_>, s: Sides, size: usize, jobs: &[Job], add: bool) {
    let plane = s.plane();
    let plan = Plan {
        s,
        packed,
        columns: Columns::new(s.kw, s.w),
        // At least two vectors of sixteen.
        images: 32usize.div_ceil(plane).min(size),
        direct: s.taps() == 1 && plane.is_multiple_of(16),
    };
    let per_image = plane * s.terms() * s.c_out / 16;
    // A unit is a run of images of a ghost batch.
    let run =
        (16384 / per_image.max(1)).next_multiple_of(plan.images).clamp(plan.images, size.next_multiple_of(plan.images));
    let runs = size.div_ceil(run);
    let room = if plan.direct { 0 } else { s.room(plan.images) };
    each(jobs.len() * runs, run * per_image, |unit| {
        let (job, first) = (&jobs[unit / runs], unit % runs * run);
        let count = run.min(size - first);
        let at = (job.to * size + first) * s.c_out * plane;
        let to = y.at(at, count * s.c_out * plane);
        scratch(room, |room| {
            for (i, &from) in job.from.iter().enumerate() {
                let source = Source {
                    numbers: x,
                    first: (from * size + first) * s.c_in * plane,
                    stride: s.c_in * plane,
                    len: s.c_in * plane,
                };
                let add = add || i > 0;
                // SAFETY: the images are in `x`, their outputs in `y`, and the room is as large as `Sides` says.
                unsafe {
                    if s.kw > 1 {
                        run_images::<true>(&plan, source, count, to, add, room);
                    } else {
                        run_images::<false>(&plan, source, count, to, add, room);
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
        plan: &Plan<'_>,
        source: Source<'_>,
        count: usize,
        y: *mut f32,
        add: bool,
        room: *mut f32,
    ) {
        let s = plan.s;
        let mut first = 0;
        if !plan.direct {
            room.write_bytes(0, s.room(plan.images));
        }
        while first < count {
            let some = plan.images.min(count - first);
            let at = if plan.direct {
                Images {
                    start: source.numbers[source.first + first * source.stride..].as_ptr(),
                    count: some,
                    image: source.stride,
                    channel: s.plane(),
                }
            } else {
                let at = Images {
                    start: room.add(s.margin()),
                    count: some,
                    image: s.c_in * s.channel(),
                    channel: s.channel(),
                };
                stage::<V>(source, first, some, s.c_in, s.plane(), s.above(), at);
                at
            };
            let to = y.add(first * s.c_out * s.plane());
            for block in 0..s.c_out.div_ceil(ROWS) {
                let weights = plan.packed[block * ROWS * s.terms()..].as_ptr();
                let rows = ROWS.min(s.c_out - block * ROWS);
                let to = to.add(block * ROWS * s.plane());
                if V::WIDE_FILE {
                    block_of_channels::<V, 8, 2, MASKED>(plan, at, weights, to, rows, add);
                } else {
                    block_of_channels::<V, 4, 2, MASKED>(plan, at, weights, to, rows.min(4), add);
                    if rows > 4 {
                        let (weights, to) = (weights.add(4), to.add(4 * s.plane()));
                        block_of_channels::<V, 4, 2, MASKED>(plan, at, weights, to, rows - 4, add);
                    }
                }
            }
            first += some;
        }
    }
}

/// `R` output channels of some images, `P` vectors of pixels at a time. `rows` of the channels exist.
#[inline(always)]
unsafe fn block_of_channels<V: Vector, const R: usize, const P: usize, const MASKED: bool>(
    plan: &Plan<'_>,
    at: Images,
    weights: *const f32,
    y: *mut f32,
    rows: usize,
    add: bool,
) {
    let s = plan.s;
    let plane = s.plane();
    let per_image = plane.div_ceil(V::LANES);
    let total = per_image * at.count;
    let (mut image, mut vector, mut q) = (0, 0, 0);
    while q < total {
        let (mut from, mut to, mut lanes, mut pixel) = ([0; P], [0; P], [0; P], [0; P]);
        let used = P.min(total - q);
        for b in 0..used {
            pixel[b] = vector * V::LANES;
            from[b] = image * at.image + pixel[b];
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
            let (pattern, period) = plan.columns.of(v);
            // SAFETY: the pattern has whole vectors.
            let mut masks = unsafe { [V::mask(pattern.add(pixel[0] % period)); P] };
            for b in 1..P {
                // SAFETY: as above.
                masks[b] = unsafe { V::mask(pattern.add(pixel[b] % period)) };
            }
            for c in 0..s.c_in {
                let channel = at.start.wrapping_add(c * at.channel + v).wrapping_sub(s.kw / 2);
                for u in 0..s.kh {
                    // SAFETY: the caller's: pixels, padding and margins are there, and the weights of the block.
                    unsafe {
                        let row = channel.wrapping_add(u * s.w);
                        let mut pixels = [V::zero(); P];
                        for b in 0..P {
                            let from = row.wrapping_add(from[b]);
                            pixels[b] = if MASKED { V::load_where(from, masks[b]) } else { V::load(from) };
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
