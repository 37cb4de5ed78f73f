//! What each system must reach, on tables of trained networks and on spaces whose truth is known:
//! fast versions of few seeds and half the strictness, which run with all tests, and the full ones
//! of 50 seeds, each of which prints a line of the table in docs/strategies:
//!
//! ```text
//! SUPERNET_DATA=data cargo test --release -p supernet-search --lib --test gates -- --ignored --nocapture --test-threads 1 | grep '^|'
//! ```
//!
//! `SUPERNET_DATA` names the folder that holds `nas-bench/nasbench_macro_cifar10.csv` and
//! `nas-bench/nasbench201_sample.csv`; where there is none the tests that need it say so.
//! `SUPERNET_SEEDS` is another number of seeds for the full ones.

mod bench;
mod co_evolution;
mod hidden_graph;
mod per_second;
mod progressive;
mod ranking;
mod regret;
mod report;
mod tree;
