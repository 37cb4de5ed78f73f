//! A graph as ONNX.

use super::{DescribedNetwork, onnx_function::function};
use crate::{
    ExportError,
    onnx::{GraphBuilder, INPUT, OUTPUT, float, int, ints, model},
};
use burn::{module::Module, tensor::DType};
use std::collections::HashSet;
use supernet_nn::{
    EPSILON, Init, NamedWeights, Weights as _, coverage,
    describe::{Graph, Node, Operation, Window},
};

/// Returns the network with its weights as an ONNX model of opset 17, encoded: input `images`
/// [batch, channels, height, width], normalised, or `rows` [batch, features]; output `logits`
/// [batch, classes]; any batch. Architecture, seed, version, normalisation and class names are its
/// metadata.
///
/// # Errors
/// A network that lacks a weight of the graph, or has one of another shape.
pub fn onnx(described: &DescribedNetwork, network: &impl Module) -> Result<Vec<u8>, ExportError> {
    let input = input_name(described.graph);
    let mut writer = Writer {
        graph: GraphBuilder::default(),
        weights: NamedWeights::of(network),
        added: HashSet::new(),
        names: Vec::new(),
        shapes: described.graph.nodes.iter().map(|node| node.shape.as_slice()).collect(),
        input,
    };
    let last = described.graph.nodes.len() - 1;
    for (place, node) in described.graph.nodes.iter().enumerate() {
        let name = if place == last { OUTPUT.to_owned() } else { format!("node{place}") };
        let name = writer.node(node, name)?;
        writer.names.push(name);
    }
    Ok(model(writer.graph, (input, described.graph.input()), &described.facts()))
}

/// What the input is called.
fn input_name(graph: &Graph) -> &'static str {
    if graph.input().len() == 3 { INPUT } else { "rows" }
}

struct Writer<'a> {
    graph: GraphBuilder,
    weights: NamedWeights,
    /// Weights that are in the graph.
    added: HashSet<String>,
    /// What each node puts out.
    names: Vec<String>,
    shapes: Vec<&'a [usize]>,
    input: &'static str,
}

impl Writer<'_> {
    /// Adds a node that puts out `name`; returns what it is called.
    fn node(&mut self, node: &Node, name: String) -> Result<String, ExportError> {
        let inputs: Vec<String> = node.inputs.iter().map(|&place| self.names[place].clone()).collect();
        let read = node.inputs.first().map_or(&[][..], |&place| self.shapes[place]);
        Ok(match &node.operation {
            Operation::Input if name == OUTPUT => self.graph.node("Identity", &name, &[self.input], Vec::new()),
            Operation::Input => self.input.to_owned(),
            Operation::Zeros => self.zeros(&node.shape, &name),
            Operation::Sum => self.graph.sum(&name, &inputs),
            Operation::Concatenation => self.graph.concat(&name, &inputs),
            operation => self.single(operation, &name, &inputs[0], [read, &node.shape])?,
        })
    }

    /// An operation on one tensor, from one shape to another.
    fn single(
        &mut self,
        operation: &Operation,
        name: &str,
        x: &str,
        [from, to]: [&[usize]; 2],
    ) -> Result<String, ExportError> {
        let (inputs, outputs) = (from[0], to[0]);
        Ok(match operation {
            Operation::Convolution { weight, bias, window, groups } => {
                let [height, width] = window.kernel;
                self.weight(weight, &[outputs, inputs / groups, height, width])?;
                bias.as_ref().map_or(Ok(()), |bias| self.weight(bias, &[outputs]))?;
                let parameters = [Some(x), Some(weight), bias.as_deref()];
                let read: Vec<&str> = parameters.into_iter().flatten().collect();
                let attributes = [placed(window), vec![ints("dilations", &window.dilation), int("group", *groups)]];
                self.graph.node("Conv", name, &read, attributes.concat())
            }
            Operation::Projection { weight } if to.len() == 3 => {
                self.transposed(weight, [inputs, outputs])?;
                self.graph.node("Conv", name, &[x, weight], vec![ints("kernel_shape", &[1, 1])])
            }
            Operation::Projection { weight } | Operation::Linear { weight, bias: None } => {
                self.weight(weight, &[inputs, outputs])?;
                self.graph.node("MatMul", name, &[x, weight], Vec::new())
            }
            Operation::Linear { weight, bias: Some(bias) } => {
                self.weight(weight, &[inputs, outputs])?;
                self.weight(bias, &[outputs])?;
                self.graph.node("Gemm", name, &[x, weight, bias], Vec::new())
            }
            Operation::Normalisation { scale, shift, mean, variance } => {
                [scale, shift, mean, variance].into_iter().try_for_each(|each| self.weight(each, &[outputs]))?;
                let epsilon = vec![float("epsilon", EPSILON as f32)];
                self.graph.node("BatchNormalization", name, &[x, scale, shift, mean, variance], epsilon)
            }
            Operation::Relu => self.graph.node("Relu", name, &[x], Vec::new()),
            Operation::Function { activation, beta } => {
                let beta = beta.as_ref().map(|beta| self.along_channels(beta, to)).transpose()?;
                function(&mut self.graph, name, activation, x, beta.as_deref())
            }
            Operation::MaxPool(window) => self.graph.node("MaxPool", name, &[x], placed(window)),
            Operation::AveragePool { window, counts_padding } => {
                let counted = vec![int("count_include_pad", usize::from(*counts_padding))];
                self.graph.node("AveragePool", name, &[x], [placed(window), counted].concat())
            }
            Operation::Narrow { axis, start } => self.narrow(name, x, *axis, [*start, start + to[axis - 1]]),
            Operation::Resize => self.resized(name, x, [from, to]),
            Operation::GlobalAverage => {
                let pooled = self.graph.node("GlobalAveragePool", &format!("{name}.pooled"), &[x], Vec::new());
                self.graph.node("Flatten", name, &[&pooled], vec![int("axis", 1)])
            }
            Operation::Input | Operation::Zeros | Operation::Sum | Operation::Concatenation => {
                unreachable!("{operation:?} does not read one tensor")
            }
        })
    }

    /// Zeros for as many rows as the input has.
    fn zeros(&mut self, shape: &[usize], name: &str) -> String {
        let at = |part: &str| format!("{name}.{part}");
        self.graph.node("Shape", &at("rows"), &[self.input], vec![int("start", 0), int("end", 1)]);
        self.graph.numbers(&at("row"), shape);
        self.graph.node("Concat", &at("shape"), &[&at("rows"), &at("row")], vec![int("axis", 0)]);
        self.graph.node("ConstantOfShape", name, &[&at("shape")], Vec::new())
    }

    /// The means along each line, then those of the lines, as products with the shares of pixels.
    fn resized(&mut self, name: &str, x: &str, [from, to]: [&[usize]; 2]) -> String {
        let at = |part: &str| format!("{name}.{part}");
        let [height, width, side] = [from[1], from[2], to[1]];
        let shares = coverage(width, side);
        let turned: Vec<f32> = (0..width).flat_map(|pixel| shares.iter().skip(pixel).step_by(width).copied()).collect();
        self.graph.weight(&at("columns"), &[width, side], &turned);
        self.graph.weight(&at("rows"), &[side, height], &coverage(height, side));
        self.graph.node("MatMul", &at("across"), &[x, &at("columns")], Vec::new());
        self.graph.node("MatMul", name, &[&at("rows"), &at("across")], Vec::new())
    }

    fn narrow(&mut self, name: &str, x: &str, axis: usize, [start, end]: [usize; 2]) -> String {
        let parts = [("start", start), ("end", end), ("axis", axis)];
        let names = parts.map(|(part, number)| {
            let name = format!("{name}.{part}");
            self.graph.numbers(&name, &[number]);
            name
        });
        let [start, end, axis] = &names;
        self.graph.node("Slice", name, &[x, start, end, axis], Vec::new())
    }

    /// Adds a weight that must be there, in this shape.
    fn weight(&mut self, name: &str, shape: &[usize]) -> Result<(), ExportError> {
        let values = self.values(name, shape)?;
        if self.added.insert(name.to_owned()) {
            self.graph.weight(name, shape, &values);
        }
        Ok(())
    }

    /// Adds a weight [channels] in a shape that goes along the channels of maps or features.
    fn along_channels(&mut self, name: &str, shape: &[usize]) -> Result<String, ExportError> {
        let values = self.values(name, &shape[..1])?;
        if self.added.insert(name.to_owned()) {
            let dims: Vec<usize> =
                shape.iter().enumerate().map(|(axis, &size)| if axis == 0 { size } else { 1 }).collect();
            self.graph.weight(name, &dims, &values);
        }
        Ok(name.to_owned())
    }

    /// Adds a weight [inputs, outputs] as that of a 1x1 convolution.
    fn transposed(&mut self, name: &str, [inputs, outputs]: [usize; 2]) -> Result<(), ExportError> {
        let values = self.values(name, &[inputs, outputs])?;
        if self.added.insert(name.to_owned()) {
            let each = (0..outputs).flat_map(|output| values.iter().skip(output).step_by(outputs));
            let turned: Vec<f32> = each.copied().collect();
            self.graph.weight(name, &[outputs, inputs, 1, 1], &turned);
        }
        Ok(())
    }

    fn values(&mut self, name: &str, shape: &[usize]) -> Result<Vec<f32>, ExportError> {
        // No constant stands in for a scale or a statistic that is missing.
        let data = self.weights.weight(name, shape, Init::Variance(1.0))?.convert_dtype(DType::F32);
        Ok(data.try_to_vec().expect("it was converted to this type"))
    }
}

/// Where a convolution or a pool reads.
fn placed(window: &Window) -> Vec<crate::onnx::Attribute> {
    let [height, width] = window.padding;
    vec![
        ints("kernel_shape", &window.kernel),
        ints("pads", &[height, width, height, width]),
        ints("strides", &window.stride),
    ]
}
