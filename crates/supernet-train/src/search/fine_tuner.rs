//! A short training of candidates from the shared weights, after which they are ranked again.

use crate::{
    FineTune, Progress, SearchConfig, StandAlone, StandAloneTraining, TrainError,
    stage::FINE_TUNING,
    store::{SCORES, append_line, read_scores, score_line, scores_csv, write_whole},
    test,
    workers::{share, workers_on},
};
use burn::tensor::Device;
use std::{collections::HashMap, path::Path, sync::Mutex};
use supernet_data::{Normalisation, Split};
use supernet_nn::{NamedWeights, Network};
use supernet_search::Score;
use supernet_space::PathMask;

impl FineTune {
    /// Returns the recipe `from_scratch` with the epochs and the learning rate of this.
    pub fn recipe(&self, from_scratch: StandAloneTraining) -> StandAloneTraining {
        let mut recipe = from_scratch;
        (recipe.epochs, recipe.sgd.learning_rate) = (self.epochs, self.learning_rate);
        recipe
    }
}

/// Trains candidates from the weights of a supernet and scores them.
pub struct FineTuner<'a> {
    /// Gives the weights.
    pub supernet: &'a Network,
    /// The supernet's configuration.
    pub config: &'a SearchConfig,
    /// How each is trained.
    pub training: StandAloneTraining,
    /// Training and validation images.
    pub split: &'a Split,
    /// How pixels become numbers.
    pub normalisation: &'a Normalisation,
    /// Where to train.
    pub device: &'a Device,
}

impl FineTuner<'_> {
    /// The scores, on validation images, of the networks of `masks` after their training, which starts from the shared weights (scale 1 and
    /// shift 0 where the supernet has none). With a file each score is stored there as it is made, and what is stored is not computed again.
    ///
    /// # Errors
    /// A loss that is no number, a file that cannot be read or written, the user's stop.
    pub fn scores(
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
