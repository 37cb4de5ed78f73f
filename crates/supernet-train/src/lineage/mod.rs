//! Trains trials, each from the weights of the one before it.

mod evaluator;
mod going_on;
mod inheritance;
mod settings;
mod trial_log;
mod trial_search;

pub use evaluator::Lineage;
pub use going_on::GoingOn;
pub use inheritance::Inheritance;
pub use settings::{
    EditTrialSettings, EvolutionSettings, HillClimbSettings, PopulationSettings, TrialKind, TrialSettings,
};
pub use trial_search::{TrialResult, trial_search};
