//! A program that networks are trained with, and the spaces of them.

use super::kind::ProgramKind;
use crate::{StandAloneTraining, TrainError, UpdateRule};
use serde::Serialize;
use std::fmt;
use supernet_nn::{Definition, Layer};
use supernet_space::{
    Architecture, PathMask, Schedule, SearchSpace,
    programs::{Activation, Activations, Form, UpdatePrograms},
};

/// What networks are trained with: a function in place of ReLU, or an update rule with its learning
/// rate.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Program {
    /// A function in place of ReLU; `relu` is that itself.
    Activation(Activation),
    /// An update rule.
    Rule {
        /// How weights move.
        rule: UpdateRule,
        /// The largest learning rate of the schedule.
        learning_rate: f64,
    },
}

impl Program {
    /// Returns networks and recipe with it.
    pub(super) fn of<M: Layer<D, 2>, const D: usize>(
        &self,
        definition: &Definition<M, D>,
        training: StandAloneTraining,
    ) -> (Definition<M, D>, StandAloneTraining) {
        match *self {
            Self::Activation(activation) => {
                (definition.clone().with_activation(Some(activation).filter(|it| !is_relu(it))), training)
            }
            Self::Rule { rule, learning_rate } => {
                let mut training = StandAloneTraining { rule, ..training };
                training.sgd.learning_rate = learning_rate;
                (definition.clone(), training)
            }
        }
    }

    /// Returns the function in place of ReLU, for
    /// [`Definition::with_activation`](supernet_nn::Definition::with_activation); none where it is
    /// ReLU itself, and of rules.
    pub fn function(&self) -> Option<Activation> {
        match *self {
            Self::Activation(activation) => Some(activation).filter(|it| !is_relu(it)),
            Self::Rule { .. } => None,
        }
    }
}

fn is_relu(activation: &Activation) -> bool {
    "relu".parse() == Ok(*activation)
}

/// As one would write it by hand: the formula of a function, the text of a rule with its rate.
impl fmt::Display for Program {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Activation(activation) if is_relu(activation) => f.write_str("max(x, 0)"),
            Self::Activation(activation) => f.write_str(&activation.formula()),
            Self::Rule { rule, learning_rate } => write!(f, "{rule} at {learning_rate}"),
        }
    }
}

/// A space of programs.
pub(super) enum ProgramSpace {
    Activations(Activations),
    Rules(UpdatePrograms),
}

impl ProgramSpace {
    /// # Errors
    /// A number of units or a learning rate out of range.
    pub(super) fn new(what: ProgramKind, units: usize, learning_rates: &[f64]) -> Result<Self, TrainError> {
        Ok(match what {
            ProgramKind::Activations => Self::Activations(Activations::new(units)?),
            ProgramKind::Rules => Self::Rules(UpdatePrograms::new(units, learning_rates)?),
        })
    }

    pub(super) fn space(&self) -> &SearchSpace {
        match self {
            Self::Activations(activations) => activations.space(),
            Self::Rules(rules) => rules.space(),
        }
    }

    /// The form by which equal programs are told.
    pub(super) fn form(&self, architecture: &Architecture) -> Form {
        match self {
            Self::Activations(activations) => activations.form(architecture),
            Self::Rules(rules) => rules.form(architecture),
        }
    }

    /// The program that an architecture stands for.
    ///
    /// # Errors
    /// An architecture of another space.
    pub(super) fn program(&self, mask: &PathMask) -> Result<Program, TrainError> {
        Ok(match self {
            Self::Activations(activations) => Program::Activation(activations.activation(mask)?),
            Self::Rules(rules) => {
                let (program, learning_rate) = rules.rule(mask)?;
                Program::Rule { rule: UpdateRule::Program(program), learning_rate }
            }
        })
    }

    /// What is known already and stands beside what is found, each at several learning rates of
    /// which the best counts.
    pub(super) fn known(&self, learning_rates: &[f64]) -> Vec<Vec<Program>> {
        let known = |name: &str| Program::Activation(name.parse().expect("a known function"));
        match self {
            Self::Activations(_) => ["relu", "swish"].map(|name| vec![known(name)]).into(),
            Self::Rules(_) => {
                let at = |rule| move |&learning_rate: &f64| Program::Rule { rule, learning_rate };
                [UpdateRule::Sgd, UpdateRule::AddSign(Schedule::Linear), UpdateRule::PowerSign(Schedule::Linear)]
                    .map(|rule| learning_rates.iter().map(at(rule)).collect())
                    .into()
            }
        }
    }
}
