//! Sums over terms: eight output channels by two vectors of pixels at once in registers.

use super::{
    images::{Images, clear_padding, stage},
    sides::{ROWS, Sides},
};
use crate::flex::{
    Job, Out, each,
    planes::{Columns, Source, Spill, load, put},
    scratch,
    simd::{Vector, simd_fn},
};

/// What is read and written how.
#[derive(Clone, Copy, Default)]
pub(super) struct Way<'a> {
    /// Adds to what is there.
    pub(super) add: bool,
    /// Reads max(0, ·).
    pub(super) relu: bool,
    /// Numbers like those that are written: zero counts where one is not positive.
    pub(super) mask: Option<&'a [f32]>,
}

/// What all units of a contraction share.
struct Plan<'a> {
    s: Sides,
    packed: &'a [f32],
    columns: Columns,
    /// Images at a time.
    images: usize,
    /// Whether the tensor itself is read: a 1x1 on whole vectors.
    direct: bool,
    /// Whether the planes of a channel's images stand side by side in scratch and are read as one:
    /// a 1x1 on planes that are smaller than a vector.
    joined: bool,
    relu: bool,
}

/// Where a unit writes: the numbers of its images, and those of the mask.
#[derive(Clone, Copy)]
struct Target {
    y: *mut f32,
    /// Null where there is no mask.
    mask: *const f32,
    add: bool,
}

impl Target {
    /// The target `numbers` further on.
    #[inline(always)]
    fn after(self, numbers: usize) -> Self {
        let mask = if self.mask.is_null() { self.mask } else { self.mask.wrapping_add(numbers) };
        Self { y: self.y.wrapping_add(numbers), mask, ..self }
    }

    /// Stores `lanes` numbers.
    #[inline(always)]
    unsafe fn put<V: Vector>(self, v: V, lanes: usize) {
        // SAFETY: the caller's.
        unsafe {
            let v = if self.mask.is_null() { v } else { v.where_greater(load(self.mask, lanes), V::zero()) };
            put(v, self.y, lanes, self.add);
        }
    }
}

/// Runs the jobs: `y[to] = sum of contractions of x[from]`, or adds them to `y[to]`.
pub(super) fn contract(x: &[f32], packed: &[f32], y: Out<'_>, s: Sides, size: usize, jobs: &[Job], way: Way<'_>) {
    let plane = s.plane();
    let plan = Plan {
        s,
        packed,
        columns: Columns::new(s.kw, s.w),
        // At least two vectors of sixteen.
        images: 32usize.div_ceil(plane).min(size),
        direct: s.taps() == 1 && plane.is_multiple_of(16),
        joined: s.taps() == 1 && plane < 16,
        relu: way.relu,
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
        let numbers = count * s.c_out * plane;
        let mask = way.mask.map_or(std::ptr::null(), |mask| mask[at..at + numbers].as_ptr());
        let to = y.at(at, numbers);
        scratch(room, |room| {
            for (i, &from) in job.from.iter().enumerate() {
                let source = Source {
                    numbers: x,
                    first: (from * size + first) * s.c_in * plane,
                    stride: s.c_in * plane,
                    len: s.c_in * plane,
                };
                let to = Target { y: to, mask, add: way.add || i > 0 };
                // SAFETY: the images are in `x`, their outputs in `y`, and the room is as large as
                // `Sides` says.
                unsafe {
                    if s.kw > 1 {
                        run_images::<true, false>(&plan, source, count, to, room);
                    } else if plan.direct && plan.relu {
                        run_images::<false, true>(&plan, source, count, to, room);
                    } else {
                        run_images::<false, false>(&plan, source, count, to, room);
                    }
                }
            }
        });
    });
}

simd_fn! {
    /// Contracts `count` images, a few at a time. `RELU`: what is read from the tensor itself is
    /// read as max(0, ·).
    ///
    /// # Safety
    /// `source` has the images, `target` room for their outputs, `room` the numbers that `Sides`
    /// says (unless `direct`).
    unsafe fn run_images<V, const MASKED: bool, const RELU: bool>(
        plan: &Plan<'_>,
        source: Source<'_>,
        count: usize,
        target: Target,
        room: *mut f32,
    ) {
        let s = plan.s;
        let mut first = 0;
        if !plan.direct && !plan.joined {
            clear_padding(s, plan.images, room);
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
                let channel = if plan.joined { (plan.images * s.plane()).next_multiple_of(16) } else { s.channel() };
                let image = if plan.joined { s.plane() } else { s.c_in * s.channel() };
                let at = Images { start: room.add(s.margin()), count: some, image, channel };
                stage::<V>(source, first, some, s.c_in, s.plane(), s.above(), plan.relu, at);
                at
            };
            let to = target.after(first * s.c_out * s.plane());
            for block in 0..s.c_out.div_ceil(ROWS) {
                let weights = plan.packed[block * ROWS * s.terms()..].as_ptr();
                let rows = ROWS.min(s.c_out - block * ROWS);
                let to = to.after(block * ROWS * s.plane());
                if V::WIDE_FILE {
                    block_of_channels::<V, 8, 2, MASKED, RELU>(plan, at, weights, to, rows);
                } else {
                    block_of_channels::<V, 4, 2, MASKED, RELU>(plan, at, weights, to, rows.min(4));
                    if rows > 4 {
                        let (weights, to) = (weights.add(4), to.after(4 * s.plane()));
                        block_of_channels::<V, 4, 2, MASKED, RELU>(plan, at, weights, to, rows - 4);
                    }
                }
            }
            first += some;
        }
    }
}

/// Stores `lanes` numbers of planes that stand side by side, from number `pixel` on, each to its
/// image.
#[inline(always)]
unsafe fn put_apart<V: Vector>(target: Target, from: *const f32, pixel: usize, lanes: usize, s: Sides) {
    let (plane, mut lane) = (s.plane(), 0);
    while lane < lanes {
        let (image, offset) = ((pixel + lane) / plane, (pixel + lane) % plane);
        let some = (plane - offset).min(lanes - lane);
        // SAFETY: the caller's; a plane is smaller than a vector of sixteen.
        unsafe {
            let to = target.after(image * s.c_out * plane + offset);
            to.put(load::<V>(from.add(lane), some), some);
        }
        lane += some;
    }
}

/// `R` output channels of some images, `P` vectors of pixels at a time. `rows` of the channels
/// exist.
#[inline(always)]
unsafe fn block_of_channels<V: Vector, const R: usize, const P: usize, const MASKED: bool, const RELU: bool>(
    plan: &Plan<'_>,
    at: Images,
    weights: *const f32,
    target: Target,
    rows: usize,
) {
    let s = plan.s;
    let (plane, images) = if plan.joined { (at.count * s.plane(), 1) } else { (s.plane(), at.count) };
    let per_image = plane.div_ceil(V::LANES);
    let total = per_image * images;
    let (mut image, mut vector, mut q) = (0, 0, 0);
    while q < total {
        let (mut from, mut to, mut lanes, mut pixel) = ([0; P], [0; P], [0; P], [0; P]);
        let used = P.min(total - q);
        for b in 0..used {
            pixel[b] = vector * V::LANES;
            from[b] = image * at.image + pixel[b];
            to[b] = image * s.c_out * s.plane() + pixel[b];
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
                    // SAFETY: the caller's: pixels, padding and margins are there, and the weights
                    // of the block.
                    unsafe {
                        let row = channel.wrapping_add(u * s.w);
                        let mut pixels = [V::zero(); P];
                        for b in 0..P {
                            let from = row.wrapping_add(from[b]);
                            pixels[b] = if MASKED { V::load_where(from, masks[b]) } else { V::load(from) };
                            if RELU {
                                pixels[b] = pixels[b].max(V::zero());
                            }
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
                    if plan.joined {
                        put_apart::<V>(target.after(r * s.plane()), sums.of_vector(r * P + b), pixel[b], lanes[b], s);
                    } else {
                        target.after(r * s.plane() + to[b]).put(sums.get::<V>(r * P + b), lanes[b]);
                    }
                }
            }
        }
        q += used;
    }
}
