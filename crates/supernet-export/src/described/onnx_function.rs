//! An activation function as ONNX operators.

use crate::onnx::GraphBuilder;
use supernet_space::programs::{Activation, Binary, EPSILON, Unary};

/// The operators of a function of `x`, the last of which puts out `output`; `beta` is the name of β
/// in a shape that goes along the channels of x, where the function has it.
pub(super) fn function(
    graph: &mut GraphBuilder,
    output: &str,
    activation: &Activation,
    x: &str,
    beta: Option<&str>,
) -> String {
    let mut writer = Function { graph, output, x, beta: beta.unwrap_or_default(), operators: 0 };
    let mut z = x.to_owned();
    for unit in activation.units_read() {
        let [left, right] = [writer.unary(unit.left, &z), writer.unary(unit.right, x)];
        z = writer.binary(unit.binary, &left, &right);
    }
    writer.graph.node("Identity", output, &[&z], Vec::new())
}

/// A function while it is written.
struct Function<'a> {
    graph: &'a mut GraphBuilder,
    output: &'a str,
    x: &'a str,
    beta: &'a str,
    /// Operators so far.
    operators: usize,
}

impl Function<'_> {
    /// Adds an operator; returns the name of what it puts out.
    fn then(&mut self, operator: &str, inputs: &[&str]) -> String {
        self.operators += 1;
        let name = format!("{}.step{}", self.output, self.operators);
        self.graph.node(operator, &name, inputs, Vec::new())
    }

    /// A number, which goes along all axes.
    fn number(&mut self, value: f32) -> String {
        self.operators += 1;
        let name = format!("{}.number{}", self.output, self.operators);
        self.graph.weight(&name, &[1], &[value]);
        name
    }

    fn unary(&mut self, unary: Unary, x: &str) -> String {
        match unary {
            Unary::Identity => x.to_owned(),
            Unary::Negative => self.then("Neg", &[x]),
            Unary::Absolute => self.then("Abs", &[x]),
            Unary::Square => self.then("Mul", &[x, x]),
            Unary::Cube => {
                let square = self.then("Mul", &[x, x]);
                self.then("Mul", &[&square, x])
            }
            Unary::Root => self.then("Sqrt", &[x]),
            Unary::Scaled => self.then("Mul", &[x, self.beta]),
            Unary::Shifted => self.then("Add", &[x, self.beta]),
            Unary::Logarithm => {
                let size = self.then("Abs", &[x]);
                let epsilon = self.number(EPSILON as f32);
                let above = self.then("Add", &[&size, &epsilon]);
                self.then("Log", &[&above])
            }
            Unary::Exponential => self.then("Exp", &[x]),
            Unary::Sine => self.then("Sin", &[x]),
            Unary::Cosine => self.then("Cos", &[x]),
            Unary::HyperbolicSine => self.then("Sinh", &[x]),
            Unary::HyperbolicCosine => self.then("Cosh", &[x]),
            Unary::HyperbolicTangent => self.then("Tanh", &[x]),
            Unary::InverseHyperbolicSine => self.then("Asinh", &[x]),
            Unary::InverseTangent => self.then("Atan", &[x]),
            Unary::Sinc => self.sinc(x),
            Unary::Relu => self.then("Relu", &[x]),
            Unary::Minimum => {
                let zero = self.number(0.0);
                self.then("Min", &[x, &zero])
            }
            Unary::Sigmoid => self.then("Sigmoid", &[x]),
            Unary::Softplus => self.then("Softplus", &[x]),
            Unary::Gaussian => {
                let square = self.then("Mul", &[x, x]);
                let negative = self.then("Neg", &[&square]);
                self.then("Exp", &[&negative])
            }
            Unary::Error => self.then("Erf", &[x]),
            Unary::Beta => {
                let shape = self.then("Shape", &[self.x]);
                self.then("Expand", &[self.beta, &shape])
            }
        }
    }

    /// sin(x)/x, 1 where x is 0.
    fn sinc(&mut self, x: &str) -> String {
        let [zero, one] = [0.0, 1.0].map(|number| self.number(number));
        let is_zero = self.then("Equal", &[x, &zero]);
        let divisor = self.then("Where", &[&is_zero, &one, x]);
        let sine = self.then("Sin", &[x]);
        let quotient = self.then("Div", &[&sine, &divisor]);
        self.then("Where", &[&is_zero, &one, &quotient])
    }

    fn binary(&mut self, binary: Binary, x: &str, y: &str) -> String {
        match binary {
            Binary::Sum => self.then("Add", &[x, y]),
            Binary::Difference => self.then("Sub", &[x, y]),
            Binary::Product => self.then("Mul", &[x, y]),
            Binary::Quotient => {
                let epsilon = self.number(EPSILON as f32);
                let divisor = self.then("Add", &[y, &epsilon]);
                self.then("Div", &[x, &divisor])
            }
            Binary::Maximum => self.then("Max", &[x, y]),
            Binary::Minimum => self.then("Min", &[x, y]),
            Binary::Gated => {
                let gate = self.then("Sigmoid", &[x]);
                self.then("Mul", &[&gate, y])
            }
            Binary::Near | Binary::Close => {
                let difference = self.then("Sub", &[x, y]);
                let distance = match binary {
                    Binary::Near => self.then("Mul", &[&difference, &difference]),
                    _ => self.then("Abs", &[&difference]),
                };
                let scaled = self.then("Mul", &[&distance, self.beta]);
                let negative = self.then("Neg", &[&scaled]);
                self.then("Exp", &[&negative])
            }
            Binary::Mixed => {
                let difference = self.then("Sub", &[x, y]);
                let part = self.then("Mul", &[&difference, self.beta]);
                self.then("Add", &[&part, y])
            }
        }
    }
}
