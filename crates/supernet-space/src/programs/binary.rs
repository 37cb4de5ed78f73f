//! Functions of two numbers in activation functions.

use super::{EPSILON, named_by_table::named_by_table, unary::sigmoid};

/// A function of two numbers (Ramachandran, Zoph and Le 2017, section 3, as far as the library
/// knows their list); β is a number that is learnt, one for each channel.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Binary {
    /// x + y
    Sum,
    /// x − y
    Difference,
    /// x·y
    Product,
    /// x/(y + ε)
    Quotient,
    /// max(x, y)
    Maximum,
    /// min(x, y)
    Minimum,
    /// σ(x)·y
    Gated,
    /// exp(−β(x − y)²)
    Near,
    /// exp(−β|x − y|)
    Close,
    /// βx + (1 − β)y
    Mixed,
}

/// Each function, its name in a program's text, and how it is written: `{a}` is its first argument,
/// `[a]` that in parentheses where it needs them.
const TABLE: [(Binary, &str, &str); 10] = [
    (Binary::Sum, "add", "{a} + {b}"),
    (Binary::Difference, "sub", "{a} − [b]"),
    (Binary::Product, "mul", "[a]·[b]"),
    (Binary::Quotient, "div", "[a]/({b} + ε)"),
    (Binary::Maximum, "max", "max({a}, {b})"),
    (Binary::Minimum, "min", "min({a}, {b})"),
    (Binary::Gated, "gated", "σ({a})·[b]"),
    (Binary::Near, "near", "exp(−β·({a} − [b])²)"),
    (Binary::Close, "close", "exp(−β·|{a} − [b]|)"),
    (Binary::Mixed, "mixed", "β·[a] + (1 − β)·[b]"),
];

named_by_table!(Binary);

impl Binary {
    /// Writes it of two arguments.
    pub(super) fn written(self, a: &str, b: &str) -> String {
        let text = self.row().2.replace("[a]", &super::text::in_parentheses(a)).replace("{a}", a);
        text.replace("[b]", &super::text::in_parentheses(b)).replace("{b}", b)
    }

    /// Whether β is in it.
    pub fn has_beta(self) -> bool {
        matches!(self, Self::Near | Self::Close | Self::Mixed)
    }

    /// Computes it of two numbers.
    pub fn value(self, x: f64, y: f64, beta: f64) -> f64 {
        match self {
            Self::Sum => x + y,
            Self::Difference => x - y,
            Self::Product => x * y,
            Self::Quotient => x / (y + EPSILON),
            // Not `f64::max`: of what is no number this is what a tensor gives.
            Self::Maximum if x < y => y,
            Self::Minimum if x > y => y,
            Self::Maximum | Self::Minimum => x,
            Self::Gated => sigmoid(x) * y,
            Self::Near => (-beta * (x - y) * (x - y)).exp(),
            Self::Close => (-beta * (x - y).abs()).exp(),
            Self::Mixed => beta * x + (1.0 - beta) * y,
        }
    }

    fn row(self) -> &'static (Self, &'static str, &'static str) {
        TABLE.iter().find(|row| row.0 == self).expect("the table has every function")
    }
}
