//! Training architectures from scratch, and testing them.

mod evaluator;
mod recipe;
mod settings;
mod test;
mod trainer;

pub use evaluator::StandAloneEvaluator;
pub use settings::StandAloneTraining;
pub use test::{test, test_uncalibrated};
pub use trainer::StandAlone;
