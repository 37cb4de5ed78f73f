#![doc = include_str!("../README.md")]

mod call;
mod cell;
mod choice_block;
mod dense;
mod error;
mod forward;
pub mod known;
mod masked_l2;
mod network;
mod operation;
pub mod own;
mod paths;
pub mod prefix_tree;
mod scoring;
mod site;
mod sliced_pointwise;
mod usage;
mod variants;
mod weights;

pub use call::{Call, Execution, Notes, Statistics};
pub use cell::Cell;
pub use choice_block::ChoiceBlock;
pub use error::NnError;
pub use masked_l2::{MaskedL2, Weighting};
pub use network::{Classifier, MaskedNetwork, Network, NetworkConfig, Stem};
pub use operation::{Factored, Operation, Separable};
pub use paths::Paths;
pub use scoring::SharedImages;
pub use site::{EPSILON, Norm, NormKind, Site};
pub use sliced_pointwise::SlicedPointwise;
pub use usage::Usage;
pub use weights::{Init, NamedWeights, Weights};

pub use supernet_kernels::{awake_on, on_processor};
