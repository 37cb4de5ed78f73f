//! `model.onnx`: the network as operators of ONNX's opset 17.

mod graph;
pub(crate) mod messages;
mod network;
#[cfg(test)]
pub(crate) mod tests;

pub(crate) use self::{
    graph::{GraphBuilder, float, int, ints},
    messages::Attribute,
};

use self::messages::{
    Dimension, FLOAT, Graph, Model, OperatorSet, Property, TensorShape, TensorType, ValueInfo, ValueType,
};
use crate::{ExportError, facts::Facts, plan::Plan};
use burn::module::Module;
use prost::Message;
use supernet_train::best::NetworkDescription;

/// Returns the network with its weights as an ONNX model of opset 17, encoded: input `images`
/// [batch, channels, side, side], normalised; output `logits` [batch, classes]; any batch.
/// Architecture, seed, version, normalisation and class names are its metadata.
///
/// # Errors
/// As [`crate::model_source()`]; a network that was built for something else, a supernet among
/// them.
pub fn onnx(description: &NetworkDescription, network: &impl Module) -> Result<Vec<u8>, ExportError> {
    encode(description, &Plan::new(description)?, network)
}

/// ONNX's version of operators, and the version of its file format that has them.
const OPSET: i64 = 17;
const IR_VERSION: i64 = 8;

/// Names of what goes in and comes out.
pub(crate) const INPUT: &str = "images";
pub(crate) const OUTPUT: &str = "logits";

fn encode(export: &NetworkDescription, plan: &Plan, network: &impl Module) -> Result<Vec<u8>, ExportError> {
    let graph = network::graph(plan, network)?;
    let shape = plan.shape;
    Ok(model(graph, (INPUT, &[shape.channels, shape.side, shape.side]), &Facts::from(export)))
}

/// The encoded model of a graph, whose input has this name and rows of this shape.
pub(crate) fn model(graph: GraphBuilder, (input, shape): (&str, &[usize]), facts: &Facts) -> Vec<u8> {
    let reads = match facts.normalisation {
        Some(_) => " It reads normalised images: (value / 255 - mean) / std, channel by channel.",
        None => "",
    };
    let model = Model {
        ir_version: IR_VERSION,
        producer_name: "supernet".into(),
        producer_version: env!("CARGO_PKG_VERSION").into(),
        doc_string: format!("A network that one-shot architecture search found.{reads}"),
        graph: Some(Graph {
            node: graph.nodes,
            name: "network".into(),
            initializer: graph.weights,
            input: vec![value(input, shape)],
            output: vec![value(OUTPUT, &[facts.classes.len()])],
        }),
        opset_import: vec![OperatorSet { domain: String::new(), version: OPSET }],
        metadata_props: metadata(facts),
    };
    model.encode_to_vec()
}

/// Where the network comes from, what it reads and what its logits mean; lists as JSON.
fn metadata(facts: &Facts) -> Vec<Property> {
    let numbers = |values: &[f32]| serde_json::to_string(values).expect("plain data");
    let of_pixels = facts
        .normalisation
        .into_iter()
        .flat_map(|normalisation| [("mean", numbers(normalisation.mean())), ("std", numbers(normalisation.std()))]);
    [
        ("architecture", facts.architecture.to_string()),
        ("seed", facts.seed.to_string()),
        ("supernet", env!("CARGO_PKG_VERSION").into()),
    ]
    .into_iter()
    .chain(of_pixels)
    .chain([("classes", serde_json::to_string(facts.classes).expect("plain data"))])
    .map(|(key, value)| Property { key: key.into(), value })
    .collect()
}

/// A tensor [batch, `sizes`…] of any batch.
fn value(name: &str, sizes: &[usize]) -> ValueInfo {
    let batch = Dimension { value: None, name: Some("batch".into()) };
    let sizes = sizes.iter().map(|&size| Dimension { value: Some(size as i64), name: None });
    let shape = TensorShape { dim: [batch].into_iter().chain(sizes).collect() };
    let tensor = TensorType { element: FLOAT, shape: Some(shape) };
    ValueInfo { name: name.into(), of: Some(ValueType { tensor: Some(tensor) }) }
}
