//! Why a network cannot be written to `best/`.

use supernet_space::SpaceError;
use thiserror::Error;

/// Each names the place, the value found and the value expected.
#[derive(Clone, PartialEq, Error)]
pub enum BestError {
    /// A mask of another space, or a size out of range.
    #[error(transparent)]
    Space(#[from] SpaceError),
    /// Means and standard deviations of images with another number of channels.
    #[error("normalisation: found {found} channels, expected {expected} as the network reads")]
    Channels {
        /// Channels that the normalisation has.
        found: usize,
        /// Channels of the network's images.
        expected: usize,
    },
    /// Names of another number of classes.
    #[error("class names: found {found}, expected {expected}, one for each logit")]
    Classes {
        /// Names given.
        found: usize,
        /// Logits of the network.
        expected: usize,
    },
    /// This network cannot be written down as code.
    #[error(
        "{file}: found a network of the space `{space}`, expected one of a known space, or one that describes itself, of which \
         `supernet_export::write_described` writes it; architecture.json and weights.safetensors hold it"
    )]
    OtherSpace {
        /// The file asked for.
        file: &'static str,
        /// Name of the space.
        space: String,
    },
    /// The weights could not be put into a file.
    #[error("weights.safetensors: {reason}")]
    Safetensors {
        /// What the writer says.
        reason: String,
    },
}

supernet_space::debug_as_displayed!(BestError);
