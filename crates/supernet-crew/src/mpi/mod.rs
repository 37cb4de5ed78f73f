//! A supernet trained by the processes of an MPI job, step by step together.
//!
//! MPI is called by one thread alone, the one that has started it. A message that does not come
//! within a deadline ends all processes of the job ([`MpiWorkers::end_all`]): a network that is cut
//! would otherwise hang MPI for ever.

mod beats;
mod job;
mod parcels;
mod workers;

pub use job::MpiJob;
pub use workers::MpiWorkers;
