//! Searches for programs from the command line.

use crate::{
    arguments::Programs,
    failure::Failure,
    notes::note,
    output::{print_json, say, shown},
    settings::{Opened, RunSettings},
};
use serde_json::json;
use supernet::{
    ResultsError, can_be_written_down,
    export::write_best,
    prelude::*,
    search::Proposer,
    train::{ImageExamples, ProgramKind, ProgramSettings, program_search},
};

/// Searches for programs, or goes on.
pub fn programs(programs: &Programs) -> Result<(), Failure> {
    let Opened { mut settings, device, split, left_out } =
        RunSettings::opened(&programs.options, Some(&programs.directory))?;
    note(&left_out, &split);
    if settings.programs.is_none() && programs.options.strategy.is_none() {
        // As both sources search: by what learns from the programs before.
        settings.search.strategy = Proposer::RegularisedEvolution;
    }
    let search = Search::images(&settings.search, &split, &device)?;
    let asked = asked(programs, settings.programs.take(), &search);
    // Before anything is written.
    asked.check_for(&search)?;
    settings.programs = Some(asked.clone());
    settings.store_first(&programs.directory)?;
    let mut progress = shown(programs.show)?;
    let found = program_search(&search, &asked, &settings.device, &programs.directory, &mut progress)?;
    // By now they are known to be those of this directory.
    settings.store(&programs.directory)?;
    if can_be_written_down(search.config()) {
        let best = programs.directory.join("best");
        write_best(&best, std::slice::from_ref(&found.tested), &found.network).map_err(ResultsError::from)?;
    }
    if programs.show.json {
        let (found, known, best) = (&found.found, &found.known, &found.best);
        print_json(&json!({ "directory": programs.directory, "best": best, "found": found, "known": known }));
    } else {
        say!("\n{}", found.table().trim_end());
        say!("best: {}", found.best);
        say!("architecture: {}", found.mask());
        say!("results: {}", programs.directory.display());
    }
    Ok(())
}

/// The settings that are asked for, where `there` are those of the directory.
fn asked(
    programs: &Programs,
    there: Option<ProgramSettings>,
    search: &Search<'_, KnownNet, ImageExamples<'_>>,
) -> ProgramSettings {
    let what = programs.what.or(there.as_ref().map(|there| there.what)).unwrap_or(ProgramKind::Activations);
    let usual = there.filter(|there| there.what == what).unwrap_or_else(|| {
        let epochs = (search.config().stand_alone.epochs / 3).max(1);
        ProgramSettings::new(what, ProgramSettings::drawn_network(search), epochs)
    });
    ProgramSettings {
        what,
        units: programs.units.unwrap_or(usual.units),
        programs: programs.programs.unwrap_or(usual.programs),
        best: programs.best.unwrap_or(usual.best),
        epochs: programs.child_epochs.unwrap_or(usual.epochs),
        architecture: programs.architecture.clone().unwrap_or(usual.architecture),
        learning_rates: usual.learning_rates,
    }
}
