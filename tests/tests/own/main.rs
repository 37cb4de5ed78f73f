//! Spaces of one's own, a part of them a module: one program, since what it takes is to build it.

mod cells;
mod chain;
mod graph;
mod multipliers;
mod nesting;
mod widths;
