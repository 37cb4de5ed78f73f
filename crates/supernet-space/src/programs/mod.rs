//! Programs as spaces: what is searched is a formula, a tree of functions with one choice for each
//! of its slots. Which formulas are equal is told by their values on fixed probes.

mod activation;
mod activations;
mod binary;
mod form;
mod named_by_table;
mod operand;
mod rule_binary;
mod rule_unary;
mod rules;
mod text;
mod unary;
mod update_program;

pub use activation::{Activation, CoreUnit};
pub use activations::Activations;
pub use binary::Binary;
pub use form::Form;
pub use operand::{MOMENT_DECAYS, Moments, Operand};
pub use rule_binary::RuleBinary;
pub use rule_unary::RuleUnary;
pub use rules::UpdatePrograms;
pub use unary::Unary;
pub use update_program::{RuleUnit, UpdateProgram};

/// Added to what a logarithm or a quotient would be infinite at.
pub const EPSILON: f64 = 1e-7;
