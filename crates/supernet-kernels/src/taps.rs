//! Where the weights of a convolution read.

/// Where the weights of a convolution read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Taps {
    /// Pixels from the place of a result to that of the next.
    pub stride: usize,
    /// Pixels from a weight to the next.
    pub dilation: usize,
    /// Whether they read max(0, ·).
    pub relu: bool,
}

impl Taps {
    /// Every pixel, side by side, as it is.
    pub(crate) const PLAIN: Self = Self { stride: 1, dilation: 1, relu: false };

    /// Returns the sides of the result for an image of these sides.
    #[cfg(feature = "flex")]
    pub(crate) fn sides(self, [h, w]: [usize; 2]) -> [usize; 2] {
        [h.div_ceil(self.stride), w.div_ceil(self.stride)]
    }
}
