//! What can stop an experiment.

use supernet_report::FigureError;
use supernet_train::TrainError;
use thiserror::Error;

/// What can stop an experiment.
#[derive(Error)]
pub enum ExperimentError {
    /// A training, a scoring, a file.
    #[error(transparent)]
    Train(#[from] TrainError),
    /// A figure that cannot be drawn.
    #[error(transparent)]
    Figure(#[from] FigureError),
}

/// As it is displayed: what is printed of an error that `main` returns.
impl std::fmt::Debug for ExperimentError {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        std::fmt::Display::fmt(self, f)
    }
}
