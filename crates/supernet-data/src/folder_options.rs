//! How image files become images.

use crate::DataError;

const MOST_SIDE: usize = 1 << 14;

/// How image files become [`Images`](crate::Images).
///
/// With a `side`: the largest centred square of the upright image (where a margin is odd, its
/// larger half is at the bottom or right), scaled to `side` × `side` pixels by a triangle filter,
/// whose support grows with the ratio, so that what is shrunk is averaged. An image of that size
/// stays as it is. Without: files stay as they are, and must all be of one size.
///
/// Pixels have eight bits a channel, whatever the file has. Transparent ones are laid on `ground`.
/// A photograph is turned upright as its Exif entry says. Of several pictures in a file, the first
/// is taken.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct FolderOptions {
    /// Side of the square images in pixels.
    pub side: Option<usize>,
    /// One channel, the luminance, in place of red, green and blue.
    pub grey: bool,
    /// Most memory for the pixels of a file when it is decoded, in MiB. What the size of a file
    /// cannot hold is refused before that.
    pub memory_mib: usize,
    /// Red, green and blue behind pixels that are transparent: white by default.
    pub ground: [u8; 3],
    /// Leaves out the files that cannot be used, and lists them in [`LeftOut`](crate::LeftOut),
    /// where they are otherwise an error that names all of them.
    pub leave_out: bool,
}

impl Default for FolderOptions {
    fn default() -> Self {
        Self { side: None, grey: false, memory_mib: 512, ground: [255; 3], leave_out: false }
    }
}

impl FolderOptions {
    /// Returns the options for squares of `side` × `side` pixels in red, green and blue.
    pub fn square(side: usize) -> Self {
        Self { side: Some(side), ..Self::default() }
    }

    /// Checks the side.
    pub(crate) fn check(&self) -> Result<(), DataError> {
        match self.side {
            Some(side) if side == 0 || side > MOST_SIDE => Err(DataError::Value {
                field: "image folder: side".to_owned(),
                found: side.to_string(),
                expected: format!("1 to {MOST_SIDE}"),
            }),
            _ => Ok(()),
        }
    }
}
