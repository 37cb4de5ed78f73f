//! A short training of candidates from the shared weights, after which they are ranked again.

use crate::{
    Progress, SearchConfig, StandAlone, StandAloneTraining, TrainError,
    run::{append_line, write_whole},
    score_file::{SCORES, read_scores, score_line, scores_csv},
    stage::FINE_TUNING,
    test,
    workers::{share, workers_on},
};
use burn::tensor::Device;
use serde::{Deserialize, Serialize};
use std::{collections::HashMap, path::Path, sync::Mutex};
use supernet_data::{Normalisation, Split};
use supernet_nn::{NamedWeights, Network};
use supernet_search::Score;
use supernet_space::PathMask;

/// How the best candidates are trained before they are ranked again: each alone, from the shared weights, with the batch normalisation, batches
/// and augmentation of training from scratch, then scored on the validation images.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct FineTune {
    /// Candidates that are trained: the best by their scores.
    pub shortlist: usize,
    /// Passes over the training images.
    pub epochs: usize,
    /// Learning rate at the first step; it falls to 0 along a cosine.
    pub learning_rate: f64,
}

impl FineTune {
    /// One epoch from a rate of 0.02, for the best `shortlist` candidates.
    pub fn new(shortlist: usize) -> Self {
        Self { shortlist, epochs: 1, learning_rate: 0.02 }
    }

    /// The recipe `from_scratch`, as short and with as low a rate as this says.
    pub(crate) fn recipe(&self, from_scratch: StandAloneTraining) -> StandAloneTraining {
        let mut recipe = from_scratch;
        (recipe.epochs, recipe.sgd.learning_rate) = (self.epochs, self.learning_rate);
        recipe
    }

    /// # Errors
    /// A number out of range.
    pub(crate) fn check(&self) -> Result<(), TrainError> {
        let Self { shortlist, epochs, learning_rate } = *self;
        if shortlist > 0 && epochs > 0 && learning_rate.is_finite() && learning_rate > 0.0 {
            return Ok(());
        }
        let found = format!("{shortlist} candidates, {epochs} epochs, learning rate {learning_rate}");
        Err(TrainError::config("scoring.fine_tune", found, "at least 1, at least 1, above 0"))
    }
}

/// Trains candidates from the weights of a supernet and scores them.
pub(crate) struct FineTuner<'a> {
    pub(crate) supernet: &'a Network,
    /// The supernet's configuration.
    pub(crate) config: &'a SearchConfig,
    pub(crate) training: StandAloneTraining,
    pub(crate) split: &'a Split,
    pub(crate) normalisation: &'a Normalisation,
    pub(crate) device: &'a Device,
}

impl FineTuner<'_> {
    /// The scores, on validation images, of the networks of `masks` after their training, which starts from the shared weights (scale 1 and
    /// shift 0 where the supernet has none). With a file each score is stored there as it is made, and what is stored is not computed again.
    ///
    /// # Errors
    /// A loss that is no number, a file that cannot be read or written, the user's stop.
    pub(crate) fn scores(
        &self,
        masks: &[PathMask],
        file: Option<&Path>,
        progress: &mut dyn Progress,
    ) -> Result<Vec<Score>, TrainError> {
        let mut known = file.map_or_else(|| Ok(HashMap::new()), read_scores)?;
        let missing: Vec<PathMask> = masks.iter().filter(|mask| !known.contains_key(*mask)).cloned().collect();
        if !missing.is_empty() {
            let tuned = self.train(&missing, file, progress)?;
            known.extend(missing.into_iter().zip(tuned));
            file.map_or(Ok(()), |path| write_whole(path, scores_csv(&known).as_bytes()))?;
        }
        Ok(masks.iter().map(|mask| known[mask]).collect())
    }

    fn train(
        &self,
        masks: &[PathMask],
        file: Option<&Path>,
        progress: &mut dyn Progress,
    ) -> Result<Vec<Score>, TrainError> {
        let Self { config, split, normalisation, device, .. } = *self;
        let sizes = config.supernet(split.train.shape(), split.train.classes().len())?;
        let weights = NamedWeights::of(self.supernet);
        let trainer = StandAlone {
            config: &sizes,
            training: &self.training,
            images: &split.train,
            normalisation,
            seed: config.seed,
            execution: config.execution,
            device,
        };
        progress.begin(FINE_TUNING, masks.len() as u64 * trainer.steps()?);
        let at_once = workers_on(&device.clone().inner(), config.retrain.at_once);
        let file = Mutex::new(file);
        let tuned = share(FINE_TUNING, at_once, masks.to_vec(), progress, |mask, progress| {
            let network = trainer.train_from(&mask, &mut weights.clone(), progress)?;
            let score = test(&network, &mask, &split.validation, normalisation, device)?;
            let file = file.lock().expect("no worker panics with the file");
            file.map_or(Ok(()), |path| append_line(path, &format!("{SCORES}\n"), &score_line(&mask, score)))?;
            Ok(score)
        })?;
        progress.end();
        Ok(tuned)
    }
}
