//! An update rule as a program.

use super::{Moments, Operand, RuleBinary, RuleUnary, operand::Scene, text::Term};
use crate::SpaceError;
use serde::{Deserialize, Serialize};
use std::{fmt, str::FromStr};

/// One step of a rule: b(u₁(z), u₂(o)) of what stands before it, z, and an operand o.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct RuleUnit {
    /// u₁, of what stands before.
    pub left: RuleUnary,
    /// u₂, of the operand.
    pub right: RuleUnary,
    /// o.
    pub operand: Operand,
    /// b.
    pub binary: RuleBinary,
}

/// An update rule w ← w − η·Δ: Δ begins with an operand, and up to three units follow (Bello, Zoph,
/// Vasudevan and Le 2017, section 4; that a unit reads one operand beside the unit before it is
/// ours).
///
/// Its text has the names of operands and functions and is also how it is stored.
///
/// ```
/// use supernet_space::programs::UpdateProgram;
///
/// let power_sign: UpdateProgram = "mul(exp(mul(sign_g, sign_m)), g)".parse()?;
/// assert_eq!(power_sign.units().count(), 2);
/// assert!(power_sign.moments().first && !power_sign.moments().second);
/// assert_eq!("g".parse::<UpdateProgram>()?.to_string(), "g");
/// # Ok::<(), supernet_space::SpaceError>(())
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct UpdateProgram {
    start: Operand,
    /// Those that there are stand first.
    units: [Option<RuleUnit>; Self::MOST_UNITS],
}

impl UpdateProgram {
    /// Units of a rule, at most.
    pub const MOST_UNITS: usize = 3;

    /// The rule that begins with `start` and goes on with `units`.
    ///
    /// # Errors
    /// More than [`UpdateProgram::MOST_UNITS`].
    pub fn new(start: Operand, units: &[RuleUnit]) -> Result<Self, SpaceError> {
        if units.len() > Self::MOST_UNITS {
            return Err(SpaceError::Field { field: "units of an update rule", found: units.len(), expected: "0 to 3" });
        }
        Ok(Self { start, units: std::array::from_fn(|unit| units.get(unit).copied()) })
    }

    /// Returns the operand that it begins with.
    pub fn start(&self) -> Operand {
        self.start
    }

    /// Returns its units in their order.
    pub fn units(&self) -> impl Iterator<Item = RuleUnit> {
        self.units.into_iter().flatten()
    }

    /// Returns the moments that it reads.
    pub fn moments(&self) -> Moments {
        self.units().fold(self.start.moments(), |moments, unit| moments.or(unit.operand.moments()))
    }

    /// Whether it changes over a training, whatever the gradients are.
    pub fn moves(&self) -> bool {
        self.units().any(|unit| unit.left.schedule().or(unit.right.schedule()).is_some())
    }

    /// Whether something is drawn in it.
    pub fn draws(&self) -> bool {
        let draws = |unit: RuleUnit| unit.operand == Operand::Noise || unit.left.drop().or(unit.right.drop()).is_some();
        self.start == Operand::Noise || self.units().any(draws)
    }

    /// Computes Δ in a scene at a share of the training; `drawn` gives a number between 0 and 1 for
    /// each place where something is drawn.
    pub(super) fn value(&self, scene: Scene, share: f64, drawn: impl Fn(usize) -> f64) -> f64 {
        let noise = |place: usize| Operand::NOISE * (2.0 * drawn(place) - 1.0);
        let start = self.start.value(scene, noise(0));
        self.units().zip(1..).fold(start, |z, (unit, place)| {
            let operand = unit.operand.value(scene, noise(3 * place));
            let left = unit.left.value(z, share, drawn(3 * place + 1));
            unit.binary.value(left, unit.right.value(operand, share, drawn(3 * place + 2)))
        })
    }

    fn read(term: &Term) -> Result<(Operand, Vec<RuleUnit>), SpaceError> {
        if term.arguments.is_empty() {
            return Ok((operand_of(term)?, Vec::new()));
        }
        let (Some(binary), [left, right]) = (RuleBinary::named(&term.name), &term.arguments[..]) else {
            let names: Vec<&str> = RuleBinary::all().into_iter().map(RuleBinary::name).collect();
            return Err(term.refused(&format!("two arguments of {}", names.join(", "))));
        };
        let (left, inner) = unary_of(left)?;
        let (right, operand) = unary_of(right)?;
        let (start, mut units) = Self::read(inner)?;
        units.push(RuleUnit { left, right, operand: operand_of(operand)?, binary });
        Ok((start, units))
    }
}

/// A function of one argument with what it is applied to; operands and what has two arguments are
/// their own identity.
fn unary_of(term: &Term) -> Result<(RuleUnary, &Term), SpaceError> {
    let [inner] = &term.arguments[..] else { return Ok((RuleUnary::Identity, term)) };
    let names = || RuleUnary::all().into_iter().map(RuleUnary::name).collect::<Vec<_>>().join(", ");
    let unary = RuleUnary::named(&term.name).ok_or_else(|| term.refused(&format!("one argument of {}", names())))?;
    Ok((unary, inner))
}

fn operand_of(term: &Term) -> Result<Operand, SpaceError> {
    let names = || Operand::all().into_iter().map(Operand::name).collect::<Vec<_>>().join(", ");
    let operand = Operand::named(&term.name).filter(|_| term.arguments.is_empty());
    operand.ok_or_else(|| term.refused(&format!("one of {}", names())))
}

impl fmt::Display for UpdateProgram {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let of = |unary: RuleUnary, argument: &str| match unary {
            RuleUnary::Identity => argument.to_owned(),
            unary => format!("{unary}({argument})"),
        };
        let text = self.units().fold(self.start.to_string(), |z, unit| {
            format!("{}({}, {})", unit.binary, of(unit.left, &z), of(unit.right, unit.operand.name()))
        });
        f.write_str(&text)
    }
}

impl FromStr for UpdateProgram {
    type Err = SpaceError;

    fn from_str(text: &str) -> Result<Self, SpaceError> {
        let (start, units) = Self::read(&Term::read(text)?)?;
        Self::new(start, &units)
    }
}

impl TryFrom<String> for UpdateProgram {
    type Error = SpaceError;

    fn try_from(text: String) -> Result<Self, SpaceError> {
        text.parse()
    }
}

impl From<UpdateProgram> for String {
    fn from(program: UpdateProgram) -> Self {
        program.to_string()
    }
}
