//! Images that stand in more than one part.

use crate::{Images, Split};
use serde::Serialize;
use std::{collections::HashSet, fmt};

/// Images of a set that stand in another set too, pixel by pixel.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Repeated {
    /// The set's name.
    pub set: String,
    /// How many images it has.
    pub images: usize,
    /// How many of them stand in the other.
    pub found: usize,
    /// The other set's name.
    pub other: String,
}

impl fmt::Display for Repeated {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { set, images, found, other } = self;
        write!(
            f,
            "{set}: found {found} of {images} images in {other} too, pixel by pixel, expected none: an accuracy on images that were trained or \
             chosen on is too high"
        )
    }
}

impl Split {
    /// Returns where images stand in two parts: validation images among those to train on, test
    /// images among either. A run goes on all the same: its accuracies say less.
    pub fn repeated(&self) -> Vec<Repeated> {
        let Self { train, validation, test } = self;
        let pairs = [(validation, train), (test, train), (test, validation)];
        pairs.into_iter().filter_map(|(set, other)| repeated(set, other)).collect()
    }
}

fn repeated(set: &Images, other: &Images) -> Option<Repeated> {
    let there: HashSet<&[u8]> = (0..other.len()).map(|i| other.pixels(i)).collect();
    let found = (0..set.len()).filter(|&i| there.contains(set.pixels(i))).count();
    (found > 0).then(|| Repeated { set: set.name().into(), images: set.len(), found, other: other.name().into() })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ImageShape;

    /// Images of two pixels each.
    fn images(name: &str, pixels: &[[u8; 2]]) -> Images {
        let (classes, labels) = (vec!["a".to_owned(), "b".to_owned()], vec![0; pixels.len()]);
        Images::new(name, ImageShape::new(1, 1, 2), classes, pixels.concat(), labels).unwrap()
    }

    #[test]
    fn images_in_two_parts_are_counted_by_their_pixels() {
        let split = Split {
            train: images("train", &[[1, 2], [3, 4], [3, 4]]),
            validation: images("validation", &[[3, 4], [4, 3], [5, 6]]),
            test: images("test", &[[5, 6], [5, 6], [7, 8]]),
        };
        let texts: Vec<String> = split.repeated().iter().map(Repeated::to_string).collect();
        let why =
            "too, pixel by pixel, expected none: an accuracy on images that were trained or chosen on is too high";
        let expected = [
            format!("validation: found 1 of 3 images in train {why}"),
            format!("test: found 2 of 3 images in validation {why}"),
        ];
        assert_eq!(texts, expected);
    }
}
