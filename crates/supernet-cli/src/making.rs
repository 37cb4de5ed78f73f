//! How an experiment is made: which, and how much of it.

use crate::{arguments::StudyName, failure::Failure, settings::RunSettings};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use std::{
    fmt::Display,
    path::{Path, PathBuf},
};
use supernet::{
    experiments::{
        AblationSettings, CorrelationSettings, DropoutStudySettings, MainTableSettings, Subject, TruthTableSettings,
        WhichPathsSettings, ablations, correlation, dropout_study, main_table, truth_table, which_paths,
    },
    prelude::{Device, Progress, Split},
    train::{crew::Crew, write_whole},
};

/// Which experiment is made, and how much of it.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Making {
    pub name: StudyName,
    /// Supernets, with the seeds 1, 2, ...
    pub supernets: u64,
    /// Architectures drawn at random.
    pub natural: usize,
    /// Architectures stratified by one-shot accuracy.
    pub stratified: usize,
    /// Architectures with a second seed.
    pub twice: usize,
    /// Networks of each method in the main table.
    pub models: usize,
}

/// What an experiment is made on, and where.
pub struct Bench<'a> {
    pub settings: &'a RunSettings,
    /// What its device is called.
    pub device_name: &'a str,
    pub device: &'a Device,
    pub split: &'a Split,
    /// Who makes it.
    pub crew: &'a dyn Crew,
    pub directory: &'a Path,
    /// A table of networks trained before.
    pub truth: Option<&'a Path>,
}

/// Stores a table of networks trained before in the copy of an experiment's directory that another
/// member works in; returns where.
pub fn put_table(copy: &Path, table: &str) -> Result<PathBuf, Failure> {
    let path = copy.join("trained-before.csv");
    write_whole(&path, table.as_bytes())?;
    Ok(path)
}

/// What an experiment found, in words and as JSON; none where it is a table in its directory.
pub type Found = Option<(String, Value)>;

impl Making {
    /// Makes the experiment, or goes on with it.
    pub fn make(&self, bench: &Bench, progress: &mut dyn Progress) -> Result<Found, Failure> {
        let &Bench { settings, device_name, device, split, crew, directory, truth } = bench;
        let search = settings.search.clone();
        let subject = Subject::images(split, device, device_name).with_crew(crew);
        let mut settings = CorrelationSettings::new(search.clone()).with_equal_epochs(split.train.len());
        settings.supernet_seeds = (1..=self.supernets).collect();
        (settings.natural, settings.stratified, settings.twice) = (self.natural, self.stratified, self.twice);
        Ok(match self.name {
            StudyName::Correlation => found(&correlation(&settings, &subject, directory, truth, progress)?),
            StudyName::Dropout => {
                let settings = DropoutStudySettings::new(settings);
                found(&dropout_study(&settings, &subject, directory, truth, progress)?)
            }
            StudyName::WhichPaths => {
                let run = settings.search.scoring.score_batch;
                let images = (split.train.len().min(1_000) / run * run).max(run);
                let settings = WhichPathsSettings { images, ..WhichPathsSettings::new(settings) };
                found(&which_paths(&settings, &subject, directory, truth, progress)?)
            }
            StudyName::Ablations => {
                let settings = AblationSettings::new(settings);
                found(&ablations(&settings, &subject, directory, truth, progress)?)
            }
            StudyName::MainTable => {
                found(&main_table(&MainTableSettings::new(search, self.models), &subject, directory, progress)?)
            }
            StudyName::TruthTable => {
                truth_table(&TruthTableSettings::new(settings), &subject, directory, truth, progress)?;
                None
            }
        })
    }
}

fn found(result: &(impl Serialize + Display)) -> Found {
    Some((result.to_string(), json!(result)))
}
