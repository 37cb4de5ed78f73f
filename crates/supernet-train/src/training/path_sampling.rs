//! Path samplers by name.

use crate::{
    TrainError,
    training::{AllOn, PathSampler, RareIdentity, UniformArchitectures, UniformNetworks},
};
use serde::{Deserialize, Serialize};
use supernet_space::{PathDropout, Schedule, SearchSpace};

/// How the masks of a training step are drawn, one for each ghost batch.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum PathSampling {
    /// Path dropout, the paper's way.
    Dropout(PathDropout),
    /// One uniform architecture per ghost batch.
    UniformArchitecture,
    /// One uniform network per ghost batch: architectures that are the same network count once.
    UniformNetwork,
    /// One architecture per ghost batch that takes the option named `identity` with this
    /// probability in each choice of one of several options that has it, the others evenly
    /// ([`RareIdentity`]). A space needs such a choice; the paper's cells have none.
    RareIdentity(f64),
    /// Every path on.
    AllOn,
}

impl PathSampling {
    /// Checks the probability, if there is one.
    ///
    /// # Errors
    /// A probability out of range, or one without meaning in `space`.
    pub fn check(&self, space: &SearchSpace) -> Result<(), TrainError> {
        let Self::RareIdentity(probability) = *self else { return Ok(()) };
        let field = "paths.rare_identity";
        if !(0.0..=1.0).contains(&probability) {
            return Err(TrainError::config(field, probability, "0 to 1"));
        }
        if !space.choices().iter().any(|choice| RareIdentity::of(choice).is_some()) {
            let found = format!("space `{}`", space.name());
            return Err(TrainError::config(field, found, "a choice of one of several options, one named `identity`"));
        }
        Ok(())
    }

    /// Whether paths are dropped, and not yet at a constant rate.
    pub(crate) fn can_be_constant(&self) -> bool {
        matches!(self, Self::Dropout(dropout) if *dropout != dropout.with_schedule(Schedule::Constant))
    }

    /// Whether another sampler draws an `identity` of `space` rarely.
    pub(crate) fn can_be_rare(&self, space: &SearchSpace) -> bool {
        !matches!(self, Self::RareIdentity(_)) && Self::RareIdentity(0.0).check(space).is_ok()
    }

    /// Returns the sampler of this name.
    pub fn sampler(&self) -> Box<dyn PathSampler> {
        match *self {
            Self::Dropout(dropout) => Box::new(dropout),
            Self::UniformArchitecture => Box::new(UniformArchitectures),
            Self::UniformNetwork => Box::new(UniformNetworks),
            Self::RareIdentity(probability) => Box::new(RareIdentity(probability)),
            Self::AllOn => Box::new(AllOn),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use supernet_space::{CellSpace, MobileChain};

    #[test]
    fn only_dropout_along_a_ramp_can_be_constant_and_only_an_identity_can_be_rare() {
        let dropout = PathDropout::new(0.1).unwrap();
        let constant = PathSampling::Dropout(dropout.with_schedule(Schedule::Constant));
        let uniform = PathSampling::UniformArchitecture;
        let all = [PathSampling::Dropout(dropout), constant, uniform, PathSampling::RareIdentity(0.1)];
        assert_eq!(all.map(|paths| paths.can_be_constant()), [true, false, false, false]);
        let (mobile, cells) = (MobileChain::mobilenet_v2(), CellSpace::new(3, 2).unwrap());
        assert_eq!(all.map(|paths| paths.can_be_rare(mobile.space())), [true, true, true, false]);
        assert!(!uniform.can_be_rare(cells.space()));
    }
}
