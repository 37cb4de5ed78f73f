//! One layer of an LSTM (Hochreiter and Schmidhuber, 1997), forward and back.

use crate::vectors::{add_columns, add_scaled, dot_columns, sigmoid_all, tanh_all};

/// A layer of `hidden` units that reads `inputs` numbers:
/// ```text
/// (i, f, g, o) = W·(x, h) + b;   c ← σ(f)·c + σ(i)·tanh(g);   h ← σ(o)·tanh(c)
/// ```
/// Its weights stand in a list of parameters from `first` on: W column by column, then b.
#[derive(Clone, Copy)]
pub(crate) struct LstmCell {
    pub(crate) inputs: usize,
    pub(crate) hidden: usize,
    pub(crate) first: usize,
}

/// What a layer carries from one step to the next.
#[derive(Clone)]
pub(crate) struct Memory {
    pub(crate) h: Vec<f64>,
    pub(crate) c: Vec<f64>,
}

impl Memory {
    /// Returns the memory before the first step, and the gradient after the last.
    pub(crate) fn zero(hidden: usize) -> Self {
        Self { h: vec![0.0; hidden], c: vec![0.0; hidden] }
    }
}

/// What one step leaves for the way back.
pub(crate) struct CellStep {
    x: Vec<f64>,
    before: Memory,
    /// σ(i), σ(f), tanh(g), σ(o), one after the other.
    gates: Vec<f64>,
    tanh_c: Vec<f64>,
    pub(crate) after: Memory,
}

impl LstmCell {
    /// Returns the number of its parameters.
    pub(crate) fn len(&self) -> usize {
        4 * self.hidden * (self.inputs + self.hidden + 1)
    }

    fn bias(&self) -> usize {
        self.first + 4 * self.hidden * (self.inputs + self.hidden)
    }

    /// Runs one step.
    pub(crate) fn forward(&self, parameters: &[f64], x: Vec<f64>, before: Memory) -> CellStep {
        let (n, bias) = (self.hidden, self.bias());
        let mut gates = parameters[bias..bias + 4 * n].to_vec();
        let inputs: Vec<f64> = x.iter().chain(&before.h).copied().collect();
        add_columns(&mut gates, &inputs, &parameters[self.first..bias]);
        sigmoid_all(&mut gates[..2 * n]);
        tanh_all(&mut gates[2 * n..3 * n]);
        sigmoid_all(&mut gates[3 * n..]);
        let c: Vec<f64> = (0..n).map(|k| gates[n + k] * before.c[k] + gates[k] * gates[2 * n + k]).collect();
        let mut tanh_c = c.clone();
        tanh_all(&mut tanh_c);
        let h = (0..n).map(|k| gates[3 * n + k] * tanh_c[k]).collect();
        CellStep { x, before, gates, tanh_c, after: Memory { h, c } }
    }

    /// Goes back through a step, given the gradient at the memory after it.
    pub(crate) fn backward(&self, parameters: &[f64], step: &CellStep, at: &Memory) -> CellBack {
        let n = self.hidden;
        let mut at_sums = vec![0.0; 4 * n];
        let mut dc_before = vec![0.0; n];
        for k in 0..n {
            let [i, f, g, o] = [0, 1, 2, 3].map(|gate| step.gates[gate * n + k]);
            let tanh_c = step.tanh_c[k];
            let dc = at.c[k] + at.h[k] * o * (1.0 - tanh_c * tanh_c);
            at_sums[k] = dc * g * i * (1.0 - i);
            at_sums[n + k] = dc * step.before.c[k] * f * (1.0 - f);
            at_sums[2 * n + k] = dc * i * (1.0 - g * g);
            at_sums[3 * n + k] = at.h[k] * tanh_c * o * (1.0 - o);
            dc_before[k] = dc * f;
        }
        let mut at_x = dot_columns(&parameters[self.first..self.bias()], &at_sums);
        let dh_before = at_x.split_off(self.inputs);
        CellBack { at_sums, at_x, at_before: Memory { h: dh_before, c: dc_before } }
    }

    /// Adds the gradient of the parameters that comes of some steps: together, so that it is read
    /// and written once for four of them.
    pub(crate) fn add_gradient(&self, steps: &[(&CellStep, Vec<f64>)], gradient: &mut [f64]) {
        let (n, bias) = (self.hidden, self.bias());
        let at_sums: Vec<f64> = steps.iter().flat_map(|(_, at_sums)| at_sums).copied().collect();
        let mut inputs = vec![0.0; steps.len()];
        for (j, column) in gradient[self.first..bias].chunks_exact_mut(4 * n).enumerate() {
            let input = |step: &CellStep| if j < self.inputs { step.x[j] } else { step.before.h[j - self.inputs] };
            inputs.iter_mut().zip(steps).for_each(|(value, (step, _))| *value = input(step));
            add_columns(column, &inputs, &at_sums);
        }
        at_sums.chunks_exact(4 * n).for_each(|one| add_scaled(&mut gradient[bias..bias + 4 * n], 1.0, one));
    }
}

/// What a step gives back.
pub(crate) struct CellBack {
    /// The gradient at W·(x, h) + b, for [`LstmCell::add_gradient`].
    pub(crate) at_sums: Vec<f64>,
    pub(crate) at_x: Vec<f64>,
    /// The gradient at the memory before the step.
    pub(crate) at_before: Memory,
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::vectors::dot;
    use rand::RngExt;
    use supernet_space::draws;

    /// The steps over inputs of three numbers each.
    fn run(cell: &LstmCell, parameters: &[f64], x: &[f64]) -> Vec<CellStep> {
        let mut steps: Vec<CellStep> = Vec::new();
        for x in x.chunks(3) {
            let before = steps.last().map_or(Memory::zero(cell.hidden), |step| step.after.clone());
            steps.push(cell.forward(parameters, x.to_vec(), before));
        }
        steps
    }

    #[test]
    fn gradients_through_three_steps_are_those_of_finite_differences() {
        let cell = LstmCell { inputs: 3, hidden: 4, first: 2 };
        let mut rng = draws(1, "cell", 0);
        let mut list = |n: usize| (0..n).map(|_| rng.random_range(-1.0..1.0)).collect::<Vec<f64>>();
        let (mut parameters, weights, mut x) = (list(2 + cell.len()), list(4), list(9));
        let value = |parameters: &[f64], x: &[f64]| dot(&run(&cell, parameters, x)[2].after.h, &weights);
        let (mut gradient, mut at_x) = (vec![0.0; parameters.len()], Vec::new());
        let mut at = Memory { h: weights.clone(), c: vec![0.0; 4] };
        let (steps, mut backs) = (run(&cell, &parameters, &x), Vec::new());
        for step in steps.iter().rev() {
            let back = cell.backward(&parameters, step, &at);
            at_x.splice(0..0, back.at_x);
            backs.push((step, back.at_sums));
            at = back.at_before;
        }
        cell.add_gradient(&backs, &mut gradient);
        // Central differences of a smooth function of values near 1 in f64: rounding 1e-16 / 1e-5,
        // curvature 1e-10.
        for i in 0..parameters.len() {
            let mut at = |shift: f64| {
                parameters[i] += shift;
                let value = value(&parameters, &x);
                parameters[i] -= shift;
                value
            };
            assert!((gradient[i] - (at(1e-5) - at(-1e-5)) / 2e-5).abs() < 1e-9, "parameter {i}");
        }
        for i in 0..x.len() {
            let mut at = |shift: f64| {
                x[i] += shift;
                let value = value(&parameters, &x);
                x[i] -= shift;
                value
            };
            assert!((at_x[i] - (at(1e-5) - at(-1e-5)) / 2e-5).abs() < 1e-9, "input {i}");
        }
    }
}
