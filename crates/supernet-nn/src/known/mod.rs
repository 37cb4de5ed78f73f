//! The networks of known spaces, each as a definition of one's own: supernet, stand-alone networks,
//! counts and extraction from one module.
//!
//! | space | network | catalogue |
//! |---|---|---|
//! | NAS-Bench-201 | [`NasBench201Net`] | [`NasBench201`](supernet_space::NasBench201) |
//! | NAS-Bench-Macro | [`NasBenchMacroNet`] | [`NasBenchMacro`](supernet_space::NasBenchMacro) |
//! | DARTS | [`DartsNet`] | [`Darts`](supernet_space::Darts) |
//! | chains of inverted residuals | [`MobileNet`] | [`MobileChain`](supernet_space::MobileChain) |
//!
//! `definition(shape, device)` of each has the choices of the catalogue under the same names, so
//! masks and published texts are the catalogue's. Parameters are those of the catalogue;
//! multiply-accumulates too, but for the classifier's bias, which the figures published with
//! NAS-Bench-201 count.

mod darts;
mod darts_node;
mod darts_operation;
mod inverted_residual;
mod known_net;
mod mobile_chain;
mod nas_bench_201;
mod nas_bench_macro;
mod paper;

pub use darts::{DartsCell, DartsInput, DartsNet};
pub use darts_node::DartsNode;
pub use darts_operation::{DartsOperation, FactorisedReduce, SeparableConv};
pub use inverted_residual::{ChainLayer, InvertedResidualBlock};
pub use known_net::{KnownNet, KnownNetwork};
pub use mobile_chain::MobileNet;
pub use nas_bench_201::{Cell201, CellOperation, NasBench201Net, ReducingBlock};
pub use nas_bench_macro::NasBenchMacroNet;
pub use paper::{
    Cell, ChoiceBlock, Classifier, Factored, NetworkConfig, Operation, PaperNet, PaperNetwork, Projection, Separable,
    Site, Stem,
};
