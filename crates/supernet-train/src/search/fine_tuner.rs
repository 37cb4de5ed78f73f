//! A short training of candidates from the shared weights, after which they are ranked again.

use super::Search;
use crate::{
    Examples, FineTune, Progress, StandAlone, StandAloneTraining, TrainError,
    crew::{Alone, Crew},
    stage::FINE_TUNING,
    stand_alone::scores_among,
    store::{read_scores, scores_csv, write_whole},
    test,
    workers::workers_on,
};
use burn::module::Module;
use std::{collections::HashMap, path::Path};
use supernet_nn::{Layer, Network};
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
pub struct FineTuner<'a, M: Module, E, const D: usize = 4> {
    /// Gives the weights.
    pub supernet: &'a Network<M, D>,
    /// The search that it is of.
    pub search: &'a Search<'a, M, E, D>,
    /// Seed of order and augmentation.
    pub seed: u64,
    /// How each is trained.
    pub training: StandAloneTraining,
}

impl<M: Layer<D, 2>, E: Examples<D>, const D: usize> FineTuner<'_, M, E, D> {
    /// The scores, on validation images, of the networks of `masks` after their training, which
    /// starts from the shared weights (scale 1 and shift 0 where the supernet has none). With a
    /// file each score is stored there as it is made, and what is stored is not computed again.
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
        let Self { search, seed, .. } = *self;
        let (config, data, device) = (search.config(), search.data(), search.device());
        let trainer = StandAlone {
            definition: &search.networks().supernet,
            training: &self.training,
            examples: &data.train,
            seed,
            execution: config.execution,
            device,
        };
        progress.begin(FINE_TUNING, masks.len() as u64 * trainer.steps()?);
        let at_once = workers_on(&device.clone().inner(), config.retrain.at_once);
        let crew: &dyn Crew = if file.is_some() { search.crew() } else { &Alone };
        let tuned = scores_among((FINE_TUNING, at_once, crew), masks.to_vec(), file, progress, |mask, progress| {
            let network = trainer.train_from(mask, &mut self.supernet.weights_of(mask)?, progress)?;
            test(&network, mask, &data.validation, device)
        })?;
        progress.end();
        Ok(tuned)
    }
}
