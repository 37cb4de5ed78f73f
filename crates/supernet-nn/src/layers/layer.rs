//! What rows go through: the trait of all layers, Burn's own modules, and those that compute
//! nothing.

use crate::{Execution, Rows, call::run, flow::Pass, on_processor};
use burn::{
    module::{Module, ModuleDisplay},
    nn,
    tensor::{Device, Tensor},
};
use std::rc::Rc;

/// A module that rows go through, from tensors of `I` axes to tensors of `O` axes: rows × channels
/// × height × width and the same unless said otherwise.
///
/// A layer is made of other layers ([`Rows::through`]), of ordinary Burn modules ([`Rows::run`])
/// and of functions without parameters ([`Rows::map`]). It keeps nothing between calls.
pub trait Layer<const I: usize = 4, const O: usize = I>: Module + ModuleDisplay + Sync {
    /// The layer's output for each variant of its input.
    fn forward(&self, x: Rows<I>) -> Rows<O>;
}

/// Burn's modules as layers.
macro_rules! layers {
    ($($module:ty: $rank:literal),* $(,)?) => {
        $(impl Layer<$rank, $rank> for $module {
            fn forward(&self, x: Rows<$rank>) -> Rows<$rank> {
                x.run(self, |module, x| module.forward(x))
            }
        })*
    };
}

layers! {
    nn::conv::Conv1d: 3,
    nn::pool::MaxPool1d: 3,
    nn::pool::AvgPool1d: 3,
}

impl<const D: usize> Layer<D, D> for nn::Linear {
    fn forward(&self, x: Rows<D>) -> Rows<D> {
        let pass = Rc::clone(x.pass());
        x.run(self, |module, x| match runs_kernels(&pass, &x.device()) {
            true => on_a_card(module, x),
            false => module.forward(x),
        })
    }
}

/// Whether a product of matrices is computed by our kernel: on a card.
pub(super) fn runs_kernels(pass: &Pass, device: &Device) -> bool {
    pass.call().execution == Execution::Kernels && !on_processor(device)
}

/// x · weight, by our kernel if asked for: its bits do not depend on how many rows there are, and
/// Burn's product is wrong on drivers for which CubeCL compiles shared memory wrongly.
pub(super) fn product(by_kernel: bool, x: Tensor<2>, weight: Tensor<2>) -> Tensor<2> {
    if by_kernel { supernet_kernels::linear(x, weight) } else { x.matmul(weight) }
}

/// The same by our kernel.
fn on_a_card<const D: usize>(module: &nn::Linear, x: Tensor<D>) -> Tensor<D> {
    let weight = module.weight.val();
    let ([inputs, outputs], mut shape) = (weight.dims(), x.dims());
    assert!(shape[D - 1] == inputs, "Linear: found rows of {} numbers, expected {inputs}", shape[D - 1]);
    let rows = shape[..D - 1].iter().product();
    let y = product(true, x.reshape([rows, inputs]), weight);
    let y = match &module.bias {
        Some(bias) => y + bias.val().unsqueeze(),
        None => y,
    };
    shape[D - 1] = outputs;
    y.reshape(shape)
}

impl<const D: usize> Layer<D, D> for nn::Relu {
    fn forward(&self, x: Rows<D>) -> Rows<D> {
        x.relu()
    }
}

/// Layers in a row.
impl<const D: usize, M: Layer<D, D>> Layer<D, D> for Vec<M> {
    fn forward(&self, x: Rows<D>) -> Rows<D> {
        self.iter().fold(x, |x, layer| x.through(layer))
    }
}

impl<const D: usize> Rows<D> {
    /// Applies a layer.
    pub fn through<const E: usize>(self, layer: &impl Layer<D, E>) -> Rows<E> {
        layer.forward(self)
    }
}

impl Rows<4> {
    /// The mean over height and width: [rows, channels].
    pub fn global_average(self) -> Rows<2> {
        self.map(|x| {
            let [n, c, h, w] = x.dims();
            x.reshape([n, c, h * w]).mean_dim(2).reshape([n, c])
        })
    }
}

impl Rows<4> {
    /// Every second row and column, from the second.
    pub(crate) fn every_other(self) -> Self {
        let call = self.pass().call().execution;
        self.map(|x| run!(crate::Call { execution: call, ..crate::Call::default() }, every_other(x)))
    }

    /// The means of squares of pixels that bring it to `side`; itself at that side.
    pub(crate) fn mean_pooled(self, side: usize) -> Self {
        let Some(&found) = self.row_shape().last() else { return self };
        if found == side {
            return self;
        }
        let call = self.pass().call().execution;
        self.map(|x| run!(crate::Call { execution: call, ..crate::Call::default() }, mean_pool(x, found / side)))
    }
}

/// x itself: the option that does nothing.
#[derive(Module, Debug, Default)]
pub struct Identity {}

impl<const D: usize> Layer<D, D> for Identity {
    fn forward(&self, x: Rows<D>) -> Rows<D> {
        x
    }
}

/// Zeros of x's shape, which depend on nothing: the option that cuts the way.
#[derive(Module, Debug, Default)]
pub struct Zeros {}

impl<const D: usize> Layer<D, D> for Zeros {
    fn forward(&self, x: Rows<D>) -> Rows<D> {
        x.zeros()
    }
}
