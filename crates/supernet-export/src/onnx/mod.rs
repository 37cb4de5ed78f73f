//! `model.onnx`: the network as operators of ONNX's opset 17.

mod graph;
mod messages;
mod network;
#[cfg(test)]
mod tests;

use self::messages::{
    Dimension, FLOAT, Graph, Model, OperatorSet, Property, TensorShape, TensorType, ValueInfo, ValueType,
};
use crate::{ExportError, plan::Plan};
use burn::module::Module;
use prost::Message;
use supernet_train::best::NetworkDescription;

/// Returns the network with its weights as an ONNX model of opset 17, encoded: input `images` [batch, channels, side, side], normalised;
/// output `logits` [batch, classes]; any batch. Architecture, seed, version, normalisation and class names are its metadata.
///
/// # Errors
/// As [`crate::model_source()`]; a network that was built for something else, a supernet among them.
pub fn onnx(description: &NetworkDescription, network: &impl Module) -> Result<Vec<u8>, ExportError> {
    encode(description, &Plan::new(description)?, network)
}

/// ONNX's version of operators, and the version of its file format that has them.
const OPSET: i64 = 17;
const IR_VERSION: i64 = 8;

/// Names of what goes in and comes out.
const INPUT: &str = "images";
const OUTPUT: &str = "logits";

/// The encoded model.
fn encode(export: &NetworkDescription, plan: &Plan, network: &impl Module) -> Result<Vec<u8>, ExportError> {
    let shape = plan.shape;
    let graph = network::graph(plan, network)?;
    let model = Model {
        ir_version: IR_VERSION,
        producer_name: "supernet".into(),
        producer_version: env!("CARGO_PKG_VERSION").into(),
        doc_string: "A network that one-shot architecture search found. It reads normalised images: (value / 255 - mean) / std, \
                     channel by channel."
            .into(),
        graph: Some(Graph {
            node: graph.nodes,
            name: "network".into(),
            initializer: graph.weights,
            input: vec![value(INPUT, &[shape.channels, shape.side, shape.side])],
            output: vec![value(OUTPUT, &[shape.classes])],
        }),
        opset_import: vec![OperatorSet { domain: String::new(), version: OPSET }],
        metadata_props: metadata(export),
    };
    Ok(model.encode_to_vec())
}

/// Where the network comes from, what it reads and what its logits mean; lists as JSON.
fn metadata(export: &NetworkDescription) -> Vec<Property> {
    let numbers = |values: &[f32]| serde_json::to_string(values).expect("plain data");
    let normalisation = export.normalisation;
    [
        ("architecture", export.mask.to_string()),
        ("seed", export.seed.to_string()),
        ("supernet", env!("CARGO_PKG_VERSION").into()),
        ("mean", numbers(normalisation.mean())),
        ("std", numbers(normalisation.std())),
        ("classes", serde_json::to_string(export.classes).expect("plain data")),
    ]
    .into_iter()
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
