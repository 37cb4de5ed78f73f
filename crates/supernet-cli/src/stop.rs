//! Whether the user has asked to stop.

use std::sync::atomic::{AtomicBool, Ordering};

/// A request to stop after the step under way, from Ctrl-C or a key of the dashboard.
#[derive(Debug, Default)]
pub struct StopFlag(AtomicBool);

impl StopFlag {
    /// Creates a flag that is not set.
    pub const fn new() -> Self {
        Self(AtomicBool::new(false))
    }

    /// Sets the flag; returns whether it was set before.
    pub fn ask(&self) -> bool {
        self.0.swap(true, Ordering::SeqCst)
    }

    /// Returns whether somebody has asked to stop.
    pub fn is_set(&self) -> bool {
        self.0.load(Ordering::SeqCst)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_second_request_knows_of_the_first() {
        let flag = StopFlag::new();
        assert!(!flag.is_set());
        assert!(!flag.ask());
        assert!(flag.ask() && flag.is_set());
    }
}
