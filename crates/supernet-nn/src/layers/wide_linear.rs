//! A linear layer that reads features whose number is chosen.

use super::{
    Layer,
    layer::{product, runs_kernels},
    wide_conv::first_channels,
};
use crate::{Build, Init, Rows, Width};
use burn::{
    module::{Module, Param},
    tensor::Tensor,
};
use std::rc::Rc;

/// What a visitor is told when it enters a field of a [`WideLinear`].
pub(crate) const WIDE_LINEAR: &str = "Struct:WideLinear";

/// x · W + b of rows of features of a [`Width`].
///
/// Each ghost batch reads the features of its width and no others. The weight is stored in slices,
/// one for each step of the width.
#[derive(Module, Debug)]
pub struct WideLinear {
    pub(crate) from: Width,
    /// Of each slice of the inputs `[inputs, outputs]`.
    pub(crate) weights: Vec<Param<Tensor<2>>>,
    pub(crate) bias: Param<Tensor<1>>,
}

impl WideLinear {
    /// From features of width `from` to `outputs` numbers. Weights start with the variance 1 /
    /// the inputs that the network holds, the bias at zero.
    pub fn new(b: &Build, from: &Width, outputs: usize) -> Self {
        let variance = Init::Variance(1.0 / from.slices().iter().sum::<usize>() as f64);
        let slice = |&inputs: &usize| b.parameter([inputs, outputs], variance);
        Self {
            from: from.clone(),
            weights: from.slices().iter().map(slice).collect(),
            bias: b.parameter([outputs], Init::Zero),
        }
    }

    /// Of the first `live` slices.
    fn of_slices(&self, x: Rows<2>, live: usize) -> Rows<2> {
        let weights = &self.weights[..live];
        let (pass, inputs) = (Rc::clone(x.pass()), self.from.channels(live));
        let parameters = weights.iter().map(|weight| weight.id).chain([self.bias.id]).collect();
        x.compute(parameters, |x| {
            let weight = Tensor::cat(weights.iter().map(Param::val).collect(), 0);
            let x = first_channels("WideLinear", x, inputs);
            let y = product(runs_kernels(&pass, &x.device()), x, weight) + self.bias.val().unsqueeze();
            for (i, weight) in weights.iter().enumerate() {
                let (macs, weight) = (weight.lazy_shape().num_elements() as u64, Rc::from([weight.id]));
                self.from.within(&pass, i, || pass.note_run(macs, &weight));
            }
            pass.note_run(0, &Rc::from([self.bias.id]));
            y
        })
    }
}

impl Layer<2, 2> for WideLinear {
    fn forward(&self, x: Rows<2>) -> Rows<2> {
        self.from.each(&x, |rows, live| self.of_slices(rows, live))
    }
}
