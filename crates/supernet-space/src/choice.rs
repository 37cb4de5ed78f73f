//! A choice: a named list of options of which some are taken.

use crate::SpaceError;
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
    subsets: u128,
}

impl Choice {
    /// Options that one choice can hold: a mask keeps them in one word.
    pub const MOST_OPTIONS: usize = 64;

    /// A choice of `bounds` (from `min` to `max`) among `options`.
    ///
    /// # Errors
    /// No option or more than [`Choice::MOST_OPTIONS`]; an option named twice; `min > max`, `max` of zero or above the
    /// number of options.
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

    /// Number of subsets that an architecture may take: Σ C(options, j) over j = min … max.
    pub fn subsets(&self) -> u128 {
        self.subsets
    }

    /// The subset of rank `rank` (bit j is option j): by size, then in order of the lowest options first.
    ///
    /// # Panics
    /// If `rank` is not below [`Choice::subsets`].
    pub(crate) fn subset(&self, mut rank: u128) -> u64 {
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
}

impl From<Choice> for Unchecked {
    fn from(Choice { name, options, min, max, .. }: Choice) -> Self {
        Self { name, options, min, max }
    }
}

impl TryFrom<Unchecked> for Choice {
    type Error = SpaceError;

    fn try_from(Unchecked { name, options, min, max }: Unchecked) -> Result<Self, SpaceError> {
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
        Ok(Self { name, options, min, max, subsets })
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
