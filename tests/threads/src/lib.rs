//! The library's own files in which threads meet and memory changes hands, without Burn's backend:
//! ThreadSanitizer is built into them in a minute (`.ci/sound threads`).
#![cfg(test)]

mod flex;
mod stand_ins;

pub use stand_ins::{Jobs, Observation, Progress, Silent, TrainError};

#[path = "../../../crates/supernet-train/src/training/ahead.rs"]
mod ahead;

#[path = "../../../crates/supernet-train/src/caught.rs"]
mod caught;

#[allow(dead_code, reason = "what a crew of several processes uses of it is not part of these tests")]
#[path = "../../../crates/supernet-train/src/workers/share.rs"]
mod share;
