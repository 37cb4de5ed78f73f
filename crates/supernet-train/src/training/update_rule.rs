//! How weights move along their gradients.

use crate::TrainError;
use serde::{Deserialize, Serialize};
use std::{fmt, str::FromStr};
use supernet_space::{Schedule, programs::UpdateProgram};

/// An update rule w ← w − η·Δ, of a training from scratch. η moves along the schedule of
/// [`Sgd`](crate::Sgd); g is the gradient after the bound on its norm and L2, and d the decay, a
/// schedule over the training's steps. m ← 0.9·m + 0.1·g starts as the first gradient, so that it
/// needs no correction (a moment that starts at 0 does). Other rules than SGD have no use for its
/// momentum.
///
/// Its text, which is also how it is stored: `sgd`, `power_sign`, `add_sign:linear` (a [`Schedule`]
/// for d, else constant), `program:mul(exp(sign_g), g)` (an [`UpdateProgram`]).
///
/// ```
/// use supernet_train::UpdateRule;
///
/// let rule: UpdateRule = "power_sign:cosine".parse()?;
/// assert_eq!(rule.to_string(), "power_sign:cosine");
/// assert!("power_sign:often".parse::<UpdateRule>().is_err());
/// # Ok::<(), supernet_train::TrainError>(())
/// ```
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub enum UpdateRule {
    /// Stochastic gradient descent with Nesterov momentum, as [`Sgd`](crate::Sgd) says.
    #[default]
    Sgd,
    /// Δ = e^(d·sign(g)·sign(m))·g (Bello, Zoph, Vasudevan and Le 2017, section 5).
    PowerSign(Schedule),
    /// Δ = (1 + d·sign(g)·sign(m))·g (Bello, Zoph, Vasudevan and Le 2017, section 5).
    AddSign(Schedule),
    /// Δ is what a program says.
    Program(UpdateProgram),
}

impl UpdateRule {
    /// Whether it changes over a training, whatever the gradients are.
    pub fn moves(&self) -> bool {
        match self {
            Self::Sgd => false,
            Self::PowerSign(decay) | Self::AddSign(decay) => *decay != Schedule::Constant,
            Self::Program(program) => program.moves(),
        }
    }

    /// # Errors
    /// A schedule with a number out of range, at `place`.
    pub(crate) fn check(&self, place: &'static str) -> Result<(), TrainError> {
        match self {
            Self::PowerSign(decay) | Self::AddSign(decay) if !decay.is_in_range() => {
                Err(TrainError::config(place, self, "a schedule with numbers in range"))
            }
            _ => Ok(()),
        }
    }
}

impl fmt::Display for UpdateRule {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let decayed = |f: &mut fmt::Formatter<'_>, name: &str, decay: Schedule| match decay {
            Schedule::Constant => f.write_str(name),
            decay => write!(f, "{name}:{decay}"),
        };
        match *self {
            Self::Sgd => f.write_str("sgd"),
            Self::PowerSign(decay) => decayed(f, "power_sign", decay),
            Self::AddSign(decay) => decayed(f, "add_sign", decay),
            Self::Program(program) => write!(f, "program:{program}"),
        }
    }
}

impl FromStr for UpdateRule {
    type Err = TrainError;

    fn from_str(text: &str) -> Result<Self, TrainError> {
        let (name, rest) = text.split_once(':').map_or((text, None), |(name, rest)| (name, Some(rest)));
        let decay = || rest.map_or(Ok(Schedule::Constant), str::parse);
        match (name, rest) {
            ("sgd", None) => Ok(Self::Sgd),
            ("power_sign", _) => Ok(Self::PowerSign(decay()?)),
            ("add_sign", _) => Ok(Self::AddSign(decay()?)),
            ("program", Some(program)) => Ok(Self::Program(program.parse()?)),
            _ => {
                let expected = "sgd, power_sign, add_sign (with `:` and a schedule or without) or program:PROGRAM";
                Err(TrainError::config("update rule", format!("`{text}`"), expected))
            }
        }
    }
}

impl TryFrom<String> for UpdateRule {
    type Error = TrainError;

    fn try_from(text: String) -> Result<Self, TrainError> {
        text.parse()
    }
}

impl From<UpdateRule> for String {
    fn from(rule: UpdateRule) -> Self {
        rule.to_string()
    }
}
