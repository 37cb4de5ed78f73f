//! The 3x3 pools, and how far their windows are apart.

/// Which pool.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Pool {
    /// The maximum; its gradient goes to the first maximum of the window, row by row.
    Max,
    /// The average, padding counted.
    Average,
    /// The average of the pixels there are: padding is not counted.
    AverageInside,
}

/// A pool whose windows are `stride` pixels apart.
#[derive(Clone, Copy, Debug)]
pub struct Window {
    /// Which pool.
    pub kind: Pool,
    /// 1 or more.
    pub stride: usize,
}

impl Window {
    /// Returns the sides of the result for an image of these sides.
    pub(crate) fn sides(self, [h, w]: [usize; 2]) -> [usize; 2] {
        [h.div_ceil(self.stride), w.div_ceil(self.stride)]
    }
}
