//! Paths that are dropped for some examples.

use crate::TrainError;
use serde::{Deserialize, Serialize};
use std::{fmt, str::FromStr};
use supernet_space::{Schedule, SpaceError};

/// Drops what an option of a choice gives for some examples of a training from scratch: each
/// example loses it with a rate of its own draw, and has it divided by the probability to keep it
/// otherwise (Larsson et al., "FractalNet", ICLR 2017; scheduled as in Zoph et al., CVPR 2018).
/// Options that hand on what they read are not dropped.
///
/// Other than path dropout, which drops options of the supernet for a whole ghost batch, this is a
/// regulariser of one network. It is meant for networks in which several options are summed: where
/// a chain has no way around an option, an example that loses it loses everything before.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct DropPath {
    /// The rate at the schedule's full height; at least 0, below 1.
    pub rate: f64,
    /// How it moves over the steps. Default: from 0 to the whole rate.
    #[serde(default)]
    pub schedule: Schedule,
    /// Whether the rate grows with depth, too: that of the schedule at the last place of the
    /// network, in proportion to how many places come before it at each other (Zoph et al., CVPR
    /// 2018, by cells; here each option that may be dropped is a place). Default: it does not.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub by_depth: bool,
}

impl DropPath {
    /// # Errors
    /// A rate out of range.
    pub(crate) fn check(&self, place: &'static str) -> Result<(), TrainError> {
        match (0.0..1.0).contains(&self.rate) {
            true => Ok(()),
            false => Err(TrainError::config(place, self.rate, "0 to below 1")),
        }
    }
}

/// What follows a rate that grows with depth.
const BY_DEPTH: &str = ":by-depth";

/// From `0.2` or `0.2:SCHEDULE`, each with or without `:by-depth`.
impl FromStr for DropPath {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let (said, by_depth) = text.strip_suffix(BY_DEPTH).map_or((text, false), |said| (said, true));
        let (rate, schedule) = said.split_once(':').map_or((said, None), |(rate, of)| (rate, Some(of)));
        let rate = rate.parse().ok().filter(|rate| (0.0..1.0).contains(rate));
        let rate = rate.ok_or_else(|| {
            format!("found `{text}`, expected RATE, RATE:SCHEDULE or either with `:by-depth`, RATE 0 to below 1")
        })?;
        let schedule = schedule.map(str::parse).transpose().map_err(|error: SpaceError| error.to_string())?;
        Ok(Self { rate, schedule: schedule.unwrap_or_default(), by_depth })
    }
}

impl fmt::Display for DropPath {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}{}", self.rate, self.schedule, if self.by_depth { BY_DEPTH } else { "" })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn its_text_has_a_rate_and_how_it_moves() {
        let of = |text: &str| text.parse::<DropPath>();
        assert_eq!(of("0.2"), Ok(DropPath { rate: 0.2, schedule: Schedule::Ramp, by_depth: false }));
        assert_eq!(of("0.3:constant"), Ok(DropPath { rate: 0.3, schedule: Schedule::Constant, by_depth: false }));
        assert_eq!(of("0.3:constant:by-depth"), Ok(DropPath { by_depth: true, ..of("0.3:constant").unwrap() }));
        assert_eq!(of("0.3:by-depth").unwrap().to_string().parse(), of("0.3:by-depth"));
        assert_eq!(of("0.3:constant").unwrap().to_string().parse(), of("0.3:constant"));
        for wrong in ["1", "-0.1", "x", "0.2:up", "nan"] {
            assert!(of(wrong).is_err(), "{wrong}");
        }
        let error = DropPath { rate: 1.0, ..of("0.2").unwrap() }.check("stand_alone.drop_path.rate").unwrap_err();
        assert_eq!(error.to_string(), "stand_alone.drop_path.rate: found 1, expected 0 to below 1");
    }
}
