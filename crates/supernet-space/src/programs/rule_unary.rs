//! Functions of one number in update rules.

use super::{EPSILON, named_by_table::named_by_table, operand::sign};
use crate::Schedule;

/// A function of one number (Bello, Zoph, Vasudevan and Le 2017, section 4, as far as the library
/// knows their list).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum RuleUnary {
    /// x
    Identity,
    /// −x
    Negative,
    /// eˣ
    Exponential,
    /// log(|x| + ε)
    Logarithm,
    /// x within ±10⁻⁵
    Clip5,
    /// x within ±10⁻⁴
    Clip4,
    /// x within ±10⁻³
    Clip3,
    /// x, or 0 with probability 0.1
    Drop1,
    /// x, or 0 with probability 0.3
    Drop3,
    /// x, or 0 with probability 0.5
    Drop5,
    /// sign(x)
    Sign,
    /// x·(1 − t/T)
    Linear,
    /// x·½(1 + cos(π t/T))
    Cosine,
    /// x times half a cosine again and again, 20 times in a training
    Restarts,
}

/// Each function with its name in a program's text.
const TABLE: [(RuleUnary, &str); 14] = [
    (RuleUnary::Identity, "identity"),
    (RuleUnary::Negative, "neg"),
    (RuleUnary::Exponential, "exp"),
    (RuleUnary::Logarithm, "log_abs"),
    (RuleUnary::Clip5, "clip_5"),
    (RuleUnary::Clip4, "clip_4"),
    (RuleUnary::Clip3, "clip_3"),
    (RuleUnary::Drop1, "drop_1"),
    (RuleUnary::Drop3, "drop_3"),
    (RuleUnary::Drop5, "drop_5"),
    (RuleUnary::Sign, "sign"),
    (RuleUnary::Linear, "linear"),
    (RuleUnary::Cosine, "cosine"),
    (RuleUnary::Restarts, "restarts"),
];

named_by_table!(RuleUnary);

impl RuleUnary {
    /// Returns the bound that it keeps its argument within, where it does that.
    pub fn clip(self) -> Option<f64> {
        match self {
            Self::Clip5 => Some(1e-5),
            Self::Clip4 => Some(1e-4),
            Self::Clip3 => Some(1e-3),
            _ => None,
        }
    }

    /// Returns the probability with which it gives 0, where it draws that.
    pub fn drop(self) -> Option<f64> {
        match self {
            Self::Drop1 => Some(0.1),
            Self::Drop3 => Some(0.3),
            Self::Drop5 => Some(0.5),
            _ => None,
        }
    }

    /// Returns how what it multiplies by moves over a training, where it moves.
    pub fn schedule(self) -> Option<Schedule> {
        match self {
            Self::Linear => Some(Schedule::Linear),
            Self::Cosine => Some(Schedule::Cosine),
            Self::Restarts => Some(Schedule::Restarts { first: 0.05, growth: 1.0, least: 0.0 }),
            _ => None,
        }
    }

    /// Computes it of a number at a share of the training that has passed, where `drawn`, between 0
    /// and 1, is below the probability of what is dropped.
    pub(super) fn value(self, x: f64, share: f64, drawn: f64) -> f64 {
        if let Some(bound) = self.clip() {
            return x.clamp(-bound, bound);
        }
        if let Some(probability) = self.drop() {
            return if drawn < probability { 0.0 } else { x };
        }
        if let Some(schedule) = self.schedule() {
            return x * schedule.at(1.0, (share * PROBED_STEPS as f64) as u64, PROBED_STEPS);
        }
        match self {
            Self::Negative => -x,
            Self::Exponential => x.exp(),
            Self::Logarithm => (x.abs() + EPSILON).ln(),
            Self::Sign => sign(x),
            _ => x,
        }
    }
}

/// Steps of the training whose moments are probed.
const PROBED_STEPS: u64 = 1_000_000;
