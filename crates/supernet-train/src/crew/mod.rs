//! Several processes at work on one run.
//!
//! Every member runs the same search: the same draws, the same candidates, the same files. A
//! [`Crew`] only says who does what of it: [`Workers`] train a supernet together, step by step; a
//! [`Round`] shares jobs that do not depend on each other.

mod alone;
mod dealt;
mod parcels;
mod round;
mod sums;
mod together;
mod workers;

pub use alone::Alone;
pub use dealt::Dealt;
pub use parcels::{pack, unpack};
pub use round::{Crew, CrewJob, Ended, Next, Round};
pub use sums::{all_equal, broadcast, gather};
pub(crate) use sums::{bytes_of, floats_of, garbled, most, ordered_sum, shares_of};
pub use together::{Thread, together};
pub use workers::Workers;
