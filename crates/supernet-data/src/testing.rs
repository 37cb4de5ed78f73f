use std::fmt::Debug;

use rand_chacha::ChaCha8Rng;
use rand_chacha::rand_core::SeedableRng;

use crate::{DataError, ImageShape, Images};

/// `class 0`, `class 1`, …
pub(crate) fn names(classes: usize) -> Vec<String> {
    (0..classes).map(|class| format!("class {class}")).collect()
}

/// 2x4x4 images, `counts[class]` of each class, class after class, every image different: its first two bytes count it.
pub(crate) fn toy(counts: &[usize]) -> Images {
    let labels: Vec<usize> = counts.iter().enumerate().flat_map(|(class, &count)| vec![class; count]).collect();
    let image = |i: usize| {
        let rest = (2..32).map(move |k| ((i + 1) * (k + 3) * 37 % 251) as u8);
        [(i % 256) as u8, (i / 256) as u8].into_iter().chain(rest)
    };
    let pixels = (0..labels.len()).flat_map(image).collect();
    Images::new("toy", ImageShape::new(2, 4, 4), names(counts.len()), pixels, labels).unwrap()
}

/// A counter-based generator, as the caller of this crate would hand in.
pub(crate) fn rng(seed: u64) -> ChaCha8Rng {
    ChaCha8Rng::seed_from_u64(seed)
}

/// The message of the error that `result` must be.
pub(crate) fn message<T: Debug>(result: Result<T, DataError>) -> String {
    result.unwrap_err().to_string()
}
