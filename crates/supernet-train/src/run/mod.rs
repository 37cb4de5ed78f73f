//! A run is a directory: the same command on the same directory goes on where it was stopped, however it was stopped.

mod checkpoint;
mod directory;
mod event_log;
mod files;
mod finished;
mod keeper;
mod pareto;
mod provenance;
mod results;
mod sameness;
mod score_log;
mod searches;
mod stages;

pub use directory::{Reopening, RunDirectory};
pub use event_log::{Event, EventLine, EventLog, read_events};
pub use files::write_whole;
pub use finished::{FinishedRun, RunState, list_runs};
pub use keeper::{Keeper, Saving};
pub use provenance::Provenance;

pub(crate) use files::{Lock, append_line, load_weights, lock, save_weights, weights, whole_lines, without_mark};
pub(crate) use results::Results;
pub(crate) use sameness::agree;
pub(crate) use stages::Stages;
