//! Path samplers by name.

use crate::{
    TrainError,
    training::{AllOn, PathSampler, RareIdentity, UniformArchitectures, UniformNetworks},
};
use serde::{Deserialize, Serialize};
use supernet_space::{PathDropout, SearchSpace};

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
