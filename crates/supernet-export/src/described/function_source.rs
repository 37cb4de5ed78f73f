//! Activation functions as functions of Rust.

use supernet_nn::describe::{Graph, Operation};
use supernet_space::programs::{Activation, Binary, Unary};

/// The different activation functions of a graph, in the order in which it comes to them.
pub(super) fn functions(graph: &Graph) -> Vec<Activation> {
    let mut all: Vec<Activation> = Vec::new();
    for node in &graph.nodes {
        if let Operation::Function { activation, .. } = node.operation
            && !all.contains(&activation)
        {
            all.push(activation);
        }
    }
    all
}

/// What a function is called in the file.
pub(super) fn name(all: &[Activation], activation: &Activation) -> String {
    let place = all.iter().position(|other| other == activation).expect("a function of the graph");
    if all.len() == 1 { "activation".into() } else { format!("activation_{}", place + 1) }
}

/// What its text takes from `burn::tensor::activation`.
pub(super) fn imports(all: &[Activation]) -> Vec<&'static str> {
    let source: String = all.iter().map(|activation| source("", activation)).collect();
    let names = ["relu", "sigmoid", "softplus"];
    names.into_iter().filter(|name| source.contains(&format!("{name}("))).collect()
}

/// The function as an item of a file.
pub(super) fn source(name: &str, activation: &Activation) -> String {
    let has_beta = activation.has_beta();
    let argument = if has_beta { ", beta: &Param<Tensor<1>>" } else { "" };
    let said = if has_beta { ", with a β for each channel" } else { "" };
    let mut body = String::new();
    if has_beta {
        body += "    let mut shape = [1; D];\n    shape[1] = beta.dims()[0];\n";
        body += "    let beta = beta.val().reshape(shape);\n";
    }
    let units = activation.units_read();
    for (place, unit) in units.iter().enumerate() {
        let z = if place == 0 { "x" } else { "z" };
        body += &unary("left", unit.left, z);
        body += &unary("right", unit.right, "x");
        let last = place + 1 == units.len();
        body += &binary(unit.binary, last);
    }
    format!(
        "\
/// {}{said}.
fn {name}<const D: usize>(x: Tensor<D>{argument}) -> Tensor<D> {{
{body}}}
",
        activation.formula()
    )
}

/// The lines that make `to` of `x`, which stays.
fn unary(to: &str, unary: Unary, x: &str) -> String {
    let line = |text: String| format!("    let {to} = {text};\n");
    let of = |text: &str| line(text.replace("{}", &format!("{x}.clone()")));
    match unary {
        Unary::Identity => of("{}"),
        Unary::Negative => of("{}.neg()"),
        Unary::Absolute => of("{}.abs()"),
        Unary::Square => of("{}.square()"),
        Unary::Cube => line(format!("{x}.clone().square() * {x}.clone()")),
        Unary::Root => of("{}.sqrt()"),
        Unary::Scaled => of("{} * beta.clone()"),
        Unary::Shifted => of("{} + beta.clone()"),
        Unary::Logarithm => of("({}.abs() + 1e-7).log()"),
        Unary::Exponential => of("{}.exp()"),
        Unary::Sine => of("{}.sin()"),
        Unary::Cosine => of("{}.cos()"),
        Unary::HyperbolicSine => of("{}.sinh()"),
        Unary::HyperbolicCosine => of("{}.cosh()"),
        Unary::HyperbolicTangent => of("{}.tanh()"),
        Unary::InverseHyperbolicSine => of("{}.asinh()"),
        Unary::InverseTangent => of("{}.atan()"),
        Unary::Sinc => [
            format!("    let zero = {x}.clone().equal_elem(0.0);\n"),
            format!("    let whole = {x}.clone().mask_fill(zero.clone(), 1.0);\n"),
            line("(whole.clone().sin() / whole).mask_fill(zero, 1.0)".into()),
        ]
        .concat(),
        Unary::Relu => of("relu({})"),
        Unary::Minimum => of("relu({}.neg()).neg()"),
        Unary::Sigmoid => of("sigmoid({})"),
        Unary::Softplus => of("softplus({}, 1.0)"),
        Unary::Gaussian => of("{}.square().neg().exp()"),
        Unary::Error => of("{}.erf()"),
        Unary::Beta => line(format!("{x}.zeros_like() + beta.clone()")),
    }
}

/// The line that joins `left` and `right`; the last of a function is its value.
fn binary(binary: Binary, last: bool) -> String {
    let text = match binary {
        Binary::Sum => "left + right",
        Binary::Difference => "left - right",
        Binary::Product => "left * right",
        Binary::Quotient => "left / (right + 1e-7)",
        Binary::Maximum => "left.max_pair(right)",
        Binary::Minimum => "left.min_pair(right)",
        Binary::Gated => "sigmoid(left) * right",
        Binary::Near => "((left - right).square() * beta.clone()).neg().exp()",
        Binary::Close => "((left - right).abs() * beta.clone()).neg().exp()",
        Binary::Mixed => "(left - right.clone()) * beta.clone() + right",
    };
    if last { format!("    {text}\n") } else { format!("    let z = {text};\n") }
}
