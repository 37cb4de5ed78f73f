//! Trains trials, each from the weights of the one before it.

mod evaluator;
mod going_on;
mod inheritance;
mod trial_log;

pub use evaluator::Lineage;
pub use going_on::GoingOn;
pub use inheritance::Inheritance;
