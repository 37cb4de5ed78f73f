//! How far a training is from where it would not get better.

use serde::{Deserialize, Serialize};

/// How a training's loss falls.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct Plateau {
    /// Mean loss over the last tenth of the steps.
    pub loss: f64,
    /// Of all that the loss fell since the first twentieth of the steps, the share that it fell in
    /// the last quarter: from the mean over the tenth of the steps around three quarters to the
    /// last tenth. Near 0 on a plateau; below 0 where it rises.
    pub late_fall: f64,
}

/// Computes [`Plateau`] of the losses of training batches, in order and evenly spaced. None of
/// fewer than 20, or where the loss did not fall.
pub fn plateau(losses: &[f64]) -> Option<Plateau> {
    let n = losses.len();
    if n < 20 {
        return None;
    }
    let mean = |from: f64, to: f64| {
        let part = &losses[(from * n as f64) as usize..(to * n as f64) as usize];
        part.iter().sum::<f64>() / part.len() as f64
    };
    let (first, before, last) = (mean(0.0, 0.05), mean(0.7, 0.8), mean(0.9, 1.0));
    (first > last).then(|| Plateau { loss: last, late_fall: (before - last) / (first - last) })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_fell_by_a_fifth_behind_three_quarters_and_a_curve_that_has_settled_by_nothing() {
        let line: Vec<f64> = (0..1_000).map(|i| 2.0 - f64::from(i) / 1_000.0).collect();
        // From .75 to .95 of the way, of .95 − .025 in all.
        assert!((plateau(&line).unwrap().late_fall - 0.2 / 0.925).abs() < 1e-9);
        let settled: Vec<f64> = (0..1_000).map(|i| 1.0 + (-f64::from(i) / 50.0).exp()).collect();
        assert!(plateau(&settled).unwrap().late_fall < 1e-3);
    }

    #[test]
    fn a_loss_that_did_not_fall_and_a_curve_of_few_points_have_none() {
        assert_eq!(plateau(&[1.0; 100]), None);
        assert_eq!(plateau(&[2.0, 1.0]), None);
    }
}
