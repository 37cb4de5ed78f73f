//! Benches of supernet.
