//! A run is a directory: the same command on the same directory goes on where it was stopped, however it was stopped.

mod directory;
mod pareto;
mod provenance;
mod results;

pub use directory::RunDirectory;
pub use pareto::sorted_front;
pub use provenance::{BURN, Provenance};
