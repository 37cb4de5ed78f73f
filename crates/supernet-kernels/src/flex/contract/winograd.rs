//! Kernels of three rows at half the multiplications: Winograd's F(4, 3), down the columns alone.
//!
//! Four rows of a result read six rows of an image. Six sums of those, *mixed* rows, are convolved
//! along the row only, each with a mix of the kernel's three rows of its own, and four sums of the
//! six results are the rows wanted: six multiplications where plain sums take twelve (S. Winograd,
//! *Arithmetic Complexity of Computations*, 1980; A. Lavin and S. Gray, *Fast Algorithms for
//! Convolutional Neural Networks*, CVPR 2016). Rows are polynomials, mixes their values at 0, 1,
//! -1, 1/2, -2 and infinity: points whose factors stay small, so that rounding errors are about
//! twice those of plain sums.
//!
//! Mixed rows of an image lie together and are planes of a quarter of the height, so what convolves
//! them is the contraction itself. The weight's gradient is the same algorithm read backwards: a
//! product of mixed planes, mixed into three rows at its end.

use super::{images::Images, sides::Sides, target::Target};
use crate::flex::{
    planes::{Source, for_vectors, load, rectified, store},
    simd::Vector,
};

/// Rows of a result that are computed together.
const ROWS: usize = 4;

/// Mixed rows.
pub(super) const MIXED: usize = 6;

/// The mixed rows, from six rows of an image.
const OF_IMAGE: [[f32; MIXED]; MIXED] = [
    [1.0, -1.5, -2.0, 1.5, 1.0, 0.0],
    [0.0, -1.0, 0.5, 2.5, 1.0, 0.0],
    [0.0, 1.0, -2.5, 0.5, 1.0, 0.0],
    [0.0, -2.0, -1.0, 2.0, 1.0, 0.0],
    [0.0, 0.5, -1.0, -0.5, 1.0, 0.0],
    [0.0, 1.0, -1.5, -2.0, 1.5, 1.0],
];

/// The mixes of a kernel's three rows.
const OF_KERNEL: [[f32; 3]; MIXED] = [
    [1.0, 0.0, 0.0],
    [1.0 / 3.0, 1.0 / 3.0, 1.0 / 3.0],
    [-1.0 / 3.0, 1.0 / 3.0, -1.0 / 3.0],
    [-16.0 / 15.0, -8.0 / 15.0, -4.0 / 15.0],
    [1.0 / 15.0, -2.0 / 15.0, 4.0 / 15.0],
    [0.0, 0.0, 1.0],
];

/// Four rows of a result, from those of the mixed rows.
const OF_RESULTS: [[f32; MIXED]; ROWS] = [
    [1.0, 1.0, 1.0, 1.0, 1.0, 0.0],
    [0.0, 1.0, -1.0, 0.5, -2.0, 0.0],
    [0.0, 1.0, 1.0, 0.25, 4.0, 0.0],
    [0.0, 1.0, -1.0, 0.125, -8.0, 1.0],
];

/// The mixes of four rows of a result's gradient: the columns of [`OF_RESULTS`].
const OF_GRADIENT: [[f32; ROWS]; MIXED] = {
    let mut columns = [[0.0; ROWS]; MIXED];
    let mut i = 0;
    while i < ROWS * MIXED {
        columns[i % MIXED][i / MIXED] = OF_RESULTS[i / MIXED][i % MIXED];
        i += 1;
    }
    columns
};

/// The sides of the contraction of one of the mixed rows, for the contractions that are faster so:
/// those of planes that hold whole vectors, of 16 channels or more and of as many numbers, since
/// the mixing of less costs what it saves. Depends on shapes alone.
pub(super) fn mixed(s: Sides) -> Option<Sides> {
    let (channels, plane) = (s.c_in.min(s.c_out), s.plane());
    let fits = s.kh == 3 && s.h.is_multiple_of(ROWS) && plane >= 16 * ROWS;
    (fits && channels >= 16 && channels * plane >= 4096).then_some(Sides { kh: 1, h: s.h / ROWS, ..s })
}

/// The mixes of the three rows of a kernel. `turned`: for the input's gradient, which reads a
/// kernel's rows from below.
pub(super) fn kernel_mixes(turned: bool) -> [[f32; 3]; MIXED] {
    let mut mixes = OF_KERNEL;
    if turned {
        mixes.iter_mut().for_each(|mix| mix.reverse());
    }
    mixes
}

/// The gradient of the weights from those of the mixed ones, which stand one mix after the other.
pub(super) fn of_mixed_weights(mixed: &[f32], kw: usize) -> Vec<f32> {
    let len = mixed.len() / MIXED;
    let mut weights = vec![0.0; 3 * len];
    for (kernel, first) in weights.chunks_exact_mut(3 * kw).zip((0..len).step_by(kw)) {
        for column in 0..kw {
            let mut sums = [0.0; 3];
            for x in 0..MIXED {
                let value = mixed[x * len + first + column];
                for row in 0..3 {
                    sums[row] += OF_KERNEL[x][row] * value;
                }
            }
            for row in 0..3 {
                kernel[row * kw + column] = sums[row];
            }
        }
    }
    weights
}

/// The products of a constant matrix with `FROM` vectors.
#[inline(always)]
fn mix<V: Vector, const FROM: usize, const TO: usize>(matrix: &[[f32; FROM]; TO], rows: [V; FROM]) -> [V; TO] {
    let mut sums = [V::zero(); TO];
    for to in 0..TO {
        let mut begun = false;
        for from in 0..FROM {
            let factor = matrix[to][from];
            if factor != 0.0 {
                let (row, factor) = (rows[from], V::splat(factor));
                sums[to] = if begun { row.mul_add(factor, sums[to]) } else { row.mul(factor) };
                begun = true;
            }
        }
    }
    sums
}

/// Writes the mixed rows of `count` images, or of max(0, ·) of them if `RELU`: mixed row `i` of all
/// of them begins `i * step` numbers behind `to`.
#[inline(always)]
pub(super) unsafe fn stage_mixed<V: Vector, const RELU: bool>(
    source: Source<'_>,
    first: usize,
    count: usize,
    s: Sides,
    to: Images,
    step: usize,
) {
    let source = Source { first: source.first + first * source.stride, ..source };
    // SAFETY: the caller's.
    unsafe { stage::<V, MIXED, RELU>(&OF_IMAGE, source, [count, s.c_in], s, to, step) };
}

/// Writes the mixed rows of `channels` planes of a gradient, as [`stage_mixed`] does.
#[inline(always)]
pub(super) unsafe fn stage_gradient<V: Vector>(
    source: Source<'_>,
    count: usize,
    channels: usize,
    s: Sides,
    to: Images,
    step: usize,
) {
    // SAFETY: the caller's.
    unsafe { stage::<V, ROWS, false>(&OF_GRADIENT, source, [count, channels], s, to, step) };
}

/// Writes the mixes of each four rows of `[count, channels]` planes, and of as many rows above and
/// below as `matrix` reads; those that do not exist are zero.
#[inline(always)]
unsafe fn stage<V: Vector, const FROM: usize, const RELU: bool>(
    matrix: &[[f32; FROM]; MIXED],
    source: Source<'_>,
    [count, channels]: [usize; 2],
    s: Sides,
    to: Images,
    step: usize,
) {
    let above = (FROM - ROWS) / 2;
    for t in 0..count {
        let from = source.numbers[source.first + t * source.stride..].as_ptr();
        for c in 0..channels {
            let (from, to) = (from.wrapping_add(c * s.plane()), to.start.wrapping_add(t * to.image + c * to.channel));
            for row in (0..s.h).step_by(ROWS) {
                let exists = std::array::from_fn(|i| (above..s.h + above).contains(&(row + i)));
                let from = from.wrapping_add(row * s.w).wrapping_sub(above * s.w);
                let to = to.wrapping_add(row / ROWS * s.w).cast_mut();
                // SAFETY: the caller's: the rows that exist are those of the image.
                unsafe { mix_rows::<V, FROM, RELU>(matrix, from, exists, s.w, to, step) };
            }
        }
    }
}

/// Writes the mixes of rows of `w` numbers, those that do not exist being zero.
#[inline(always)]
unsafe fn mix_rows<V: Vector, const FROM: usize, const RELU: bool>(
    matrix: &[[f32; FROM]; MIXED],
    from: *const f32,
    exists: [bool; FROM],
    w: usize,
    to: *mut f32,
    step: usize,
) {
    for_vectors!(V, w, 0, |x, lanes, _| {
        let mut rows = [V::zero(); FROM];
        for i in 0..FROM {
            if exists[i] {
                // SAFETY: the caller's.
                rows[i] = unsafe { rectified(load(from.wrapping_add(i * w + x), lanes), RELU) };
            }
        }
        let mixed = mix(matrix, rows);
        for i in 0..MIXED {
            // SAFETY: the caller's.
            unsafe { store(mixed[i], to.add(i * step + x), lanes) };
        }
    });
}

/// Writes the rows of `planes` planes of results of sides `s` from those of the mixed rows, which
/// are planes of a quarter of the height, `step` numbers from one mix to the next.
#[inline(always)]
pub(super) unsafe fn put_rows<V: Vector>(results: *const f32, step: usize, planes: usize, target: Target, s: Sides) {
    for plane in 0..planes * s.h / ROWS {
        let (from, to) = (results.wrapping_add(plane * s.w), target.after(plane * ROWS * s.w));
        for_vectors!(V, s.w, 0, |x, lanes, _| {
            let mut mixed = [V::zero(); MIXED];
            for i in 0..MIXED {
                // SAFETY: the caller's.
                mixed[i] = unsafe { load(from.add(i * step + x), lanes) };
            }
            let rows = mix(&OF_RESULTS, mixed);
            for i in 0..ROWS {
                // SAFETY: the caller's.
                unsafe { to.after(i * s.w + x).put(rows[i], lanes) };
            }
        });
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The algorithm on one column of numbers that `f64` holds exactly.
    #[test]
    fn four_rows_from_six_mixes() {
        let (image, kernel) = ([3.0, -1.0, 4.0, 1.0, -5.0, 9.0], [2.0, -7.0, 1.0]);
        let dot = |a: &[f32], b: &[f64]| a.iter().zip(b).map(|(&a, b)| f64::from(a) * b).sum::<f64>();
        let products: Vec<f64> = (0..MIXED).map(|i| dot(&OF_IMAGE[i], &image) * dot(&OF_KERNEL[i], &kernel)).collect();
        for (row, mix) in OF_RESULTS.iter().enumerate() {
            let plain: f64 = (0..3).map(|u| image[row + u] * kernel[u]).sum();
            assert!((dot(mix, &products) - plain).abs() < 1e-5, "row {row}: {} for {plain}", dot(mix, &products));
        }
    }
}
