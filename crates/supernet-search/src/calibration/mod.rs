//! Scores calibrated by a few networks trained from scratch.

mod calibrated;
mod out_of_fold;

pub use calibrated::{Calibrated, OutOfFold, calibrated};
pub use out_of_fold::out_of_fold;
