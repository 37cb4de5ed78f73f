//! Whether a search's supernet can have a companion.

use super::SearchConfig;
use crate::{TrainError, Updates};

/// Checks that the supernet of `config` can have a companion that learns as `updates` say from
/// `validation` examples.
///
/// # Errors
/// Several supernets; fewer examples than an update needs.
pub(super) fn check_companion(config: &SearchConfig, updates: Updates, validation: usize) -> Result<(), TrainError> {
    let supernet = &config.supernet;
    if supernet.supernets > 1 {
        return Err(TrainError::config("supernet.supernets", supernet.supernets, "1, where there is a companion"));
    }
    if let Some(choice) = supernet.split {
        return Err(TrainError::config("supernet.split (--split)", choice, "none, where there is a companion"));
    }
    updates.check_examples(validation)
}
