//! One image file: decoded within what its size justifies, cut to a square, scaled.

use std::{io::Cursor, path::Path};

use image::{DynamicImage, ImageDecoder, ImageError, ImageReader, Limits, imageops::FilterType};

use crate::{DataError, ImageShape, file};

/// How image files become [`Images`](crate::Images).
///
/// With a `side`: the largest centred square of the upright image (where a margin is odd, its larger half is at the bottom or
/// right), scaled to `side` × `side` pixels by a triangle filter, whose support grows with the ratio, so that what is shrunk
/// is averaged. An image of that size stays as it is. Without: files stay as they are, and must all be of one size.
///
/// Pixels have eight bits a channel, whatever the file has. Transparency is dropped. A photograph is turned upright as its
/// Exif entry says.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct FolderOptions {
    /// Side of the square images in pixels.
    pub side: Option<usize>,
    /// One channel, the luminance, in place of red, green and blue.
    pub grey: bool,
    /// Most memory for the pixels of a file when it is decoded, in MiB. What the size of a file cannot hold is refused
    /// before that.
    pub memory_mib: usize,
}

impl Default for FolderOptions {
    fn default() -> Self {
        Self { side: None, grey: false, memory_mib: 512 }
    }
}

impl FolderOptions {
    /// Squares of `side` × `side` pixels in red, green and blue.
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

    /// Most bytes of pixels that a file of `bytes` bytes may decode to.
    fn most(&self, bytes: usize) -> u64 {
        let held = (bytes as u64).saturating_mul(MOST_PER_BYTE).saturating_add(SLACK);
        held.min((self.memory_mib as u64).saturating_mul(1 << 20))
    }
}

const MOST_SIDE: usize = 1 << 14;

/// Bytes of pixels that one byte of a file can hold: DEFLATE makes at most 1,032 bytes of one, and in a PNG with a palette of
/// two colours each bit of them is a pixel of four channels. JPEG stays below 1,032, BMP below 400.
const MOST_PER_BYTE: u64 = 1_032 * 8 * 4;

/// What decoders keep besides.
const SLACK: u64 = 1 << 16;

/// Shape and planes of the image in the file at `path`.
pub(crate) fn read(path: &Path, options: &FolderOptions) -> Result<(ImageShape, Vec<u8>), DataError> {
    let bytes = file::read(path, "an image")?;
    let image = decode(path, &bytes, options.most(bytes.len()))?;
    let image = match options.side {
        Some(side) => square(image, side as u32),
        None => image,
    };
    let (height, width) = (image.height() as usize, image.width() as usize);
    let (channels, pixels) = match options.grey {
        true => (1, image.into_luma8().into_raw()),
        false => (3, image.into_rgb8().into_raw()),
    };
    let shape = ImageShape::new(channels, height, width);
    Ok((shape, shape.planes(&pixels)))
}

/// The upright image in `bytes`, if its pixels take at most `most` bytes.
fn decode(path: &Path, bytes: &[u8], most: u64) -> Result<DynamicImage, DataError> {
    let picture = |source: ImageError| DataError::Picture { path: path.to_owned(), source };
    let mut reader = ImageReader::new(Cursor::new(bytes));
    let mut limits = Limits::no_limits();
    limits.max_alloc = Some(most);
    reader.limits(limits);
    let reader = reader.with_guessed_format().map_err(|source| picture(source.into()))?;
    let mut decoder = reader.into_decoder().map_err(picture)?;
    if decoder.total_bytes() > most {
        let (width, height) = decoder.dimensions();
        return Err(DataError::Count {
            place: format!("{}: {width}x{height} pixels", path.display()),
            found: decoder.total_bytes(),
            unit: "bytes",
            expected: format!("at most {most} of a file of {} bytes", bytes.len()),
        });
    }
    let upright = decoder.orientation().map_err(picture)?;
    let mut image = DynamicImage::from_decoder(decoder).map_err(picture)?;
    image.apply_orientation(upright);
    Ok(image)
}

/// The largest centred square, scaled to `side` × `side`.
fn square(image: DynamicImage, side: u32) -> DynamicImage {
    let (width, height) = (image.width(), image.height());
    let most = width.min(height);
    let image = match width == height {
        true => image,
        false => image.crop_imm((width - most) / 2, (height - most) / 2, most, most),
    };
    if most == side { image } else { image.resize_exact(side, side, FilterType::Triangle) }
}
