//! Training architectures from scratch, and testing them.

mod children;
mod evaluator;
mod first_steps;
mod onwards;
mod recipe;
mod scores_among;
mod settings;
mod test;
mod trainer;

pub use children::{Child, ChildEvaluator, MakeChild};
pub use evaluator::StandAloneEvaluator;
pub use first_steps::FirstSteps;
pub(crate) use recipe::train_all;
pub(crate) use scores_among::scores_among;
pub use settings::StandAloneTraining;
pub use test::{test, test_uncalibrated};
pub use trainer::StandAlone;
