//! Planes of images that a contraction reads, in the tensor or in scratch.

use super::sides::Sides;
use crate::flex::{
    planes::{Source, load, rectified, store},
    simd::Vector,
};

/// Images whose planes are read: the tensor itself, or scratch.
#[derive(Clone, Copy)]
pub(super) struct Images {
    /// The first number of the first channel, its padding included.
    pub(super) start: *const f32,
    pub(super) count: usize,
    /// From an image to the next.
    pub(super) image: usize,
    /// From a channel to the next.
    pub(super) channel: usize,
}

/// Sets what lies around the planes of `images` images in scratch to zero.
#[inline(always)]
pub(super) unsafe fn clear_padding(s: Sides, images: usize, room: *mut f32) {
    let (channel, above, plane) = (s.channel(), s.above(), s.plane());
    // SAFETY: the caller's: `room` is as large as `Sides` says.
    unsafe {
        room.write_bytes(0, s.margin());
        for c in 0..images * s.c_in {
            let start = room.add(s.margin() + c * channel);
            start.write_bytes(0, above);
            start.add(above + plane).write_bytes(0, channel - above - plane);
        }
        room.add(s.margin() + images * s.c_in * channel).write_bytes(0, s.margin() + 16);
    }
}

/// Copies the planes of `count` images to `to`, whose strides are given, behind `above` numbers of
/// padding; max(0, ·) of them if `relu`.
#[inline(always)]
#[expect(clippy::too_many_arguments, reason = "an inlined loop: its variables")]
pub(super) unsafe fn stage<V: Vector>(
    source: Source<'_>,
    first: usize,
    count: usize,
    channels: usize,
    plane: usize,
    above: usize,
    relu: bool,
    to: Images,
) {
    for t in 0..count {
        let from = source.numbers[source.first + (first + t) * source.stride..].as_ptr();
        for c in 0..channels {
            // SAFETY: the caller's.
            unsafe {
                let from = from.add(c * plane);
                let to = to.start.cast_mut().add(t * to.image + c * to.channel + above);
                let mut i = 0;
                while i < plane {
                    let lanes = V::LANES.min(plane - i);
                    store(rectified(load::<V>(from.add(i), lanes), relu), to.add(i), lanes);
                    i += V::LANES;
                }
            }
        }
    }
}
