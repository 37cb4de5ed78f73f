//! What the examples share.

mod cifar;
mod command;
mod folder;
mod processor_time;
mod study;

pub use cifar::{cifar10_split, open_table};
pub use command::command;
pub use folder::{first_of_each_class, fitted_quick, in_fifths};
pub use processor_time::processor_time;
pub use study::{Sample, Study, report};
