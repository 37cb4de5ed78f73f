//! A small network in double precision, trained on some hundred rows: what surrogates learn
//! features with.

use crate::{adam::Adam, vectors::tanh_all};
use nalgebra::{DMatrix, DMatrixView, DVector};
use rand::{Rng, RngExt};

/// Layers of tanh units and one linear output.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Mlp {
    /// Columns of a row, units of each hidden layer, 1.
    widths: Vec<usize>,
    /// Layer by layer the weights (column by column, a row for each output), then the biases.
    parameters: Vec<f64>,
}

/// What an error of ŷ − y costs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Loss {
    /// Its square.
    Squared,
    /// Its size.
    Absolute,
}

/// How a network is trained: Adam on random batches, at a rate that falls along a half cosine from
/// `rate` to a tenth of it.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Training {
    pub(crate) loss: Loss,
    pub(crate) steps: usize,
    pub(crate) batch: usize,
    pub(crate) rate: f64,
}

impl Mlp {
    /// Random weights, uniform in ±√(3 / inputs), so that activations keep a variance near 1;
    /// biases 0.
    pub(crate) fn new(columns: usize, hidden: &[usize], rng: &mut impl Rng) -> Self {
        let widths: Vec<usize> = [&[columns], hidden, &[1]].concat();
        let mut parameters = Vec::new();
        for pair in widths.windows(2) {
            let bound = (3.0 / pair[0].max(1) as f64).sqrt();
            parameters.extend((0..pair[0] * pair[1]).map(|_| bound * (2.0 * rng.random::<f64>() - 1.0)));
            parameters.extend((0..pair[1]).map(|_| 0.0));
        }
        Self { widths, parameters }
    }

    fn layers(&self) -> usize {
        self.widths.len() - 1
    }

    /// Where a layer's weights begin, and its biases.
    fn place(&self, layer: usize) -> (usize, usize) {
        let before: usize = self.widths.windows(2).take(layer).map(|pair| (pair[0] + 1) * pair[1]).sum();
        (before, before + self.widths[layer] * self.widths[layer + 1])
    }

    fn weights(&self, layer: usize) -> (DMatrixView<'_, f64>, &[f64]) {
        let (from, biases) = self.place(layer);
        let (inputs, outputs) = (self.widths[layer], self.widths[layer + 1]);
        let weights = DMatrixView::from_slice(&self.parameters[from..biases], outputs, inputs);
        (weights, &self.parameters[biases..biases + outputs])
    }

    /// What comes out of each layer, the rows themselves first; a column for each row.
    fn run(&self, rows: DMatrix<f64>) -> Vec<DMatrix<f64>> {
        let mut outputs = vec![rows];
        for layer in 0..self.layers() {
            let (weights, biases) = self.weights(layer);
            let mut sums = weights * &outputs[layer];
            for mut column in sums.column_iter_mut() {
                column.iter_mut().zip(biases).for_each(|(sum, bias)| *sum += bias);
            }
            if layer + 1 < self.layers() {
                tanh_all(sums.as_mut_slice());
            }
            outputs.push(sums);
        }
        outputs
    }

    /// The activations of the last hidden layer (a column for each row) and the output.
    pub(crate) fn features(&self, rows: &[&Vec<f64>]) -> (DMatrix<f64>, DVector<f64>) {
        let mut outputs = self.run(columns(rows));
        let output = outputs.pop().expect("at least one layer").transpose().column(0).into_owned();
        (outputs.pop().expect("the rows at least"), output)
    }

    /// The mean loss of some rows and its gradient in the parameters.
    fn gradient(&self, rows: DMatrix<f64>, targets: &[f64], loss: Loss) -> (f64, Vec<f64>) {
        let outputs = self.run(rows);
        let n = targets.len() as f64;
        let errors: Vec<f64> = outputs[self.layers()].iter().zip(targets).map(|(output, y)| output - y).collect();
        let (value, slope): (f64, fn(f64) -> f64) = match loss {
            Loss::Squared => (errors.iter().map(|e| e * e).sum(), |e| 2.0 * e),
            Loss::Absolute => (errors.iter().map(|e| e.abs()).sum(), f64::signum),
        };
        let mut gradient = vec![0.0; self.parameters.len()];
        let mut back = DMatrix::from_fn(1, errors.len(), |_, i| slope(errors[i]) / n);
        for layer in (0..self.layers()).rev() {
            let (from, biases) = self.place(layer);
            let of_weights = &back * outputs[layer].transpose();
            gradient[from..biases].copy_from_slice(of_weights.as_slice());
            let of_biases = back.column_sum();
            gradient[biases..biases + of_biases.len()].copy_from_slice(of_biases.as_slice());
            if layer > 0 {
                // A copy of the weights is soon made, and products of plain matrices are fast.
                back = self.weights(layer).0.transpose() * back;
                back.zip_apply(&outputs[layer], |slope, tanh| *slope *= 1.0 - tanh * tanh);
            }
        }
        (value / n, gradient)
    }

    /// Trains on rows and their targets; batches are drawn with replacement, or all rows if they
    /// are no more than a batch.
    pub(crate) fn train(&mut self, rows: &[&Vec<f64>], targets: &[f64], training: Training, rng: &mut impl Rng) {
        let Training { loss, steps, batch, rate } = training;
        let mut adam = Adam::new(self.parameters.len());
        for step in 0..steps {
            let drawn: Vec<usize> = if rows.len() <= batch {
                (0..rows.len()).collect()
            } else {
                (0..batch).map(|_| rng.random_range(0..rows.len())).collect()
            };
            let some: Vec<&Vec<f64>> = drawn.iter().map(|&i| rows[i]).collect();
            let some_targets: Vec<f64> = drawn.iter().map(|&i| targets[i]).collect();
            let (_, gradient) = self.gradient(columns(&some), &some_targets, loss);
            let share = 0.5 * (1.0 + libm::cos(std::f64::consts::PI * step as f64 / steps as f64));
            adam.step(&mut self.parameters, &gradient, rate * (0.1 + 0.9 * share));
        }
    }
}

/// A column for each row.
fn columns(rows: &[&Vec<f64>]) -> DMatrix<f64> {
    DMatrix::from_fn(rows.first().map_or(0, |row| row.len()), rows.len(), |i, j| rows[j][i])
}

#[cfg(test)]
mod tests {
    use super::*;
    use supernet_space::draws;

    fn rows(n: usize) -> (Vec<Vec<f64>>, Vec<f64>) {
        let mut rng = draws(1, "mlp", 0);
        let rows: Vec<Vec<f64>> = (0..n).map(|_| (0..4).map(|_| rng.random::<f64>() - 0.5).collect()).collect();
        // A product: no linear model has it.
        let targets = rows.iter().map(|row| 8.0 * row[0] * row[1] + row[2]).collect();
        (rows, targets)
    }

    #[test]
    fn the_gradient_is_that_of_finite_differences() {
        let (rows, targets) = rows(7);
        let rows: Vec<&Vec<f64>> = rows.iter().collect();
        for loss in [Loss::Squared, Loss::Absolute] {
            let mut network = Mlp::new(4, &[5, 3], &mut draws(2, "mlp", 0));
            network.parameters.iter_mut().enumerate().for_each(|(i, value)| *value += 0.1 * (i as f64).sin());
            let (_, gradient) = network.gradient(columns(&rows), &targets, loss);
            for (i, slope) in gradient.iter().enumerate() {
                let mut at = |shift: f64| {
                    network.parameters[i] += shift;
                    let value = network.gradient(columns(&rows), &targets, loss).0;
                    network.parameters[i] -= shift;
                    value
                };
                let difference = (at(1e-5) - at(-1e-5)) / 2e-5;
                assert!((slope - difference).abs() < 1e-8, "{loss:?}, parameter {i}: {slope} and {difference}");
            }
        }
    }

    #[test]
    fn it_learns_what_is_not_linear() {
        let (rows, targets) = rows(300);
        let rows: Vec<&Vec<f64>> = rows.iter().collect();
        let mut rng = draws(3, "mlp", 0);
        let mut network = Mlp::new(4, &[20, 20], &mut rng);
        let training = Training { loss: Loss::Squared, steps: 1_500, batch: 32, rate: 0.01 };
        network.train(&rows[..200], &targets[..200], training, &mut rng);
        let (features, output) = network.features(&rows[200..]);
        assert_eq!((features.nrows(), features.ncols()), (20, 100));
        let error: f64 = output.iter().zip(&targets[200..]).map(|(a, b)| (a - b).powi(2)).sum::<f64>() / 100.0;
        let mean = targets.iter().sum::<f64>() / 300.0;
        let variance = targets.iter().map(|y| (y - mean).powi(2)).sum::<f64>() / 300.0;
        assert!(error < 0.1 * variance, "{error} of {variance}");
    }
}
