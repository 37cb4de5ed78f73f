//! A graph under construction: operators by the names of what they put out.

use super::messages::{Attribute, AttributeKind, FLOAT, INT64, Initializer, Node};

#[derive(Default)]
pub(crate) struct GraphBuilder {
    pub(crate) nodes: Vec<Node>,
    pub(crate) weights: Vec<Initializer>,
}

impl GraphBuilder {
    /// Adds an operator that puts out `name`.
    pub(crate) fn node(&mut self, operator: &str, name: &str, inputs: &[&str], attributes: Vec<Attribute>) -> String {
        self.nodes.push(Node {
            input: inputs.iter().map(|&input| input.to_owned()).collect(),
            output: vec![name.to_owned()],
            name: name.to_owned(),
            op_type: operator.to_owned(),
            attribute: attributes,
        });
        name.to_owned()
    }

    /// Adds the sum of some tensors; a single one is its own sum.
    pub(crate) fn sum(&mut self, name: &str, terms: &[String]) -> String {
        self.joined("Sum", name, terms, Vec::new())
    }

    /// Adds the concatenation of some tensors along the channels; a single one is itself.
    pub(crate) fn concat(&mut self, name: &str, parts: &[String]) -> String {
        self.joined("Concat", name, parts, vec![int("axis", 1)])
    }

    fn joined(&mut self, operator: &str, name: &str, parts: &[String], attributes: Vec<Attribute>) -> String {
        match parts {
            [single] => single.clone(),
            _ => self.node(operator, name, &parts.iter().map(String::as_str).collect::<Vec<_>>(), attributes),
        }
    }

    /// Adds a weight.
    pub(crate) fn weight(&mut self, name: &str, shape: &[usize], values: &[f32]) {
        debug_assert_eq!(shape.iter().product::<usize>(), values.len());
        self.weights.push(Initializer {
            dims: shape.iter().map(|&size| size as i64).collect(),
            data_type: FLOAT,
            name: name.to_owned(),
            raw_data: values.iter().flat_map(|value| value.to_le_bytes()).collect(),
        });
    }

    /// Adds a list of whole numbers.
    pub(crate) fn numbers(&mut self, name: &str, values: &[usize]) {
        self.weights.push(Initializer {
            dims: vec![values.len() as i64],
            data_type: INT64,
            name: name.to_owned(),
            raw_data: values.iter().flat_map(|&value| (value as i64).to_le_bytes()).collect(),
        });
    }
}

pub(crate) fn int(name: &str, value: usize) -> Attribute {
    Attribute { name: name.into(), i: Some(value as i64), kind: AttributeKind::Int.into(), ..Attribute::default() }
}

pub(crate) fn float(name: &str, value: f32) -> Attribute {
    Attribute { name: name.into(), f: Some(value), kind: AttributeKind::Float.into(), ..Attribute::default() }
}

pub(crate) fn ints(name: &str, values: &[usize]) -> Attribute {
    let ints = values.iter().map(|&value| value as i64).collect();
    Attribute { name: name.into(), ints, kind: AttributeKind::Ints.into(), ..Attribute::default() }
}
