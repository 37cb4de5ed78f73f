//! Times and numbers of a farm.

use std::time::Duration;

/// Times and numbers of a farm. Results depend on none of them.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct FarmOptions {
    /// How long a job belongs to a worker that says nothing.
    pub lease: Duration,
    /// How often a worker says that it is at work.
    pub beat: Duration,
    /// How often the state of a long training is stored in the database.
    pub checkpoint: Duration,
    /// How long a lost connection is tried again.
    pub patience: Duration,
    /// How often a job may fail before it is given up.
    pub tries: u32,
    /// How many workers in a row that hold a job may be gone without a word, and without it having
    /// got any further, before it is given up.
    pub losses: u32,
    /// For how many threads the main process has work cut, at least.
    pub threads: usize,
}

impl Default for FarmOptions {
    /// Leases of a minute, three beats in one, states every ten minutes, ten minutes of patience,
    /// three tries, ten
    /// lost workers, 64 threads.
    fn default() -> Self {
        Self::with_lease(Duration::from_secs(60))
    }
}

impl FarmOptions {
    /// The same with leases of another length, and beats and stored states in proportion.
    pub fn with_lease(lease: Duration) -> Self {
        Self {
            lease,
            beat: lease / 3,
            checkpoint: 10 * lease,
            patience: Duration::from_secs(600),
            tries: 3,
            losses: 10,
            threads: 64,
        }
    }
}
