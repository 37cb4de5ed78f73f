//! Normalisation of planes that are smaller than a vector: eight channels side by side, a lane
//! each. Every channel's numbers are added one after the other, image by image, as [`super::norm`]
//! adds those of a plane that fills no vector.

use super::simd::simd_fn;

/// Channels side by side.
pub(super) const SIDE: usize = 8;

/// Eight channels of a ghost batch.
#[derive(Clone, Copy)]
pub(super) struct Narrow {
    pub(super) images: usize,
    /// Numbers from a plane to that of the next image.
    pub(super) stride: usize,
    /// Numbers in a plane.
    pub(super) plane: usize,
}

/// How many channels a unit takes: [`SIDE`] where they stand side by side, else one.
pub(super) fn channels_of_unit(channels: usize, plane: usize) -> usize {
    if matches!(plane, 1 | 2 | 4 | 9) && channels.is_multiple_of(SIDE) { SIDE } else { 1 }
}

/// Calls a function for a plane that [`channels_of_unit`] knows, its size a constant.
macro_rules! of_plane {
    ($plane:expr, $name:ident($($arg:expr),*)) => {
        match $plane {
            1 => $name::<1>($($arg),*),
            2 => $name::<2>($($arg),*),
            4 => $name::<4>($($arg),*),
            9 => $name::<9>($($arg),*),
            other => unreachable!("a plane of {other} numbers"),
        }
    };
}

/// The planes of an image, side by side.
type Planes<const P: usize> = [[f32; P]; SIDE];

/// Reads the planes of image `image`.
///
/// # Safety
/// They are there.
#[inline(always)]
unsafe fn read<const P: usize>(from: *const f32, at: Narrow, image: usize) -> Planes<P> {
    // SAFETY: the caller's.
    unsafe { from.add(image * at.stride).cast::<Planes<P>>().read_unaligned() }
}

/// Writes the planes of image `image`, or adds them if `add`.
///
/// # Safety
/// They are there.
#[inline(always)]
unsafe fn write<const P: usize>(to: *mut f32, at: Narrow, image: usize, add: bool, mut planes: Planes<P>) {
    // SAFETY: the caller's.
    unsafe {
        let to = to.add(image * at.stride).cast::<Planes<P>>();
        if add {
            let before = to.read_unaligned();
            for c in 0..SIDE {
                for i in 0..P {
                    planes[c][i] += before[c][i];
                }
            }
        }
        to.write_unaligned(planes);
    }
}

/// The means and the inverses of the deviations, as `norm::mean_and_rstd` computes them.
#[inline(always)]
unsafe fn mean_and_rstd<const P: usize>(x: *const f32, at: Narrow, eps: f32) -> [[f32; SIDE]; 2] {
    // SAFETY: the caller's.
    let first = unsafe { read::<P>(x, at, 0) };
    let (mut near, mut sum, mut squares) = ([0.0; SIDE], [0.0; SIDE], [0.0; SIDE]);
    for i in 0..P {
        for c in 0..SIDE {
            near[c] += first[c][i];
        }
    }
    near = near.map(|sum| sum / P as f32);
    for image in 0..at.images {
        // SAFETY: the caller's.
        let x = unsafe { read::<P>(x, at, image) };
        for i in 0..P {
            for c in 0..SIDE {
                let d = x[c][i] - near[c];
                sum[c] += d;
                squares[c] += d * d;
            }
        }
    }
    let (count, mut rstd) = ((at.images * P) as f32, [0.0; SIDE]);
    for c in 0..SIDE {
        let (shift, square) = (sum[c] / count, squares[c] / count);
        near[c] += shift;
        rstd[c] = 1.0 / ((square - shift * shift).max(0.0) + eps).sqrt();
    }
    [near, rstd]
}

/// Writes the normalised planes, at least `floor`, or adds them if `add`.
#[inline(always)]
unsafe fn normalise<const P: usize>(
    x: *const f32,
    y: *mut f32,
    at: Narrow,
    [mean, rstd]: [[f32; SIDE]; 2],
    floor: f32,
    add: bool,
) {
    for image in 0..at.images {
        // SAFETY: the caller's.
        let mut planes = unsafe { read::<P>(x, at, image) };
        for c in 0..SIDE {
            for i in 0..P {
                // Without the zero a negative zero would stay one.
                let y = (planes[c][i] - mean[c]) * rstd[c] + 0.0;
                // Not `f32::max`, which hides what is not a number.
                planes[c][i] = if floor > y { floor } else { y };
            }
        }
        // SAFETY: the caller's.
        unsafe { write(y, at, image, add, planes) };
    }
}

/// A mean and the inverse of a deviation for each channel, as they are stored.
#[inline(always)]
fn stored([mean, rstd]: [[f32; SIDE]; 2]) -> [[f32; 2]; SIDE] {
    std::array::from_fn(|c| [mean[c], rstd[c]])
}

simd_fn! {
    /// Returns each channel's mean and the inverse of its deviation.
    ///
    /// # Safety
    /// `x` has the planes.
    pub(super) unsafe fn statistics<V>(x: *const f32, at: Narrow, eps: f32) -> [[f32; 2]; SIDE] {
        stored(of_plane!(at.plane, mean_and_rstd(x, at, eps)))
    }
}

simd_fn! {
    /// Adds the normalised channels.
    ///
    /// # Safety
    /// `x` and `y` have the planes.
    pub(super) unsafe fn add_normalised<V>(x: *const f32, y: *mut f32, at: Narrow, stats: [[f32; 2]; SIDE]) {
        let stats = [stats.map(|[mean, _]| mean), stats.map(|[_, rstd]| rstd)];
        of_plane!(at.plane, normalise(x, y, at, stats, f32::NEG_INFINITY, true));
    }
}

simd_fn! {
    /// Writes the normalised channels and returns each one's mean and the inverse of its deviation.
    ///
    /// # Safety
    /// `x` and `y` have the planes.
    pub(super) unsafe fn forward<V>(x: *const f32, y: *mut f32, at: Narrow, eps: f32, relu: bool) -> [[f32; 2]; SIDE] {
        let stats = of_plane!(at.plane, mean_and_rstd(x, at, eps));
        let floor = if relu { 0.0 } else { f32::NEG_INFINITY };
        of_plane!(at.plane, normalise(x, y, at, stats, floor, false));
        stored(stats)
    }
}

/// The gradient's planes where the result was above `floor`, and the normalised numbers.
#[inline(always)]
unsafe fn passed<const P: usize>(
    grad: *const f32,
    x: *const f32,
    at: Narrow,
    image: usize,
    stats: &[[f32; 2]; SIDE],
    floor: f32,
) -> (Planes<P>, Planes<P>) {
    // SAFETY: the caller's.
    let (mut g, mut z) = unsafe { (read::<P>(grad, at, image), read::<P>(x, at, image)) };
    for c in 0..SIDE {
        for i in 0..P {
            z[c][i] = (z[c][i] - stats[c][0]) * stats[c][1];
            g[c][i] = if z[c][i] > floor { g[c][i] } else { 0.0 };
        }
    }
    (g, z)
}

/// See [`backward`].
#[inline(always)]
unsafe fn gradient<const P: usize>(
    grad: *const f32,
    x: *const f32,
    dx: *mut f32,
    at: Narrow,
    stats: [[f32; 2]; SIDE],
    floor: f32,
    add: bool,
) {
    let (mut sum, mut product) = ([0.0; SIDE], [0.0; SIDE]);
    for image in 0..at.images {
        // SAFETY: the caller's.
        let (g, z) = unsafe { passed::<P>(grad, x, at, image, &stats, floor) };
        for i in 0..P {
            for c in 0..SIDE {
                sum[c] += g[c][i];
                product[c] += g[c][i] * z[c][i];
            }
        }
    }
    let count = (at.images * P) as f32;
    let (sum, product) = (sum.map(|sum| sum / count), product.map(|product| product / count));
    for image in 0..at.images {
        // SAFETY: the caller's.
        let (mut g, z) = unsafe { passed::<P>(grad, x, at, image, &stats, floor) };
        for c in 0..SIDE {
            for i in 0..P {
                g[c][i] = (g[c][i] - sum[c] - z[c][i] * product[c]) * stats[c][1];
            }
        }
        // SAFETY: the caller's.
        unsafe { write(dx, at, image, add, g) };
    }
}

simd_fn! {
    /// Writes the gradients of the channels, or adds them if `add`, as `norm::backward` does.
    ///
    /// # Safety
    /// `grad`, `x` and `dx` have the planes; `dx` may be `grad`.
    pub(super) unsafe fn backward<V>(
        grad: *const f32,
        x: *const f32,
        dx: *mut f32,
        at: Narrow,
        stats: [[f32; 2]; SIDE],
        relu: bool,
        add: bool,
    ) {
        let floor = if relu { 0.0 } else { f32::NEG_INFINITY };
        of_plane!(at.plane, gradient(grad, x, dx, at, stats, floor, add));
    }
}
