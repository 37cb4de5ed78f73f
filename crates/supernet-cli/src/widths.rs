//! Searches for widths from the command line.

use crate::{
    arguments::{Options, Widths},
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
    train::{MorphNetSettings, Resource, WidthSettings, width_search},
};

/// Searches for widths, or goes on.
pub fn widths(widths: &Widths) -> Result<(), Failure> {
    // The limit is that of the widths, not one of candidates.
    let options = Options { max_macs: None, max_parameters: None, ..widths.options.clone() };
    let Opened { mut settings, device, split, left_out } = RunSettings::opened(&options, Some(&widths.directory))?;
    note(&left_out, &split);
    let asked = asked(widths, &settings)?;
    settings.widths = Some(asked);
    let search = Search::images(&settings.search, &split, &device)?;
    // Before anything is written.
    asked.check_for(search.config())?;
    settings.store_first(&widths.directory)?;
    let mut progress = shown(widths.show)?;
    let found = width_search(&search, &asked, &settings.device, &widths.directory, &mut progress)?;
    // By now they are known to be those of this directory.
    settings.store(&widths.directory)?;
    if can_be_written_down(search.config()) {
        let best = widths.directory.join("best");
        write_best(&best, std::slice::from_ref(&found.found), &found.network).map_err(ResultsError::from)?;
    }
    if widths.show.json {
        let (found, one_factor) = (&found.found, &found.one_factor);
        print_json(&json!({ "directory": widths.directory, "found": found, "one_factor": one_factor }));
    } else {
        say!("\n{}", found.table().trim_end());
        say!("architecture: {}", found.found.mask);
        say!("results: {}", widths.directory.display());
    }
    Ok(())
}

/// The settings that are asked for, where those of the directory may be there.
fn asked(widths: &Widths, settings: &RunSettings) -> Result<WidthSettings, Failure> {
    let Options { max_macs, max_parameters, .. } = widths.options;
    let there = settings.widths;
    let limit = match (max_macs, max_parameters, there) {
        (Some(most), None, _) => (Resource::Macs, most),
        (None, Some(most), _) => (Resource::Parameters, most),
        (None, None, Some(there)) => (there.morph_net.resource, there.morph_net.most),
        (Some(_), Some(_), _) => return Err(no_limit("both")),
        (None, None, None) => return Err(no_limit("none")),
    };
    let usual = there.map_or(MorphNetSettings::within(limit.0, limit.1), |there| there.morph_net);
    let morph_net = MorphNetSettings {
        resource: limit.0,
        most: limit.1,
        strength: widths.strength.unwrap_or(usual.strength),
        threshold: widths.threshold.unwrap_or(usual.threshold),
        rounds: widths.rounds.unwrap_or(usual.rounds),
    };
    let epochs = there.map_or(settings.search.stand_alone.epochs, |there| there.epochs);
    Ok(WidthSettings { morph_net, epochs: widths.shrink_epochs.unwrap_or(epochs) })
}

fn no_limit(found: &str) -> Failure {
    Failure::settings("--max-macs, --max-parameters", found, "one of them: the limit that widths fill")
}
