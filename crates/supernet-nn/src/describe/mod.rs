//! Stand-alone networks as graphs: what code, ONNX and drawings are written from.

mod burn_modules;
mod choices;
mod compute;
mod draft;
mod graph;
mod layers;
mod network;
mod wire;

pub use graph::{Graph, Node, Operation, Window};
pub use wire::{Describe, Wire};
