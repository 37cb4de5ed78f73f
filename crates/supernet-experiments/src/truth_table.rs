//! A table of many networks trained from scratch, with their curves, and what supernets say of all
//! of them: the data that rankings of the paper's space are held against.

use super::{CorrelationSettings, Lab, StandAloneRow, Trials, Variant, candidates, truth::truth_csv};
use serde::{Deserialize, Serialize};
use std::{collections::HashMap, path::Path};
use supernet_space::{PathDropout, PathMask, Schedule};
use supernet_train::{PathSampling, Progress, SearchConfig, TrainError, store::csv_row};

const TRUTH_TABLE: &str = "truth table";

/// What is trained.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct TruthTableSettings {
    /// Candidates (`natural` of them are trained from scratch, the first `twice` with both seeds)
    /// and the supernets' seeds; no strata.
    pub study: CorrelationSettings,
    /// Probability r that all options of a choice are dropped, for the supernets of the ramp.
    pub ramp: f64,
    /// The same for those of the constant rate.
    pub constant: f64,
    /// Candidates whose networks are trained before any second seed.
    pub first: usize,
}

impl TruthTableSettings {
    /// The ramp to 0.1 and a constant 0.1; the first 150 candidates, then second seeds, then the
    /// rest.
    pub fn new(study: CorrelationSettings) -> Self {
        Self { study, ramp: 0.1, constant: 0.1, first: 150 }
    }

    fn variants(&self) -> Result<[Variant; 2], TrainError> {
        let variant = |name: &str, r: f64, schedule| -> Result<Variant, TrainError> {
            let paths = PathSampling::Dropout(PathDropout::new(r)?.with_schedule(schedule));
            Ok(Variant::new(name, &SearchConfig { paths, ..self.study.search.clone() }))
        };
        Ok([variant("ramp", self.ramp, Schedule::Ramp)?, variant("constant", self.constant, Schedule::Constant)?])
    }

    /// Networks with the seeds of their training, in the order in which they are trained, so that a
    /// table that is not whole is one of the first candidates.
    fn networks(&self, masks: &[PathMask]) -> Vec<(PathMask, u64)> {
        let CorrelationSettings { natural, twice, stand_alone_seeds: [one, two], .. } = self.study;
        let first = self.first.min(natural);
        let with = |masks: &[PathMask], seed| masks.iter().map(|mask| (mask.clone(), seed)).collect::<Vec<_>>();
        [with(&masks[..first], one), with(&masks[..twice], two), with(&masks[first..natural], one)].concat()
    }
}

/// Networks that are trained between two writings of the table.
const AT_A_TIME: usize = 10;

/// Makes the table in `directory`, or goes on with it: `networks.csv` (a row for each training, as
/// `truth.csv` and of the same use), `curves.csv` (its epochs), `scores.csv` (what each supernet
/// says of each candidate). Networks that `truth` knows are not trained again; they have no curve.
/// The files are whole after every ten networks.
///
/// # Errors
/// As [`Lab::open`], [`Lab::prepare`] and [`Lab::scores`]; a rate that is not between 0 and 1.
pub fn truth_table(
    settings: &TruthTableSettings,
    trials: &dyn Trials,
    directory: &Path,
    truth: Option<&Path>,
    progress: &mut dyn Progress,
) -> Result<(), TrainError> {
    let study = &settings.study;
    study.check()?;
    let (search, variants) = (&study.search, settings.variants()?);
    let mut lab = Lab::open(directory, TRUTH_TABLE, settings, search, trials, truth, progress)?.with_curves();
    let candidates = candidates(&lab.space(search)?, search.seed, search.scoring.candidates)?;
    let masks: Vec<PathMask> = candidates.iter().map(|candidate| candidate.mask().clone()).collect();
    let supernets = study.supernets(&variants);
    lab.prepare(&supernets, search, &[])?;
    let scores = scores_csv(&mut lab, &supernets, &masks)?;
    lab.write("scores.csv", scores.as_bytes())?;

    let key = trials.training_key(search)?;
    let networks = settings.networks(&masks);
    lab.write("networks.csv", networks_csv(&lab, &key, &masks).as_bytes())?;
    for some in networks.chunks(AT_A_TIME) {
        lab.prepare(&[], search, some)?;
        lab.write("networks.csv", networks_csv(&lab, &key, &masks).as_bytes())?;
    }
    Ok(())
}

/// What is known of these candidates, in their order, then by seed; then what is known of other
/// networks.
fn networks_csv(lab: &Lab, key: &str, masks: &[PathMask]) -> String {
    let place: HashMap<&PathMask, usize> = masks.iter().enumerate().map(|(place, mask)| (mask, place)).collect();
    let mut rows: Vec<&StandAloneRow> = lab.known().filter(|row| row.settings == key).collect();
    rows.sort_by_key(|row| (place.get(&row.mask).copied().unwrap_or(usize::MAX), row.mask.clone(), row.seed));
    rows.dedup_by_key(|row| (row.mask.clone(), row.seed));
    truth_csv(rows)
}

/// What each supernet says of each candidate: a line for both.
fn scores_csv(lab: &mut Lab, supernets: &[(&Variant, u64)], masks: &[PathMask]) -> Result<String, TrainError> {
    let mut text = String::from("candidate,architecture,supernet,seed,accuracy,loss,images\n");
    for &(variant, seed) in supernets {
        let scores = lab.scores(variant, seed, None, masks)?;
        for (candidate, (mask, score)) in masks.iter().zip(scores).enumerate() {
            text += &csv_row([
                candidate.to_string(),
                mask.to_string(),
                variant.name.clone(),
                seed.to_string(),
                score.accuracy.to_string(),
                score.loss.to_string(),
                score.images.to_string(),
            ]);
        }
    }
    Ok(text)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn second_seeds_come_behind_the_first_candidates_and_before_the_rest() {
        let mut study = CorrelationSettings::new(SearchConfig::quick());
        (study.natural, study.twice) = (5, 2);
        let settings = TruthTableSettings { first: 3, ..TruthTableSettings::new(study) };
        let masks = candidates(&settings.study.search.space().unwrap(), 1, 6).unwrap();
        let masks: Vec<PathMask> = masks.iter().map(|candidate| candidate.mask().clone()).collect();
        let order = settings
            .networks(&masks)
            .into_iter()
            .map(|(mask, seed)| (masks.iter().position(|known| *known == mask).unwrap(), seed));
        assert_eq!(order.collect::<Vec<_>>(), [(0, 1), (1, 1), (2, 1), (0, 2), (1, 2), (3, 1), (4, 1)]);
    }
}
