//! The canonical form of a program: its values on fixed probes.

use crate::draws::draws;
use rand::RngExt;

/// The values of a function on 64 probes, each rounded to a millionth, or to so much of itself
/// where it is above 1. Two programs of one form are the same function as far as the probes tell.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Form(Vec<[i64; 2]>);

impl Form {
    /// How many probes there are.
    pub const PROBES: usize = 64;

    /// The form of a function of probes, which are numbered.
    pub fn of(value: impl FnMut(usize) -> f64) -> Self {
        Self((0..Self::PROBES).map(value).map(rounded).collect())
    }

    /// Whether every value is a number, and none is infinite.
    pub fn is_finite(&self) -> bool {
        self.0.iter().all(|[exponent, _]| *exponent != NO_NUMBER)
    }
}

/// Stands for the exponent of what has none.
const NO_NUMBER: i64 = i64::MAX;

/// A value in units of a millionth, or of a millionth of the power of two below it; and that power.
fn rounded(value: f64) -> [i64; 2] {
    if !value.is_finite() {
        return [NO_NUMBER, if value.is_nan() { 0 } else { value.signum() as i64 }];
    }
    let exponent = value.abs().max(1.0).log2().floor();
    [exponent as i64, (value / exponent.exp2() * 1e6).round() as i64]
}

/// Numbers between `-most` and `most`, one for each probe, from the stream of this name.
pub(super) fn probes(name: &str, most: f64) -> Vec<f64> {
    let rng = &mut draws(0, &format!("probes/{name}"), 0);
    (0..Form::PROBES).map(|_| most * (2.0 * rng.random::<f64>() - 1.0)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rounding_is_to_a_millionth_and_tells_infinities_apart() {
        assert_eq!(rounded(0.1 + 0.2), rounded(0.3));
        assert_ne!(rounded(0.300_001), rounded(0.3));
        assert_eq!(rounded(-0.0), rounded(1e-9));
        assert_eq!(rounded(3e12 + 1.0), rounded(3e12));
        assert_ne!(rounded(3.000_01e12), rounded(3e12));
        let odd = [f64::NAN, f64::INFINITY, f64::NEG_INFINITY].map(rounded);
        assert!(odd[0] != odd[1] && odd[1] != odd[2]);
        assert!(!Form::of(|probe| 1.0 / (probe as f64 - 3.0)).is_finite());
        assert!(Form::of(|probe| probe as f64).is_finite());
    }
}
