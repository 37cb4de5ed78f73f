//! Which paths matter: how far predictions move when paths are switched off (PAPER, *The paper's
//! experiments*). No label is read.

use super::tally::read;
use crate::{Examples, TrainError};
use burn::tensor::{Device, Tensor};
use supernet_nn::{Layer, MaskedNetwork, Network};
use supernet_space::PathMask;

/// KL(p‖q) + KL(q‖p) in nats of the two predictions softmax(a) and softmax(b).
///
/// # Panics
/// If the lengths differ.
pub fn symmetric_kl(a: &[f32], b: &[f32]) -> f64 {
    assert_eq!(a.len(), b.len(), "two predictions over the same classes");
    let (p, q) = (log_softmax(a), log_softmax(b));
    p.iter().zip(&q).map(|(p, q)| (p.exp() - q.exp()) * (p - q)).sum()
}

fn log_softmax(logits: &[f32]) -> Vec<f64> {
    let top = logits.iter().copied().fold(f32::NEG_INFINITY, f32::max);
    let shifted = || logits.iter().map(|&logit| f64::from(logit) - f64::from(top));
    let sum = shifted().map(f64::exp).sum::<f64>().ln();
    shifted().map(|logit| logit - sum).collect()
}

/// The mean symmetric KL divergence, on the first `count` of `examples`, between a supernet's
/// predictions under `reference` (almost every path on) and under each of `masks`, over runs of
/// `run` images in fixed order, each run normalised by its own statistics.
///
/// # Errors
/// A `run` that does not divide the images, a mask of another space, or a device that fails.
pub fn divergences<M: Layer<D, 2>, const D: usize>(
    supernet: &Network<M, D>,
    reference: &PathMask,
    masks: &[PathMask],
    examples: &dyn Examples<D>,
    count: usize,
    run: usize,
    device: &Device,
) -> Result<Vec<f64>, TrainError> {
    if run == 0 || count > examples.len() || !count.is_multiple_of(run) {
        return Err(TrainError::config(
            "run",
            run,
            format!("a divisor of {count} examples, of which there are {}", examples.len()),
        ));
    }
    let device = device.clone().inner();
    let mut sums = vec![0.0; masks.len()];
    for first in (0..count).step_by(run) {
        let x = Tensor::<D>::from_data(examples.batch(&(first..first + run).collect::<Vec<_>>()), &device);
        let mut twice = [1; D];
        twice[0] = 2;
        for (sum, mask) in sums.iter_mut().zip(masks) {
            let paths = supernet.paths(vec![reference.clone(), mask.clone()], None)?;
            let logits = read(supernet.forward_masked(x.clone().repeat(&twice), &paths)?, "divergence")?;
            let (of_reference, of_mask) = logits.split_at(logits.len() / 2);
            let classes = of_mask.len() / run;
            *sum +=
                of_reference.chunks(classes).zip(of_mask.chunks(classes)).map(|(a, b)| symmetric_kl(a, b)).sum::<f64>();
        }
    }
    Ok(sums.into_iter().map(|sum| sum / count as f64).collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_divergence_of_two_coins_is_that_of_a_hand_count() {
        // p = (3/4, 1/4), q = (1/2, 1/2): (1/4) ln(3/2) − (1/4) ln(1/2).
        let value = symmetric_kl(&[3f32.ln(), 0.0], &[7.0, 7.0]);
        assert!((value - 0.25 * 3f64.ln()).abs() < 1e-7, "{value}");
    }
}
