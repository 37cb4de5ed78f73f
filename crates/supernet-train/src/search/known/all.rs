//! The table of known spaces.

use super::{
    darts::DARTS, enas_macro::ENAS_MACRO, enas_micro::ENAS_MICRO, enas_rnn::ENAS_RNN, genetic_stages::GENETIC_STAGES,
    hierarchical_motifs::HIERARCHICAL_MOTIFS, known_space::KnownSpace, memory_banks::MEMORY_BANKS, mobile::MOBILE,
    mobile_net_v1::MOBILE_NET_V1, mobile_net_widths::MOBILE_NET_WIDTHS, nas_bench_201::NAS_BENCH_201,
    nas_bench_macro::NAS_BENCH_MACRO, nas_net::NAS_NET, pnas_net::PNAS_NET,
};

/// The known spaces beside the paper's. A further one is a file beside these, a line here, and a
/// variant of [`KnownNet`](supernet_nn::KnownNet).
pub static KNOWN_SPACES: [&KnownSpace; 14] = [
    &NAS_BENCH_201,
    &NAS_BENCH_MACRO,
    &DARTS,
    &MOBILE,
    &MOBILE_NET_V1,
    &MOBILE_NET_WIDTHS,
    &NAS_NET,
    &PNAS_NET,
    &GENETIC_STAGES,
    &HIERARCHICAL_MOTIFS,
    &ENAS_MACRO,
    &ENAS_MICRO,
    &ENAS_RNN,
    &MEMORY_BANKS,
];
