//! What update rules are made of.

use super::{EPSILON, named_by_table::named_by_table};

/// How much of each moment is kept at a step: of the first, the second and the third.
pub const MOMENT_DECAYS: [f64; 3] = [0.9, 0.999, 0.999];

/// Which moments of the gradient something reads: running means of g, g² and g³.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Moments {
    /// m, of g.
    pub first: bool,
    /// v, of g².
    pub second: bool,
    /// γ, of g³.
    pub third: bool,
}

impl Moments {
    /// Returns those that either reads.
    #[must_use]
    pub fn or(self, other: Self) -> Self {
        Self { first: self.first || other.first, second: self.second || other.second, third: self.third || other.third }
    }
}

/// A number for each weight w with gradient g (Bello, Zoph, Vasudevan and Le 2017, section 4, as
/// far as the library knows their list). A moment starts as the first gradient, its square or its
/// cube, so that it needs no correction (theirs start at 0 and are corrected).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Operand {
    /// g
    Gradient,
    /// g²
    Square,
    /// g³
    Cube,
    /// m
    First,
    /// v
    Second,
    /// γ
    Third,
    /// sign(g)
    Sign,
    /// sign(m)
    FirstSign,
    /// 1
    One,
    /// 2
    Two,
    /// A normal number of deviation 0.01.
    Noise,
    /// w/10
    Tenth,
    /// w/100
    Hundredth,
    /// w/1000
    Thousandth,
    /// w/10,000
    TenThousandth,
    /// m/(√v + ε): the direction of Adam.
    Adam,
    /// g/(√v + ε): the direction of RMSProp.
    RmsProp,
}

/// What the operands are read from: the same for all of a rule.
#[derive(Clone, Copy, Debug)]
pub(super) struct Scene {
    pub(super) gradient: f64,
    /// m, v and γ.
    pub(super) moments: [f64; 3],
    pub(super) weight: f64,
}

/// Each operand with its name in a program's text.
const TABLE: [(Operand, &str); 17] = [
    (Operand::Gradient, "g"),
    (Operand::Square, "g2"),
    (Operand::Cube, "g3"),
    (Operand::First, "m"),
    (Operand::Second, "v"),
    (Operand::Third, "gamma"),
    (Operand::Sign, "sign_g"),
    (Operand::FirstSign, "sign_m"),
    (Operand::One, "one"),
    (Operand::Two, "two"),
    (Operand::Noise, "noise"),
    (Operand::Tenth, "w_1"),
    (Operand::Hundredth, "w_2"),
    (Operand::Thousandth, "w_3"),
    (Operand::TenThousandth, "w_4"),
    (Operand::Adam, "adam"),
    (Operand::RmsProp, "rmsprop"),
];

named_by_table!(Operand);

impl Operand {
    /// The deviation of the noise.
    pub const NOISE: f64 = 0.01;

    /// Returns the moments that it reads.
    pub fn moments(self) -> Moments {
        Moments {
            first: matches!(self, Self::First | Self::FirstSign | Self::Adam),
            second: matches!(self, Self::Second | Self::Adam | Self::RmsProp),
            third: matches!(self, Self::Third),
        }
    }

    /// Returns what the weight is multiplied by, where the operand is a multiple of it.
    pub fn of_weight(self) -> Option<f64> {
        match self {
            Self::Tenth => Some(1e-1),
            Self::Hundredth => Some(1e-2),
            Self::Thousandth => Some(1e-3),
            Self::TenThousandth => Some(1e-4),
            _ => None,
        }
    }

    /// Its value in a scene, in which the noise is `noise`.
    pub(super) fn value(self, Scene { gradient: g, moments: [m, v, third], weight }: Scene, noise: f64) -> f64 {
        match self {
            Self::Gradient => g,
            Self::Square => g * g,
            Self::Cube => g * g * g,
            Self::First => m,
            Self::Second => v,
            Self::Third => third,
            Self::Sign => sign(g),
            Self::FirstSign => sign(m),
            Self::One => 1.0,
            Self::Two => 2.0,
            Self::Noise => noise,
            Self::Tenth | Self::Hundredth | Self::Thousandth | Self::TenThousandth => {
                self.of_weight().expect("a multiple of it") * weight
            }
            Self::Adam => m / (v.sqrt() + EPSILON),
            Self::RmsProp => g / (v.sqrt() + EPSILON),
        }
    }
}

/// 1, −1, or 0 at 0.
pub(super) fn sign(x: f64) -> f64 {
    if x == 0.0 { x } else { x.signum() }
}
