//! Activation functions as a search space.

use super::{Activation, Binary, CoreUnit, Form, Unary, form::probes};
use crate::{Architecture, Choice, PathMask, SearchSpace, SpaceError};
use std::collections::HashSet;

/// The space of activation functions of 1 to some core units (Ramachandran, Zoph and Le 2017).
///
/// A unit is the choices `unit1/left`, `unit1/right` and `unit1/binary`; where there may be several
/// units the first choice is `units`, and a unit that not all have is there only under those that
/// have it. Which programs are the same function is told by [`Activations::form`].
#[derive(Clone, Debug, PartialEq)]
pub struct Activations {
    units: usize,
    unary: Vec<Unary>,
    binary: Vec<Binary>,
    space: SearchSpace,
    /// x and β of each probe.
    probes: Vec<(f64, f64)>,
}

impl Activations {
    /// The space of 1 to `units` core units of all functions.
    ///
    /// # Errors
    /// No unit, or more than [`Activation::MOST_UNITS`].
    pub fn new(units: usize) -> Result<Self, SpaceError> {
        Self::of(units, &Unary::all(), &Binary::all())
    }

    /// The space of 1 to `units` core units of some functions, in the order of a mask's bits.
    ///
    /// # Errors
    /// A number of units out of range; no function, or one twice.
    pub fn of(units: usize, unary: &[Unary], binary: &[Binary]) -> Result<Self, SpaceError> {
        if !(1..=Activation::MOST_UNITS).contains(&units) {
            return Err(SpaceError::Field { field: "core units", found: units, expected: "1 to 4" });
        }
        let mut choices = Vec::new();
        if units > 1 {
            choices.push(Choice::one_of(UNITS, (1..=units).map(|unit| unit.to_string()))?);
        }
        for unit in 1..=units {
            let unary_choice =
                |side: &str| Choice::one_of(format!("unit{unit}/{side}"), unary.iter().map(|f| f.name()));
            let binary_choice = Choice::one_of(format!("unit{unit}/binary"), binary.iter().map(|f| f.name()));
            for choice in [unary_choice("left")?, unary_choice("right")?, binary_choice?] {
                let under = (unit..=units).map(|unit| unit.to_string());
                choices.push(if unit == 1 { choice } else { choice.under(UNITS, under) });
            }
        }
        let space = SearchSpace::new(format!("activations-{units}"), choices)?;
        let probes = probes("x", MOST_X).into_iter().zip(probes("beta", MOST_BETA)).collect();
        Ok(Self { units, unary: unary.into(), binary: binary.into(), space, probes })
    }

    /// Returns the choices.
    pub fn space(&self) -> &SearchSpace {
        &self.space
    }

    /// Returns the function that an architecture stands for.
    ///
    /// # Errors
    /// A mask that is no architecture of this space.
    pub fn activation(&self, mask: &PathMask) -> Result<Activation, SpaceError> {
        let accepted = self.space.accept(mask.clone())?;
        let option = |choice: usize| accepted.bits(choice).trailing_zeros() as usize;
        let (first, units) = if self.units > 1 { (1, option(0) + 1) } else { (0, 1) };
        let unit = |unit: usize| CoreUnit {
            left: self.unary[option(first + 3 * unit)],
            right: self.unary[option(first + 3 * unit + 1)],
            binary: self.binary[option(first + 3 * unit + 2)],
        };
        Activation::new((0..units).map(unit).collect())
    }

    /// Returns the architecture of a function.
    ///
    /// # Errors
    /// A function of more core units, or of other functions, than the space has.
    pub fn architecture(&self, activation: &Activation) -> Result<Architecture, SpaceError> {
        let lacks = |what: &str| SpaceError::Program {
            found: format!("{what} in `{activation}`"),
            expected: format!("what space `{}` has", self.space.name()),
        };
        let units = activation.units();
        if units.len() > self.units {
            return Err(lacks(&format!("{} core units", units.len())));
        }
        let mut bits: Vec<u64> = if self.units > 1 { vec![1 << (units.len() - 1)] } else { Vec::new() };
        for unit in units {
            for unary in [unit.left, unit.right] {
                let place = self.unary.iter().position(|one| *one == unary);
                bits.push(1 << place.ok_or_else(|| lacks(&format!("function `{unary}`")))?);
            }
            let place = self.binary.iter().position(|one| *one == unit.binary);
            bits.push(1 << place.ok_or_else(|| lacks(&format!("function `{}`", unit.binary)))?);
        }
        bits.resize(self.space.choices().len(), 1);
        self.space.accept(self.space.mask(bits))
    }

    /// Computes the canonical form of what an architecture stands for: equal functions have equal
    /// forms. x is between −5 and 5, β, which differs between probes, between −2 and 2.
    ///
    /// # Panics
    /// If the architecture is one of another space.
    pub fn form(&self, architecture: &Architecture) -> Form {
        let activation = self.activation(architecture).expect("an architecture of this space");
        Form::of(|probe| activation.value(self.probes[probe].0, self.probes[probe].1))
    }

    /// Counts the different functions, by the forms of all architectures.
    ///
    /// # Errors
    /// More than `most` architectures.
    pub fn different(&self, most: usize) -> Result<usize, SpaceError> {
        let all = self.space.architectures(most)?;
        Ok(all.iter().map(|architecture| self.form(architecture)).collect::<HashSet<_>>().len())
    }
}

const UNITS: &str = "units";

/// Probes are so far from 0, at most.
const MOST_X: f64 = 5.0;
const MOST_BETA: f64 = 2.0;
