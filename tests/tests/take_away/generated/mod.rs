//! `model.rs` of each case, as it is written (and as rustfmt lays it out by default). After a change of what is written:
//! `SUPERNET_WRITE_GENERATED=1 cargo test --test take_away is_what_is_written`.

#[rustfmt::skip]
pub mod cells_of_their_own;
#[rustfmt::skip]
pub mod conv_norm_relu;
#[rustfmt::skip]
pub mod darts;
#[rustfmt::skip]
pub mod dead_block;
#[rustfmt::skip]
pub mod dead_edges;
#[rustfmt::skip]
pub mod dead_network;
#[rustfmt::skip]
pub mod enas_macro;
#[rustfmt::skip]
pub mod enas_micro;
#[rustfmt::skip]
pub mod every_operation;
#[rustfmt::skip]
pub mod genetic_stages;
#[rustfmt::skip]
pub mod hierarchical_motifs;
#[rustfmt::skip]
pub mod imagenet_stem;
#[rustfmt::skip]
pub mod memory_banks;
#[rustfmt::skip]
pub mod mobile_chain;
#[rustfmt::skip]
pub mod mobile_net_v1;
#[rustfmt::skip]
pub mod mobile_net_widths;
#[rustfmt::skip]
pub mod nas_bench_201;
#[rustfmt::skip]
pub mod nas_bench_macro;
#[rustfmt::skip]
pub mod nas_net;
#[rustfmt::skip]
pub mod own_choices;
#[rustfmt::skip]
pub mod pnas_net;
#[rustfmt::skip]
pub mod relu_conv_norm;
#[rustfmt::skip]
pub mod replaced_in_a_chain;
#[rustfmt::skip]
pub mod replaced_in_banks;
#[rustfmt::skip]
pub mod replaced_in_cells;
#[rustfmt::skip]
pub mod replaced_in_the_papers;
