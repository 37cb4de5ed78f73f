//! One image, its shape and its class.

use serde::{Deserialize, Serialize};
use std::fmt;

/// Size of an image: channels, then height and width in pixels.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ImageShape {
    /// Number of channels: 1 for grey, 3 for red, green, blue.
    pub channels: usize,
    /// Number of rows.
    pub height: usize,
    /// Number of columns.
    pub width: usize,
}

impl ImageShape {
    /// Returns a shape of `channels` planes of `height` × `width` pixels.
    pub const fn new(channels: usize, height: usize, width: usize) -> Self {
        Self { channels, height, width }
    }

    /// Plane after plane, of pixels whose channels lie side by side.
    pub(crate) fn planes(&self, pixels: &[u8]) -> Vec<u8> {
        let channels = self.channels;
        (0..channels).flat_map(|c| pixels.iter().copied().skip(c).step_by(channels)).collect()
    }

    /// Bytes of one plane; `None` where the number does not fit.
    pub(crate) fn plane(&self) -> Option<usize> {
        self.height.checked_mul(self.width)
    }

    /// Bytes of one image; `None` where the number does not fit.
    pub(crate) fn bytes(&self) -> Option<usize> {
        self.plane()?.checked_mul(self.channels)
    }
}

/// `3x32x32`: channels, height, width.
impl fmt::Display for ImageShape {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}x{}x{}", self.channels, self.height, self.width)
    }
}

/// One image and its class: the item that goes through burn-dataset.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct LabelledImage {
    /// Channels, height and width.
    pub shape: ImageShape,
    /// Values 0 to 255, plane after plane, row after row (CHW).
    pub pixels: Vec<u8>,
    /// Index of the class.
    pub label: usize,
}
