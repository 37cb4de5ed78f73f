//! The trials of a directory with their scores.

use crate::{
    TrainError,
    store::{append_line, cell, csv_row, read_rows},
};
use csv::StringRecord;
use std::{
    collections::BTreeMap,
    path::{Path, PathBuf},
};
use supernet_search::{Score, trials::Trial};
use supernet_space::SearchSpace;

/// The file's first line.
const HEADER: &str = "trial,parent,architecture,steps,settings,accuracy,loss,images";

/// `trials.csv`: a line for each trial that was scored.
#[derive(Debug)]
pub(super) struct TrialLog {
    path: PathBuf,
    known: BTreeMap<u64, (Trial, Score)>,
}

impl TrialLog {
    /// Reads the trials of `folder`, of architectures of `space`.
    ///
    /// # Errors
    /// A file that cannot be read, or a line that is no trial of the space.
    pub(super) fn open(folder: &Path, space: &SearchSpace) -> Result<Self, TrainError> {
        let path = folder.join("trials.csv");
        let rows = read_rows(&path, HEADER, |row| parse(row, space))?;
        Ok(Self { path, known: rows.into_iter().map(|(trial, score)| (trial.id, (trial, score))).collect() })
    }

    /// The score of a trial, if it is known.
    ///
    /// # Errors
    /// Another trial of its number.
    pub(super) fn score(&self, trial: &Trial) -> Result<Option<Score>, TrainError> {
        match self.known.get(&trial.id) {
            None => Ok(None),
            Some((known, score)) if known == trial => Ok(Some(*score)),
            Some((known, _)) => Err(TrainError::File {
                path: self.path.clone(),
                found: format!("`{}`", line(known, None).trim_end()),
                expected: "the trials of this strategy under this seed; choose another directory for another search",
            }),
        }
    }

    /// The trial of a number.
    pub(super) fn trial(&self, id: u64) -> Option<&Trial> {
        self.known.get(&id).map(|(trial, _)| trial)
    }

    /// Training steps of a trial's parents, of theirs, and so on.
    pub(super) fn steps_before(&self, trial: &Trial) -> u64 {
        let parent = |trial: &Trial| trial.parent.and_then(|id| self.trial(id));
        std::iter::successors(parent(trial), |trial| parent(trial)).map(|trial| trial.steps).sum()
    }

    /// Adds a line.
    ///
    /// # Errors
    /// A file that cannot be written.
    pub(super) fn add(&mut self, trial: &Trial, score: Score) -> Result<(), TrainError> {
        append_line(&self.path, &format!("{HEADER}\n"), &line(trial, Some(score)))?;
        self.known.insert(trial.id, (trial.clone(), score));
        Ok(())
    }
}

fn line(Trial { id, parent, architecture, settings, steps }: &Trial, score: Option<Score>) -> String {
    let settings: Vec<String> = settings.iter().map(|(name, value)| format!("{name}={value}")).collect();
    let score = score.map_or_else(Default::default, |Score { accuracy, loss, images }| {
        [accuracy.to_string(), loss.to_string(), images.to_string()]
    });
    let [accuracy, loss, images]: [String; 3] = score;
    let parent = parent.map_or_else(String::new, |parent| parent.to_string());
    let (id, architecture, steps) = (id.to_string(), architecture.to_string(), steps.to_string());
    csv_row([id, parent, architecture, steps, settings.join(" "), accuracy, loss, images])
}

fn parse(row: &StringRecord, space: &SearchSpace) -> Option<(Trial, Score)> {
    let parent = row.get(1)?;
    let setting = |text: &str| {
        let (name, value) = text.split_once('=')?;
        Some((name.to_owned(), value.parse().ok()?))
    };
    let trial = Trial {
        id: cell(row, 0)?,
        parent: if parent.is_empty() { None } else { Some(parent.parse().ok()?) },
        architecture: space.accept(cell(row, 2)?).ok()?,
        settings: row.get(4)?.split_whitespace().map(setting).collect::<Option<_>>()?,
        steps: cell(row, 3)?,
    };
    Some((trial, Score { accuracy: cell(row, 5)?, loss: cell(row, 6)?, images: cell(row, 7)? }))
}
