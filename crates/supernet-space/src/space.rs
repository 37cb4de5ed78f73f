//! The search space: a list of named choices.

use crate::{Architecture, Choice, PathMask, SpaceError, canonical::Symmetry, path_mask::Column};
use num_bigint::BigUint;
use rand::{Rng, RngExt};
use serde::{Deserialize, Serialize};
use std::sync::Arc;

/// A list of named choices that can only be built valid.
///
/// Its size, samples and canonical forms are exact: a space knows no tensor and trains nothing.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(try_from = "Unchecked", into = "Unchecked")]
pub struct SearchSpace {
    name: String,
    choices: Vec<Choice>,
    symmetry: Symmetry,
    shape: Arc<[Column]>,
}

impl SearchSpace {
    /// A space of the choices made at `places`, in order. Places of one name are tied: they are one choice.
    ///
    /// # Errors
    /// No place, or two places of one name that differ.
    pub fn new(name: impl Into<String>, places: impl IntoIterator<Item = Choice>) -> Result<Self, SpaceError> {
        Self::with_symmetry(name.into(), places, Symmetry::None)
    }

    pub(crate) fn with_symmetry(
        name: String,
        places: impl IntoIterator<Item = Choice>,
        symmetry: Symmetry,
    ) -> Result<Self, SpaceError> {
        let mut choices: Vec<Choice> = Vec::new();
        for place in places {
            match choices.iter().find(|choice| choice.name() == place.name()) {
                Some(known) if *known == place => {}
                Some(_) => return Err(SpaceError::Tied { choice: place.name().into() }),
                None => choices.push(place),
            }
        }
        if choices.is_empty() {
            return Err(SpaceError::NoChoices { space: name });
        }
        let shape = columns(&choices);
        Ok(Self { name, choices, symmetry, shape })
    }

    /// Its name.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// Its choices, in the order of a mask's columns.
    pub fn choices(&self) -> &[Choice] {
        &self.choices
    }

    /// The place of the choice named `name` among [`SearchSpace::choices`].
    pub fn position(&self, name: &str) -> Option<usize> {
        self.choices.iter().position(|choice| choice.name() == name)
    }

    /// Number of architectures (descriptions): the product of the choices' subset counts.
    pub fn size(&self) -> BigUint {
        self.choices.iter().map(|choice| BigUint::from(choice.subsets())).product()
    }

    /// Number of networks: architectures up to equality of their canonical forms. `None` where counting would take too long
    /// (cells of more than five blocks).
    pub fn networks(&self) -> Option<BigUint> {
        self.symmetry.networks(&self.choices)
    }

    /// The mask of all options. It is an architecture only if every choice allows all of them.
    pub fn all_on(&self) -> PathMask {
        PathMask::full(self.shape.clone())
    }

    /// The mask with option set `bits[i]` for choice i (bit j is option j).
    ///
    /// # Panics
    /// If there is not one entry for each choice, or an entry names options that its choice lacks.
    pub fn mask(&self, bits: Vec<u64>) -> PathMask {
        assert_eq!(bits.len(), self.choices.len(), "a mask has one entry for each choice");
        let full = self.all_on();
        assert!((0..bits.len()).all(|i| bits[i] & !full.bits(i) == 0), "a mask names options that a choice lacks");
        PathMask::new(bits, self.shape.clone())
    }

    /// Reads a mask of this space from its text form.
    ///
    /// # Errors
    /// Text that is no mask, or the mask of another space.
    pub fn parse(&self, text: &str) -> Result<PathMask, SpaceError> {
        let mask: PathMask = text.parse()?;
        self.belongs(&mask)?;
        Ok(mask)
    }

    /// Reads an architecture of this space from its text form.
    ///
    /// # Errors
    /// As [`SearchSpace::parse`] and [`SearchSpace::accept`].
    pub fn parse_architecture(&self, text: &str) -> Result<Architecture, SpaceError> {
        self.accept(self.parse(text)?)
    }

    /// Whether `mask` has this space's choices.
    ///
    /// # Errors
    /// [`SpaceError::OtherSpace`] if it has not.
    pub fn belongs(&self, mask: &PathMask) -> Result<(), SpaceError> {
        if mask.shape() == &self.shape[..] {
            return Ok(());
        }
        let widths = |shape: &[Column]| {
            let list: Vec<String> = shape.iter().map(|column| column.options.to_string()).collect();
            format!("[{}]", list.join(", "))
        };
        Err(SpaceError::OtherSpace {
            mask: mask.to_string(),
            space: self.name.clone(),
            found: widths(mask.shape()),
            expected: widths(&self.shape),
        })
    }

    /// The mask as an architecture.
    ///
    /// # Errors
    /// A mask of another space, or one that takes too few or too many options of a choice.
    pub fn accept(&self, mask: PathMask) -> Result<Architecture, SpaceError> {
        self.belongs(&mask)?;
        for (i, choice) in self.choices.iter().enumerate() {
            let taken = mask.bits(i).count_ones() as usize;
            if !(choice.min()..=choice.max()).contains(&taken) {
                return Err(SpaceError::NotAnArchitecture {
                    mask: mask.to_string(),
                    space: self.name.clone(),
                    choice: choice.name().into(),
                    taken,
                    min: choice.min(),
                    max: choice.max(),
                });
            }
        }
        Ok(Architecture::accepted(mask))
    }

    /// Whether an architecture that came from outside is one of this space.
    ///
    /// # Errors
    /// As [`SearchSpace::accept`].
    pub fn check(&self, architecture: &Architecture) -> Result<(), SpaceError> {
        self.accept(architecture.mask().clone()).map(drop)
    }

    /// An architecture drawn uniformly over all architectures of the space. Nothing is rejected: each choice's subset is drawn
    /// by its rank.
    pub fn sample(&self, rng: &mut impl Rng) -> Architecture {
        let bits = self.choices.iter().map(|choice| choice.subset(rng.random_range(0..choice.subsets()))).collect();
        Architecture::accepted(PathMask::new(bits, self.shape.clone()))
    }

    /// The canonical member of the architectures that describe the same network (PAPER: *Same network*). For a space without
    /// symmetry every architecture is its own.
    ///
    /// # Panics
    /// If the architecture is one of another space.
    pub fn canonical(&self, architecture: &Architecture) -> Architecture {
        assert!(architecture.shape() == &self.shape[..], "architecture of another space");
        Architecture::accepted(self.symmetry.canonical(architecture.mask()))
    }
}

/// A mask's columns; a choice opens a group where the part of its name before the last `/` changes.
fn columns(choices: &[Choice]) -> Arc<[Column]> {
    let group = |choice: &Choice| choice.name().rsplit_once('/').map(|(group, _)| group.to_owned());
    (0..choices.len())
        .map(|i| Column {
            options: choices[i].options().len() as u8,
            opens_group: i == 0 || group(&choices[i]).is_none() || group(&choices[i]) != group(&choices[i - 1]),
        })
        .collect()
}

/// The same fields before they are checked.
#[derive(Serialize, Deserialize)]
struct Unchecked {
    name: String,
    choices: Vec<Choice>,
    #[serde(default)]
    symmetry: Symmetry,
}

impl From<SearchSpace> for Unchecked {
    fn from(SearchSpace { name, choices, symmetry, .. }: SearchSpace) -> Self {
        Self { name, choices, symmetry }
    }
}

impl TryFrom<Unchecked> for SearchSpace {
    type Error = SpaceError;

    fn try_from(Unchecked { name, choices, symmetry }: Unchecked) -> Result<Self, SpaceError> {
        symmetry.check(&choices)?;
        Self::with_symmetry(name, choices, symmetry)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::draws;

    fn chain() -> SearchSpace {
        let layer = |i| Choice::one_of(format!("layer{i}"), ["skip", "conv3", "conv5"]).unwrap();
        SearchSpace::new("chain", (0..2).map(layer)).unwrap()
    }

    #[test]
    fn zero_choices_are_refused() {
        let error = SearchSpace::new("empty", []).unwrap_err();
        assert_eq!(error.to_string(), "search space `empty`: found no choice, expected at least one");
    }

    #[test]
    fn places_of_one_name_are_one_choice_and_must_agree() {
        let op = || Choice::one_of("op", ["a", "b"]).unwrap();
        let tied = SearchSpace::new("tied", [op(), op()]).unwrap();
        assert_eq!(tied.choices().len(), 1);
        let other = Choice::one_of("op", ["a", "c"]).unwrap();
        assert_eq!(SearchSpace::new("tied", [op(), other]).unwrap_err(), SpaceError::Tied { choice: "op".into() });
    }

    #[test]
    fn an_architecture_of_another_space_is_refused_with_both_shapes() {
        let error = chain().parse_architecture("100/10").unwrap_err();
        assert_eq!(
            error.to_string(),
            "mask `100/10`: found choices of [3, 2] options, expected [3, 3] as in space `chain`"
        );
    }

    #[test]
    fn a_mask_that_takes_too_much_is_no_architecture() {
        let error = chain().parse_architecture("100/110").unwrap_err();
        assert_eq!(
            error.to_string(),
            "mask `100/110` is no architecture of space `chain`: choice `layer1` takes 2 options, expected 1 to 1"
        );
    }

    #[test]
    fn sampling_is_uniform_over_the_architectures() {
        let op = Choice::new("op", ["a", "b", "c"], 1..=2).unwrap();
        let space = SearchSpace::new("small", [op, Choice::one_of("width", ["1", "2"]).unwrap()]).unwrap();
        let mut counts = std::collections::BTreeMap::new();
        let mut rng = draws(3, "sample", 0);
        let n = 12_000;
        for _ in 0..n {
            *counts.entry(space.sample(&mut rng)).or_insert(0u32) += 1;
        }
        assert_eq!(counts.len(), 12);
        let expected = n as f64 / 12.0;
        let chi2: f64 = counts.values().map(|&c| (c as f64 - expected).powi(2) / expected).sum();
        assert!(chi2 < 31.26, "chi-square {chi2} at 11 degrees of freedom; 31.26 is the 0.1 % point");
    }

    #[test]
    fn a_space_round_trips_through_json_and_is_checked_on_the_way_in() {
        let json = serde_json::to_string(&chain()).unwrap();
        assert_eq!(serde_json::from_str::<SearchSpace>(&json).unwrap(), chain());
        let bad = json.replacen("\"min\":1", "\"min\":4", 1);
        assert!(serde_json::from_str::<SearchSpace>(&bad).unwrap_err().to_string().contains("found min 4"));
    }
}
