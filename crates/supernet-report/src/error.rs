//! Why a report cannot be written.

use supernet_train::TrainError;
use thiserror::Error;

/// Why a figure cannot be drawn.
#[derive(Clone, PartialEq, Eq, Error)]
pub enum FigureError {
    /// Nothing to show.
    #[error("figure, {place}: found no finite value, expected at least one")]
    Empty {
        /// What is empty.
        place: String,
    },
    /// The drawing library or a scratch file fails.
    #[error("figure: {reason}")]
    Drawing {
        /// What it says.
        reason: String,
    },
}

supernet_space::debug_as_displayed!(FigureError);

impl FigureError {
    pub(crate) fn drawing(error: impl std::fmt::Display) -> Self {
        Self::Drawing { reason: error.to_string() }
    }
}

/// What can end the writing of a report.
#[derive(Error)]
pub enum ReportError {
    /// A figure cannot be drawn.
    #[error(transparent)]
    Figure(#[from] FigureError),
    /// A file cannot be written.
    #[error(transparent)]
    File(#[from] TrainError),
}

supernet_space::debug_as_displayed!(ReportError);
