//! A stand-alone network as a list of operations.

use supernet_space::programs::Activation;

/// What a stand-alone network computes with its stored statistics, without what no logit depends
/// on.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Graph {
    /// The operations. The first is the input, the last gives the logits, and each comes after
    /// those that it reads.
    pub nodes: Vec<Node>,
}

/// An operation, what it reads and what it gives.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Node {
    /// What it does.
    pub operation: Operation,
    /// Places of the nodes that it reads.
    pub inputs: Vec<usize>,
    /// Shape of a row of its result: channels, height and width of maps, or the number of features.
    pub shape: Vec<usize>,
}

/// What a node does. Parameters are named as the weights file names them.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum Operation {
    /// The network's input.
    Input,
    /// Zeros, for as many rows as the input has.
    Zeros,
    /// A convolution.
    Convolution {
        /// `[outputs, inputs / groups, height, width]`.
        weight: String,
        /// `[outputs]`.
        bias: Option<String>,
        /// Where it reads.
        window: Window,
        /// Groups of channels that are convolved by themselves.
        groups: usize,
    },
    /// A 1x1 convolution without bias, or a linear layer of rows of features, whose weight is
    /// `[inputs, outputs]`.
    Projection {
        /// `[inputs, outputs]`.
        weight: String,
    },
    /// (x − mean) / sqrt(variance + 1e-5) · scale + shift, channel by channel.
    Normalisation {
        /// `[channels]`.
        scale: String,
        /// `[channels]`.
        shift: String,
        /// `[channels]`.
        mean: String,
        /// `[channels]`.
        variance: String,
    },
    /// max(x, 0).
    Relu,
    /// A function of each number.
    Function {
        /// The function.
        activation: Activation,
        /// β, `[channels]`, where the function has it.
        beta: Option<String>,
    },
    /// The largest number in a window.
    MaxPool(Window),
    /// The mean of the numbers in a window.
    AveragePool {
        /// Where it reads.
        window: Window,
        /// Whether padding counts as zeros.
        counts_padding: bool,
    },
    /// The sum of several tensors.
    Sum,
    /// Several tensors side by side along the channels.
    Concatenation,
    /// Part of an axis, from `start`, as long as the result's.
    Narrow {
        /// The axis; 0 are the rows.
        axis: usize,
        /// Where the part begins.
        start: usize,
    },
    /// Maps of another size, each pixel the mean over the part of the map that it covers
    /// ([`crate::coverage`]).
    Resize,
    /// The mean over height and width.
    GlobalAverage,
    /// x · weight + bias, of rows of features.
    Linear {
        /// `[inputs, outputs]`.
        weight: String,
        /// `[outputs]`.
        bias: Option<String>,
    },
}

/// Where a convolution or a pool reads, along height and width.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Window {
    /// Its size.
    pub kernel: [usize; 2],
    /// How far apart the outputs are.
    pub stride: [usize; 2],
    /// Zeros on each side; of a maximum, numbers that are never the largest.
    pub padding: [usize; 2],
    /// How far apart the numbers are that it reads.
    pub dilation: [usize; 2],
}

impl Window {
    /// A window of this size that moves by one and reads no padding.
    pub fn new(kernel: [usize; 2]) -> Self {
        Self { kernel, stride: [1; 2], padding: [0; 2], dilation: [1; 2] }
    }

    /// The same that moves by `stride`.
    pub fn with_stride(self, stride: [usize; 2]) -> Self {
        Self { stride, ..self }
    }

    /// The same with `padding` on each side.
    pub fn with_padding(self, padding: [usize; 2]) -> Self {
        Self { padding, ..self }
    }

    /// The same that reads numbers `dilation` apart.
    pub fn with_dilation(self, dilation: [usize; 2]) -> Self {
        Self { dilation, ..self }
    }

    /// The height and the width of what it gives for maps of this size; none if it does not fit in.
    pub fn sides(&self, size: [usize; 2]) -> Option<[usize; 2]> {
        let side = |axis: usize| {
            let extent = self.dilation[axis] * (self.kernel[axis] - 1) + 1;
            Some((size[axis] + 2 * self.padding[axis]).checked_sub(extent)? / self.stride[axis] + 1)
        };
        Some([side(0)?, side(1)?])
    }
}

impl Graph {
    /// The shape of a row of the input.
    pub fn input(&self) -> &[usize] {
        &self.nodes[0].shape
    }

    /// How often each node is read.
    pub fn readers(&self) -> Vec<usize> {
        let mut readers = vec![0; self.nodes.len()];
        self.nodes.iter().flat_map(|node| &node.inputs).for_each(|&input| readers[input] += 1);
        readers
    }

    /// The same without what the last node does not depend on. The input stays.
    pub(super) fn pruned(self) -> Self {
        let mut needed = vec![false; self.nodes.len()];
        if let (Some(first), last) = (needed.first_mut(), self.nodes.len() - 1) {
            *first = true;
            needed[last] = true;
        }
        for (place, node) in self.nodes.iter().enumerate().rev() {
            if needed[place] {
                node.inputs.iter().for_each(|&input| needed[input] = true);
            }
        }
        let mut places = Vec::new();
        let mut nodes = Vec::new();
        for (node, needed) in self.nodes.into_iter().zip(needed) {
            places.push(nodes.len());
            if needed {
                let inputs = node.inputs.iter().map(|&input| places[input]).collect();
                nodes.push(Node { inputs, ..node });
            }
        }
        Self { nodes }
    }
}

impl Operation {
    /// The names of its parameters.
    pub fn parameters(&self) -> Vec<&str> {
        match self {
            Self::Convolution { weight, bias, .. } | Self::Linear { weight, bias } => {
                [Some(weight), bias.as_ref()].into_iter().flatten().map(String::as_str).collect()
            }
            Self::Projection { weight } => vec![weight],
            Self::Function { beta, .. } => beta.iter().map(String::as_str).collect(),
            Self::Normalisation { scale, shift, mean, variance } => vec![scale, shift, mean, variance],
            _ => Vec::new(),
        }
    }
}
