//! What rows go through: the trait of all layers, Burn's own modules, and two of ours.

use super::{Build, GhostNorm, Rows};
use crate::call::run;
use burn::{
    module::{Initializer, Module, ModuleDisplay, Param},
    nn,
    tensor::{Tensor, module::conv2d, ops::ConvOptions},
};

/// A module that rows go through, from tensors of `I` axes to tensors of `O` axes: rows × channels × height × width and the same unless
/// said otherwise.
///
/// A layer is made of other layers ([`Rows::through`]), of ordinary Burn modules ([`Rows::run`]) and of functions without parameters
/// ([`Rows::map`]). It keeps nothing between calls.
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
    nn::conv::Conv2d: 4,
    nn::pool::MaxPool1d: 3,
    nn::pool::AvgPool1d: 3,
    nn::pool::MaxPool2d: 4,
    nn::pool::AvgPool2d: 4,
}

impl<const D: usize> Layer<D, D> for nn::Linear {
    fn forward(&self, x: Rows<D>) -> Rows<D> {
        x.run(self, |module, x| module.forward(x))
    }
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

impl Rows<4> {
    /// The mean over height and width: [rows, channels].
    pub fn global_average(self) -> Rows<2> {
        self.map(|x| {
            let [n, c, h, w] = x.dims();
            x.reshape([n, c, h * w]).mean_dim(2).reshape([n, c])
        })
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

/// A k×k convolution without bias, padded to keep the size (then divided by the stride), normalised per ghost batch, and ReLU if asked
/// for.
#[derive(Module, Debug)]
pub struct ConvNorm {
    weight: Param<Tensor<4>>,
    norm: GhostNorm,
    stride: usize,
    groups: usize,
    relu: bool,
}

impl ConvNorm {
    /// From `channels[0]` to `channels[1]` channels, `k` odd.
    pub fn new(b: &Build, channels: [usize; 2], k: usize) -> Self {
        Self::grouped(b, channels, 1, k)
    }

    /// Each channel by itself.
    pub fn depthwise(b: &Build, channels: usize, k: usize) -> Self {
        Self::grouped(b, [channels; 2], channels, k)
    }

    fn grouped(b: &Build, [from, to]: [usize; 2], groups: usize, k: usize) -> Self {
        assert!(k % 2 == 1, "ConvNorm: found a kernel of {k}, expected an odd one");
        let fan_in = from / groups * k * k;
        let initializer = Initializer::KaimingNormal { gain: 2f64.sqrt(), fan_out_only: false };
        let weight = initializer.init_with([to, from / groups, k, k], Some(fan_in), None, b.device());
        Self { weight, norm: GhostNorm::new(b, to), stride: 1, groups, relu: false }
    }

    /// The same with a stride.
    pub fn with_stride(self, stride: usize) -> Self {
        Self { stride, ..self }
    }

    /// The same with max(0, ·) at its end.
    pub fn with_relu(self) -> Self {
        Self { relu: true, ..self }
    }
}

impl Layer for ConvNorm {
    fn forward(&self, x: Rows) -> Rows {
        let (pass, variants) = (x.pass.clone(), x.variants.count());
        let convolved = x.run(&self.weight, |weight, x| {
            let (weight, all) = (weight.val(), (0..variants as u32).collect::<Vec<_>>());
            let ([_, channels, ..], [outputs, inputs, k, _]) = (x.dims(), weight.dims());
            assert!(
                channels == inputs * self.groups,
                "ConvNorm: found {channels} channels, expected {}",
                inputs * self.groups
            );
            match self.groups {
                1 if self.stride == 1 => run!(pass.call(), conv(x, weight, variants, &all)),
                groups if self.stride == 1 && inputs == 1 && groups == outputs => {
                    run!(pass.call(), depthwise(x, weight, variants, &all))
                }
                groups => {
                    let options = ConvOptions::new([self.stride; 2], [k / 2; 2], [1; 2], groups);
                    conv2d(x, weight, None, options)
                }
            }
        });
        if self.relu { self.norm.relu(convolved) } else { convolved.through(&self.norm) }
    }
}
