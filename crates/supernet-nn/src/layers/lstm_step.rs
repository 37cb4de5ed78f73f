//! A step of an LSTM.

use crate::{Build, Layer, Rows};
use burn::{
    module::Module,
    nn::{Linear, LinearConfig},
    tensor::{Tensor, activation::sigmoid},
};

/// One step of an LSTM (Hochreiter and Schmidhuber, 1997; with the forget gate of Gers,
/// Schmidhuber and Cummins, 2000), from `x ⧺ h ⧺ c` to the next `h ⧺ c`:
/// ```text
/// (i, f, j, o) = W·(x ⧺ h) + b
/// c ← σ(f + forget)·c + σ(i)·tanh(j);   h ← σ(o)·tanh(c)
/// ```
/// `forget` is 1, so that a new network remembers (Jozefowicz, Zaremba and Sutskever, ICML 2015,
/// section 2.1, ask for a bias of 1 or 2). It is added to a bias that starts at 0.
#[derive(Module, Debug)]
pub struct LstmStep {
    gates: Linear,
    features: usize,
    hidden: usize,
}

impl LstmStep {
    /// What is added to the forget gate's bias.
    pub const FORGET: f64 = 1.0;

    /// Builds the step that reads `[rows, features + 2 · hidden]` and gives `[rows, 2 · hidden]`.
    pub fn new(b: &Build, features: usize, hidden: usize) -> Self {
        Self { gates: LinearConfig::new(features + hidden, 4 * hidden).init(b.device()), features, hidden }
    }

    fn next(&self, x: Tensor<2>) -> Tensor<2> {
        let n = self.hidden;
        let c = x.clone().narrow(1, self.features + n, n);
        let gates = self.gates.forward(x.narrow(1, 0, self.features + n));
        let gate = |i: usize| gates.clone().narrow(1, i * n, n);
        let c = sigmoid(gate(1).add_scalar(Self::FORGET)) * c + sigmoid(gate(0)) * gate(2).tanh();
        Tensor::cat(vec![sigmoid(gate(3)) * c.clone().tanh(), c], 1)
    }
}

impl Layer<2, 2> for LstmStep {
    fn forward(&self, x: Rows<2>) -> Rows<2> {
        x.run(self, Self::next)
    }
}
