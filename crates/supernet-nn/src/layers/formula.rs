//! An activation function that is a program.

use super::Layer;
use crate::{Build, Init, Rows};
use burn::{
    module::{Module, Param},
    tensor::{
        Tensor,
        activation::{relu, sigmoid, softplus},
    },
};
use supernet_space::programs::{Activation, Binary, EPSILON, Unary};

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

/// A function of a tensor [rows, channels, …] with β of each channel, where the function has it.
pub(crate) fn activated<const D: usize>(activation: &Activation, beta: Option<Tensor<1>>, x: Tensor<D>) -> Tensor<D> {
    let beta = match beta {
        Some(beta) => {
            let mut shape = [1; D];
            shape[1] = beta.dims()[0];
            beta.reshape(shape)
        }
        // Nothing reads it.
        None => Tensor::ones([1; D], &x.device()),
    };
    activation.units().iter().fold(x.clone(), |z, unit| {
        binary(unit.binary, unary(unit.left, z, &beta), unary(unit.right, x.clone(), &beta), &beta)
    })
}

impl<const D: usize> Layer<D, D> for Formula {
    fn forward(&self, x: Rows<D>) -> Rows<D> {
        x.run(self, Self::value)
    }
}

fn unary<const D: usize>(unary: Unary, x: Tensor<D>, beta: &Tensor<D>) -> Tensor<D> {
    match unary {
        Unary::Identity => x,
        Unary::Negative => x.neg(),
        Unary::Absolute => x.abs(),
        Unary::Square => x.square(),
        Unary::Cube => x.clone().square() * x,
        Unary::Root => x.sqrt(),
        Unary::Scaled => x * beta.clone(),
        Unary::Shifted => x + beta.clone(),
        Unary::Logarithm => (x.abs() + EPSILON).log(),
        Unary::Exponential => x.exp(),
        Unary::Sine => x.sin(),
        Unary::Cosine => x.cos(),
        Unary::HyperbolicSine => x.sinh(),
        Unary::HyperbolicCosine => x.cosh(),
        Unary::HyperbolicTangent => x.tanh(),
        Unary::InverseHyperbolicSine => x.asinh(),
        Unary::InverseTangent => x.atan(),
        Unary::Sinc => sinc(x),
        Unary::Relu => relu(x),
        Unary::Minimum => relu(x.neg()).neg(),
        Unary::Sigmoid => sigmoid(x),
        Unary::Softplus => softplus(x, 1.0),
        Unary::Gaussian => x.square().neg().exp(),
        Unary::Error => x.erf(),
        Unary::Beta => x.zeros_like() + beta.clone(),
    }
}

fn binary<const D: usize>(binary: Binary, x: Tensor<D>, y: Tensor<D>, beta: &Tensor<D>) -> Tensor<D> {
    match binary {
        Binary::Sum => x + y,
        Binary::Difference => x - y,
        Binary::Product => x * y,
        Binary::Quotient => x / (y + EPSILON),
        Binary::Maximum => x.max_pair(y),
        Binary::Minimum => x.min_pair(y),
        Binary::Gated => sigmoid(x) * y,
        Binary::Near => ((x - y).square() * beta.clone()).neg().exp(),
        Binary::Close => ((x - y).abs() * beta.clone()).neg().exp(),
        Binary::Mixed => (x - y.clone()) * beta.clone() + y,
    }
}

/// sin(x)/x, 1 where x is 0.
fn sinc<const D: usize>(x: Tensor<D>) -> Tensor<D> {
    let zero = x.clone().equal_elem(0.0);
    let x = x.mask_fill(zero.clone(), 1.0);
    (x.clone().sin() / x).mask_fill(zero, 1.0)
}
