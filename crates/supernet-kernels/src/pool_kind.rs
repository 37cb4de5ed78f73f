//! The two 3x3 pools.

/// Which pool.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Pool {
    /// The maximum; its gradient goes to the first maximum of the window, row by row.
    Max,
    /// The average, padding counted.
    Average,
}
