//! An activation function of a tensor.

use burn::{
    module::{Module, Param},
    tensor::{
        Tensor,
        activation::{relu, sigmoid, softplus},
    },
};
use supernet_space::programs::{Activation, Binary, EPSILON, Unary};

/// An activation function with β of each channel, where it has one.
#[derive(Module, Debug)]
pub(crate) struct Function {
    pub(crate) beta: Option<Param<Tensor<1>>>,
    #[module(skip)]
    pub(crate) activation: Activation,
}

impl Function {
    /// Computes it of a tensor [rows, channels, …], whose axis 1 β goes along.
    pub(crate) fn value<const D: usize>(&self, x: Tensor<D>) -> Tensor<D> {
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
