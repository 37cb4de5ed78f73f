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

supernet_space::debug_as_displayed!(ExperimentError);
