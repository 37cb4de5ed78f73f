//! What the benches and the programs beside them share.

mod case;
mod device;
mod images;
mod masks;
mod memory;
mod own_step;
mod scoring;
mod shape;
mod timing;
mod training_step;
mod update;

pub use case::Case;
pub use device::{device, device_name};
pub use images::formula_images;
pub use masks::{MaskFile, Masks};
pub use memory::{peak_kib, resident_kib};
pub use own_step::OwnStep;
pub use scoring::ScoringRun;
pub use shape::{SHAPES, Shape};
pub use timing::{Times, timed};
pub use training_step::TrainingStep;
