//! The search space: a list of named choices.

use crate::{
    Architecture, Choice, PathMask, SpaceError, canonical::Symmetry, conditions::Conditions, draws::draws,
    path_mask::Column, unlabelled_graph::UnlabelledGraph,
};
use num_bigint::BigUint;
use rand::Rng;
use serde::{Deserialize, Serialize};
use std::{collections::BTreeSet, sync::Arc};

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
    conditions: Arc<Conditions>,
}

impl SearchSpace {
    /// A space of the choices made at `places`, in order. Places of one name are tied: they are one
    /// choice, active where one of its places is.
    ///
    /// # Errors
    /// No place, two places of one name that differ, or a condition that cannot be
    /// ([`SpaceError::Condition`]).
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
            match choices.iter_mut().find(|choice| choice.name() == place.name()) {
                Some(known) => {
                    *known = known.tied(&place).ok_or_else(|| SpaceError::Tied { choice: place.name().into() })?;
                }
                None => choices.push(place),
            }
        }
        if choices.is_empty() {
            return Err(SpaceError::NoChoices { space: name });
        }
        let conditions = Conditions::new(&choices)?.into();
        let shape = columns(&choices);
        Ok(Self { name, choices, symmetry, shape, conditions })
    }

    /// Returns the space in which the nodes of a graph are interchangeable: architectures that
    /// differ by their names alone are one network, whose canonical form has the least ones.
    /// `inputs` names the choices of what nodes 2, 3, … read, any of those before them; `chosen`
    /// those inside nodes 1, 2, …, the same for all. Other graphs can follow.
    ///
    /// # Errors
    /// A space with another symmetry, a name that is no choice, more than 8 nodes, nodes in which
    /// not the same is chosen or under conditions that do not go with their names.
    pub fn with_unlabelled_graph(self, inputs: &[String], chosen: &[Vec<String>]) -> Result<Self, SpaceError> {
        let place = |name: &String| {
            self.position(name).ok_or_else(|| SpaceError::Condition {
                choice: name.clone(),
                found: "no choice of this name".into(),
                expected: format!("one of space `{}`", self.name),
            })
        };
        let places = |names: &[String]| names.iter().map(place).collect::<Result<Vec<usize>, _>>();
        let chosen = chosen.iter().map(|names| places(names)).collect::<Result<Vec<_>, _>>()?;
        let graph = UnlabelledGraph { inputs: places(inputs)?, chosen };
        let graphs = match &self.symmetry {
            Symmetry::None => vec![graph],
            Symmetry::Graphs { graphs } => graphs.iter().cloned().chain([graph]).collect(),
            _ => {
                let expected = "a space without a symmetry of its own";
                return Err(SpaceError::Field { field: "symmetry", found: 1, expected });
            }
        };
        let symmetry = Symmetry::Graphs { graphs };
        symmetry.check(&self.choices)?;
        let space = Self { symmetry, ..self };
        for draw in 0..100 {
            let canonical = space.canonical(&space.sample(&mut draws(1, "unlabelled graph", draw)));
            if space.canonical(&canonical) != canonical || space.check(&canonical).is_err() {
                let expected = "conditions that each node has alike";
                return Err(SpaceError::Field { field: "unlabelled graph", found: draw as usize, expected });
            }
        }
        Ok(space)
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

    /// Whether some choice is active only under options of others ([`Choice::under`]).
    pub fn is_conditional(&self) -> bool {
        self.choices.iter().any(|choice| !choice.when().is_empty())
    }

    /// Returns for each choice whether it is active under `mask`, an architecture or any other set
    /// of options.
    ///
    /// # Panics
    /// If the mask is one of another space.
    pub fn active(&self, mask: &PathMask) -> Vec<bool> {
        assert!(mask.shape() == &self.shape[..], "mask of another space");
        self.conditions.active(mask)
    }

    /// Returns the choices by place, each behind those that its conditions look at, else as they
    /// stand: the order in which a policy can write an architecture.
    pub fn in_order(&self) -> &[usize] {
        self.conditions.in_order()
    }

    /// Choices in an order in which each stands behind those that it depends on.
    pub(crate) fn parents_first(&self) -> &[usize] {
        self.conditions.order()
    }

    /// Returns the architecture that takes `subset(choice)` of each choice that is active, choices
    /// by place. `subset` is asked for those alone, each behind those that it depends on: what
    /// draws choice by choice draws nothing that is not there.
    ///
    /// # Panics
    /// If a choice does not allow its subset.
    pub fn architecture(&self, mut subset: impl FnMut(usize) -> u64) -> Architecture {
        self.settled(|i| {
            let (choice, bits) = (&self.choices[i], subset(i));
            let taken = bits.count_ones() as usize;
            let is_allowed = (choice.min()..=choice.max()).contains(&taken) && bits & !self.shape[i].full() == 0;
            assert!(is_allowed, "choice `{}` of space `{}` does not allow {bits:#b}", choice.name(), self.name);
            bits
        })
    }

    /// The same for subsets that may be anything.
    pub(crate) fn settled(&self, mut subset: impl FnMut(usize) -> u64) -> Architecture {
        let mut bits = vec![0; self.choices.len()];
        let mut active = vec![false; self.choices.len()];
        for &choice in self.conditions.order() {
            active[choice] = self.conditions.holds(choice, &active, |parent| bits[parent]);
            bits[choice] = if active[choice] { subset(choice) } else { self.choices[choice].least() };
        }
        Architecture::accepted(PathMask::new(bits, self.shape.clone()))
    }

    /// Number of architectures (descriptions): the product of the choices' subset counts, or with
    /// conditions what the active choices can take together. Exact, but in a space in which very
    /// many open conditions cross each other it takes long.
    pub fn size(&self) -> BigUint {
        if self.is_conditional() {
            return self.conditions.count(&self.choices);
        }
        self.choices.iter().map(|choice| BigUint::from(choice.subsets())).product()
    }

    /// Number of networks: architectures up to equality of their canonical forms. `None` where
    /// counting would take too long (cells of more than five blocks, graphs of more than 100,000
    /// architectures).
    pub fn networks(&self) -> Option<BigUint> {
        /// That many are enumerated.
        const MOST: usize = 100_000;
        if let Symmetry::Graphs { .. } = self.symmetry {
            let canonical = |all: Vec<Architecture>| all.iter().map(|one| self.canonical(one)).collect::<BTreeSet<_>>();
            return self.architectures(MOST).ok().map(|all| canonical(all).len().into());
        }
        // Of the others only a space without symmetry may have conditions: each of its
        // architectures is a network.
        if self.is_conditional() { Some(self.size()) } else { self.symmetry.networks(&self.choices) }
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

    /// The mask as an architecture. Choices that are not active under it take their least subset,
    /// whatever the mask has there.
    ///
    /// # Errors
    /// A mask of another space, or one that takes too few or too many options of an active choice.
    pub fn accept(&self, mask: PathMask) -> Result<Architecture, SpaceError> {
        self.belongs(&mask)?;
        let active = self.active(&mask);
        for (i, choice) in self.choices.iter().enumerate().filter(|&(i, _)| active[i]) {
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
        Ok(self.settled(|choice| mask.bits(choice)))
    }

    /// Whether an architecture that came from outside is one of this space.
    ///
    /// # Errors
    /// As [`SearchSpace::accept`], or [`SpaceError::Inactive`]: a choice that is not active holds
    /// something.
    pub fn check(&self, architecture: &Architecture) -> Result<(), SpaceError> {
        let accepted = self.accept(architecture.mask().clone())?;
        let Some(i) = (0..self.choices.len()).find(|&i| accepted.bits(i) != architecture.bits(i)) else {
            return Ok(());
        };
        let text = |bits: u64| {
            (0..self.choices[i].options().len()).map(|option| if bits >> option & 1 == 1 { '1' } else { '0' }).collect()
        };
        Err(SpaceError::Inactive {
            mask: architecture.to_string(),
            space: self.name.clone(),
            choice: self.choices[i].name().into(),
            found: text(architecture.bits(i)),
            expected: text(accepted.bits(i)),
        })
    }

    /// An architecture drawn uniformly over all architectures of the space. Nothing is rejected:
    /// each choice's subset is drawn by its rank. With conditions each *active* choice is uniform
    /// given those above it, as in hyperopt's trees: a branch is as likely as its sibling, however
    /// much there is to choose within.
    pub fn sample(&self, rng: &mut impl Rng) -> Architecture {
        let bits: Vec<u64> = self.choices.iter().map(|choice| choice.sample(rng)).collect();
        self.settled(|choice| bits[choice])
    }

    /// The canonical member of the architectures that describe the same network (PAPER: *Same
    /// network*): choices that are not active hold their least subset, and the space's symmetry
    /// does the rest. For a space without symmetry every architecture is its own.
    ///
    /// # Panics
    /// If the architecture is one of another space.
    pub fn canonical(&self, architecture: &Architecture) -> Architecture {
        assert!(architecture.shape() == &self.shape[..], "architecture of another space");
        let settled = self.settled(|choice| architecture.bits(choice));
        Architecture::accepted(self.symmetry.canonical(settled.mask()))
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
