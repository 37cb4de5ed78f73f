//! Memory of results that is used again, as `supernet-kernels` has it.

#[path = "../../../../crates/supernet-kernels/src/flex/block.rs"]
mod block;
#[path = "../../../../crates/supernet-kernels/src/flex/recycled.rs"]
mod recycled;
#[cfg(supernet_tsan)]
#[path = "../../../../crates/supernet-kernels/src/flex/seeded_faults.rs"]
mod seeded_faults;
