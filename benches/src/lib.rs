//! What the benches and the programs beside them share.

mod device;
mod masks;
mod memory;
mod scoring;
mod shape;
mod timing;
mod training_step;

pub use device::{device, device_name};
pub use masks::{MaskFile, Masks};
pub use memory::{peak_kib, resident_kib};
pub use scoring::ScoringRun;
pub use shape::{SHAPES, Shape};
pub use timing::{Times, timed};
pub use training_step::TrainingStep;
