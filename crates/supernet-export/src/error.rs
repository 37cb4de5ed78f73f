//! What cannot be taken away.

use supernet_nn::NnError;
use supernet_space::SpaceError;
use supernet_train::{TrainError, best::BestError};
use thiserror::Error;

/// Each names the place, the value found and the value expected.
#[derive(Debug, Error)]
pub enum ExportError {
    /// A mask of another space, or a size out of range.
    #[error(transparent)]
    Space(#[from] SpaceError),
    /// The network lacks a weight, or has one of another shape: it was built for another mask, or it is a supernet, which stores no
    /// statistics.
    #[error(transparent)]
    Nn(#[from] NnError),
    /// A normalisation or class names of other images.
    #[error(transparent)]
    Description(#[from] BestError),
    /// A file that cannot be read or written.
    #[error(transparent)]
    File(#[from] TrainError),
}
