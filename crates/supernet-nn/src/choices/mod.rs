//! What may be chosen in a network: one or some of several modules, depth, width.

mod one_of;
mod options;
mod repeat;
mod some_of;
mod width;

pub use one_of::OneOf;
pub use repeat::Repeat;
pub use some_of::{Sliced, SomeOf};
pub use width::Width;

pub(crate) use options::{Options, checked};
