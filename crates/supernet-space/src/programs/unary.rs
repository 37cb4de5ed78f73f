//! Functions of one number in activation functions.

use super::{EPSILON, named_by_table::named_by_table};

/// A function of one number (Ramachandran, Zoph and Le 2017, section 3, as far as the library
/// knows their list); β is a number that is learnt, one for each channel.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Unary {
    /// x
    Identity,
    /// −x
    Negative,
    /// |x|
    Absolute,
    /// x²
    Square,
    /// x³
    Cube,
    /// √x, which is no number below 0.
    Root,
    /// β·x
    Scaled,
    /// x + β
    Shifted,
    /// log(|x| + ε)
    Logarithm,
    /// eˣ
    Exponential,
    /// sin x
    Sine,
    /// cos x
    Cosine,
    /// sinh x
    HyperbolicSine,
    /// cosh x
    HyperbolicCosine,
    /// tanh x
    HyperbolicTangent,
    /// asinh x
    InverseHyperbolicSine,
    /// atan x
    InverseTangent,
    /// sin(x)/x, 1 at 0
    Sinc,
    /// max(x, 0)
    Relu,
    /// min(x, 0)
    Minimum,
    /// σ(x) = 1/(1 + e⁻ˣ)
    Sigmoid,
    /// log(1 + eˣ)
    Softplus,
    /// exp(−x²)
    Gaussian,
    /// erf x
    Error,
    /// β, whatever x is.
    Beta,
}

/// Each function, its name in a program's text, and how it is written: `{}` is its argument, `[]`
/// that in parentheses where it needs them.
const TABLE: [(Unary, &str, &str); 25] = [
    (Unary::Identity, "identity", "{}"),
    (Unary::Negative, "neg", "−[]"),
    (Unary::Absolute, "abs", "|{}|"),
    (Unary::Square, "square", "[]²"),
    (Unary::Cube, "cube", "[]³"),
    (Unary::Root, "sqrt", "√[]"),
    (Unary::Scaled, "scaled", "β·[]"),
    (Unary::Shifted, "shifted", "[] + β"),
    (Unary::Logarithm, "log_abs", "log(|{}| + ε)"),
    (Unary::Exponential, "exp", "exp({})"),
    (Unary::Sine, "sin", "sin({})"),
    (Unary::Cosine, "cos", "cos({})"),
    (Unary::HyperbolicSine, "sinh", "sinh({})"),
    (Unary::HyperbolicCosine, "cosh", "cosh({})"),
    (Unary::HyperbolicTangent, "tanh", "tanh({})"),
    (Unary::InverseHyperbolicSine, "asinh", "asinh({})"),
    (Unary::InverseTangent, "atan", "atan({})"),
    (Unary::Sinc, "sinc", "sinc({})"),
    (Unary::Relu, "relu", "max({}, 0)"),
    (Unary::Minimum, "min0", "min({}, 0)"),
    (Unary::Sigmoid, "sigmoid", "σ({})"),
    (Unary::Softplus, "softplus", "log(1 + exp({}))"),
    (Unary::Gaussian, "gaussian", "exp(−[]²)"),
    (Unary::Error, "erf", "erf({})"),
    (Unary::Beta, "beta", "β"),
];

named_by_table!(Unary);

impl Unary {
    /// Writes it of an argument.
    pub(super) fn written(self, argument: &str) -> String {
        self.row().2.replace("[]", &super::text::in_parentheses(argument)).replace("{}", argument)
    }

    /// Whether β is in it.
    pub fn has_beta(self) -> bool {
        matches!(self, Self::Scaled | Self::Shifted | Self::Beta)
    }

    /// Computes it of a number.
    pub fn value(self, x: f64, beta: f64) -> f64 {
        match self {
            Self::Identity => x,
            Self::Negative => -x,
            Self::Absolute => x.abs(),
            Self::Square => x * x,
            Self::Cube => x * x * x,
            Self::Root => x.sqrt(),
            Self::Scaled => beta * x,
            Self::Shifted => x + beta,
            Self::Logarithm => (x.abs() + EPSILON).ln(),
            Self::Exponential => x.exp(),
            Self::Sine => x.sin(),
            Self::Cosine => x.cos(),
            Self::HyperbolicSine => x.sinh(),
            Self::HyperbolicCosine => x.cosh(),
            Self::HyperbolicTangent => x.tanh(),
            Self::InverseHyperbolicSine => x.asinh(),
            Self::InverseTangent => x.atan(),
            Self::Sinc if x == 0.0 => 1.0,
            Self::Sinc => x.sin() / x,
            // Not `f64::max`, which takes 0 for what is no number.
            Self::Relu if x < 0.0 => 0.0,
            Self::Minimum if x > 0.0 => 0.0,
            Self::Relu | Self::Minimum => x,
            Self::Sigmoid => sigmoid(x),
            Self::Softplus => x.max(0.0) + (-x.abs()).exp().ln_1p(),
            Self::Gaussian => (-x * x).exp(),
            Self::Error => libm::erf(x),
            Self::Beta => beta,
        }
    }

    fn row(self) -> &'static (Self, &'static str, &'static str) {
        TABLE.iter().find(|row| row.0 == self).expect("the table has every function")
    }
}

pub(super) fn sigmoid(x: f64) -> f64 {
    1.0 / (1.0 + (-x).exp())
}
