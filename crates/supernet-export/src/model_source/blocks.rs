//! Choice blocks as structs: one field for each 1x1, normalisation and operation that the
//! architecture has.

use super::layout::method;
use crate::plan::BlockPlan;
use std::fmt::Write;
use supernet_space::{CELL_INPUTS, CellOperation, ConvOrder};

/// Name of a candidate input in a cell: `a`, `b`, `block1`, …
pub(super) fn input(index: usize) -> String {
    match index.checked_sub(CELL_INPUTS) {
        None => ["a", "b"][index].into(),
        Some(block) => format!("block{}", block + 1),
    }
}

/// Name of the 1x1 of a candidate input.
pub(super) fn from_field(index: usize) -> String {
    format!("from_{}", input(index))
}

/// The struct of a block, called `name`.
pub(super) fn block(name: &str, block: &BlockPlan, order: ConvOrder) -> String {
    let fields = fields(block);
    let declared: String = fields.iter().map(|(field, of, _)| format!("    {field}: {of},\n")).collect();
    let made: String = fields.iter().map(|(field, _, made)| format!("            {field}: {made},\n")).collect();
    format!(
        "/// {}\n#[derive(Module, Debug)]\nstruct {name} {{\n{declared}}}\n\n\
         impl {name} {{\n    fn new(channels: usize, device: &Device) -> Self {{\n        Self {{\n{made}        }}\n    }}\n\n\
         {}}}\n",
        what(block),
        forward(block, order)
    )
}

fn what(block: &BlockPlan) -> String {
    let inputs: Vec<String> = block.inputs.iter().map(|&j| input(j)).collect();
    let operations: Vec<&str> = block.operations.iter().map(|operation| operation.name()).collect();
    format!("Choice block {}: 1x1 of {}; then {}.", block.index + 1, inputs.join(", "), operations.join(" + "))
}

/// Name, type and initial value of each field.
fn fields(block: &BlockPlan) -> Vec<(String, &'static str, String)> {
    let mut fields = Vec::new();
    let norm = |name: &str| (name.to_owned(), "BatchNorm", "norm(channels, device)".to_owned());
    for &j in &block.inputs {
        fields.push((from_field(j), "Conv2d", "pointwise(channels, channels, device)".into()));
    }
    if block.projected {
        fields.push(norm("projected"));
    }
    for operation in &block.operations {
        let (of, made) = match operation {
            CellOperation::Identity => continue,
            CellOperation::Separable(side) => ("Separable", format!("Separable::new({side}, channels, device)")),
            CellOperation::Factored => ("Factored", "Factored::new(channels, device)".into()),
            CellOperation::MaxPool => ("MaxPool2d", "max3()".into()),
            CellOperation::AveragePool => ("AvgPool2d", "avg3()".into()),
        };
        fields.push((operation.name().into(), of, made));
    }
    if block.normed_sum {
        fields.push(norm("output"));
    }
    fields
}

fn forward(block: &BlockPlan, order: ConvOrder) -> String {
    let arguments: Vec<String> = block.inputs.iter().map(|&j| format!("{}: &Tensor<4>", input(j))).collect();
    let mut text = method("forward", &[vec!["&self".into()], arguments].concat(), "Tensor<4>");
    for (place, &j) in block.inputs.iter().enumerate() {
        let sum = if place == 0 { "" } else { "x + " };
        writeln!(text, "        let x = {sum}self.{}.forward({}.clone());", from_field(j), input(j)).expect("a string");
    }
    let convolves = block.operations.iter().any(|operation| operation.convolves());
    let others = block.operations.iter().filter(|operation| !operation.convolves()).count();
    let x = if others > 0 { "x.clone()" } else { "x" };
    let (prepared, read_by_convolutions) = match order {
        ConvOrder::NormReluConv if convolves => {
            (format!("        let active = relu(self.projected.forward({x}));\n"), "active")
        }
        ConvOrder::NormReluConv => (String::new(), "x"),
        ConvOrder::ReluConvNorm => {
            let active = if convolves { format!("        let active = relu({x});\n") } else { String::new() };
            (format!("        let x = self.projected.forward(x);\n{active}"), "active")
        }
        ConvOrder::ConvNormRelu => ("        let x = relu(self.projected.forward(x));\n".into(), "x"),
    };
    text.push_str(&prepared);
    text.push_str(&sum(&terms(block, read_by_convolutions), order));
    text.push_str("    }\n");
    text
}

/// The operations' results, as expressions; the last reader of a tensor takes it.
fn terms(block: &BlockPlan, read_by_convolutions: &'static str) -> Vec<String> {
    let reads: Vec<&str> =
        block.operations.iter().map(|o| if o.convolves() { read_by_convolutions } else { "x" }).collect();
    let term = |(place, operation): (usize, &CellOperation)| {
        let again = reads[place + 1..].contains(&reads[place]);
        let tensor = format!("{}{}", reads[place], if again { ".clone()" } else { "" });
        match operation {
            CellOperation::Identity => tensor,
            _ => format!("self.{}.forward({tensor})", operation.name()),
        }
    };
    block.operations.iter().enumerate().map(term).collect()
}

/// The sum of the terms, then what the block's readers read.
fn sum(terms: &[String], order: ConvOrder) -> String {
    let (last, first) = terms.split_last().expect("a live block has an operation");
    let mut text = String::new();
    for (place, term) in first.iter().enumerate() {
        let sum = if place == 0 { "" } else { "sum + " };
        writeln!(text, "        let sum = {sum}{term};").expect("a string");
    }
    let sum = if first.is_empty() { last.clone() } else { format!("sum + {last}") };
    text + &match order {
        ConvOrder::NormReluConv => format!("        let sum = {sum};\n        relu(self.output.forward(sum))\n"),
        ConvOrder::ReluConvNorm => format!("        relu({sum})\n"),
        ConvOrder::ConvNormRelu => format!("        {sum}\n"),
    }
}
