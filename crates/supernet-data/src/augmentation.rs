//! Pad and crop, flips and cutout.

use crate::{DataError, ImageShape};
use rand::{Rng, RngExt};
use serde::{Deserialize, Serialize};

/// What is drawn anew for an image each time it is trained on.
///
/// Pad and crop: a border of `pad` zeros (black, before normalisation) on every side, then a crop
/// of the old size at one of the (2 pad + 1)² places, all equally likely. Flip: left and right
/// exchanged with probability 1/2. Cutout: a square of `cutout` pixels, centred on a pixel drawn
/// uniformly and cut off at the border, is set to the mean of each channel, 0 after normalisation
/// (DeVries and Taylor, "Improved Regularization of Convolutional Neural Networks with Cutout",
/// 2017).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Augmentation {
    /// Width of the border in pixels; 0 leaves images in place.
    pub pad: usize,
    /// Whether images are flipped.
    pub flip: bool,
    /// Side of the square that is cut out, in pixels; 0 cuts nothing, and is left out of files.
    #[serde(default, skip_serializing_if = "nothing")]
    pub cutout: usize,
}

fn nothing(cutout: &usize) -> bool {
    *cutout == 0
}

impl Augmentation {
    /// Images as they are; nothing is drawn.
    pub const NONE: Self = Self { pad: 0, flip: false, cutout: 0 };

    /// The usual one for CIFAR-10: a border of 4 pixels, and flips (He et al., "Deep Residual
    /// Learning for Image Recognition", 2016, section 4.2).
    pub const STANDARD: Self = Self { pad: 4, flip: true, cutout: 0 };

    /// Checks that some of every crop of an image of `shape` is image, and that a square fits into
    /// it.
    ///
    /// # Errors
    /// [`DataError::Value`] where the border is as wide as the image or wider, or the square wider
    /// than the image.
    pub fn check(&self, shape: ImageShape) -> Result<(), DataError> {
        let side = shape.height.min(shape.width);
        let refuse = |field: &str, found: usize, expected: &str| {
            Err(DataError::Value {
                field: format!("augmentation: {field}"),
                found: found.to_string(),
                expected: format!("{expected} both sides of images of {shape}"),
            })
        };
        if self.pad >= side {
            return refuse("pad", self.pad, "less than");
        }
        if self.cutout > side { refuse("cutout", self.cutout, "at most") } else { Ok(()) }
    }

    /// Draws what happens to one image of `shape`: row, column, flip, row and column of the centre
    /// of what is cut out, of which only those are drawn that can vary.
    pub(crate) fn draw(&self, shape: ImageShape, rng: &mut impl Rng) -> Placement {
        let mut corner = || {
            if self.pad == 0 { 0 } else { rng.random_range(0..=2 * self.pad) }
        };
        let (top, left) = (corner(), corner());
        let flip = self.flip && rng.random();
        let mut hole = |length| match self.cutout {
            0 => Span::default(),
            side => Span::around(rng.random_range(0..length), side, length),
        };
        Placement { pad: self.pad, top, left, flip, hole: [hole(shape.height), hole(shape.width)] }
    }
}

/// Where an image was cropped: the corner of the crop within the padded image, whether it was
/// flipped, and then the rows and columns that were cut out.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Placement {
    pad: usize,
    top: usize,
    left: usize,
    flip: bool,
    hole: [Span; 2],
}

/// Rows or columns from `start` to before `end`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
struct Span {
    start: usize,
    end: usize,
}

impl Span {
    /// `side` pixels around pixel `centre`, one more before it than after it where they are even,
    /// of those that exist.
    fn around(centre: usize, side: usize, length: usize) -> Self {
        let start = centre.saturating_sub(side / 2);
        Self { start, end: (centre + side - side / 2).min(length) }
    }
}

impl Placement {
    /// As the image is.
    pub(crate) const STILL: Self = Self { pad: 0, top: 0, left: 0, flip: false, hole: [Span { start: 0, end: 0 }; 2] };

    /// Appends a plane, `width` values a row, to `out`: moved, flipped, each byte looked up in
    /// `table`, and 0 where it is cut out.
    pub(crate) fn write(&self, plane: &[u8], width: usize, table: &[f32; 256], out: &mut Vec<f32>) {
        let (height, first) = (plane.len() / width, out.len());
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
        let [rows, columns] = self.hole;
        for row in rows.start..rows.end {
            out[first + row * width..][columns.start..columns.end].fill(0.0);
        }
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

    /// The definition: pad the image, cut out the crop, exchange left and right, blank the hole.
    fn slow(image: usize, placement: Placement) -> Vec<u8> {
        let images = toy(&[3]);
        let padded = images.pad(placement.pad).unwrap();
        let ImageShape { channels, height, width } = images.shape();
        let mut out = Vec::new();
        for c in 0..channels {
            for y in 0..height {
                for column in 0..width {
                    let x = if placement.flip { width - 1 - column } else { column };
                    let row = (c * padded.shape().height + y + placement.top) * padded.shape().width;
                    let hole = placement.hole.map(|span| span.start..span.end);
                    // Black stands for the mean here: the table of the test maps it to 0.
                    let cut = hole[0].contains(&y) && hole[1].contains(&column);
                    out.push(if cut { 0 } else { padded.pixels(image)[row + x + placement.left] });
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
                    let hole = [Span::around(top % 4, image, 4), Span::around(left % 4, image, 4)];
                    let placement = Placement { pad, top, left, flip, hole };
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
        let augmentation = Augmentation { pad: 1, flip: true, cutout: 0 };
        let mut counts = [[[0u32; 2]; 3]; 3];
        let mut rng = rng(5);
        for _ in 0..18_000 {
            let Placement { top, left, flip, .. } = augmentation.draw(ImageShape::new(1, 4, 4), &mut rng);
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
        Augmentation::NONE.draw(ImageShape::new(1, 4, 4), &mut used);
        assert_eq!(used.next_u64(), fresh.next_u64());
    }

    #[test]
    fn a_border_as_wide_as_the_image_is_refused() {
        let error = message(Augmentation::STANDARD.check(ImageShape::new(1, 8, 4)));
        assert_eq!(error, "augmentation: pad: found 4, expected less than both sides of images of 1x8x4");
        assert!(Augmentation::STANDARD.check(ImageShape::new(1, 5, 5)).is_ok());
    }

    #[test]
    fn every_pixel_is_the_centre_of_a_cut_as_often() {
        let augmentation = Augmentation { pad: 0, flip: false, cutout: 3 };
        let (shape, mut rng) = (ImageShape::new(1, 4, 5), rng(7));
        let mut counts = [[0u32; 5]; 4];
        for _ in 0..20_000 {
            let [rows, columns] = augmentation.draw(shape, &mut rng).hole;
            assert!(
                rows.end <= 4 && columns.end <= 5 && rows.end - rows.start <= 3 && columns.end - columns.start <= 3
            );
            // Three pixels around a centre: it is the second of them, or the first at the upper or
            // left border.
            let centre = |span: Span| if span == (Span { start: 0, end: 2 }) { 0 } else { span.start + 1 };
            counts[centre(rows)][centre(columns)] += 1;
        }
        let counts = counts.as_flattened();
        let chi_square: f64 = counts.iter().map(|&count| (f64::from(count) - 1000.0).powi(2) / 1000.0).sum();
        // 19 degrees of freedom: above 43.8 in one of a thousand seeds.
        assert!(chi_square < 43.8, "{chi_square}");
    }

    #[test]
    fn a_cut_is_drawn_after_everything_else_of_its_image() {
        let shape = ImageShape::new(1, 8, 8);
        let with = Augmentation { cutout: 2, ..Augmentation::STANDARD };
        let (mut cut, mut whole) = (rng(3), rng(3));
        let (a, b) = (with.draw(shape, &mut cut), Augmentation::STANDARD.draw(shape, &mut whole));
        assert_eq!((a.top, a.left, a.flip), (b.top, b.left, b.flip));
        assert_ne!(cut.next_u64(), whole.next_u64());
    }

    #[test]
    fn a_square_wider_than_the_image_is_refused() {
        let error = message(Augmentation { cutout: 5, ..Augmentation::NONE }.check(ImageShape::new(1, 8, 4)));
        assert_eq!(error, "augmentation: cutout: found 5, expected at most both sides of images of 1x8x4");
        assert!(Augmentation { cutout: 4, ..Augmentation::NONE }.check(ImageShape::new(1, 8, 4)).is_ok());
    }

    #[test]
    fn an_augmentation_survives_json() {
        let text = serde_json::to_string(&Augmentation::STANDARD).unwrap();
        assert_eq!(text, r#"{"pad":4,"flip":true}"#);
        assert_eq!(serde_json::from_str::<Augmentation>(&text).unwrap(), Augmentation::STANDARD);
        let cutout = Augmentation { cutout: 8, ..Augmentation::STANDARD };
        let text = serde_json::to_string(&cutout).unwrap();
        assert_eq!(text, r#"{"pad":4,"flip":true,"cutout":8}"#);
        assert_eq!(serde_json::from_str::<Augmentation>(&text).unwrap(), cutout);
    }
}
