//! A run is a directory: the same command on the same directory goes on where it was stopped,
//! however it was stopped.

mod directory;
mod finished;
mod member;
mod other_search;
mod pareto;
mod provenance;
mod results;
mod same_training;
mod save_best;

pub use directory::{Reopening, RunDirectory};
pub use finished::{FinishedRun, RunState, list_runs};
pub use member::{MemberDirectory, run_files};
pub use other_search::OtherSearch;
pub use pareto::sorted_front;
pub use provenance::{BURN, Provenance};
pub(crate) use save_best::save_best;
