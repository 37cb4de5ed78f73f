//! Adam, for the few parameters of a controller.

use crate::{exact, vectors::adam_step};
use serde::{Deserialize, Serialize};

/// Adam (Kingma and Ba, ICLR 2015) with β = (0.9, 0.999) and ε = 1e-8.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(crate) struct Adam {
    #[serde(with = "exact::list")]
    mean: Vec<f64>,
    #[serde(with = "exact::list")]
    square: Vec<f64>,
    steps: i32,
}

impl Adam {
    const BETA: (f64, f64) = (0.9, 0.999);

    pub(crate) fn new(parameters: usize) -> Self {
        Self { mean: vec![0.0; parameters], square: vec![0.0; parameters], steps: 0 }
    }

    /// Parameters that it has moments for.
    pub(crate) fn len(&self) -> usize {
        self.mean.len().min(self.square.len())
    }

    /// One step down `gradient`.
    pub(crate) fn step(&mut self, parameters: &mut [f64], gradient: &[f64], rate: f64) {
        self.steps = self.steps.saturating_add(1);
        let (first, second) = Self::BETA;
        let correct = |beta: f64| 1.0 - beta.powi(self.steps);
        let (correct_mean, correct_square) = (correct(first), correct(second));
        let moments = [(&mut self.mean[..], first, correct_mean), (&mut self.square[..], second, correct_square)];
        adam_step(moments, parameters, gradient, rate);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_step_is_the_rate_against_the_gradients_sign() {
        let mut parameters = [1.0, 1.0, 1.0];
        Adam::new(3).step(&mut parameters, &[4.0, -0.5, 0.0], 0.1);
        assert!((parameters[0] - 0.9).abs() < 1e-8 && (parameters[1] - 1.1).abs() < 1e-8);
        assert_eq!(parameters[2], 1.0);
    }

    #[test]
    fn it_finds_the_bottom_of_a_bowl() {
        let (mut adam, mut x) = (Adam::new(1), [5.0]);
        for _ in 0..2_000 {
            let gradient = [2.0 * (x[0] - 2.0)];
            adam.step(&mut x, &gradient, 0.05);
        }
        assert!((x[0] - 2.0).abs() < 1e-6);
    }
}
