//! What a graph computes, in Burn's operations: the reference for what is written from it.

use super::graph::{Graph, Node, Operation, Window};
use crate::{EPSILON, NamedWeights, NnError, function::activated, layers::resized};
use burn::{
    nn::{
        PaddingConfig2d,
        pool::{AvgPool2dConfig, MaxPool2dConfig},
    },
    tensor::{DType, Device, Tensor, activation::relu, module::conv2d, ops::ConvOptions},
};

impl Graph {
    /// Computes the logits [rows, classes] of `input`, with parameters by name.
    ///
    /// # Errors
    /// A parameter that is missing or of another shape; input of another shape.
    pub fn compute<const D: usize>(&self, weights: &NamedWeights, input: Tensor<D>) -> Result<Tensor<2>, NnError> {
        let (dims, device, dtype) = (input.dims().to_vec(), input.device(), input.dtype());
        if dims[1..] != *self.input() {
            return Err(NnError::Input { found: dims[1..].to_vec(), expected: self.input().to_vec() });
        }
        let input = input.reshape(as_maps(dims[0], self.input()));
        let machine = Machine { weights, rows: dims[0], device, dtype };
        let mut results: Vec<Tensor<4>> = Vec::new();
        for node in &self.nodes {
            let result = match node.operation {
                Operation::Input => input.clone(),
                _ => machine.node(node, node.inputs.iter().map(|&place| results[place].clone()).collect())?,
            };
            results.push(result);
        }
        let logits = results.pop().expect("a graph has an input");
        let classes = logits.dims()[1];
        Ok(logits.reshape([dims[0], classes]))
    }
}

/// The shape of `rows` rows as maps; rows of features are maps of one pixel.
fn as_maps(rows: usize, shape: &[usize]) -> [usize; 4] {
    match *shape {
        [channels, height, width] => [rows, channels, height, width],
        _ => [rows, shape[0], 1, 1],
    }
}

struct Machine<'a> {
    weights: &'a NamedWeights,
    rows: usize,
    device: Device,
    dtype: DType,
}

impl Machine<'_> {
    fn node(&self, node: &Node, mut inputs: Vec<Tensor<4>>) -> Result<Tensor<4>, NnError> {
        match node.operation {
            Operation::Zeros => Ok(Tensor::zeros(as_maps(self.rows, &node.shape), (&self.device, self.dtype))),
            Operation::Sum => Ok(inputs.into_iter().reduce(|a, b| a + b).expect("a sum has terms")),
            Operation::Concatenation => Ok(Tensor::cat(inputs, 1)),
            _ => self.single(&node.operation, &node.shape, inputs.swap_remove(0)),
        }
    }

    /// An operation on one tensor.
    fn single(&self, operation: &Operation, shape: &[usize], x: Tensor<4>) -> Result<Tensor<4>, NnError> {
        let [_, channels, _, _] = x.dims();
        Ok(match operation {
            Operation::Convolution { weight, bias, window, groups } => {
                let [height, width] = window.kernel;
                let weight = self.parameter(weight, [shape[0], channels / groups, height, width])?;
                let bias = bias.as_ref().map(|bias| self.parameter(bias, [shape[0]])).transpose()?;
                let Window { stride, padding, dilation, .. } = *window;
                conv2d(x, weight, bias, ConvOptions::new(stride, padding, dilation, *groups))
            }
            Operation::Projection { weight } => self.product(x, weight, shape[0])?,
            Operation::Linear { weight, bias } => {
                let y = self.product(x, weight, shape[0])?;
                match bias {
                    Some(bias) => y + self.per_channel(bias, shape[0])?,
                    None => y,
                }
            }
            Operation::Normalisation { scale, shift, mean, variance } => {
                let deviation = (self.per_channel(variance, channels)? + EPSILON).sqrt();
                let normalised = (x - self.per_channel(mean, channels)?) / deviation;
                normalised * self.per_channel(scale, channels)? + self.per_channel(shift, channels)?
            }
            Operation::Relu => relu(x),
            Operation::Function { activation, beta } => {
                let beta = beta.as_ref().map(|beta| self.parameter(beta, [channels])).transpose()?;
                activated(activation, beta, x)
            }
            Operation::MaxPool(Window { kernel, stride, padding: [h, w], .. }) => {
                let pool = MaxPool2dConfig::new(*kernel).with_strides(*stride);
                pool.with_padding(PaddingConfig2d::Explicit(*h, *w, *h, *w)).init().forward(x)
            }
            Operation::AveragePool { window: Window { kernel, stride, padding: [h, w], .. }, counts_padding } => {
                let pool = AvgPool2dConfig::new(*kernel).with_strides(*stride);
                let pool = pool.with_padding(PaddingConfig2d::Explicit(*h, *w, *h, *w));
                pool.with_count_include_pad(*counts_padding).init().forward(x)
            }
            Operation::Narrow { axis, start } => x.narrow(*axis, *start, shape[axis - 1]),
            Operation::Resize => resized(x, shape[1]),
            Operation::GlobalAverage => x.mean_dims(&[2, 3]),
            Operation::Input | Operation::Zeros | Operation::Sum | Operation::Concatenation => {
                unreachable!("{operation:?} does not read one tensor")
            }
        })
    }

    /// Σ_c weight[c, o] · x_c.
    fn product(&self, x: Tensor<4>, weight: &str, outputs: usize) -> Result<Tensor<4>, NnError> {
        let weight: Tensor<2> = self.parameter(weight, [x.dims()[1], outputs])?;
        Ok(x.permute([0, 2, 3, 1]).matmul(weight.unsqueeze()).permute([0, 3, 1, 2]))
    }

    fn per_channel(&self, name: &str, channels: usize) -> Result<Tensor<4>, NnError> {
        Ok(self.parameter(name, [channels])?.reshape([1, channels, 1, 1]))
    }

    fn parameter<const D: usize>(&self, name: &str, shape: [usize; D]) -> Result<Tensor<D>, NnError> {
        let refuse = |found| NnError::Weight { name: name.into(), found, expected: shape.to_vec() };
        let data = self.weights.0.get(name).ok_or_else(|| refuse("nothing of this name".into()))?;
        match data.shape().as_slice() == shape {
            true => Ok(Tensor::from_data(data.clone(), (&self.device, data.dtype()))),
            false => Err(refuse(format!("shape {:?}", data.shape().as_slice()))),
        }
    }
}
