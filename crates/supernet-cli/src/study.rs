//! The paper's experiments from the command line.

use crate::{
    arguments::{Correlate, Study, StudyName},
    failure::{Failure, unread},
    making::{Bench, Making, put_table},
    notes::note,
    output::{print_json, say, shown},
    settings::{Opened, RunSettings},
    shared_run::SharedRun,
    together::Together,
};
use std::{fs, path::Path};
use supernet::train::{MemberDirectory, crew::broadcast};

/// Makes an experiment.
pub fn study(Study { name, study, models }: &Study, together: &Together) -> Result<(), Failure> {
    together.check()?;
    let member = MemberDirectory::of_all(together.crew().workers(), &study.directory)?;
    let table = study.truth.as_deref().map(|path| table(path, together)).transpose()?;
    let truth = match &table {
        Some(table) if !together.is_first() => Some(put_table(member.path(), table)?),
        _ => study.truth.clone(),
    };
    let Opened { settings, device, split, left_out } = RunSettings::opened(&study.options, None)?;
    note(&left_out, &split);
    let Correlate { directory, show, supernets, natural, stratified, twice, .. } = study;
    let (supernets, natural, stratified, twice) = (*supernets, *natural, *stratified, *twice);
    let making = Making { name: *name, supernets, natural, stratified, twice, models: *models };
    let shared = SharedRun::serve_study(study, &settings, (making, table), together)?;
    let bench = Bench {
        settings: &settings,
        device_name: &settings.device,
        device: &device,
        split: &split,
        crew: shared.crew(together),
        directory: member.path(),
        truth: truth.as_deref(),
    };
    let done = making.make(&bench, &mut shown(*show)?);
    shared.end(&done);
    match done? {
        Some((_, json)) if show.json => print_json(&json),
        Some((text, _)) => say!("{text}\nresults: {}", directory.display()),
        None => say!("results: {}", directory.join("networks.csv").display()),
    }
    Ok(())
}

/// The table of networks trained before in a file of the first process.
fn table(path: &Path, together: &Together) -> Result<String, Failure> {
    let expected = "a table of networks trained from scratch, as truth.csv";
    let wrong = |found: String| Failure::settings("--truth", format!("{}, {found}", path.display()), expected);
    let bytes = if together.is_first() { fs::read(path).map_err(|error| wrong(unread(&error)))? } else { Vec::new() };
    String::from_utf8(broadcast(together.crew().workers(), bytes)?).map_err(|_| wrong("which is no text".into()))
}

/// Makes the correlation study.
pub fn correlate(correlate: &Correlate, together: &Together) -> Result<(), Failure> {
    study(&Study { name: StudyName::Correlation, study: correlate.clone(), models: 1 }, together)
}
