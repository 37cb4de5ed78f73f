//! What cannot be taken away.

use supernet_nn::NnError;
use supernet_space::SpaceError;
use supernet_train::{TrainError, best::BestError};
use thiserror::Error;

/// Each names the place, the value found and the value expected.
#[derive(Error)]
pub enum ExportError {
    /// A mask of another space, or a size out of range.
    #[error(transparent)]
    Space(#[from] SpaceError),
    /// The network lacks a weight, or has one of another shape: it was built for another mask, or
    /// it is a supernet, which stores no statistics.
    #[error(transparent)]
    Nn(#[from] NnError),
    /// A normalisation or class names of other images.
    #[error(transparent)]
    Description(#[from] BestError),
    /// Two layers of a network that describes itself share a parameter, each in its way.
    #[error("model.rs: parameter `{name}`: found two layers that read it, each in its way, expected one")]
    SharedParameter {
        /// The parameter's name.
        name: String,
    },
    /// A module describes other logits than it computes.
    #[error(
        "description of the space `{space}`: found logits that differ by {found:.1e} from those of `forward`, expected at most {expected:.0e}"
    )]
    Differs {
        /// Name of the space.
        space: String,
        /// The largest difference, over the largest logit or 1.
        found: f64,
        /// What rounding explains.
        expected: f64,
    },
    /// A file that cannot be read or written.
    #[error(transparent)]
    File(#[from] TrainError),
}

supernet_space::debug_as_displayed!(ExportError);
