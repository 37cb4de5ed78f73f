//! Normal numbers.

use rand::{Rng, RngExt};

/// Draws `count` numbers of mean 0 and this deviation.
pub(super) fn normals(rng: &mut impl Rng, deviation: f64, count: usize) -> Vec<f32> {
    let mut values = Vec::with_capacity(count + 1);
    while values.len() < count {
        // Box and Muller: two uniform draws make two normal ones. 1 − u is above 0.
        let radius = (-2.0 * (1.0 - rng.random::<f64>()).ln()).sqrt() * deviation;
        let angle = std::f64::consts::TAU * rng.random::<f64>();
        values.extend([(radius * angle.cos()) as f32, (radius * angle.sin()) as f32]);
    }
    values.truncate(count);
    values
}
