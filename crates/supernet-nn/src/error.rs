//! What can be wrong with a network's configuration, its weights or what it is given.

use supernet_space::SpaceError;
use thiserror::Error;

/// Every error of this crate names the place, the value found and the value expected.
#[derive(Debug, Clone, PartialEq, Error)]
pub enum NnError {
    /// A number, mask or architecture that the space refuses.
    #[error(transparent)]
    Space(#[from] SpaceError),
    /// Ghost batches do not divide the batch.
    #[error("batch: found {images} images for {ghosts} ghost batches, expected a multiple")]
    GhostBatches {
        /// Images in the batch.
        images: usize,
        /// Masks given, one for each ghost batch.
        ghosts: usize,
    },
    /// Images of another size than the network was built for.
    #[error("images: found {found:?} (channels, height, width), expected {expected:?}")]
    Images {
        /// Size given.
        found: [usize; 3],
        /// Size that the network reads.
        expected: [usize; 3],
    },
    /// No mask at all.
    #[error("paths: found no mask, expected one for each ghost batch")]
    NoMasks,
    /// A named weight is missing or has another shape.
    #[error("weight `{name}`: found {found}, expected shape {expected:?}")]
    Weight {
        /// The parameter's path.
        name: String,
        /// What there is.
        found: String,
        /// Shape that the network needs.
        expected: Vec<usize>,
    },
}
