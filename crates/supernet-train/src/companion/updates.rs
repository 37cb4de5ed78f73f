//! When a companion learns, and from how much.

use crate::{Moment, TrainError, checks::at_least_one};
use serde::{Deserialize, Serialize};

/// When a companion learns, and from how many validation examples.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Updates {
    /// Share of the steps, the first, in which the companion neither draws masks nor learns: they
    /// are drawn as the search's `paths` says. Default 0; 0 to below 1.
    #[serde(default)]
    pub start: f64,
    /// Steps for each update. Default 7, as in ENAS's 50 updates for an epoch of 351 steps (Pham et
    /// al., ICML 2018, authors' code); at least 1.
    pub every: u64,
    /// Validation examples of an update. Default 128; 1 to the number of validation examples.
    pub examples: usize,
}

impl Default for Updates {
    /// After every 7 steps, from the first on, 128 examples each.
    fn default() -> Self {
        Self { start: 0.0, every: 7, examples: 128 }
    }
}

impl Updates {
    /// Checks every number that does not depend on the data.
    ///
    /// # Errors
    /// The first number that is out of range.
    pub(crate) fn check(&self) -> Result<(), TrainError> {
        if !(0.0..1.0).contains(&self.start) {
            return Err(TrainError::config("companion.updates.start", self.start, "0 to below 1"));
        }
        at_least_one("companion.updates.every", self.every as usize)?;
        at_least_one("companion.updates.examples", self.examples)
    }

    /// Checks that there are as many validation examples.
    ///
    /// # Errors
    /// Fewer of them.
    pub(crate) fn check_examples(&self, there: usize) -> Result<(), TrainError> {
        if self.examples > there {
            let expected = format!("at most {there}, the number of validation examples");
            return Err(TrainError::config("companion.updates.examples", self.examples, expected));
        }
        Ok(())
    }

    /// The first step whose masks the companion draws, of `steps`.
    fn first(&self, steps: u64) -> u64 {
        (self.start * steps as f64).round() as u64
    }

    /// Whether the companion draws the masks of a step.
    pub(crate) fn has_begun(&self, at: Moment) -> bool {
        at.step >= self.first(at.steps)
    }

    /// Which update comes after a step, from 0; `None` where none does.
    pub(crate) fn number(&self, at: Moment) -> Option<u64> {
        let done = (at.step + 1).checked_sub(self.first(at.steps)).filter(|&done| done > 0)?;
        done.is_multiple_of(self.every).then(|| done / self.every - 1)
    }

    /// How many updates there are in a training of `steps` steps.
    pub(crate) fn count(&self, steps: u64) -> u64 {
        steps.saturating_sub(self.first(steps)) / self.every
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn updates_come_at_even_distances_from_the_start_on() {
        let updates = Updates { start: 0.25, every: 3, examples: 8 };
        let numbers: Vec<(u64, u64)> =
            (0..20).filter_map(|step| Some((step, updates.number(Moment { step, steps: 20 })?))).collect();
        assert_eq!(numbers, [(7, 0), (10, 1), (13, 2), (16, 3), (19, 4)]);
        assert_eq!(updates.count(20), 5);
        assert!(!updates.has_begun(Moment { step: 4, steps: 20 }) && updates.has_begun(Moment { step: 5, steps: 20 }));
    }

    #[test]
    fn numbers_out_of_range_are_refused_with_what_is_allowed() {
        let refused = |updates: Updates| updates.check().unwrap_err().to_string();
        let updates = Updates::default();
        assert_eq!(
            refused(Updates { start: 1.0, ..updates }),
            "companion.updates.start: found 1, expected 0 to below 1"
        );
        assert_eq!(refused(Updates { every: 0, ..updates }), "companion.updates.every: found 0, expected at least 1");
        assert_eq!(
            updates.check_examples(100).unwrap_err().to_string(),
            "companion.updates.examples: found 128, expected at most 100, the number of validation examples"
        );
    }
}
