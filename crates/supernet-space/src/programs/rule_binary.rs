//! Functions of two numbers in update rules.

use super::EPSILON;
use std::fmt;

/// A function of two numbers (Bello, Zoph, Vasudevan and Le 2017, section 4).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum RuleBinary {
    /// x + y
    Sum,
    /// x − y
    Difference,
    /// x·y
    Product,
    /// x/(y + ε)
    Quotient,
    /// x to the power of y
    Power,
    /// x
    Keep,
}

/// Each function with its name in a program's text.
const TABLE: [(RuleBinary, &str); 6] = [
    (RuleBinary::Sum, "add"),
    (RuleBinary::Difference, "sub"),
    (RuleBinary::Product, "mul"),
    (RuleBinary::Quotient, "div"),
    (RuleBinary::Power, "pow"),
    (RuleBinary::Keep, "keep"),
];

impl RuleBinary {
    /// Returns all of them, in the order of a mask's bits.
    pub fn all() -> Vec<Self> {
        TABLE.iter().map(|row| row.0).collect()
    }

    /// Returns its name in a program's text.
    pub fn name(self) -> &'static str {
        TABLE.iter().find(|row| row.0 == self).expect("the table has every function").1
    }

    /// Returns the function of this name.
    pub fn named(name: &str) -> Option<Self> {
        TABLE.iter().find(|row| row.1 == name).map(|row| row.0)
    }

    /// Computes it of two numbers.
    pub(super) fn value(self, x: f64, y: f64) -> f64 {
        match self {
            Self::Sum => x + y,
            Self::Difference => x - y,
            Self::Product => x * y,
            Self::Quotient => x / (y + EPSILON),
            Self::Power => x.powf(y),
            Self::Keep => x,
        }
    }
}

impl fmt::Display for RuleBinary {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}
