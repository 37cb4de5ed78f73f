//! Half the size: 2 × 2 pixels averaged.

use crate::{DataError, ImageShape, Images};

impl Images {
    /// Returns images of half the height and width: each value is the mean of a 2x2 square, rounded
    /// to the nearest (halves up).
    ///
    /// # Errors
    /// [`DataError::Shape`] where height or width is odd.
    pub fn average_2x2(&self) -> Result<Images, DataError> {
        let ImageShape { channels, height, width } = self.shape();
        if height % 2 != 0 || width % 2 != 0 {
            return Err(DataError::Shape {
                place: self.name().to_owned(),
                found: self.shape(),
                expected: "even height and width to average 2x2".to_owned(),
            });
        }
        let mut pixels = Vec::with_capacity(self.all_pixels().len() / 4);
        for rows in self.all_pixels().chunks_exact(2 * width) {
            let (upper, lower) = rows.split_at(width);
            let squares = upper.chunks_exact(2).zip(lower.chunks_exact(2));
            pixels.extend(squares.map(|(above, below)| mean([above[0], above[1], below[0], below[1]])));
        }
        let shape = ImageShape::new(channels, height / 2, width / 2);
        Images::new(self.name(), shape, self.classes().to_vec(), pixels, self.labels().to_vec())
    }
}

/// Mean of four bytes, rounded to the nearest, halves up.
fn mean(values: [u8; 4]) -> u8 {
    let sum: u16 = values.into_iter().map(u16::from).sum();
    ((sum + 2) / 4) as u8
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::{message, names};

    #[test]
    fn averages_agree_with_those_made_by_hand() {
        #[rustfmt::skip]
        let pixels = vec![
            0, 1, 10, 20,
            0, 1, 30, 41,
            255, 255, 0, 0,
            255, 255, 0, 1,
            // the second plane
            1, 1, 4, 0,
            1, 0, 0, 0,
            7, 0, 255, 254,
            0, 0, 255, 254,
        ];
        let images = Images::new("toy", ImageShape::new(2, 4, 4), names(1), pixels, vec![0]).unwrap();
        let small = images.average_2x2().unwrap();
        assert_eq!(small.shape(), ImageShape::new(2, 2, 2));
        // 0.5 → 1, 25.25 → 25, 255, 0.25 → 0; 0.75 → 1, 1, 1.75 → 2, 254.5 → 255
        assert_eq!(small.pixels(0), [1, 25, 255, 0, 1, 1, 2, 255]);
    }

    #[test]
    fn an_odd_side_is_refused() {
        let images = Images::new("toy", ImageShape::new(1, 2, 3), names(1), vec![0; 6], vec![0]).unwrap();
        let error = message(images.average_2x2());
        assert_eq!(error, "toy: found images of 1x2x3, expected even height and width to average 2x2");
    }
}
