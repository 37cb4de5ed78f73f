//! An ensemble of small networks: their mean predicts, their disagreement says how certain it is.

use crate::{
    Normal, SearchError, Surrogate,
    dngo::mixed,
    known::at_least,
    mlp::{Loss, Mlp, Training},
    surrogate::{Scale, assert_more, check_rows},
};
use rand::seq::SliceRandom;
use serde::{Deserialize, Serialize};
use supernet_space::draws;

const NAME: &str = "ensemble";

/// Networks on different parts of the rows, as the predictor of PNAS (Liu, Zoph, Neumann et al.,
/// ECCV 2018): each of 5 members sees all but another fifth and is trained on the absolute error. A
/// prediction's mean and variance are those of the members' outputs.
///
/// Ours: the members read an architecture's encoding through two layers of 50 tanh units (there:
/// learnt embeddings and an LSTM or one layer); 400 steps of Adam on batches of 32, the rate
/// falling from 0.01 to a tenth of it. Rows that are added later teach nothing until the next fit.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Ensemble {
    seed: u64,
    members: usize,
    #[serde(skip)]
    fitted: Option<Fitted>,
}

#[derive(Clone, Debug, PartialEq)]
struct Fitted {
    columns: usize,
    scale: Scale,
    members: Vec<Mlp>,
}

impl Ensemble {
    const HIDDEN: [usize; 2] = [50; 2];
    const TRAINING: Training = Training { loss: Loss::Absolute, steps: 400, batch: 32, rate: 0.01 };

    /// Returns an ensemble of 5 members, whose weights, batches and parts are drawn under `seed`.
    pub fn new(seed: u64) -> Self {
        Self { seed, members: 5, fitted: None }
    }

    /// Returns the ensemble with another number of members, at least 2; each sees all rows but one
    /// part of as many.
    ///
    /// # Errors
    /// Fewer than two members.
    pub fn with_members(self, members: usize) -> Result<Self, SearchError> {
        Ok(Self { members: at_least(NAME, "members", members, 2, "at least 2")?, ..self })
    }
}

impl Surrogate for Ensemble {
    fn name(&self) -> &'static str {
        NAME
    }

    fn fit(&mut self, inputs: &[Vec<f64>], targets: &[f64]) -> Result<(), SearchError> {
        let columns = check_rows(NAME, inputs, targets)?;
        let scale = Scale::of(targets);
        let mut order: Vec<usize> = (0..inputs.len()).collect();
        order.shuffle(&mut draws(self.seed, "ensemble/parts", 0));
        let trained = |member: usize| {
            let mut rng = draws(self.seed, "ensemble", member as u64);
            let mut network = Mlp::new(columns, &Self::HIDDEN, &mut rng);
            let is_seen = |place: usize| place % self.members != member || inputs.len() < self.members;
            let seen: Vec<usize> = (0..order.len()).filter(|&place| is_seen(place)).map(|place| order[place]).collect();
            let rows: Vec<&Vec<f64>> = seen.iter().map(|&i| &inputs[i]).collect();
            let of_rows: Vec<f64> = seen.iter().map(|&i| scale.scaled(targets[i])).collect();
            network.train(&rows, &of_rows, Self::TRAINING, &mut rng);
            network
        };
        self.fitted = Some(Fitted { columns, scale, members: (0..self.members).map(trained).collect() });
        Ok(())
    }

    fn condition(&mut self, more: &[Vec<f64>], more_targets: &[f64]) {
        assert_more(self.fitted.as_ref().expect("a fitted model").columns, more, more_targets);
    }

    fn most_rows(&self) -> usize {
        5_000
    }

    fn predict(&self, inputs: &[Vec<f64>]) -> Vec<Normal> {
        let fitted = self.fitted.as_ref().expect("a fitted model");
        assert!(inputs.iter().all(|row| row.len() == fitted.columns), "rows of as many columns as were fitted");
        let rows: Vec<&Vec<f64>> = inputs.iter().collect();
        let of_members: Vec<_> = fitted.members.iter().map(|member| member.features(&rows).1).collect();
        let of_row = |row: usize| {
            let parts = of_members.iter().map(move |outputs| Normal { mean: outputs[row], variance: 0.0 });
            let Normal { mean, variance } = mixed(parts);
            fitted.scale.unscaled(mean, variance)
        };
        (0..inputs.len()).map(of_row).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{kendall, testing::chain};
    use supernet_space::Encoding;

    fn rows(n: usize) -> (Vec<Vec<f64>>, Vec<f64>) {
        let space = chain(6);
        let encoding = Encoding::one_hot(&space);
        let mut rng = draws(3, "rows", 0);
        let drawn: Vec<_> = (0..n).map(|_| space.sample(&mut rng)).collect();
        let target = |a: &supernet_space::Architecture| {
            (0..6).map(|i| f64::from(a.bits(i).trailing_zeros()) * (i as f64 + 1.0)).sum::<f64>()
        };
        (drawn.iter().map(|a| encoding.encode(a)).collect(), drawn.iter().map(target).collect())
    }

    #[test]
    fn unseen_rows_are_ranked_and_members_differ() {
        let (inputs, targets) = rows(150);
        let mut ensemble = Ensemble::new(1);
        ensemble.fit(&inputs[..60], &targets[..60]).unwrap();
        let predicted = ensemble.predict(&inputs[60..]);
        let means: Vec<f64> = predicted.iter().map(|normal| normal.mean).collect();
        assert!(kendall(&means, &targets[60..]).unwrap() > 0.75);
        assert!(predicted.iter().all(|normal| normal.variance > 0.0));
    }

    #[test]
    fn fewer_rows_than_members_are_seen_by_all() {
        let (inputs, targets) = rows(3);
        let mut ensemble = Ensemble::new(1);
        ensemble.fit(&inputs, &targets).unwrap();
        for (normal, target) in ensemble.predict(&inputs).iter().zip(&targets) {
            // A tanh network of thousands of weights passes through three points, as far as the
            // rate's last tenth lets it.
            assert!((normal.mean - target).abs() < 0.5, "{normal:?} {target}");
        }
    }

    #[test]
    fn one_member_is_refused() {
        let error = Ensemble::new(1).with_members(1).unwrap_err();
        assert_eq!(error.to_string(), "ensemble, members: found 1, expected at least 2");
    }
}
