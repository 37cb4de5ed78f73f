//! The networks of known spaces, each as a definition of one's own: supernet, stand-alone networks,
//! counts and extraction from one module.
//!
//! | space | network | catalogue |
//! |---|---|---|
//! | NAS-Bench-201 | [`NasBench201Net`] | [`NasBench201`](supernet_space::NasBench201) |
//! | NAS-Bench-Macro | [`NasBenchMacroNet`] | [`NasBenchMacro`](supernet_space::NasBenchMacro) |
//! | DARTS | [`DartsNet`] | [`Darts`](supernet_space::Darts) |
//! | chains of inverted residuals | [`MobileNet`] | [`MobileChain`](supernet_space::MobileChain) |
//! | MobileNets, by width, resolution and depth | [`MobileNetV1Net`] | [`MobileNetV1`](supernet_space::MobileNetV1) |
//! | MobileNet, each tensor of a width of its own | [`SeparableChain`] | [`MobileNetWidths`](supernet_space::MobileNetWidths) |
//! | NASNet | [`NasNetNet`] | [`NasNet`](supernet_space::NasNet) |
//! | PNAS | [`PnasNetNet`] | [`PnasNet`](supernet_space::PnasNet) |
//! | Genetic CNN | [`GeneticNet`] | [`GeneticStages`](supernet_space::GeneticStages) |
//! | hierarchical motifs | [`MotifNet`] | [`HierarchicalMotifs`](supernet_space::HierarchicalMotifs) |
//! | ENAS, whole networks | [`EnasMacroNet`] | [`EnasMacro`](supernet_space::EnasMacro) |
//! | ENAS, cells | [`EnasMicroNet`] | [`EnasMicro`](supernet_space::EnasMicro) |
//! | ENAS, recurrent cells | [`EnasRnnNet`], of images [`EnasRnnByRows`] | [`EnasRnn`](supernet_space::EnasRnn) |
//! | SMASH's memory of banks | [`MemoryBanksNet`] | [`MemoryBanks`](supernet_space::MemoryBanks) |
//!
//! `definition(shape, device)` of each has the choices of the catalogue under the same names, so
//! masks and published texts are the catalogue's. Parameters are those of the catalogue;
//! multiply-accumulates too, but for the classifier's bias, which the figures published with
//! NAS-Bench-201 count.

mod darts;
mod darts_node;
mod darts_operation;
mod enas_macro;
mod enas_micro;
mod enas_rnn;
mod enas_rnn_by_rows;
mod genetic_stages;
mod inverted_residual;
mod known_net;
mod memory_banks;
mod mobile_chain;
mod mobile_net_v1;
mod motif_net;
mod nas_bench_201;
mod nas_bench_macro;
mod nas_net;
mod nas_net_block;
mod nas_net_chain;
mod nas_net_operation;
mod nas_net_pieces;
mod paper;
mod pnas_net;

pub use darts::{DartsCell, DartsInput, DartsNet};
pub use darts_node::DartsNode;
pub use darts_operation::{DartsOperation, FactorisedReduce, SeparableConv};
pub use enas_macro::{EnasMacroLayer, EnasMacroNet, EnasOperation, EnasSecond};
pub use enas_micro::EnasMicroNet;
pub use enas_rnn::{EnasGate, EnasHighway, EnasRnnNet};
pub use enas_rnn_by_rows::EnasRnnByRows;
pub use genetic_stages::{GeneticNet, GeneticStage};
pub use inverted_residual::{ChainLayer, InvertedResidualBlock};
pub use known_net::{KnownNet, KnownNetwork};
pub use memory_banks::{BankEntry, BankOperation, MemoryBanksNet};
pub use mobile_chain::MobileNet;
pub use mobile_net_v1::{MobileNetV1Net, SeparableBlock, SeparableChain};
pub use motif_net::{MotifNet, MotifOperation};
pub use nas_bench_201::{Cell201, CellOperation, NasBench201Net, ReducingBlock};
pub use nas_bench_macro::NasBenchMacroNet;
pub use nas_net::NasNetNet;
pub use nas_net_block::{NasNetBlock, NasNetOperand};
pub use nas_net_chain::{NasNetCell, NasNetChain};
pub use nas_net_operation::{NasNetConv, NasNetKind, NasNetOperation};
pub use nas_net_pieces::{NasNetClassifier, NasNetInput, NasNetPointwise, NasNetReduce};
pub use paper::{
    Cell, ChoiceBlock, Classifier, Factored, NetworkConfig, Operation, PaperNet, PaperNetwork, Projection, Separable,
    Site, Stem,
};
pub use pnas_net::PnasNetNet;
