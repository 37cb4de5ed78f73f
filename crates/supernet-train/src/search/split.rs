//! Whether a supernet can be split by a choice.

use super::SearchConfig;
use crate::{FineTune, TrainError};
use supernet_space::{Choice, SearchSpace};

/// Checks the choice that the supernet of `config` is split by, if it is.
///
/// # Errors
/// A choice that the space lacks, or that is not of one of several options; scores that a split
/// supernet does not give.
pub(super) fn check_split(config: &SearchConfig, space: &SearchSpace) -> Result<(), TrainError> {
    let Some(split) = config.supernet.split else { return Ok(()) };
    let is_of_one = |choice: &Choice| (choice.min(), choice.max()) == (1, 1) && choice.options().len() > 1;
    if !space.choices().get(split).is_some_and(is_of_one) {
        let can = space.choices().iter().enumerate().filter(|(_, choice)| is_of_one(choice));
        let mut can: Vec<String> = can.map(|(place, choice)| format!("{place} (`{}`)", choice.name())).collect();
        can.truncate(SHOWN);
        let expected = match can.as_slice() {
            [] => "a space with a choice of one of several options; this one has none".into(),
            can => format!("the place of a choice of one of several options, as {}", can.join(", ")),
        };
        return Err(TrainError::config("supernet.split (--split)", split, expected));
    }
    match (config.scoring.checkpoints, config.scoring.fine_tune) {
        (1, None) => Ok(()),
        (1, Some(FineTune { shortlist, .. })) => {
            let found = format!("the best {shortlist}");
            Err(TrainError::config("scoring.fine_tune", found, "none, where supernet.split is set"))
        }
        (checkpoints, _) => {
            Err(TrainError::config("scoring.checkpoints", checkpoints, "1, where supernet.split is set"))
        }
    }
}

/// Choices that an error names.
const SHOWN: usize = 8;
