//! What can stop a search.

use crate::best::BestError;
use std::{
    io::ErrorKind,
    ops::RangeInclusive,
    path::{Path, PathBuf},
};
use supernet_data::DataError;
use supernet_nn::NnError;
use supernet_search::{Constraints, OutOfRange, SearchError};
use supernet_space::{PathMask, SpaceError};
use thiserror::Error;

/// Every error of this crate names the place, the value found and the value expected.
#[derive(Error)]
pub enum TrainError {
    /// An error of the space.
    #[error(transparent)]
    Space(#[from] SpaceError),
    /// An error of a network.
    #[error(transparent)]
    Nn(#[from] NnError),
    /// An error of a strategy or a table.
    #[error(transparent)]
    Search(#[from] SearchError),
    /// An error of the data.
    #[error(transparent)]
    Data(#[from] DataError),
    /// A number of the configuration is out of range.
    #[error("{field}: found {found}, expected {expected}")]
    Config {
        /// Name of the number, as in the configuration file.
        field: &'static str,
        /// The value given.
        found: String,
        /// The values that are allowed.
        expected: String,
    },
    /// A file or directory cannot be read or written.
    #[error("{path}: found {source}, expected {expected}", path = path.display(), expected = wanted(source))]
    Io {
        /// Which.
        path: PathBuf,
        /// Why.
        source: std::io::Error,
    },
    /// A file is not what it should be.
    #[error("{path}: found {found}, expected {expected}", path = path.display())]
    File {
        /// Which.
        path: PathBuf,
        /// Its content.
        found: String,
        /// The content expected.
        expected: &'static str,
    },
    /// A checkpoint is damaged.
    #[error("{path}: found {found}, expected a whole checkpoint; \
             go on from the one before (`--from-last-good` of the command), or remove it and begin anew", path = path.display())]
    Checkpoint {
        /// Which.
        path: PathBuf,
        /// Its content.
        found: String,
    },
    /// Another process works in the directory.
    #[error("{path}: found another process at work in this directory, expected none; wait until it ends, or choose another directory", path = path.display())]
    Locked {
        /// The lock.
        path: PathBuf,
    },
    /// The directory holds a run of another configuration.
    #[error("{path}: holds a run of another configuration ({difference}); {way_out}", path = path.display(), way_out = way_out(difference))]
    OtherRun {
        /// The configuration file.
        path: PathBuf,
        /// The first field that differs, with both values.
        difference: String,
    },
    /// The directory holds a run that was made by another version or on another device.
    #[error(
        "{path}: holds a run made elsewhere ({difference}), expected the same version and device, since others may round \
         otherwise; go on all the same (`Reopening::elsewhere`, `--elsewhere` of the command), or choose another directory",
        path = path.display()
    )]
    Elsewhere {
        /// The configuration file.
        path: PathBuf,
        /// What differs, with both values.
        difference: String,
    },
    /// No candidate meets the constraints.
    #[error(
        "constraints: found none of {proposals} proposals within {wanted}, {nearest}",
        proposals = nearest.proposals, wanted = within(constraints), nearest = nearest_of(nearest)
    )]
    NoCandidate {
        /// What was proposed, and what came nearest.
        nearest: OutOfRange,
        /// The ranges.
        constraints: Constraints,
    },
    /// No candidate answers as fast, or as slowly, as is asked for.
    #[error(
        "latency: found no candidate of {candidates} within {least_ms} to {most_ms} ms, \
             the nearest takes {nearest_ms:.3} ms: {nearest}"
    )]
    Latency {
        /// Candidates that were timed.
        candidates: usize,
        /// The shortest that is allowed, in milliseconds.
        least_ms: f64,
        /// The longest that is allowed, in milliseconds.
        most_ms: f64,
        /// The one that comes nearest.
        nearest: PathMask,
        /// Its latency.
        nearest_ms: f64,
    },
    /// No candidate has a score that is a number.
    #[error(
        "scoring: found {candidates} candidates with scores that are no numbers, the first {first}, expected at least one that is; \
         train the supernet at a lower learning rate"
    )]
    NoNumber {
        /// Candidates that were scored.
        candidates: usize,
        /// The first of them.
        first: PathMask,
    },
    /// The loss is no number any more.
    #[error("{stage}, step {step}: found a loss of {loss}, expected a finite number; try a lower learning rate")]
    Diverged {
        /// The stage.
        stage: String,
        /// The step, from 0.
        step: u64,
        /// The loss.
        loss: f64,
    },
    /// A tensor could not be read back from the device, or a stage panicked: most calls of a
    /// backend have no other way to report that the device failed. The reason holds the panic's
    /// whole message. What the stage has stored stays, and the run can go on.
    #[error("{stage}: the device failed: {reason}")]
    Device {
        /// The stage.
        stage: String,
        /// The device's message, or the panic's.
        reason: String,
    },
    /// Processes that work on a run together differ, or one of them is gone.
    #[error("{place}: found {found}, expected {expected}")]
    Crew {
        /// What of whom.
        place: String,
        /// What it is, or what happened.
        found: String,
        /// What it should be.
        expected: String,
    },
    /// A network cannot be written to `best/`.
    #[error(transparent)]
    Best(#[from] BestError),
    /// The user stopped the run.
    #[error("{stage}: stopped at step {step} by the user")]
    Stopped {
        /// The stage.
        stage: String,
        /// Steps done.
        step: u64,
    },
}

supernet_space::debug_as_displayed!(TrainError);

/// Ranges in words.
fn within(constraints: &Constraints) -> String {
    // A file of settings holds no number above that of `i64`.
    const NO_BOUND: u64 = i64::MAX as u64;
    let range = |name: &str, range: &RangeInclusive<u64>| match (*range.start(), *range.end()) {
        (0, NO_BOUND..) => None,
        (0, most) => Some(format!("at most {most} {name}")),
        (least, NO_BOUND..) => Some(format!("at least {least} {name}")),
        (least, most) => Some(format!("{least} to {most} {name}")),
    };
    let ranges = [range("parameters", &constraints.parameters), range("multiply-accumulates", &constraints.macs)];
    ranges.into_iter().flatten().collect::<Vec<_>>().join(" and ")
}

/// What was expected where the system refused a file or directory.
fn wanted(error: &std::io::Error) -> &'static str {
    match error.kind() {
        ErrorKind::NotFound => "a place that is there: is its path right, and was nothing moved or removed?",
        ErrorKind::PermissionDenied => {
            "to be allowed to read and write there: change its permissions, or choose another"
        }
        ErrorKind::ReadOnlyFilesystem => "a place that can be written: choose another directory",
        ErrorKind::StorageFull | ErrorKind::QuotaExceeded => {
            "room: make some and give the same command again, which goes on from what is there"
        }
        ErrorKind::NotADirectory => "a path through directories alone: one of them is a file",
        ErrorKind::IsADirectory => "a file: move the directory away",
        ErrorKind::InvalidData => "text in UTF-8: put back the file that was written here",
        _ => "a file or directory that can be read and written",
    }
}

/// What to do about a run of another configuration: what only a search differs in can be searched
/// beside it.
fn way_out(difference: &str) -> &'static str {
    let of_a_search = ["config.constraints", "config.latency", "config.strategy", "config.scoring", "config.retrain"];
    if of_a_search.iter().any(|place| difference.starts_with(place)) {
        "choose another directory, or search with the same supernet under a name \
         (`RunDirectory::open_search`, `--search NAME` of the command)"
    } else {
        "choose another directory"
    }
}

/// The nearest in words.
fn nearest_of(out_of_range: &OutOfRange) -> String {
    out_of_range.nearest.as_ref().map_or("and none was proposed".into(), |(architecture, cost)| {
        format!("the nearest has {} parameters and {} multiply-accumulates: {architecture}", cost.parameters, cost.macs)
    })
}

impl TrainError {
    /// Whether a device reports that it has no memory left.
    pub(crate) fn is_out_of_memory(&self) -> bool {
        let Self::Device { reason, .. } = self else { return false };
        let reason = reason.to_lowercase();
        // The words of CubeCL and of drivers, which have no code in common.
        ["out of memory", "out-of-memory", "out_of_memory", "out of device memory", "can't allocate"]
            .iter()
            .any(|words| reason.contains(words))
    }

    /// Makes an error of what a file or directory at `path` refuses.
    pub fn io(path: &Path) -> impl FnOnce(std::io::Error) -> Self {
        move |source| Self::Io { path: path.into(), source }
    }

    /// Makes an error of the number `field`, which was `found` and is out of range.
    pub fn config(field: &'static str, found: impl ToString, expected: impl ToString) -> Self {
        Self::Config { field, found: found.to_string(), expected: expected.to_string() }
    }
}
