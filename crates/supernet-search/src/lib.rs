#![doc = include_str!("../README.md")]

mod evaluator;
mod random;
mod search;
mod strategy;

pub use evaluator::{Evaluator, Score, Scored};
pub use random::RandomSearch;
pub use search::{Outcome, SearchLimits, search};
pub use strategy::Strategy;
