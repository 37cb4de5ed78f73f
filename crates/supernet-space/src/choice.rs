//! A choice: a named list of options of which some are taken.

use crate::{SpaceError, condition::Condition};
use rand::{Rng, RngExt};
use serde::{Deserialize, Serialize};
use std::ops::RangeInclusive;

/// A named list of options of which at least `min` and at most `max` are taken.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "Unchecked", into = "Unchecked")]
pub struct Choice {
    name: String,
    options: Vec<String>,
    min: usize,
    max: usize,
    when: Vec<Vec<Condition>>,
    subsets: u128,
}

impl Choice {
    /// Options that one choice can hold: a mask keeps them in one word.
    pub const MOST_OPTIONS: usize = 64;

    /// A choice of `bounds` (from `min` to `max`) among `options`.
    ///
    /// # Errors
    /// No option or more than [`Choice::MOST_OPTIONS`]; an option named twice; `min > max`, `max`
    /// of zero or above the number of options.
    pub fn new<N: Into<String>>(
        name: impl Into<String>,
        options: impl IntoIterator<Item = N>,
        bounds: RangeInclusive<usize>,
    ) -> Result<Self, SpaceError> {
        Unchecked {
            name: name.into(),
            options: options.into_iter().map(Into::into).collect(),
            min: *bounds.start(),
            max: *bounds.end(),
            when: Vec::new(),
        }
        .try_into()
    }

    /// Exactly one of `options`.
    ///
    /// # Errors
    /// As [`Choice::new`].
    pub fn one_of<N: Into<String>>(
        name: impl Into<String>,
        options: impl IntoIterator<Item = N>,
    ) -> Result<Self, SpaceError> {
        Self::new(name, options, 1..=1)
    }

    /// Returns the choice as one that is active only while an active choice named `parent` takes at
    /// least one of `options`: a choice within a branch. Of several calls all have to hold. Names
    /// are looked up where the choice enters a space.
    ///
    /// ```
    /// use supernet_space::{Choice, SearchSpace};
    ///
    /// let operation = Choice::one_of("operation", ["conv", "pool"])?;
    /// let kernel = Choice::one_of("kernel", ["3", "5", "7"])?.under("operation", ["conv"]);
    /// let space = SearchSpace::new("layer", [operation, kernel])?;
    /// // Three convolutions and one pool, whose kernel is none.
    /// assert_eq!(space.size(), 4u32.into());
    /// assert_eq!(space.parse_architecture("01/001")?, space.parse_architecture("01/000")?);
    /// # Ok::<(), supernet_space::SpaceError>(())
    /// ```
    pub fn under<N: Into<String>>(mut self, parent: impl Into<String>, options: impl IntoIterator<Item = N>) -> Self {
        let condition = Condition { parent: parent.into(), options: options.into_iter().map(Into::into).collect() };
        if self.when.is_empty() {
            self.when.push(Vec::new());
        }
        self.when.iter_mut().for_each(|all| all.push(condition.clone()));
        self
    }

    /// Its name. Places of one name are one choice.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// The options' names, in the order of a mask's bits.
    pub fn options(&self) -> &[String] {
        &self.options
    }

    /// Fewest options that an architecture takes.
    pub fn min(&self) -> usize {
        self.min
    }

    /// Most options that an architecture takes.
    pub fn max(&self) -> usize {
        self.max
    }

    /// Returns when it is active: under any of these alternatives, of each of which all conditions
    /// hold. Always, if there is none.
    pub fn when(&self) -> &[Vec<Condition>] {
        &self.when
    }

    /// Returns the choice as it is when `place`, a choice of the same name, stands for it as well:
    /// active where either is. `None` if they differ in options or bounds.
    pub(crate) fn tied(&self, place: &Self) -> Option<Self> {
        let unconditional = |choice: &Self| Self { when: Vec::new(), ..choice.clone() };
        let mut tied = unconditional(self);
        if tied != unconditional(place) {
            return None;
        }
        if !self.when.is_empty() && !place.when.is_empty() {
            tied.when = self.when.clone();
            tied.when.extend(place.when.iter().filter(|all| !self.when.contains(all)).cloned());
        }
        Some(tied)
    }

    /// Returns what the choice holds where it is not active: the subset of rank 0, the fewest
    /// options and the first ones.
    pub(crate) fn least(&self) -> u64 {
        self.subset(0)
    }

    /// Number of subsets that an architecture may take: Σ C(options, j) over j = min … max.
    pub fn subsets(&self) -> u128 {
        self.subsets
    }

    /// Draws a subset uniformly.
    pub fn sample(&self, rng: &mut impl Rng) -> u64 {
        self.subset(rng.random_range(0..self.subsets()))
    }

    /// Returns the subset of rank `rank` (bit j is option j): by size, then in order of the lowest
    /// options first.
    ///
    /// # Panics
    /// If `rank` is not below [`Choice::subsets`].
    pub fn subset(&self, mut rank: u128) -> u64 {
        let n = self.options.len();
        for taken in self.min..=self.max {
            let count = binomial(n, taken);
            if rank < count {
                return subset_of_size(n, taken, rank);
            }
            rank -= count;
        }
        panic!("subset rank out of range");
    }
}

/// The `rank`-th of the subsets of `taken` out of `n`, those with option 0 first.
fn subset_of_size(n: usize, mut taken: usize, mut rank: u128) -> u64 {
    let mut bits = 0;
    for option in 0..n {
        if taken == 0 {
            break;
        }
        let with = binomial(n - option - 1, taken - 1);
        if rank < with {
            bits |= 1 << option;
            taken -= 1;
        } else {
            rank -= with;
        }
    }
    bits
}

fn binomial(n: usize, k: usize) -> u128 {
    if k > n {
        return 0;
    }
    (0..k as u128).fold(1, |value, i| value * (n as u128 - i) / (i + 1))
}

/// The same fields before they are checked.
#[derive(Serialize, Deserialize)]
struct Unchecked {
    name: String,
    options: Vec<String>,
    min: usize,
    max: usize,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    when: Vec<Vec<Condition>>,
}

impl From<Choice> for Unchecked {
    fn from(Choice { name, options, min, max, when, .. }: Choice) -> Self {
        Self { name, options, min, max, when }
    }
}

impl TryFrom<Unchecked> for Choice {
    type Error = SpaceError;

    fn try_from(Unchecked { name, options, min, max, when }: Unchecked) -> Result<Self, SpaceError> {
        if options.is_empty() || options.len() > Self::MOST_OPTIONS {
            return Err(SpaceError::OptionCount { choice: name, found: options.len(), most: Self::MOST_OPTIONS });
        }
        if let Some(i) = (1..options.len()).find(|&i| options[..i].contains(&options[i])) {
            return Err(SpaceError::OptionTwice { choice: name, option: options[i].clone() });
        }
        if min > max || max == 0 || max > options.len() {
            return Err(SpaceError::Bounds { choice: name, min, max, options: options.len() });
        }
        let subsets = (min..=max).map(|taken| binomial(options.len(), taken)).sum();
        Ok(Self { name, options, min, max, when, subsets })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::HashSet;

    #[test]
    fn min_above_max_is_refused_with_both_numbers() {
        let error = Choice::new("op", ["a", "b"], RangeInclusive::new(2, 1)).unwrap_err();
        assert_eq!(
            error.to_string(),
            "choice `op`: found min 2 and max 1, expected min <= max <= 2 options and max >= 1"
        );
    }

    #[test]
    fn no_options_and_equal_options_are_refused() {
        let none = Choice::one_of("op", Vec::<String>::new()).unwrap_err();
        assert_eq!(none.to_string(), "choice `op`: found 0 options, expected 1 to 64");
        let twice = Choice::one_of("op", ["a", "a"]).unwrap_err();
        assert_eq!(twice.to_string(), "choice `op`: found option `a` twice, expected distinct names");
    }

    #[test]
    fn every_rank_is_another_subset_within_the_bounds() {
        let choice = Choice::new("op", ["a", "b", "c", "d", "e", "f", "g"], 1..=2).unwrap();
        assert_eq!(choice.subsets(), 28);
        let subsets: HashSet<u64> = (0..28).map(|rank| choice.subset(rank)).collect();
        assert_eq!(subsets.len(), 28);
        assert!(subsets.iter().all(|bits| (1..=2).contains(&bits.count_ones())));
    }

    #[test]
    fn sixty_four_options_are_counted_without_overflow() {
        let choice = Choice::new("wide", (0..64).map(|i| i.to_string()), 0..=64).unwrap();
        assert_eq!(choice.subsets(), 1 << 64);
    }
}
