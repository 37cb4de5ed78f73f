//! Jobs shared through a PostgreSQL database, by workers that come and go.
//!
//! [`Farm`] is the crew of a run's main process, [`Workplace`] where workers look for runs,
//! [`farm_status`] what both are doing.

mod beats;
mod blobs;
mod error;
mod farm;
mod hash;
mod held;
mod link;
mod member;
mod options;
mod queue;
mod round;
mod runs;
mod schema;
mod states;
mod status;
mod tls;
mod workplace;

pub use error::FarmError;
pub use farm::Farm;
pub use options::FarmOptions;
pub use status::{Failure, FarmStatus, RunStatus, WorkerStatus, farm_status};
pub use workplace::{Joined, Offer, Workplace};
