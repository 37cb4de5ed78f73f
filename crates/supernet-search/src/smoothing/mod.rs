//! Scores smoothed over architectures that are alike: what is noise of shared weights goes, what
//! neighbours have in common stays.

mod chosen;
mod neighbours;
mod smoother;

pub use chosen::{Chosen, Trial, choose_smoother};
pub use smoother::Smoother;
