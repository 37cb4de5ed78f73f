//! An activation function as a program.

use super::{Binary, Unary, text::Term};
use crate::SpaceError;
use serde::{Deserialize, Serialize};
use std::{fmt, str::FromStr};

/// A core unit: b(u₁(z), u₂(x)) of what the unit before it gives, z, and of the input x.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct CoreUnit {
    /// u₁, of what the unit before gives; of the first unit, of x.
    pub left: Unary,
    /// u₂, of x.
    pub right: Unary,
    /// b.
    pub binary: Binary,
}

/// An activation function: core units one after another (Ramachandran, Zoph and Le 2017, section
/// 3; that each reads x beside the one before is ours). β is one number for a channel, the same
/// wherever it is written.
///
/// Its text has the names of functions and is also how it is stored; `relu`, `swish` and `mish`
/// are read as well.
///
/// ```
/// use supernet_space::programs::Activation;
///
/// let swish: Activation = "gated(scaled(x), x)".parse()?;
/// assert_eq!(swish, "swish".parse()?);
/// assert_eq!((swish.formula(), swish.has_beta()), ("σ(β·x)·x".into(), true));
/// assert_eq!(swish.value(2.0, 1.0), 2.0 / (1.0 + (-2f64).exp()));
/// # Ok::<(), supernet_space::SpaceError>(())
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Activation {
    /// The first `count` of them; the others are copies of the last.
    units: [CoreUnit; Self::MOST_UNITS],
    count: usize,
}

/// Functions that have a name of their own.
const KNOWN: [(&str, &str); 3] = [
    ("relu", "max(relu(x), relu(x))"),
    ("swish", "gated(scaled(x), x)"),
    ("mish", "mul(tanh(max(softplus(x), softplus(x))), x)"),
];

impl Activation {
    /// Core units of a function, at most.
    pub const MOST_UNITS: usize = 4;

    /// The function of these core units.
    ///
    /// # Errors
    /// None, or more than [`Activation::MOST_UNITS`].
    pub fn new(units: Vec<CoreUnit>) -> Result<Self, SpaceError> {
        let count = units.len();
        match units.last().filter(|_| count <= Self::MOST_UNITS) {
            Some(&last) => {
                Ok(Self { units: std::array::from_fn(|place| units.get(place).copied().unwrap_or(last)), count })
            }
            None => Err(SpaceError::Field { field: "core units", found: count, expected: "1 to 4" }),
        }
    }

    /// Returns its core units, that which reads x alone first.
    pub fn units(&self) -> &[CoreUnit] {
        &self.units[..self.count]
    }

    /// Returns the core units that its value depends on: β as what the unit before gives leaves out
    /// all before it.
    pub fn units_read(&self) -> &[CoreUnit] {
        let first = self.units().iter().rposition(|unit| unit.left == Unary::Beta).unwrap_or(0);
        &self.units()[first..]
    }

    /// Whether β is in it.
    pub fn has_beta(&self) -> bool {
        self.units().iter().any(|unit| unit.left.has_beta() || unit.right.has_beta() || unit.binary.has_beta())
    }

    /// Computes it of a number.
    pub fn value(&self, x: f64, beta: f64) -> f64 {
        self.units()
            .iter()
            .fold(x, |z, unit| unit.binary.value(unit.left.value(z, beta), unit.right.value(x, beta), beta))
    }

    /// Writes it as one would by hand.
    pub fn formula(&self) -> String {
        self.units()
            .iter()
            .fold("x".into(), |z, unit| unit.binary.written(&unit.left.written(&z), &unit.right.written("x")))
    }

    /// The units of `binary(left, right)`.
    fn units_of(term: &Term) -> Result<Vec<CoreUnit>, SpaceError> {
        let (Some(binary), [left, right]) = (Binary::named(&term.name), &term.arguments[..]) else {
            let names: Vec<&str> = Binary::all().into_iter().map(Binary::name).collect();
            return Err(term.refused(&format!("two arguments of {}", names.join(", "))));
        };
        let (left, inner) = unary_of(left)?;
        let (right, x) = unary_of(right)?;
        if !is_x(x) {
            return Err(x.refused("x in the second argument"));
        }
        let mut units = if is_x(inner) { Vec::new() } else { Self::units_of(inner)? };
        units.push(CoreUnit { left, right, binary });
        Ok(units)
    }
}

/// A function of one argument with what it is applied to; x and what has two arguments are their
/// own identity.
fn unary_of(term: &Term) -> Result<(Unary, &Term), SpaceError> {
    match &term.arguments[..] {
        [inner] => match Unary::named(&term.name) {
            Some(unary) => Ok((unary, inner)),
            None => {
                let names: Vec<&str> = Unary::all().into_iter().map(Unary::name).collect();
                Err(term.refused(&format!("one argument of {}", names.join(", "))))
            }
        },
        [] if !is_x(term) => Err(term.refused("x or a function of it")),
        _ => Ok((Unary::Identity, term)),
    }
}

fn is_x(term: &Term) -> bool {
    term.name == "x" && term.arguments.is_empty()
}

impl fmt::Display for Activation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let of = |unary: Unary, argument: &str| match unary {
            Unary::Identity => argument.to_owned(),
            unary => format!("{unary}({argument})"),
        };
        let text = self.units().iter().fold(String::from("x"), |z, unit| {
            format!("{}({}, {})", unit.binary, of(unit.left, &z), of(unit.right, "x"))
        });
        f.write_str(&text)
    }
}

impl FromStr for Activation {
    type Err = SpaceError;

    fn from_str(text: &str) -> Result<Self, SpaceError> {
        let known = KNOWN.iter().find(|(name, _)| *name == text.trim());
        let term = Term::read(known.map_or(text, |(_, program)| program))?;
        Self::new(Self::units_of(&term)?)
    }
}

impl TryFrom<String> for Activation {
    type Error = SpaceError;

    fn try_from(text: String) -> Result<Self, SpaceError> {
        text.parse()
    }
}

impl From<Activation> for String {
    fn from(activation: Activation) -> Self {
        activation.to_string()
    }
}
