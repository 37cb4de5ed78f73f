//! Searches by trials from the command line.

use crate::{
    arguments::{TrialName, Trials},
    failure::Failure,
    notes::note,
    output::{print_json, say, shown},
    settings::{FILE as SETTINGS, Opened, RunSettings},
};
use serde_json::json;
use supernet::{
    ResultsError, can_be_written_down,
    export::write_best,
    prelude::*,
    space::Schedule,
    train::{EvolutionSettings, PopulationSettings, TrialKind, TrialSettings, trial_search},
};

/// Trials of each member where nothing is said.
const TRIALS: u64 = 10;

/// Searches by trials, or goes on.
pub fn trials(trials: &Trials) -> Result<(), Failure> {
    let Opened { mut settings, device, split, left_out } =
        RunSettings::opened(&trials.options, Some(&trials.directory))?;
    note(&left_out, &split);
    let is_new = settings.trials.is_none();
    let asked = asked(trials, settings.trials)?;
    settings.trials = Some(asked);
    if is_new && trials.options.rate_schedule.is_none() {
        // So that a line of trials is one training.
        settings.search.stand_alone.sgd.schedule = Schedule::Constant;
    }
    let search = Search::images(&settings.search, &split, &device)?;
    asked.check_for(search.config())?;
    if !trials.directory.join(SETTINGS).exists() {
        std::fs::create_dir_all(&trials.directory)
            .map_err(|source| TrainError::Io { path: trials.directory.clone(), source })?;
        settings.store(&trials.directory)?;
    }
    let mut progress = shown(trials.show)?;
    let found = trial_search(&search, &asked, &settings.device, &trials.directory, &mut progress)?;
    // By now they are known to be those of this directory.
    settings.store(&trials.directory)?;
    let best = trials.directory.join("best");
    if can_be_written_down(search.config()) {
        write_best(&best, std::slice::from_ref(&found.tested), &found.network).map_err(ResultsError::from)?;
    }
    if trials.show.json {
        print_json(&json!({ "directory": trials.directory, "best": found.best, "tested": found.tested }));
    } else {
        say!("\n{}", found.table().trim_end());
        say!("best architecture: {}", found.tested.mask);
        say!("results: {}", trials.directory.display());
    }
    Ok(())
}

/// The settings that are asked for, where `there` are those of the directory.
fn asked(trials: &Trials, there: Option<TrialSettings>) -> Result<TrialSettings, Failure> {
    let name = trials.by.unwrap_or(match there.map(|there| there.kind) {
        Some(TrialKind::Evolution(_)) => TrialName::Evolution,
        _ => TrialName::Population,
    });
    let mut kind = match (name, there.map(|there| there.kind)) {
        (TrialName::Population, Some(kind @ TrialKind::Population(_)))
        | (TrialName::Evolution, Some(kind @ TrialKind::Evolution(_))) => kind,
        (TrialName::Population, _) => TrialKind::Population(PopulationSettings::default()),
        (TrialName::Evolution, _) => TrialKind::Evolution(EvolutionSettings::default()),
    };
    let of_population = [
        trials.learning_rates.map(|_| "--learning-rates"),
        trials.l2s.map(|_| "--l2s"),
        trials.one_architecture.then_some("--one-architecture"),
    ];
    let trials_of_all = match &mut kind {
        TrialKind::Population(settings) => {
            settings.members = trials.members.unwrap_or(settings.members);
            settings.interval = trials.interval.unwrap_or(settings.interval);
            settings.learning_rate = trials.learning_rates.map_or(settings.learning_rate, |range| range.0);
            settings.l2 = trials.l2s.map_or(settings.l2, |range| range.0);
            settings.one_architecture |= trials.one_architecture;
            settings.members as u64 * settings.interval
        }
        TrialKind::Evolution(settings) => {
            if let Some(option) = of_population.into_iter().flatten().next() {
                return Err(Failure::settings(option, "an evolution", "--by population"));
            }
            settings.members = trials.members.unwrap_or(settings.members);
            settings.interval = trials.interval.unwrap_or(settings.interval);
            settings.members as u64 * settings.interval
        }
    };
    let steps = trials.steps.or(there.map(|there| there.steps)).unwrap_or(TRIALS * trials_of_all);
    let asked = TrialSettings { steps, kind };
    asked.check()?;
    Ok(asked)
}
