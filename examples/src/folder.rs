//! Small sets of images: a few of each class, and a split into fifths.

use supernet::{data::fifths, prelude::*};

/// The first `count` images of each class, class after class.
///
/// # Errors
/// A count of 0.
pub fn first_of_each_class(images: &Images, count: usize) -> Result<Images, DataError> {
    let of = |class| (0..images.len()).filter(move |&i| images.label(i) == class).take(count);
    let indices: Vec<usize> = (0..images.classes().len()).flat_map(of).collect();
    images.subset(&indices)
}

/// A fifth of the images for validation and a fifth for the test, in whole hundreds where there are as many, the rest for training; each
/// with its share of every class.
///
/// # Errors
/// A class with fewer images than parts.
pub fn in_fifths(images: &Images, seed: u64) -> Result<Split, DataError> {
    stratified(images, &fifths(images.len()), &mut draws(seed, "split", 0))
}

/// The preset quick fitted to a set of another size than the embedded images: supernet and networks
/// see as many images as there.
pub fn fitted_quick(split: &Split) -> SearchConfig {
    /// Training and validation images of the embedded ones.
    const QUICK: usize = 7_000;
    SearchConfig::quick().fitted(split, QUICK)
}
