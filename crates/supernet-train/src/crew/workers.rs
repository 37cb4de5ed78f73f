//! The processes that train a supernet together.

use crate::TrainError;

/// The processes that train a supernet together, each of which calls the same functions in the same
/// order. Everything that they tell each other is made of one exchange.
pub trait Workers: Sync {
    /// Returns the number of this process, from 0.
    fn rank(&self) -> usize;

    /// Returns how many there are.
    fn size(&self) -> usize;

    /// Sends `parcels[i]` to process i and returns what each process has sent to this one, in their
    /// order; what a process sends itself comes back.
    ///
    /// # Errors
    /// A process that is gone, or that says nothing for too long.
    fn exchange(&self, parcels: Vec<Vec<u8>>) -> Result<Vec<Vec<u8>>, TrainError>;

    /// Tells the others that this process is at work although it does not exchange anything.
    /// Called about once a second while it is.
    fn alive(&self) {}
}
