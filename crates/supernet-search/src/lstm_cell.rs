//! One layer of an LSTM (Hochreiter and Schmidhuber, 1997), forward and back.

use crate::vectors::{add_columns, add_scaled, dot, sigmoid, tanh};

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
        for (i, gate) in gates.iter_mut().enumerate() {
            *gate = if i / n == 2 { tanh(*gate) } else { sigmoid(*gate) };
        }
        let c: Vec<f64> = (0..n).map(|k| gates[n + k] * before.c[k] + gates[k] * gates[2 * n + k]).collect();
        let h = (0..n).map(|k| gates[3 * n + k] * tanh(c[k])).collect();
        CellStep { x, before, gates, after: Memory { h, c } }
    }

    /// Returns the gradient at x and at the memory before a step, given that at the memory after
    /// it; adds those of parameters to `gradient`.
    pub(crate) fn backward(
        &self,
        parameters: &[f64],
        step: &CellStep,
        at: &Memory,
        gradient: &mut [f64],
    ) -> (Vec<f64>, Memory) {
        let (n, bias) = (self.hidden, self.bias());
        let mut dz = vec![0.0; 4 * n];
        let mut dc_before = vec![0.0; n];
        for k in 0..n {
            let [i, f, g, o] = [0, 1, 2, 3].map(|gate| step.gates[gate * n + k]);
            let tanh_c = tanh(step.after.c[k]);
            let dc = at.c[k] + at.h[k] * o * (1.0 - tanh_c * tanh_c);
            dz[k] = dc * g * i * (1.0 - i);
            dz[n + k] = dc * step.before.c[k] * f * (1.0 - f);
            dz[2 * n + k] = dc * i * (1.0 - g * g);
            dz[3 * n + k] = at.h[k] * tanh_c * o * (1.0 - o);
            dc_before[k] = dc * f;
        }
        add_scaled(&mut gradient[bias..bias + 4 * n], 1.0, &dz);
        let mut into = vec![0.0; self.inputs + n];
        for (j, input) in step.x.iter().chain(&step.before.h).enumerate() {
            let column = self.first + j * 4 * n..self.first + (j + 1) * 4 * n;
            into[j] = dot(&parameters[column.clone()], &dz);
            add_scaled(&mut gradient[column], *input, &dz);
        }
        let dh_before = into.split_off(self.inputs);
        (into, Memory { h: dh_before, c: dc_before })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use rand::RngExt;
    use supernet_space::draws;

    #[test]
    fn gradients_through_three_steps_are_those_of_finite_differences() {
        let cell = LstmCell { inputs: 3, hidden: 4, first: 2 };
        let mut rng = draws(1, "cell", 0);
        let mut list = |n: usize| (0..n).map(|_| rng.random_range(-1.0..1.0)).collect::<Vec<f64>>();
        let (mut parameters, weights, mut x) = (list(2 + cell.len()), list(4), list(9));
        let run = |parameters: &[f64], x: &[f64]| {
            let mut steps: Vec<CellStep> = Vec::new();
            for x in x.chunks(3) {
                let before = steps.last().map_or(Memory::zero(4), |step| step.after.clone());
                steps.push(cell.forward(parameters, x.to_vec(), before));
            }
            steps
        };
        let value = |parameters: &[f64], x: &[f64]| dot(&run(parameters, x)[2].after.h, &weights);
        let (mut gradient, mut at_x) = (vec![0.0; parameters.len()], Vec::new());
        let mut at = Memory { h: weights.clone(), c: vec![0.0; 4] };
        for step in run(&parameters, &x).iter().rev() {
            let (dx, before) = cell.backward(&parameters, step, &at, &mut gradient);
            at_x.splice(0..0, dx);
            at = before;
        }
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
