//! The library's own files in which threads meet and memory changes hands, without Burn's backend:
//! ThreadSanitizer is built into them in a minute (`.ci/sound threads`).
#![cfg(test)]

mod flex;

#[path = "../../../crates/supernet-train/src/training/ahead.rs"]
mod ahead;
