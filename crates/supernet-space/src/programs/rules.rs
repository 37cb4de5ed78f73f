//! Update rules as a search space.

use super::{Form, Operand, RuleBinary, RuleUnary, RuleUnit, UpdateProgram, form::probes, operand::Scene};
use crate::{Architecture, Choice, PathMask, SearchSpace, SpaceError};

/// The space of update rules of some units, each with a learning rate (Bello, Zoph, Vasudevan and
/// Le 2017; that the rate is searched with the rule is ours).
///
/// The choices are `rate`, `start`, and for each unit `unit1/left`, `unit1/right`, `unit1/operand`
/// and `unit1/binary`. Which programs are the same rule is told by [`UpdatePrograms::form`].
#[derive(Clone, Debug, PartialEq)]
pub struct UpdatePrograms {
    units: usize,
    rates: Vec<f64>,
    space: SearchSpace,
    probed: Probed,
}

/// The numbers that rules are probed with, one of each for a probe.
#[derive(Clone, Debug, PartialEq)]
struct Probed {
    gradient: Vec<f64>,
    moments: [Vec<f64>; 3],
    weight: Vec<f64>,
    share: Vec<f64>,
    /// At each place where something is drawn.
    drawn: Vec<Vec<f64>>,
}

impl UpdatePrograms {
    /// The space of rules of `units` units at one of these learning rates.
    ///
    /// # Errors
    /// No unit, or more than [`UpdateProgram::MOST_UNITS`]; no rate, one twice, or one that is not
    /// above 0.
    pub fn new(units: usize, rates: &[f64]) -> Result<Self, SpaceError> {
        if !(1..=UpdateProgram::MOST_UNITS).contains(&units) {
            return Err(SpaceError::Field { field: "units of an update rule", found: units, expected: "1 to 3" });
        }
        if let Some(rate) = rates.iter().find(|rate| !(rate.is_finite() && **rate > 0.0)) {
            let (found, expected) = (format!("learning rate {rate}"), "numbers above 0".into());
            return Err(SpaceError::Program { found, expected });
        }
        let operands = || Operand::all().into_iter().map(Operand::name);
        let mut choices =
            vec![Choice::one_of("rate", rates.iter().map(f64::to_string))?, Choice::one_of("start", operands())?];
        for unit in 1..=units {
            let unary =
                |side: &str| Choice::one_of(format!("unit{unit}/{side}"), RuleUnary::all().iter().map(|f| f.name()));
            choices.push(unary("left")?);
            choices.push(unary("right")?);
            choices.push(Choice::one_of(format!("unit{unit}/operand"), operands())?);
            choices.push(Choice::one_of(format!("unit{unit}/binary"), RuleBinary::all().iter().map(|f| f.name()))?);
        }
        let space = SearchSpace::new(format!("update-rules-{units}"), choices)?;
        Ok(Self { units, rates: rates.into(), space, probed: Probed::new() })
    }

    /// Returns the choices.
    pub fn space(&self) -> &SearchSpace {
        &self.space
    }

    /// Returns the rule that an architecture stands for, and its learning rate.
    ///
    /// # Errors
    /// A mask that is no architecture of this space.
    pub fn rule(&self, mask: &PathMask) -> Result<(UpdateProgram, f64), SpaceError> {
        let accepted = self.space.accept(mask.clone())?;
        let option = |choice: usize| accepted.bits(choice).trailing_zeros() as usize;
        let (unary, operands, binary) = (RuleUnary::all(), Operand::all(), RuleBinary::all());
        let unit = |unit: usize| RuleUnit {
            left: unary[option(2 + 4 * unit)],
            right: unary[option(3 + 4 * unit)],
            operand: operands[option(4 + 4 * unit)],
            binary: binary[option(5 + 4 * unit)],
        };
        let units: Vec<RuleUnit> = (0..self.units).map(unit).collect();
        Ok((UpdateProgram::new(operands[option(1)], &units)?, self.rates[option(0)]))
    }

    /// Computes the canonical form of what an architecture stands for, learning rate and all: equal
    /// updates have equal forms. Gradients, moments and weights are within ±2, second moments above
    /// 0; whatever is drawn is drawn anew for each place.
    ///
    /// # Panics
    /// If the architecture is one of another space.
    pub fn form(&self, architecture: &Architecture) -> Form {
        let (program, rate) = self.rule(architecture).expect("an architecture of this space");
        let Probed { gradient, moments, weight, share, drawn } = &self.probed;
        Form::of(|probe| {
            let moments = [moments[0][probe], moments[1][probe].abs(), moments[2][probe]];
            let scene = Scene { gradient: gradient[probe], moments, weight: weight[probe] };
            rate * program.value(scene, share[probe].abs(), |place| (drawn[place][probe] + 1.0) / 2.0)
        })
    }
}

impl Probed {
    fn new() -> Self {
        let places = 3 * (UpdateProgram::MOST_UNITS + 1);
        Self {
            gradient: probes("g", 2.0),
            moments: ["m", "v", "gamma"].map(|name| probes(name, 2.0)),
            weight: probes("w", 2.0),
            share: probes("share", 1.0),
            drawn: (0..places).map(|place| probes(&format!("drawn/{place}"), 1.0)).collect(),
        }
    }
}
