//! Sums over terms: eight output channels by two vectors of pixels at once in registers.

use super::{
    images::{Images, clear_padding, stage},
    sides::{ROWS, Sides},
    target::Target,
    winograd::{MIXED, mixed, put_rows, stage_mixed},
};
use crate::flex::{
    Job, Out, each,
    planes::{Columns, Source, Spill, load},
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
    /// Of what is summed: the contraction, or that of one of its mixed rows.
    s: Sides,
    /// The sides of the contraction whose rows are mixed (`winograd`).
    mixed: Option<Sides>,
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

impl Plan<'_> {
    /// Numbers in scratch for a block's results of one mixed row.
    fn results(&self) -> usize {
        (self.images * ROWS * self.s.plane()).next_multiple_of(16)
    }

    /// Numbers in scratch.
    fn room(&self) -> usize {
        match self.mixed {
            _ if self.direct => 0,
            Some(_) => MIXED * (self.s.room(self.images) + self.results()),
            None => self.s.room(self.images),
        }
    }
}

/// Runs the jobs: `y[to] = sum of contractions of x[from]`, or adds them to `y[to]`.
pub(super) fn contract(x: &[f32], packed: &[f32], y: Out<'_>, s: Sides, size: usize, jobs: &[Job], way: Way<'_>) {
    let plane = s.plane();
    let of_mixed = mixed(s);
    let summed = of_mixed.unwrap_or(s);
    let plan = Plan {
        s: summed,
        mixed: of_mixed.map(|_| s),
        packed,
        columns: Columns::new(s.kw, s.w),
        // At least two vectors of sixteen.
        images: 32usize.div_ceil(summed.plane()).min(size),
        direct: s.taps() == 1 && plane.is_multiple_of(16),
        joined: s.taps() == 1 && plane < 16,
        relu: way.relu,
    };
    let per_image = plane * s.terms() * s.c_out / 16;
    // A unit is a run of images of a ghost batch.
    let run =
        (16384 / per_image.max(1)).next_multiple_of(plan.images).clamp(plan.images, size.next_multiple_of(plan.images));
    let runs = size.div_ceil(run);
    let room = plan.room();
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
                    match (plan.mixed, s.kw > 1, plan.relu) {
                        (Some(_), true, true) => run_mixed::<true, true>(&plan, source, count, to, room),
                        (Some(_), true, false) => run_mixed::<true, false>(&plan, source, count, to, room),
                        (Some(_), false, true) => run_mixed::<false, true>(&plan, source, count, to, room),
                        (Some(_), false, false) => run_mixed::<false, false>(&plan, source, count, to, room),
                        (None, true, _) => run_images::<true, false>(&plan, source, count, to, room),
                        (None, false, true) if plan.direct => {
                            run_images::<false, true>(&plan, source, count, to, room);
                        }
                        (None, false, _) => run_images::<false, false>(&plan, source, count, to, room),
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
                let rows = ROWS.min(s.c_out - block * ROWS);
                let (packed, to) = (&plan.packed[block * ROWS * s.terms()..], to.after(block * ROWS * s.plane()));
                channels::<V, MASKED, RELU>(plan, at, packed, to, rows, s.c_out * s.plane());
            }
            first += some;
        }
    }
}

simd_fn! {
    /// As [`run_images`], of images whose rows are mixed. `RELU`: they are read as max(0, ·).
    ///
    /// # Safety
    /// As there.
    unsafe fn run_mixed<V, const MASKED: bool, const RELU: bool>(
        plan: &Plan<'_>,
        source: Source<'_>,
        count: usize,
        target: Target,
        room: *mut f32,
    ) {
        let (s, whole) = (plan.s, plan.mixed.expect("a contraction of mixed rows"));
        let step = s.room(plan.images);
        for mix in 0..MIXED {
            clear_padding(s, plan.images, room.add(mix * step));
        }
        let mut first = 0;
        while first < count {
            let some = plan.images.min(count - first);
            let start = room.add(s.margin()).cast_const();
            let at = Images { start, count: some, image: s.c_in * s.channel(), channel: s.channel() };
            stage_mixed::<V, RELU>(source, first, some, whole, at, step);
            for block in 0..s.c_out.div_ceil(ROWS) {
                let target = target.after((first * s.c_out + block * ROWS) * whole.plane());
                mixed_channels::<V, MASKED>(plan, at, block, target, room.add(MIXED * step));
            }
            first += some;
        }
    }
}

/// A block of output channels from the mixed rows at `at`; `results` has room for theirs.
#[inline(always)]
unsafe fn mixed_channels<V: Vector, const MASKED: bool>(
    plan: &Plan<'_>,
    at: Images,
    block: usize,
    target: Target,
    results: *mut f32,
) {
    let (s, whole) = (plan.s, plan.mixed.expect("a contraction of mixed rows"));
    let rows = ROWS.min(s.c_out - block * ROWS);
    let packed = s.c_out.next_multiple_of(ROWS) * s.terms();
    let of_image = rows * s.plane();
    // SAFETY of all below: the caller's.
    for mix in 0..MIXED {
        let from = Images { start: at.start.wrapping_add(mix * s.room(plan.images)), ..at };
        let to = Target { y: results.wrapping_add(mix * plan.results()), mask: std::ptr::null(), add: false };
        let weights = &plan.packed[mix * packed + block * ROWS * s.terms()..];
        unsafe { channels::<V, MASKED, false>(plan, from, weights, to, rows, of_image) };
    }
    for t in 0..at.count {
        let results = results.wrapping_add(t * of_image);
        unsafe { put_rows::<V>(results, plan.results(), rows, target.after(t * s.c_out * whole.plane()), whole) };
    }
}

/// Contracts the images at `at`: `rows` output channels, at most a block. The results of an image
/// begin `of_image` numbers behind those of the one before.
#[inline(always)]
unsafe fn channels<V: Vector, const MASKED: bool, const RELU: bool>(
    plan: &Plan<'_>,
    at: Images,
    weights: &[f32],
    to: Target,
    rows: usize,
    of_image: usize,
) {
    let weights = weights.as_ptr();
    // SAFETY: the caller's.
    unsafe {
        if V::WIDE_FILE {
            block_of_channels::<V, 8, 2, MASKED, RELU>(plan, at, weights, to, rows, of_image);
        } else {
            block_of_channels::<V, 4, 2, MASKED, RELU>(plan, at, weights, to, rows.min(4), of_image);
            if rows > 4 {
                let (weights, to) = (weights.add(4), to.after(4 * plan.s.plane()));
                block_of_channels::<V, 4, 2, MASKED, RELU>(plan, at, weights, to, rows - 4, of_image);
            }
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
/// exist; from the results of an image to those of the next are `of_image` numbers.
#[inline(always)]
unsafe fn block_of_channels<V: Vector, const R: usize, const P: usize, const MASKED: bool, const RELU: bool>(
    plan: &Plan<'_>,
    at: Images,
    weights: *const f32,
    target: Target,
    rows: usize,
    of_image: usize,
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
            to[b] = image * of_image + pixel[b];
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
