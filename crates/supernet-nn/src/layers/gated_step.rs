//! A step of a recurrent network with an update and a reset gate: GRU and what evolution made of
//! it.

use crate::{Build, Layer, Rows};
use burn::{
    module::Module,
    nn::{Linear, LinearConfig},
    tensor::{Tensor, activation::sigmoid},
};

/// Which gated step it is. W, U and V stand for weights, each with a bias where it is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Gating {
    /// GRU (Cho et al., EMNLP 2014), with z as Jozefowicz et al. write it:
    /// z = σ(Wx + Uh + b), r = σ(Wx + Uh + b), h ← z·h + (1 − z)·tanh(Wx + U(r·h) + b).
    Gru,
    /// z = σ(Wx + b), r = σ(Wx + Uh + b), h ← tanh(U(r·h) + tanh(x) + b)·z + h·(1 − z).
    Mut1,
    /// z = σ(Wx + Uh + b), r = σ(x + Uh + b), h ← tanh(U(r·h) + Wx + b)·z + h·(1 − z).
    Mut2,
    /// z = σ(Wx + U·tanh(h) + b), r = σ(Wx + Uh + b), h ← tanh(U(r·h) + Wx + b)·z + h·(1 − z).
    Mut3,
}

/// One step of a GRU or of MUT1, MUT2 or MUT3, the best cells that Jozefowicz, Zaremba and
/// Sutskever (ICML 2015, section 3.3) found by evolution, from `x ⧺ h` to the next h. What stands
/// behind h (the c of an LSTM beside it) it passes on as it is.
///
/// MUT1 and MUT2 add x itself to numbers of h, which is as long in the paper; where it is not, Vx
/// stands for it, V without a bias (ours).
#[derive(Module, Debug)]
pub struct GatedStep {
    update: Linear,
    reset: Linear,
    candidate: Linear,
    input: Option<Linear>,
    #[module(skip)]
    gating: Gating,
    features: usize,
    hidden: usize,
}

impl GatedStep {
    /// Builds the step that reads `[rows, features + hidden]`, or more, and gives as many numbers
    /// less `features`.
    pub fn new(b: &Build, gating: Gating, features: usize, hidden: usize) -> Self {
        let linear = |inputs: usize| LinearConfig::new(inputs, hidden).init(b.device());
        let reads = |x: bool, h: bool| linear(if x { features } else { 0 } + if h { hidden } else { 0 });
        let adds_x = matches!(gating, Gating::Mut1 | Gating::Mut2) && features != hidden;
        Self {
            update: reads(true, gating != Gating::Mut1),
            reset: reads(gating != Gating::Mut2, true),
            candidate: reads(gating != Gating::Mut1, true),
            input: adds_x.then(|| LinearConfig::new(features, hidden).with_bias(false).init(b.device())),
            gating,
            features,
            hidden,
        }
    }

    fn next(&self, all: Tensor<2>) -> Tensor<2> {
        let (n, behind) = (self.hidden, self.features + self.hidden);
        let x = all.clone().narrow(1, 0, self.features);
        let h = all.clone().narrow(1, self.features, n);
        let both = |h: Tensor<2>| Tensor::cat(vec![x.clone(), h], 1);
        let plain_x = || self.input.as_ref().map_or_else(|| x.clone(), |input| input.forward(x.clone()));
        let z = sigmoid(self.update.forward(match self.gating {
            Gating::Mut1 => x.clone(),
            Gating::Mut3 => both(h.clone().tanh()),
            Gating::Gru | Gating::Mut2 => both(h.clone()),
        }));
        let r = sigmoid(match self.gating {
            Gating::Mut2 => self.reset.forward(h.clone()) + plain_x(),
            _ => self.reset.forward(both(h.clone())),
        });
        let reset = r * h.clone();
        let candidate = match self.gating {
            Gating::Mut1 => self.candidate.forward(reset) + plain_x().tanh(),
            _ => self.candidate.forward(both(reset)),
        };
        let candidate = candidate.tanh();
        let next = match self.gating {
            Gating::Gru => candidate.clone() + z * (h - candidate),
            _ => h.clone() + z * (candidate - h),
        };
        match all.dims()[1] - behind {
            0 => next,
            more => Tensor::cat(vec![next, all.narrow(1, behind, more)], 1),
        }
    }
}

impl Layer<2, 2> for GatedStep {
    fn forward(&self, x: Rows<2>) -> Rows<2> {
        x.run(self, Self::next)
    }
}
