//! How a number moves over a training run.

use crate::SpaceError;
use serde::{Deserialize, Serialize};
use std::{f64::consts::PI, fmt, str::FromStr};

/// How a number moves over a run of T steps: what its full height is multiplied by at step t, from
/// 0. Its text (`cosine`, `restarts:0.1:2:0.01`), which is also how it is stored, has its numbers
/// in the order of the fields.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub enum Schedule {
    /// From 0 at the first step to 1 at the last: t / (T − 1).
    #[default]
    Ramp,
    /// 1 at every step.
    Constant,
    /// From 1 towards 0: 1 − t/T.
    Linear,
    /// From 1 towards 0 along half a cosine: ½ (1 + cos(π t/T)), so that no step is without effect.
    Cosine,
    /// Up to 1 in even steps over the first `rise` of the run, of which the first is above 0; then
    /// half a cosine towards 0 over what is left (Goyal et al. 2017, section 2.2).
    Rise {
        /// Share of the run; above 0, at most 1.
        rise: f64,
    },
    /// Half a cosine from 1 towards `least`, again and again (SGDR: Loshchilov and Hutter, ICLR
    /// 2017).
    Restarts {
        /// Share of the run that the first period takes; above 0, at most 1.
        first: f64,
        /// How many times as long as the one before each further period is; 1 to 10.
        growth: f64,
        /// What a period falls towards; 0 to 1, without 1.
        least: f64,
    },
    /// `factor` times less after each `every` of the run.
    Steps {
        /// Share of the run; above 0, at most 1.
        every: f64,
        /// What it is multiplied by; above 0, below 1.
        factor: f64,
    },
}

impl Schedule {
    /// Returns the number at step `step`, from 0, of `steps`, whose full height is `full`.
    pub fn at(self, full: f64, step: u64, steps: u64) -> f64 {
        let (t, of) = (step as f64, steps as f64);
        match self {
            Self::Constant => full,
            Self::Ramp if steps <= 1 => 0.0,
            Self::Ramp => full * step.min(steps - 1) as f64 / (steps - 1) as f64,
            Self::Linear => full * (1.0 - t / of),
            Self::Cosine => half_cosine(full, t, of),
            Self::Rise { rise } => {
                let rising = (rise * of).ceil().max(1.0);
                if t < rising { full * (t + 1.0) / rising } else { half_cosine(full, t - rising, of - rising) }
            }
            Self::Restarts { first, growth, least } => {
                let [since, period] = in_period(t / of, first, growth);
                full * least + half_cosine(full * (1.0 - least), since, period)
            }
            Self::Steps { every, factor } => full * factor.powf((t / of / every + ROUNDING).floor()),
        }
    }

    /// Returns whether its numbers are in range.
    pub fn is_in_range(self) -> bool {
        let share = |share: f64| share > 0.0 && share <= 1.0;
        match self {
            Self::Ramp | Self::Constant | Self::Linear | Self::Cosine => true,
            Self::Rise { rise } => share(rise),
            Self::Restarts { first, growth, least } => {
                share(first) && (1.0..=10.0).contains(&growth) && (0.0..1.0).contains(&least)
            }
            Self::Steps { every, factor } => share(every) && factor > 0.0 && factor < 1.0,
        }
    }
}

/// A step that is at the end of a period up to rounding belongs to the next.
const ROUNDING: f64 = 1e-9;

/// full/2 · (1 + cos(π t/T)).
fn half_cosine(full: f64, t: f64, of: f64) -> f64 {
    full / 2.0 * (1.0 + (PI * t / of).cos())
}

/// How much of the period has passed in which `share` of the run is, and its length.
fn in_period(share: f64, first: f64, growth: f64) -> [f64; 2] {
    let (mut since, mut period) = (share, first);
    while since + ROUNDING >= period {
        since -= period;
        period *= growth;
    }
    [since.max(0.0), period]
}

impl fmt::Display for Schedule {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Ramp => write!(f, "ramp"),
            Self::Constant => write!(f, "constant"),
            Self::Linear => write!(f, "linear"),
            Self::Cosine => write!(f, "cosine"),
            Self::Rise { rise } => write!(f, "rise:{rise}"),
            Self::Restarts { first, growth, least } => write!(f, "restarts:{first}:{growth}:{least}"),
            Self::Steps { every, factor } => write!(f, "steps:{every}:{factor}"),
        }
    }
}

impl FromStr for Schedule {
    type Err = SpaceError;

    fn from_str(text: &str) -> Result<Self, SpaceError> {
        let mut parts = text.split(':');
        let name = parts.next().unwrap_or_default();
        let numbers: Option<Vec<f64>> = parts.map(|part| part.parse().ok()).collect();
        let schedule = match (name, numbers.as_deref()) {
            ("ramp", Some([])) => Some(Self::Ramp),
            ("constant", Some([])) => Some(Self::Constant),
            ("linear", Some([])) => Some(Self::Linear),
            ("cosine", Some([])) => Some(Self::Cosine),
            ("rise", Some(&[rise])) => Some(Self::Rise { rise }),
            ("restarts", Some(&[first, growth, least])) => Some(Self::Restarts { first, growth, least }),
            ("steps", Some(&[every, factor])) => Some(Self::Steps { every, factor }),
            _ => None,
        };
        schedule.filter(|schedule| schedule.is_in_range()).ok_or_else(|| SpaceError::Schedule { found: text.into() })
    }
}

impl TryFrom<String> for Schedule {
    type Error = SpaceError;

    fn try_from(text: String) -> Result<Self, SpaceError> {
        text.parse()
    }
}

impl From<Schedule> for String {
    fn from(schedule: Schedule) -> Self {
        schedule.to_string()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn factors_are_those_of_the_formulas() {
        let of = |schedule: Schedule, steps: &[u64]| -> Vec<f64> {
            steps.iter().map(|&step| (schedule.at(2.0, step, 10) / 2.0 * 1e9).round() / 1e9).collect()
        };
        assert_eq!(of(Schedule::Ramp, &[0, 3, 9]), [0.0, 0.333_333_333, 1.0]);
        assert_eq!(of(Schedule::Constant, &[0, 9]), [1.0, 1.0]);
        assert_eq!(of(Schedule::Linear, &[0, 4, 9]), [1.0, 0.6, 0.1]);
        assert_eq!(of(Schedule::Cosine, &[0, 5, 9]), [1.0, 0.5, 0.024_471_742]);
        // Two steps up, then eight down.
        assert_eq!(of(Schedule::Rise { rise: 0.2 }, &[0, 1, 2, 6]), [0.5, 1.0, 1.0, 0.5]);
        assert_eq!(of(Schedule::Rise { rise: 1.0 }, &[0, 9]), [0.1, 1.0]);
        // A period of two steps, one of four, one of eight that the run does not end.
        let restarts = Schedule::Restarts { first: 0.2, growth: 2.0, least: 0.1 };
        assert_eq!(of(restarts, &[0, 1, 2, 4, 6, 8]), [1.0, 0.55, 1.0, 0.55, 1.0, 0.868_198_052]);
        // Steps of a tenth of the run each, which no rounding may move.
        assert_eq!(of(Schedule::Restarts { first: 0.1, growth: 1.0, least: 0.0 }, &[3, 6, 7, 9]), [1.0; 4]);
        assert_eq!(of(Schedule::Steps { every: 0.3, factor: 0.1 }, &[2, 3, 6, 9]), [1.0, 0.1, 0.01, 0.001]);
    }

    #[test]
    fn a_run_of_one_step_is_no_division_by_nothing() {
        for text in ["ramp", "constant", "linear", "cosine", "rise:0.1", "rise:1", "restarts:1:1:0", "steps:1:0.5"] {
            let first = text.parse::<Schedule>().unwrap().at(3.0, 0, 1);
            assert_eq!(first, if text == "ramp" { 0.0 } else { 3.0 }, "{text}");
        }
    }

    #[test]
    fn a_text_is_read_back_and_any_other_is_refused() {
        for text in ["ramp", "constant", "linear", "cosine", "rise:0.05", "restarts:0.1:2:0.01", "steps:0.3:0.1"] {
            let json = format!("\"{text}\"");
            let schedule: Schedule = serde_json::from_str(&json).unwrap();
            assert_eq!(serde_json::to_string(&schedule).unwrap(), json);
        }
        let refused = [
            "",
            "slope",
            "cosine:1",
            "rise",
            "rise:0",
            "rise:NaN",
            "restarts:0.1:0.5:0",
            "restarts:0.1:2:1",
            "steps:0.3:1",
            "steps:x:0.1",
            "steps:0.3:0.1:2",
        ];
        for text in refused {
            let error = text.parse::<Schedule>().unwrap_err().to_string();
            assert!(error.starts_with(&format!("schedule: found `{text}`, expected ramp, ")), "{error}");
        }
    }
}
