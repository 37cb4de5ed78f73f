//! Training architectures from scratch, and testing them.

mod evaluator;
mod onwards;
mod recipe;
mod scores_among;
mod settings;
mod test;
mod trainer;

pub use evaluator::StandAloneEvaluator;
pub(crate) use recipe::train_all;
pub(crate) use scores_among::scores_among;
pub use settings::StandAloneTraining;
pub use test::{test, test_uncalibrated};
pub use trainer::StandAlone;
