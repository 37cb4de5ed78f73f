//! What the examples share.

mod command;
mod study;

pub use command::command;
pub use study::{Study, report};
