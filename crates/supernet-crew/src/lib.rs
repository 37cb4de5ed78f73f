#![doc = include_str!("../README.md")]

#[cfg(feature = "farm")]
pub mod farm;
