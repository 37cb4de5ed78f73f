//! Nothing is shown.

use super::{Display, Observation};

/// Nothing.
pub struct Silent;

impl Display for Silent {
    fn begin(&mut self, _stage: &str, _total: u64) {}
    fn is_due(&self, _done: u64) -> bool {
        false
    }
    fn observe(&mut self, _done: u64, _observation: &Observation) {}
    fn advance(&mut self, _done: u64) {}
    fn end(&mut self) {}
}
