//! Searches by trials from the command line.

use crate::{
    arguments::{TrialName, Trials},
    failure::Failure,
    notes::note,
    output::{print_json, say, shown},
    settings::{Opened, RunSettings},
};
use clap::ValueEnum;
use serde_json::json;
use supernet::{
    ResultsError, can_be_written_down,
    export::write_best,
    prelude::*,
    space::Schedule,
    train::{
        EditTrialSettings, EvolutionSettings, HillClimbSettings, PopulationSettings, TrialKind, TrialSettings,
        trial_search,
    },
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
    let grows = matches!(asked.kind, TrialKind::HillClimb(_) | TrialKind::Edits(_));
    if is_new && !grows && trials.options.rate_schedule.is_none() {
        // So that a line of trials is one training. Where networks grow the rate falls in each.
        settings.search.stand_alone.sgd.schedule = Schedule::Constant;
    }
    let search = Search::images(&settings.search, &split, &device)?;
    // Before anything is written.
    asked.check_for(search.config())?;
    asked.strategy(search.space(), &search.config().stand_alone, search.config().seed)?;
    settings.store_first(&trials.directory)?;
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
    let name = trials.by.or(there.map(|there| name_of(there.kind))).unwrap_or(TrialName::Population);
    let kind = there.map(|there| there.kind).filter(|&kind| name_of(kind) == name).unwrap_or_else(|| usual(name));
    let (kind, trials_of_all) = changed(kind, trials)?;
    let steps = trials.steps.or(there.map(|there| there.steps)).unwrap_or(TRIALS * trials_of_all);
    let asked = TrialSettings { steps, kind };
    asked.check()?;
    Ok(asked)
}

fn name_of(kind: TrialKind) -> TrialName {
    match kind {
        TrialKind::Population(_) => TrialName::Population,
        TrialKind::Evolution(_) => TrialName::Evolution,
        TrialKind::HillClimb(_) => TrialName::HillClimb,
        TrialKind::Edits(_) => TrialName::Edits,
    }
}

fn usual(name: TrialName) -> TrialKind {
    match name {
        TrialName::Population => TrialKind::Population(PopulationSettings::default()),
        TrialName::Evolution => TrialKind::Evolution(EvolutionSettings::default()),
        TrialName::HillClimb => TrialKind::HillClimb(HillClimbSettings::default()),
        TrialName::Edits => TrialKind::Edits(EditTrialSettings::default()),
    }
}

/// The kind with the numbers that are asked for, and the training steps of a trial of each member.
fn changed(mut kind: TrialKind, trials: &Trials) -> Result<(TrialKind, u64), Failure> {
    let name = name_of(kind);
    let is_population = name == TrialName::Population;
    for (option, is_asked, holds, instead) in [
        ("--members", trials.members.is_some(), name != TrialName::Edits, "one of the others (--by)"),
        ("--morphisms", trials.morphisms.is_some(), name == TrialName::HillClimb, "--by hill-climb"),
        ("--learning-rates", trials.learning_rates.is_some(), is_population, "--by population"),
        ("--l2s", trials.l2s.is_some(), is_population, "--by population"),
        ("--one-architecture", trials.one_architecture, is_population, "--by population"),
    ] {
        if is_asked && !holds {
            let found = format!("a search by {}", name.to_possible_value().expect("a name").get_name());
            return Err(Failure::settings(option, found, instead));
        }
    }
    let (members, interval) = match &mut kind {
        TrialKind::Population(settings) => {
            settings.learning_rate = trials.learning_rates.map_or(settings.learning_rate, |range| range.0);
            settings.l2 = trials.l2s.map_or(settings.l2, |range| range.0);
            settings.one_architecture |= trials.one_architecture;
            (&mut settings.members, &mut settings.interval)
        }
        TrialKind::Evolution(settings) => (&mut settings.members, &mut settings.interval),
        TrialKind::HillClimb(settings) => {
            settings.morphisms = trials.morphisms.unwrap_or(settings.morphisms);
            (&mut settings.children, &mut settings.interval)
        }
        // Six batches of those that the policy learns from.
        TrialKind::Edits(settings) => (&mut { 6 }, &mut settings.interval),
    };
    *members = trials.members.unwrap_or(*members);
    *interval = trials.interval.unwrap_or(*interval);
    let all = *members as u64 * *interval;
    Ok((kind, all))
}
