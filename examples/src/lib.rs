//! What the examples share.

mod study;

pub use study::{Study, report};
