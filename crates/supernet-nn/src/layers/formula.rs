//! An activation function that is a program.

use super::Layer;
use crate::{Build, Init, Rows, function::activated};
use burn::{
    module::{Module, Param},
    tensor::Tensor,
};
use supernet_space::programs::Activation;

/// An activation function that is a program (Ramachandran, Zoph and Le 2017, section 3), number by
/// number: [rows, channels, …] and the same. β, where the function has it, is a parameter for each
/// channel (axis 1) that starts at 1.
///
/// ```
/// use burn::{module::Module, nn::{Linear, LinearConfig}, tensor::Device};
/// use supernet_nn::{Definition, Formula, Layer, OneOf, Rows};
///
/// #[derive(Module, Debug)]
/// struct Net {
///     inner: Linear,
///     activation: OneOf<Formula>,
///     head: Linear,
/// }
/// impl Layer<2, 2> for Net {
///     fn forward(&self, x: Rows<2>) -> Rows<2> {
///         x.through(&self.inner).through(&self.activation).through(&self.head)
///     }
/// }
///
/// let definition = Definition::new("activations", &[4], &Device::flex(), |b| {
///     let of = |name: &'static str| {
///         let function = name.parse().expect("a known function");
///         (name, Formula::new(b, &function, 8))
///     };
///     Net {
///         inner: LinearConfig::new(4, 8).init(b.device()),
///         activation: OneOf::new(b, "activation", ["relu", "swish", "mish"].map(of)),
///         head: LinearConfig::new(8, 2).init(b.device()),
///     }
/// })?;
/// let mask = |text| definition.space().parse(text).unwrap();
/// let parameters = |text| definition.cost(&mask(text)).unwrap().parameters;
/// assert_eq!(parameters("010") - parameters("100"), 8, "swish has a β for each channel");
/// # Ok::<(), supernet_nn::NnError>(())
/// ```
#[derive(Module, Debug)]
pub struct Formula {
    beta: Option<Param<Tensor<1>>>,
    #[module(skip)]
    activation: Activation,
}

impl Formula {
    /// Builds the function for rows of so many channels.
    pub fn new(b: &Build, activation: &Activation, channels: usize) -> Self {
        let beta = activation.has_beta().then(|| b.parameter([channels], Init::One));
        Self { beta, activation: *activation }
    }

    /// Returns the function.
    pub fn activation(&self) -> &Activation {
        &self.activation
    }

    /// β, where the function has it.
    pub(crate) fn beta(&self) -> Option<&Param<Tensor<1>>> {
        self.beta.as_ref()
    }

    /// Computes it of a tensor [rows, channels, …], whose axis 1 β goes along.
    pub fn value<const D: usize>(&self, x: Tensor<D>) -> Tensor<D> {
        activated(&self.activation, self.beta.as_ref().map(Param::val), x)
    }
}

impl<const D: usize> Layer<D, D> for Formula {
    fn forward(&self, x: Rows<D>) -> Rows<D> {
        x.run(self, Self::value)
    }
}
