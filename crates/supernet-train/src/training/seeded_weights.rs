//! Initial weights, a function of (seed, "init", parameter path).

use super::normals::normals;
use burn::tensor::TensorData;
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
        let values = normals(&mut rng, variance.sqrt(), shape.iter().product());
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
