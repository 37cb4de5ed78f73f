//! What is known of a run's ranking.

use super::twice::Twice;
use crate::{PathSampling, TrainError, proxies::Values};
use std::collections::HashMap;
use supernet_search::{
    Bootstrap, RankBy, Score, Scored,
    calibration::{Calibrated, calibrated},
    smoothing::Smoother,
    trust::{Check, Counted, Evidence, Follows, Repeats, Verdict, check, follows, plateau, repeats, to_check, verdict},
};
use supernet_space::{Architecture, Cost, PathMask, SearchSpace, counted};

/// The most candidates whose scores are held against counts: the first.
const MOST: usize = 1_000;

/// The fewest checked networks that scores are calibrated by.
const FEWEST_CALIBRATED: usize = 10;

/// Checks that `checked` networks suffice to calibrate scores by.
///
/// # Errors
/// Fewer.
pub(crate) fn can_calibrate(checked: usize) -> Result<(), TrainError> {
    if checked < FEWEST_CALIBRATED { Err(too_few_checked(checked)) } else { Ok(()) }
}

fn too_few_checked(checked: usize) -> TrainError {
    let found = counted(checked as u64, "checked network");
    let expected =
        format!("at least {FEWEST_CALIBRATED} in the run's directory: `--check 20`, or `RunDirectory::check`");
    TrainError::config("scoring.calibrate", found, expected)
}

/// How many resamples make an interval.
const RESAMPLES: usize = 500;

/// What a run knows of its ranking.
pub(crate) struct RankingEvidence<'a> {
    pub(crate) space: &'a SearchSpace,
    /// Scored candidates, in the order of scoring.
    pub(crate) candidates: &'a [Scored],
    /// Their scores as the ranking sees them ([`ranking_values`]).
    pub(crate) values: Vec<f64>,
    pub(crate) rank_by: RankBy,
    /// Whether the best are picked by smoothed scores.
    pub(crate) smooth: bool,
    /// Whether the best are picked by calibrated scores.
    pub(crate) calibrate: bool,
    pub(crate) seed: u64,
    /// Some of the first candidates, scored twice.
    pub(crate) twice: Vec<Twice>,
    /// Training losses of the supernet, evenly spaced; none where nobody kept them.
    pub(crate) losses: Vec<f64>,
    /// Networks trained from scratch for a check.
    pub(crate) checked: HashMap<PathMask, Score>,
    /// The proxies of the candidates' untrained networks, where they were asked for.
    pub(crate) proxies: Option<HashMap<PathMask, Values>>,
    /// How paths are drawn; none that a program draws itself.
    pub(crate) paths: Option<PathSampling>,
    /// That the supernet's companion has collapsed, where it has.
    pub(crate) collapse: Option<String>,
}

impl RankingEvidence<'_> {
    /// Judges the ranking, whose scores the checked networks calibrate as [`Self::calibrated`]
    /// says.
    ///
    /// # Errors
    /// Scores that are no numbers.
    pub(crate) fn verdict(&self, calibrated: Option<&Calibrated>) -> Result<Verdict, TrainError> {
        let mut judged = verdict(Evidence {
            follows: self.follows(),
            repeats: self.repeats()?,
            plateau: plateau(&self.losses),
            check: self.check()?,
            calibration: calibrated.map(|calibrated| calibrated.out_of_fold),
        });
        judged.reasons.extend(self.collapse.clone());
        let enough = self.checked.len() >= FEWEST_CALIBRATED;
        let Some(paths) = self.paths else { return Ok(judged.where_possible(true, true, enough)) };
        Ok(judged.where_possible(paths.can_be_constant(), paths.can_be_rare(self.space), enough))
    }

    /// `count` candidates spread over the ranking.
    pub(crate) fn to_check(&self, count: usize) -> Vec<PathMask> {
        let places = to_check(&self.values, count, self.seed);
        places.into_iter().map(|place| self.candidates[place].architecture.mask().clone()).collect()
    }

    /// The scores of all candidates, calibrated by the checked networks; none where there are too
    /// few.
    ///
    /// # Errors
    /// As [`RankingEvidence::verdict`].
    pub(crate) fn calibrated(&self) -> Result<Option<Calibrated>, TrainError> {
        let places = 0..self.candidates.len();
        let known: Vec<(usize, f64)> = places.filter_map(|place| Some((place, self.truth(place)?))).collect();
        if known.len() < FEWEST_CALIBRATED {
            return Ok(None);
        }
        let (scores, counted) = (self.values.clone(), self.counted(self.candidates));
        Ok(Some(calibrated(&[scores], &counted, &known, self.bootstrap())?))
    }

    /// The calibrated or smoothed scores, where the best are picked by them.
    ///
    /// # Errors
    /// Too few checked networks among the candidates.
    pub(crate) fn picked_by(&self, calibrated: Option<Calibrated>) -> Result<Option<Vec<f64>>, TrainError> {
        match calibrated {
            _ if !self.calibrate => Ok(self.smooth.then(|| self.values.clone())),
            Some(calibrated) => Ok(Some(calibrated.predictions)),
            None => Err(too_few_checked(self.checked.len())),
        }
    }

    fn follows(&self) -> Vec<Follows> {
        let some = self.candidates.len().min(MOST);
        follows(&self.values[..some], &self.counted(&self.candidates[..some]), self.bootstrap())
    }

    fn repeats(&self) -> Result<Vec<Repeats>, TrainError> {
        let agree = |Twice { of, scores }: &Twice| {
            let [one, two] = scores
                .each_ref()
                .map(|scores| -> Vec<f64> { scores.iter().map(|&score| self.rank_by.value(score)).collect() });
            let counted = self.counted(&self.candidates[..one.len()]);
            Ok(repeats(of.name(), [&one, &two], &counted, self.bootstrap())?)
        };
        let all: Vec<Option<Repeats>> = self.twice.iter().map(agree).collect::<Result<_, TrainError>>()?;
        Ok(all.into_iter().flatten().collect())
    }

    fn check(&self) -> Result<Option<Check>, TrainError> {
        let places: Vec<usize> = (0..self.candidates.len()).filter(|&place| self.truth(place).is_some()).collect();
        if places.len() < 3 {
            return Ok(None);
        }
        let rows: Vec<Scored> = places.iter().map(|&place| self.candidates[place].clone()).collect();
        let truth: Vec<f64> = places.iter().filter_map(|&place| self.truth(place)).collect();
        let values: Vec<f64> = places.iter().map(|&place| self.values[place]).collect();
        Ok(Some(check(&values, &self.counted(&rows), &truth, self.bootstrap())?))
    }

    fn bootstrap(&self) -> Bootstrap {
        Bootstrap { seed: self.seed, resamples: RESAMPLES }
    }

    /// The accuracy from scratch of the candidate at a place, where it was checked.
    fn truth(&self, place: usize) -> Option<f64> {
        Some(self.checked.get(self.candidates[place].architecture.mask())?.accuracy)
    }

    fn counted(&self, some: &[Scored]) -> Counted {
        let rows: Vec<(&Architecture, Cost)> = some.iter().map(|one| (&one.architecture, one.cost)).collect();
        let counted = Counted::of(self.space, &rows);
        match &self.proxies {
            None => counted,
            Some(proxies) => {
                let rows: Vec<Values> = some.iter().map(|one| proxies[one.architecture.mask()]).collect();
                counted.with_proxies(&rows)
            }
        }
    }
}

/// The scores of candidates of `space` as the ranking sees them, the higher the better; where it is
/// asked for, smoothed over architectures that are alike, if there are enough of them.
pub(crate) fn ranking_values(space: &SearchSpace, candidates: &[Scored], rank_by: RankBy, smooth: bool) -> Vec<f64> {
    let mut values: Vec<f64> = candidates.iter().map(|one| rank_by.value(one.score)).collect();
    let finite: Vec<usize> = (0..values.len()).filter(|&place| values[place].is_finite()).collect();
    let Some(smoother) = Smoother::usual(space, finite.len()).filter(|_| smooth) else { return values };
    let architectures: Vec<&Architecture> = finite.iter().map(|&place| &candidates[place].architecture).collect();
    let scores: Vec<f64> = finite.iter().map(|&place| values[place]).collect();
    for (place, smoothed) in finite.into_iter().zip(smoother.smooth(space, &architectures, &scores)) {
        values[place] = smoothed;
    }
    values
}
