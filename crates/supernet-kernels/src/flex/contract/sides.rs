//! The sizes of one contraction.

/// Output channels in a block.
pub(super) const ROWS: usize = 8;

/// Sides of one contraction.
#[derive(Clone, Copy)]
pub(super) struct Sides {
    pub(super) c_in: usize,
    pub(super) c_out: usize,
    pub(super) kh: usize,
    pub(super) kw: usize,
    pub(super) h: usize,
    pub(super) w: usize,
}

impl Sides {
    pub(super) fn plane(&self) -> usize {
        self.h * self.w
    }

    /// Taps of a kernel.
    pub(super) fn taps(&self) -> usize {
        self.kh * self.kw
    }

    /// Terms of a sum.
    pub(super) fn terms(&self) -> usize {
        self.c_in * self.taps()
    }

    /// The contraction that gives the input's gradient.
    pub(super) fn transposed(self) -> Self {
        Self { c_in: self.c_out, c_out: self.c_in, ..self }
    }

    /// From a channel to the next in scratch: rows of padding above and below.
    pub(super) fn channel(&self) -> usize {
        (self.plane() + (self.kh - 1) * self.w).next_multiple_of(16)
    }

    /// Numbers of padding before the first pixel of a channel in scratch.
    pub(super) fn above(&self) -> usize {
        self.kh / 2 * self.w
    }

    /// Numbers before the first channel in scratch, for taps that look to the left.
    pub(super) fn margin(&self) -> usize {
        (self.kw / 2).next_multiple_of(16)
    }

    /// Numbers in scratch for `images` images.
    pub(super) fn room(&self, images: usize) -> usize {
        images * self.c_in * self.channel() + 2 * self.margin() + 16
    }
}
