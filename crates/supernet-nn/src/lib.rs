#![doc = include_str!("../README.md")]

mod apart;
mod build;
mod call;
mod check;
mod choice_walk;
mod choices;
mod cost;
mod definition;
pub mod describe;
mod error;
mod fingerprint;
mod flow;
mod function;
mod inherited;
pub mod known;
mod layers;
mod masked_l2;
mod masked_network;
mod morph;
mod names;
mod nesting;
mod network;
mod paths;
mod placed_weights;
mod replaced;
mod usage;
mod weights;
mod wide_scales;

pub use build::Build;
pub use call::{Call, Execution, Notes, Statistics};
pub use choices::{Cell, Graph, Isolated, Motif, Motifs, OneOf, Repeat, Resolution, Sliced, SomeOf, Width};
pub use definition::Definition;
pub use describe::{Describe, Wire};
pub use error::NnError;
pub use fingerprint::Fingerprint;
pub use flow::Rows;
pub use inherited::Inherited;
pub use known::{KnownNet, KnownNetwork, NetworkConfig, PaperNet, PaperNetwork};
pub use layers::{
    Conv, ConvNorm, EPSILON, Formula, GatedStep, Gating, Generated, GhostNorm, Hypernetwork, Identity, Layer, LstmStep,
    Norm, NormKind, Pool, Pool3x3, RecurrentStep, Resize, WideConv, WideDepthwise, WideLinear, Zeros, coverage,
};
pub use masked_l2::{MaskedL2, Weighting};
pub use masked_network::MaskedNetwork;
pub use morph::{Kept, Morph, Morphed, Widening};
pub use network::Network;
pub use paths::Paths;
pub use usage::Usage;
pub use weights::{Init, NamedWeights, Weights};
pub use wide_scales::{WideScales, wide_scales};

pub use supernet_kernels::{awake_on, nesterov, on_processor, together};
