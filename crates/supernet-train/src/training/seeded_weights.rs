//! Initial weights, a function of (seed, "init", parameter path).

use burn::tensor::TensorData;
use rand::RngExt;
use supernet_nn::{Init, NnError, Weights};
use supernet_space::draws;

/// Draws each weight from a normal distribution of the variance asked for. A supernet and a
/// stand-alone network that ask for the same path get the same numbers.
#[derive(Clone, Debug)]
pub struct SeededWeights {
    seed: u64,
}

impl SeededWeights {
    /// The weights of `seed`.
    pub fn new(seed: u64) -> Self {
        Self { seed }
    }
}

impl Weights for SeededWeights {
    fn weight(&mut self, name: &str, shape: &[usize], init: Init) -> Result<TensorData, NnError> {
        let Init::Variance(variance) = init else { return Ok(init.data(shape).expect("a constant")) };
        let mut rng = draws(self.seed, &format!("init/{name}"), 0);
        let deviation = variance.sqrt();
        let count = shape.iter().product();
        let mut values = Vec::with_capacity(count + 1);
        while values.len() < count {
            // Box and Muller: two uniform draws make two normal ones. 1 − u is above 0.
            let radius = (-2.0 * (1.0 - rng.random::<f64>()).ln()).sqrt() * deviation;
            let angle = std::f64::consts::TAU * rng.random::<f64>();
            values.extend([(radius * angle.cos()) as f32, (radius * angle.sin()) as f32]);
        }
        values.truncate(count);
        Ok(TensorData::new(values, shape.to_vec()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn weights_depend_on_seed_and_path_and_have_the_variance_asked_for() {
        let draw = |seed, name| {
            let data = SeededWeights::new(seed).weight(name, &[100, 100], Init::Variance(0.25)).unwrap();
            data.try_to_vec::<f32>().unwrap()
        };
        assert_eq!(draw(1, "a"), draw(1, "a"));
        assert_ne!(draw(1, "a"), draw(1, "b"));
        assert_ne!(draw(1, "a"), draw(2, "a"));
        let values = draw(3, "stem1.weight");
        let mean = values.iter().map(|&v| f64::from(v)).sum::<f64>() / 1e4;
        let variance = values.iter().map(|&v| f64::from(v).powi(2)).sum::<f64>() / 1e4;
        // Standard errors: 0.005 and 0.0035.
        assert!(mean.abs() < 0.02 && (variance - 0.25).abs() < 0.015, "mean {mean}, variance {variance}");
    }
}
