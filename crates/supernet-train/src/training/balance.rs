//! How learning is balanced between networks and operations that are trained unevenly.

use crate::TrainError;
use burn::{
    module::{Module, ModuleVisitor, Param},
    optim::GradientsParams,
    tensor::Tensor,
};
use serde::{Deserialize, Serialize};
use std::ops::Range;
use supernet_nn::Usage;
use supernet_search::trust::Structure;
use supernet_space::{PathMask, SearchSpace};

/// How learning is balanced between networks of different size, and between operations that are
/// used more and less often. Shared weights favour networks that learn fast, which are those of few
/// operations with weights.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Balance {
    /// Complexity-aware weights: the loss of a ghost batch counts in proportion to (1 + operations
    /// with weights in its mask) to this power; the weights of a step have a mean of 1. Default 0,
    /// where all count alike; -4 to 4.
    #[serde(default)]
    pub complexity: f64,
    /// Operation-wise learning rates: a parameter that a share u of a step's ghost batches uses
    /// learns at u^(−r) times the learning rate, for this r. The gradient of the mean loss has u in
    /// it already: r = 1 takes it out again. Default 0; 0 to 1.
    #[serde(default)]
    pub rare_use: f64,
}

impl Balance {
    /// # Errors
    /// The first number that is out of range.
    pub(crate) fn check(&self) -> Result<(), TrainError> {
        if !(-4.0..=4.0).contains(&self.complexity) {
            return Err(TrainError::config("supernet.balance.complexity", self.complexity, "-4 to 4"));
        }
        if !(0.0..=1.0).contains(&self.rare_use) {
            return Err(TrainError::config("supernet.balance.rare_use", self.rare_use, "0 to 1"));
        }
        Ok(())
    }

    /// The masks of a step with the weights of their losses.
    pub(super) fn weighed(&self, space: &SearchSpace, masks: Vec<PathMask>) -> Weighed {
        if self.complexity == 0.0 {
            return Weighed { masks, weights: None };
        }
        let structure = Structure::of(space);
        let weight = |mask: &PathMask| (1.0 + structure.weighted(mask)).powf(self.complexity);
        let mut weights: Vec<f64> = masks.iter().map(weight).collect();
        let mean = weights.iter().sum::<f64>() / weights.len() as f64;
        weights.iter_mut().for_each(|weight| *weight /= mean);
        Weighed { masks, weights: Some(weights.into_iter().map(|weight| weight as f32).collect()) }
    }

    /// The update directions of `module` for learning rates that are higher the fewer ghost batches
    /// use a parameter.
    pub(super) fn directions(
        &self,
        module: &impl Module,
        directions: GradientsParams,
        usage: &Usage,
    ) -> GradientsParams {
        if self.rare_use == 0.0 {
            return directions;
        }
        let mut rates = Rates { power: -self.rare_use, usage, directions };
        module.visit(&mut rates);
        rates.directions
    }
}

/// Masks of ghost batches, and the weights of their losses where these differ.
pub(super) struct Weighed {
    pub(super) masks: Vec<PathMask>,
    pub(super) weights: Option<Vec<f32>>,
}

impl Weighed {
    /// Those of some ghost batches.
    pub(super) fn some(&self, ghosts: Range<usize>) -> Self {
        let weights = self.weights.as_ref().map(|weights| weights[ghosts.clone()].to_vec());
        Self { masks: self.masks[ghosts].to_vec(), weights }
    }
}

struct Rates<'a> {
    power: f64,
    usage: &'a Usage,
    directions: GradientsParams,
}

impl ModuleVisitor for Rates<'_> {
    fn visit_float<const D: usize>(&mut self, param: &Param<Tensor<D>>) {
        let share = self.usage.share(param.id);
        let Some(direction) = self.directions.remove::<D>(param.id).filter(|_| share > 0.0) else { return };
        self.directions.register(param.id, direction.mul_scalar(share.powf(self.power)));
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use supernet_space::NasBench201;

    #[test]
    fn weights_grow_with_operations_with_weights_and_have_a_mean_of_one() {
        let bench = NasBench201::new();
        let mask = |text: &str| bench.space().parse(text).unwrap();
        // None, two and six convolutions.
        let masks = vec![
            mask("01000/01000:01000/01000:01000:01000"),
            mask("00010/00100:01000/01000:10000:00001"),
            mask("00010/00010:00010/00010:00010:00100"),
        ];
        let weights = |complexity| Balance { complexity, rare_use: 0.0 }.weighed(bench.space(), masks.clone());
        assert!(weights(0.0).weights.is_none());
        let linear = weights(1.0);
        let mean = (1.0 + 3.0 + 7.0) / 3.0;
        for (found, expected) in linear.weights.clone().unwrap().iter().zip([1.0, 3.0, 7.0]) {
            assert!((found - expected / mean).abs() < 1e-6, "{found}");
        }
        assert_eq!(linear.some(1..3).weights.unwrap(), linear.weights.unwrap()[1..]);
        let inverse = weights(-1.0).weights.unwrap();
        assert!(inverse[0] > inverse[1] && inverse[1] > inverse[2]);
    }

    #[test]
    fn numbers_out_of_range_are_refused() {
        for (balance, says) in [
            (Balance { complexity: 5.0, rare_use: 0.0 }, "supernet.balance.complexity: found 5, expected -4 to 4"),
            (Balance { complexity: 0.0, rare_use: -0.1 }, "supernet.balance.rare_use: found -0.1, expected 0 to 1"),
        ] {
            assert_eq!(balance.check().unwrap_err().to_string(), says);
        }
        Balance::default().check().unwrap();
    }
}
