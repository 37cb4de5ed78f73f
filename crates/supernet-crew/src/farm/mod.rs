//! Jobs shared through a PostgreSQL database, by workers that come and go.
//!
//! [`Farm`] is the crew of a run's main process, [`Workplace`] where workers look for runs,
//! [`farm_status`] what both are doing.

mod beats;
mod blobs;
mod crew;
mod error;
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

pub use crew::Farm;
pub use error::FarmError;
pub use options::FarmOptions;
pub use status::{Failure, FarmStatus, RunStatus, WorkerStatus, farm_status};
pub use workplace::{Joined, Offer, Workplace};
