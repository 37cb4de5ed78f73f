//! Trials: trainings that go on from one another's weights.

mod allowed;
mod edits;
mod evolution;
mod explore;
mod hill_climb;
mod member;
mod morphisms;
mod population;
mod search;
mod setting;
#[cfg(test)]
mod synthetic;
mod trial;

pub use edits::EditTrials;
pub use evolution::InheritingEvolution;
pub use explore::Explore;
pub use hill_climb::MorphismHillClimb;
pub use population::PopulationBased;
pub use search::{TrialLimits, TrialOutcome, search_trials};
pub use setting::Setting;
pub use trial::{Trial, TrialEvaluator, TrialStrategy};
