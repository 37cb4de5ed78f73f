//! Trials: trainings that go on from one another's weights.

mod evolution;
mod explore;
mod population;
mod search;
mod setting;
#[cfg(test)]
mod synthetic;
mod trial;

pub use evolution::InheritingEvolution;
pub use explore::Explore;
pub use population::PopulationBased;
pub use search::{TrialLimits, TrialOutcome, search_trials};
pub use setting::Setting;
pub use trial::{Trial, TrialEvaluator, TrialStrategy};
