//! Independent work on several threads.

mod on_device;
mod share;

pub use on_device::workers_on;
pub use share::share;
pub(crate) use share::{share_with, workers};
