//! Small sets of images: a few of each class, and a split into fifths.

use supernet::prelude::*;

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
    let fifth = images.len() / 5;
    let held_out = if fifth < 100 { fifth } else { fifth / 100 * 100 };
    let counts = [images.len() - 2 * held_out, held_out, held_out];
    stratified(images, &counts, &mut draws(seed, "split", 0))
}

/// The quickstart's search fitted to a set of another size: supernet and networks see as many images as there, an epoch of a small set has
/// at least ten steps, and validation images come in runs of 100 or, if there are fewer, in one.
pub fn fitted_quick(split: &Split) -> SearchConfig {
    /// Training and validation images of the quickstart.
    const QUICK: usize = 7_000;
    let mut config = SearchConfig::quick();
    let (batch, ghost) = (config.supernet.batch, config.supernet.ghost_batch);
    let least = (split.train.len() / 10 / ghost * ghost).clamp(ghost, batch);
    config.supernet.steps = config.supernet.steps * batch as u64 / least as u64;
    (config.supernet.batch, config.stand_alone.batch) = (least, least);
    let epochs = config.stand_alone.epochs;
    let images = split.train.len() + split.validation.len();
    config.stand_alone.epochs = (epochs * QUICK / images).max(epochs);
    config.scoring.score_batch = config.scoring.score_batch.min(split.validation.len());
    config
}
