use rand::{Rng, RngExt};
use serde::{Deserialize, Serialize};

use crate::{DataError, ImageShape};

/// What is drawn anew for an image each time it is trained on.
///
/// Pad and crop: a border of `pad` zeros (black, before normalisation) on every side, then a crop of the old size at
/// one of the (2 pad + 1)² places, all equally likely. Flip: left and right exchanged with probability 1/2.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Augmentation {
    /// Width of the border in pixels; 0 leaves images in place.
    pub pad: usize,
    /// Whether images are flipped.
    pub flip: bool,
}

impl Augmentation {
    /// Images as they are; nothing is drawn.
    pub const NONE: Self = Self { pad: 0, flip: false };

    /// The usual one for CIFAR-10: a border of 4 pixels, and flips (He et al., "Deep Residual Learning for Image
    /// Recognition", 2016, section 4.2).
    pub const STANDARD: Self = Self { pad: 4, flip: true };

    /// Checks that some of every crop of an image of `shape` is image.
    ///
    /// # Errors
    /// [`DataError::Value`] where the border is as wide as the image or wider.
    pub fn check(&self, shape: ImageShape) -> Result<(), DataError> {
        if self.pad < shape.height.min(shape.width) {
            return Ok(());
        }
        Err(DataError::Value {
            field: "augmentation: pad".to_owned(),
            found: self.pad.to_string(),
            expected: format!("less than both sides of images of {shape}"),
        })
    }

    /// Draws the place of one image: row, then column, then flip, of which only those are drawn that can vary.
    pub(crate) fn draw(&self, rng: &mut impl Rng) -> Placement {
        let mut corner = || {
            if self.pad == 0 { 0 } else { rng.random_range(0..=2 * self.pad) }
        };
        let (top, left) = (corner(), corner());
        Placement { pad: self.pad, top, left, flip: self.flip && rng.random() }
    }
}

/// Where an image was cropped: the corner of the crop within the padded image, and whether it was flipped.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Placement {
    pad: usize,
    top: usize,
    left: usize,
    flip: bool,
}

impl Placement {
    /// As the image is.
    pub(crate) const STILL: Self = Self { pad: 0, top: 0, left: 0, flip: false };

    /// Appends a plane, `width` values a row, to `out`: moved, flipped, and each byte looked up in `table`.
    pub(crate) fn write(&self, plane: &[u8], width: usize, table: &[f32; 256], out: &mut Vec<f32>) {
        let height = plane.len() / width;
        let (rows, columns) = (Overlap::new(self.pad, self.top, height), Overlap::new(self.pad, self.left, width));
        let black = table[0];
        out.resize(out.len() + rows.before * width, black);
        for row in plane.chunks_exact(width).skip(rows.start).take(rows.len) {
            let from = out.len();
            out.resize(from + columns.before, black);
            out.extend(row[columns.start..][..columns.len].iter().map(|&value| table[usize::from(value)]));
            out.resize(from + width, black);
            if self.flip {
                out[from..].reverse();
            }
        }
        out.resize(out.len() + (height - rows.before - rows.len) * width, black);
    }
}

/// What of one side of an image lies within a crop.
struct Overlap {
    /// Zeros of the border before it.
    before: usize,
    /// Where it starts in the image.
    start: usize,
    /// How long it is.
    len: usize,
}

impl Overlap {
    fn new(pad: usize, corner: usize, side: usize) -> Self {
        let (before, start) = (pad.saturating_sub(corner), corner.saturating_sub(pad));
        Self { before, start, len: side - before - start }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::{message, rng, toy};

    /// The definition: pad the image, cut out the crop, exchange left and right.
    fn slow(image: usize, placement: Placement) -> Vec<u8> {
        let images = toy(&[3]);
        let padded = images.pad(placement.pad).unwrap();
        let ImageShape { channels, height, width } = images.shape();
        let mut out = Vec::new();
        for c in 0..channels {
            for y in 0..height {
                for x in 0..width {
                    let x = if placement.flip { width - 1 - x } else { x };
                    let row = (c * padded.shape().height + y + placement.top) * padded.shape().width;
                    out.push(padded.pixels(image)[row + x + placement.left]);
                }
            }
        }
        out
    }

    #[test]
    fn every_crop_and_flip_agrees_with_the_definition() {
        let images = toy(&[3]);
        let table = std::array::from_fn(|value| value as f32);
        for pad in 0..4 {
            for (top, left) in (0..=2 * pad).flat_map(|top| (0..=2 * pad).map(move |left| (top, left))) {
                for (image, flip) in [(0, false), (1, true), (2, false)] {
                    let placement = Placement { pad, top, left, flip };
                    let mut out = Vec::new();
                    for plane in images.pixels(image).chunks_exact(16) {
                        placement.write(plane, 4, &table, &mut out);
                    }
                    let out: Vec<u8> = out.into_iter().map(|value| value as u8).collect();
                    assert_eq!(out, slow(image, placement), "{placement:?}");
                }
            }
        }
    }

    #[test]
    fn every_placement_is_equally_likely() {
        let augmentation = Augmentation { pad: 1, flip: true };
        let mut counts = [[[0u32; 2]; 3]; 3];
        let mut rng = rng(5);
        for _ in 0..18_000 {
            let Placement { top, left, flip, .. } = augmentation.draw(&mut rng);
            counts[top][left][usize::from(flip)] += 1;
        }
        let counts = counts.as_flattened().as_flattened();
        let chi_square: f64 = counts.iter().map(|&count| (f64::from(count) - 1000.0).powi(2) / 1000.0).sum();
        // 17 degrees of freedom: above 40.8 in one of a thousand seeds.
        assert!(chi_square < 40.8, "{chi_square}");
    }

    #[test]
    fn no_augmentation_draws_nothing() {
        let (mut used, mut fresh) = (rng(1), rng(1));
        Augmentation::NONE.draw(&mut used);
        assert_eq!(used.next_u64(), fresh.next_u64());
    }

    #[test]
    fn a_border_as_wide_as_the_image_is_refused() {
        let error = message(Augmentation::STANDARD.check(ImageShape::new(1, 8, 4)));
        assert_eq!(error, "augmentation: pad: found 4; expected less than both sides of images of 1x8x4");
        assert!(Augmentation::STANDARD.check(ImageShape::new(1, 5, 5)).is_ok());
    }

    #[test]
    fn an_augmentation_survives_json() {
        let text = serde_json::to_string(&Augmentation::STANDARD).unwrap();
        assert_eq!(text, r#"{"pad":4,"flip":true}"#);
        assert_eq!(serde_json::from_str::<Augmentation>(&text).unwrap(), Augmentation::STANDARD);
    }
}
