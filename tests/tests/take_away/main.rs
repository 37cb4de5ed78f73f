//! What lies in `best/` computes elsewhere what the library computes: `model.rs` as a module that
//! knows Burn alone, `model.onnx` in onnxruntime.

mod book;
mod cases;
mod crate_of_its_own;
mod generated;
mod known;
mod known_module;
mod module;
mod onnxruntime;
