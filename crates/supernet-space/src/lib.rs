#![doc = include_str!("../README.md")]

mod architecture;
mod canonical;
mod cell_space;
mod choice;
mod cost;
mod darts;
mod draws;
mod error;
mod inverted_residual;
mod mobile_chain;
mod nas_bench_201;
mod nas_bench_201_cells;
mod nas_bench_macro;
mod path_dropout;
mod path_mask;
mod rest;
mod space;
#[cfg(test)]
mod testing;
mod variation;

pub use architecture::Architecture;
pub use cell_space::{BlockPaths, CELL_INPUTS, CellSpace, OPERATIONS};
pub use choice::Choice;
pub use cost::{ConvOrder, Cost, NetworkShape, StemKind};
pub use darts::{Darts, DartsEdge, DartsShape};
pub use draws::{draws, fnv1a, name_number};
pub use error::SpaceError;
pub use inverted_residual::InvertedResidual;
pub use mobile_chain::{MobileChain, MobileShape, MobileStage};
pub use nas_bench_201::{NasBench201, NasBench201Shape};
pub use nas_bench_macro::{NasBenchMacro, NasBenchMacroShape};
pub use num_bigint::BigUint;
pub use path_dropout::{PathDropout, Schedule};
pub use path_mask::PathMask;
pub use space::SearchSpace;
