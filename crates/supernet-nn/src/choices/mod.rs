//! What may be chosen in a network: one or some of several modules, depth, width, the size of its
//! images, the wiring of a graph.

mod cell;
mod graph;
mod motifs;
mod nodes;
mod one_of;
mod options;
mod repeat;
mod resolution;
mod some_of;
mod width;
mod wiring;

pub use cell::Cell;
pub use graph::Graph;
pub use motifs::{Motif, Motifs};
pub use one_of::OneOf;
pub use repeat::Repeat;
pub use resolution::Resolution;
pub use some_of::{Sliced, SomeOf};
pub use width::Width;
pub use wiring::Isolated;

pub(crate) use options::{Options, checked};
pub(crate) use width::each_key;
pub(crate) use wiring::Wiring;
