//! A whole search by trials, in a directory.

use super::{Lineage, TrialSettings};
use crate::{
    Columns, Examples, Group, Progress, Retrained, Search, StandAlone, TrainError, run::save_best, store::write_whole,
    test,
};
use std::{fmt::Write, path::Path};
use supernet_nn::{Layer, Network};
use supernet_search::{
    Scored,
    trials::{Trial, TrialLimits, TrialOutcome, search_trials},
};

/// What a search by trials found.
pub struct TrialResult<M: burn::module::Module, const D: usize = 4> {
    /// Every trial with its score on the validation examples.
    pub outcome: TrialOutcome,
    /// The best of the trials that were kept to the end.
    pub best: Trial,
    /// Its architecture, its cost, its scores on validation (`one_shot`) and test examples.
    pub tested: Retrained,
    /// Its network, calibrated for inference: it predicts ([`Network::forward`]).
    pub network: Network<M, D>,
}

/// Searches by trials, as `settings` say, on the networks, the training and validation examples and
/// the recipe of `search`, whose learning rate moves along its schedule within each trial. The best
/// of the trials that are kept to the end is tested once.
///
/// Works in `folder` as [`Lineage`] does, and goes on there; `table.txt` and `best/` are left in
/// it. `device` is what the search's device is called.
///
/// # Errors
/// A setting out of range; a search with limits on costs, which trials do not keep to; another
/// search's directory; whatever goes wrong in a training, or the user's stop.
pub fn trial_search<M: Layer<D, 2>, E: Examples<D>, const D: usize>(
    search: &Search<'_, M, E, D>,
    settings: &TrialSettings,
    device: &str,
    folder: &Path,
    progress: &mut dyn Progress,
) -> Result<TrialResult<M, D>, TrainError> {
    let (config, data) = (search.config(), search.data());
    settings.check_for(config)?;
    let definition = &search.networks().stand_alone;
    let stand_alone = StandAlone {
        definition,
        training: &config.stand_alone,
        examples: &data.train,
        seed: config.seed,
        execution: config.execution,
        device: search.device(),
    };
    let mut strategy = settings.strategy(search.space(), &config.stand_alone, config.seed)?;
    let opened = (stand_alone, settings.inheritance(), Some(settings));
    let mut lineage = Lineage::open_as(opened, &data.validation, device, folder, &mut *progress)?;
    let limits = TrialLimits { steps: settings.steps, ask: settings.ask() };
    let outcome = search_trials(&mut *strategy, &mut lineage, limits)?;
    let kept = strategy.parents();
    let living = outcome.scored.iter().filter(|(trial, _)| kept.contains(&trial.id));
    let best = living.min_by(|(_, a), (_, b)| a.score.better_first(&b.score)).cloned();
    let (best, Scored { score, cost, .. }) =
        best.ok_or_else(|| TrainError::config("trials.steps (--steps)", settings.steps, "enough for a generation"))?;
    let network = lineage.network(best.id)?;
    let mask = best.architecture.mask().clone();
    let test = test(&network, &mask, &data.test, search.device())?;
    let tested = Retrained { group: Group::Picked, mask, one_shot: score, cost, test };
    let result = TrialResult { outcome, best, tested, network };
    result.save(search, device, folder)?;
    progress.over();
    Ok(result)
}

impl<M: Layer<D, 2>, const D: usize> TrialResult<M, D> {
    /// Leaves a table and `best/` in a folder.
    fn save<E: Examples<D>>(
        &self,
        search: &Search<'_, M, E, D>,
        device: &str,
        folder: &Path,
    ) -> Result<(), TrainError> {
        write_whole(&folder.join("table.txt"), self.table().as_bytes())?;
        save_best((search, search.config().network), (&self.tested, &self.network), device, folder)
    }

    /// Returns a table of the trials that the best one goes on from, the first of them first, with
    /// it at the end: numbers and scores; then its accuracy on the test examples.
    pub fn table(&self) -> String {
        let columns = Columns([6, 6, 7, 14, 14]);
        let head = columns.line(&[&"trial", &"parent", &"steps", &"valid. acc. (%)", &"valid. loss"]);
        let mut table = format!("{head}  settings\n");
        for trial in self.outcome.line_of(self.best.id) {
            let scored = self.outcome.scored.iter().find(|(other, _)| other.id == trial.id);
            let score = scored.expect("a trial of the line").1.score;
            let parent = trial.parent.map_or_else(|| "-".into(), |parent| parent.to_string());
            let settings: Vec<String> =
                trial.settings.iter().map(|(name, value)| format!("{name} {value:.3e}")).collect();
            let [accuracy, loss] = [format!("{:.2}", 100.0 * score.accuracy), format!("{:.3}", score.loss)];
            let line = columns.line(&[&trial.id, &parent, &trial.steps, &accuracy, &loss]);
            writeln!(table, "{line}  {}", settings.join(", ")).expect("a string");
        }
        let test = 100.0 * self.tested.test.accuracy;
        let (trials, steps) = (self.outcome.scored.len(), self.outcome.steps);
        writeln!(table, "best of {trials} trials of {steps} steps: {test:.2} % on test images").expect("a string");
        table
    }
}
