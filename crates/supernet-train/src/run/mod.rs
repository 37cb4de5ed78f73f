//! A run is a directory: the same command on the same directory goes on where it was stopped, however it was stopped.

mod checkpoint;
mod directory;
mod event_log;
mod files;
mod keeper;
mod pareto;
mod results;
mod score_log;
mod stages;

pub use directory::{Provenance, RunDirectory};
pub use event_log::{Event, EventLine, EventLog, read_events};
pub use files::write_whole;
pub use keeper::{Keeper, Saving};

pub(crate) use files::{agree, append_line, load_weights, lock, save_weights, weights, whole_lines};
pub(crate) use results::Results;
pub(crate) use stages::Stages;
