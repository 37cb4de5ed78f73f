//! The paper's experiments from the command line.

use crate::{
    arguments::{Correlate, Study, StudyName},
    failure::Failure,
    notes::note,
    output::{print_json, say, shown},
    settings::{Opened, RunSettings},
};
use serde::Serialize;
use serde_json::json;
use std::fmt::Display;
use supernet::experiments::{
    AblationSettings, CorrelationSettings, DropoutStudySettings, MainTableSettings, Subject, TruthTableSettings,
    WhichPathsSettings, ablations, correlation, dropout_study, main_table, truth_table, which_paths,
};

/// Makes an experiment.
pub fn study(Study { name, study, models }: &Study) -> Result<(), Failure> {
    if let Some(truth) = study.truth.as_deref().filter(|truth| !truth.is_file()) {
        let found = format!("{}, where no file is", truth.display());
        return Err(Failure::settings("--truth", found, "a table of networks trained from scratch, as truth.csv"));
    }
    let Opened { settings, device, split, left_out } = RunSettings::opened(&study.options, None)?;
    note(&left_out, &split);
    let RunSettings { device: device_name, search, .. } = settings;
    let subject = Subject::images(&split, &device, &device_name);
    let (directory, truth, progress) = (&study.directory, study.truth.as_deref(), &mut shown(study.show)?);
    let mut settings = CorrelationSettings::new(search.clone()).with_equal_epochs(split.train.len());
    settings.supernet_seeds = (1..=study.supernets).collect();
    (settings.natural, settings.stratified, settings.twice) = (study.natural, study.stratified, study.twice);
    match name {
        StudyName::Correlation => print(&correlation(&settings, &subject, directory, truth, progress)?, study),
        StudyName::Dropout => {
            let settings = DropoutStudySettings::new(settings);
            print(&dropout_study(&settings, &subject, directory, truth, progress)?, study)
        }
        StudyName::WhichPaths => {
            let run = settings.search.scoring.score_batch;
            let images = (split.train.len().min(1_000) / run * run).max(run);
            let settings = WhichPathsSettings { images, ..WhichPathsSettings::new(settings) };
            print(&which_paths(&settings, &subject, directory, truth, progress)?, study)
        }
        StudyName::Ablations => {
            let settings = AblationSettings::new(settings);
            print(&ablations(&settings, &subject, directory, truth, progress)?, study)
        }
        StudyName::MainTable => {
            print(&main_table(&MainTableSettings::new(search, *models), &subject, directory, progress)?, study)
        }
        StudyName::TruthTable => {
            truth_table(&TruthTableSettings::new(settings), &subject, directory, truth, progress)?;
            say!("results: {}", directory.join("networks.csv").display());
        }
    }
    Ok(())
}

/// Makes the correlation study.
pub fn correlate(correlate: &Correlate) -> Result<(), Failure> {
    study(&Study { name: StudyName::Correlation, study: correlate.clone(), models: 1 })
}

fn print(result: &(impl Serialize + Display), study: &Correlate) {
    if study.show.json {
        print_json(&json!(result));
    } else {
        say!("{result}\nresults: {}", study.directory.display());
    }
}
