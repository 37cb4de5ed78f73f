//! The gradient of the weights: for every output channel and term, the product of their planes,
//! four by four at once in registers.

use super::{
    images::{Images, clear_padding, stage},
    sides::{ROWS, Sides},
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

/// The gradient of the weights: per pair of ghost batches a partial sum, added in the order of the
/// lists. `x` is read as max(0, ·) if `relu`.
pub(super) fn weight_gradient(grad: &[f32], x: &[f32], relu: bool, s: Sides, size: usize, lists: &Lists) -> Vec<f32> {
    let plane = s.plane();
    let (columns, terms) = (Columns::new(s.kw, s.w), terms(s));
    // Images of a partial sum: their planes stay in the nearest cache. Depends on shapes alone.
    let images = (1024 / plane).clamp(1, size.min(16));
    let parts_of_ghost = size.div_ceil(images);
    let channels = 2 * ROWS;
    let blocks = s.c_out.div_ceil(channels);
    let pairs: Vec<_> = lists.read.iter().zip(&lists.write).collect();
    let len = s.c_out * s.terms();
    // Images of small planes lie a power of two apart, and push each other out of the cache: they
    // are copied side by side.
    let direct = s.taps() == 1 && plane.is_multiple_of(16) && images <= 4 && !relu;
    let cost = images * plane * s.terms() * channels.min(s.c_out) / 16;
    let unit = |unit: usize, out: Out<'_>| {
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
        let of_g = Source {
            numbers: grad,
            first: ((write as usize * size + first) * s.c_out + from) * plane,
            stride: s.c_out * plane,
            len: rows * plane,
        };
        let dw = out.at(part * len + from * s.terms(), rows * s.terms());
        let room = if direct { 0 } else { s.room(count) + rows * count * plane };
        scratch(room, |room| {
            // SAFETY: the images are in `x` and `grad`; a unit writes rows of its own.
            unsafe {
                if s.kw > 1 {
                    products::<true>(source, of_g, count, direct, relu, rows, &columns, &terms, dw, s, room);
                } else {
                    products::<false>(source, of_g, count, direct, relu, rows, &columns, &terms, dw, s, room);
                }
            }
        });
    };
    // SAFETY: the units cover all rows of all parts.
    let parts = unsafe {
        written(pairs.len() * parts_of_ghost * len, |out| {
            each(pairs.len() * parts_of_ghost * blocks, cost, |u| unit(u, out));
        })
    };
    add_in_order(&parts, len)
}

simd_fn! {
    /// `dw[o][term] = sum over the pixels of count images of g[o] * x[term]` for `rows` output
    /// channels.
    ///
    /// # Safety
    /// `x` (max(0, ·) of it if `relu`, never with `direct`) and `g` have the images, `dw` room for
    /// `rows` rows; unless `direct`, `room` has the numbers of [`Sides::room`] and then those of
    /// the rows of `g`.
    unsafe fn products<V, const MASKED: bool>(
        x: Source<'_>,
        g: Source<'_>,
        count: usize,
        direct: bool,
        relu: bool,
        rows: usize,
        columns: &Columns,
        terms: &[Term],
        dw: *mut f32,
        s: Sides,
        room: *mut f32,
    ) {
        let plane = s.plane();
        // The images of a 1x1 are read as one: what its planes lack of whole vectors counts once.
        let joined = !direct && s.taps() == 1;
        let s = if joined { Sides { h: 1, w: count * plane, ..s } } else { s };
        let (of_x, of_g) = if direct {
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
            stage::<V>(x, 0, count, s.c_in, plane, s.above(), relu, of_x);
            stage::<V>(g, 0, count, rows, plane, 0, false, of_g);
            (of_x, of_g)
        };
        let mut o = 0;
        while o < rows {
            let mut g = of_g;
            g.start = g.start.add(o * g.channel);
            let mut to = dw.add(o * terms.len());
            for some in terms.chunks(TERMS) {
                if V::WIDE_FILE {
                    product_block::<V, 4, MASKED>(of_x, g, (rows - o).min(4), some, columns, to, s);
                } else {
                    product_block::<V, 2, MASKED>(of_x, g, (rows - o).min(2), some, columns, to, s);
                }
                to = to.add(some.len());
            }
            o += if V::WIDE_FILE { 4 } else { 2 };
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
