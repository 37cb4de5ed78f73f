//! A border of zeros.

use crate::{DataError, ImageShape, Images};

impl Images {
    /// Returns images with `by` rows or columns of zeros (black) on every side. 28x28 padded by 2
    /// is 32x32.
    ///
    /// # Errors
    /// [`DataError::Value`] where the result could not be addressed.
    pub fn pad(&self, by: usize) -> Result<Images, DataError> {
        let (shape, bytes) = self.padded(by).ok_or_else(|| DataError::Value {
            field: "pad".to_owned(),
            found: by.to_string(),
            expected: format!("a border around {} images of {} that fits in memory", self.len(), self.shape()),
        })?;
        let mut pixels = vec![0; bytes];
        let planes = self.all_pixels().chunks_exact(self.shape().height * self.shape().width);
        for (plane, padded) in planes.zip(pixels.chunks_exact_mut(shape.height * shape.width)) {
            let rows = plane.chunks_exact(self.shape().width);
            for (row, target) in rows.zip(padded.chunks_exact_mut(shape.width).skip(by)) {
                target[by..][..row.len()].copy_from_slice(row);
            }
        }
        Images::new(self.name(), shape, self.classes().to_vec(), pixels, self.labels().to_vec())
    }

    /// Shape with the border, and bytes of all images of that shape.
    fn padded(&self, by: usize) -> Option<(ImageShape, usize)> {
        let both = by.checked_mul(2)?;
        let ImageShape { channels, height, width } = self.shape();
        let shape = ImageShape::new(channels, height.checked_add(both)?, width.checked_add(both)?);
        let bytes = shape.bytes()?.checked_mul(self.len())?;
        (bytes <= isize::MAX as usize).then_some((shape, bytes))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::{message, names, toy};

    #[test]
    fn zeros_stand_on_every_side() {
        let images = Images::new("toy", ImageShape::new(2, 1, 2), names(1), vec![1, 2, 3, 4], vec![0]).unwrap();
        let padded = images.pad(1).unwrap();
        assert_eq!(padded.shape(), ImageShape::new(2, 3, 4));
        #[rustfmt::skip]
        assert_eq!(padded.pixels(0), [
            0, 0, 0, 0,
            0, 1, 2, 0,
            0, 0, 0, 0,
            0, 0, 0, 0,
            0, 3, 4, 0,
            0, 0, 0, 0,
        ]);
    }

    #[test]
    fn padding_by_nothing_changes_nothing() {
        assert_eq!(toy(&[2, 2]).pad(0).unwrap(), toy(&[2, 2]));
    }

    #[test]
    fn a_border_beyond_memory_is_refused() {
        let error = message(toy(&[2, 2]).pad(usize::MAX / 2));
        assert!(error.starts_with(&format!("pad: found {}, expected a border", usize::MAX / 2)), "{error}");
    }
}
