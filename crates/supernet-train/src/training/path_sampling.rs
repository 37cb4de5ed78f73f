//! Path samplers by name.

use crate::{
    TrainError,
    training::{AllOn, FairOptions, MostWeighted, PathSampler, RareWeightless, UniformArchitectures, UniformNetworks},
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
    /// One architecture per ghost batch that takes options without weights with this probability,
    /// and the others evenly ([`RareWeightless`]), in each choice of one option that has both. A
    /// space needs such a choice; the paper's cells have none.
    #[serde(alias = "rare_identity")]
    RareWeightless(f64),
    /// One architecture per ghost batch, options in turns ([`FairOptions`]).
    FairOptions,
    /// Of so many uniform architectures per ghost batch the one with most operations with weights
    /// ([`MostWeighted`]); at least 2.
    MostWeighted(usize),
    /// Every path on.
    AllOn,
}

impl PathSampling {
    /// Checks the probability, if there is one.
    ///
    /// # Errors
    /// A probability out of range, or one without meaning in `space`.
    pub fn check(&self, space: &SearchSpace) -> Result<(), TrainError> {
        match *self {
            Self::RareWeightless(probability) => {
                let field = "paths.rare_weightless";
                if !(0.0..=1.0).contains(&probability) {
                    return Err(TrainError::config(field, probability, "0 to 1"));
                }
                if !space.choices().iter().any(|choice| RareWeightless::of(choice).is_some()) {
                    let found = format!("space `{}`", space.name());
                    let expected = "a choice of one of several options, some without weights (identity, skip, none, \
                                    zero, pool, max, avg in the name) and some with";
                    return Err(TrainError::config(field, found, expected));
                }
                Ok(())
            }
            Self::MostWeighted(drawn @ 0..2) => Err(TrainError::config("paths.most_weighted", drawn, "at least 2")),
            _ => Ok(()),
        }
    }

    /// Whether paths are dropped, and not yet at a constant rate.
    pub(crate) fn can_be_constant(&self) -> bool {
        matches!(self, Self::Dropout(dropout) if *dropout != dropout.with_schedule(Schedule::Constant))
    }

    /// Whether another sampler draws options of `space` without weights rarely.
    pub(crate) fn can_be_rare(&self, space: &SearchSpace) -> bool {
        !matches!(self, Self::RareWeightless(_)) && Self::RareWeightless(0.0).check(space).is_ok()
    }

    /// Returns the sampler of this name.
    pub fn sampler(&self) -> Box<dyn PathSampler> {
        match *self {
            Self::Dropout(dropout) => Box::new(dropout),
            Self::UniformArchitecture => Box::new(UniformArchitectures),
            Self::UniformNetwork => Box::new(UniformNetworks),
            Self::RareWeightless(probability) => Box::new(RareWeightless(probability)),
            Self::FairOptions => Box::new(FairOptions),
            Self::MostWeighted(drawn) => Box::new(MostWeighted(drawn)),
            Self::AllOn => Box::new(AllOn),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use supernet_space::{CellSpace, MobileChain, NasBench201};

    #[test]
    fn only_dropout_along_a_ramp_can_be_constant_and_only_some_of_one_option_can_be_rare() {
        let dropout = PathDropout::new(0.1).unwrap();
        let constant = PathSampling::Dropout(dropout.with_schedule(Schedule::Constant));
        let uniform = PathSampling::UniformArchitecture;
        let all = [PathSampling::Dropout(dropout), constant, uniform, PathSampling::RareWeightless(0.1)];
        assert_eq!(all.map(|paths| paths.can_be_constant()), [true, false, false, false]);
        let (mobile, cells) = (MobileChain::mobilenet_v2(), CellSpace::new(3, 2).unwrap());
        assert_eq!(all.map(|paths| paths.can_be_rare(mobile.space())), [true, true, true, false]);
        assert!(!uniform.can_be_rare(cells.space()));
        assert!(uniform.can_be_rare(NasBench201::new().space()));
    }

    #[test]
    fn numbers_out_of_range_are_refused_and_the_older_name_is_known() {
        let bench = NasBench201::new();
        for (paths, says) in [
            (PathSampling::RareWeightless(1.5), "paths.rare_weightless: found 1.5, expected 0 to 1"),
            (PathSampling::MostWeighted(1), "paths.most_weighted: found 1, expected at least 2"),
        ] {
            assert_eq!(paths.check(bench.space()).unwrap_err().to_string(), says);
        }
        let older: PathSampling = serde_json::from_str(r#"{"rare_identity":0.2}"#).unwrap();
        assert_eq!(older, PathSampling::RareWeightless(0.2));
    }
}
