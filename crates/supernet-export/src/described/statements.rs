//! A graph as statements of Rust, laid out as rustfmt does by default.

use super::{
    fields::Fields,
    function_source::{functions, name},
};
use crate::model_source::layout::{SHORT, list};
use supernet_nn::describe::{Graph, Node, Operation};
use supernet_space::programs::Activation;

/// Terms of a sum that surely fit on a line.
const TERMS: usize = 3;

/// The body of `forward`, which reads `input`.
pub(super) fn body(graph: &Graph, fields: &Fields, input: &str) -> String {
    let zeros = graph.nodes.iter().any(|node| node.operation == Operation::Zeros);
    let mut body = String::new();
    if zeros {
        body += &format!("        let (count, device) = ({input}.dims()[0], {input}.device());\n");
    }
    let last = graph.nodes.len() - 1;
    let functions = functions(graph);
    let mut reader = Reader { left: graph.readers(), input };
    for (place, node) in graph.nodes.iter().enumerate().skip(1) {
        let read: Vec<String> = node.inputs.iter().map(|&input| reader.read(input)).collect();
        body += &statement(node, (fields, &functions), &read, (place < last).then(|| format!("x{place}")));
    }
    if last == 0 { format!("        {input}\n") } else { body }
}

/// What is still to be read: the last reader of a tensor takes it.
struct Reader<'a> {
    left: Vec<usize>,
    input: &'a str,
}

impl Reader<'_> {
    fn read(&mut self, place: usize) -> String {
        let name = if place == 0 { self.input.to_owned() } else { format!("x{place}") };
        self.left[place] -= 1;
        if self.left[place] > 0 { format!("{name}.clone()") } else { name }
    }
}

/// The statement that computes a node; without a binding it is the last expression.
fn statement(
    node: &Node,
    (fields, functions): (&Fields, &[Activation]),
    read: &[String],
    binding: Option<String>,
) -> String {
    let of = |rank: usize| binding.as_ref().map_or(String::new(), |name| format!("let {name}: Tensor<{rank}> = "));
    let plain = binding.as_ref().map_or(String::new(), |name| format!("let {name} = "));
    let end = if binding.is_some() { ";" } else { "" };
    let line = |prefix: &str, text: String| format!("        {prefix}{text}{end}\n");
    let x = read.first().map_or("", String::as_str);
    match &node.operation {
        Operation::Input => unreachable!("the input is an argument"),
        Operation::Zeros => {
            let sizes: Vec<String> = node.shape.iter().map(usize::to_string).collect();
            line(&of(node.shape.len() + 1), format!("Tensor::zeros([count, {}], &device)", sizes.join(", ")))
        }
        Operation::Relu => line(&plain, format!("relu({x})")),
        Operation::Function { activation, .. } => {
            let function = name(functions, activation);
            line(
                &plain,
                match fields.name(&node.operation) {
                    Some(beta) => format!("{function}({x}, &self.{beta})"),
                    None => format!("{function}({x})"),
                },
            )
        }
        Operation::Sum => sum(read, binding.as_deref()),
        Operation::Concatenation => {
            let parts = list(8, "let parts = vec!", ["[", "]"], read, ";");
            parts + &line(&plain, "Tensor::cat(parts, 1)".into())
        }
        Operation::Narrow { axis, start } => {
            line(&plain, format!("{x}.narrow({axis}, {start}, {})", node.shape[axis - 1]))
        }
        Operation::Resize => line(&plain, format!("resized({x}, {})", node.shape[1])),
        Operation::GlobalAverage => line(&of(2), format!("{x}.mean_dims(&[2, 3]).flatten(1, 3)")),
        Operation::Projection { .. } if node.shape.len() == 3 => {
            let field = format!("&self.{}", fields.name(&node.operation).expect("it has a field"));
            list(8, &format!("{plain}pointwise"), ["(", ")"], &[field, x.to_owned()], end)
        }
        operation => {
            let field = fields.name(operation).expect("it has a field");
            let chain = format!("self.{field}.forward({x})");
            match chain.len() <= SHORT || binding.is_none() {
                true => line(&plain, chain),
                false => line(&plain, format!("self\n            .{field}\n            .forward({x})")),
            }
        }
    }
}

/// A sum, a few terms to a line.
fn sum(terms: &[String], binding: Option<&str>) -> String {
    let mut lines = String::new();
    let name = binding.unwrap_or("sum");
    let (mut first, mut rest) = (terms[..TERMS.min(terms.len())].join(" + "), &terms[TERMS.min(terms.len())..]);
    while !rest.is_empty() {
        lines += &format!("        let {name} = {first};\n");
        let (next, after) = rest.split_at(rest.len().min(TERMS - 1));
        first = format!("{name} + {}", next.join(" + "));
        rest = after;
    }
    match binding {
        Some(name) => lines + &format!("        let {name} = {first};\n"),
        None => lines + &format!("        {first}\n"),
    }
}
