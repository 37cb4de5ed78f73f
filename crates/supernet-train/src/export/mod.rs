//! The winner, taken away: its network as a plain Burn module without this library, as an ONNX file and as a drawing, with a card that
//! says where it comes from.
//!
//! [`Export`] describes a network; [`Export::model_source`], [`Export::onnx`] and [`Export::drawing`] write it down. [`Card`] says how
//! good it is and how it was found. [`Best`] is everything that lies in a run's `best/`, file by file.

mod best;
mod card;
mod description;
mod error;
mod model_source;
mod onnx;
mod plan;
#[cfg(test)]
mod testing;

pub use best::{Best, BestFile, OwnBest, load_best};
pub use card::{BestRecord, Card};
pub use description::Export;
pub use error::ExportError;

/// The version of Burn that `model.rs` is written for.
const BURN: &str = "0.22";
