//! The gradient of the weights: for every output channel and term, the product of their planes,
//! four by four at once in registers.

use super::{
    images::{Images, clear_padding, stage},
    sides::{ROWS, Sides},
    winograd::{MIXED, mixed, of_mixed_weights, stage_gradient, stage_mixed},
};
use crate::{
    flex::{
        Out, add_in_order, each,
        planes::{Columns, Source, for_vectors, load},
        scratch,
        simd::{Vector, simd_fn},
        written,
    },
    ghosts::Lists,
};

/// A term of the sums: an input channel looked at through a tap.
#[derive(Clone, Copy)]
struct Term {
    channel: usize,
    /// From the first number of the channel's padding on, `kw / 2` too many.
    tap: usize,
    column: usize,
}

/// The terms in the order of the weights.
fn terms(s: Sides) -> Vec<Term> {
    let mut terms = Vec::with_capacity(s.terms());
    for channel in 0..s.c_in {
        for u in 0..s.kh {
            for column in 0..s.kw {
                terms.push(Term { channel, tap: u * s.w + column, column });
            }
        }
    }
    terms
}

/// Terms in a block of a weight gradient.
const TERMS: usize = 4;

/// What all units of a weight gradient share.
struct Plan {
    /// Of what is multiplied: the contraction, or that of one of its mixed rows.
    s: Sides,
    /// The sides of the contraction whose rows are mixed ([`super::winograd`]).
    mixed: Option<Sides>,
    columns: Columns,
    terms: Vec<Term>,
    /// Images of a partial sum: their planes stay in the nearest cache. Depends on shapes alone.
    images: usize,
    /// Whether the tensors themselves are read. Images of small planes lie a power of two apart,
    /// and push each other out of the cache: they are copied side by side.
    direct: bool,
    relu: bool,
}

impl Plan {
    fn new(s: Sides, size: usize, relu: bool) -> Self {
        let (plane, of_mixed) = (s.plane(), mixed(s));
        let summed = of_mixed.unwrap_or(s);
        let pixels = if of_mixed.is_some() { 512 } else { 1024 };
        let images = (pixels / summed.plane()).clamp(1, size.min(16));
        Self {
            s: summed,
            mixed: of_mixed.map(|_| s),
            columns: Columns::new(s.kw, s.w),
            terms: terms(summed),
            images,
            direct: s.taps() == 1 && plane.is_multiple_of(16) && images <= 4 && !relu,
            relu,
        }
    }

    /// Weights of a mix.
    fn weights(&self) -> usize {
        self.s.c_out * self.s.terms()
    }

    /// Mixes, or one.
    fn sets(&self) -> usize {
        if self.mixed.is_some() { MIXED } else { 1 }
    }

    /// Output channels of a unit: more where their input is mixed for each.
    fn channels(&self) -> usize {
        if self.mixed.is_some() { 4 * ROWS } else { 2 * ROWS }
    }

    /// Numbers in scratch for `count` images and `rows` of their output channels, of one mix.
    fn room(&self, count: usize, rows: usize) -> usize {
        if self.direct { 0 } else { (self.s.room(count) + rows * count * self.s.plane()).next_multiple_of(16) }
    }

    /// Writes the products of `count` images for `rows` output channels, of every mix.
    ///
    /// # Safety
    /// `x` and `g` have the images, `dw` room for the rows.
    unsafe fn multiply(&self, x: Source<'_>, g: Source<'_>, count: usize, rows: usize, dw: *mut f32) {
        scratch(self.sets() * self.room(count, rows), |room| {
            // SAFETY: the caller's; the room is as large as `room` says.
            unsafe {
                match (self.mixed, self.s.kw > 1) {
                    (Some(_), true) => mixed_products::<true>(self, x, g, count, rows, dw, room),
                    (Some(_), false) => mixed_products::<false>(self, x, g, count, rows, dw, room),
                    (None, true) => products::<true>(self, x, g, count, rows, dw, room),
                    (None, false) => products::<false>(self, x, g, count, rows, dw, room),
                }
            }
        });
    }
}

/// The gradient of the weights: per pair of ghost batches a partial sum, added in the order of the
/// lists. `x` is read as max(0, ·) if `relu`.
pub(super) fn weight_gradient(grad: &[f32], x: &[f32], relu: bool, s: Sides, size: usize, lists: &Lists) -> Vec<f32> {
    let plan = Plan::new(s, size, relu);
    let parts_of_ghost = size.div_ceil(plan.images);
    let blocks = s.c_out.div_ceil(plan.channels());
    let pairs: Vec<_> = lists.read.iter().zip(&lists.write).collect();
    let len = plan.sets() * plan.weights();
    let cost = plan.sets() * plan.images * plan.s.plane() * plan.s.terms() * plan.channels().min(s.c_out) / 16;
    let unit = |unit: usize, out: Out<'_>| {
        let (part, block) = (unit / blocks, unit % blocks);
        let (pair, first) = (part / parts_of_ghost, part % parts_of_ghost * plan.images);
        let (&read, &write) = pairs[pair];
        let from = block * plan.channels();
        let rows = plan.channels().min(s.c_out - from);
        // The images of the part, from a channel on.
        let images = |numbers, ghost: u32, channels: usize, from: usize| {
            let stride = channels * s.plane();
            Source { numbers, first: (ghost as usize * size + first) * stride + from * s.plane(), stride, len: stride }
        };
        let dw = out.at(part * len + from * plan.s.terms(), (plan.sets() - 1) * plan.weights() + rows * plan.s.terms());
        let (of_x, of_g) = (images(x, read, s.c_in, 0), images(grad, write, s.c_out, from));
        // SAFETY: the images are in `x` and `grad`; a unit writes rows of its own.
        unsafe { plan.multiply(of_x, of_g, plan.images.min(size - first), rows, dw) };
    };
    // SAFETY: the units cover all rows of all parts.
    let parts = unsafe {
        written(pairs.len() * parts_of_ghost * len, |out| {
            each(pairs.len() * parts_of_ghost * blocks, cost, |u| unit(u, out));
        })
    };
    let sum = add_in_order(&parts, len);
    if plan.mixed.is_some() { of_mixed_weights(&sum, s.kw) } else { sum }
}

simd_fn! {
    /// `dw[o][term] = sum over the pixels of count images of g[o] * x[term]` for `rows` output
    /// channels.
    ///
    /// # Safety
    /// `x` and `g` have the images, `dw` room for `rows` rows, `room` the numbers that the plan
    /// says.
    unsafe fn products<V, const MASKED: bool>(
        plan: &Plan,
        x: Source<'_>,
        g: Source<'_>,
        count: usize,
        rows: usize,
        dw: *mut f32,
        room: *mut f32,
    ) {
        let s = plan.s;
        let plane = s.plane();
        // The images of a 1x1 are read as one: what its planes lack of whole vectors counts once.
        let joined = !plan.direct && s.taps() == 1;
        let s = if joined { Sides { h: 1, w: count * plane, ..s } } else { s };
        let (of_x, of_g) = if plan.direct {
            let images = |source: Source<'_>| Images {
                start: source.numbers[source.first..].as_ptr(),
                count,
                image: source.stride,
                channel: plane,
            };
            (images(x), images(g))
        } else {
            let image = if joined { plane } else { s.channel() };
            let channel = if joined { s.channel() } else { count * s.channel() };
            let as_one = if joined { 1 } else { count };
            let of_x = Images { start: room.add(s.margin()), count: as_one, image, channel };
            let of_g = Images {
                start: room.add(s.room(as_one)),
                count: as_one,
                image: plane,
                channel: count * plane,
            };
            clear_padding(s, as_one, room);
            stage::<V>(x, 0, count, s.c_in, plane, s.above(), plan.relu, of_x);
            stage::<V>(g, 0, count, rows, plane, 0, false, of_g);
            (of_x, of_g)
        };
        all_products::<V, MASKED>(plan, of_x, of_g, rows, dw, s);
    }
}

simd_fn! {
    /// As [`products`], of each mixed row: those of the next mix are `plan.weights()` numbers
    /// behind.
    ///
    /// # Safety
    /// As there, for every mix.
    unsafe fn mixed_products<V, const MASKED: bool>(
        plan: &Plan,
        x: Source<'_>,
        g: Source<'_>,
        count: usize,
        rows: usize,
        dw: *mut f32,
        room: *mut f32,
    ) {
        let (s, whole) = (plan.s, plan.mixed.expect("a contraction of mixed rows"));
        let step = plan.room(count, rows);
        let of_x = Images { start: room.add(s.margin()), count, image: s.channel(), channel: count * s.channel() };
        let of_g = Images { start: room.add(s.room(count)), count, image: s.plane(), channel: count * s.plane() };
        for mix in 0..MIXED {
            clear_padding(s, count, room.add(mix * step));
        }
        if plan.relu {
            stage_mixed::<V, true>(x, 0, count, whole, of_x, step);
        } else {
            stage_mixed::<V, false>(x, 0, count, whole, of_x, step);
        }
        stage_gradient::<V>(g, count, rows, whole, of_g, step);
        for mix in 0..MIXED {
            let of_x = Images { start: of_x.start.add(mix * step), ..of_x };
            let of_g = Images { start: of_g.start.add(mix * step), ..of_g };
            all_products::<V, MASKED>(plan, of_x, of_g, rows, dw.add(mix * plan.weights()), s);
        }
    }
}

/// The products of `rows` output channels with every term.
#[inline(always)]
unsafe fn all_products<V: Vector, const MASKED: bool>(
    plan: &Plan,
    of_x: Images,
    of_g: Images,
    rows: usize,
    dw: *mut f32,
    s: Sides,
) {
    let step = if V::WIDE_FILE { 4 } else { 2 };
    for o in (0..rows).step_by(step) {
        let g = Images { start: of_g.start.wrapping_add(o * of_g.channel), ..of_g };
        let mut to = dw.wrapping_add(o * plan.terms.len());
        let rows = (rows - o).min(step);
        for some in plan.terms.chunks(TERMS) {
            // SAFETY: the caller's.
            unsafe {
                if V::WIDE_FILE {
                    product_block::<V, 4, MASKED>(of_x, g, rows, some, &plan.columns, to, s);
                } else {
                    product_block::<V, 2, MASKED>(of_x, g, rows, some, &plan.columns, to, s);
                }
            }
            to = to.wrapping_add(some.len());
        }
    }
}

/// What the terms of a block read: the planes of their channels, through masks.
struct Look<V: Vector> {
    from: [*const f32; TERMS],
    /// The pattern of each term's columns.
    patterns: [*const f32; TERMS],
    /// Where the width divides a vector, one mask serves all vectors.
    fixed: Option<[V::Mask; TERMS]>,
    period: usize,
}

impl<V: Vector> Look<V> {
    #[inline(always)]
    fn new(at: Images, terms: &[Term], columns: &Columns, s: Sides) -> Self {
        let mut from = [at.start; TERMS];
        let (start, period) = columns.of(0);
        let mut patterns = [start; TERMS];
        // SAFETY: the pattern has whole vectors.
        let mut fixed = unsafe { [V::mask(start); TERMS] };
        for j in 0..TERMS {
            // A term that does not exist repeats the last.
            let Term { channel, tap, column } = terms[j.min(terms.len() - 1)];
            from[j] = at.start.wrapping_add(channel * at.channel + tap).wrapping_sub(s.kw / 2);
            patterns[j] = columns.of(column).0;
            // SAFETY: as above.
            fixed[j] = unsafe { V::mask(patterns[j]) };
        }
        Self { from, patterns, fixed: (period == V::LANES).then_some(fixed), period }
    }

    /// Adds the products of `outs` with each term's numbers from `at` on; `p` is the place in the
    /// patterns.
    ///
    /// # Safety
    /// The numbers are there.
    #[inline(always)]
    unsafe fn add_products<const R: usize, const MASKED: bool>(
        &self,
        sums: &mut [[V; TERMS]; R],
        outs: [V; R],
        at: usize,
        p: usize,
    ) {
        for j in 0..TERMS {
            let from = self.from[j].wrapping_add(at);
            // SAFETY: the caller's.
            let x = unsafe {
                match &self.fixed {
                    _ if !MASKED => V::load(from),
                    Some(fixed) => V::load_where(from, fixed[j]),
                    None => V::load_where(from, V::mask(self.patterns[j].add(p))),
                }
            };
            for r in 0..R {
                sums[r][j] = outs[r].mul_add(x, sums[r][j]);
            }
        }
    }
}

/// `R` output channels, of which `rows` exist, by at most `TERMS` terms.
#[inline(always)]
unsafe fn product_block<V: Vector, const R: usize, const MASKED: bool>(
    at: Images,
    g: Images,
    rows: usize,
    terms: &[Term],
    columns: &Columns,
    dw: *mut f32,
    s: Sides,
) {
    let look = Look::<V>::new(at, terms, columns, s);
    let mut of = [0; R];
    for (r, of) in of.iter_mut().enumerate() {
        *of = r.min(rows - 1) * g.channel;
    }
    let mut sums = [[V::zero(); TERMS]; R];
    for t in 0..at.count {
        let start = g.start.wrapping_add(t * g.image);
        for_vectors!(V, s.plane(), look.period, |i, lanes, p| {
            let mut outs = [V::zero(); R];
            // SAFETY: the caller's; what lies behind the plane is multiplied by zero.
            unsafe {
                for r in 0..R {
                    outs[r] = load(start.add(i + of[r]), lanes);
                }
                look.add_products::<R, MASKED>(&mut sums, outs, t * at.image + i, p);
            }
        });
    }
    let mut all = [V::zero(); 16];
    for r in 0..R {
        for j in 0..TERMS {
            all[r * TERMS + j] = sums[r][j];
        }
    }
    let sums = V::sums(&all);
    for r in 0..rows {
        for j in 0..terms.len() {
            // SAFETY: the caller's.
            unsafe { dw.add(r * s.terms() + j).write(sums[r * TERMS + j]) };
        }
    }
}
