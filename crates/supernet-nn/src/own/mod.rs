//! A search space of one's own: ordinary Burn modules with [`OneOf`] and [`SomeOf`] fields.
//!
//! A network is a [`Layer`] from [`Rows`] to [`Rows<2>`](Rows), the logits. [`Definition::new`] builds it once, walks it for the
//! [`SearchSpace`](supernet_space::SearchSpace) and checks its shapes; the same definition gives the supernet, stand-alone networks, their
//! cost, what a mask uses, and the extraction of weights.

mod build;
mod check;
mod choice_walk;
mod conv;
mod cost;
mod definition;
mod ghost_norm;
mod layers;
mod one_of;
mod options;
mod own_network;
mod pass;
mod placed_weights;
mod repeat;
mod rows;
mod rows_sum;
mod some_of;
mod uses;
mod wide_conv;
mod width;

pub use build::Build;
pub use conv::{Conv, ConvNorm};
pub use definition::Definition;
pub use ghost_norm::GhostNorm;
pub use layers::{Identity, Layer, Zeros};
pub use one_of::OneOf;
pub use own_network::{OwnNetwork, OwnPaths};
pub use repeat::Repeat;
pub use rows::Rows;
pub use some_of::{Sliced, SomeOf};
pub use wide_conv::WideConv;
pub use width::Width;

pub(crate) use options::Options;
pub(crate) use pass::Taken;
pub(crate) use rows_sum::{concatenated, sum};
