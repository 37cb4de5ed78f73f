//! A whole search for widths, in a directory.

use super::morph_net::{MorphNet, MorphNetSettings, Shrunk};
use crate::{
    Columns, Examples, Group, Progress, Retrained, Saving, Search, SearchConfig, StandAlone, StandAloneTraining,
    TrainError,
    checks::at_least_one,
    crew::Alone,
    run::save_best,
    store::{Stages, agree, lock, write_whole},
    test,
};
use burn::module::Module;
use serde::{Deserialize, Serialize};
use serde_json::json;
use std::{fmt::Write, path::Path};
use supernet_nn::{Layer, Network};
use supernet_search::Constraints;
use supernet_space::{PathMask, Schedule, SearchSpace};

/// A search for widths: how they are found, and for how long a network shrinks.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct WidthSettings {
    /// How widths are found.
    pub morph_net: MorphNetSettings,
    /// Epochs of a training in which a network shrinks, at a constant learning rate; at least 1.
    pub epochs: usize,
}

impl WidthSettings {
    /// Checks every number, and that a search of `config` can be one for widths.
    ///
    /// # Errors
    /// The first number that is out of range; limits on costs beside the one of the settings.
    pub fn check_for(&self, config: &SearchConfig) -> Result<(), TrainError> {
        self.morph_net.check()?;
        at_least_one("widths.epochs (--shrink-epochs)", self.epochs)?;
        if config.constraints != Constraints::default() || config.latency.is_some() {
            let expected = "none: widths keep to the one limit of their settings";
            return Err(TrainError::config("constraints, latency", "limits", expected));
        }
        Ok(())
    }
}

/// What a search for widths found.
pub struct WidthResult<M: Module, const D: usize = 4> {
    /// What shrinking has left, made as wide as the limit allows.
    pub shrunk: Shrunk,
    /// That network trained from scratch, its scores on validation (`one_shot`) and test examples.
    pub found: Retrained,
    /// The same of the widest widths times one factor within the same limit: what the found has to
    /// beat.
    pub one_factor: Retrained,
    /// The found network, calibrated for inference: it predicts ([`Network::forward`]).
    pub network: Network<M, D>,
    /// What the limit is on, and how much.
    settings: WidthSettings,
}

/// Finds widths as [`MorphNet`] does, from the widest network of the space of `search`, trains the
/// network of these widths from scratch by the recipe of `search` beside that of one factor for
/// all, and tests both once. Choices that are no widths stay at their last options.
///
/// Works in `folder` and goes on there: `config.json` (another search is refused), `shrinking/`
/// (the networks that shrank), `widths.json` (what was found), `networks/`, `table.txt` and
/// `best/`. `device` is what the search's device is called.
///
/// # Errors
/// A setting out of range, a space without widths, a limit below the least widths; another search's
/// directory; whatever goes wrong in a training, or the user's stop.
pub fn width_search<M: Layer<D, 2>, E: Examples<D>, const D: usize>(
    search: &Search<'_, M, E, D>,
    settings: &WidthSettings,
    device: &str,
    folder: &Path,
    progress: &mut dyn Progress,
) -> Result<WidthResult<M, D>, TrainError> {
    let (config, data, definition) = (search.config(), search.data(), &search.networks().stand_alone);
    settings.check_for(config)?;
    let mut shrinking = StandAloneTraining { epochs: settings.epochs, ..config.stand_alone };
    shrinking.sgd.schedule = Schedule::Constant;
    let (examples, seed, execution) = (&data.train, config.seed, config.execution);
    let trainer = |training| StandAlone { definition, training, examples, seed, execution, device: search.device() };
    let (from, morph_net) =
        (widest(definition.space()), MorphNet { stand_alone: trainer(&shrinking), settings: settings.morph_net });
    let one_factor = morph_net.one_factor(&from)?;
    if one_factor == from {
        let (takes, most) = (settings.morph_net.resource.of(&definition.cost(&from)?), settings.morph_net.most);
        progress.warn(&format!("the widest network takes {takes} of at most {most}: no width has to be cut"));
    }

    let _lock = lock(folder)?;
    let provenance = search.provenance(device)?;
    let run = json!({ "provenance": provenance, "config": config, "widths": settings });
    agree(folder, &run, "the configuration of a search for widths")?;
    let shrunk = morph_net.run_in(&folder.join("shrinking"), &from, progress)?;
    let text = serde_json::to_string_pretty(&shrunk).expect("plain data") + "\n";
    write_whole(&folder.join("widths.json"), text.as_bytes())?;

    let stages = Stages::open(folder, Saving::default())?;
    let masks = [&shrunk.mask, &one_factor];
    // Where they are the same it is trained once.
    let different = if shrunk.mask == one_factor { 1 } else { 2 };
    let trained = trainer(&config.stand_alone);
    let networks =
        trained.train_in((Some(&stages), &Alone), masks[..different].to_vec(), config.retrain.at_once, progress)?;
    let tested = |place: usize| {
        let (network, mask) = (&networks[place.min(different - 1)], masks[place]);
        let on = |examples: &E| test(network, mask, examples, search.device());
        let (one_shot, test) = (on(&data.validation)?, on(&data.test)?);
        let cost = definition.cost(mask)?;
        Ok::<_, TrainError>(Retrained { group: Group::Picked, mask: mask.clone(), one_shot, cost, test })
    };
    let (found, one_factor) = (tested(0)?, tested(1)?);
    let network = networks.into_iter().next().expect("one at least was trained");
    let result = WidthResult { shrunk, found, one_factor, network, settings: *settings };
    write_whole(&folder.join("table.txt"), result.table().as_bytes())?;
    save_best((search, config.network), (&result.found, &result.network), device, folder)?;
    progress.over();
    Ok(result)
}

/// The last option of each choice, and of those that take several at least the last so many.
fn widest(space: &SearchSpace) -> PathMask {
    let last = |choice: &supernet_space::Choice| {
        let (options, count) = (choice.options().len(), choice.min().max(1));
        ((1u64 << count) - 1) << (options - count)
    };
    space.mask(space.choices().iter().map(last).collect())
}

impl<M: Layer<D, 2>, const D: usize> WidthResult<M, D> {
    /// Returns a table of the found network beside that of one factor, and what was alive of each
    /// width.
    pub fn table(&self) -> String {
        let MorphNetSettings { resource, most, .. } = self.settings.morph_net;
        let columns = Columns([12, 14, 10, 12, 14, 13]);
        let heads: [&dyn std::fmt::Display; 6] =
            [&"widths", &"parameters (k)", &"MACs (M)", &"of the limit", &"valid. acc. (%)", &"test acc. (%)"];
        let mut table = columns.line(&heads) + "\n";
        for (name, row) in [("MorphNet", &self.found), ("one factor", &self.one_factor)] {
            let number = |value: f64, digits: usize| format!("{value:.digits$}");
            let cells = [
                number(row.cost.parameters as f64 / 1e3, 1),
                number(row.cost.macs as f64 / 1e6, 2),
                number(resource.of(&row.cost) as f64 / most as f64, 3),
                number(100.0 * row.one_shot.accuracy, 2),
                number(100.0 * row.test.accuracy, 2),
            ];
            let [a, b, c, d, e] = &cells;
            writeln!(table, "{}", columns.line(&[&name, a, b, c, d, e])).expect("a string");
        }
        let alive: Vec<String> =
            self.shrunk.alive.iter().map(|(name, share)| format!("{name} {:.0} %", 100.0 * share)).collect();
        let (steps, strength) = (self.shrunk.steps, self.shrunk.strength);
        writeln!(table, "alive after {steps} steps at λ = {strength}: {}", alive.join(", ")).expect("a string");
        table
    }
}
