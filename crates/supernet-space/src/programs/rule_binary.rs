//! Functions of two numbers in update rules.

use super::{EPSILON, named_by_table::named_by_table};

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

named_by_table!(RuleBinary);

impl RuleBinary {
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
