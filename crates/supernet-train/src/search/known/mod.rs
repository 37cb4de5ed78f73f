//! The known spaces beside the paper's, each an entry of one table: its name, its numbers, its
//! choices, its networks.

mod all;
mod darts;
mod enas_macro;
mod enas_micro;
mod enas_rnn;
mod genetic_stages;
mod hierarchical_motifs;
mod known_settings;
mod known_space;
mod memory_banks;
mod mobile;
mod mobile_net_v1;
mod mobile_net_widths;
mod nas_bench_201;
mod nas_bench_macro;
mod nas_net;
mod number;
mod pnas_net;

pub use all::KNOWN_SPACES;
pub use known_settings::KnownSettings;
pub use known_space::KnownSpace;
pub use number::Number;
