//! Independent work on several threads.

mod among;
mod on_device;
mod share;

pub use among::{Named, Pack, Unpack, share_among};
pub use on_device::workers_on;
pub use share::share;
pub(crate) use share::workers;
