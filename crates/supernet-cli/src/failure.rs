//! What can end the command, and its exit code.

use std::process::ExitCode;
use supernet::{
    DeviceError, ResultsError, data::DataError, experiments::ExperimentError, nn::NnError, prelude::TrainError,
    space::SpaceError,
};
use thiserror::Error;

/// Why the command ended early.
#[derive(Debug, Error)]
pub enum Failure {
    /// A search.
    #[error(transparent)]
    Train(#[from] TrainError),
    /// An experiment.
    #[error(transparent)]
    Experiment(#[from] ExperimentError),
    /// Figures, pages, the best network as files.
    #[error(transparent)]
    Results(#[from] ResultsError),
    /// A database that a run is shared through.
    #[cfg(feature = "farm")]
    #[error(transparent)]
    Farm(#[from] supernet::crew::farm::FarmError),
    /// Images.
    #[error(transparent)]
    Data(#[from] DataError),
    /// A device.
    #[error(transparent)]
    Device(#[from] DeviceError),
    /// A space.
    #[error(transparent)]
    Space(#[from] SpaceError),
    /// A file of settings.
    #[error("{place}: found {found}, expected {expected}")]
    Settings {
        /// The file, or the option.
        place: String,
        /// What it holds.
        found: String,
        /// What it should hold.
        expected: String,
    },
}

impl Failure {
    /// Settings that are not what they should be.
    pub fn settings(place: impl ToString, found: impl ToString, expected: impl ToString) -> Self {
        Self::Settings { place: place.to_string(), found: found.to_string(), expected: expected.to_string() }
    }

    /// 130 for the user's stop, 3 for a directory that holds another run, is in use or is damaged,
    /// 2 for settings, 1 for the rest.
    pub fn exit_code(&self) -> ExitCode {
        ExitCode::from(match self {
            Self::Train(error) | Self::Experiment(ExperimentError::Train(error)) => code_of(error),
            Self::Settings { .. } | Self::Space(_) => 2,
            _ => 1,
        })
    }
}

fn code_of(error: &TrainError) -> u8 {
    match error {
        TrainError::Stopped { .. } => 130,
        TrainError::OtherRun { .. }
        | TrainError::Elsewhere { .. }
        | TrainError::Locked { .. }
        | TrainError::Checkpoint { .. }
        | TrainError::File { .. } => 3,
        TrainError::Config { .. } | TrainError::Space(_) | TrainError::Nn(NnError::Space(_)) => 2,
        _ => 1,
    }
}
