#![doc = include_str!("../README.md")]

pub mod described;
mod drawing;
mod error;
mod facts;
mod model_source;
mod onnx;
mod plan;
#[cfg(test)]
mod testing;
mod write_best;

pub use described::{DescribedNetwork, write_described};
pub use drawing::{cell_svg, drawing};
pub use error::ExportError;
pub use model_source::model_source;
pub use onnx::onnx;
pub use write_best::write_best;
