//! A schedule of depth: a choice that time takes instead of the policy.

use crate::{SearchError, known::at_least};
use serde::{Deserialize, Serialize};
use supernet_space::SearchSpace;

const NAME: &str = "deepening";

/// Takes a choice's options one after another, `every` proposals each, the last one from then on:
/// Zoph and Le (ICLR 2017) begin with 6 layers and add 2 every 1,600 networks, since a policy that
/// is still at random writes networks that are too deep to train. The choice is no part of the
/// policy's probabilities; what depends on it should be conditional on it, as in
/// [`supernet_space::NasRl::deepening`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Deepening {
    pub(crate) choice: usize,
    every: u64,
    option: usize,
}

impl Deepening {
    /// Over the choice of `space` that is called `choice`.
    pub(crate) fn new(space: &SearchSpace, choice: &str, every: u64) -> Result<Self, SearchError> {
        let Some(choice) = space.position(choice) else {
            let (found, expected) = (format!("`{choice}`"), "the name of a choice of the space");
            return Err(SearchError::Setting { strategy: NAME, setting: "choice", found, expected });
        };
        let deepening = Self { choice, every, option: 0 };
        deepening.check(space)?;
        Ok(deepening)
    }

    pub(crate) fn check(&self, space: &SearchSpace) -> Result<(), SearchError> {
        at_least(NAME, "proposals", usize::try_from(self.every).unwrap_or(usize::MAX), 1, "at least 1")?;
        let takes_one = |place: usize| {
            let choice = space.choices().get(place)?;
            (choice.min() == 1 && choice.max() == 1).then_some(choice.options().len())
        };
        match takes_one(self.choice) {
            Some(options) if self.option < options => Ok(()),
            _ => {
                let (found, expected) =
                    (format!("choice {}, option {}", self.choice, self.option), "one of a choice's options");
                Err(SearchError::Setting { strategy: NAME, setting: "choice", found, expected })
            }
        }
    }

    /// Makes ready for a proposal, counted from 0.
    pub(crate) fn begin(&mut self, space: &SearchSpace, proposal: u64) {
        let last = space.choices()[self.choice].options().len() - 1;
        self.option = usize::try_from(proposal / self.every).map_or(last, |option| option.min(last));
    }

    /// What the choice takes.
    pub(crate) fn bits(&self) -> u64 {
        1 << self.option
    }
}
