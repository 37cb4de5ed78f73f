//! DNGO: small networks learn features, Bayesian linear regression on them knows how certain it is.

use crate::{
    Normal, SearchError, Surrogate,
    bayesian_linear::BayesianLinear,
    known::at_least,
    mlp::{Loss, Mlp, Training},
    surrogate::{Scale, assert_more, check_rows},
};
use nalgebra::{DMatrix, DVector};
use serde::{Deserialize, Serialize};
use supernet_space::draws;

const NAME: &str = "dngo";

/// Deep networks for global optimisation (Snoek, Rippel, Swersky et al., ICML 2015): networks of
/// three layers of 50 tanh units are trained on the squared error (Adam, rate 0.01, batches of 32);
/// then a Bayesian linear regression on each one's last hidden layer, and a constant, predicts mean
/// and variance. Time grows with the number of rows, not with its cube.
///
/// Ours: 5 networks of other random weights, whose predictions are mixed (the mean of means; the
/// mean of variances and the variance of means); 200 steps whatever the number of rows; the
/// regression's precisions are those of most evidence on a grid instead of a mean over slice
/// samples.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Dngo {
    seed: u64,
    networks: usize,
    #[serde(skip)]
    fitted: Option<Fitted>,
}

#[derive(Clone, Debug, PartialEq)]
struct Fitted {
    networks: Vec<Mlp>,
    columns: usize,
    /// Of the targets.
    scale: Scale,
    regressions: Vec<BayesianLinear>,
}

impl Dngo {
    const HIDDEN: [usize; 3] = [50; 3];
    const TRAINING: Training = Training { loss: Loss::Squared, steps: 200, batch: 32, rate: 0.01 };

    /// Returns a model of 5 networks, whose weights and batches are drawn under `seed`.
    pub fn new(seed: u64) -> Self {
        Self { seed, networks: 5, fitted: None }
    }

    /// Returns the model with another number of networks, at least 1.
    ///
    /// # Errors
    /// No network.
    pub fn with_networks(self, networks: usize) -> Result<Self, SearchError> {
        Ok(Self { networks: at_least(NAME, "networks", networks, 1, "at least 1")?, ..self })
    }
}

/// The last hidden layer of each row, and a constant.
fn basis(network: &Mlp, rows: &[&Vec<f64>]) -> DMatrix<f64> {
    let (features, _) = network.features(rows);
    let units = features.nrows();
    features.insert_row(units, 1.0)
}

impl Surrogate for Dngo {
    fn name(&self) -> &'static str {
        NAME
    }

    fn fit(&mut self, inputs: &[Vec<f64>], targets: &[f64]) -> Result<(), SearchError> {
        let columns = check_rows(NAME, inputs, targets)?;
        let scale = Scale::of(targets);
        let targets: Vec<f64> = targets.iter().map(|&target| scale.scaled(target)).collect();
        let rows: Vec<&Vec<f64>> = inputs.iter().collect();
        let trained = |member: usize| {
            let mut rng = draws(self.seed, "dngo", member as u64);
            let mut network = Mlp::new(columns, &Self::HIDDEN, &mut rng);
            network.train(&rows, &targets, Self::TRAINING, &mut rng);
            network
        };
        let networks: Vec<Mlp> = (0..self.networks).map(trained).collect();
        let y = DVector::from_column_slice(&targets);
        let regressions = networks.iter().map(|network| BayesianLinear::new(&basis(network, &rows), &y)).collect();
        self.fitted = Some(Fitted { networks, columns, scale, regressions });
        Ok(())
    }

    fn condition(&mut self, more: &[Vec<f64>], more_targets: &[f64]) {
        let fitted = self.fitted.as_mut().expect("a fitted model");
        assert_more(fitted.columns, more, more_targets);
        let rows: Vec<&Vec<f64>> = more.iter().collect();
        let y = DVector::from_iterator(more.len(), more_targets.iter().map(|&target| fitted.scale.scaled(target)));
        for (network, regression) in fitted.networks.iter().zip(&mut fitted.regressions) {
            *regression = regression.with_more(&basis(network, &rows), &y);
        }
    }

    fn most_rows(&self) -> usize {
        2_000
    }

    fn predict(&self, inputs: &[Vec<f64>]) -> Vec<Normal> {
        let fitted = self.fitted.as_ref().expect("a fitted model");
        assert!(inputs.iter().all(|row| row.len() == fitted.columns), "rows of as many columns as were fitted");
        let rows: Vec<&Vec<f64>> = inputs.iter().collect();
        let of_members = fitted.networks.iter().zip(&fitted.regressions);
        let of_members: Vec<Vec<Normal>> = of_members.map(|(net, model)| model.predict(&basis(net, &rows))).collect();
        let of_row = |row: usize| {
            let Normal { mean, variance } = mixed(of_members.iter().map(|member| member[row]));
            fitted.scale.unscaled(mean, variance)
        };
        (0..inputs.len()).map(of_row).collect()
    }
}

/// Mean and variance of a mixture of equal parts.
pub(crate) fn mixed(parts: impl Iterator<Item = Normal> + Clone) -> Normal {
    let n = parts.clone().count() as f64;
    let mean = parts.clone().map(|part| part.mean).sum::<f64>() / n;
    let variance = parts.map(|part| part.variance + (part.mean - mean).powi(2)).sum::<f64>() / n;
    Normal { mean, variance }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        kendall,
        testing::{chain, processor_time::now, yardstick::yards},
    };
    use supernet_space::Encoding;

    /// Architectures of a chain, whose target has an interaction.
    fn rows(n: usize) -> (Vec<Vec<f64>>, Vec<f64>) {
        let space = chain(6);
        let encoding = Encoding::one_hot(&space);
        let mut rng = draws(3, "rows", 0);
        let drawn: Vec<_> = (0..n).map(|_| space.sample(&mut rng)).collect();
        let option = |a: &supernet_space::Architecture, i: usize| f64::from(a.bits(i).trailing_zeros());
        let target = |a| option(a, 0) * option(a, 1) + option(a, 2);
        (drawn.iter().map(|a| encoding.encode(a)).collect(), drawn.iter().map(target).collect())
    }

    #[test]
    fn unseen_rows_are_ranked_and_what_was_seen_is_more_certain() {
        let (inputs, targets) = rows(200);
        let mut dngo = Dngo::new(1);
        dngo.fit(&inputs[..80], &targets[..80]).unwrap();
        let predicted = dngo.predict(&inputs);
        let means: Vec<f64> = predicted[80..].iter().map(|normal| normal.mean).collect();
        assert!(kendall(&means, &targets[80..]).unwrap() > 0.75);
        let variance = |some: &[Normal]| some.iter().map(|normal| normal.variance).sum::<f64>() / some.len() as f64;
        assert!(variance(&predicted[..80]) < variance(&predicted[80..]));
    }

    #[test]
    fn a_fit_is_a_function_of_seed_and_rows_and_rows_added_pull_the_mean() {
        let (inputs, targets) = rows(40);
        let [mut one, mut other] = [Dngo::new(1), Dngo::new(1)];
        one.fit(&inputs[..10], &targets[..10]).unwrap();
        one.fit(&inputs[..30], &targets[..30]).unwrap();
        other.fit(&inputs[..30], &targets[..30]).unwrap();
        assert_eq!(one, other);
        let before = one.predict(&inputs[35..36])[0];
        let target = before.mean + 3.0;
        one.condition(&inputs[35..36], &[target]);
        let after = one.predict(&inputs[35..36])[0];
        assert!(after.mean > before.mean && after.variance < before.variance, "{before:?} {after:?}");
    }

    #[test]
    fn two_thousand_rows_are_fitted_in_time() {
        let (inputs, targets) = rows(2_000);
        let started = now();
        let mut dngo = Dngo::new(1);
        dngo.fit(&inputs, &targets).unwrap();
        dngo.predict(&inputs[..400]);
        let took = now() - started;
        // 2 s of a core that is not shared; tests share theirs.
        println!("dngo: 2,000 rows and 400 predictions in {took:?}");
        assert!(yards(took) < 100.0);
    }

    #[test]
    fn no_network_is_refused() {
        assert_eq!(
            Dngo::new(1).with_networks(0).unwrap_err().to_string(),
            "dngo, networks: found 0, expected at least 1"
        );
    }
}
