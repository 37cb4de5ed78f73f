//! What the examples share.

mod command;
mod folder;
mod study;

pub use command::command;
pub use folder::{first_of_each_class, fitted_quick, in_fifths};
pub use study::{Sample, Study, report};
