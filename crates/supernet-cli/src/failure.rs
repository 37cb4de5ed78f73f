//! What can end the command, and its exit code.

use std::io::{self, ErrorKind};
#[cfg(feature = "farm")]
use supernet::crew::farm::FarmError;
use supernet::{
    DeviceError, ResultsError, data::DataError, experiments::ExperimentError, nn::NnError, prelude::TrainError,
    search::SearchError, space::SpaceError,
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
    Farm(#[from] FarmError),
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

/// Says why a file cannot be read.
pub fn unread(error: &io::Error) -> String {
    match error.kind() {
        ErrorKind::NotFound => "no such file".into(),
        ErrorKind::IsADirectory => "a directory".into(),
        _ => error.to_string(),
    }
}

impl Failure {
    /// Settings that are not what they should be.
    pub fn settings(place: impl ToString, found: impl ToString, expected: impl ToString) -> Self {
        Self::Settings { place: place.to_string(), found: found.to_string(), expected: expected.to_string() }
    }

    /// 130 for the user's stop, 3 for a directory that holds another run, is in use or is damaged,
    /// 2 for what was given: the command line, settings, images; 1 for what happened meanwhile.
    pub fn code(&self) -> u8 {
        match self {
            Self::Train(error) | Self::Experiment(ExperimentError::Train(error)) => code_of(error),
            Self::Results(ResultsError::Train(error)) => code_of(error),
            Self::Data(error) => code_of_images(error),
            Self::Settings { .. } | Self::Space(_) | Self::Device(_) => 2,
            #[cfg(feature = "farm")]
            Self::Farm(FarmError::Address { .. }) => 2,
            #[cfg(feature = "farm")]
            Self::Farm(FarmError::Files(error)) => code_of(error),
            #[cfg(feature = "farm")]
            Self::Farm(_) => 1,
            Self::Experiment(_) | Self::Results(_) => 1,
        }
    }

    /// Whether it is the user's stop.
    #[cfg(any(feature = "mpi", feature = "farm"))]
    pub fn is_stop(&self) -> bool {
        self.code() == STOPPED
    }
}

/// The code of the user's stop, as a shell has it of Ctrl-C.
const STOPPED: u8 = 130;

/// 1 where the system refuses a file, else 2: the images that were given are no set to search on.
fn code_of_images(error: &DataError) -> u8 {
    match error {
        DataError::Io { .. } | DataError::Write { .. } => 1,
        _ => 2,
    }
}

fn code_of(error: &TrainError) -> u8 {
    match error {
        TrainError::Stopped { .. } => STOPPED,
        TrainError::OtherRun { .. }
        | TrainError::Elsewhere { .. }
        | TrainError::Locked { .. }
        | TrainError::Checkpoint { .. }
        | TrainError::File { .. } => 3,
        TrainError::Data(error) => code_of_images(error),
        TrainError::Config { .. }
        | TrainError::Space(_)
        | TrainError::Nn(NnError::Space(_))
        | TrainError::Search(SearchError::Setting { .. } | SearchError::Space(_)) => 2,
        _ => 1,
    }
}
