//! Whether there are images enough to rank networks by.

use crate::{Images, Split};
use serde::Serialize;
use std::fmt;

/// Percentage points to which an accuracy should be known, at least.
const POINTS: f64 = 5.0;

/// Images of a class that each part should have: below, one image is a fifth of the class's
/// accuracy.
const OF_A_CLASS: usize = 5;

/// Half the width, in percentage points, of the interval that holds an accuracy with a probability
/// of 95 %, where it was measured on `count` images and is near 50 %: 100 · 1.96 · √(1/4 / count),
/// the normal approximation of a binomial.
fn margin(count: usize) -> f64 {
    98.0 / (count as f64).sqrt()
}

/// The number of images whose [`margin`] is at most [`POINTS`].
fn would_do() -> usize {
    (98.0 / POINTS).powi(2).ceil() as usize
}

/// A set, or a class of it, with too few images to tell networks apart.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct TooFew {
    /// The set's name.
    pub set: String,
    /// The class's name; none where the whole set is meant.
    pub class: Option<String>,
    /// How many images there are.
    pub found: usize,
    /// How many would do.
    pub would_do: usize,
}

impl fmt::Display for TooFew {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { set, class, found, would_do } = self;
        let images = if *found == 1 { "1 image" } else { &format!("{found} images") };
        match class {
            Some(class) => write!(f, "{set}: found {images} of class {class}, expected at least {would_do}"),
            None => write!(
                f,
                "{set}: found {images}, on which an accuracy is known to ± {:.0} points at best, so networks that differ by less cannot be ranked; \
                 {would_do} would do for ± {POINTS:.0}",
                margin(*found)
            ),
        }
    }
}

impl Split {
    /// Returns what has too few images to rank networks by: validation and test sets on which an
    /// accuracy is known to worse than ± 5 percentage points (95 %, fewer than 385 images), and
    /// classes with fewer than 5 images in a set.
    ///
    /// Empty where there are enough. A run goes on all the same: its ranking should not be trusted.
    pub fn too_few(&self) -> Vec<TooFew> {
        let sets = [&self.validation, &self.test].into_iter().filter_map(set_too_small);
        let classes = [&self.train, &self.validation, &self.test].into_iter().flat_map(classes_too_small);
        sets.chain(classes).collect()
    }
}

fn set_too_small(images: &Images) -> Option<TooFew> {
    let (found, would_do) = (images.len(), would_do());
    (found < would_do).then(|| TooFew { set: images.name().to_owned(), class: None, found, would_do })
}

fn classes_too_small(images: &Images) -> Vec<TooFew> {
    let counts = images.class_counts().into_iter().zip(images.classes());
    let few = counts.filter(|&(found, _)| found < OF_A_CLASS);
    few.map(|(found, class)| TooFew {
        set: images.name().to_owned(),
        class: Some(class.clone()),
        found,
        would_do: OF_A_CLASS,
    })
    .collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::toy;

    fn split(counts: [[usize; 2]; 3]) -> Split {
        let [train, validation, test] =
            [("train", 0), ("validation", 1), ("test", 2)].map(|(name, i)| toy(&counts[i]).named(name));
        Split { train, validation, test }
    }

    #[test]
    fn small_sets_are_named_with_the_number_that_would_do() {
        let few = split([[9, 9], [3, 3], [200, 200]]).too_few();
        let texts: Vec<String> = few.iter().map(TooFew::to_string).collect();
        let expected = [
            "validation: found 6 images, on which an accuracy is known to ± 40 points at best, so networks that differ by \
             less cannot be ranked; 385 would do for ± 5",
            "validation: found 3 images of class class 0, expected at least 5",
            "validation: found 3 images of class class 1, expected at least 5",
        ];
        assert_eq!(texts, expected);
    }

    #[test]
    fn sets_of_385_images_will_do_and_of_384_will_not() {
        assert!(split([[5, 5], [192, 193], [380, 5]]).too_few().is_empty());
        let few = split([[5, 5], [192, 192], [380, 4]]).too_few();
        assert_eq!(
            few.iter().map(|few| (few.set.as_str(), few.found)).collect::<Vec<_>>(),
            [("validation", 384), ("test", 384), ("test", 4)]
        );
    }
}
