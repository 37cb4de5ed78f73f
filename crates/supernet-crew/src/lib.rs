#![doc = include_str!("../README.md")]

#[cfg(feature = "farm")]
pub mod farm;
#[cfg(feature = "mpi")]
pub mod mpi;
mod processor;

pub use processor::processor_class;
